//! A human looks at an authorization request and answers it, once.
//!
//! What is approved is what was shown: the first look narrows the request to what the endpoint
//! has and writes that down. Registered clients can call themselves anything, so every request
//! is shown, each time.

use std::collections::BTreeSet;

use countersign_access::{ActionName, ConnectAgent, Denied, TenantScope};
use countersign_domain::{
    Fault, Kind, Timestamp,
    id::{AuthorizationId, ClientId, GrantId, PersonId},
    name::Slug,
    record::{Act, Record, Who},
    risk::RiskClass,
};
use countersign_edge::token::TokenKind;
use countersign_store::{
    StoreError, TenantTx,
    oauth_authorizations::Authorization,
    oauth_clients::Client,
    oauth_grants::{NewCode, NewGrant},
    offered_tools::OfferedTool,
};

use crate::{Authorizations, OAuthError, browser::Browser, redirect};

/// What the consent page shows.
#[derive(Clone, Debug)]
pub struct ConsentView {
    /// The request.
    pub authorization: AuthorizationId,
    /// Who asks.
    pub client: ClientId,
    /// What it calls itself: a claim, not a fact.
    pub client_name: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// The host and port of that, to be recognised.
    pub redirect_host: String,
    /// The answer stays on the browser's machine, where any program can wait for it: warn.
    pub loopback: bool,
    /// The tenant's name.
    pub tenant_name: String,
    /// The tenant in URLs.
    pub tenant_slug: String,
    /// The endpoint's name.
    pub endpoint_name: String,
    /// The endpoint in URLs.
    pub endpoint_slug: String,
    /// The environment that calls would reach.
    pub environment_name: String,
    /// The endpoint's URL.
    pub resource: String,
    /// The tools there that agents see.
    pub tools: Vec<OfferedTool>,
    /// The classes that a grant would cover.
    pub scopes: Vec<RiskClass>,
    /// How long an access token is good for.
    pub access_seconds: i32,
    /// How long the agent stays connected when it is not used.
    pub refresh_seconds: i32,
    /// After this the request cannot be answered.
    pub expires_at: Timestamp,
    /// The member may approve; a refusal is always possible.
    pub may_approve: bool,
}

/// A request cannot be shown or answered.
#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    /// It is not there, over, answered, another browser's or another tenant's.
    #[error("there is no such request, or it was answered or has expired")]
    NotFound,
    /// The member may not connect agents.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database did not do what was asked.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for ConsentError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::MembershipChanged
            | StoreError::Conflict { .. }
            | StoreError::Unreadable { .. }
            | StoreError::Unavailable(_)
            | StoreError::TookTooLong(_)
            | StoreError::CallsStopped
            | StoreError::Query(_) => Self::Store(error),
        }
    }
}

impl Fault for ConsentError {
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

impl Authorizations {
    /// Shows a waiting request to a signed-in person, in the browser that began it.
    ///
    /// # Errors
    /// [`ConsentError::NotFound`] for everything that is not theirs to see.
    pub async fn pending(
        &self,
        person: PersonId,
        browser: &Browser,
        id: AuthorizationId,
    ) -> Result<ConsentView, ConsentError> {
        let scope = self.consenting(person, browser, id).await?;
        let tx = self.store.begin(&scope).await?;
        let waiting = tx.authorization(id).await?.ok_or(ConsentError::NotFound)?;
        let mut offered = tx.offered_tools(waiting.endpoint).await?;
        if !waiting.shown {
            let classes: BTreeSet<_> = offered.iter().map(|tool| tool.class).collect();
            let classes: Vec<_> = classes.into_iter().collect();
            tx.show_authorization(id, &narrow(&waiting.scopes, &classes))
                .await?;
        }
        let shown = tx.authorization(id).await?.ok_or(ConsentError::NotFound)?;
        let client = known_client(&tx, &shown).await?;
        let place = tx.consent_place(shown.endpoint).await?;
        let place = place.ok_or(ConsentError::NotFound)?;
        tx.commit().await?;
        offered.retain(|tool| tool.is_seen);
        Ok(ConsentView {
            authorization: id,
            client: client.id,
            client_name: client.name,
            redirect_host: redirect::host(&shown.redirect_uri),
            loopback: redirect::stays_on_this_machine(&shown.redirect_uri),
            redirect_uri: shown.redirect_uri,
            tenant_name: place.tenant_name,
            tenant_slug: place.tenant_slug,
            endpoint_name: place.endpoint_name,
            endpoint_slug: place.endpoint_slug,
            environment_name: place.environment_name,
            resource: shown.resource,
            tools: offered,
            scopes: shown.scopes,
            access_seconds: self.limits.access_seconds,
            refresh_seconds: self.limits.refresh_seconds,
            expires_at: shown.expires_at,
            may_approve: scope.may(ActionName::ConnectAgent),
        })
    }

    /// Names the tenant whose members may answer a waiting request.
    ///
    /// # Errors
    /// [`ConsentError::NotFound`] for everything that is not theirs to see.
    pub async fn tenant(
        &self,
        person: PersonId,
        browser: &Browser,
        id: AuthorizationId,
    ) -> Result<Slug, ConsentError> {
        let scope = self.consenting(person, browser, id).await?;
        let tx = self.store.begin(&scope).await?;
        let waiting = tx.authorization(id).await?.ok_or(ConsentError::NotFound)?;
        let place = tx.consent_place(waiting.endpoint).await?;
        let slug = place.and_then(|place| place.tenant_slug.parse().ok());
        slug.ok_or(ConsentError::NotFound)
    }

