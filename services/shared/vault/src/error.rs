//! What can go wrong between us and a vault.

use std::error::Error;

use countersign_access::Denied;
use countersign_domain::{Fault, Kind};

/// A secret could not be stored or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The caller may not store secrets.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The vault cannot be reached, or does not answer in time.
    #[error("the vault is not available")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The vault is there but cannot be opened: it is sealed, or sealed under another key file.
    #[error("the vault is sealed, or the key file is not the one it was sealed with")]
    Sealed,
    /// There is no such version of this secret.
    #[error("there is no such secret")]
    Missing,
    /// What is stored is not what was put there.
    #[error("a stored secret was changed from outside")]
    Tampered,
}

impl Fault for VaultError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(denied) => denied.kind(),
            Self::Unavailable(_) | Self::Sealed => Kind::Unavailable,
            Self::Missing => Kind::NotFound,
            Self::Tampered => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Denied(denied) => denied.code(),
            Self::Unavailable(_) => "vault_unavailable",
            Self::Sealed => "vault_sealed",
            Self::Missing => "secret_missing",
            Self::Tampered => "vault_tampered",
        }
    }
}
