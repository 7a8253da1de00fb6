//! What an import changed, as people are shown it, and decisions that live on through it.

use std::collections::HashMap;

use countersign_access::{Permit, RunJob};
use countersign_domain::{
    drift::{Change, ReviewReason},
    id::{RevisionId, ToolId, ToolVersionId},
    operation::ImportedOperation,
};
use sea_orm::{QueryResult, Value};
use serde::Serialize;
use serde_json::{json, value::RawValue};
use uuid::Uuid;

use crate::{
    StoreError, TenantTx,
    catalogue::definition,
    row::{self, At, unless_unreadable},
};

/// Definitions read at once.
const CHUNK: usize = 250;

/// What became of a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It was turned on, and agents do not see it until somebody has looked again.
    Review(ReviewReason),
    /// The document does not have it any more.
    Removed,
    /// It is new, or back and not turned on before, and off.
    Added,
    /// It changed, and what was decided about it stands; or nobody has turned it on.
    Informed,
}

impl Outcome {
    /// The name in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Review(_) => "review",
            Self::Removed => "removed",
            Self::Added => "added",
            Self::Informed => "informed",
        }
    }

    /// Why a person has to look, if one has to.
    #[must_use]
    pub const fn reason(self) -> Option<ReviewReason> {
        match self {
            Self::Review(reason) => Some(reason),
            Self::Removed | Self::Added | Self::Informed => None,
        }
    }
}

/// What an import changed about one tool, or about the whole document where there is no tool.
#[derive(Clone, Debug)]
pub struct NewRevisionChange {
    /// The tool.
    pub tool: Option<ToolId>,
    /// What became of it.
    pub outcome: Outcome,
    /// What differs.
    pub changes: Vec<Change>,
}

/// What an import changed about one tool, with the tool's name of today.
#[derive(Clone, Debug)]
pub struct RevisionChange {
    /// The tool, its name and whether it is there today.
    pub tool: Option<ChangedToolName>,
    /// What became of it.
    pub outcome: Outcome,
    /// What differs.
    pub changes: Vec<Change>,
}

/// A tool that an import changed.
#[derive(Clone, Debug)]
pub struct ChangedToolName {
    /// Which.
    pub id: ToolId,
    /// What agents call it.
    pub name: String,
    /// `GET`, `POST`, …
    pub method: String,
    /// The path template.
    pub path: String,
    /// The source has it today.
    pub is_there: bool,
}

/// A decision that lives on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The tool.
    pub tool: ToolId,
    /// The definition it was about.
    pub from: ToolVersionId,
    /// The definition it is about now.
    pub to: ToolVersionId,
}

/// A change as the database takes it apart.
#[derive(Serialize)]
struct ChangeRow<'c> {
    position: usize,
    tool: Option<Uuid>,
    outcome: &'static str,
    reason: Option<&'static str>,
    changes: &'c [Change],
}

impl<'c> From<(usize, &'c NewRevisionChange)> for ChangeRow<'c> {
    fn from((position, change): (usize, &'c NewRevisionChange)) -> Self {
        Self {
            position,
            tool: change.tool.map(ToolId::as_uuid),
            outcome: change.outcome.as_str(),
            reason: change.outcome.reason().map(ReviewReason::as_str),
            changes: &change.changes,
        }
    }
}

