//! What became of calls that were countersigned and sent.

use std::collections::HashMap;

use countersign_domain::id::{HoldId, RecordId};
use sea_orm::Value;
use uuid::Uuid;

use crate::{StoreError, TenantTx};

/// How the one call of a hold ended, by the log.
#[derive(Clone, Debug)]
pub struct HoldOutcome {
    /// The row that says so; that of the intent, as long as there is none.
    pub record: RecordId,
    /// The status of the call, once it has one.
    pub status: Option<String>,
    /// Why it failed.
    pub code: Option<String>,
    /// What the API answered.
    pub upstream: Option<i32>,
}

impl TenantTx {
    /// Finds what became of the calls of these holds; of those that were not sent, nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hold_outcomes(
        &self,
        holds: &[HoldId],
    ) -> Result<HashMap<HoldId, HoldOutcome>, StoreError> {
        let ids: Vec<Uuid> = holds.iter().map(|id| id.as_uuid()).collect();
        let rows = self
            .rows(
                "SELECT i.hold_id, coalesce(f.id, i.id) AS id, f.status, f.code, f.upstream_status
                 FROM record i LEFT JOIN LATERAL (SELECT f.id, f.status, f.code, f.upstream_status FROM record f
                     WHERE f.tenant_id = i.tenant_id AND f.call_id = i.call_id AND f.act = 'call.finished'
                     ORDER BY f.committed_at DESC LIMIT 1) f ON true
                 WHERE i.tenant_id = $1 AND i.hold_id = ANY ($2) AND i.act = 'call.intended'",
                [self.tenant().as_uuid().into(), Value::from(ids)],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let outcome = HoldOutcome {
                    record: row.try_get::<Uuid>("", "id")?.into(),
                    status: row.try_get("", "status")?,
                    code: row.try_get("", "code")?,
                    upstream: row.try_get("", "upstream_status")?,
                };
                Ok((row.try_get::<Uuid>("", "hold_id")?.into(), outcome))
            })
            .collect()
    }
}
