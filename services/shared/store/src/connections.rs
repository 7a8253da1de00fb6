//! Where a source lives in an environment, and what is known of the credential to use there.
//!
//! A credential is bound to the address it was stored for. Rows of credentials are superseded,
//! never changed: what a call used stays findable under its label.

use countersign_access::{ManageConnection, Permit};
use countersign_domain::{
    Timestamp,
    connection::{AuthScheme, BaseUrl},
    id::{ConnectionId, CredentialId, EnvironmentId, MemberId, SourceId},
};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, prelude::Uuid};
use serde_json::Value;

use crate::{
    StoreError, TenantTx,
    catalogue::{ConnectionFacts, CredentialFacts},
    credential_suspensions::IS_SUSPENDED,
    entity::{connection, credential},
    row::{At, unless_unreadable},
};

impl CredentialFacts {
    /// Returns `id/version`, as records and approvals name it.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}/{}", self.id, self.version)
    }
}

/// A connection, as people see it.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Which.
    pub facts: ConnectionFacts,
    /// The API.
    pub source: SourceId,
    /// The environment.
    pub environment: EnvironmentId,
    /// Since when it lives there.
    pub updated_at: Timestamp,
    /// Who said so.
    pub updated_by: String,
    /// What may be told of the present credential.
    pub credential: Option<CredentialNote>,
}

/// What may be told of a credential.
#[derive(Clone, Debug)]
pub struct CredentialNote {
    /// Since when.
    pub created_at: Timestamp,
    /// Who stored it.
    pub created_by: String,
}

/// Where a source is to live.
#[derive(Clone, Debug)]
pub struct Placing {
    /// The connection's id, if it is new.
    pub id: ConnectionId,
    /// The API.
    pub source: SourceId,
    /// The environment.
    pub environment: EnvironmentId,
    /// Where.
    pub base_url: BaseUrl,
    /// Who says so.
    pub by: MemberId,
}

/// A credential whose secret is in the vault already.
#[derive(Clone, Debug)]
pub struct NewCredential {
    /// The connection it is for.
    pub connection: ConnectionId,
    /// What is known of it.
    pub facts: CredentialFacts,
    /// Who stored it.
    pub by: MemberId,
}

/// A question about connections as people see them.
fn connections_sql(rest: &str) -> String {
    format!(
        "
    SELECT n.id, n.source_id, n.environment_id, n.base_url, n.updated_at, up.email AS updated_by,
           c.id AS credential_id, c.version, c.scheme, c.base_url AS bound_to, c.fingerprint,
           c.created_at, cp.email AS created_by, {IS_SUSPENDED} AS suspended
    FROM connection n
    JOIN source s ON s.tenant_id = n.tenant_id AND s.id = n.source_id AND s.removed_at IS NULL
    JOIN member um ON um.tenant_id = n.tenant_id AND um.id = n.updated_by
    LEFT JOIN person up ON up.id = um.person_id
    LEFT JOIN credential c ON c.tenant_id = n.tenant_id AND c.connection_id = n.id
         AND c.superseded_at IS NULL
    LEFT JOIN member cm ON cm.tenant_id = c.tenant_id AND cm.id = c.created_by
    LEFT JOIN person cp ON cp.id = cm.person_id
    WHERE n.tenant_id = $1 {rest}"
    )
}

