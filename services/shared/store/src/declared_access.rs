//! What an imported document says about where the API lives and what lets one in there.

use countersign_domain::{
    id::SourceId,
    operation::{Security, Server},
};
use serde_json::Value;

use crate::{StoreError, TenantTx, row::At};

/// What the latest revision of a source says about being let in.
#[derive(Clone, Debug, Default)]
pub struct DeclaredAccess {
    /// Where the document came from, if it was fetched.
    pub given_url: Option<String>,
    /// Where the API may live.
    pub servers: Vec<Server>,
    /// What its operations need, and how many of them need it.
    pub needs: Vec<(Security, usize)>,
}

impl TenantTx {
    /// Finds what the latest revision of a source says about where it lives and what its present
    /// tools need.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn declared_access(&self, source: SourceId) -> Result<DeclaredAccess, StoreError> {
        let of_source = || [self.tenant().as_uuid().into(), source.as_uuid().into()];
        let revision = self
            .row(
                "SELECT given_url, servers FROM revision
                 WHERE tenant_id = $1 AND source_id = $2 AND state = 'ready'
                 ORDER BY number DESC LIMIT 1",
                of_source(),
            )
            .await?;
        let Some(revision) = revision else {
            return Ok(DeclaredAccess::default());
        };
        let rows = self
            .rows(
                "SELECT v.definition -> 'security' AS security, count(*) AS operations
                 FROM tool t
                 JOIN tool_version v ON v.tenant_id = t.tenant_id AND v.id = t.current_version
                 WHERE t.tenant_id = $1 AND t.source_id = $2 AND t.removed_at IS NULL
                 GROUP BY 1 ORDER BY 2 DESC, 1",
                of_source(),
            )
            .await?;
        let at = At {
            table: "tool_version",
            row: source,
        };
        let needs = self.readable(&rows, |row| {
            let security = at.json("definition", row.try_get::<Value>("", "security")?)?;
            let operations: i64 = row.try_get("", "operations")?;
            Ok((security, usize::try_from(operations).unwrap_or_default()))
        })?;
        let at = At {
            table: "revision",
            row: source,
        };
        Ok(DeclaredAccess {
            given_url: revision.try_get("", "given_url")?,
            servers: at.json("servers", revision.try_get::<Value>("", "servers")?)?,
            needs,
        })
    }
}
