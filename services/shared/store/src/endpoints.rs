//! Endpoints: the MCP URLs of a tenant and the tools chosen for each.

use countersign_access::{ManageEndpoint, Permit};
use countersign_domain::{
    Timestamp,
    id::{EndpointId, EnvironmentId, MemberId, ToolId},
    name::Slug,
};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QueryResult, Value};
use uuid::Uuid;

use crate::{
    StoreError, TenantTx,
    entity::endpoint::{self, COLUMN},
    row::At,
};

/// One MCP URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Its name in the URL.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
    /// The environment its calls go to.
    pub environment: EnvironmentId,
    /// Since when.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: MemberId,
}

/// How many tools an endpoint has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndpointCount {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Tools that were chosen for it and still exist.
    pub tools: u64,
    /// Those that agents see.
    pub on: u64,
}

/// A tool as an endpoint's name table needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedTool {
    /// The tool.
    pub id: ToolId,
    /// What agents call it.
    pub name: String,
    /// The name of its source.
    pub source: String,
}

impl TenantTx {
    /// Adds an endpoint without tools.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] `endpoint_slug_unique` when the slug is or was taken.
    pub async fn insert_endpoint(
        &self,
        permit: Permit<ManageEndpoint>,
        new: &Endpoint,
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        let row = endpoint::Model {
            tenant_id: self.tenant().as_uuid(),
            id: new.id.as_uuid(),
            environment_id: new.environment.as_uuid(),
            slug: new.slug.as_str().to_owned(),
            name: new.name.clone(),
            created_at: new.created_at,
            created_by: new.created_by.as_uuid(),
            removed_at: None,
        };
        endpoint::Entity::insert(endpoint::ActiveModel::from(row))
            .exec_without_returning(self.db())
            .await?;
        Ok(())
    }

