//! Credentials that no call is sent with until a member has confirmed them.
//!
//! A suspension is of one version of a credential: one that is stored later was stored by
//! somebody who could see what the API says today, and is not suspended by what came before.

use countersign_access::{ManageConnection, Permit, RunJob};
use countersign_domain::{
    Timestamp,
    drift::Change,
    id::{CredentialId, EnvironmentId, MemberId, RevisionId, SourceId, ToolId},
    name::Statement,
};
use sea_orm::QueryResult;
use serde_json::json;
use uuid::Uuid;

use crate::{
    StoreError, TenantTx,
    row::{At, unless_unreadable},
};

/// The condition that a credential `c` is suspended.
pub(crate) const IS_SUSPENDED: &str = "EXISTS (SELECT 1 FROM credential_suspension z
    WHERE z.tenant_id = c.tenant_id AND z.credential_id = c.id AND z.credential_version = c.version
      AND z.lifted_at IS NULL)";

/// What agents of one environment can reach of a source: its present credential, and its tools
/// that are on.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The environment.
    pub environment: EnvironmentId,
    /// The credential that calls are sent with.
    pub credential: (CredentialId, u32),
    /// The tools that are on, or were when the document lost them.
    pub tools: Vec<ToolId>,
}

/// A credential to be suspended.
#[derive(Clone, Debug)]
pub struct NewSuspension {
    /// Where it is used.
    pub environment: EnvironmentId,
    /// Which.
    pub credential: (CredentialId, u32),
    /// What changed.
    pub changes: Vec<Change>,
    /// How much that was before it was cut.
    pub total: usize,
}

/// A suspension that nobody has lifted yet.
#[derive(Clone, Debug)]
pub struct Suspension {
    /// The API.
    pub source: SourceId,
    /// Its name for people.
    pub source_name: String,
    /// Its name in URLs.
    pub source_slug: String,
    /// Where.
    pub environment: EnvironmentId,
    /// The name of that for people.
    pub environment_name: String,
    /// The name of that in URLs.
    pub environment_slug: String,
    /// The credential.
    pub credential: (CredentialId, u32),
    /// The import.
    pub revision: RevisionId,
    /// The import's number within the API.
    pub number: u32,
    /// Since when.
    pub at: Timestamp,
    /// What changed, the first of it.
    pub changes: Vec<Change>,
    /// How much changed in all.
    pub total: u32,
}

/// A member's word that a credential may be used again.
#[derive(Clone, Debug)]
pub struct Lifting {
    /// The credential.
    pub credential: (CredentialId, u32),
    /// The latest import whose changes they have seen.
    pub seen: RevisionId,
    /// Who.
    pub by: MemberId,
    /// Why.
    pub reason: Statement,
}

