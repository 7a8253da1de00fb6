//! Wake-ups: hints that there is something to look at in the database.

use std::time::Duration;

use async_trait::async_trait;
use countersign_domain::id::TenantId;
use tokio::sync::broadcast;

/// How many catalogue changes a slow listener may be behind before it is told that it missed some.
pub(crate) const BACKLOG: usize = 1_024;

/// What may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatalogueChange {
    /// What agents of one tenant may see or do.
    Of(TenantId),
    /// Anything: the connection was lost for a while, and what was said meanwhile is not known.
    Anything,
}

/// Carries hints between the processes of one installation.
///
/// A hint is never needed for correctness: it may be lost, come late, twice or for nothing, and
/// sending one never fails for the sender. It holds no authority and no data but a tenant's id.
#[async_trait]
pub trait Wakeups: Send + Sync {
    /// Hints to one waiting worker that a job or an event was committed.
    async fn wake_worker(&self);

    /// Waits until somebody called [`Wakeups::wake_worker`], at most for `patience`.
    async fn work(&self, patience: Duration);

    /// Hints to every process that what agents of a tenant may see or do has changed.
    async fn catalogue_changed(&self, tenant: TenantId);

    /// Listens to [`Wakeups::catalogue_changed`] of all processes, this one included.
    fn catalogue_changes(&self) -> broadcast::Receiver<CatalogueChange>;
}
