//! A request, ready but for its credential, and how a reviewer sees it.

use std::fmt::Write as _;

use countersign_domain::{digest::Digest, media_type::essence, operation::Method, text};
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
    /// the digest of what is not text; of a body of parts, each part by itself.
    #[must_use]
    pub fn display_body(&self) -> Option<String> {
        let body = self.body.as_deref()?;
        Some(
            match (
                std::str::from_utf8(body),
                self.content_type().and_then(boundary),
            ) {
                (Ok(text), _) => readable(text),
                (Err(_), Some(boundary)) => by_part(body, boundary, with_parts),
                (Err(_), None) => digested(body),
            },
        )
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

fn readable(text: &str) -> String {
    text::reveal(&text.replace("\r\n", "\n"))
}

fn digested(bytes: &[u8]) -> String {
    format!("[{} bytes, SHA-256 {}]", bytes.len(), Digest::of(bytes))
}

/// What stands between the parts of what has parts: [`build`](super::build) puts it last.
fn boundary(media: &str) -> Option<&str> {
    let parts = essence(media).starts_with("multipart/").then_some(media)?;
    Some(parts.rsplit_once("; boundary=")?.1)
}

/// A body of parts, each of which begins with a line that is in none of them.
fn by_part(body: &[u8], boundary: &str, show: fn(&str, &[u8]) -> String) -> String {
    let line = format!("--{boundary}");
    let mut shown = String::new();
    for (index, part) in split(body, line.as_bytes()).into_iter().enumerate() {
        if index > 0 {
            shown.push_str(&line);
        }
        match std::str::from_utf8(part) {
            Ok(text) => shown.push_str(&readable(text)),
            Err(_) => shown.push_str(&with_head(part, show)),
        }
    }
    shown
}

/// The headers of a part that is not text, and what they are of.
fn with_head(part: &[u8], show: fn(&str, &[u8]) -> String) -> String {
    const EMPTY_LINE: &[u8] = b"\r\n\r\n";
    let content = part.strip_suffix(b"\r\n").unwrap_or(part);
    let start = find(content, EMPTY_LINE).map_or(0, |at| at + EMPTY_LINE.len());
    let (head, content) = content.split_at(start);
    match std::str::from_utf8(head) {
        Ok(head) => format!("{}{}\n", readable(head), show(head, content)),
        Err(_) => digested(part),
    }
}

/// What is in a part, by its own parts if it has some; theirs have none.
fn with_parts(head: &str, content: &[u8]) -> String {
    let mut media = head
        .lines()
        .filter_map(|line| line.strip_prefix("Content-Type: "));
    match media.next().and_then(boundary) {
        Some(boundary) => by_part(content, boundary, |_, content| digested(content)),
        None => digested(content),
    }
}

fn split<'b>(mut bytes: &'b [u8], line: &[u8]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    while let Some(at) = find(bytes, line) {
        pieces.push(&bytes[..at]);
        bytes = &bytes[at + line.len()..];
    }
    pieces.push(bytes);
    pieces
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|here| here == what)
}
