//! A transaction that may look across tenants, for one stated reason.

use countersign_access::SystemReason;
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, Value};

use crate::{StoreError, tenant_tx::statement};

/// A transaction whose row-level policies are those of one [`SystemReason`].
#[must_use]
#[derive(Debug)]
pub struct SystemTx {
    tx: DatabaseTransaction,
    reason: SystemReason,
}

impl SystemTx {
    pub(crate) fn new(tx: DatabaseTransaction, reason: SystemReason) -> Self {
        tracing::trace!(system.reason = reason.as_str(), "system transaction");
        Self { tx, reason }
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
        Ok(self.tx.commit().await?)
    }

    /// For entity queries: sea-orm's connection.
    pub(crate) const fn db(&self) -> &DatabaseTransaction {
        &self.tx
    }

    /// Runs one statement; returns how many rows it touched.
    pub(crate) async fn execute<const N: usize>(
        &self,
        sql: &str,
        values: [Value; N],
    ) -> Result<u64, StoreError> {
        Ok(self
            .tx
            .execute_raw(statement(sql, values))
            .await?
            .rows_affected())
    }

    /// Runs one query that gives at most one row.
    pub(crate) async fn row<const N: usize>(
        &self,
        sql: &str,
        values: [Value; N],
    ) -> Result<Option<QueryResult>, StoreError> {
        Ok(self.tx.query_one_raw(statement(sql, values)).await?)
    }

    /// Runs one query.
    pub(crate) async fn rows<const N: usize>(
        &self,
        sql: &str,
        values: [Value; N],
    ) -> Result<Vec<QueryResult>, StoreError> {
        Ok(self.tx.query_all_raw(statement(sql, values)).await?)
    }
}
