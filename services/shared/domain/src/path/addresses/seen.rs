//! What readers may take a path for.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use super::super::{DECODINGS, fold};

/// What a semicolon of a template or of the matrix style is while addresses are compared.
const OWN_SEMICOLON: &str = "\u{e000}";

/// Dots at which a format may begin. No template has as many in its words.
const DOTS: usize = 16;

/// A segment of a path, as readers may see it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) whole: String,
    /// Without its parameters (RFC 3986 section 3.3) and what else may end it.
    pub(super) cut: String,
}

/// What a path may be to readers that decode it before they look for its segments, however often,
/// and to those that look first. Nothing that is given reaches what is before it, `base`.
pub(super) fn readings(base: &str, path: &str) -> Vec<Vec<Seen>> {
    let mut readings: Vec<Vec<Seen>> = Vec::new();
    let (base, path) = (own_semicolons(base), own_semicolons(path));
    let fixed = base.split('/').filter(|segment| !segment.is_empty());
    let fixed: Vec<Seen> = fixed.map(|segment| Seen::of(segment.as_bytes())).collect();
    let mut bytes = Cow::Borrowed(path.as_bytes());
    for _ in 0..DECODINGS {
        let segments = bytes.split(|byte| matches!(byte, b'/' | b'\\'));
        let present = segments.filter(|segment| !segment.is_empty());
        readings.push(fixed.iter().cloned().chain(present.map(Seen::of)).collect());
        let decoded = decoded(&bytes);
        if decoded == *bytes {
            break;
        }
        bytes = Cow::Owned(decoded);
    }
    let of_words: Vec<Vec<Seen>> = readings
        .iter()
        .filter(|seen| seen.iter().any(|one| one.whole.contains(';')))
        .map(|seen| seen.iter().map(Seen::with_semicolons).collect())
        .collect();
    readings.extend(of_words);
    readings
}

/// No value brings a semicolon that is not escaped: it is the template's own, or begins what is
/// written in matrix style, and ends nothing.
pub(super) fn own_semicolons(text: &str) -> String {
    text.replace(';', OWN_SEMICOLON)
}

/// What whoever takes a format off the end of a path sees: it begins at any of its dots, as words may
/// have dots, too.
pub(super) fn without_format(seen: &[Seen]) -> Vec<Vec<Seen>> {
    let Some((last, before)) = seen.split_last() else {
        return Vec::new();
    };
    let dots = last.whole.match_indices('.').take(DOTS);
    let bare = dots.map(|(at, _)| &last.whole[..at]);
    bare.map(|bare| {
        before
            .iter()
            .cloned()
            .chain([Seen::at(bare.to_owned())])
            .collect()
    })
    .collect()
}

/// What is before a format at the end of a segment.
pub(super) fn bare(segment: &str) -> Option<&str> {
    let (bare, format) = segment.rsplit_once('.')?;
    let is_in_format = |one: char| one.is_alphanumeric() || matches!(one, '_' | '-');
    (!format.is_empty() && format.chars().all(is_in_format)).then_some(bare)
}

impl Seen {
    pub(super) fn of(segment: &[u8]) -> Self {
        Self::at(plain(segment))
    }

    fn at(whole: String) -> Self {
        let cut = cut(&whole).to_owned();
        Self { whole, cut }
    }

    /// As whoever decodes before they look for parameters takes it for words with a semicolon.
    fn with_semicolons(&self) -> Self {
        Self::at(own_semicolons(&self.whole))
    }

    /// Nothing but parameters, which is no segment to some.
    pub(super) fn is_blank(&self) -> bool {
        let before = self.whole.split(';').next().unwrap_or_default();
        before.trim().is_empty()
    }
}

fn decoded(bytes: &[u8]) -> Vec<u8> {
    fold(&percent_decode(bytes).collect::<Vec<u8>>())
}

/// A text as it is compared: decoded to the end, and its case folded.
pub(super) fn plain(text: &[u8]) -> String {
    let mut bytes = text.to_vec();
    for _ in 0..DECODINGS {
        let next = decoded(&bytes);
        if next == bytes {
            break;
        }
        bytes = next;
    }
    String::from_utf8_lossy(&bytes).to_lowercase()
}

/// What is left of a decoded segment for those who look for parameters, a query or a fragment in it.
pub(super) fn cut(segment: &str) -> &str {
    let mut pieces = segment.split([';', '?', '#']);
    pieces.next().unwrap_or_default().trim()
}
