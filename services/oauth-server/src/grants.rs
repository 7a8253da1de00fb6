//! The agents that are connected to a tenant, and how a human disconnects them.

use countersign_access::{ActionName, Denied, RevokeAgent, TenantScope};
use countersign_domain::{
    Fault, Kind, Timestamp, World,
    event::Event,
    id::{ClientId, GrantId, MemberId},
    record::{Act, Record, Who},
    risk::RiskClass,
};
use countersign_store::{
    Store, StoreError,
    oauth_grants::{Grant, Revocation},
};

use crate::{consent::scope_text, redirect};

/// The grants of a tenant.
#[derive(Clone)]
pub struct Grants {
    store: Store,
    world: World,
}

/// One connected agent.
#[derive(Clone, Debug)]
pub struct GrantView {
    /// The grant.
    pub id: GrantId,
    /// The client.
    pub client: ClientId,
    /// What it calls itself: a claim, not a fact.
    pub client_name: String,
    /// The host that the code of this consent was sent to.
    pub client_host: String,
    /// The endpoint's name.
    pub endpoint_name: String,
    /// The endpoint in URLs.
    pub endpoint_slug: String,
    /// The member it acts for.
    pub member: MemberId,
    /// What to show for that member.
    pub member_label: String,
    /// What it covers.
    pub scopes: Vec<RiskClass>,
    /// When consent was given.
    pub created_at: Timestamp,
    /// When the agent last fetched a token.
    pub last_token_at: Option<Timestamp>,
    /// When it ends if it is not used.
    pub expires_at: Timestamp,
    /// It can call: its client is enabled, and whoever it acts for may still connect agents.
    pub can_call: bool,
    /// The viewer may revoke it.
    pub may_revoke: bool,
}

/// A grant cannot be shown or revoked.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// It is not there, or no longer.
    #[error("there is no such agent, or it is no longer connected")]
    NotFound,
    /// The role does not allow it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database did not do what was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for GrantError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::Denied(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Denied(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl Grants {
    /// Builds the service.
    #[must_use]
    pub const fn new(store: Store, world: World) -> Self {
        Self { store, world }
    }

    /// Lists the agents that are connected, newest first.
    ///
    /// # Errors
    /// When the role does not allow it.
    pub async fn list(&self, scope: &TenantScope) -> Result<Vec<GrantView>, GrantError> {
        self.listed(scope).await.map(|(grants, _)| grants)
    }

    /// Lists them, and says how many are left out, as another version of the server wrote what this one
    /// cannot read.
    ///
    /// # Errors
    /// When the role does not allow it.
    pub async fn listed(&self, scope: &TenantScope) -> Result<(Vec<GrantView>, usize), GrantError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        let grants = tx.grants().await?.into_iter();
        let grants = grants.map(|grant| view(scope, grant)).collect();
        Ok((grants, tx.left_out()))
    }

    /// Disconnects an agent: one's own, or any with the right to.
    ///
    /// # Errors
    /// When it is not there, or is somebody else's and the role does not allow it.
    pub async fn revoke(&self, scope: &TenantScope, id: GrantId) -> Result<(), GrantError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        let grant = tx.grant(id).await?.ok_or(GrantError::NotFound)?;
        let by = match scope.member() {
            Some(member) if member == grant.member => Revocation::Own(member),
            Some(_) | None => Revocation::Any(scope.allow(RevokeAgent)?),
        };
        if !tx.revoke_grant(id, by).await? {
            return Err(GrantError::NotFound);
        }
        let who = Who {
            client: Some(grant.client),
            client_label: grant.client_name,
            ..scope.who()
        };
        let record = Record::new(&self.world, scope.tenant(), Act::AgentRevoked, who)
            .with("grant", id.to_string())
            .with("endpoint", grant.endpoint_slug)
            .with("acted_for", grant.member_label)
            .with("scopes", scope_text(&grant.scopes));
        tx.append_record(&record).await?;
        tx.publish(&Event::GrantRevoked { grant: id }).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn view(scope: &TenantScope, grant: Grant) -> GrantView {
    let own = scope.member() == Some(grant.member);
    GrantView {
        id: grant.id,
        client: grant.client,
        client_name: grant.client_name,
        client_host: redirect::host(&grant.redirect_uri),
        endpoint_name: grant.endpoint_name,
        endpoint_slug: grant.endpoint_slug,
        member: grant.member,
        member_label: grant.member_label,
        scopes: grant.scopes,
        created_at: grant.created_at,
        last_token_at: grant.last_token_at,
        expires_at: grant.expires_at,
        can_call: grant.can_call,
        may_revoke: own || scope.may(ActionName::RevokeAgent),
    }
}
