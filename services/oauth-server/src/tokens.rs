//! Tokens: issued for a code or a refresh token, good at one URL, gone with their grant.

use std::net::IpAddr;

use countersign_access::{ActionName, SystemReason, allows};
use countersign_domain::{
    World,
    event::Event,
    record::{Act, Record},
    risk::RiskClass,
    secret::Secret,
};
use countersign_edge::token::TokenKind;
use countersign_store::{
    Store, SystemTx, TenantTx,
    oauth_grants::{Revocation, Standing},
    oauth_tokens::{NewTokens, PresentedGrant},
};

use crate::{
    Issuer, Limits, OAuthError, consent::scope_text, parameters::Parameters,
    per_address::PerAddress,
};

/// The tokens.
#[derive(Clone)]
pub struct Tokens {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) issuer: Issuer,
    limits: Limits,
    per_address: PerAddress,
}

/// A pair of tokens, on its way to the client.
pub struct Issued {
    /// The access token.
    pub access: Secret,
    /// The refresh token.
    pub refresh: Secret,
    /// How long the access token is good for.
    pub access_seconds: i32,
    /// What the access token covers.
    pub scopes: Vec<RiskClass>,
}

/// What the two tokens of a pair cover.
pub(crate) struct Covered {
    pub(crate) access: Vec<RiskClass>,
    pub(crate) refresh: Vec<RiskClass>,
}

impl Tokens {
    /// Builds the service.
    #[must_use]
    pub fn new(store: Store, world: World, issuer: Issuer, limits: Limits) -> Self {
        Self {
            store,
            world,
            issuer,
            per_address: PerAddress::new(limits.token),
            limits,
        }
    }

    /// Answers a token request.
    ///
    /// # Errors
    /// In the words of RFC 6749.
    pub async fn exchange(&self, form: &[u8], address: IpAddr) -> Result<Issued, OAuthError> {
        self.count(address)?;
        let parameters = Parameters::parse(form);
        parameters.each_once()?;
        match parameters.need("grant_type")? {
            "authorization_code" => self.redeem_code(&parameters).await,
            "refresh_token" => self.refresh(&parameters).await,
            _ => Err(OAuthError::UnsupportedGrantType),
        }
    }

    /// Opens the transaction in which presented values are looked for, before a tenant is known.
    pub(crate) async fn resolving(&self) -> Result<SystemTx, OAuthError> {
        Ok(self
            .store
            .begin_system(SystemReason::ResolveCredential)
            .await?)
    }

    pub(crate) fn count(&self, address: IpAddr) -> Result<(), OAuthError> {
        self.per_address.count(address)
    }

    /// Issues a pair of tokens in the transaction that consumed what they were exchanged for.
    pub(crate) async fn issue(
        &self,
        tx: TenantTx,
        grant: &PresentedGrant,
        covered: Covered,
    ) -> Result<Issued, OAuthError> {
        let (access, access_digest) = TokenKind::Access.mint(&self.world);
        let (refresh, refresh_digest) = TokenKind::Refresh.mint(&self.world);
        tx.insert_tokens(&NewTokens {
            grant: grant.id,
            access: access_digest,
            access_scopes: covered.access.clone(),
            access_seconds: self.limits.access_seconds,
            refresh: refresh_digest,
            refresh_scopes: covered.refresh,
            refresh_seconds: self.limits.refresh_seconds,
        })
        .await?;
        let record = self
            .record(Act::TokenIssued, grant)
            .with("scopes", scope_text(&covered.access));
        tx.append_record(&record).await?;
        tx.commit().await?;
        Ok(Issued {
            access,
            refresh,
            access_seconds: self.limits.access_seconds,
            scopes: covered.access,
        })
    }

    /// What still stands of a grant, if the member may still connect agents.
    pub(crate) async fn standing(
        &self,
        tx: &TenantTx,
        grant: &PresentedGrant,
    ) -> Result<Option<Standing>, OAuthError> {
        let standing = tx.standing(grant.id).await?;
        Ok(standing.filter(|standing| allows(standing.role, ActionName::ConnectAgent)))
    }

    /// Writes down a refusal; the client learns nothing but that there was one.
    pub(crate) async fn refuse(
        &self,
        grant: &PresentedGrant,
        why: &'static str,
    ) -> Result<Issued, OAuthError> {
        let record = self.record(Act::TokenRefused, grant).with("reason", why);
        self.store.append_records(&[record]).await?;
        Err(OAuthError::InvalidGrant)
    }

    /// Something that is good once was used twice: one of the two was not our client, so all that
    /// came of it ends here.
    pub(crate) async fn refuse_reuse(
        &self,
        tx: TenantTx,
        grant: &PresentedGrant,
        (act, revocation): (Act, Revocation),
    ) -> Result<Issued, OAuthError> {
        if tx.revoke_grant(grant.id, revocation).await? {
            tx.append_record(&self.record(act, grant)).await?;
            tx.publish(&Event::GrantRevoked { grant: grant.id }).await?;
        } else {
            let record = self
                .record(Act::TokenRefused, grant)
                .with("reason", act.as_str());
            tx.append_record(&record).await?;
        }
        tx.commit().await?;
        Err(OAuthError::InvalidGrant)
    }

    pub(crate) fn record(&self, act: Act, grant: &PresentedGrant) -> Record {
        Record::new(&self.world, grant.scope.tenant(), act, grant.scope.who())
            .with("grant", grant.id.to_string())
            .with("resource", grant.resource.as_str())
    }
}
