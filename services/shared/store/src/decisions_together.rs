//! Decisions about many tools at once: a few statements, whatever their number. Each is a row of
//! its own, as if it had been made alone.

use countersign_access::{DisableTool, Permit};
use countersign_domain::{
    decision::Handling,
    id::{EnablementId, EnvironmentId, MemberId, SourceId, ToolId, ToolVersionId},
    tool::Choice,
};
use sea_orm::{QueryResult, Value};
use serde_json::json;
use uuid::Uuid;

use crate::{
    StoreError, TenantTx,
    enablements::{NewDecision, TurnOnPermit, choice},
    row::At,
};

/// One of the tools that were decided about together.
#[derive(Clone, Debug)]
pub struct DecidedTogether {
    /// Which.
    pub tool: ToolId,
    /// Nobody has decided about it since.
    pub stands: bool,
    /// What had been decided about it before, and about which definition.
    pub before: Option<(Choice, ToolVersionId)>,
    /// Why it was decided.
    pub reason: String,
    /// Who decided it.
    pub by: MemberId,
}

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

    /// Lists the tools of a source about which this was decided together, with what had been decided
    /// before.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub async fn decided_together(
        &self,
        (source, environment): (SourceId, EnvironmentId),
        together: EnablementId,
    ) -> Result<Vec<DecidedTogether>, StoreError> {
        // What an import carried over is the same decision, so the newest row says whether it stands.
        let rows = self
            .rows(
                "SELECT DISTINCT ON (e.tool_id) e.id, e.tool_id, e.reason, e.decided_by, e.superseded_at IS NULL AS stands,
                     b.state, b.handling, b.tool_version_id
                 FROM enablement e
                 JOIN tool t ON t.tenant_id = e.tenant_id AND t.id = e.tool_id AND t.source_id = $2
                 LEFT JOIN LATERAL (
                     SELECT o.state, o.handling, o.tool_version_id FROM enablement o
                     WHERE o.tenant_id = e.tenant_id AND o.tool_id = e.tool_id
                       AND o.environment_id = e.environment_id
                       AND o.decided_together IS DISTINCT FROM e.decided_together
                       AND o.superseded_at <= COALESCE(e.superseded_at, 'infinity')
                     ORDER BY o.superseded_at DESC LIMIT 1) b ON true
                 WHERE e.tenant_id = $1 AND e.environment_id = $3 AND e.decided_together = $4
                 ORDER BY e.tool_id, e.superseded_at DESC NULLS FIRST",
                [
                    self.tenant().as_uuid().into(),
                    source.as_uuid().into(),
                    environment.as_uuid().into(),
                    together.as_uuid().into(),
                ],
            )
            .await?;
        rows.iter().map(one_of_many).collect()
    }

    /// Turns tools on, superseding what was decided about each before. The caller has locked them.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the permit is not the one that each of these definitions
    /// needs, or a high-risk tool would run without a countersignature.
    pub async fn turn_tools_on(
        &self,
        permit: TurnOnPermit,
        (environment, together, handling): (EnvironmentId, EnablementId, Handling),
        decisions: &[NewDecision],
    ) -> Result<(), StoreError> {
        let high_risk = self.used_to_turn_on(permit)?;
        self.supersede_decisions(environment, decisions).await?;
        self.execute(
            "INSERT INTO enablement (tenant_id, id, environment_id, tool_id, tool_version_id, high_risk, state,
                 handling, reason, decided_by, decided_at, decided_together)
             SELECT $1, r.id, $2, r.tool, r.version, $3, 'on', $4, r.reason, r.by, r.at, $6
             FROM jsonb_to_recordset($5)
                 AS r (id uuid, tool uuid, version uuid, reason text, by uuid, at timestamptz)",
            [
                self.tenant().as_uuid().into(),
                environment.as_uuid().into(),
                high_risk.into(),
                handling.as_str().into(),
                rows(decisions).into(),
                together.as_uuid().into(),
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
        (environment, together): (EnvironmentId, EnablementId),
        decisions: &[NewDecision],
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        self.supersede_decisions(environment, decisions).await?;
        self.execute(
            "INSERT INTO enablement (tenant_id, id, environment_id, tool_id, tool_version_id, high_risk, state,
                 handling, reason, decided_by, decided_at, decided_together)
             SELECT $1, r.id, $2, r.tool, r.version, v.high_risk, 'off', 'hold', r.reason, r.by, r.at, $4
             FROM jsonb_to_recordset($3)
                 AS r (id uuid, tool uuid, version uuid, reason text, by uuid, at timestamptz)
             JOIN tool_version v ON v.tenant_id = $1 AND v.id = r.version",
            [
                self.tenant().as_uuid().into(),
                environment.as_uuid().into(),
                rows(decisions).into(),
                together.as_uuid().into(),
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

fn one_of_many(row: &QueryResult) -> Result<DecidedTogether, StoreError> {
    let at = At {
        table: "enablement",
        row: row.try_get::<Uuid>("", "id")?,
    };
    let before: Option<Uuid> = row.try_get("", "tool_version_id")?;
    Ok(DecidedTogether {
        tool: row.try_get::<Uuid>("", "tool_id")?.into(),
        stands: row.try_get("", "stands")?,
        before: before
            .map(|version| Ok::<_, StoreError>((choice(&at, row)?, version.into())))
            .transpose()?,
        reason: row.try_get("", "reason")?,
        by: row.try_get::<Uuid>("", "decided_by")?.into(),
    })
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
