//! Takes an imported API out of use.

use countersign_access::{RemoveSource as MayRemove, TenantScope};
use countersign_domain::{
    event::Event,
    id::SourceId,
    name::Statement,
    record::{Act, Record},
};
use countersign_store::source_removal::RemovedSource;

use crate::{Registry, SourceError};

/// The wish to remove an API.
#[derive(Clone, Debug)]
pub struct RemoveSource {
    /// The API.
    pub source: SourceId,
    /// Why.
    pub reason: Statement,
}

impl Registry {
    /// Removes an API for good: agents and people see its tools no more, its open holds are stale,
    /// its schedule and its imports come to nothing, and its stored secrets are deleted, as are its
    /// documents but for those that another API was imported from, too. What was recorded of it stays,
    /// and another API may have its name; that one begins with nothing on.
    ///
    /// # Errors
    /// When the caller may not, or there is no such API.
    pub async fn remove_source(
        &self,
        scope: &TenantScope,
        cmd: RemoveSource,
    ) -> Result<(), SourceError> {
        let permit = scope.allow(MayRemove)?;
        let tx = self.store.begin(scope).await?;
        let removed = tx.remove_source(permit, cmd.source).await?;
        tx.append_each(&self.removal_records(scope, &removed, &cmd.reason))
            .await?;
        tx.publish(&Event::SourceRemoved { source: cmd.source })
            .await?;
        tx.commit().await?;
        self.tell(scope).await;
        Ok(())
    }

    /// What was removed, and each hold that came to an end by it.
    fn removal_records(
        &self,
        scope: &TenantScope,
        removed: &RemovedSource,
        reason: &Statement,
    ) -> Vec<Record> {
        let record = |act| {
            Record::new(&self.world, scope.tenant(), act, scope.who())
                .of_source(&removed.source.slug, removed.source.id)
        };
        let first = record(Act::SourceRemoved)
            .with("name", removed.source.name.as_str())
            .with("tools", removed.tools)
            .with("imports_ended", removed.imports)
            .with("secrets_deleted", removed.secrets)
            .with("documents_deleted", removed.documents)
            .with("holds_ended", removed.stale.len())
            .with("reason", reason.as_str());
        let ended = removed.stale.iter();
        let ended = ended.map(|(hold, tool)| record(Act::HoldStale).of_hold(*hold, tool.clone()));
        std::iter::once(first).chain(ended).collect()
    }
}
