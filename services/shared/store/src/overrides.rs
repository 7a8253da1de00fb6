//! What people say about tools instead of their documents, read.

use std::collections::HashSet;

use countersign_domain::{
    Timestamp,
    digest::Digest,
    id::{EndpointId, OverrideId, SourceId, ToolId, ToolVersionId},
    operation::ImportedOperation,
    overrides::{EndedWhy, Override, Said},
    tool::Tool,
};
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::{StoreError, TenantTx, row::At, tools};

/// A tool that is kept from being changed, with what it was imported as.
#[derive(Clone, Debug)]
pub struct OverridableTool {
    /// The tool, with its present definition.
    pub tool: Tool,
    /// The definition as it was imported: the present one, or the one that it was made of.
    pub imported_version: ToolVersionId,
    /// What it says.
    pub imported: ImportedOperation,
    /// What people say instead, and holds.
    pub standing: Vec<Override>,
}

/// Whose overrides to list.
#[derive(Clone, Copy, Debug)]
pub enum OverridesOf {
    /// Those of the present and past tools of a source.
    Source(SourceId),
    /// Those of the tools chosen for an endpoint.
    Endpoint(EndpointId),
    /// Those of one tool.
    Tool(ToolId),
}

/// A name at a place where names must differ.
#[derive(Clone, Debug)]
pub struct NameNearby {
    /// The name.
    pub name: String,
    /// The API it is in.
    pub source: String,
}

impl TenantTx {
    /// Loads a tool and keeps imports, decisions and other overrides of its API from changing it
    /// meanwhile.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not there.
    pub async fn overridable_tool(&self, id: ToolId) -> Result<OverridableTool, StoreError> {
        let source = self
            .row(
                "SELECT source_id FROM tool WHERE tenant_id = $1 AND id = $2",
                [self.tenant().as_uuid().into(), id.as_uuid().into()],
            )
            .await?
            .ok_or(StoreError::NotFound)?
            .try_get::<Uuid>("", "source_id")?;
        self.lock_tools(source.into()).await?;
        let row = self
            .row(
                "SELECT t.id, t.source_id, t.name, v.id AS version_id, v.revision_id, v.fingerprint, v.definition,
                     o.id AS imported_id, o.definition AS imported
                 FROM tool t
                 JOIN tool_version v ON v.tenant_id = t.tenant_id AND v.id = t.current_version
                 JOIN tool_version o ON o.tenant_id = t.tenant_id AND o.id = COALESCE(v.imported_version, v.id)
                 WHERE t.tenant_id = $1 AND t.id = $2 AND t.removed_at IS NULL",
                [self.tenant().as_uuid().into(), id.as_uuid().into()],
            )
            .await?
            .ok_or(StoreError::NotFound)?;
        let at = At {
            table: "tool_version",
            row: id,
        };
        let mut standing = self.overrides(OverridesOf::Tool(id)).await?;
        standing.retain(Override::stands);
        Ok(OverridableTool {
            tool: tools::tool(&row)?,
            imported_version: row.try_get::<Uuid>("", "imported_id")?.into(),
            imported: at.json("imported", row.try_get("", "imported")?)?,
            standing,
        })
    }

    /// Lists the latest override of each kind of each tool that holds or that an import ended;
    /// what people replaced or took back is in the audit log.
    ///
    /// # Errors
    /// When the database refuses, or one cannot be read.
    pub async fn overrides(&self, of: OverridesOf) -> Result<Vec<Override>, StoreError> {
        let rows = self.override_rows(of).await?;
        rows.iter().map(read).collect()
    }

