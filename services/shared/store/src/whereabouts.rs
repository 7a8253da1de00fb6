//! Where a call was made. Of what is gone, too: what was recorded stays readable.

use countersign_domain::id::{EndpointId, ToolId};

use crate::{StoreError, TenantTx};

/// Where a call was made, as it is called now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whereabouts {
    /// The endpoint.
    pub endpoint: Named,
    /// The name of its environment.
    pub environment: String,
    /// The API of the tool, where one is meant.
    pub api: Option<Named>,
}

/// An endpoint or an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its name in URLs.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// It was removed.
    pub removed: bool,
}

impl TenantTx {
    /// Names an endpoint and the API of a tool.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the endpoint is not this tenant's.
    pub async fn whereabouts(
        &self,
        endpoint: EndpointId,
        tool: Option<ToolId>,
    ) -> Result<Whereabouts, StoreError> {
        let row = self
            .row(
                "SELECT e.slug, e.name, e.removed_at IS NOT NULL AS removed, v.name AS environment,
                     s.slug AS api_slug, s.name AS api_name, s.removed_at IS NOT NULL AS api_removed
                 FROM endpoint e JOIN environment v ON v.tenant_id = e.tenant_id AND v.id = e.environment_id
                 LEFT JOIN tool t ON t.tenant_id = e.tenant_id AND t.id = $3
                 LEFT JOIN source s ON s.tenant_id = t.tenant_id AND s.id = t.source_id
                 WHERE e.tenant_id = $1 AND e.id = $2",
                [
                    self.tenant().as_uuid().into(),
                    endpoint.as_uuid().into(),
                    tool.map(ToolId::as_uuid).into(),
                ],
            )
            .await?
            .ok_or(StoreError::NotFound)?;
        let api = match row.try_get::<Option<String>>("", "api_slug")? {
            None => None,
            Some(slug) => Some(Named {
                slug,
                name: row.try_get("", "api_name")?,
                removed: row.try_get("", "api_removed")?,
            }),
        };
        Ok(Whereabouts {
            endpoint: Named {
                slug: row.try_get("", "slug")?,
                name: row.try_get("", "name")?,
                removed: row.try_get("", "removed")?,
            },
            environment: row.try_get("", "environment")?,
            api,
        })
    }
}
