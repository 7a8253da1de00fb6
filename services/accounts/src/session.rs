//! Sessions: beginning, finding and ending one, and entering a tenant with one.

use countersign_access::{SystemReason::ResolveCredential, TenantScope};
use countersign_domain::{
    id::{PersonId, SessionId},
    name::{Email, Slug},
    record::{Act, Record},
    role::Role,
    secret::Secret,
};
use countersign_store::{StoreError, SystemTx, sessions as rows};

use crate::{
    accounts::{Accounts, SESSION},
    token,
};

/// A browser that has just signed in.
pub struct NewSession {
    /// For the cookie; it is kept nowhere else.
    pub token: Secret,
    /// The tenant to show first, if there is one.
    pub tenant: Option<Slug>,
}

/// A person with a live session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session.
    pub session: SessionId,
    /// The person.
    pub person: PersonId,
    /// Their address.
    pub email: Email,
    /// The tenants they are a member of now, by name.
    pub memberships: Vec<MembershipView>,
}

/// One tenant of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipView {
    /// The tenant's part of our URLs.
    pub tenant: Slug,
    /// Its name.
    pub name: String,
    /// What the person is there.
    pub role: Role,
}

impl Accounts {
    /// Finds the live session of a cookie's token.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn session(&self, token: &str) -> Result<Option<SignedIn>, StoreError> {
        let tx = self.store.begin_system(ResolveCredential).await?;
        let digest = token::digest(token);
        let Some(session) = tx.session_seen(&digest, SESSION).await? else {
            return Ok(None);
        };
        let tenants = tx.tenants_of(session.person).await?;
        tx.commit().await?;
        let memberships = tenants.into_iter().map(|tenant| MembershipView {
            tenant: tenant.slug,
            name: tenant.name,
            role: tenant.role,
        });
        Ok(Some(SignedIn {
            session: session.id,
            person: session.person,
            email: session.email,
            memberships: memberships.collect(),
        }))
    }

    /// Lets the person of a live session into a tenant, with the role they have at this moment.
    /// `None` for a tenant that is not there and for one that is not theirs.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn enter(
        &self,
        session: SessionId,
        tenant: &Slug,
    ) -> Result<Option<TenantScope>, StoreError> {
        let tx = self.store.begin_system(ResolveCredential).await?;
        tx.enter(session, tenant, SESSION).await
    }

    /// Ends a session. Ending one that is over is no error.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sign_out(&self, session: SessionId) -> Result<(), StoreError> {
        let tx = self.store.begin_system(ResolveCredential).await?;
        if let Some(person) = tx.revoke_session(session).await? {
            let tenants = tx.tenants_of(person).await?;
            self.record_in_each(&tx, &tenants, Act::SignedOut).await?;
        }
        tx.commit().await
    }

    /// Begins a session in the caller's transaction.
    pub(crate) async fn begin_session(
        &self,
        tx: &SystemTx,
        person: PersonId,
        user_agent: String,
    ) -> Result<Secret, StoreError> {
        let token = token::new(&self.world);
        let session = rows::NewSession {
            id: self.world.id(),
            person,
            digest: token::digest(token.expose()),
            user_agent: user_agent.chars().take(200).collect(),
        };
        tx.insert_session(&session, SESSION).await?;
        Ok(token)
    }

    /// Records what a person did, in the log of every tenant it concerns.
    pub(crate) async fn record_in_each(
        &self,
        tx: &SystemTx,
        tenants: &[rows::TenantOf],
        act: Act,
    ) -> Result<(), StoreError> {
        for record in self.records(tenants, act) {
            tx.append_record(&record).await?;
        }
        Ok(())
    }

    pub(crate) fn records(&self, tenants: &[rows::TenantOf], act: Act) -> Vec<Record> {
        let record =
            |tenant: &rows::TenantOf| Record::new(&self.world, tenant.id, act, tenant.who());
        tenants.iter().map(record).collect()
    }
}
