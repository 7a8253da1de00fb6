//! Stores what lets requests in at an upstream.

use countersign_access::{ManageConnection, TenantScope};
use countersign_domain::{
    connection::{AuthScheme, BaseUrl},
    event::Event,
    id::{CredentialId, EnvironmentId, SourceId},
    record::Act,
    secret::Secret,
};
use countersign_store::{
    StoreError,
    catalogue::{ConnectionFacts, CredentialFacts},
    connections::NewCredential,
};
use countersign_vault::SecretName;

use super::{ConnectionError, ConnectionView, Connections, member, same_place, secret_rules};

/// A credential for a connection. It has no `Debug`.
pub struct StoreCredential {
    /// The API.
    pub source: SourceId,
    /// The environment.
    pub environment: EnvironmentId,
    /// The address that was shown to who gives the secret; for another it is not stored.
    pub base_url: BaseUrl,
    /// How it goes into a request.
    pub scheme: AuthScheme,
    /// The secret itself; nobody sees it again.
    pub secret: Secret,
}

impl Connections {
    /// Stores a credential as the connection's present one, bound to its address.
    /// The one before it is used no more.
    ///
    /// The vault is asked before the transaction, since it may be another machine. A crash or a
    /// refusal between the two leaves a version that nothing refers to, until the vault is given
    /// another one an hour later; of an API that was removed meanwhile it is deleted at once, unless
    /// it was the first of its name.
    ///
    /// # Errors
    /// When the caller may not, the secret cannot be sent, the API does not live where the caller
    /// was shown, or the vault does not take it.
    pub async fn store_credential(
        &self,
        scope: &TenantScope,
        command: StoreCredential,
    ) -> Result<ConnectionView, ConnectionError> {
        let permit = scope.allow(ManageConnection)?;
        let by = member(scope)?;
        secret_rules::check(&command.scheme, &command.secret)?;
        let (source, environment) = (command.source, command.environment);
        let (seen, id) = self.credential_place(scope, source, environment).await?;
        if !same_place(&seen.base_url, &command.base_url) {
            return Err(ConnectionError::Moved);
        }
        self.admitted(&seen.base_url)?;
        let name = SecretName::Credential(id);
        let stored = self.vault.put(scope, &name, command.secret).await?;

        let tx = self.store.begin(scope).await?;
        let Some(present) = tx.lock_connection(source, environment).await? else {
            // Removed meanwhile, with all its secrets but this one.
            tx.delete_late_secrets_of(permit, source).await?;
            tx.commit().await?;
            return Err(ConnectionError::NotConnected);
        };
        if !same_place(&present.base_url, &seen.base_url) {
            return Err(ConnectionError::Moved);
        }
        let new = NewCredential {
            connection: present.id,
            facts: CredentialFacts {
                id,
                version: stored.version,
                scheme: command.scheme,
                base_url: present.base_url,
                suspended: false,
                fingerprint: stored.fingerprint.to_string(),
            },
            by,
        };
        tx.replace_credential(permit, &new).await?;
        let mut record = self
            .about((scope, &tx), Act::CredentialStored, (source, environment))
            .await?
            .with("connection", new.connection.to_string())
            .with("scheme", new.facts.scheme.describe())
            .with("bound_to", new.facts.base_url.to_string())
            .with("fingerprint", new.facts.fingerprint.clone());
        record.credential = Some(new.facts.label());
        tx.append_record(&record).await?;
        tx.publish(&Event::ConnectionChanged { source }).await?;
        let view = tx.connection(source, environment).await?;
        tx.commit().await?;
        Ok(view.ok_or(StoreError::NotFound)?.into())
    }

    /// The address a credential will be bound to, and the name its secret will have.
    async fn credential_place(
        &self,
        scope: &TenantScope,
        source: SourceId,
        environment: EnvironmentId,
    ) -> Result<(ConnectionFacts, CredentialId), ConnectionError> {
        let tx = self.store.begin(scope).await?;
        let found = tx.connection(source, environment).await?;
        let facts = found.ok_or(ConnectionError::NotConnected)?.facts;
        let id = tx.latest_credential(facts.id).await?;
        Ok((facts, id.unwrap_or_else(|| self.world.id())))
    }
}
