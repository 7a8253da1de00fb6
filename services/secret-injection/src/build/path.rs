//! The path: one value fills one segment, and leads nowhere else.
//!
//! Every value is percent-encoded but for unreserved characters, so it cannot end its segment. It
//! is also refused where something behind us that decodes once more than it should (a proxy, a
//! framework) could read it as a way up.

use std::borrow::Cow;

use countersign_domain::operation::{Bind, Place};
use percent_encoding::percent_decode;
use serde_json::{Map, Value};

use super::{BuildError, encode, style::Parts, typed_value};

/// Nobody means a value that still changes after being decoded this often.
const DECODINGS: usize = 6;

/// Characters and malformed sequences that some reader takes for a dot, a slash, a backslash or a
/// percent sign: full-width and small forms, look-alikes, and overlong UTF-8.
const LOOKALIKES: [(&[u8], &[u8]); 19] = [
    ("\u{ff0e}".as_bytes(), b"."),
    ("\u{2024}".as_bytes(), b"."),
    ("\u{fe52}".as_bytes(), b"."),
    ("\u{2025}".as_bytes(), b".."),
    ("\u{ff0f}".as_bytes(), b"/"),
    ("\u{2044}".as_bytes(), b"/"),
    ("\u{2215}".as_bytes(), b"/"),
    ("\u{29f8}".as_bytes(), b"/"),
    ("\u{ff3c}".as_bytes(), b"\\"),
    ("\u{fe68}".as_bytes(), b"\\"),
    ("\u{2216}".as_bytes(), b"\\"),
    ("\u{29f5}".as_bytes(), b"\\"),
    ("\u{ff05}".as_bytes(), b"%"),
    ("\u{fe6a}".as_bytes(), b"%"),
    (b"\xc0\xae", b"."),
    (b"\xe0\x80\xae", b"."),
    (b"\xc0\xaf", b"/"),
    (b"\xe0\x80\xaf", b"/"),
    (b"\xc1\x9c", b"\\"),
];

/// A path template, taken apart.
pub(super) struct Template<'a> {
    segments: Vec<Vec<Piece<'a>>>,
    /// A query that stands in the template itself.
    pub(super) fixed_query: Option<&'a str>,
}

enum Piece<'a> {
    Literal(&'a str),
    Variable(&'a str),
}

impl<'a> Template<'a> {
    /// Takes a template apart. A fragment is never sent and so is dropped.
    pub(super) fn parse(template: &'a str) -> Result<Self, BuildError> {
        let whole = template
            .split_once('#')
            .map_or(template, |(before, _)| before);
        let (path, fixed_query) = match whole.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (whole, None),
        };
        let unusable = |reason| Err(BuildError::TemplateUnusable { reason });
        let Some(rest) = path.strip_prefix('/') else {
            return unusable("its path does not begin with a slash");
        };
        if rest.starts_with('/') {
            return unusable("its path begins with two slashes");
        }
        if fixed_query.is_some_and(|query| !query.bytes().all(is_query_byte)) {
            return unusable("the query in its path cannot be sent");
        }
        let segments = rest.split('/').map(pieces).collect::<Result<_, _>>()?;
        Ok(Self {
            segments,
            fixed_query,
        })
    }

    /// Returns how many segments the finished path has beyond the prefix.
    pub(super) fn segment_count(&self) -> usize {
        self.segments.len()
    }

    /// Fills the variables in.
    pub(super) fn expand(
        &self,
        binds: &[Bind],
        arguments: &Map<String, Value>,
    ) -> Result<String, BuildError> {
        let mut path = String::new();
        for segment in &self.segments {
            path.push('/');
            let start = path.len();
            let mut last_argument = None;
            for piece in segment {
                match piece {
                    Piece::Literal(text) => path.push_str(&encode::literal(text)),
                    Piece::Variable(name) => {
                        let bind = bind_of(name, binds)?;
                        path.push_str(&fill(bind, arguments)?);
                        last_argument = Some(bind.key.as_str());
                    }
                }
            }
            if let Some(argument) = last_argument
                && leads_elsewhere(&path[start..])
            {
                return Err(BuildError::path_value(argument));
            }
        }
        Ok(path)
    }
}

