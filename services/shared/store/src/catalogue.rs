//! What agents see at one endpoint, read in a few queries whatever its size.
//!
//! A gateway has no member when it loads a catalogue. What it has is an endpoint that was found
//! by its slugs, and [`EndpointFacts`] is the proof of that: only the store makes one, and it
//! opens nothing but this endpoint's catalogue.

mod places;

use std::{collections::HashMap, sync::Arc};

use countersign_access::{Actor, Membership, TenantScope};
use countersign_domain::{
    connection::{AuthScheme, BaseUrl},
    decision::Handling,
    id::{
        ConnectionId, CredentialId, EnablementId, EndpointId, EnvironmentId, JobId, SourceId,
        TenantId, ToolId, ToolVersionId,
    },
    name::Slug,
    operation::ImportedOperation,
};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

pub use places::OperationPlace;

use crate::{
    Store, StoreError, SystemTx, TenantTx,
    credential_suspensions::IS_SUSPENDED,
    row::{At, unless_unreadable},
};

/// An endpoint that exists, found by its slugs.
#[derive(Clone, Debug)]
pub struct EndpointFacts {
    tenant: TenantId,
    tenant_slug: Slug,
    tenant_name: String,
    id: EndpointId,
    slug: Slug,
    name: String,
    environment: EnvironmentId,
}

impl EndpointFacts {
    /// Whose it is.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The tenant's name in the URL.
    #[must_use]
    pub const fn tenant_slug(&self) -> &Slug {
        &self.tenant_slug
    }

    /// The tenant's name for people.
    #[must_use]
    pub fn tenant_name(&self) -> &str {
        &self.tenant_name
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> EndpointId {
        self.id
    }

    /// Its name in the URL.
    #[must_use]
    pub const fn slug(&self) -> &Slug {
        &self.slug
    }

    /// Its name for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The environment its calls go to.
    #[must_use]
    pub const fn environment(&self) -> EnvironmentId {
        self.environment
    }
}

/// The tools that agents see at an endpoint.
#[derive(Clone, Debug)]
pub struct LoadedCatalogue {
    /// The tenant's epoch before the rest was read: whatever changes later has a larger one.
    pub epoch: i64,
    /// Whether people have stopped all calls of the tenant.
    pub stopped: bool,
    /// Tools that are on, whose definition is the one that was looked at, by name.
    pub tools: Vec<LoadedTool>,
}

/// One of them, without its definition.
#[derive(Clone, Debug)]
pub struct LoadedTool {
    /// The tool.
    pub tool: ToolId,
    /// Its exact definition.
    pub version: ToolVersionId,
    /// What agents call it.
    pub name: String,
    /// The decision under which it is on.
    pub enablement: EnablementId,
    /// What was decided.
    pub handling: Handling,
    /// Where its calls go, once somebody has said so, and as of which import.
    pub connection: Option<(Arc<ConnectionFacts>, Imported)>,
}

/// A source as it was imported last. What its operations are changes with that and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Imported {
    /// The source.
    pub source: SourceId,
    /// The number of the import.
    pub revision: i32,
}

/// A source in the endpoint's environment.
#[derive(Clone, Debug)]
pub struct ConnectionFacts {
    /// Its id.
    pub id: ConnectionId,
    /// The pinned origin.
    pub base_url: BaseUrl,
    /// The present credential.
    pub credential: Option<CredentialFacts>,
}

/// What is known of a credential; the secret is not.
#[derive(Clone, Debug)]
pub struct CredentialFacts {
    /// Its id.
    pub id: CredentialId,
    /// Its version.
    pub version: u32,
    /// How it goes into a request.
    pub scheme: AuthScheme,
    /// The base URL it was stored for. It is used nowhere else.
    pub base_url: BaseUrl,
    /// No call is sent with it until a member has confirmed it.
    pub suspended: bool,
    /// A keyed digest of the secret, as the vault took it.
    pub fingerprint: String,
}