    /// Grants a request that was shown. Returns where to send the browser.
    ///
    /// # Errors
    /// When it is not theirs to answer, or their role does not let them connect agents.
    pub async fn approve(
        &self,
        person: PersonId,
        browser: &Browser,
        id: AuthorizationId,
    ) -> Result<String, ConsentError> {
        let scope = self.consenting(person, browser, id).await?;
        let permit = scope.allow(ConnectAgent)?;
        let member = scope.member().ok_or(ConsentError::NotFound)?;
        let tx = self.store.begin(&scope).await?;
        let taken = tx.consume_authorization(id, browser.digest()).await?;
        let client = known_client(&tx, &taken).await?;
        if tx.consent_place(taken.endpoint).await?.is_none() {
            return Err(ConsentError::NotFound);
        }
        if taken.scopes.is_empty() {
            return self
                .refuse(tx, &scope, (&taken, &client), &OAuthError::InvalidScope)
                .await;
        }
        let (code, digest) = TokenKind::Code.mint(&self.world);
        let grant = NewGrant {
            id: self.world.id(),
            endpoint: taken.endpoint,
            client: client.id,
            member,
            scopes: taken.scopes.clone(),
            resource: taken.resource.clone(),
            code: NewCode {
                digest,
                redirect_uri: taken.redirect_uri.clone(),
                code_challenge: taken.code_challenge.clone(),
                lifetime_seconds: self.limits.code_seconds,
            },
        };
        tx.insert_grant(permit, &grant).await?;
        tx.append_record(&self.consented(&scope, &client, &taken, grant.id))
            .await?;
        tx.commit().await?;
        let answer = [("code", code.expose())];
        Ok(self.answer_url(&taken.redirect_uri, taken.state.as_deref(), &answer))
    }

    /// Refuses a request. Any member who may see it may refuse it. Returns where to send the
    /// browser.
    ///
    /// # Errors
    /// When it is not theirs to answer.
    pub async fn deny(
        &self,
        person: PersonId,
        browser: &Browser,
        id: AuthorizationId,
    ) -> Result<String, ConsentError> {
        let scope = self.consenting(person, browser, id).await?;
        let tx = self.store.begin(&scope).await?;
        let taken = tx.consume_authorization(id, browser.digest()).await?;
        let client = known_client(&tx, &taken).await?;
        self.refuse(tx, &scope, (&taken, &client), &OAuthError::AccessDenied)
            .await
    }

    async fn consenting(
        &self,
        person: PersonId,
        browser: &Browser,
        id: AuthorizationId,
    ) -> Result<TenantScope, ConsentError> {
        let scope = self.store.consenting(person, browser.digest(), id).await?;
        scope.ok_or(ConsentError::NotFound)
    }

    async fn refuse(
        &self,
        tx: TenantTx,
        scope: &TenantScope,
        (taken, client): (&Authorization, &Client),
        error: &OAuthError,
    ) -> Result<String, ConsentError> {
        let who = with_client(scope, client);
        let record = Record::new(&self.world, scope.tenant(), Act::AgentRefused, who)
            .with("resource", taken.resource.as_str())
            .with("reason", error.answer().1)
            .with("redirect_host", redirect::host(&taken.redirect_uri));
        tx.append_record(&record).await?;
        tx.commit().await?;
        let answer = [("error", error.answer().1)];
        Ok(self.answer_url(&taken.redirect_uri, taken.state.as_deref(), &answer))
    }

    fn consented(
        &self,
        scope: &TenantScope,
        client: &Client,
        taken: &Authorization,
        grant: GrantId,
    ) -> Record {
        let who = with_client(scope, client);
        Record::new(&self.world, scope.tenant(), Act::AgentConsented, who)
            .with("grant", grant.to_string())
            .with("resource", taken.resource.as_str())
            .with("scopes", scope_text(&taken.scopes))
            .with("redirect_host", redirect::host(&taken.redirect_uri))
    }
}

async fn known_client(tx: &TenantTx, request: &Authorization) -> Result<Client, ConsentError> {
    let client = tx.client(request.client).await?;
    client
        .filter(|client| !client.disabled)
        .ok_or(ConsentError::NotFound)
}

fn with_client(scope: &TenantScope, client: &Client) -> Who {
    Who {
        client: Some(client.id),
        client_label: client.name.clone(),
        ..scope.who()
    }
}

/// Nobody is asked for more than there is: a client that wants everything gets the classes that
/// the endpoint has, and reading where it has nothing yet.
fn narrow(asked: &[RiskClass], offered: &[RiskClass]) -> Vec<RiskClass> {
    let offered = if offered.is_empty() {
        &[RiskClass::Read]
    } else {
        offered
    };
    offered
        .iter()
        .copied()
        .filter(|class| asked.is_empty() || asked.contains(class))
        .collect()
}

/// Scopes as they stand in an answer.
pub(crate) fn scope_text(scopes: &[RiskClass]) -> String {
    let words: Vec<_> = scopes.iter().map(|class| class.scope()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use RiskClass::{Admin, Delete, Read, Write};

    #[test]
    fn a_grant_covers_what_was_asked_for_and_is_there() {
        assert_eq!(narrow(&[], &[Read, Write]), [Read, Write]);
        assert_eq!(narrow(&[Read, Admin], &[Read, Write]), [Read]);
        assert_eq!(narrow(&RiskClass::ALL, &[Read]), [Read]);
        assert_eq!(narrow(&[Delete], &[Read]), []);
        assert_eq!(narrow(&[], &[]), [Read]);
        assert_eq!(narrow(&[Admin], &[]), []);
    }
}