fn pieces(segment: &str) -> Result<Vec<Piece<'_>>, BuildError> {
    let unusable = |reason| Err(BuildError::TemplateUnusable { reason });
    let mut pieces = Vec::new();
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else {
            return unusable("its path has a brace that is not closed");
        };
        if name.is_empty() || name.contains('{') {
            return unusable("its path has braces without one name in them");
        }
        if !before.is_empty() {
            pieces.push(Piece::Literal(before));
        }
        pieces.push(Piece::Variable(name));
        rest = behind;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    // Dots beside a variable are looked at once it is filled in.
    let is_fixed = !pieces
        .iter()
        .any(|piece| matches!(piece, Piece::Variable(_)));
    for piece in &pieces {
        let Piece::Literal(text) = piece else {
            continue;
        };
        let is_safe = !text.contains(|c: char| matches!(c, '}' | '\\') || c.is_control())
            && has_whole_escapes(text)
            && !(is_fixed && leads_elsewhere(text));
        if !is_safe {
            return unusable("its path has characters that lead elsewhere");
        }
    }
    Ok(pieces)
}

fn has_whole_escapes(text: &str) -> bool {
    text.split('%').skip(1).all(|after| {
        after
            .as_bytes()
            .get(..2)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

fn is_query_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&()*+,;=:@/?%".contains(&byte)
}

fn bind_of<'b>(variable: &str, binds: &'b [Bind]) -> Result<&'b Bind, BuildError> {
    binds
        .iter()
        .find(|bind| bind.place == Place::Path && bind.wire == variable)
        .ok_or(BuildError::TemplateUnusable {
            reason: "its path has a variable without a parameter",
        })
}

fn fill(bind: &Bind, arguments: &Map<String, Value>) -> Result<String, BuildError> {
    let given = arguments.get(&bind.key).filter(|value| !value.is_null());
    let Some(value) = given else {
        return Err(BuildError::missing(&bind.key));
    };
    let value = typed_value(bind, value, encode::json)?;
    let Some(parts) = Parts::of(&value) else {
        return Err(BuildError::path_value(&bind.key));
    };
    let texts = parts.texts();
    if texts.iter().all(|text| text.trim().is_empty()) || texts.into_iter().any(leads_elsewhere) {
        return Err(BuildError::path_value(&bind.key));
    }
    let wire = encode::strict(&bind.wire);
    Ok(parts
        .escaped(encode::strict)
        .spelled(bind.style, bind.explode, &wire))
}

/// Says whether a reader could take the text for a way up, or for the end of the request line,
/// however often it decodes and whatever it takes for a dot or a slash.
fn leads_elsewhere(text: &str) -> bool {
    let mut bytes = Cow::Borrowed(text.as_bytes());
    for _ in 0..DECODINGS {
        let folded = fold(&bytes);
        if folded.iter().any(u8::is_ascii_control) || has_dot_segment(&folded) {
            return true;
        }
        let decoded: Vec<u8> = percent_decode(&folded).collect();
        if decoded == *bytes {
            return false;
        }
        bytes = Cow::Owned(decoded);
    }
    true
}

fn fold(bytes: &[u8]) -> Vec<u8> {
    let mut folded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        let lookalike = LOOKALIKES
            .iter()
            .find(|(seen, _)| !first.is_ascii() && rest.starts_with(seen));
        if let Some((seen, meant)) = lookalike {
            folded.extend_from_slice(meant);
            rest = &rest[seen.len()..];
        } else {
            folded.push(*first);
            rest = tail;
        }
    }
    folded
}

/// Parameters of a segment (`..;x`) and white space around it do not make it another segment to
/// everyone.
fn has_dot_segment(bytes: &[u8]) -> bool {
    bytes
        .split(|byte| matches!(byte, b'/' | b'\\'))
        .any(|segment| {
            let name = segment
                .split(|byte| *byte == b';')
                .next()
                .unwrap_or_default();
            matches!(name.trim_ascii(), b"." | b"..")
        })
}
