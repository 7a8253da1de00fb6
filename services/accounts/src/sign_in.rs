//! Signing in with a password.
//!
//! A wrong password and an unknown address give one answer after one time: both hash once, and
//! both answer no sooner than [`REFUSAL`] after they began, which covers what only one of them
//! writes down.

use std::{net::IpAddr, time::Duration};

use countersign_access::SystemReason::ResolveCredential;
use countersign_domain::{Fault, Kind, id::PersonId, name::Email, record::Act, secret::Secret};
use countersign_store::StoreError;
use tokio::time::Instant;

use crate::{accounts::Accounts, limits::Limited, password::Busy, session::NewSession};

/// How long a refusal takes at least.
const REFUSAL: Duration = Duration::from_millis(400);

/// What somebody tells us to sign in.
pub struct SignIn {
    /// Their address.
    pub email: Email,
    /// Their password.
    pub password: Secret,
    /// Where the request came from.
    pub address: IpAddr,
    /// What the browser calls itself.
    pub user_agent: String,
}

/// Why somebody could not sign in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// One answer for an unknown address and for a wrong password.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// Too many tries.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// Too many at once.
    #[error("too many people are signing in right now")]
    Busy,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for SignInError {
    fn kind(&self) -> Kind {
        match self {
            Self::WrongCredentials => Kind::Unauthenticated,
            Self::Limited(_) => Kind::Limited,
            Self::Busy => Kind::Unavailable,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::WrongCredentials => "wrong_credentials",
            Self::Limited(_) => "too_many_attempts",
            Self::Busy => "busy",
            Self::Store(error) => error.code(),
        }
    }
}

impl From<Busy> for SignInError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

impl Accounts {
    /// Signs somebody in: always a new session with a new token.
    ///
    /// # Errors
    /// When the address or the password is wrong, or it is tried too often.
    pub async fn sign_in(&self, cmd: SignIn) -> Result<NewSession, SignInError> {
        let began = Instant::now();
        self.limits.count_address(cmd.address)?;
        self.limits.count_account(&cmd.email, cmd.address)?;
        let tx = self.store.begin_system(ResolveCredential).await?;
        let known = tx.password_of(&cmd.email).await?;
        // Nothing is held while waiting for a turn to hash.
        tx.commit().await?;
        let (person, hash) = known.map(|known| (known.person, known.hash)).unzip();
        let right = self.passwords.verify(cmd.password, hash).await?;
        if let Some(person) = person.filter(|_| right) {
            return Ok(self.signed_in(person, cmd.user_agent).await?);
        }
        let noted = self.note_failure(person, cmd.address).await;
        tokio::time::sleep_until(began + REFUSAL).await;
        noted?;
        Err(SignInError::WrongCredentials)
    }

    async fn signed_in(
        &self,
        person: PersonId,
        user_agent: String,
    ) -> Result<NewSession, StoreError> {
        let tx = self.store.begin_system(ResolveCredential).await?;
        let token = self.begin_session(&tx, person, user_agent).await?;
        let tenants = tx.tenants_of(person).await?;
        self.record_in_each(&tx, &tenants, Act::SignedIn).await?;
        tx.commit().await?;
        let tenant = tenants.into_iter().next().map(|tenant| tenant.slug);
        Ok(NewSession { token, tenant })
    }

    /// A failure at somebody's account is a row in the log of each of their tenants; one at
    /// nobody's is only in ours.
    async fn note_failure(
        &self,
        person: Option<PersonId>,
        address: IpAddr,
    ) -> Result<(), StoreError> {
        let Some(person) = person else {
            tracing::info!(client.address = %address, "failed sign-in at no account");
            return Ok(());
        };
        let tx = self.store.begin_system(ResolveCredential).await?;
        let tenants = tx.tenants_of(person).await?;
        for record in self.records(&tenants, Act::SignInFailed) {
            let record = record.with("address", address.to_string());
            tx.append_record(&record).await?;
        }
        tx.commit().await
    }
}