impl TenantTx {
    /// Finds the connection of a source in an environment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn connection(
        &self,
        source: SourceId,
        environment: EnvironmentId,
    ) -> Result<Option<Connection>, StoreError> {
        let sql = connections_sql("AND n.source_id = $2 AND n.environment_id = $3");
        let row = self
            .row(
                &sql,
                [
                    self.tenant().as_uuid().into(),
                    source.as_uuid().into(),
                    environment.as_uuid().into(),
                ],
            )
            .await?;
        row.as_ref().map(connection_of).transpose()
    }

    /// Lists every connection of the tenant.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn connections(&self) -> Result<Vec<Connection>, StoreError> {
        let sql = connections_sql("ORDER BY n.id");
        let rows = self.rows(&sql, [self.tenant().as_uuid().into()]).await?;
        rows.iter()
            .filter_map(|row| unless_unreadable(connection_of(row)))
            .collect()
    }

    /// Finds the address of a connection and its credential, and keeps others from changing
    /// either until this transaction ends.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lock_connection(
        &self,
        source: SourceId,
        environment: EnvironmentId,
    ) -> Result<Option<ConnectionFacts>, StoreError> {
        let placed = connection::Entity::find()
            .filter(connection::COLUMN.tenant_id.eq(self.tenant().as_uuid()))
            .filter(connection::COLUMN.source_id.eq(source.as_uuid()))
            .filter(connection::COLUMN.environment_id.eq(environment.as_uuid()))
            .lock_exclusive()
            .one(self.db())
            .await?;
        // In a statement of its own: the lock may have waited for the API's removal.
        let (Some(row), true) = (placed, self.is_there(source).await?) else {
            return Ok(None);
        };
        let at = At {
            table: "connection",
            row: row.id,
        };
        let current = credential::Entity::find()
            .filter(credential::COLUMN.tenant_id.eq(self.tenant().as_uuid()))
            .filter(credential::COLUMN.connection_id.eq(row.id))
            .filter(credential::COLUMN.superseded_at.is_null())
            .one(self.db())
            .await?;
        let credential = match current {
            None => None,
            Some(current) => {
                let suspended = self.is_suspended((current.id, current.version)).await?;
                Some(facts_of(current, suspended)?)
            }
        };
        Ok(Some(ConnectionFacts {
            id: row.id.into(),
            base_url: at.need("base_url", row.base_url.parse().ok())?,
            credential,
        }))
    }

    /// Finds the id that a connection's credentials have had so far.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn latest_credential(
        &self,
        connection: ConnectionId,
    ) -> Result<Option<CredentialId>, StoreError> {
        let row = credential::Entity::find()
            .filter(credential::COLUMN.tenant_id.eq(self.tenant().as_uuid()))
            .filter(credential::COLUMN.connection_id.eq(connection.as_uuid()))
            .order_by_desc(credential::COLUMN.created_at)
            .limit(1)
            .one(self.db())
            .await?;
        Ok(row.map(|row| row.id.into()))
    }

    /// Says where a source lives in an environment; a place that has a connection keeps its id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the source or the environment is not this tenant's.
    pub async fn place_connection(
        &self,
        permit: Permit<ManageConnection>,
        placing: &Placing,
    ) -> Result<ConnectionId, StoreError> {
        self.used(permit)?;
        let row = self
            .row(
                "INSERT INTO connection (tenant_id, id, source_id, environment_id, base_url, updated_at, updated_by)
                 SELECT $1, $2, s.id, e.id, $5, clock_timestamp(), $6 FROM source s
                 JOIN environment e ON e.tenant_id = s.tenant_id AND e.id = $4
                 WHERE s.tenant_id = $1 AND s.id = $3 AND s.removed_at IS NULL
                 ON CONFLICT (tenant_id, source_id, environment_id) DO UPDATE
                 SET base_url = EXCLUDED.base_url, updated_at = EXCLUDED.updated_at, updated_by = EXCLUDED.updated_by
                 RETURNING id",
                [
                    self.tenant().as_uuid().into(),
                    placing.id.as_uuid().into(),
                    placing.source.as_uuid().into(),
                    placing.environment.as_uuid().into(),
                    placing.base_url.to_string().into(),
                    placing.by.as_uuid().into(),
                ],
            )
            .await?
            .ok_or(StoreError::NotFound)?;
        Ok(row.try_get::<Uuid>("", "id")?.into())
    }

    /// Takes the present credential out of use. Says whether there was one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn supersede_credential(
        &self,
        permit: Permit<ManageConnection>,
        connection: ConnectionId,
    ) -> Result<bool, StoreError> {
        self.used(permit)?;
        self.end_credential(connection).await
    }

    /// Puts a credential into use, in the place of the present one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn replace_credential(
        &self,
        permit: Permit<ManageConnection>,
        new: &NewCredential,
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        self.end_credential(new.connection).await?;
        self.execute(
            "INSERT INTO credential (tenant_id, id, connection_id, version, scheme, base_url, fingerprint,
                created_at, created_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp(), $8)",
            [
                self.tenant().as_uuid().into(),
                new.facts.id.as_uuid().into(),
                new.connection.as_uuid().into(),
                new.facts.version.cast_signed().into(),
                scheme_column(&new.facts.scheme).into(),
                new.facts.base_url.to_string().into(),
                new.facts.fingerprint.clone().into(),
                new.by.as_uuid().into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Takes every credential of a source out of use, and keeps others from storing one until
    /// this transaction ends.
    pub(crate) async fn end_credentials_of(&self, source: SourceId) -> Result<(), StoreError> {
        let key =
            || -> [sea_orm::Value; 2] { [self.tenant().as_uuid().into(), source.as_uuid().into()] };
        self.rows(
            "SELECT 1 AS locked FROM connection WHERE tenant_id = $1 AND source_id = $2
             ORDER BY id FOR UPDATE",
            key(),
        )
        .await?;
        self.execute(
            "UPDATE credential c SET superseded_at = clock_timestamp() FROM connection n
             WHERE c.tenant_id = $1 AND n.tenant_id = $1 AND n.id = c.connection_id
               AND n.source_id = $2 AND c.superseded_at IS NULL",
            key(),
        )
        .await
        .map(|_| ())
    }

    async fn end_credential(&self, connection: ConnectionId) -> Result<bool, StoreError> {
        let changed = self
            .execute(
                "UPDATE credential SET superseded_at = clock_timestamp()
                 WHERE tenant_id = $1 AND connection_id = $2 AND superseded_at IS NULL",
                [self.tenant().as_uuid().into(), connection.as_uuid().into()],
            )
            .await?;
        Ok(changed == 1)
    }
}

