//! Turns on what only reads.

use countersign_access::{EnableTool, TenantScope};
use countersign_domain::{
    decision::Handling,
    event::Event,
    id::{EnvironmentId, SourceId},
    name::Statement,
    operation::OperationBrief,
    record::{Act, Record},
    tool::Tool,
};
use countersign_store::enablements::TurnOnPermit;

use crate::{Registry, ToolBrief, ToolDecisionError, tools::briefs};

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
    /// to do, or hide characters, or whose risk a person overrode, is turned on only by itself.
    /// Returns how many were turned on.
    ///
    /// # Errors
    /// When the caller may not, or there is no such source or environment.
    pub async fn turn_on_reads(
        &self,
        scope: &TenantScope,
        cmd: TurnOnReads,
    ) -> Result<usize, ToolDecisionError> {
        let permit = scope.allow(EnableTool)?;
        let tx = self.store.begin(scope).await?;
        let environment = tx.environment(cmd.environment).await?;
        let source = tx.source(cmd.source).await?;
        tx.lock_tools(cmd.source).await?;
        let views = briefs(&tx, cmd.source, cmd.environment).await?;
        let reads: Vec<Tool<OperationBrief>> = views
            .into_iter()
            .filter(ToolBrief::is_plain_read)
            .map(|view| view.tool)
            .collect();
        if reads.is_empty() {
            return Ok(0);
        }

        let place = (cmd.environment, &cmd.reason);
        let decisions = self.decisions(scope, place, &reads)?;
        let permit = TurnOnPermit::Ordinary(permit);
        let how = (cmd.environment, Handling::Run);
        tx.turn_tools_on(permit, how, &decisions).await?;
        let names: Vec<&str> = reads.iter().map(|tool| tool.name.as_str()).collect();
        let record = Record::new(&self.world, scope.tenant(), Act::ToolsTurnedOn, scope.who())
            .with("source", source.slug.as_str())
            .with("environment", environment.slug.as_str())
            .with("reason", cmd.reason.as_str())
            .with("count", reads.len())
            .with("tools", names);
        tx.append_record(&record).await?;
        let tools = reads.iter().map(|tool| tool.id).collect();
        tx.publish(&Event::ToolsDecided { tools }).await?;
        tx.commit().await?;
        self.tell(scope).await;
        Ok(reads.len())
    }
}
