//! Says that a credential may be used again, after an import changed what it was stored for.

use countersign_access::{ActionName, ManageConnection, TenantScope};
use countersign_domain::{
    event::Event,
    id::{EnvironmentId, RevisionId, SourceId},
    name::Statement,
    record::Act,
};
use countersign_store::{
    StoreError,
    credential_suspensions::{Lifting, Suspension},
};

use super::{ConnectionError, ConnectionView, Connections, member};

/// A member's word that a credential may be used again.
#[derive(Clone, Debug)]
pub struct ConfirmCredential {
    /// The API.
    pub source: SourceId,
    /// The environment.
    pub environment: EnvironmentId,
    /// The latest import whose changes they have seen.
    pub seen: RevisionId,
    /// Why.
    pub reason: Statement,
}

impl Connections {
    /// Lists the credentials that no call is sent with until a member has confirmed them, with
    /// what changed.
    ///
    /// # Errors
    /// When the caller may not see it, or the database does not answer.
    pub async fn suspended(&self, scope: &TenantScope) -> Result<Vec<Suspension>, ConnectionError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        Ok(tx.suspensions().await?)
    }

    /// Confirms that the present credential of a connection may be used again at the address it
    /// is bound to. What an import changed after the one that was seen keeps it suspended.
    ///
    /// # Errors
    /// When the caller may not, there is no such connection, or nothing that was seen suspends its
    /// credential.
    pub async fn confirm_credential(
        &self,
        scope: &TenantScope,
        command: ConfirmCredential,
    ) -> Result<ConnectionView, ConnectionError> {
        let permit = scope.allow(ManageConnection)?;
        let by = member(scope)?;
        let (source, environment) = (command.source, command.environment);
        let tx = self.store.begin(scope).await?;
        let facts = tx.lock_connection(source, environment).await?;
        let facts = facts.ok_or(StoreError::NotFound)?;
        let credential = facts.credential.ok_or(ConnectionError::NotSuspended)?;
        let lifting = Lifting {
            credential: (credential.id, credential.version),
            seen: command.seen,
            by,
            reason: command.reason,
        };
        let lifted = tx.lift_suspensions(permit, &lifting).await?;
        if lifted == 0 {
            return Err(ConnectionError::NotSuspended);
        }
        let mut record = self
            .about(
                (scope, &tx),
                Act::CredentialConfirmed,
                (source, environment),
            )
            .await?
            .with("connection", facts.id.to_string())
            .with("bound_to", credential.base_url.to_string())
            .with("imports", lifted)
            .with("seen", command.seen.to_string())
            .with("reason", lifting.reason.as_str());
        record.credential = Some(credential.label());
        tx.append_record(&record).await?;
        tx.publish(&Event::ConnectionChanged { source }).await?;
        let view = tx.connection(source, environment).await?;
        tx.commit().await?;
        Ok(view.ok_or(StoreError::NotFound)?.into())
    }
}
