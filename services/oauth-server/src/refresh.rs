//! A refresh token is exchanged for the next pair of tokens, once. What the grant rests on is
//! looked at again: no token is issued that consent would not give today.

use countersign_domain::{record::Act, risk::RiskClass};
use countersign_edge::token::TokenKind;
use countersign_store::{oauth_grants::Revocation, oauth_tokens::Consumption};

use crate::{
    OAuthError, Tokens,
    authorize::scopes,
    parameters::Parameters,
    register::named_client,
    tokens::{Covered, Issued},
};

impl Tokens {
    pub(crate) async fn refresh(&self, parameters: &Parameters) -> Result<Issued, OAuthError> {
        let tx = self.resolving().await?;
        let client = named_client(&tx, parameters).await?;
        let resource = self.named_resource(parameters)?;
        let wanted = scopes(parameters.get("scope")?)?;
        let digest = TokenKind::Refresh.read(parameters.need("refresh_token")?);
        let digest = digest.ok_or(OAuthError::InvalidGrant)?;
        let presented = tx.presented_refresh(digest).await?;
        tx.commit().await?;
        let presented = presented.ok_or(OAuthError::InvalidGrant)?;
        let grant = &presented.grant;
        if grant.client != client.id {
            return self.refuse(grant, "another_client").await;
        }
        // The grant is for one resource, so naming none names that one.
        if resource.is_some_and(|resource| resource != grant.resource) {
            return self.refuse(grant, "another_resource").await;
        }
        if wanted.iter().any(|class| !presented.scopes.contains(class)) {
            return Err(OAuthError::InvalidScope);
        }
        let tx = self.store.begin(&grant.scope).await?;
        match tx.consume_refresh(digest).await? {
            Consumption::Consumed => {}
            Consumption::Expired => {
                drop(tx);
                return self.refuse(grant, "expired").await;
            }
            Consumption::Again => {
                let reuse = (Act::RefreshReused, Revocation::RefreshReused);
                return self.refuse_reuse(tx, grant, reuse).await;
            }
        }
        let standing = self.standing(&tx, grant).await?;
        let covered = standing.and_then(|now| covered(&presented.scopes, &now.scopes, &wanted));
        let Some(covered) = covered else {
            drop(tx);
            return self.refuse(grant, "grant_ended").await;
        };
        self.issue(tx, grant, covered).await
    }
}

/// What was covered and still is; the access token may ask for less. Nothing left is no token.
fn covered(then: &[RiskClass], now: &[RiskClass], wanted: &[RiskClass]) -> Option<Covered> {
    let refresh: Vec<_> = then
        .iter()
        .copied()
        .filter(|class| now.contains(class))
        .collect();
    let access: Vec<_> = refresh
        .iter()
        .copied()
        .filter(|class| wanted.is_empty() || wanted.contains(class))
        .collect();
    (!access.is_empty()).then_some(Covered { access, refresh })
}
