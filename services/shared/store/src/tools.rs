//! Tools and their definitions. A tool is method + path of a source; a definition never changes.

mod importing;

use countersign_domain::{
    digest::Digest,
    id::{EndpointId, EnvironmentId, SourceId, ToolId},
    operation::{ImportedOperation, OperationBrief},
    tool::{Enablement, Tool},
};
use sea_orm::QueryResult;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{
    StoreError, TenantTx, enablements,
    row::{At, unless_unreadable},
};

pub use importing::{ChangedTool, KnownTool, NewTool, NewToolVersion, ToolChanges};

/// A tool with the latest decision about it in one environment.
#[derive(Clone, Debug)]
pub struct DecidedTool<O = ImportedOperation> {
    /// The tool.
    pub tool: Tool<O>,
    /// The decision, if there is one.
    pub decided: Option<Enablement>,
}

/// Which tools to list.
#[derive(Clone, Copy, Debug)]
pub enum ToolsOf {
    /// Those of a source.
    Source(SourceId),
    /// Those chosen for an endpoint.
    Endpoint(EndpointId),
    /// One.
    One(ToolId),
    /// One, which is kept from being changed until the transaction ends.
    Locked(ToolId),
}

impl ToolsOf {
    /// What is so of such a tool `t`, and the id that is `$3` in it.
    pub(crate) const fn condition(self) -> (&'static str, Uuid) {
        match self {
            Self::Source(id) => ("t.source_id = $3", id.as_uuid()),
            Self::Endpoint(id) => (
                "EXISTS (SELECT 1 FROM endpoint_tool x WHERE x.tenant_id = t.tenant_id
                    AND x.endpoint_id = $3 AND x.tool_id = t.id)",
                id.as_uuid(),
            ),
            Self::One(id) | Self::Locked(id) => ("t.id = $3", id.as_uuid()),
        }
    }
}

impl TenantTx {
    /// Lists present tools with the latest decision about each in an environment, by name. Of many,
    /// those that cannot be read are left out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tools(
        &self,
        of: ToolsOf,
        environment: EnvironmentId,
    ) -> Result<Vec<DecidedTool>, StoreError> {
        self.decided_tools(of, environment, "v.definition").await
    }

    /// Lists the same, but with the brief of each definition, which is a small part of it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tool_briefs(
        &self,
        of: ToolsOf,
        environment: EnvironmentId,
    ) -> Result<Vec<DecidedTool<OperationBrief>>, StoreError> {
        self.decided_tools(of, environment, "v.brief").await
    }

    async fn decided_tools<O: DeserializeOwned>(
        &self,
        of: ToolsOf,
        environment: EnvironmentId,
        column: &'static str,
    ) -> Result<Vec<DecidedTool<O>>, StoreError> {
        let (condition, id) = of.condition();
        let order = match of {
            ToolsOf::Source(_) | ToolsOf::Endpoint(_) => "ORDER BY t.name",
            ToolsOf::One(_) => "",
            ToolsOf::Locked(_) => "FOR UPDATE OF t",
        };
        // The limit makes the planner look each decision up, whatever it believes of the sizes.
        let sql = format!(
            "SELECT t.id, t.source_id, t.name, v.id AS version_id, v.revision_id, v.fingerprint, {column} AS definition,
                 e.id AS enablement_id, e.tool_version_id AS seen_version_id, e.state, e.handling, e.reason,
                 e.decided_by, e.decided_at, (SELECT p.email FROM member m JOIN person p ON p.id = m.person_id
                     WHERE m.tenant_id = e.tenant_id AND m.id = e.decided_by) AS decided_label
             FROM tool t
             JOIN tool_version v ON v.tenant_id = t.tenant_id AND v.id = t.current_version
             LEFT JOIN LATERAL (SELECT * FROM enablement x
                 WHERE x.tenant_id = t.tenant_id AND x.tool_id = t.id AND x.environment_id = $2
                     AND x.superseded_at IS NULL LIMIT 1) e ON true
             WHERE t.tenant_id = $1 AND t.removed_at IS NULL AND {condition} {order}"
        );
        let rows = self
            .rows(
                &sql,
                [
                    self.tenant().as_uuid().into(),
                    environment.as_uuid().into(),
                    id.into(),
                ],
            )
            .await?;
        let read = |row: &QueryResult| {
            Ok(DecidedTool {
                tool: tool(row)?,
                decided: enablements::decided(row)?,
            })
        };
        match of {
            ToolsOf::Source(_) | ToolsOf::Endpoint(_) => rows
                .iter()
                .filter_map(|row| unless_unreadable(read(row)))
                .collect(),
            ToolsOf::One(_) | ToolsOf::Locked(_) => rows.iter().map(read).collect(),
        }
    }
}

pub(crate) fn tool<O: DeserializeOwned>(row: &QueryResult) -> Result<Tool<O>, StoreError> {
    let id = ToolId::from(row.try_get::<Uuid>("", "id")?);
    let at = At {
        table: "tool_version",
        row: id,
    };
    Ok(Tool {
        id,
        source: row.try_get::<Uuid>("", "source_id")?.into(),
        name: row.try_get("", "name")?,
        version: row.try_get::<Uuid>("", "version_id")?.into(),
        revision: row.try_get::<Uuid>("", "revision_id")?.into(),
        fingerprint: fingerprint(row, &at)?,
        operation: at.json("definition", row.try_get("", "definition")?)?,
    })
}

fn fingerprint(row: &QueryResult, at: &At<ToolId>) -> Result<Digest, StoreError> {
    let bytes: Vec<u8> = row.try_get("", "fingerprint")?;
    at.need("fingerprint", Digest::try_from(bytes.as_slice()).ok())
}
