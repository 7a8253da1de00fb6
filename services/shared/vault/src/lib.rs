//! Where secrets are kept: put in by members, opened only to be sent.
//!
//! What must always hold (README.md, law 9): only `secret-injection` opens secrets. It is the one
//! crate besides the binary that may depend on this one, and the binary only builds a vault and
//! hands it over; a test over the workspace's dependencies keeps it so.
//!
//! - A secret is found by its tenant, its [`SecretName`] and its version. The tenant comes from a
//!   [`TenantScope`], and a name is made of ids alone, so no text from outside is ever part of a
//!   place.
//! - Versions are counted from 1 and never change; they are deleted with the API that they let in at,
//!   and so is one that comes late, which counts from 1 again under their name. A version that
//!   nothing refers to, left by a crash or a refusal between the vault and the database, is harmless;
//!   it goes when the tenant stores a secret more than an hour later. What goes back to a backup
//!   counts the same versions again, so a secret is opened only where its fingerprint is the one
//!   stored.
//! - Nothing readable is kept in memory. [`LocalVault`] remembers sealed bytes and opens them
//!   anew each time.
//!
//! Start at [`SecretVault`]; the conformance suite in `tests/` is what every vault must pass.

mod error;
mod key_file;
mod local;
mod name;
mod seal;

use std::{fmt, str::FromStr};

use async_trait::async_trait;
use countersign_access::TenantScope;
use countersign_domain::secret::Secret;

pub use error::VaultError;
pub use key_file::{KeyFile, KeyFileError, MasterKey};
pub use local::LocalVault;
pub use name::SecretName;

/// Keeps secrets. The local vault, or one that somebody else runs.
#[async_trait]
pub trait SecretVault: Send + Sync {
    /// Stores a secret as the next version of its name.
    ///
    /// # Errors
    /// When the caller may not store secrets, or the vault does not confirm.
    async fn put(
        &self,
        scope: &TenantScope,
        name: &SecretName,
        secret: Secret,
    ) -> Result<StoredSecret, VaultError>;

    /// Opens one version of a secret. For `secret-injection` alone, at the last moment.
    ///
    /// # Errors
    /// When there is no such version, it is not what was stored, or the vault is down, sealed or
    /// tampered with. There is no falling back to anything else.
    async fn open(
        &self,
        scope: &TenantScope,
        name: &SecretName,
        stored: StoredSecret,
    ) -> Result<Secret, VaultError>;
}

/// What may be told of a secret that was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    /// Its version.
    pub version: u32,
    /// For telling two secrets apart.
    pub fingerprint: Fingerprint,
}

/// Eight hex digits of a keyed digest of a secret. The key never leaves the vault, so the digits
/// cannot be guessed at from outside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 4]);

impl Fingerprint {
    /// Takes the first bytes of a keyed digest.
    #[must_use]
    pub const fn new(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }
}

impl FromStr for Fingerprint {
    type Err = VaultError;

    fn from_str(text: &str) -> Result<Self, VaultError> {
        let number = u32::from_str_radix(text, 16).map_err(|_| VaultError::Tampered)?;
        Ok(Self(number.to_be_bytes()))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
