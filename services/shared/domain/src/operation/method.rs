//! HTTP methods: those that a path item has a field for, and any other as a document writes it.
//!
//! Servers tell methods apart by case, so [`Method::Other`] keeps what is written to the letter. It
//! is never one of the others in another case: nobody could tell the two apart by looking.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An HTTP method that an operation can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "RFC 9110 section 9, RFC 5789 and RFC 10008 say what they are"
)]
pub enum Method {
    Get,
    Put,
    Post,
    Delete,
    Patch,
    Head,
    Options,
    Trace,
    Query,
    /// Any other; what it does is between the document and its server.
    Other(OtherMethod),
}

/// A method by its own name, which [`Method::as_written`] has looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OtherMethod([u8; OtherMethod::BYTES]);

impl OtherMethod {
    /// The longest name; the longest one registered has 17.
    pub const BYTES: usize = 24;

    fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; Self::BYTES];
        let is_token =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let fits = !text.is_empty() && text.bytes().all(is_token);
        bytes
            .get_mut(..text.len())
            .filter(|_| fits)?
            .copy_from_slice(text.as_bytes());
        Some(Self(bytes))
    }

    /// Returns the name as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let name = self.0.split(|byte| *byte == 0).next().unwrap_or_default();
        std::str::from_utf8(name).unwrap_or_default()
    }
}

impl fmt::Debug for OtherMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Method {
    /// The methods that an `OpenAPI` path item has a field for.
    pub const FIELDS: [Self; 9] = [
        Self::Get,
        Self::Put,
        Self::Post,
        Self::Delete,
        Self::Patch,
        Self::Head,
        Self::Options,
        Self::Trace,
        Self::Query,
    ];

    /// Returns the method as it stands in a request line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Patch => "PATCH",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Trace => "TRACE",
            Self::Query => "QUERY",
            Self::Other(name) => name.as_str(),
        }
    }

    /// Finds the method of a path item's field, in any case.
    #[must_use]
    pub fn of_field(name: &str) -> Option<Self> {
        Self::FIELDS
            .into_iter()
            .find(|method| method.as_str().eq_ignore_ascii_case(name))
    }

    /// Reads a method as it stands in a request line: a token (RFC 9110 section 5.6.2) of at most
    /// [`OtherMethod::BYTES`], and not one of [`Method::FIELDS`] in another case.
    #[must_use]
    pub fn as_written(text: &str) -> Option<Self> {
        match Self::of_field(text) {
            Some(method) => Some(method).filter(|method| method.as_str() == text),
            None => OtherMethod::new(text).map(Self::Other),
        }
    }

    /// Says whether a request with it is said to change nothing (RFC 9110, section 9.2.1).
    #[must_use]
    pub const fn is_safe(&self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::Options | Self::Query)
    }

    /// Says whether no request may ever have it: it echoes the credential (`TRACE`, `TRACK`), makes
    /// a tunnel (`CONNECT`), begins another protocol (`PRI`) or stops a server to look into it
    /// (`DEBUG`).
    #[must_use]
    pub fn is_never_sent(&self) -> bool {
        const NEVER: [&str; 5] = ["TRACE", "TRACK", "CONNECT", "PRI", "DEBUG"];
        NEVER
            .iter()
            .any(|name| self.as_str().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Method {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Method {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::as_written(&text).ok_or_else(|| de::Error::custom("this is no method"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_read_as_it_is_written_or_not_at_all() {
        for name in [
            "GET",
            "QUERY",
            "COPY",
            "purge",
            "M-SEARCH",
            "!#$%&'*+-.^_`|~",
        ] {
            let method = Method::as_written(name).unwrap();
            assert_eq!(method.as_str(), name);
            let json = serde_json::to_string(&method).unwrap();
            assert_eq!(json, serde_json::to_string(name).unwrap());
            assert_eq!(serde_json::from_str::<Method>(&json).unwrap(), method);
        }
        let refused = [
            "",
            "get",
            "Query",
            "GET ",
            " COPY",
            "CO PY",
            "COPY\r\nHost: evil",
            "COPY\0",
            "KÖPY",
            "COPY/1",
            "A\"B",
            "A(B)",
            "A:B",
            "A@B",
            "[A]",
            "{A}",
            "\u{202e}TEG",
            "AAAAAAAAAAAAAAAAAAAAAAAAA",
        ];
        for name in refused {
            assert_eq!(Method::as_written(name), None, "{name:?}");
            let json = serde_json::to_string(name).unwrap();
            assert!(serde_json::from_str::<Method>(&json).is_err(), "{name:?}");
        }
        println!("N = {} names that are no method", refused.len());
    }

    #[test]
    fn what_is_never_sent_is_so_in_any_case() {
        for name in [
            "TRACE", "TRACK", "track", "CONNECT", "Connect", "PRI", "DEBUG",
        ] {
            assert!(Method::as_written(name).unwrap().is_never_sent(), "{name}");
        }
        for name in ["GET", "HEAD", "QUERY", "COPY", "TRACES"] {
            assert!(!Method::as_written(name).unwrap().is_never_sent(), "{name}");
        }
    }
}
