//! A transaction that may look across tenants, for one stated reason.

use std::ops::Deref;

use countersign_access::SystemReason;
use sea_orm::DatabaseTransaction;

use crate::{StoreError, queries::Queries};

/// A transaction whose row-level policies are those of one [`SystemReason`].
#[must_use]
#[derive(Debug)]
pub struct SystemTx {
    queries: Queries,
    reason: SystemReason,
}

impl SystemTx {
    pub(crate) fn new(tx: DatabaseTransaction, reason: SystemReason) -> Self {
        tracing::trace!(system.reason = reason.as_str(), "system transaction");
        Self {
            queries: Queries::new(tx),
            reason,
        }
    }

    /// Why it was opened.
    #[must_use]
    pub const fn reason(&self) -> SystemReason {
        self.reason
    }

    /// Makes everything done here so.
    ///
    /// # Errors
    /// When the database does not confirm.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.queries.commit().await
    }
}

impl Deref for SystemTx {
    type Target = Queries;

    fn deref(&self) -> &Queries {
        &self.queries
    }
}
