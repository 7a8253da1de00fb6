//! What people see of a connection.

use countersign_access::{ActionName, TenantScope};
use countersign_domain::{
    Timestamp,
    connection::{AuthScheme, BaseUrl},
    id::{ConnectionId, EnvironmentId, SourceId},
};
use countersign_store::connections::Connection;

use super::{ConnectionError, Connections, Suggestions, same_place, suggest};

/// A connection, as people see it.
#[derive(Clone, Debug)]
pub struct ConnectionView {
    /// Which.
    pub id: ConnectionId,
    /// The API.
    pub source: SourceId,
    /// The environment.
    pub environment: EnvironmentId,
    /// Where every request of it goes.
    pub base_url: BaseUrl,
    /// Since when.
    pub updated_at: Timestamp,
    /// Who said so.
    pub updated_by: String,
    /// The present credential.
    pub credential: Option<CredentialView>,
}

/// What may be seen of a credential once it is stored.
#[derive(Clone, Debug)]
pub struct CredentialView {
    /// `id/version`, as records name it.
    pub label: String,
    /// How it goes into a request.
    pub scheme: AuthScheme,
    /// Its version.
    pub version: u32,
    /// Eight hex digits of a keyed digest.
    pub fingerprint: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Who stored it.
    pub created_by: String,
    /// No call is sent with it until a member has confirmed it.
    pub suspended: bool,
}

impl Connections {
    /// Returns the connection of a source in an environment, if somebody has made it.
    ///
    /// # Errors
    /// When the caller may not see it, or the database does not answer.
    pub async fn view(
        &self,
        scope: &TenantScope,
        source: SourceId,
        environment: EnvironmentId,
    ) -> Result<Option<ConnectionView>, ConnectionError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        let found = tx.connection(source, environment).await?;
        Ok(found.map(ConnectionView::from))
    }

    /// Returns every connection of the tenant.
    ///
    /// # Errors
    /// When the caller may not see them, or the database does not answer.
    pub async fn list(&self, scope: &TenantScope) -> Result<Vec<ConnectionView>, ConnectionError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        let found = tx.connections().await?;
        Ok(found.into_iter().map(ConnectionView::from).collect())
    }

    /// Returns what the imported document suggests for a source's connections.
    ///
    /// # Errors
    /// When the caller may not see it, or the database does not answer.
    pub async fn suggestions(
        &self,
        scope: &TenantScope,
        source: SourceId,
    ) -> Result<Suggestions, ConnectionError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        Ok(suggest(&tx.declared_access(source).await?))
    }
}

impl From<Connection> for ConnectionView {
    fn from(found: Connection) -> Self {
        let facts = found.facts;
        let usable = facts
            .credential
            .filter(|credential| same_place(&credential.base_url, &facts.base_url));
        let credential = usable
            .zip(found.credential)
            .map(|(credential, note)| CredentialView {
                label: credential.label(),
                scheme: credential.scheme,
                version: credential.version,
                fingerprint: credential.fingerprint,
                created_at: note.created_at,
                created_by: note.created_by,
                suspended: credential.suspended,
            });
        Self {
            id: facts.id,
            source: found.source,
            environment: found.environment,
            base_url: facts.base_url,
            updated_at: found.updated_at,
            updated_by: found.updated_by,
            credential,
        }
    }
}