impl SystemTx {
    /// Finds an endpoint by the two slugs of its URL.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn endpoint_by_slugs(
        &self,
        tenant: &Slug,
        endpoint: &Slug,
    ) -> Result<Option<EndpointFacts>, StoreError> {
        let row = self
            .row(
                "SELECT t.id AS tenant_id, t.name AS tenant_name, n.id, n.name, n.environment_id
                 FROM tenant t JOIN endpoint n ON n.tenant_id = t.id
                 WHERE t.slug = $1 AND n.slug = $2 AND n.removed_at IS NULL",
                [tenant.as_str().into(), endpoint.as_str().into()],
            )
            .await?;
        row.map(|row| {
            Ok(EndpointFacts {
                tenant: row.try_get::<Uuid>("", "tenant_id")?.into(),
                tenant_slug: tenant.clone(),
                tenant_name: row.try_get("", "tenant_name")?,
                id: row.try_get::<Uuid>("", "id")?.into(),
                slug: endpoint.clone(),
                name: row.try_get("", "name")?,
                environment: row.try_get::<Uuid>("", "environment_id")?.into(),
            })
        })
        .transpose()
    }
}

impl Store {
    /// Loads what agents see at an endpoint.
    ///
    /// # Errors
    /// When the database refuses, or the endpoint is gone by now.
    pub async fn load_catalogue(
        &self,
        endpoint: &EndpointFacts,
    ) -> Result<LoadedCatalogue, StoreError> {
        let tx = self.begin(&scope_of(endpoint)).await?;
        let tenant = tx
            .row(
                "SELECT t.epoch, EXISTS (SELECT FROM call_stop s
                     WHERE s.tenant_id = t.id AND s.resumed_at IS NULL) AS stopped
                 FROM tenant t WHERE t.id = $1",
                [endpoint.tenant.as_uuid().into()],
            )
            .await?
            .ok_or(StoreError::NotFound)?;
        let connections = tx.connections_of(endpoint.environment).await?;
        let tools = tx.visible_tools(endpoint, &connections).await?;
        tx.commit().await?;
        Ok(LoadedCatalogue {
            epoch: tenant.try_get("", "epoch")?,
            stopped: tenant.try_get("", "stopped")?,
            tools,
        })
    }

    /// Loads definitions. They never change, so each is loaded once by those who keep them. One that
    /// cannot be read is left out, so that its tool alone is.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn load_definitions(
        &self,
        endpoint: &EndpointFacts,
        versions: &[ToolVersionId],
    ) -> Result<Vec<(ToolVersionId, ImportedOperation)>, StoreError> {
        let ids: Vec<Uuid> = versions.iter().map(|version| version.as_uuid()).collect();
        let tx = self.begin(&scope_of(endpoint)).await?;
        let rows = tx
            .rows(
                "SELECT id, tool_id, definition FROM tool_version WHERE tenant_id = $1 AND id = ANY ($2)",
                [endpoint.tenant.as_uuid().into(), Value::from(ids)],
            )
            .await?;
        tx.commit().await?;
        rows.iter()
            .filter_map(|row| unless_unreadable(definition(row)))
            .collect()
    }
}

impl TenantTx {
    async fn connections_of(
        &self,
        environment: EnvironmentId,
    ) -> Result<HashMap<SourceId, (Arc<ConnectionFacts>, Imported)>, StoreError> {
        let sql = format!(
            "SELECT n.source_id, n.id, n.base_url, c.id AS credential_id, c.version, c.scheme,
                 c.base_url AS bound_to, c.fingerprint, {IS_SUSPENDED} AS suspended,
                 (SELECT COALESCE(max(r.number), 0) FROM revision r
                     WHERE r.tenant_id = n.tenant_id AND r.source_id = n.source_id
                         AND r.state = 'ready') AS revision
             FROM connection n LEFT JOIN credential c
                 ON c.tenant_id = n.tenant_id AND c.connection_id = n.id AND c.superseded_at IS NULL
             WHERE n.tenant_id = $1 AND n.environment_id = $2"
        );
        let rows = self
            .rows(
                &sql,
                [self.tenant().as_uuid().into(), environment.as_uuid().into()],
            )
            .await?;
        let read = |row: &QueryResult| {
            let source = SourceId::from(row.try_get::<Uuid>("", "source_id")?);
            let revision = row.try_get("", "revision")?;
            let imported = Imported { source, revision };
            Ok((source, (Arc::new(connection(row)?), imported)))
        };
        rows.iter()
            .filter_map(|row| unless_unreadable(read(row)))
            .collect()
    }

