//! Why a connection was not changed.

use countersign_access::Denied;
use countersign_domain::{Fault, Kind, connection::InvalidBaseUrl};
use countersign_egress::EgressError;
use countersign_store::StoreError;
use countersign_vault::VaultError;

use super::InvalidSecret;

/// A connection was not shown or not changed.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The caller's role says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The address is not one of an API.
    #[error(transparent)]
    Address(#[from] InvalidBaseUrl),
    /// The door does not lead there.
    #[error(transparent)]
    Destination(#[from] EgressError),
    /// The secret cannot be sent the way it would have to be.
    #[error(transparent)]
    Secret(#[from] InvalidSecret),
    /// A credential needs an address to be bound to.
    #[error("say first where this API lives")]
    NotConnected,
    /// Somebody moved the connection to another address meanwhile.
    #[error("the address was changed meanwhile; look at it again")]
    Moved,
    /// Nothing that was seen suspends the credential.
    #[error("the credential of this connection is not suspended by what you have seen")]
    NotSuspended,
    /// The vault did not take it.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ConnectionError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(inner) => inner.kind(),
            Self::Address(_) => Kind::Invalid,
            Self::Destination(inner) => inner.kind(),
            Self::Secret(inner) => inner.kind(),
            Self::NotConnected | Self::Moved | Self::NotSuspended => Kind::Conflict,
            Self::Vault(inner) => inner.kind(),
            Self::Store(inner) => inner.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Denied(inner) => inner.code(),
            Self::Address(_) => "base_url_invalid",
            Self::Destination(inner) => inner.code(),
            Self::Secret(inner) => inner.code(),
            Self::NotConnected => "not_connected",
            Self::Moved => "connection_changed",
            Self::NotSuspended => "credential_not_suspended",
            Self::Vault(inner) => inner.code(),
            Self::Store(inner) => inner.code(),
        }
    }
}
