//! The outbox: events that were committed with what they tell of, and are told afterwards.

use countersign_domain::{event::Event, id::TenantId};
use sea_orm::Value;
use uuid::Uuid;

use crate::{StoreError, SystemTx};

/// An event that nobody has been told of.
#[derive(Clone, Debug)]
pub struct WaitingEvent {
    /// Whose.
    pub tenant: TenantId,
    /// What has happened; `None` where a newer version wrote an event that this one does not know.
    pub event: Option<Event>,
    id: Uuid,
}

impl SystemTx {
    /// Takes events that wait, oldest first; two relays never take the same at once. They stay
    /// waiting unless [`SystemTx::mark_relayed`] commits. They are told after that, so that one may
    /// go untold when a process ends in between; whoever listens polls, too.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn take_events(&self, limit: u32) -> Result<Vec<WaitingEvent>, StoreError> {
        let rows = self
            .rows(
                "SELECT tenant_id, id, payload FROM event WHERE relayed_at IS NULL
                 ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED",
                [i64::from(limit).into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(WaitingEvent {
                    tenant: row.try_get::<Uuid>("", "tenant_id")?.into(),
                    event: serde_json::from_value(row.try_get("", "payload")?).ok(),
                    id: row.try_get("", "id")?,
                })
            })
            .collect()
    }

    /// Marks events as told.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mark_relayed(&self, events: &[WaitingEvent]) -> Result<(), StoreError> {
        let tenants: Vec<Uuid> = events.iter().map(|event| event.tenant.as_uuid()).collect();
        let ids: Vec<Uuid> = events.iter().map(|event| event.id).collect();
        self.execute(
            "UPDATE event SET relayed_at = clock_timestamp()
             FROM unnest($1::uuid[], $2::uuid[]) AS told (tenant_id, id)
             WHERE event.tenant_id = told.tenant_id AND event.id = told.id",
            [Value::from(tenants), Value::from(ids)],
        )
        .await
        .map(|_| ())
    }
}
