//! Holds that nobody decided about in time.

use countersign_access::SystemReason;
use countersign_domain::record::{Act, Record, Who};

use crate::{ApprovalError, Approvals};

/// How many are expired in one transaction.
const BATCH: i64 = 500;

impl Approvals {
    /// Expires what has run out of time and puts it on record. A reconciler: no input, safe to
    /// run twice and from several processes. Returns how many it expired.
    ///
    /// # Errors
    /// When the database does not answer; nothing runs late because of it, since the expiry is
    /// looked at again whenever a hold is used.
    pub async fn expire_due(&self) -> Result<usize, ApprovalError> {
        let tx = self.store.begin_system(SystemReason::RunJobs).await?;
        let expired = tx.expire_holds(BATCH).await?;
        let holds = expired.len();
        for hold in expired {
            let record = Record::new(&self.world, hold.tenant, Act::HoldExpired, Who::default());
            tx.append_record(&record.of_hold(hold.hold, hold.tool))
                .await?;
        }
        tx.commit().await?;
        if holds > 0 {
            tracing::info!(holds, "expired {holds} holds");
        }
        Ok(holds)
    }
}