impl TenantTx {
    /// Keeps what an import changed, in the order it is to be shown.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn keep_revision_changes(
        &self,
        permit: Permit<RunJob>,
        revision: RevisionId,
        changes: &[NewRevisionChange],
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        let rows: Vec<_> = changes.iter().enumerate().map(ChangeRow::from).collect();
        self.execute(
            "INSERT INTO revision_change (tenant_id, revision_id, position, tool_id, outcome, reason, changes)
             SELECT $1, $2, r.position, r.tool, r.outcome, r.reason, r.changes FROM jsonb_to_recordset($3::jsonb)
                 AS r (position integer, tool uuid, outcome text, reason text, changes jsonb)",
            [
                self.tenant().as_uuid().into(),
                revision.as_uuid().into(),
                row::written(&rows).into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Lists what an import changed, as it was kept.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn revision_changes(
        &self,
        revision: RevisionId,
    ) -> Result<Vec<RevisionChange>, StoreError> {
        let rows = self
            .rows(
                "SELECT c.outcome, c.reason, c.changes, t.id, t.name, t.method, t.path,
                     t.removed_at IS NULL AS is_there
                 FROM revision_change c LEFT JOIN tool t ON t.tenant_id = c.tenant_id AND t.id = c.tool_id
                 WHERE c.tenant_id = $1 AND c.revision_id = $2 ORDER BY c.position",
                [self.tenant().as_uuid().into(), revision.as_uuid().into()],
            )
            .await?;
        let at = At {
            table: "revision_change",
            row: revision,
        };
        let read = |row: &QueryResult| {
            let tool = row.try_get::<Option<Uuid>>("", "id")?.map(|id| {
                Ok::<_, StoreError>(ChangedToolName {
                    id: id.into(),
                    name: row.try_get("", "name")?,
                    method: row.try_get("", "method")?,
                    path: row.try_get("", "path")?,
                    is_there: row.try_get("", "is_there")?,
                })
            });
            let outcome: String = row.try_get("", "outcome")?;
            let reason: Option<String> = row.try_get("", "reason")?;
            let outcome = match (outcome.as_str(), reason) {
                ("review", Some(reason)) => Outcome::Review(ReviewReason::stored(&reason)),
                ("removed", _) => Outcome::Removed,
                ("added", _) => Outcome::Added,
                ("informed", _) => Outcome::Informed,
                _ => return Err(at.unreadable("outcome")),
            };
            Ok(RevisionChange {
                tool: tool.transpose()?,
                outcome,
                changes: at.json("changes", row.try_get("", "changes")?)?,
            })
        };
        rows.iter()
            .filter_map(|row| unless_unreadable(read(row)))
            .collect()
    }

    /// Reads definitions as text, for an import to compare with: a tree of one takes ten times
    /// the memory, and a source has thousands.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn written_definitions(
        &self,
        versions: &[ToolVersionId],
    ) -> Result<HashMap<ToolVersionId, Box<RawValue>>, StoreError> {
        let mut written = HashMap::with_capacity(versions.len());
        for chunk in versions.chunks(CHUNK) {
            let ids: Vec<Uuid> = chunk.iter().map(|id| id.as_uuid()).collect();
            let rows = self
                .rows(
                    "SELECT id, definition::text AS definition FROM tool_version
                     WHERE tenant_id = $1 AND id = ANY ($2)",
                    [self.tenant().as_uuid().into(), Value::from(ids)],
                )
                .await?;
            for row in rows {
                let row_id = ToolVersionId::from(row.try_get::<Uuid>("", "id")?);
                let at = At {
                    table: "tool_version",
                    row: row_id,
                };
                let text = RawValue::from_string(row.try_get("", "definition")?);
                let text = text.map_err(|_| at.unreadable("definition"))?;
                written.insert(row_id, text);
            }
        }
        Ok(written)
    }

    /// Reads definitions; one that cannot be read is left out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn definitions(
        &self,
        versions: &[ToolVersionId],
    ) -> Result<HashMap<ToolVersionId, ImportedOperation>, StoreError> {
        let ids: Vec<Uuid> = versions.iter().map(|id| id.as_uuid()).collect();
        let rows = self
            .rows(
                "SELECT id, tool_id, definition FROM tool_version WHERE tenant_id = $1 AND id = ANY ($2)",
                [self.tenant().as_uuid().into(), Value::from(ids)],
            )
            .await?;
        rows.iter()
            .filter_map(|row| unless_unreadable(definition(row)))
            .collect()
    }

    /// Reads the schemas of the arguments that definitions have, and nothing else of them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn input_schemas(
        &self,
        versions: &[ToolVersionId],
    ) -> Result<HashMap<ToolVersionId, serde_json::Value>, StoreError> {
        let ids: Vec<Uuid> = versions.iter().map(|id| id.as_uuid()).collect();
        let rows = self
            .rows(
                "SELECT id, definition -> 'input_schema' AS input_schema FROM tool_version
                 WHERE tenant_id = $1 AND id = ANY ($2)",
                [self.tenant().as_uuid().into(), Value::from(ids)],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let id = ToolVersionId::from(row.try_get::<Uuid>("", "id")?);
                Ok((id, row.try_get("", "input_schema")?))
            })
            .collect()
    }

    /// Carries decisions over to definitions that differ only in what needs no review: for each,
    /// a row of its own that names the one before. Nobody's word is changed: who decided, what
    /// and when are the same, and a foreign key refuses a definition of another risk. Holds are
    /// bound to the definition itself and go stale all the same. Returns how many there were.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn carry_decisions(
        &self,
        permit: Permit<RunJob>,
        carried: &[Carried],
    ) -> Result<u64, StoreError> {
        self.used(permit)?;
        self.carry(carried).await
    }

    /// Carries decisions over, for an import or for whoever may decide the same anew.
    pub(crate) async fn carry(&self, carried: &[Carried]) -> Result<u64, StoreError> {
        let rows: serde_json::Value = carried
            .iter()
            .map(|Carried { tool, from, to }| {
                json!({"tool": tool.as_uuid(), "old": from.as_uuid(), "new": to.as_uuid()})
            })
            .collect();
        self.execute(
            "WITH pair AS (SELECT * FROM jsonb_to_recordset($2) AS r (tool uuid, old uuid, new uuid)),
             before AS (
                 UPDATE enablement e SET superseded_at = clock_timestamp() FROM pair
                 WHERE e.tenant_id = $1 AND e.tool_id = pair.tool AND e.tool_version_id = pair.old
                   AND e.superseded_at IS NULL
                 RETURNING e.*, pair.new AS new_version)
             INSERT INTO enablement (tenant_id, id, environment_id, tool_id, tool_version_id, high_risk, state,
                 handling, reason, decided_by, decided_at, decided_together, carried_from)
             SELECT tenant_id, gen_random_uuid(), environment_id, tool_id, new_version, high_risk, state,
                 handling, reason, decided_by, decided_at, decided_together, id FROM before",
            [self.tenant().as_uuid().into(), rows.into()],
        )
        .await
    }
}
