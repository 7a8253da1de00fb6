//! Turns one tool off.

use countersign_access::{DisableTool, TenantScope};
use countersign_domain::{
    event::Event,
    id::{EnvironmentId, ToolId},
    name::Statement,
    tool::{Choice, Enablement},
};
use countersign_store::tools::DecidedTool;

use crate::{
    Registry, ToolDecisionError,
    turn_on::{Decided, enablement, locked},
};

/// The wish to turn a tool off.
#[derive(Clone, Debug)]
pub struct TurnOff {
    /// The tool.
    pub tool: ToolId,
    /// Where.
    pub environment: EnvironmentId,
    /// Why.
    pub reason: Statement,
}

impl Registry {
    /// Turns a tool off in an environment, whatever its state. It stays off when all READ tools
    /// are turned on. Turning it off again changes nothing.
    ///
    /// # Errors
    /// When the caller may not, or there is no such tool.
    pub async fn turn_off(
        &self,
        scope: &TenantScope,
        cmd: TurnOff,
    ) -> Result<Enablement, ToolDecisionError> {
        let permit = scope.allow(DisableTool)?;
        let tx = self.store.begin(scope).await?;
        let environment = tx.environment(cmd.environment).await?;
        let DecidedTool { tool, decided } = locked(&tx, cmd.tool, cmd.environment).await?;
        if let Some(same) = decided.filter(|decided| decided.choice == Choice::Off) {
            return Ok(same);
        }

        let source = tx.source(tool.source).await?;
        let decision = self.decision(scope, &tool, cmd.environment, cmd.reason)?;
        tx.turn_tool_off(permit, &decision).await?;
        let decided = Decided {
            source: &source,
            environment: &environment,
            choice: Choice::Off,
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
        Ok(enablement(decision, Choice::Off, scope))
    }
}
