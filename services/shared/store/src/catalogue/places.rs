//! Where all operations of a source are, for whoever has to know whose address a request has.

use countersign_domain::{
    id::{SourceId, ToolId},
    operation::{Method, Server},
};
use sea_orm::QueryResult;
use serde_json::Value;
use uuid::Uuid;

use super::{EndpointFacts, scope_of};
use crate::{
    Store, StoreError,
    row::{At, unless_unreadable},
};

/// Where an operation of a source is, whether anybody may call it or not.
#[derive(Clone, Debug)]
pub struct OperationPlace {
    /// The method.
    pub method: Method,
    /// The path template.
    pub path: String,
    /// Servers of its own, if it has any that this version of the server can read.
    pub servers: Vec<Server>,
}

impl Store {
    /// Loads where all operations of a source are.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn load_places(
        &self,
        endpoint: &EndpointFacts,
        source: SourceId,
    ) -> Result<Vec<OperationPlace>, StoreError> {
        let tx = self.begin(&scope_of(endpoint)).await?;
        let rows = tx
            .rows(
                "SELECT t.id, t.method, t.path, v.definition -> 'servers' AS servers
                 FROM tool t JOIN tool_version v
                     ON v.tenant_id = t.tenant_id AND v.id = t.current_version
                 WHERE t.tenant_id = $1 AND t.source_id = $2 AND t.removed_at IS NULL",
                [endpoint.tenant.as_uuid().into(), source.as_uuid().into()],
            )
            .await?;
        tx.commit().await?;
        rows.iter()
            .filter_map(|row| unless_unreadable(place(row)))
            .collect()
    }
}

fn place(row: &QueryResult) -> Result<OperationPlace, StoreError> {
    let at = At {
        table: "tool",
        row: ToolId::from(row.try_get::<Uuid>("", "id")?),
    };
    let method: String = row.try_get("", "method")?;
    let servers: Option<Value> = row.try_get("", "servers")?;
    Ok(OperationPlace {
        method: at.need("method", Method::as_written(&method))?,
        path: row.try_get("", "path")?,
        servers: servers
            .and_then(|servers| serde_json::from_value(servers).ok())
            .unwrap_or_default(),
    })
}
