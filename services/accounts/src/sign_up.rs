//! Signing up: a person, their tenant, themselves as its owner, its first environment.

use std::net::IpAddr;

use countersign_access::SystemReason;
use countersign_domain::{
    Fault, Kind,
    id::TenantId,
    name::{Email, Slug, Title},
    record::Act,
    role::Role,
    secret::Secret,
};
use countersign_store::{
    StoreError, SystemTx,
    members::NewMember,
    people::{EMAIL_TAKEN, NewPerson},
    tenants::NewTenant,
};

use crate::{
    accounts::Accounts,
    limits::Limited,
    password::{self, Busy, PasswordProblem},
    session::NewSession,
};

/// What somebody tells us to sign up.
pub struct SignUp {
    /// Their address.
    pub email: Email,
    /// Their password.
    pub password: Secret,
    /// The name of their tenant.
    pub organisation: Title,
    /// Where the request came from.
    pub address: IpAddr,
    /// What the browser calls itself.
    pub user_agent: String,
}

/// Why somebody could not sign up.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// The address is somebody's.
    #[error("there is already an account with this e-mail address; sign in instead")]
    EmailTaken,
    /// The password is not one we take.
    #[error(transparent)]
    Password(#[from] PasswordProblem),
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

impl Fault for SignUpError {
    fn kind(&self) -> Kind {
        match self {
            Self::EmailTaken => Kind::Conflict,
            Self::Password(problem) => problem.kind(),
            Self::Limited(_) => Kind::Limited,
            Self::Busy => Kind::Unavailable,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::EmailTaken => "email_taken",
            Self::Password(problem) => problem.code(),
            Self::Limited(_) => "too_many_attempts",
            Self::Busy => "busy",
            Self::Store(error) => error.code(),
        }
    }
}

impl From<Busy> for SignUpError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

impl Accounts {
    /// Signs somebody up and in.
    ///
    /// # Errors
    /// When the address is taken, the password is not one we take, or it is tried too often.
    pub async fn sign_up(&self, cmd: SignUp) -> Result<NewSession, SignUpError> {
        self.limits.count_address(cmd.address)?;
        password::check(&cmd.password, &cmd.email, Some(&cmd.organisation))?;
        let person = NewPerson {
            id: self.world.id(),
            email: cmd.email,
            password_hash: self.passwords.hash(&self.world, cmd.password).await?,
        };

        let tx = self.store.begin_system(SystemReason::SignUp).await?;
        tx.insert_person(&person).await.map_err(taken)?;
        let (tenant, slug) = self.begin_tenant(&tx, &cmd.organisation).await?;
        let owner = NewMember {
            tenant,
            id: self.world.id(),
            person: person.id,
            role: Role::Owner,
        };
        tx.insert_member(&owner).await?;
        let token = self.begin_session(&tx, person.id, cmd.user_agent).await?;
        let tenants = tx.tenants_of(person.id).await?;
        self.record_in_each(&tx, &tenants, Act::SignedUp).await?;
        tx.commit().await?;
        tracing::info!(tenant.id = %tenant, person.id = %person.id, "signed up");
        Ok(NewSession {
            token,
            tenant: Some(slug),
        })
    }

    /// Begins a tenant under the first free slug made from its name.
    async fn begin_tenant(
        &self,
        tx: &SystemTx,
        name: &Title,
    ) -> Result<(TenantId, Slug), SignUpError> {
        let mut number = 1;
        loop {
            let new = NewTenant {
                id: self.world.id(),
                slug: numbered(name, number),
                name: name.clone(),
                production: self.world.id(),
            };
            if tx.insert_tenant(&new).await? {
                return Ok((new.id, new.slug));
            }
            // A few in order, for people; then leaps, so that a popular name ends soon.
            number = if number < 20 {
                number + 1
            } else {
                20 + u64::from(u32::from_be_bytes(self.world.bytes()))
            };
        }
    }
}

/// `acme`, `acme-2`, `acme-3`; a name without a letter that can stand in a URL is a `team`.
fn numbered(name: &Title, number: u64) -> Slug {
    let base = Slug::from_title(name.as_str());
    let base = base.as_ref().map_or("team", Slug::as_str);
    let text = if number == 1 {
        base.to_owned()
    } else {
        let kept: String = base.chars().take(28).collect();
        format!("{}-{number}", kept.trim_end_matches('-'))
    };
    text.parse().expect("a slug, cut, with a number is a slug")
}

fn taken(error: StoreError) -> SignUpError {
    if error.constraint() == Some(EMAIL_TAKEN) {
        SignUpError::EmailTaken
    } else {
        error.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_slug_with_any_number() {
        for name in [
            "Acme",
            "東京",
            "42",
            &"a".repeat(80),
            "a b c d e f g h i j k l m n o p q r",
        ] {
            let name: Title = name.parse().unwrap();
            for number in [1, 2, 20, 20 + u64::from(u32::MAX)] {
                let slug = numbered(&name, number);
                assert!(slug.as_str().len() <= 40, "{slug}");
            }
        }
        let acme: Title = "Acme Ltd.".parse().unwrap();
        assert_eq!(numbered(&acme, 1).as_str(), "acme-ltd");
        assert_eq!(numbered(&acme, 2).as_str(), "acme-ltd-2");
    }
}
