//! Why nothing came back, and whether anything went out.

use std::error::Error;

use countersign_domain::{Fault, Kind};

/// What lies beneath a failure, for the log only. It never holds the URL or a header.
pub type Cause = Box<dyn Error + Send + Sync>;

/// Whether the upstream may have seen (part of) the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Not a byte of the request left.
    No,
    /// It cannot be ruled out.
    Perhaps,
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// The URL, or an address its name stands for, is refused. The same for every reason.
    #[error("the destination is not allowed")]
    DestinationNotAllowed,
    /// The method or a header cannot be sent.
    #[error("the request has {0} that cannot be sent")]
    RequestInvalid(&'static str),
    /// The host name has no address, or could not be looked up.
    #[error("the host name could not be resolved")]
    Dns(#[source] Cause),
    /// No connection came about.
    #[error("the upstream could not be reached")]
    Connect(#[source] Cause),
    /// The upstream could not prove who it is, or does not speak TLS.
    #[error("no trusted TLS connection to the upstream")]
    Tls(Sent, #[source] Cause),
    /// The upstream was too slow.
    #[error("the upstream took too long: {1}")]
    Timeout(Sent, &'static str),
    /// The connection ended before the answer did.
    #[error("the upstream ended the connection before its answer was complete")]
    Reset(#[source] Cause),
    /// The answer is larger than its limit.
    #[error("the upstream answered with {0} over the limit")]
    TooLarge(&'static str),
    /// The answer is encoded although it was asked not to be.
    #[error("the upstream answered in an encoding it was not asked for")]
    Encoding,
    /// The answer is not HTTP as it should be.
    #[error("the upstream did not answer in proper HTTP")]
    Protocol(#[source] Cause),
    /// Only [`crate::Fetch`]: the answer was a redirect.
    #[error("the server answered with a redirect; give the final address")]
    Redirected,
    /// Only [`crate::Fetch`]: the answer was not a success.
    #[error("the server answered with status {0}")]
    Status(u16),
}

impl EgressError {
    /// Says whether the upstream may have seen the request, so that its effect is unknown.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        match self {
            Self::DestinationNotAllowed
            | Self::RequestInvalid(_)
            | Self::Dns(_)
            | Self::Connect(_)
            | Self::Tls(Sent::No, _)
            | Self::Timeout(Sent::No, _) => false,
            Self::Tls(Sent::Perhaps, _)
            | Self::Timeout(Sent::Perhaps, _)
            | Self::Reset(_)
            | Self::TooLarge(_)
            | Self::Encoding
            | Self::Protocol(_)
            | Self::Redirected
            | Self::Status(_) => true,
        }
    }
}

impl Fault for EgressError {
    fn kind(&self) -> Kind {
        match self {
            Self::DestinationNotAllowed
            | Self::RequestInvalid(_)
            | Self::Redirected
            | Self::Status(_) => Kind::Invalid,
            Self::TooLarge(_) => Kind::TooLarge,
            Self::Dns(_)
            | Self::Connect(_)
            | Self::Tls(..)
            | Self::Timeout(..)
            | Self::Reset(_)
            | Self::Encoding
            | Self::Protocol(_) => Kind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::DestinationNotAllowed => "destination_not_allowed",
            Self::RequestInvalid(_) => "outbound_request_invalid",
            Self::Dns(_) => "upstream_dns",
            Self::Connect(_) => "upstream_connect",
            Self::Tls(..) => "upstream_tls",
            Self::Timeout(..) => "upstream_timeout",
            Self::Reset(_) => "upstream_reset",
            Self::TooLarge(_) => "upstream_too_large",
            Self::Encoding => "upstream_encoding",
            Self::Protocol(_) => "upstream_protocol",
            Self::Redirected => "upstream_redirect",
            Self::Status(_) => "upstream_status",
        }
    }
}
