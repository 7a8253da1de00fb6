//! A client gives a token back (RFC 7009): the whole grant ends with it.

use std::net::IpAddr;

use countersign_domain::{event::Event, record::Act};
use countersign_edge::token::TokenKind;
use countersign_store::oauth_grants::Revocation;

use crate::{OAuthError, Tokens, parameters::Parameters, register::named_client};

impl Tokens {
    /// Answers a revocation request. A token that is not there and one that is another client's
    /// are left alone, and nothing in the answer tells them apart.
    ///
    /// # Errors
    /// When the request names no client or no token.
    pub async fn give_back(&self, form: &[u8], address: IpAddr) -> Result<(), OAuthError> {
        self.count(address)?;
        let parameters = Parameters::parse(form);
        parameters.each_once()?;
        let token = parameters.need("token")?;
        let tx = self.resolving().await?;
        let client = named_client(&tx, &parameters).await?;
        // The kind is in the token itself, whatever the hint says.
        let grant = if let Some(digest) = TokenKind::Access.read(token) {
            tx.presented_access(digest).await?
        } else if let Some(digest) = TokenKind::Refresh.read(token) {
            tx.presented_refresh(digest).await?.map(|found| found.grant)
        } else {
            None
        };
        tx.commit().await?;
        let Some(grant) = grant.filter(|grant| grant.client == client.id) else {
            return Ok(());
        };
        let tx = self.store.begin(&grant.scope).await?;
        if tx
            .revoke_grant(grant.id, Revocation::ReturnedByClient)
            .await?
        {
            let record = self.record(Act::AgentRevoked, &grant).with("by", "client");
            tx.append_record(&record).await?;
            tx.publish(&Event::GrantRevoked { grant: grant.id }).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
