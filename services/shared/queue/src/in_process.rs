//! Wake-ups inside one process: the default, when no Redis is configured.

use std::time::Duration;

use async_trait::async_trait;
use countersign_domain::id::TenantId;
use tokio::{
    sync::{Notify, broadcast},
    time::timeout,
};

use crate::wakeups::{BACKLOG, CatalogueChange, Wakeups};

/// Wake-ups inside one process.
#[derive(Debug)]
pub struct InProcess {
    work: Notify,
    changes: broadcast::Sender<CatalogueChange>,
}

impl InProcess {
    /// Makes one; everything in the process shares it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            work: Notify::new(),
            changes: broadcast::Sender::new(BACKLOG),
        }
    }
}

impl Default for InProcess {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Wakeups for InProcess {
    async fn wake_worker(&self) {
        self.work.notify_one();
    }

    async fn work(&self, patience: Duration) {
        // Both ways of ending are the same to the caller: it looks.
        let _ = timeout(patience, self.work.notified()).await;
    }

    async fn catalogue_changed(&self, tenant: TenantId) {
        // An error only says that nobody listens.
        let _ = self.changes.send(CatalogueChange::Of(tenant));
    }

    fn catalogue_changes(&self) -> broadcast::Receiver<CatalogueChange> {
        self.changes.subscribe()
    }
}
