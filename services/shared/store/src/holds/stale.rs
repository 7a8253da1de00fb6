//! Open holds of tools that are no longer what was held.

use countersign_access::{Permit, RunJob};
use countersign_domain::{
    id::{EndpointId, HoldId, SourceId},
    record::RecordedTool,
};
use sea_orm::QueryResult;

use crate::{StoreError, TenantTx};

/// A hold that has just become stale, and the tool as it was held.
pub type StaleHold = (HoldId, RecordedTool);

impl TenantTx {
    /// Makes the open holds of an API's tools stale whose definition is not the present one any
    /// more, or which are gone; they are returned. The agent is told when it asks again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_stale_holds(
        &self,
        permit: Permit<RunJob>,
        source: SourceId,
    ) -> Result<Vec<StaleHold>, StoreError> {
        self.used(permit)?;
        self.make_holds_stale(source).await
    }

    /// The same, for an import or for whoever has changed a definition.
    pub(crate) async fn make_holds_stale(
        &self,
        source: SourceId,
    ) -> Result<Vec<StaleHold>, StoreError> {
        let rows = self
            .rows(
                "UPDATE hold h SET state = 'stale' FROM tool t
                 WHERE h.tenant_id = $1 AND t.tenant_id = h.tenant_id AND t.id = h.tool_id AND t.source_id = $2
                   AND h.state IN ('pending', 'countersigned') AND h.closed_at IS NULL
                   AND (t.removed_at IS NOT NULL OR t.current_version <> h.tool_version_id)
                 RETURNING h.id, h.tool_id, h.tool_version_id, h.tool_name, h.class, h.endpoint_id",
                [self.tenant().as_uuid().into(), source.as_uuid().into()],
            )
            .await?;
        rows.iter().map(read).collect()
    }

    /// Makes the open holds of an endpoint stale that is gone.
    pub(crate) async fn make_endpoint_holds_stale(
        &self,
        endpoint: EndpointId,
    ) -> Result<Vec<StaleHold>, StoreError> {
        let rows = self
            .rows(
                "UPDATE hold h SET state = 'stale' WHERE h.tenant_id = $1 AND h.endpoint_id = $2
                   AND h.state IN ('pending', 'countersigned') AND h.closed_at IS NULL
                 RETURNING h.id, h.tool_id, h.tool_version_id, h.tool_name, h.class, h.endpoint_id",
                [self.tenant().as_uuid().into(), endpoint.as_uuid().into()],
            )
            .await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &QueryResult) -> Result<StaleHold, StoreError> {
    Ok((super::id(row)?, super::recorded_tool(row)?))
}
