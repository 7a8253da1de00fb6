//! A tool as it was when somebody turned it on, beside what it is now.

use countersign_domain::{
    id::{EnvironmentId, ToolId},
    operation::{ImportedOperation, Server},
};
use sea_orm::QueryResult;

use crate::{StoreError, TenantTx, row::At};

/// A definition and the servers of the document it stands in.
#[derive(Clone, Debug)]
pub struct Placed {
    /// What agents and people read of it, with what people say instead.
    pub operation: ImportedOperation,
    /// Where the API may live.
    pub servers: Vec<Server>,
}

impl TenantTx {
    /// Reads what somebody turned on last in an environment, also where it is off again, and what it
    /// is now, where these differ.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn turned_on_and_now(
        &self,
        tool: ToolId,
        environment: EnvironmentId,
    ) -> Result<Option<(Placed, Placed)>, StoreError> {
        let row = self
            .row(
                "SELECT d.definition AS old, dr.servers AS old_servers, v.definition AS new, vr.servers AS new_servers
                 FROM enablement e JOIN tool t ON t.tenant_id = e.tenant_id AND t.id = e.tool_id
                 JOIN tool_version d ON d.tenant_id = t.tenant_id AND d.id = e.tool_version_id
                 JOIN tool_version v ON v.tenant_id = t.tenant_id AND v.id = t.current_version
                 JOIN revision dr ON dr.tenant_id = t.tenant_id AND dr.id = d.revision_id
                 JOIN revision vr ON vr.tenant_id = t.tenant_id AND vr.id = v.revision_id
                 WHERE e.id = (SELECT id FROM enablement WHERE tenant_id = $1 AND tool_id = $2
                         AND environment_id = $3 AND state = 'on' ORDER BY superseded_at DESC NULLS FIRST LIMIT 1)
                     AND e.tenant_id = $1 AND e.tool_version_id <> t.current_version",
                [
                    self.tenant().as_uuid().into(),
                    tool.as_uuid().into(),
                    environment.as_uuid().into(),
                ],
            )
            .await?;
        let at = At {
            table: "tool_version",
            row: tool,
        };
        row.map(|row| {
            Ok((
                placed(&row, &at, ["old", "old_servers"])?,
                placed(&row, &at, ["new", "new_servers"])?,
            ))
        })
        .transpose()
    }
}

fn placed(
    row: &QueryResult,
    at: &At<ToolId>,
    [definition, servers]: [&'static str; 2],
) -> Result<Placed, StoreError> {
    Ok(Placed {
        operation: at.json(definition, row.try_get("", definition)?)?,
        servers: at.json(servers, row.try_get("", servers)?)?,
    })
}
