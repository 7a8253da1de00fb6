//! The tools that an agent which asks to be connected would get.

use std::collections::HashSet;

use countersign_domain::{
    decision::Handling,
    id::{EndpointId, ToolVersionId},
    risk::RiskClass,
};
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::{
    StoreError, TenantTx,
    row::{At, unless_unreadable},
};

/// Definitions that are read at once.
const CHUNK: usize = 50;

/// A tool as the consent page names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedTool {
    /// What agents call it.
    pub name: String,
    /// Its class.
    pub class: RiskClass,
    /// What becomes of its calls.
    pub handling: Handling,
    /// Agents see it: nothing changed since it was turned on, and its definition can be read.
    pub is_seen: bool,
}

impl TenantTx {
    /// Lists the tools that were turned on for an endpoint, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn offered_tools(
        &self,
        endpoint: EndpointId,
    ) -> Result<Vec<OfferedTool>, StoreError> {
        let rows = self
            .rows(
                "SELECT t.name, v.id, v.class, b.handling,
                     b.tool_version_id = v.id AND v.unsupported IS NULL AS is_seen
                 FROM endpoint_tool et
                 JOIN endpoint e ON e.tenant_id = et.tenant_id AND e.id = et.endpoint_id
                 JOIN tool t ON t.tenant_id = et.tenant_id AND t.id = et.tool_id AND t.removed_at IS NULL
                 JOIN tool_version v ON v.tenant_id = t.tenant_id AND v.id = t.current_version
                 JOIN enablement b ON b.tenant_id = t.tenant_id AND b.tool_id = t.id
                      AND b.environment_id = e.environment_id
                      AND b.superseded_at IS NULL AND b.state = 'on'
                 WHERE et.tenant_id = $1 AND et.endpoint_id = $2 AND e.removed_at IS NULL
                 ORDER BY t.name",
                [self.tenant().as_uuid().into(), endpoint.as_uuid().into()],
            )
            .await?;
        let version = |row: &QueryResult| -> Result<ToolVersionId, StoreError> {
            Ok(row.try_get::<Uuid>("", "id")?.into())
        };
        let versions = rows.iter().map(version).collect::<Result<Vec<_>, _>>()?;
        let mut readable = HashSet::new();
        for chunk in versions.chunks(CHUNK) {
            readable.extend(self.definitions(chunk).await?.into_keys());
        }
        let offered = rows.iter().map(|row| {
            let at = At {
                table: "tool_version",
                row: version(row)?,
            };
            let class: String = row.try_get("", "class")?;
            let handling: String = row.try_get("", "handling")?;
            Ok(OfferedTool {
                name: row.try_get("", "name")?,
                class: at.need("class", RiskClass::parse(&class))?,
                handling: at.need("handling", Handling::parse(&handling))?,
                is_seen: row.try_get("", "is_seen")? && readable.contains(&at.row),
            })
        });
        offered.filter_map(unless_unreadable).collect()
    }
}
