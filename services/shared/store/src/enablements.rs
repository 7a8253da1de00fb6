//! Decisions about tools: who turned what on or off, where and why. A decision is never changed;
//! the next one supersedes it, and its id is the policy version that approvals are bound to.

use std::fmt::Display;

use countersign_access::{DisableTool, EnableHighRiskTool, EnableTool, Permit};
use countersign_domain::{
    Timestamp,
    decision::Handling,
    id::{EnablementId, EnvironmentId, MemberId, ToolId, ToolVersionId},
    name::Statement,
    tool::{Choice, Enablement},
};
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::{StoreError, TenantTx, row::At};

/// Permission to turn one tool on. Which of them it is becomes the `high_risk` of the row, and a
/// foreign key compares that with the definition: the wrong permit is refused by the database.
#[derive(Debug)]
pub enum TurnOnPermit {
    /// For a tool that is not high-risk.
    Ordinary(Permit<EnableTool>),
    /// For a tool that is not high-risk, and was more than it is until a person or an import made it
    /// less.
    Lowered(Permit<EnableHighRiskTool>),
    /// For a high-risk tool.
    HighRisk(Permit<EnableHighRiskTool>),
}

/// What is decided about one tool.
#[derive(Clone, Debug)]
pub struct NewDecision {
    /// Its id.
    pub id: EnablementId,
    /// Where.
    pub environment: EnvironmentId,
    /// The tool.
    pub tool: ToolId,
    /// The definition that was looked at.
    pub version: ToolVersionId,
    /// Why.
    pub reason: Statement,
    /// Who.
    pub by: MemberId,
    /// When.
    pub at: Timestamp,
}

impl TenantTx {
    /// Turns a tool on, superseding the decision before. The caller has locked the tool.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the permit is not the one that this definition needs, or a
    /// high-risk tool would run without a countersignature.
    pub async fn turn_tool_on(
        &self,
        permit: TurnOnPermit,
        handling: Handling,
        decision: &NewDecision,
    ) -> Result<(), StoreError> {
        let high_risk = self.used_to_turn_on(permit)?;
        self.supersede_decision(decision).await?;
        self.execute(
            "INSERT INTO enablement (tenant_id, id, environment_id, tool_id, tool_version_id, high_risk, state,
                 handling, reason, decided_by, decided_at)
             VALUES ($1, $2, $3, $4, $5, $6, 'on', $7, $8, $9, $10)",
            [
                self.tenant().as_uuid().into(),
                decision.id.as_uuid().into(),
                decision.environment.as_uuid().into(),
                decision.tool.as_uuid().into(),
                decision.version.as_uuid().into(),
                high_risk.into(),
                handling.as_str().into(),
                decision.reason.as_str().into(),
                decision.by.as_uuid().into(),
                decision.at.into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Turns a tool off, superseding the decision before. The caller has locked the tool.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn turn_tool_off(
        &self,
        permit: Permit<DisableTool>,
        decision: &NewDecision,
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        self.supersede_decision(decision).await?;
        self.execute(
            "INSERT INTO enablement (tenant_id, id, environment_id, tool_id, tool_version_id, high_risk, state,
                 handling, reason, decided_by, decided_at)
             SELECT $1, $2, $3, $4, $5, v.high_risk, 'off', 'hold', $6, $7, $8
             FROM tool_version v WHERE v.tenant_id = $1 AND v.id = $5",
            [
                self.tenant().as_uuid().into(),
                decision.id.as_uuid().into(),
                decision.environment.as_uuid().into(),
                decision.tool.as_uuid().into(),
                decision.version.as_uuid().into(),
                decision.reason.as_str().into(),
                decision.by.as_uuid().into(),
                decision.at.into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Takes a permit, and says whether it is for tools that are high-risk.
    pub(crate) fn used_to_turn_on(&self, permit: TurnOnPermit) -> Result<bool, StoreError> {
        match permit {
            TurnOnPermit::Ordinary(permit) => self.used(permit).map(|()| false),
            TurnOnPermit::Lowered(permit) => self.used(permit).map(|()| false),
            TurnOnPermit::HighRisk(permit) => self.used(permit).map(|()| true),
        }
    }

    async fn supersede_decision(&self, decision: &NewDecision) -> Result<(), StoreError> {
        self.execute(
            "UPDATE enablement SET superseded_at = clock_timestamp()
             WHERE tenant_id = $1 AND environment_id = $2 AND tool_id = $3 AND superseded_at IS NULL",
            [
                self.tenant().as_uuid().into(),
                decision.environment.as_uuid().into(),
                decision.tool.as_uuid().into(),
            ],
        )
        .await
        .map(|_| ())
    }
}

/// Reads the decision of a row of [`TenantTx::tools`].
pub(crate) fn decided(row: &QueryResult) -> Result<Option<Enablement>, StoreError> {
    let Some(id) = row.try_get::<Option<Uuid>>("", "enablement_id")? else {
        return Ok(None);
    };
    let id = EnablementId::from(id);
    let at = At {
        table: "enablement",
        row: id,
    };
    let choice = choice(&at, row)?;
    Ok(Some(Enablement {
        id,
        tool: row.try_get::<Uuid>("", "id")?.into(),
        version: row.try_get::<Uuid>("", "seen_version_id")?.into(),
        choice,
        reason: row.try_get("", "reason")?,
        by: row.try_get::<Uuid>("", "decided_by")?.into(),
        by_label: row
            .try_get::<Option<String>>("", "decided_label")?
            .unwrap_or_default(),
        at: row.try_get("", "decided_at")?,
    }))
}

/// Reads what a decision said.
pub(crate) fn choice<I: Display>(at: &At<I>, row: &QueryResult) -> Result<Choice, StoreError> {
    let state: String = row.try_get("", "state")?;
    let handling: String = row.try_get("", "handling")?;
    match state.as_str() {
        "off" => Ok(Choice::Off),
        "on" => Ok(Choice::On(at.need("handling", Handling::parse(&handling))?)),
        _ => Err(at.unreadable("state")),
    }
}
