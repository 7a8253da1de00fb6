//! Taking an API out of use. Its rows stay, marked: records, decisions and old holds point at
//! them. All that it could still do ends in one transaction, and its documents are deleted: nobody
//! can open them any more, and the audit log keeps the digest of each.

use countersign_access::{Permit, RemoveSource};
use countersign_domain::id::SourceId;
use sea_orm::Value;

use crate::{StoreError, TenantTx, holds::StaleHold, sources::Source};

/// An API that has just been removed, and what ended with it.
#[derive(Clone, Debug)]
pub struct RemovedSource {
    /// The API as it was.
    pub source: Source,
    /// Tools that agents and people see no more.
    pub tools: u64,
    /// Imports that were under way.
    pub imports: u64,
    /// Secrets that were deleted, each version counted.
    pub secrets: u64,
    /// Documents that were deleted.
    pub documents: u64,
    /// Holds that were open.
    pub stale: Vec<StaleHold>,
}

impl TenantTx {
    /// Removes an API: its tools, its schedule, its credentials with their secrets, and whatever
    /// import or hold of it is open. Its slug is free again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not this tenant's, or removed already.
    pub async fn remove_source(
        &self,
        permit: Permit<RemoveSource>,
        id: SourceId,
    ) -> Result<RemovedSource, StoreError> {
        self.used(permit)?;
        self.lock_tools(id).await?;
        let source = self.source(id).await?;
        let key = || -> [Value; 2] { [self.tenant().as_uuid().into(), id.as_uuid().into()] };
        self.execute(
            "UPDATE source SET removed_at = clock_timestamp() WHERE tenant_id = $1 AND id = $2",
            key(),
        )
        .await?;
        let tools = self
            .execute(
                "UPDATE tool SET removed_at = clock_timestamp()
                 WHERE tenant_id = $1 AND source_id = $2 AND removed_at IS NULL",
                key(),
            )
            .await?;
        let imports = self
            .execute(
                "UPDATE revision SET state = 'failed', failure_code = 'source_removed',
                     failure_text = 'the API was removed', finished_at = clock_timestamp()
                 WHERE tenant_id = $1 AND source_id = $2 AND state IN ('waiting', 'importing')",
                key(),
            )
            .await?;
        self.delete_schedule(id).await?;
        self.end_credentials_of(id).await?;
        Ok(RemovedSource {
            source,
            tools,
            imports,
            secrets: self.delete_secrets_of(id).await?,
            documents: self.delete_documents().await?,
            stale: self.make_holds_stale(id).await?,
        })
    }

    /// Deletes the documents of which only removed APIs were imported.
    async fn delete_documents(&self) -> Result<u64, StoreError> {
        self.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 7175))",
            [self.tenant().as_uuid().into()],
        )
        .await?;
        self.execute(
            "UPDATE revision SET document_sha256 = NULL
             WHERE tenant_id = $1 AND document_sha256 IS NOT NULL AND source_id IN
                 (SELECT id FROM source WHERE tenant_id = $1 AND removed_at IS NOT NULL)",
            [self.tenant().as_uuid().into()],
        )
        .await?;
        self.execute(
            "DELETE FROM document d WHERE d.tenant_id = $1 AND NOT EXISTS (SELECT 1 FROM revision r
                 WHERE r.tenant_id = $1 AND r.document_sha256 = d.sha256)",
            [self.tenant().as_uuid().into()],
        )
        .await
    }
}
