//! Takes known secrets out of what comes back.
//!
//! An upstream may repeat the credential it was sent: in a body, a header, an error, as it is or
//! encoded, in one piece or cut in two by the transport. What must always hold: whatever leaves
//! here contains no known secret in any spelling of [`spellings`], and where the cuts fall makes
//! no difference. An upstream that wants to tell can still invent a spelling of its own; that is
//! why credentials are pinned to an origin.

mod spelling;
mod stream;

use std::borrow::Cow;

use countersign_domain::secret::Secret;
use memchr::memmem::Finder;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use self::spelling::spellings;
pub use self::stream::ScrubStream;

/// What stands in the place of a secret.
pub const REDACTED: &str = "[redacted:credential]";

/// A value without secrets, and whether any had to be taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scrubbed<T> {
    /// The value without secrets.
    pub value: T,
    /// Whether there was a secret in it.
    pub redacted: bool,
}

/// Knows the secrets of one call in all their spellings.
pub struct Scrubber {
    needles: Vec<Needle>,
}

struct Needle {
    text: Zeroizing<Vec<u8>>,
    /// Two occurrences begin at least this far apart.
    period: usize,
}

/// A half-open range of bytes.
type Range = (usize, usize);

impl Scrubber {
    /// Learns the secrets. Empty ones are nothing to look for.
    #[must_use]
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s Secret>) -> Self {
        let mut needles: Vec<Needle> = Vec::new();
        for text in secrets
            .into_iter()
            .flat_map(|secret| spellings(secret.expose()))
        {
            if !needles.iter().any(|known| known.text == text) {
                needles.push(Needle {
                    period: period(&text),
                    text,
                });
            }
        }
        Self { needles }
    }

    /// Scrubs a whole body.
    #[must_use]
    pub fn bytes<'b>(&self, body: &'b [u8]) -> Scrubbed<Cow<'b, [u8]>> {
        let ranges = self.occurrences(body);
        if ranges.is_empty() {
            return Scrubbed {
                value: Cow::Borrowed(body),
                redacted: false,
            };
        }
        let mut scrubbed = Vec::with_capacity(body.len());
        let mut position = 0;
        for (start, end) in ranges {
            scrubbed.extend_from_slice(&body[position..start]);
            scrubbed.extend_from_slice(REDACTED.as_bytes());
            position = end;
        }
        scrubbed.extend_from_slice(&body[position..]);
        Scrubbed {
            value: Cow::Owned(scrubbed),
            redacted: true,
        }
    }

    /// Scrubs a text, such as a header or an error message.
    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> Scrubbed<Cow<'t, str>> {
        match self.bytes(text.as_bytes()).value {
            Cow::Borrowed(_) => Scrubbed {
                value: Cow::Borrowed(text),
                redacted: false,
            },
            Cow::Owned(bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                Scrubbed {
                    value: Cow::Owned(text),
                    redacted: true,
                }
            }
        }
    }

    /// Scrubs every key and string of a parsed value, where escapes can no longer hide anything.
    #[must_use]
    pub fn value(&self, value: &Value) -> Scrubbed<Value> {
        let mut redacted = false;
        let value = self.walk(value, &mut redacted);
        Scrubbed { value, redacted }
    }

    /// Starts to scrub a body that comes in chunks.
    #[must_use]
    pub fn stream(&self) -> ScrubStream<'_> {
        ScrubStream::new(self)
    }

    fn walk(&self, value: &Value, redacted: &mut bool) -> Value {
        let mut clean = |text: &str| {
            let scrubbed = self.text(text);
            *redacted |= scrubbed.redacted;
            scrubbed.value.into_owned()
        };
        match value {
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Number(number) => {
                let scrubbed = clean(&number.to_string());
                if scrubbed == number.to_string() {
                    value.clone()
                } else {
                    Value::String(scrubbed)
                }
            }
            Value::String(text) => Value::String(clean(text)),
            Value::Array(items) => items.iter().map(|item| self.walk(item, redacted)).collect(),
            Value::Object(members) => {
                let mut kept = Map::new();
                for (key, member) in members {
                    let scrubbed = self.text(key);
                    *redacted |= scrubbed.redacted;
                    kept.insert(scrubbed.value.into_owned(), self.walk(member, redacted));
                }
                Value::Object(kept)
            }
        }
    }

    /// The longest spelling: an occurrence may be cut anywhere within so many bytes.
    pub(crate) fn longest(&self) -> usize {
        self.needles
            .iter()
            .map(|needle| needle.text.len())
            .max()
            .unwrap_or_default()
    }

    /// Returns what secrets cover, in order; ranges that overlap or touch are one.
    fn occurrences(&self, haystack: &[u8]) -> Vec<Range> {
        let mut found = Vec::new();
        for needle in &self.needles {
            let finder = Finder::new(needle.text.as_slice());
            let mut from = 0;
            while let Some(offset) = haystack.get(from..).and_then(|rest| finder.find(rest)) {
                let start = from + offset;
                found.push((start, start + needle.text.len()));
                from = start + needle.period;
            }
        }
        found.sort_unstable();
        let mut merged: Vec<Range> = Vec::with_capacity(found.len());
        for (start, end) in found {
            match merged.last_mut() {
                Some((_, last)) if start <= *last => *last = end.max(*last),
                Some(_) | None => merged.push((start, end)),
            }
        }
        merged
    }
}

/// Returns the smallest shift at which a text can overlap itself (Knuth, Morris and Pratt).
fn period(text: &[u8]) -> usize {
    let mut borders = vec![0; text.len()];
    let mut border = 0;
    for index in 1..text.len() {
        while border > 0 && text[index] != text[border] {
            border = borders[border - 1];
        }
        if text[index] == text[border] {
            border += 1;
        }
        borders[index] = border;
    }
    text.len() - border
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_the_smallest_shift_onto_itself() {
        for (text, shift) in [
            ("aaaaaa", 1),
            ("abcabc", 3),
            ("abcdab", 4),
            ("abcdef", 6),
            ("a", 1),
        ] {
            assert_eq!(period(text.as_bytes()), shift, "{text}");
        }
    }

    #[test]
    fn repetitions_of_a_secret_leave_nothing_of_it() {
        let secret = Secret::new("abcabcab".to_owned());
        let scrubber = Scrubber::new([&secret]);
        let clean = scrubber.bytes(b"x abcabcabcabcab y");
        assert_eq!(*clean.value, *b"x [redacted:credential] y");
    }
}
