//! Accepting an invitation: as somebody new, or as who one already is.

use std::net::IpAddr;

use countersign_access::SystemReason::{ResolveCredential, SignUp};
use countersign_domain::{
    Fault, Kind,
    digest::Digest,
    id::{PersonId, SessionId},
    name::{Email, Slug},
    record::{Act, Record},
    secret::Secret,
};
use countersign_store::{
    StoreError, SystemTx,
    invitations::{FoundInvitation, UsedInvitation},
    members::{ALREADY_MEMBER, NewMember},
    people::{EMAIL_TAKEN, NewPerson},
};

use crate::{
    accounts::{Accounts, SESSION},
    limits::Limited,
    password::{self, Busy, PasswordProblem},
    token,
};

/// An invitation, and who accepts it.
pub struct Accept {
    /// From the link.
    pub token: Secret,
    /// Who.
    pub joining: Joining,
}

/// Who accepts an invitation.
pub enum Joining {
    /// Somebody new, with the address that the invitation is for.
    New {
        /// Their password.
        password: Secret,
        /// Where the request came from.
        address: IpAddr,
        /// What the browser calls itself.
        user_agent: String,
    },
    /// The person of a live session, whose address must be the one that the invitation is for.
    SignedIn(SessionId),
}

/// A membership that has begun.
pub struct Accepted {
    /// Of which tenant.
    pub tenant: Slug,
    /// The token of the new session, for somebody new.
    pub token: Option<Secret>,
}

/// Why an invitation could not be accepted.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// It is not one, is over, was used or was taken back: one answer for all.
    #[error("this invitation was used or taken back, or has expired; ask for another")]
    NotGood,
    /// It is for somebody else.
    #[error("this invitation is for another e-mail address than the one you are signed in with")]
    OtherPerson,
    /// There is an account with its address already.
    #[error("there is already an account with this e-mail address; sign in to accept")]
    EmailTaken,
    /// They are in already.
    #[error("you are already a member")]
    AlreadyMember,
    /// The session is over.
    #[error("sign in to do this")]
    SignedOut,
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

impl Fault for AcceptError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotGood => Kind::NotFound,
            Self::OtherPerson => Kind::Forbidden,
            Self::EmailTaken | Self::AlreadyMember => Kind::Conflict,
            Self::SignedOut => Kind::Unauthenticated,
            Self::Password(problem) => problem.kind(),
            Self::Limited(_) => Kind::Limited,
            Self::Busy => Kind::Unavailable,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotGood => "invitation_not_good",
            Self::OtherPerson => "invitation_for_another",
            Self::EmailTaken => "email_taken",
            Self::AlreadyMember => "already_member",
            Self::SignedOut => "sign_in_required",
            Self::Password(problem) => problem.code(),
            Self::Limited(_) => "too_many_attempts",
            Self::Busy => "busy",
            Self::Store(error) => error.code(),
        }
    }
}

impl From<Busy> for AcceptError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}

impl Accounts {
    /// Shows whoever holds an invitation what it is to.
    ///
    /// # Errors
    /// When it is not good.
    pub async fn invitation(&self, token: &str) -> Result<FoundInvitation, AcceptError> {
        let tx = self.store.begin_system(ResolveCredential).await?;
        let found = tx.invitation(&token::digest(token)).await?;
        found.ok_or(AcceptError::NotGood)
    }

    /// Accepts an invitation, once. What fails leaves it as it was.
    ///
    /// # Errors
    /// When it is not good, is for somebody else, they are in already, or it is tried too often.
    pub async fn accept(&self, cmd: Accept) -> Result<Accepted, AcceptError> {
        let digest = token::digest(cmd.token.expose());
        match cmd.joining {
            Joining::SignedIn(session) => self.join(&digest, session).await,
            Joining::New {
                password,
                address,
                user_agent,
            } => {
                self.limits.count_address(address)?;
                let found = self.invitation(cmd.token.expose()).await?;
                let organisation = found.tenant_name.parse().ok();
                password::check(&password, &found.email, organisation.as_ref())?;
                self.is_new(&found.email, cmd.token.expose()).await?;
                let person = NewPerson {
                    id: self.world.id(),
                    email: found.email,
                    password_hash: self.passwords.hash(&self.world, password).await?,
                };
                self.join_as_new(&digest, &person, user_agent).await
            }
        }
    }

    /// Says so before hashing when the address is somebody's: unless the invitation just made it
    /// so, and is used up.
    async fn is_new(&self, email: &Email, token: &str) -> Result<(), AcceptError> {
        let tx = self.store.begin_system(ResolveCredential).await?;
        if tx.password_of(email).await?.is_none() {
            return Ok(());
        }
        drop(tx);
        self.invitation(token).await?;
        Err(AcceptError::EmailTaken)
    }

    async fn join(&self, digest: &Digest, session: SessionId) -> Result<Accepted, AcceptError> {
        let tx = self.store.begin_system(SignUp).await?;
        let session = tx.session(session, SESSION).await?;
        let session = session.ok_or(AcceptError::SignedOut)?;
        let used = tx
            .use_invitation(digest)
            .await?
            .ok_or(AcceptError::NotGood)?;
        if used.invitation.email != session.email {
            return Err(AcceptError::OtherPerson);
        }
        self.add(&tx, &used, session.person).await?;
        tx.commit().await?;
        Ok(Accepted {
            tenant: used.invitation.tenant_slug,
            token: None,
        })
    }

    async fn join_as_new(
        &self,
        digest: &Digest,
        person: &NewPerson,
        user_agent: String,
    ) -> Result<Accepted, AcceptError> {
        let tx = self.store.begin_system(SignUp).await?;
        let used = tx
            .use_invitation(digest)
            .await?
            .ok_or(AcceptError::NotGood)?;
        tx.insert_person(person).await.map_err(conflict)?;
        self.add(&tx, &used, person.id).await?;
        let token = self.begin_session(&tx, person.id, user_agent).await?;
        tx.commit().await?;
        Ok(Accepted {
            tenant: used.invitation.tenant_slug,
            token: Some(token),
        })
    }

    async fn add(
        &self,
        tx: &SystemTx,
        used: &UsedInvitation,
        person: PersonId,
    ) -> Result<(), AcceptError> {
        let UsedInvitation {
            invitation: used,
            invited_by,
        } = used;
        let new = NewMember {
            tenant: used.tenant,
            id: self.world.id(),
            person,
            role: used.role,
        };
        tx.insert_member(&new).await.map_err(conflict)?;
        let tenants = tx.tenants_of(person).await?;
        for joined in tenants.iter().filter(|tenant| tenant.id == used.tenant) {
            let record = Record::new(&self.world, joined.id, Act::MemberJoined, joined.who())
                .with("invitation", used.id.to_string())
                .with("role", used.role.as_str())
                // The link was in the inviter's hands, who could have followed it themselves: the
                // trail does not let that look like somebody else coming in.
                .with("invited_by", invited_by.as_str())
                .with("link_shown_to", invited_by.as_str());
            tx.append_record(&record).await?;
        }
        Ok(())
    }
}

fn conflict(error: StoreError) -> AcceptError {
    match error.constraint() {
        Some(EMAIL_TAKEN) => AcceptError::EmailTaken,
        Some(ALREADY_MEMBER) => AcceptError::AlreadyMember,
        Some(_) | None => error.into(),
    }
}
