//! What people say about tools instead of their documents, written. Nothing is rewritten: what no
//! longer holds is ended, and every change of what holds makes another definition, so that
//! decisions and approvals stay with the one they were about.

use countersign_access::{LowerToolRisk, OverrideTool, Permit, RunJob};
use countersign_domain::{
    Timestamp,
    id::{MemberId, OverrideId, ToolId, ToolVersionId},
    name::Statement,
    operation::ImportedOperation,
    overrides::{EndedWhy, Override, OverrideKind},
};
use serde_json::json;

use crate::{
    StoreError, TenantTx, holds::StaleHold, overrides::OverridableTool, revision_changes::Carried,
};

/// Permission to say something about a tool. Lowering its risk needs another than the rest.
#[derive(Debug)]
pub enum OverridePermit {
    /// For what lowers nothing.
    Ordinary(Permit<OverrideTool>),
    /// For what lowers a risk.
    Lowering(Permit<LowerToolRisk>),
}

/// An override that no longer holds.
#[derive(Clone, Debug)]
pub struct EndedOverride {
    /// Which.
    pub id: OverrideId,
    /// Why.
    pub why: EndedWhy,
}

/// What somebody says, or takes back.
#[derive(Clone, Debug)]
pub struct NewOverride<'a> {
    /// What holds from now on, unless it is taken back.
    pub given: Option<&'a Override>,
    /// Which part it is about.
    pub kind: OverrideKind,
    /// Why.
    pub reason: &'a Statement,
    /// Who.
    pub by: MemberId,
    /// When.
    pub at: Timestamp,
}

/// The definition that comes of what people say.
#[derive(Clone, Debug)]
pub struct NewDefinition<'a> {
    /// Its id.
    pub id: ToolVersionId,
    /// What the tool is called from now on.
    pub name: &'a str,
    /// What it says.
    pub operation: &'a ImportedOperation,
    /// Decisions about the one before are about this one too.
    pub carries_decisions: bool,
}

impl TenantTx {
    /// Ends what held of this kind, keeps what holds from now on, and makes the definition that
    /// comes of it the present one. Every open hold of the tool becomes stale, since what was held
    /// is not what the tool is any more; they are returned. The caller has locked the tool.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn write_override(
        &self,
        permit: OverridePermit,
        found: &OverridableTool,
        change: &NewOverride<'_>,
        definition: &NewDefinition<'_>,
    ) -> Result<Vec<StaleHold>, StoreError> {
        match permit {
            OverridePermit::Ordinary(permit) => self.used(permit)?,
            OverridePermit::Lowering(permit) => self.used(permit)?,
        }
        let tool = &found.tool;
        self.end_standing(tool.id, change).await?;
        if let Some(given) = change.given {
            self.insert_override(given).await?;
        }
        self.define(found, change.at, definition).await?;
        if definition.carries_decisions {
            let carried = Carried {
                tool: tool.id,
                from: tool.version,
                to: definition.id,
            };
            self.carry(&[carried]).await?;
        }
        self.make_holds_stale(tool.source).await
    }

    /// Ends overrides that an import leaves nothing to be about.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_overrides(
        &self,
        permit: Permit<RunJob>,
        ended: &[EndedOverride],
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        let rows: serde_json::Value = ended
            .iter()
            .map(|one| json!({"id": one.id.as_uuid(), "why": one.why.as_str()}))
            .collect();
        self.execute(
            "UPDATE tool_override o SET ended_at = clock_timestamp(), ended_why = r.why
             FROM jsonb_to_recordset($2) AS r (id uuid, why text)
             WHERE o.tenant_id = $1 AND o.id = r.id AND o.ended_at IS NULL",
            [self.tenant().as_uuid().into(), rows.into()],
        )
        .await
        .map(|_| ())
    }

    async fn end_standing(&self, tool: ToolId, change: &NewOverride<'_>) -> Result<(), StoreError> {
        let why = match change.given {
            Some(_) => EndedWhy::Replaced,
            None => EndedWhy::Withdrawn,
        };
        self.execute(
            "UPDATE tool_override SET ended_at = clock_timestamp(), ended_why = $4, ended_by = $5, ended_reason = $6
             WHERE tenant_id = $1 AND tool_id = $2 AND kind = $3 AND ended_at IS NULL",
            [
                self.tenant().as_uuid().into(),
                tool.as_uuid().into(),
                change.kind.as_str().into(),
                why.as_str().into(),
                change.by.as_uuid().into(),
                change.reason.as_str().into(),
            ],
        )
        .await
        .map(|_| ())
    }

    async fn insert_override(&self, given: &Override) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO tool_override (tenant_id, id, tool_id, kind, said, instead_of, about_print, reason, given_by,
                 given_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            [
                self.tenant().as_uuid().into(),
                given.id.as_uuid().into(),
                given.tool.as_uuid().into(),
                given.said.kind().as_str().into(),
                json!(given.said).into(),
                json!(given.instead_of).into(),
                given.about.as_bytes().to_vec().into(),
                given.reason.as_str().into(),
                given.by.as_uuid().into(),
                given.at.into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// The fingerprint stays that of what was imported, which the next import compares with.
    async fn define(
        &self,
        found: &OverridableTool,
        at: Timestamp,
        definition: &NewDefinition<'_>,
    ) -> Result<(), StoreError> {
        let (tool, risk) = (&found.tool, &definition.operation.risk);
        self.execute(
            "INSERT INTO tool_version (tenant_id, id, tool_id, revision_id, fingerprint, class, high_risk, confidence,
                 unsupported, definition, created_at, imported_version)
             SELECT v.tenant_id, $3, v.tool_id, v.revision_id, v.fingerprint, $4, $5, $6, v.unsupported, $7, $8, v.id
             FROM tool_version v WHERE v.tenant_id = $1 AND v.id = $2",
            [
                self.tenant().as_uuid().into(),
                found.imported_version.as_uuid().into(),
                definition.id.as_uuid().into(),
                risk.class.as_str().into(),
                risk.high_risk.into(),
                risk.confidence.as_str().into(),
                json!(definition.operation).into(),
                at.into(),
            ],
        )
        .await?;
        self.execute(
            "UPDATE tool SET current_version = $3, name = $4 WHERE tenant_id = $1 AND id = $2",
            [
                self.tenant().as_uuid().into(),
                tool.id.as_uuid().into(),
                definition.id.as_uuid().into(),
                definition.name.into(),
            ],
        )
        .await
        .map(|_| ())
    }
}
