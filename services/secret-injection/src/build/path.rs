//! The path: one value fills one segment, and leads nowhere else.
//!
//! Every value is percent-encoded but for unreserved characters, so it cannot end its segment. It
//! is also refused where something behind us that decodes once more than it should (a proxy, a
//! framework) could read it as a way up.

use countersign_domain::{
    operation::{Bind, Place},
    path::{QueryPair, has_whole_escapes, leads_elsewhere, query_pairs},
};
use serde_json::{Map, Value};

use super::{BuildError, encode, style::Parts, typed_value};

/// A path template, taken apart.
pub(super) struct Template<'a> {
    segments: Vec<Vec<Piece<'a>>>,
    /// What of the query stands in the template itself; the rest of it are parameters.
    pub(super) fixed_query: Option<String>,
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
        let fixed_query = match fixed_query.map(|query| query_pairs(query).map(fixed)) {
            Some(None) => return unusable("the query in its path cannot be sent"),
            Some(Some(fixed)) => fixed,
            None => None,
        };
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

/// The pairs that are sent as they are.
fn fixed(pairs: Vec<QueryPair<'_>>) -> Option<String> {
    let pairs = pairs.into_iter().filter_map(|pair| match pair {
        QueryPair::Fixed(text) => Some(text),
        QueryPair::Asked { .. } => None,
    });
    let fixed: Vec<&str> = pairs.collect();
    (!fixed.is_empty()).then(|| fixed.join("&"))
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
