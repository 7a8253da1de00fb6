//! Tools as an import finds them, and what it changes about them.

use countersign_access::{Permit, RunJob};
use countersign_domain::{
    Timestamp,
    digest::Digest,
    drift::ReviewReason,
    id::{RevisionId, SourceId, ToolId, ToolVersionId},
    operation::Method,
};
use sea_orm::{QueryResult, Value};
use serde::Serialize;
use serde_json::{json, value::RawValue};
use uuid::Uuid;

use super::fingerprint;
use crate::{
    StoreError, TenantTx,
    row::{self, At},
};

/// Rows written in one statement.
const CHUNK: usize = 250;
/// Bytes of definitions written in one statement; one that is larger has one of its own.
const CHUNK_BYTES: usize = 4 << 20;

/// A tool as an import finds it.
#[derive(Clone, Debug)]
pub struct KnownTool {
    /// Its id.
    pub id: ToolId,
    /// Half of its identity.
    pub method: Method,
    /// The other half.
    pub path: String,
    /// What agents call it.
    pub name: String,
    /// The present definition.
    pub version: ToolVersionId,
    /// The present definition as it was imported, without what people say instead.
    pub imported: ToolVersionId,
    /// Digest of the present definition as it was imported.
    pub fingerprint: Digest,
    /// The latest import did not have it.
    pub removed: bool,
    /// A definition before the present one was turned on somewhere, and why a person has to look
    /// first.
    pub waits: Option<ReviewReason>,
    /// The newest definition that somebody's word keeps turned on, as it was imported.
    pub turned_on: Option<ToolVersionId>,
}

impl KnownTool {
    /// The definitions, as they were imported, that a new one is compared with.
    #[must_use]
    pub fn compared(&self) -> Vec<ToolVersionId> {
        let turned_on = self.turned_on.filter(|version| *version != self.imported);
        turned_on.into_iter().chain([self.imported]).collect()
    }
}

/// A tool that no earlier import had.
#[derive(Clone, Debug)]
pub struct NewTool {
    /// Its id.
    pub id: ToolId,
    /// Half of its identity.
    pub method: Method,
    /// The other half.
    pub path: String,
    /// What agents call it.
    pub name: String,
    /// Its first definition.
    pub version: ToolVersionId,
}

/// A definition that is not stored yet.
#[derive(Clone, Debug)]
pub struct NewToolVersion {
    /// Its id.
    pub id: ToolVersionId,
    /// The tool.
    pub tool: ToolId,
    /// Digest of the definition.
    pub fingerprint: Digest,
    /// The classification, copied out of the definition for the database's own checks.
    pub class: &'static str,
    /// Each call needs a countersignature.
    pub high_risk: bool,
    /// How sure the classification is.
    pub confidence: &'static str,
    /// Why it cannot be called faithfully.
    pub unsupported: Option<String>,
    /// The operation as JSON. As text: a tree of it takes ten times the memory, and an import has
    /// thousands.
    pub definition: Box<RawValue>,
    /// The definition as it was imported, where this one has in it what people say instead.
    pub imported: Option<ToolVersionId>,
}

/// A tool whose present definition becomes another one, or that is back.
#[derive(Clone, Debug)]
pub struct ChangedTool {
    /// The tool.
    pub id: ToolId,
    /// Its definition from now on.
    pub version: ToolVersionId,
    /// Its path from now on; it differs only in what its variables are called.
    pub path: String,
    /// Its name from now on; it differs only when another took the old one while it was gone.
    pub name: String,
}

/// What an import changes about the tools of a source.
#[derive(Clone, Debug, Default)]
pub struct ToolChanges {
    /// Tools to add.
    pub new: Vec<NewTool>,
    /// Definitions to add.
    pub versions: Vec<NewToolVersion>,
    /// Tools that get another definition.
    pub changed: Vec<ChangedTool>,
    /// Tools that are gone.
    pub removed: Vec<ToolId>,
}

