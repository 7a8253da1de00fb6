//! Takes an endpoint out of use.

use countersign_access::{RemoveEndpoint as MayRemove, TenantScope};
use countersign_domain::{
    event::Event,
    name::{Slug, Statement},
    record::{Act, Record},
};

use crate::{EndpointError, Registry};

/// The wish to remove an endpoint.
#[derive(Clone, Debug)]
pub struct RemoveEndpoint {
    /// The endpoint.
    pub endpoint: Slug,
    /// Why.
    pub reason: Statement,
}

impl Registry {
    /// Removes an endpoint for good: its agents are disconnected and its open holds are stale. Its
    /// tools stay what they are elsewhere, and its URL is given to no other.
    ///
    /// # Errors
    /// When the caller may not, or there is no such endpoint.
    pub async fn remove_endpoint(
        &self,
        scope: &TenantScope,
        cmd: RemoveEndpoint,
    ) -> Result<(), EndpointError> {
        let permit = scope.allow(MayRemove)?;
        let tx = self.store.begin(scope).await?;
        let endpoint = tx.endpoint_by_slug(&cmd.endpoint).await?;
        tx.lock_endpoint(endpoint.id).await?;
        let removed = tx.remove_endpoint(permit, endpoint.id).await?;
        let record = |act| {
            Record::new(&self.world, scope.tenant(), act, scope.who())
                .with("endpoint", endpoint.slug.as_str())
        };
        let first = record(Act::EndpointRemoved)
            .with("name", endpoint.name.as_str())
            .with("agents_disconnected", removed.agents)
            .with("holds_ended", removed.stale.len())
            .with("reason", cmd.reason.as_str());
        let ended = removed.stale.iter();
        let ended = ended.map(|(hold, tool)| record(Act::HoldStale).of_hold(*hold, tool.clone()));
        let records: Vec<Record> = std::iter::once(first).chain(ended).collect();
        tx.append_each(&records).await?;
        tx.publish(&Event::EndpointChanged {
            endpoint: endpoint.id,
        })
        .await?;
        tx.commit().await?;
        self.tell(scope).await;
        Ok(())
    }
}
