//! A request, ready but for its credential, and how a reviewer sees it.

use std::fmt::Write as _;

use countersign_domain::{digest::Digest, operation::Method, text};
use url::Url;

/// One request, built from a template and arguments; see [`build`](super::build).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltRequest {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Vec<u8>>,
}

/// A request taken apart, which nothing checks any longer.
#[derive(Clone, Debug)]
pub struct RequestParts {
    /// The method.
    pub method: Method,
    /// The whole URL.
    pub url: Url,
    /// Every header but those of the connection itself, names in lowercase.
    pub headers: Vec<(String, String)>,
    /// The body, or `None` where none is sent.
    pub body: Option<Vec<u8>>,
}

impl BuiltRequest {
    /// Returns the method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// Returns the whole URL.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns every header that is sent but those of the connection itself, names in lowercase.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Returns the body, or `None` where none is sent.
    #[must_use]
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// Returns the media type of the body.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        let header = self.headers.iter().find(|(name, _)| name == "content-type");
        header.map(|(_, value)| value.as_str())
    }

    /// Takes the request apart, to be sent.
    #[must_use]
    pub fn into_parts(self) -> RequestParts {
        let Self {
            method,
            url,
            headers,
            body,
        } = self;
        RequestParts {
            method,
            url,
            headers,
            body,
        }
    }

    /// Returns the URL as it is sent: visible ASCII, nothing decoded.
    #[must_use]
    pub fn display_url(&self) -> &str {
        self.url.as_str()
    }

    /// Returns the body for a reviewer: text with its hidden characters drawn, or the size and
    /// the digest of what is not text.
    #[must_use]
    pub fn display_body(&self) -> Option<String> {
        let body = self.body.as_deref()?;
        Some(match std::str::from_utf8(body) {
            Ok(readable) if !readable.contains('\0') => {
                text::reveal(&readable.replace("\r\n", "\n"))
            }
            Ok(_) | Err(_) => format!("[{} bytes, SHA-256 {}]", body.len(), Digest::of(body)),
        })
    }

    /// Returns the whole request for a reviewer: request line, headers, an empty line, the body.
    #[must_use]
    pub fn display(&self) -> String {
        let mut shown = format!("{} {}\n", self.method, self.display_url());
        for (name, value) in &self.headers {
            let _ = writeln!(shown, "{name}: {value}");
        }
        if let Some(body) = self.display_body() {
            shown.push('\n');
            shown.push_str(&body);
        }
        shown
    }
}
