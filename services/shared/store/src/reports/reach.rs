//! Through which endpoints tools can be called.

use countersign_domain::{
    id::{EndpointId, EnvironmentId, ToolId},
    name::Slug,
    risk::RiskClass,
};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::id;
use crate::{StoreError, TenantTx, row::At};

/// A tool at one of the endpoints that it was chosen for, on there or not.
#[derive(Clone, Debug)]
pub struct ToolAtEndpoint {
    /// The tool.
    pub tool: ToolId,
    /// Its class now.
    pub class: RiskClass,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// The endpoint in URLs.
    pub endpoint_slug: Slug,
    /// The endpoint's name.
    pub endpoint_name: String,
    /// The environment that calls there go to.
    pub environment: EnvironmentId,
}

impl TenantTx {
    /// Lists the endpoints that these tools were chosen for, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn endpoints_of(&self, tools: &[ToolId]) -> Result<Vec<ToolAtEndpoint>, StoreError> {
        let ids: Vec<Uuid> = tools.iter().map(|tool| tool.as_uuid()).collect();
        let rows = self
            .rows(
                "SELECT t.id AS tool_id, v.class, n.id, n.slug, n.name, n.environment_id
                 FROM endpoint_tool x
                 JOIN endpoint n ON n.tenant_id = x.tenant_id AND n.id = x.endpoint_id AND n.removed_at IS NULL
                 JOIN tool t ON t.tenant_id = x.tenant_id AND t.id = x.tool_id AND t.removed_at IS NULL
                 JOIN tool_version v ON v.tenant_id = t.tenant_id AND v.id = t.current_version
                 WHERE x.tenant_id = $1 AND x.tool_id = ANY ($2) ORDER BY n.name, n.id",
                [self.tenant().as_uuid().into(), Value::from(ids)],
            )
            .await?;
        rows.iter().map(tool_at_endpoint).collect()
    }
}

fn tool_at_endpoint(row: &QueryResult) -> Result<ToolAtEndpoint, StoreError> {
    let endpoint: EndpointId = id(row, "id")?;
    let at = At {
        table: "endpoint",
        row: endpoint,
    };
    let (class, slug): (String, String) = (row.try_get("", "class")?, row.try_get("", "slug")?);
    Ok(ToolAtEndpoint {
        tool: id(row, "tool_id")?,
        class: at.need("class", RiskClass::parse(&class))?,
        endpoint,
        endpoint_slug: at.need("slug", slug.parse().ok())?,
        endpoint_name: row.try_get("", "name")?,
        environment: id(row, "environment_id")?,
    })
}
