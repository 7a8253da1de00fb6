//! Turns one tool on.

use countersign_access::{Action as _, Denied, EnableTool, TenantScope};
use countersign_domain::{
    Timestamp,
    decision::Handling,
    event::Event,
    id::{EnablementId, EnvironmentId, ToolId, ToolVersionId},
    name::Statement,
    operation::{Judged, OperationBrief},
    overrides::SaidRisk,
    record::{Act, Record, RecordedTool},
    tool::{Choice, Enablement, Tool, lowered_from},
};
use countersign_store::{
    StoreError, TenantTx,
    enablements::NewDecision,
    environments::Environment,
    overrides::OverridesOf,
    sources::Source,
    tools::{DecidedTool, ToolsOf},
};
use serde_json::json;

use crate::{Registry, Seen, ToolDecisionError, rule};

/// The wish to turn a tool on.
#[derive(Clone, Debug)]
pub struct TurnOn {
    /// The tool.
    pub tool: ToolId,
    /// The definition that was looked at.
    pub version: ToolVersionId,
    /// The decision that was seen.
    pub seen: Seen,
    /// Where.
    pub environment: EnvironmentId,
    /// Whether calls run or wait.
    pub handling: Handling,
    /// Why.
    pub reason: Statement,
}

/// What was decided about one tool, or alike about many.
pub(crate) struct Decided<'d> {
    pub(crate) source: &'d Source,
    pub(crate) environment: &'d Environment,
    pub(crate) choice: Choice,
    pub(crate) reason: &'d Statement,
    /// What each row of it names: the decision, of many the first.
    pub(crate) id: EnablementId,
}

impl Registry {
    /// Turns a tool on in an environment, or changes how its calls are handled. Saying the same
    /// again changes nothing, so that holds under the decision stay good.
    ///
    /// # Errors
    /// When the caller may not, the tool has changed or somebody has decided otherwise since it was
    /// looked at, it cannot be called or read, it is high-risk and its calls would not wait, or the caller
    /// made its risk less themselves.
    pub async fn turn_on(
        &self,
        scope: &TenantScope,
        cmd: TurnOn,
    ) -> Result<Enablement, ToolDecisionError> {
        let tx = self.store.begin(scope).await?;
        let environment = tx.environment(cmd.environment).await?;
        let DecidedTool { tool, decided } = locked(&tx, cmd.tool, cmd.environment).await?;
        let said = tx.overrides(OverridesOf::Tool(cmd.tool)).await?;
        let risks = tx
            .decided_risks(ToolsOf::One(cmd.tool), cmd.environment)
            .await?;
        let now = SaidRisk::of(&tool.operation.risk);
        let was = risks.get(&cmd.tool).and_then(|all| lowered_from(all, now));
        let permit = rule::permit(scope, &tool, &said, was)?;
        rule::may_be_on(&tool, cmd.version, cmd.handling)?;
        rule::may_judge(scope, &said)?;
        let choice = Choice::On(cmd.handling);
        rule::may_follow(decided.as_ref(), cmd.seen, choice)?;
        if let Some(same) = decided.filter(|d| d.choice == choice && d.version == cmd.version) {
            return Ok(same);
        }
        // Not only the brief: nobody has seen what cannot be read.
        if tx.definitions(&[tool.version]).await?.is_empty() {
            return Err(ToolDecisionError::ToolUnreadable);
        }

        let source = tx.source(tool.source).await?;
        let decision = self.decision(scope, &tool, cmd.environment, cmd.reason)?;
        tx.turn_tool_on(permit, cmd.handling, &decision).await?;
        let decided = Decided {
            source: &source,
            environment: &environment,
            choice,
            reason: &decision.reason,
            id: decision.id,
        };
        let record = self.decided_record(scope, &decided, &tool);
        tx.append_record(&record).await?;
        tx.publish(&Event::ToolsDecided {
            tools: vec![tool.id],
        })
        .await?;
        tx.commit().await?;
        self.tell(scope).await;
        Ok(enablement(decision, choice, scope))
    }

    /// Puts a decision together; only a member can make one.
    pub(crate) fn decision<O>(
        &self,
        scope: &TenantScope,
        tool: &Tool<O>,
        environment: EnvironmentId,
        reason: Statement,
    ) -> Result<NewDecision, Denied> {
        let at: Timestamp = self.world.now();
        Ok(NewDecision {
            id: self.world.id(),
            environment,
            tool: tool.id,
            version: tool.version,
            reason,
            by: scope.member().ok_or(Denied {
                action: EnableTool::NAME,
            })?,
            at,
        })
    }

    /// The row of the audit log about one tool that was decided about.
    pub(crate) fn decided_record<O: Judged>(
        &self,
        scope: &TenantScope,
        decided: &Decided<'_>,
        tool: &Tool<O>,
    ) -> Record {
        let about = (decided.source, tool);
        let record = match decided.choice {
            Choice::Off => self.tool_record(scope, Act::ToolTurnedOff, about),
            Choice::On(handling) => self
                .tool_record(scope, Act::ToolTurnedOn, about)
                .with("handling", handling.as_str()),
        };
        record
            .with("environment", decided.environment.slug.as_str())
            .with("reason", decided.reason.as_str())
            .with("decided_together", decided.id.to_string())
    }

    /// Begins a row of the audit log about a tool of an API.
    pub(crate) fn tool_record<O: Judged>(
        &self,
        scope: &TenantScope,
        act: Act,
        (source, tool): (&Source, &Tool<O>),
    ) -> Record {
        let risk = tool.operation.risk();
        let mut record = Record::new(&self.world, scope.tenant(), act, scope.who())
            .of_source(&source.slug, source.id)
            .with("level", json!(risk.level()));
        record.tool = Some(RecordedTool {
            tool: tool.id,
            version: tool.version,
            name: tool.name.clone(),
            class: risk.class,
            endpoint: None,
        });
        record
    }
}

/// Loads a tool and keeps imports and other decisions from changing it meanwhile. The brief is all
/// that is decided by, so that a tool can be turned off whose definition cannot be read.
pub(crate) async fn locked(
    tx: &TenantTx,
    tool: ToolId,
    environment: EnvironmentId,
) -> Result<DecidedTool<OperationBrief>, StoreError> {
    // Twice, because the first may have waited for a decision that it then does not show.
    tx.tool_briefs(ToolsOf::Locked(tool), environment).await?;
    tx.tool_briefs(ToolsOf::Locked(tool), environment)
        .await?
        .pop()
        .ok_or(StoreError::NotFound)
}

/// The decision as it now stands.
pub(crate) fn enablement(decision: NewDecision, choice: Choice, scope: &TenantScope) -> Enablement {
    Enablement {
        id: decision.id,
        tool: decision.tool,
        version: decision.version,
        choice,
        reason: decision.reason.into(),
        by: decision.by,
        by_label: scope.who().person_label,
        at: decision.at,
    }
}