    async fn visible_tools(
        &self,
        endpoint: &EndpointFacts,
        connections: &HashMap<SourceId, (Arc<ConnectionFacts>, Imported)>,
    ) -> Result<Vec<LoadedTool>, StoreError> {
        // On means: the latest decision says so, and the definition is still the one looked at.
        let rows = self
            .rows(
                "SELECT t.id, t.source_id, t.name, t.current_version, e.id AS enablement_id, e.handling
                 FROM endpoint n
                 JOIN endpoint_tool x ON x.tenant_id = n.tenant_id AND x.endpoint_id = n.id
                 JOIN tool t ON t.tenant_id = x.tenant_id AND t.id = x.tool_id AND t.removed_at IS NULL
                 JOIN tool_version v ON v.tenant_id = t.tenant_id AND v.id = t.current_version
                     AND v.unsupported IS NULL
                 JOIN LATERAL (SELECT * FROM enablement y
                     WHERE y.tenant_id = t.tenant_id AND y.tool_id = t.id
                         AND y.environment_id = n.environment_id AND y.superseded_at IS NULL LIMIT 1) e
                     ON e.state = 'on' AND e.tool_version_id = t.current_version
                 WHERE n.tenant_id = $1 AND n.id = $2 AND n.removed_at IS NULL ORDER BY t.name",
                [endpoint.tenant.as_uuid().into(), endpoint.id.as_uuid().into()],
            )
            .await?;
        let read = |row: &QueryResult| {
            let tool = ToolId::from(row.try_get::<Uuid>("", "id")?);
            let at = At {
                table: "enablement",
                row: tool,
            };
            let source = SourceId::from(row.try_get::<Uuid>("", "source_id")?);
            let handling: String = row.try_get("", "handling")?;
            Ok(LoadedTool {
                tool,
                version: row.try_get::<Uuid>("", "current_version")?.into(),
                name: row.try_get("", "name")?,
                enablement: row.try_get::<Uuid>("", "enablement_id")?.into(),
                handling: at.need("handling", Handling::parse(&handling))?,
                connection: connections.get(&source).cloned(),
            })
        };
        rows.iter()
            .filter_map(|row| unless_unreadable(read(row)))
            .collect()
    }
}

/// The authority to read one endpoint's catalogue: that of a job without a number.
fn scope_of(endpoint: &EndpointFacts) -> TenantScope {
    TenantScope::authenticated(Membership {
        tenant: endpoint.tenant,
        actor: Actor::Job {
            job: JobId::from(Uuid::nil()),
        },
    })
}

/// Reads a definition; the error names its tool.
pub(crate) fn definition(
    row: &QueryResult,
) -> Result<(ToolVersionId, ImportedOperation), StoreError> {
    let at = At {
        table: "tool_version",
        row: ToolId::from(row.try_get::<Uuid>("", "tool_id")?),
    };
    let id = ToolVersionId::from(row.try_get::<Uuid>("", "id")?);
    Ok((id, at.json("definition", row.try_get("", "definition")?)?))
}

fn connection(row: &QueryResult) -> Result<ConnectionFacts, StoreError> {
    let id = ConnectionId::from(row.try_get::<Uuid>("", "id")?);
    let at = At {
        table: "connection",
        row: id,
    };
    let base_url = |column: &'static str| -> Result<BaseUrl, StoreError> {
        let text: String = row.try_get("", column)?;
        at.need(column, text.parse().ok())
    };
    let credential = match row.try_get::<Option<Uuid>>("", "credential_id")? {
        None => None,
        Some(credential) => Some(CredentialFacts {
            id: credential.into(),
            version: at.need(
                "version",
                row.try_get::<i32>("", "version")?.try_into().ok(),
            )?,
            scheme: at.json("scheme", row.try_get("", "scheme")?)?,
            base_url: base_url("bound_to")?,
            suspended: row.try_get("", "suspended")?,
            fingerprint: row.try_get("", "fingerprint")?,
        }),
    };
    Ok(ConnectionFacts {
        id,
        base_url: base_url("base_url")?,
        credential,
    })
}
