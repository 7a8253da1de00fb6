//! Decisions about many tools at once: a few statements, whatever their number. Each is a row of
//! its own, as if it had been made alone.

use countersign_access::{DisableTool, Permit};
use countersign_domain::{
    decision::Handling,
    id::{EnvironmentId, SourceId},
};
use sea_orm::Value;
use serde_json::json;
use uuid::Uuid;

use crate::{
    StoreError, TenantTx,
    enablements::{NewDecision, TurnOnPermit},
};

impl TenantTx {
    /// Keeps imports and other decisions from changing the tools of a source until the
    /// transaction ends. The source is locked first, as an import does, and the tools in one
    /// order, so that nobody waits in a circle.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such source.
    pub async fn lock_tools(&self, source: SourceId) -> Result<(), StoreError> {
        self.lock_source(source).await?;
        self.rows(
            "SELECT 1 AS locked FROM tool WHERE tenant_id = $1 AND source_id = $2
             ORDER BY id FOR UPDATE",
            [self.tenant().as_uuid().into(), source.as_uuid().into()],
        )
        .await
        .map(|_| ())
    }

    /// Turns tools on, superseding what was decided about each before. The caller has locked them.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the permit is not the one that each of these definitions
    /// needs, or a high-risk tool would run without a countersignature.
    pub async fn turn_tools_on(
        &self,
        permit: TurnOnPermit,
        (environment, handling): (EnvironmentId, Handling),
        decisions: &[NewDecision],
    ) -> Result<(), StoreError> {
        let high_risk = self.used_to_turn_on(permit)?;
        self.supersede_decisions(environment, decisions).await?;
        self.execute(
            "INSERT INTO enablement (tenant_id, id, environment_id, tool_id, tool_version_id, high_risk, state,
                 handling, reason, decided_by, decided_at)
             SELECT $1, r.id, $2, r.tool, r.version, $3, 'on', $4, r.reason, r.by, r.at
             FROM jsonb_to_recordset($5)
                 AS r (id uuid, tool uuid, version uuid, reason text, by uuid, at timestamptz)",
            [
                self.tenant().as_uuid().into(),
                environment.as_uuid().into(),
                high_risk.into(),
                handling.as_str().into(),
                rows(decisions).into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Turns tools off, superseding what was decided about each before. The caller has locked
    /// them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn turn_tools_off(
        &self,
        permit: Permit<DisableTool>,
        environment: EnvironmentId,
        decisions: &[NewDecision],
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        self.supersede_decisions(environment, decisions).await?;
        self.execute(
            "INSERT INTO enablement (tenant_id, id, environment_id, tool_id, tool_version_id, high_risk, state,
                 handling, reason, decided_by, decided_at)
             SELECT $1, r.id, $2, r.tool, r.version, v.high_risk, 'off', 'hold', r.reason, r.by, r.at
             FROM jsonb_to_recordset($3)
                 AS r (id uuid, tool uuid, version uuid, reason text, by uuid, at timestamptz)
             JOIN tool_version v ON v.tenant_id = $1 AND v.id = r.version",
            [
                self.tenant().as_uuid().into(),
                environment.as_uuid().into(),
                rows(decisions).into(),
            ],
        )
        .await
        .map(|_| ())
    }

    async fn supersede_decisions(
        &self,
        environment: EnvironmentId,
        decisions: &[NewDecision],
    ) -> Result<(), StoreError> {
        let tools: Vec<Uuid> = decisions.iter().map(|one| one.tool.as_uuid()).collect();
        self.execute(
            "UPDATE enablement SET superseded_at = clock_timestamp()
             WHERE tenant_id = $1 AND environment_id = $2 AND tool_id = ANY ($3) AND superseded_at IS NULL",
            [
                self.tenant().as_uuid().into(),
                environment.as_uuid().into(),
                Value::from(tools),
            ],
        )
        .await
        .map(|_| ())
    }
}

fn rows(decisions: &[NewDecision]) -> serde_json::Value {
    decisions
        .iter()
        .map(|one| {
            json!({"id": one.id.as_uuid(), "tool": one.tool.as_uuid(), "version": one.version.as_uuid(),
                "reason": one.reason.as_str(), "by": one.by.as_uuid(), "at": one.at})
        })
        .collect()
}
