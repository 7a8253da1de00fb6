//! How much a schedule has brought into the database.

use countersign_domain::{Timestamp, id::SourceId};

use crate::{StoreError, TenantTx};

impl TenantTx {
    /// Counts the bytes, as they are stored, of what imports that a schedule began since a moment
    /// have left of a source: documents, definitions, and what people are told about both.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn brought_by_schedule(
        &self,
        source: SourceId,
        since: Timestamp,
    ) -> Result<u64, StoreError> {
        let row = self
            .row(
                "WITH r AS (SELECT id, document_sha256, pg_column_size(servers) + pg_column_size(diagnostics) AS own
                     FROM revision WHERE tenant_id = $1 AND source_id = $2 AND scheduled AND created_at >= $3)
                 SELECT (
                     (SELECT COALESCE(sum(own), 0) FROM r)
                     + (SELECT COALESCE(sum(pg_column_size(content)), 0) FROM document
                        WHERE tenant_id = $1 AND sha256 IN (SELECT document_sha256 FROM r))
                     + (SELECT COALESCE(sum(pg_column_size(v.definition)), 0)
                        FROM tool t JOIN tool_version v ON v.tenant_id = t.tenant_id AND v.tool_id = t.id
                        WHERE t.tenant_id = $1 AND t.source_id = $2 AND v.revision_id IN (SELECT id FROM r))
                     + (SELECT COALESCE(sum(pg_column_size(changes)), 0) FROM revision_change
                        WHERE tenant_id = $1 AND revision_id IN (SELECT id FROM r))
                 )::bigint AS bytes",
                [
                    self.tenant().as_uuid().into(),
                    source.as_uuid().into(),
                    since.into(),
                ],
            )
            .await?
            .ok_or(StoreError::NotFound)?;
        let bytes: i64 = row.try_get("", "bytes")?;
        Ok(u64::try_from(bytes).unwrap_or(u64::MAX))
    }
}
