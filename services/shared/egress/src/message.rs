//! What goes out and what comes back.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use countersign_domain::operation::Method;
use countersign_domain::secret::Secret;
use url::Url;

/// The text of one header. It has no `Debug`: it may be a secret.
pub enum HeaderText {
    /// Anybody may read it.
    Plain(String),
    /// Only the upstream may read it.
    Secret(Secret),
}

impl HeaderText {
    pub(crate) fn expose(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Secret(secret) => secret.expose(),
        }
    }
}

/// One request to somebody else's server. It has no `Debug`: its URL, headers and body may
/// hold secrets.
pub struct OutboundRequest {
    /// The method.
    pub method: Method,
    /// Where to; checked by [`crate::Egress::send`], whatever was checked before.
    pub url: Url,
    /// Headers in the order they are sent; a name may stand more than once. Those that say
    /// how the message travels (`host`, `content-length`, `connection`, …) are not the caller's.
    pub headers: Vec<(String, HeaderText)>,
    /// The body, if there is one.
    pub body: Option<Bytes>,
    /// How long and how large the answer may be.
    pub limits: RequestLimits,
}

/// How long and how large an answer may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLimits {
    /// From the start until the whole head of the answer is there.
    pub first_byte: Duration,
    /// From the start until the end.
    pub total: Duration,
    /// Between two pieces of the body.
    pub idle: Duration,
    /// All header names and values together.
    pub header_bytes: usize,
    /// How many headers; at most 256 whatever stands here.
    pub header_count: usize,
    /// The body.
    pub body_bytes: usize,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            first_byte: Duration::from_secs(10),
            total: Duration::from_secs(30),
            idle: Duration::from_secs(10),
            header_bytes: 64 * 1024,
            header_count: 100,
            body_bytes: 8 * 1024 * 1024,
        }
    }
}

/// Says how much of a body there is room for while it is read: many may come slowly at once.
pub trait Room: fmt::Debug + Send + Sync {
    /// Takes what a body of so many bytes needs, of which it may have some already. Says whether
    /// there is as much; what is taken, the body has until it is gone.
    fn fits(&self, bytes: usize) -> bool;
}

/// Room for everything that a request's own limits allow.
#[derive(Clone, Copy, Debug)]
pub struct Plenty;

impl Room for Plenty {
    fn fits(&self, _bytes: usize) -> bool {
        true
    }
}

/// The answer, within its limits. Its `Debug` tells sizes only.
#[derive(Clone)]
pub struct InboundResponse {
    /// The status. Redirects (3xx) come back as they are; nobody followed them.
    pub status: u16,
    /// Names in lower case, values as received. A redirect's `location` is left out when it
    /// points where we would not go.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body as received: never compressed, never decompressed.
    pub body: Bytes,
    /// There was no room for more than this beginning of the body.
    pub is_cut: bool,
}

impl InboundResponse {
    /// Returns the first header of this name (in lower case), if it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(known, _)| known == name)?;
        std::str::from_utf8(value).ok()
    }
}

impl fmt::Debug for InboundResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboundResponse")
            .field("status", &self.status)
            .field("headers", &self.headers.len())
            .field("body_bytes", &self.body.len())
            .field("is_cut", &self.is_cut)
            .finish()
    }
}
