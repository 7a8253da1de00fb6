//! Why a call has no answer.

use countersign_domain::{Fault, Kind};
use countersign_egress::EgressError;
use countersign_vault::VaultError;

use super::Sent;
use crate::BuildError;

/// The request a call means cannot be sent, or cannot be shown to a reviewer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestRefused {
    /// The arguments do not make a request.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The request would leave the connection's address, or take the credential to one it
    /// was not stored for.
    #[error("the request would go to an address that this connection is not for")]
    HostNotAllowed,
    /// The document says that this operation lives elsewhere.
    #[error(
        "this operation lives at {server}, which the address of this connection does not cover"
    )]
    ServerNotPinned {
        /// Where, as the document says.
        server: String,
    },
    /// The API wants a credential and the connection has none.
    #[error("this tool needs a credential and its connection has none")]
    CredentialMissing,
    /// An import changed what the credential was stored for, and nobody has confirmed it yet.
    #[error(
        "the credential of this connection is suspended: an import changed where this API lives or \
         what lets one in, and a member has not confirmed it yet"
    )]
    CredentialSuspended,
    /// An argument would stand where the credential goes.
    #[error("an argument would set what the credential of this connection sets")]
    CredentialClash,
    /// An argument is the whole query, where the credential goes.
    #[error(
        "the argument `{argument}` is the whole query, so the credential of this connection cannot \
         stand in it; store one that is sent elsewhere, such as in a header"
    )]
    QueryFilled {
        /// Which.
        argument: String,
    },
    /// More than a reviewer can be asked to look at.
    #[error("the request is larger than 64 KiB, too large for a reviewer to look at")]
    TooLargeToReview,
}

impl Fault for RequestRefused {
    fn kind(&self) -> Kind {
        match self {
            Self::Build(inner) => inner.kind(),
            Self::HostNotAllowed
            | Self::ServerNotPinned { .. }
            | Self::CredentialMissing
            | Self::CredentialSuspended => Kind::Conflict,
            Self::CredentialClash | Self::QueryFilled { .. } => Kind::Invalid,
            Self::TooLargeToReview => Kind::TooLarge,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Build(inner) => inner.code(),
            Self::HostNotAllowed => "upstream_host_not_allowed",
            Self::ServerNotPinned { .. } => "server_not_pinned",
            Self::CredentialMissing => "credential_missing",
            Self::CredentialSuspended => "credential_suspended",
            Self::CredentialClash | Self::QueryFilled { .. } => "credential_clash",
            Self::TooLargeToReview => "too_large_to_review",
        }
    }
}

/// A call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum DispatchError {
    /// The authority is for another tenant, tool or arguments. A fault of ours, never sent.
    #[error("this call is not the one that was authorized")]
    NotThisCall,
    /// The request cannot be sent.
    #[error(transparent)]
    Request(#[from] RequestRefused),
    /// The vault does not give the secret. There is no older copy to fall back to.
    #[error("the credential of this connection is not available at present")]
    CredentialUnavailable(#[source] VaultError),
    /// The way out failed.
    #[error(transparent)]
    Egress(#[from] EgressError),
}

impl DispatchError {
    /// Whether the upstream has seen the call.
    #[must_use]
    pub fn sent(&self) -> Sent {
        match self {
            Self::Egress(error) if error.may_have_been_sent() => Sent::Perhaps,
            Self::Egress(_)
            | Self::NotThisCall
            | Self::Request(_)
            | Self::CredentialUnavailable(_) => Sent::No,
        }
    }
}

impl Fault for DispatchError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotThisCall => Kind::Internal,
            Self::Request(inner) => inner.kind(),
            Self::CredentialUnavailable(_) => Kind::Unavailable,
            Self::Egress(inner) => inner.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotThisCall => "not_authorized",
            Self::Request(inner) => inner.code(),
            Self::CredentialUnavailable(_) => "credential_unavailable",
            Self::Egress(inner) => inner.code(),
        }
    }
}
