//! Turns on what only reads.

use countersign_access::{Action as _, Denied, EnableTool, TenantScope};
use countersign_domain::{
    event::Event,
    id::{EnvironmentId, SourceId},
    name::Statement,
    record::{Act, Record},
};
use countersign_store::enablements::ReadsDecision;

use crate::{Registry, ToolDecisionError};

/// The wish to turn on all READ tools of a source.
#[derive(Clone, Debug)]
pub struct TurnOnReads {
    /// The source.
    pub source: SourceId,
    /// Where.
    pub environment: EnvironmentId,
    /// Why.
    pub reason: Statement,
}

impl Registry {
    /// Turns on every READ tool of a source that is not high-risk, can be called, and that nobody
    /// has decided about in this environment. What somebody turned off stays off, and what has
    /// changed since it was turned on waits to be looked at. A tool whose texts tell a model what
    /// to do, or hide characters, is turned on only by itself. Returns how many were turned on.
    ///
    /// # Errors
    /// When the caller may not, or there is no such source or environment.
    pub async fn turn_on_reads(
        &self,
        scope: &TenantScope,
        cmd: TurnOnReads,
    ) -> Result<usize, ToolDecisionError> {
        let permit = scope.allow(EnableTool)?;
        let by = scope.member().ok_or(Denied {
            action: EnableTool::NAME,
        })?;
        let tx = self.store.begin(scope).await?;
        let environment = tx.environment(cmd.environment).await?;
        let source = tx.source(cmd.source).await?;

        let decision = ReadsDecision {
            environment: cmd.environment,
            source: cmd.source,
            reason: cmd.reason,
            by,
            at: self.world.now(),
        };
        let turned_on = tx.turn_reads_on(permit, &decision).await?;
        if turned_on.is_empty() {
            return Ok(0);
        }
        let (tools, names): (Vec<_>, Vec<_>) = turned_on.into_iter().unzip();
        let record = Record::new(&self.world, scope.tenant(), Act::ToolsTurnedOn, scope.who())
            .with("source", source.slug.as_str())
            .with("environment", environment.slug.as_str())
            .with("reason", decision.reason.as_str())
            .with("count", tools.len())
            .with("tools", names);
        tx.append_record(&record).await?;
        let count = tools.len();
        tx.publish(&Event::ToolsDecided { tools }).await?;
        tx.commit().await?;
        self.tell(scope).await;
        Ok(count)
    }
}
