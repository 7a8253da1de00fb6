//! A transaction of one tenant.

use std::{
    ops::Deref,
    sync::atomic::{AtomicUsize, Ordering},
};

use countersign_access::{Action, Permit};
use countersign_domain::{event::Event, id::TenantId};
use sea_orm::{DatabaseTransaction, QueryResult};

use crate::{StoreError, queries::Queries, row::unless_unreadable};

/// A transaction that sees one tenant's rows. What is not committed never happened.
#[must_use]
#[derive(Debug)]
pub struct TenantTx {
    queries: Queries,
    tenant: TenantId,
    left_out: AtomicUsize,
}

impl TenantTx {
    pub(crate) const fn new(tx: DatabaseTransaction, tenant: TenantId) -> Self {
        Self {
            queries: Queries::new(tx),
            tenant,
            left_out: AtomicUsize::new(0),
        }
    }

    /// The tenant it sees.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// How many rows the lists read here lack: another version of the server wrote them, and this one
    /// cannot read them.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.left_out.load(Ordering::Relaxed)
    }

    /// Reads a list; rows that cannot be read are left out and counted.
    pub(crate) fn readable<T>(
        &self,
        rows: &[QueryResult],
        read: impl FnMut(&QueryResult) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let read = rows.iter().map(read).filter_map(unless_unreadable);
        let read = read.collect::<Result<Vec<T>, _>>()?;
        self.left_out
            .fetch_add(rows.len() - read.len(), Ordering::Relaxed);
        Ok(read)
    }

    /// Makes everything done here so.
    ///
    /// # Errors
    /// When the database does not confirm; nothing can then be assumed.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.queries.commit().await
    }

    /// Tells the other services what has happened: the event is relayed once this commits, and
    /// gateways reload when it changes what agents may see or do.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn publish(&self, event: &Event) -> Result<(), StoreError> {
        let payload = serde_json::json!(event);
        self.execute(
            "INSERT INTO event (tenant_id, id, payload, created_at)
             VALUES ($1, gen_random_uuid(), $2, clock_timestamp())",
            [self.tenant.as_uuid().into(), payload.into()],
        )
        .await?;
        if event.changes_catalogue() {
            self.execute(
                "UPDATE tenant SET epoch = epoch + 1 WHERE id = $1",
                [self.tenant.as_uuid().into()],
            )
            .await?;
        }
        Ok(())
    }

    /// Takes a permit, which must be of this very tenant.
    pub(crate) fn used<A: Action>(&self, permit: Permit<A>) -> Result<(), StoreError> {
        if permit.spend() == self.tenant {
            Ok(())
        } else {
            Err(StoreError::NotFound)
        }
    }
}

impl Deref for TenantTx {
    type Target = Queries;

    fn deref(&self) -> &Queries {
        &self.queries
    }
}