impl TenantTx {
    /// Lists every tool that a source has or had, for an import to compare with.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn known_tools(&self, source: SourceId) -> Result<Vec<KnownTool>, StoreError> {
        let rows = self
            .rows(
                "SELECT t.id, t.method, t.path, t.name, t.current_version, v.fingerprint,
                     COALESCE(v.imported_version, v.id) AS imported_version, t.removed_at IS NOT NULL AS removed,
                     CASE WHEN EXISTS (SELECT 1 FROM enablement e
                         WHERE e.tenant_id = t.tenant_id AND e.tool_id = t.id AND e.superseded_at IS NULL
                             AND e.state = 'on' AND e.tool_version_id <> t.current_version)
                     -- Of what no import put back to review, a person has lowered the risk.
                     THEN COALESCE(told.reason, 'risk') END AS waits,
                     (SELECT COALESCE(d.imported_version, d.id) FROM enablement e
                         JOIN tool_version d ON d.tenant_id = e.tenant_id AND d.id = e.tool_version_id
                         WHERE e.tenant_id = t.tenant_id AND e.tool_id = t.id AND e.superseded_at IS NULL
                             AND e.state = 'on' ORDER BY d.created_at DESC, d.id DESC LIMIT 1) AS turned_on
                 FROM tool t JOIN tool_version v ON v.tenant_id = t.tenant_id AND v.id = t.current_version
                 LEFT JOIN (SELECT DISTINCT ON (c.tool_id) c.tool_id, c.reason
                     FROM revision_change c JOIN revision r ON r.tenant_id = c.tenant_id AND r.id = c.revision_id
                     WHERE c.tenant_id = $1 AND r.source_id = $2 AND c.outcome = 'review'
                     ORDER BY c.tool_id, r.number DESC) told ON told.tool_id = t.id
                 WHERE t.tenant_id = $1 AND t.source_id = $2 ORDER BY t.path",
                [self.tenant().as_uuid().into(), source.as_uuid().into()],
            )
            .await?;
        rows.iter().map(known).collect()
    }

    /// Writes what an import changes, a few statements whatever its size.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn change_tools(
        &self,
        permit: Permit<RunJob>,
        (source, revision, at): (SourceId, RevisionId, Timestamp),
        changes: &ToolChanges,
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        self.remove_tools(&changes.removed).await?;
        for chunk in changes.new.chunks(CHUNK) {
            self.add_tools(source, at, chunk).await?;
        }
        for chunk in together(&changes.versions) {
            self.add_versions(revision, at, chunk).await?;
        }
        for chunk in changes.changed.chunks(CHUNK) {
            self.point_tools(chunk).await?;
        }
        Ok(())
    }

    async fn remove_tools(&self, removed: &[ToolId]) -> Result<(), StoreError> {
        let ids: Vec<Uuid> = removed.iter().map(|id| id.as_uuid()).collect();
        self.execute(
            "UPDATE tool SET removed_at = clock_timestamp()
             WHERE tenant_id = $1 AND id = ANY ($2) AND removed_at IS NULL",
            [self.tenant().as_uuid().into(), Value::from(ids)],
        )
        .await
        .map(|_| ())
    }

    async fn add_tools(
        &self,
        source: SourceId,
        at: Timestamp,
        tools: &[NewTool],
    ) -> Result<(), StoreError> {
        let rows: serde_json::Value = tools
            .iter()
            .map(|tool| {
                json!({"id": tool.id.as_uuid(), "method": tool.method.as_str(), "path": tool.path,
                    "name": tool.name, "version": tool.version.as_uuid()})
            })
            .collect();
        self.execute(
            "INSERT INTO tool (tenant_id, id, source_id, method, path, name, current_version, created_at)
             SELECT $1, r.id, $2, r.method, r.path, r.name, r.version, $3 FROM jsonb_to_recordset($4)
                 AS r (id uuid, method text, path text, name text, version uuid)",
            [
                self.tenant().as_uuid().into(),
                source.as_uuid().into(),
                at.into(),
                rows.into(),
            ],
        )
        .await
        .map(|_| ())
    }

    async fn add_versions(
        &self,
        revision: RevisionId,
        at: Timestamp,
        versions: &[NewToolVersion],
    ) -> Result<(), StoreError> {
        let rows: Vec<_> = versions.iter().map(VersionRow::from).collect();
        self.execute(
            "INSERT INTO tool_version (tenant_id, id, tool_id, revision_id, fingerprint, class, high_risk, confidence,
                 unsupported, definition, created_at, imported_version)
             SELECT $1, r.id, r.tool, $2, decode(r.fingerprint, 'hex'), r.class, r.high_risk, r.confidence,
                 r.unsupported, r.definition, $3, r.imported
             FROM jsonb_to_recordset($4::jsonb) AS r (id uuid, tool uuid, fingerprint text, class text,
                 high_risk boolean, confidence text, unsupported text, definition jsonb, imported uuid)",
            [
                self.tenant().as_uuid().into(),
                revision.as_uuid().into(),
                at.into(),
                row::written(&rows).into(),
            ],
        )
        .await
        .map(|_| ())
    }

    async fn point_tools(&self, changed: &[ChangedTool]) -> Result<(), StoreError> {
        let rows: serde_json::Value = changed
            .iter()
            .map(|tool| {
                json!({"id": tool.id.as_uuid(), "version": tool.version.as_uuid(), "path": tool.path, "name": tool.name})
            })
            .collect();
        self.execute(
            "UPDATE tool SET current_version = r.version, path = r.path, name = r.name, removed_at = NULL
             FROM jsonb_to_recordset($2) AS r (id uuid, version uuid, path text, name text)
             WHERE tool.tenant_id = $1 AND tool.id = r.id",
            [self.tenant().as_uuid().into(), rows.into()],
        )
        .await
        .map(|_| ())
    }
}

