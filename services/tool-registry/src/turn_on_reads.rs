//! Turns on what only reads.

use countersign_access::{ActionName, TenantScope};
use countersign_domain::{
    decision::Handling,
    id::{EnvironmentId, SourceId},
    name::Statement,
    tool::Choice,
};

use crate::{DecideTools, Registry, ToolBrief, ToolDecisionError, tools::briefs};

/// The wish to turn on all READ tools of a source, whichever they are by then. Whoever has seen
/// some of them wishes for those, with [`DecideTools`].
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
        scope.check(ActionName::EnableTool)?;
        let tx = self.store.begin(scope).await?;
        tx.source(cmd.source).await?;
        tx.lock_tools(cmd.source).await?;
        let known = briefs(&tx, cmd.source, cmd.environment).await?;
        let reads = known.iter().filter(|view| view.is_plain_read());
        let decide = DecideTools {
            source: cmd.source,
            environment: cmd.environment,
            choice: Choice::On(Handling::Run),
            tools: reads.map(ToolBrief::looked_at).collect(),
            reason: cmd.reason,
        };
        let outcome = self.decide_known(scope, (tx, known), &decide).await?;
        Ok(outcome.decided.len())
    }
}
