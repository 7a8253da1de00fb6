//! Tells what the outbox holds.

use countersign_access::SystemReason;
use countersign_domain::event::Event;
use countersign_store::{Store, StoreError};

use crate::wakeups::Wakeups;

/// Events told in one transaction.
const BATCH: u32 = 200;

/// Tells the events that wait, oldest first, and returns how many there were.
///
/// Each is told at least once: one that was told but whose mark did not commit is told again, and
/// a listener that reloads twice has lost nothing.
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
        for tenant in changed {
            wakeups.catalogue_changed(tenant).await;
        }
        tx.mark_relayed(&events).await?;
        tx.commit().await?;
        told += events.len();
        if events.len() < BATCH as usize {
            return Ok(told);
        }
    }
}