/// Cuts definitions into pieces that one statement can write.
fn together(versions: &[NewToolVersion]) -> impl Iterator<Item = &[NewToolVersion]> {
    let mut bytes = 0;
    versions
        .chunk_by(move |one, next| {
            bytes += one.definition.get().len();
            let fits = bytes + next.definition.get().len() <= CHUNK_BYTES;
            bytes = if fits { bytes } else { 0 };
            fits
        })
        .flat_map(|some| some.chunks(CHUNK))
}

/// A definition as the database takes it apart.
#[derive(Serialize)]
struct VersionRow<'v> {
    id: Uuid,
    tool: Uuid,
    fingerprint: Digest,
    class: &'static str,
    high_risk: bool,
    confidence: &'static str,
    unsupported: Option<&'v str>,
    definition: &'v RawValue,
    imported: Option<Uuid>,
}

impl<'v> From<&'v NewToolVersion> for VersionRow<'v> {
    fn from(version: &'v NewToolVersion) -> Self {
        Self {
            id: version.id.as_uuid(),
            tool: version.tool.as_uuid(),
            fingerprint: version.fingerprint,
            class: version.class,
            high_risk: version.high_risk,
            confidence: version.confidence,
            unsupported: version.unsupported.as_deref(),
            definition: &version.definition,
            imported: version.imported.map(ToolVersionId::as_uuid),
        }
    }
}

fn known(row: &QueryResult) -> Result<KnownTool, StoreError> {
    let id = ToolId::from(row.try_get::<Uuid>("", "id")?);
    let at = At {
        table: "tool",
        row: id,
    };
    let method: String = row.try_get("", "method")?;
    let waits: Option<String> = row.try_get("", "waits")?;
    let turned_on: Option<Uuid> = row.try_get("", "turned_on")?;
    Ok(KnownTool {
        id,
        method: at.need("method", Method::as_written(&method))?,
        path: row.try_get("", "path")?,
        name: row.try_get("", "name")?,
        version: row.try_get::<Uuid>("", "current_version")?.into(),
        imported: row.try_get::<Uuid>("", "imported_version")?.into(),
        fingerprint: fingerprint(row, &at)?,
        removed: row.try_get("", "removed")?,
        waits: waits.as_deref().map(ReviewReason::stored),
        turned_on: turned_on.map(ToolVersionId::from),
    })
}
