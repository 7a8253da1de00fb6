//! A code is exchanged for tokens: by the client it was given to, for the place it was asked for,
//! by whoever knows the verifier, once.

use countersign_domain::{id::ClientId, record::Act};
use countersign_edge::token::TokenKind;
use countersign_store::{
    oauth_grants::Revocation,
    oauth_tokens::{Consumption, PresentedCode},
};

use crate::{
    OAuthError, Tokens,
    parameters::Parameters,
    pkce,
    register::named_client,
    tokens::{Covered, Issued},
};

impl Tokens {
    pub(crate) async fn redeem_code(&self, parameters: &Parameters) -> Result<Issued, OAuthError> {
        let tx = self.resolving().await?;
        let client = named_client(&tx, parameters).await?;
        let resource = self
            .named_resource(parameters)?
            .ok_or(OAuthError::InvalidTarget)?;
        let digest = TokenKind::Code.read(parameters.need("code")?);
        let digest = digest.ok_or(OAuthError::InvalidGrant)?;
        let presented = tx.presented_code(digest).await?;
        tx.commit().await?;
        let presented = presented.ok_or(OAuthError::InvalidGrant)?;
        // Before it is consumed: an attempt by somebody else leaves the code to its owner.
        if let Some(why) = misfit(&presented, client.id, &resource, parameters)? {
            return self.refuse(&presented.grant, why).await;
        }
        let tx = self.store.begin(&presented.grant.scope).await?;
        match tx.consume_code(digest).await? {
            Consumption::Consumed => {}
            Consumption::Expired => {
                drop(tx);
                return self.refuse(&presented.grant, "expired").await;
            }
            Consumption::Again => {
                let reuse = (Act::CodeReused, Revocation::CodeReused);
                return self.refuse_reuse(tx, &presented.grant, reuse).await;
            }
        }
        let Some(standing) = self.standing(&tx, &presented.grant).await? else {
            drop(tx);
            return self.refuse(&presented.grant, "grant_ended").await;
        };
        let covered = Covered {
            access: standing.scopes.clone(),
            refresh: standing.scopes,
        };
        self.issue(tx, &presented.grant, covered).await
    }

    /// The resource a token request names, in our own spelling.
    ///
    /// # Errors
    /// When it names something that cannot be an endpoint here.
    pub(crate) fn named_resource(
        &self,
        parameters: &Parameters,
    ) -> Result<Option<String>, OAuthError> {
        let Some(text) = parameters.get("resource")? else {
            return Ok(None);
        };
        let slugs = self.issuer.read_resource(text);
        let (tenant, endpoint) = slugs.ok_or(OAuthError::InvalidTarget)?;
        Ok(Some(self.issuer.resource(&tenant, &endpoint)))
    }
}

/// Says what of a redemption does not fit the code.
fn misfit(
    code: &PresentedCode,
    client: ClientId,
    resource: &str,
    parameters: &Parameters,
) -> Result<Option<&'static str>, OAuthError> {
    let verifier = parameters.get("code_verifier")?.unwrap_or_default();
    Ok(if code.grant.client != client {
        Some("another_client")
    } else if parameters.get("redirect_uri")? != Some(code.redirect_uri.as_str()) {
        Some("another_redirect_uri")
    } else if code.grant.resource != resource {
        Some("another_resource")
    } else if !pkce::proves(verifier, &code.code_challenge) {
        Some("wrong_verifier")
    } else {
        None
    })
}