    /// Lists the same for many tools at once, and the tools of which one cannot be read: nothing
    /// may be said about these.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn readable_overrides(
        &self,
        of: OverridesOf,
    ) -> Result<(Vec<Override>, HashSet<ToolId>), StoreError> {
        let rows = self.override_rows(of).await?;
        let readable = self.readable(&rows, read)?;
        let known: HashSet<OverrideId> = readable.iter().map(|one| one.id).collect();
        let mut unreadable = HashSet::new();
        for row in &rows {
            if !known.contains(&id(row)?) {
                unreadable.insert(row.try_get::<Uuid>("", "tool_id")?.into());
            }
        }
        Ok((readable, unreadable))
    }

    async fn override_rows(&self, of: OverridesOf) -> Result<Vec<QueryResult>, StoreError> {
        let (condition, id) = match of {
            OverridesOf::Source(id) => (
                "EXISTS (SELECT 1 FROM tool t WHERE t.tenant_id = o.tenant_id AND t.id = o.tool_id
                    AND t.source_id = $2)",
                id.as_uuid(),
            ),
            OverridesOf::Endpoint(id) => (
                "EXISTS (SELECT 1 FROM endpoint_tool x WHERE x.tenant_id = o.tenant_id AND x.tool_id = o.tool_id
                    AND x.endpoint_id = $2)",
                id.as_uuid(),
            ),
            OverridesOf::Tool(id) => ("o.tool_id = $2", id.as_uuid()),
        };
        let sql = format!(
            "SELECT l.*, (SELECT p.email FROM member m JOIN person p ON p.id = m.person_id
                 WHERE m.tenant_id = l.tenant_id AND m.id = l.given_by) AS label
             FROM (SELECT DISTINCT ON (o.tool_id, o.kind) o.* FROM tool_override o
                 WHERE o.tenant_id = $1 AND {condition}
                 ORDER BY o.tool_id, o.kind, o.ended_at DESC NULLS FIRST, o.given_at DESC) l
             WHERE l.ended_why IS NULL OR l.ended_why IN ('text_changed', 'operation_changed', 'risk_changed')
             ORDER BY l.tool_id, l.kind"
        );
        self.rows(&sql, [self.tenant().as_uuid().into(), id.into()])
            .await
    }

    /// Lists the names that a tool's name has to look unlike: those of the other present tools of
    /// its API, with those that imports gave them, and of the tools that share an endpoint with it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn names_nearby(&self, tool: ToolId) -> Result<Vec<NameNearby>, StoreError> {
        let rows = self
            .rows(
                "WITH near AS (
                     SELECT t.id, t.name, t.source_id FROM tool t
                     WHERE t.tenant_id = $1 AND t.id <> $2 AND t.removed_at IS NULL
                       AND (t.source_id = (SELECT source_id FROM tool WHERE tenant_id = $1 AND id = $2)
                         OR EXISTS (SELECT 1 FROM endpoint_tool a
                             JOIN endpoint_tool b ON b.tenant_id = a.tenant_id AND b.endpoint_id = a.endpoint_id
                             WHERE a.tenant_id = $1 AND a.tool_id = $2 AND b.tool_id = t.id)))
                 SELECT n.name, s.name AS source FROM (
                     SELECT name, source_id FROM near
                     UNION ALL
                     SELECT o.instead_of ->> 'name', near.source_id FROM tool_override o
                     JOIN near ON near.id = o.tool_id
                     WHERE o.tenant_id = $1 AND o.kind = 'name' AND o.ended_at IS NULL) n
                 JOIN source s ON s.tenant_id = $1 AND s.id = n.source_id ORDER BY n.name",
                [self.tenant().as_uuid().into(), tool.as_uuid().into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(NameNearby {
                    name: row.try_get("", "name")?,
                    source: row.try_get("", "source")?,
                })
            })
            .collect()
    }
}

fn id(row: &QueryResult) -> Result<OverrideId, StoreError> {
    Ok(row.try_get::<Uuid>("", "id")?.into())
}

fn read(row: &QueryResult) -> Result<Override, StoreError> {
    let id = id(row)?;
    let at = At {
        table: "tool_override",
        row: id,
    };
    let about: Vec<u8> = row.try_get("", "about_print")?;
    let said: Said = at.json("said", row.try_get("", "said")?)?;
    let ended_at: Option<Timestamp> = row.try_get("", "ended_at")?;
    let ended_why: Option<String> = row.try_get("", "ended_why")?;
    let ended = match (ended_at, ended_why) {
        (Some(when), Some(why)) => Some((when, at.need("ended_why", EndedWhy::parse(&why))?)),
        _ => None,
    };
    Ok(Override {
        id,
        tool: row.try_get::<Uuid>("", "tool_id")?.into(),
        said,
        instead_of: at.json("instead_of", row.try_get("", "instead_of")?)?,
        about: at.need("about_print", Digest::try_from(about.as_slice()).ok())?,
        reason: row.try_get("", "reason")?,
        by: row.try_get::<Uuid>("", "given_by")?.into(),
        by_label: row
            .try_get::<Option<String>>("", "label")?
            .unwrap_or_default(),
        at: row.try_get("", "given_at")?,
        ended,
    })
}
