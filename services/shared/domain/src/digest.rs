//! SHA-256 over RFC 8785 canonical JSON: what an approval is an approval of.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest. Prints as 64 lowercase hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

/// The value has no canonical JSON form.
#[derive(Debug, thiserror::Error)]
#[error("the value has no canonical JSON form")]
pub struct NotCanonical(#[source] serde_json::Error);

impl Digest {
    /// Digests raw bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Digests the RFC 8785 canonical JSON of a value: members sorted, one spelling for each
    /// number and string, no white space.
    ///
    /// # Errors
    /// When the value cannot be written as JSON.
    pub fn of_canonical<T: Serialize>(value: &T) -> Result<Self, NotCanonical> {
        serde_json_canonicalizer::to_vec(value)
            .map(|bytes| Self::of(&bytes))
            .map_err(NotCanonical)
    }

    /// Reads 64 lowercase hex digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = [pair[0], pair[1]].map(|d| match d {
                b'0'..=b'9' => Some(d - b'0'),
                b'a'..=b'f' => Some(d - b'a' + 10),
                _ => None,
            });
            *byte = high? << 4 | low?;
        }
        Some(Self(bytes))
    }

    /// Returns the 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl TryFrom<&[u8]> for Digest {
    type Error = std::array::TryFromSliceError;
    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes.try_into().map(Self)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let text = String::deserialize(reader)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not 64 hex digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn member_order_does_not_matter_but_every_value_does() {
        let digest = |value| Digest::of_canonical(&value).unwrap();
        let one = digest(json!({"a": 1, "b": [1, 2]}));

        assert_eq!(one, digest(json!({"b": [1, 2], "a": 1.0})));
        assert_ne!(one, digest(json!({"a": 1, "b": [2, 1]})));
        assert_ne!(one, digest(json!({"a": "1", "b": [1, 2]})));
    }

    #[test]
    fn a_known_digest_stays_the_same() {
        let digest = Digest::of_canonical(&json!({"amount": 4200, "currency": "EUR"})).unwrap();
        assert_eq!(digest, Digest::of(br#"{"amount":4200,"currency":"EUR"}"#));
    }
}
