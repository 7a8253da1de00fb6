//! Where a path leads, whoever reads it.
//!
//! The importer closes what the request builder would refuse, so both ask here: an operation that
//! is on can be called.

mod addresses;

use std::borrow::Cow;

use percent_encoding::percent_decode;

pub use addresses::{Addresses, Taken};

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

/// Says whether every percent sign begins an escape.
#[must_use]
pub fn has_whole_escapes(text: &str) -> bool {
    text.split('%').skip(1).all(|after| {
        after
            .as_bytes()
            .get(..2)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// One pair of the query that stands in a path template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryPair<'t> {
    /// It is sent as it is.
    Fixed(&'t str),
    /// `name={variable}`: a parameter of the query like any other, of which there is nothing to
    /// send where nothing is given.
    Asked {
        /// What it is called on the wire.
        name: &'t str,
        /// What the template calls it.
        variable: &'t str,
    },
}

/// Takes the query of a path template apart, unless it holds something else than such pairs.
#[must_use]
pub fn query_pairs(query: &str) -> Option<Vec<QueryPair<'_>>> {
    query.split('&').map(query_pair).collect()
}

fn query_pair(pair: &str) -> Option<QueryPair<'_>> {
    if is_query(pair) {
        return Some(QueryPair::Fixed(pair));
    }
    let (name, value) = pair.split_once('=')?;
    let variable = value.strip_prefix('{')?.strip_suffix('}')?;
    let is_named = |name: &str, odd: &[char]| !name.is_empty() && !name.contains(odd);
    let fits = is_query(name) && is_named(name, &['%', '+']) && is_named(variable, &['{', '}']);
    fits.then_some(QueryPair::Asked { name, variable })
}

/// Says whether a text can be sent as a query as it is.
#[must_use]
pub fn is_query(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&()*+,;=:@/?%".contains(&byte);
    text.bytes().all(fits)
}

/// Says whether a reader could take the text for a way up, or for the end of the request line,
/// however often it decodes and whatever it takes for a dot or a slash.
#[must_use]
pub fn leads_elsewhere(text: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_of_a_query_is_sent_as_it_is_or_asks_for_all_of_its_value() {
        let asked = |name, variable| QueryPair::Asked { name, variable };
        assert_eq!(
            query_pairs("beta=true&q={words}&x-y={x y}"),
            Some(vec![
                QueryPair::Fixed("beta=true"),
                asked("q", "words"),
                asked("x-y", "x y"),
            ])
        );
        assert_eq!(query_pairs(""), Some(vec![QueryPair::Fixed("")]));
        for query in [
            "q={a}b", "q={a}{b}", "{a}", "{a}=1", "={a}", "q={}", "a%5B={a}", "a b=1",
        ] {
            assert_eq!(query_pairs(query), None, "{query}");
        }
    }
}
