//! Says where an API lives in an environment.

use countersign_access::{ActionName, ManageConnection, TenantScope};
use countersign_domain::{
    connection::BaseUrl,
    event::Event,
    id::{EnvironmentId, SourceId},
    record::Act,
};
use countersign_store::{StoreError, catalogue::ConnectionFacts, connections::Placing};

use super::{ConnectionError, ConnectionView, Connections, member, same_place, suggest};

/// Where an API is to live.
#[derive(Clone, Debug)]
pub struct SetBaseUrl {
    /// The API.
    pub source: SourceId,
    /// The environment.
    pub environment: EnvironmentId,
    /// Where.
    pub base_url: BaseUrl,
}

impl Connections {
    /// Says where an API lives. Another address, be it only by its path, takes the stored
    /// credential out of use: it was given for the old one, and so was what reviewers said about
    /// the tools that are called there. A path that no server of the document has may make any tool
    /// another one, so it takes whoever may turn on high-risk tools.
    ///
    /// # Errors
    /// When the caller may not, the door does not lead there, or there is no such source or
    /// environment.
    pub async fn set_base_url(
        &self,
        scope: &TenantScope,
        command: SetBaseUrl,
    ) -> Result<ConnectionView, ConnectionError> {
        let permit = scope.allow(ManageConnection)?;
        let by = member(scope)?;
        let base_url = self.admitted(&command.base_url)?;
        let (source, environment) = (command.source, command.environment);

        let tx = self.store.begin(scope).await?;
        let before = tx.lock_connection(source, environment).await?;
        let stays = |before: &ConnectionFacts| same_place(&before.base_url, &base_url);
        if !before.as_ref().is_some_and(stays) {
            let declared = suggest(&tx.declared_access(source).await?).addresses;
            let mut declared = declared.iter().map(|server| &server.base_url).peekable();
            if declared.peek().is_some() && !declared.any(|server| leads_to(&base_url, server)) {
                scope.check(ActionName::EnableHighRiskTool)?;
            }
        }
        let placing = Placing {
            id: before.as_ref().map_or_else(|| self.world.id(), |c| c.id),
            source,
            environment,
            base_url: base_url.clone(),
            by,
        };
        let id = tx.place_connection(permit, &placing).await?;
        let base_url_before = before.as_ref().map(|before| before.base_url.to_string());
        let outdated = before.and_then(|before| bound_elsewhere(before, &base_url));
        if outdated.is_some() {
            tx.supersede_credential(scope.allow(ManageConnection)?, id)
                .await?;
        }

        let record = self
            .about((scope, &tx), Act::ConnectionChanged, (source, environment))
            .await?
            .with("connection", id.to_string())
            .with("base_url_before", base_url_before)
            .with("base_url", base_url.to_string())
            .with("credential_taken_out", outdated);
        tx.append_record(&record).await?;
        tx.publish(&Event::ConnectionChanged { source }).await?;
        let placed = tx.connection(source, environment).await?;
        tx.commit().await?;
        Ok(placed.ok_or(StoreError::NotFound)?.into())
    }
}

/// Whether the path of an address is that of a server, or the beginning of it. What a server leaves
/// to a variable is said by whoever says the address.
fn leads_to(base_url: &BaseUrl, server: &BaseUrl) -> bool {
    let [given, known] = [base_url, server].map(|url| &url.as_url().path()[1..]);
    let mut known = known.split('/');
    given.is_empty()
        || given.split('/').all(|given| {
            let known = known.next();
            known.is_some_and(|known| known == given || known.contains("%7B"))
        })
}

/// The label of the credential that may not follow to the new address.
fn bound_elsewhere(before: ConnectionFacts, base_url: &BaseUrl) -> Option<String> {
    let credential = before.credential?;
    (!same_place(&credential.base_url, base_url)).then(|| credential.label())
}