fn facts_of(row: credential::Model, suspended: bool) -> Result<CredentialFacts, StoreError> {
    let at = At {
        table: "credential",
        row: row.id,
    };
    Ok(CredentialFacts {
        id: row.id.into(),
        version: at.need("version", u32::try_from(row.version).ok())?,
        scheme: at.json("scheme", row.scheme)?,
        base_url: at.need("base_url", row.base_url.parse().ok())?,
        suspended,
        fingerprint: row.fingerprint,
    })
}

fn scheme_column(scheme: &AuthScheme) -> Value {
    serde_json::to_value(scheme).expect("schemes are plain JSON")
}

fn connection_of(row: &QueryResult) -> Result<Connection, StoreError> {
    let id: Uuid = row.try_get("", "id")?;
    let at = At {
        table: "connection",
        row: id,
    };
    let base_url: String = row.try_get("", "base_url")?;
    let updated_by: Option<String> = row.try_get("", "updated_by")?;
    let (credential, note) = match row.try_get::<Option<Uuid>>("", "credential_id")? {
        Some(id) => {
            let (facts, note) = credential_of(row, id)?;
            (Some(facts), Some(note))
        }
        None => (None, None),
    };
    Ok(Connection {
        facts: ConnectionFacts {
            id: id.into(),
            base_url: at.need("base_url", base_url.parse().ok())?,
            credential,
        },
        source: row.try_get::<Uuid>("", "source_id")?.into(),
        environment: row.try_get::<Uuid>("", "environment_id")?.into(),
        updated_at: row.try_get("", "updated_at")?,
        updated_by: updated_by.unwrap_or_default(),
        credential: note,
    })
}

fn credential_of(
    row: &QueryResult,
    id: Uuid,
) -> Result<(CredentialFacts, CredentialNote), StoreError> {
    let at = At {
        table: "credential",
        row: id,
    };
    let version: i32 = row.try_get("", "version")?;
    let bound_to: String = row.try_get("", "bound_to")?;
    let created_by: Option<String> = row.try_get("", "created_by")?;
    let facts = CredentialFacts {
        id: id.into(),
        version: at.need("version", u32::try_from(version).ok())?,
        scheme: at.json("scheme", row.try_get::<Value>("", "scheme")?)?,
        base_url: at.need("base_url", bound_to.parse().ok())?,
        suspended: row.try_get("", "suspended")?,
        fingerprint: row.try_get("", "fingerprint")?,
    };
    let note = CredentialNote {
        created_at: row.try_get("", "created_at")?,
        created_by: created_by.unwrap_or_default(),
    };
    Ok((facts, note))
}
