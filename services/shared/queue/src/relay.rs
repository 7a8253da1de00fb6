//! Tells what the outbox holds.

use std::time::Duration;

use countersign_access::SystemReason;
use countersign_domain::event::Event;
use countersign_store::{Store, StoreError};
use tokio::time::timeout;

use crate::wakeups::Wakeups;

/// Events told in one transaction.
const BATCH: u32 = 200;

/// How long telling the events of one transaction may take. What is not told by then is found by
/// those who poll.
const TELLING: Duration = Duration::from_millis(50);

/// Tells the events that wait, oldest first, and returns how many there were.
///
/// They are marked before they are told, so that a carrier that hangs holds no transaction.
pub(crate) async fn relay(store: &Store, wakeups: &dyn Wakeups) -> Result<usize, StoreError> {
    let mut told = 0;
    loop {
        let tx = store.begin_system(SystemReason::RunJobs).await?;
        let events = tx.take_events(BATCH).await?;
        let mut changed: Vec<_> = events
            .iter()
            .filter(|waiting| waiting.event.as_ref().is_none_or(Event::changes_catalogue))
            .map(|waiting| waiting.tenant)
            .collect();
        changed.sort_unstable();
        changed.dedup();
        tx.mark_relayed(&events).await?;
        tx.commit().await?;
        let tell = async {
            for tenant in changed {
                wakeups.catalogue_changed(tenant).await;
            }
        };
        if timeout(TELLING, tell).await.is_err() {
            tracing::debug!("not all hints were carried; polls find what has changed");
        }
        told += events.len();
        if events.len() < BATCH as usize {
            return Ok(told);
        }
    }
}