    /// Lists the endpoints by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn endpoints(&self) -> Result<Vec<Endpoint>, StoreError> {
        let rows = endpoint::Entity::find()
            .filter(COLUMN.tenant_id.eq(self.tenant().as_uuid()))
            .filter(COLUMN.removed_at.is_null())
            .order_by_asc(endpoint::Column::Name)
            .order_by_asc(endpoint::Column::Id)
            .all(self.db())
            .await?;
        rows.into_iter().map(Endpoint::try_from).collect()
    }

    /// Finds one endpoint by its slug.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when this tenant has none of that name.
    pub async fn endpoint_by_slug(&self, slug: &Slug) -> Result<Endpoint, StoreError> {
        endpoint::Entity::find()
            .filter(COLUMN.tenant_id.eq(self.tenant().as_uuid()))
            .filter(COLUMN.slug.eq(slug.as_str()))
            .filter(COLUMN.removed_at.is_null())
            .one(self.db())
            .await?
            .ok_or(StoreError::NotFound)?
            .try_into()
    }

    /// Keeps an endpoint from being changed by another until this transaction ends.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not this tenant's.
    pub async fn lock_endpoint(&self, id: EndpointId) -> Result<(), StoreError> {
        self.row(
            "SELECT 1 FROM endpoint WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL FOR UPDATE",
            [self.tenant().as_uuid().into(), id.as_uuid().into()],
        )
        .await?
        .map(|_| ())
        .ok_or(StoreError::NotFound)
    }

    /// Gives an endpoint another name for people; its URL stays.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rename_endpoint(
        &self,
        permit: Permit<ManageEndpoint>,
        id: EndpointId,
        name: &str,
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        self.execute(
            "UPDATE endpoint SET name = $3 WHERE tenant_id = $1 AND id = $2",
            [
                self.tenant().as_uuid().into(),
                id.as_uuid().into(),
                name.into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Makes these the tools of an endpoint, and no others.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when one of them is not this tenant's.
    pub async fn set_endpoint_tools(
        &self,
        permit: Permit<ManageEndpoint>,
        id: EndpointId,
        tools: &[ToolId],
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        let ids: Vec<Uuid> = tools.iter().map(|tool| tool.as_uuid()).collect();
        self.execute(
            "DELETE FROM endpoint_tool WHERE tenant_id = $1 AND endpoint_id = $2 AND tool_id <> ALL ($3)",
            [
                self.tenant().as_uuid().into(),
                id.as_uuid().into(),
                Value::from(ids.clone()),
            ],
        )
        .await?;
        self.execute(
            "INSERT INTO endpoint_tool (tenant_id, endpoint_id, tool_id)
             SELECT $1, $2, unnest($3::uuid[]) ON CONFLICT DO NOTHING",
            [
                self.tenant().as_uuid().into(),
                id.as_uuid().into(),
                Value::from(ids),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Counts the tools of every endpoint.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn endpoint_counts(&self) -> Result<Vec<EndpointCount>, StoreError> {
        let rows = self
            .rows(
                "SELECT n.id, count(*) AS tools, count(e.id) FILTER (WHERE v.unsupported IS NULL) AS turned_on
                 FROM endpoint n
                 JOIN endpoint_tool x ON x.tenant_id = n.tenant_id AND x.endpoint_id = n.id
                 JOIN tool t ON t.tenant_id = x.tenant_id AND t.id = x.tool_id AND t.removed_at IS NULL
                 JOIN tool_version v ON v.tenant_id = t.tenant_id AND v.id = t.current_version
                 LEFT JOIN enablement e ON e.tenant_id = t.tenant_id AND e.tool_id = t.id
                     AND e.environment_id = n.environment_id AND e.superseded_at IS NULL
                     AND e.state = 'on' AND e.tool_version_id = t.current_version
                 WHERE n.tenant_id = $1 AND n.removed_at IS NULL GROUP BY n.id",
                [self.tenant().as_uuid().into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let endpoint = EndpointId::from(row.try_get::<Uuid>("", "id")?);
                let at = At {
                    table: "endpoint_tool",
                    row: endpoint,
                };
                let number = |column: &'static str| -> Result<u64, StoreError> {
                    at.need(column, u64::try_from(row.try_get::<i64>("", column)?).ok())
                };
                Ok(EndpointCount {
                    endpoint,
                    tools: number("tools")?,
                    on: number("turned_on")?,
                })
            })
            .collect()
    }

    /// Names the present tools that were chosen for an endpoint, also those of which nothing else can
    /// be read.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn chosen_tools(&self, endpoint: EndpointId) -> Result<Vec<NamedTool>, StoreError> {
        let rows = self
            .rows(
                "SELECT t.id, t.name, s.name AS source FROM endpoint_tool x
                 JOIN tool t ON t.tenant_id = x.tenant_id AND t.id = x.tool_id AND t.removed_at IS NULL
                 JOIN source s ON s.tenant_id = t.tenant_id AND s.id = t.source_id
                 WHERE x.tenant_id = $1 AND x.endpoint_id = $2 ORDER BY t.name",
                [self.tenant().as_uuid().into(), endpoint.as_uuid().into()],
            )
            .await?;
        rows.iter().map(named).collect()
    }

    /// Looks up present tools by name, and keeps their names from being changed until the
    /// transaction ends; those that are not this tenant's are left out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn named_tools(&self, tools: &[ToolId]) -> Result<Vec<NamedTool>, StoreError> {
        let ids: Vec<Uuid> = tools.iter().map(|tool| tool.as_uuid()).collect();
        let rows = self
            .rows(
                "SELECT t.id, t.name, s.name AS source FROM tool t
                 JOIN source s ON s.tenant_id = t.tenant_id AND s.id = t.source_id
                 WHERE t.tenant_id = $1 AND t.id = ANY ($2) AND t.removed_at IS NULL
                 ORDER BY t.id FOR SHARE OF t",
                [self.tenant().as_uuid().into(), Value::from(ids)],
            )
            .await?;
        let named = rows.iter().map(named).collect::<Result<Vec<_>, _>>();
        let mut named = named?;
        named.sort_by(|a, b| (&a.name, &a.source).cmp(&(&b.name, &b.source)));
        Ok(named)
    }
}

fn named(row: &QueryResult) -> Result<NamedTool, StoreError> {
    Ok(NamedTool {
        id: row.try_get::<Uuid>("", "id")?.into(),
        name: row.try_get("", "name")?,
        source: row.try_get("", "source")?,
    })
}

impl TryFrom<endpoint::Model> for Endpoint {
    type Error = StoreError;

    fn try_from(row: endpoint::Model) -> Result<Self, StoreError> {
        let id = EndpointId::from(row.id);
        let at = At {
            table: "endpoint",
            row: id,
        };
        Ok(Self {
            id,
            slug: at.need("slug", row.slug.parse().ok())?,
            name: row.name,
            environment: row.environment_id.into(),
            created_at: row.created_at,
            created_by: row.created_by.into(),
        })
    }
}