impl TenantTx {
    /// Finds what agents can reach of a source, for each environment with a credential.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn reach_of(&self, source: SourceId) -> Result<Vec<Reach>, StoreError> {
        let rows = self
            .rows(
                "SELECT n.environment_id, c.id, c.version, ARRAY(
                     SELECT t.id FROM tool t JOIN enablement e ON e.tenant_id = t.tenant_id
                         AND e.tool_id = t.id AND e.tool_version_id = t.current_version
                     WHERE t.tenant_id = n.tenant_id AND t.source_id = n.source_id
                         AND e.environment_id = n.environment_id
                         AND e.state = 'on' AND e.superseded_at IS NULL) AS tools
                 FROM connection n JOIN credential c ON c.tenant_id = n.tenant_id
                     AND c.connection_id = n.id AND c.superseded_at IS NULL
                 WHERE n.tenant_id = $1 AND n.source_id = $2",
                [self.tenant().as_uuid().into(), source.as_uuid().into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let tools: Vec<Uuid> = row.try_get("", "tools")?;
                Ok(Reach {
                    environment: row.try_get::<Uuid>("", "environment_id")?.into(),
                    credential: credential(row, "id", "version")?,
                    tools: tools.into_iter().map(ToolId::from).collect(),
                })
            })
            .collect()
    }

    /// Suspends a credential because of an import.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn suspend_credential(
        &self,
        permit: Permit<RunJob>,
        revision: RevisionId,
        new: &NewSuspension,
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        let (id, version) = new.credential;
        self.execute(
            "INSERT INTO credential_suspension
                 (tenant_id, credential_id, credential_version, revision_id, changes, total)
             VALUES ($1, $2, $3, $4, $5, $6)",
            [
                self.tenant().as_uuid().into(),
                id.as_uuid().into(),
                version.cast_signed().into(),
                revision.as_uuid().into(),
                json!(new.changes).into(),
                i32::try_from(new.total).unwrap_or(i32::MAX).into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Says whether a credential is suspended.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn is_suspended(
        &self,
        (id, version): (Uuid, i32),
    ) -> Result<bool, StoreError> {
        let sql = format!(
            "SELECT {IS_SUSPENDED} AS suspended FROM credential c
             WHERE c.tenant_id = $1 AND c.id = $2 AND c.version = $3"
        );
        let key = [self.tenant().as_uuid().into(), id.into(), version.into()];
        let row = self.row(&sql, key).await?.ok_or(StoreError::NotFound)?;
        Ok(row.try_get("", "suspended")?)
    }

    /// Lists the suspensions of present credentials that nobody has lifted, the oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn suspensions(&self) -> Result<Vec<Suspension>, StoreError> {
        let rows = self
            .rows(
                "SELECT n.source_id, s.name AS source_name, s.slug AS source_slug, n.environment_id,
                     e.name AS environment_name, e.slug AS environment_slug, c.id, c.version,
                     z.revision_id, r.number, z.suspended_at, z.changes, z.total
                 FROM credential_suspension z
                 JOIN credential c ON c.tenant_id = z.tenant_id AND c.id = z.credential_id
                     AND c.version = z.credential_version AND c.superseded_at IS NULL
                 JOIN connection n ON n.tenant_id = c.tenant_id AND n.id = c.connection_id
                 JOIN source s ON s.tenant_id = n.tenant_id AND s.id = n.source_id
                 JOIN environment e ON e.tenant_id = n.tenant_id AND e.id = n.environment_id
                 JOIN revision r ON r.tenant_id = z.tenant_id AND r.id = z.revision_id
                 WHERE z.tenant_id = $1 AND z.lifted_at IS NULL
                 ORDER BY s.name, s.id, e.slug, r.number",
                [self.tenant().as_uuid().into()],
            )
            .await?;
        rows.iter().map(suspension).collect()
    }

    /// Lifts the suspensions of a credential up to an import whose changes were seen. What came
    /// after it stays. Says how many were lifted.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lift_suspensions(
        &self,
        permit: Permit<ManageConnection>,
        lifting: &Lifting,
    ) -> Result<u64, StoreError> {
        self.used(permit)?;
        let (id, version) = lifting.credential;
        self.execute(
            "UPDATE credential_suspension z
             SET lifted_at = clock_timestamp(), lifted_by = $5, reason = $6
             FROM revision r, revision seen
             WHERE z.tenant_id = $1 AND z.credential_id = $2 AND z.credential_version = $3
               AND z.lifted_at IS NULL AND r.tenant_id = $1 AND r.id = z.revision_id
               AND seen.tenant_id = $1 AND seen.id = $4 AND seen.source_id = r.source_id
               AND r.number <= seen.number",
            [
                self.tenant().as_uuid().into(),
                id.as_uuid().into(),
                version.cast_signed().into(),
                lifting.seen.as_uuid().into(),
                lifting.by.as_uuid().into(),
                lifting.reason.as_str().into(),
            ],
        )
        .await
    }
}

fn credential(
    row: &QueryResult,
    id: &str,
    version: &'static str,
) -> Result<(CredentialId, u32), StoreError> {
    let id = CredentialId::from(row.try_get::<Uuid>("", id)?);
    let at = At {
        table: "credential",
        row: id,
    };
    let number: i32 = row.try_get("", version)?;
    Ok((id, at.need(version, u32::try_from(number).ok())?))
}

fn suspension(row: &QueryResult) -> Result<Suspension, StoreError> {
    let revision = RevisionId::from(row.try_get::<Uuid>("", "revision_id")?);
    let at = At {
        table: "credential_suspension",
        row: revision,
    };
    let number = |column: &'static str| -> Result<u32, StoreError> {
        let stored: i32 = row.try_get("", column)?;
        at.need(column, u32::try_from(stored).ok())
    };
    Ok(Suspension {
        source: row.try_get::<Uuid>("", "source_id")?.into(),
        source_name: row.try_get("", "source_name")?,
        source_slug: row.try_get("", "source_slug")?,
        environment: row.try_get::<Uuid>("", "environment_id")?.into(),
        environment_name: row.try_get("", "environment_name")?,
        environment_slug: row.try_get("", "environment_slug")?,
        credential: credential(row, "id", "version")?,
        revision,
        number: number("number")?,
        at: row.try_get("", "suspended_at")?,
        changes: unless_unreadable(at.json("changes", row.try_get("", "changes")?))
            .transpose()?
            .unwrap_or_default(),
        total: number("total")?,
    })
}
