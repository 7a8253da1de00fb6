//! Tells the fronts what `accounts` knows about sessions.

use async_trait::async_trait;
use countersign_access::{ActionName, TenantScope};
use countersign_accounts::{Accounts, SignedIn};
use countersign_domain::name::Slug;
use countersign_edge::{Authenticate, Caller, MembershipView, Problem, SignedInUser};

/// The sessions of [`Accounts`].
pub(crate) struct Sessions(pub(crate) Accounts);

#[async_trait]
impl Authenticate for Sessions {
    async fn session(&self, token: &str) -> Result<Option<SignedInUser>, Problem> {
        Ok(self.0.session(token).await?.map(user))
    }

    async fn enter(
        &self,
        user: &SignedInUser,
        tenant: &Slug,
    ) -> Result<Option<TenantScope>, Problem> {
        Ok(self.0.enter(user.session, tenant).await?)
    }

    async fn denied(&self, caller: &Caller, action: ActionName) -> Result<(), Problem> {
        let session = caller.user.session;
        Ok(self.0.denied(&caller.scope, session, action).await?)
    }
}

fn user(known: SignedIn) -> SignedInUser {
    let membership = |m: countersign_accounts::MembershipView| MembershipView {
        tenant: m.tenant,
        name: m.name,
        role: m.role,
    };
    SignedInUser {
        session: known.session,
        person: known.person,
        email: known.email,
        memberships: known.memberships.into_iter().map(membership).collect(),
    }
}
