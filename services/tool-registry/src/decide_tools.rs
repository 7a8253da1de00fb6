//! Turns many tools of an API on or off, for one reason.

use std::collections::{HashMap, HashSet};

use countersign_access::{
    ActionName, Denied, DisableTool, EnableHighRiskTool, EnableTool, TenantScope,
};
use countersign_domain::{
    drift::Change,
    event::Event,
    id::{EnablementId, EnvironmentId, SourceId, ToolId, ToolVersionId},
    name::Statement,
    operation::OperationBrief,
    record::Record,
    tool::{Choice, Enablement, Tool, ToolState},
};
use countersign_store::{
    StoreError, TenantTx,
    enablements::{NewDecision, TurnOnPermit},
};

use crate::{Registry, ToolBrief, ToolDecisionError, rule, tools::briefs, turn_on::Decided};

/// Definitions that are read at once.
const CHUNK: usize = 50;

/// A tool as it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookedAt {
    /// Which.
    pub tool: ToolId,
    /// Its definition.
    pub version: ToolVersionId,
    /// What had been decided about it.
    pub seen: Seen,
}

/// The decision about a tool that was there when it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Whoever decides does not say.
    Unsaid,
    /// Nobody had decided.
    Nothing,
    /// This one.
    Decision(EnablementId),
}

impl From<Option<&Enablement>> for Seen {
    fn from(decided: Option<&Enablement>) -> Self {
        decided.map_or(Self::Nothing, |one| Self::Decision(one.id))
    }
}

/// The wish to decide the same about many tools of an API.
#[derive(Clone, Debug)]
pub struct DecideTools {
    /// The API.
    pub source: SourceId,
    /// Where.
    pub environment: EnvironmentId,
    /// What.
    pub choice: Choice,
    /// About which; naming one twice is naming it once.
    pub tools: Vec<LookedAt>,
    /// Why.
    pub reason: Statement,
}

/// What became of a wish about many tools.
#[derive(Debug, Default)]
pub struct DecidedTools {
    /// Names of those that were decided.
    pub decided: Vec<String>,
    /// How many of them had been on.
    pub were_on: usize,
    /// The first of the decisions, which the rows of all of them name.
    pub decision: Option<EnablementId>,
    /// Those about which the same had been decided before.
    pub same: usize,
    /// Those that were refused, each with why.
    pub refused: Vec<RefusedTool>,
}

/// A tool about which nothing was decided.
#[derive(Debug)]
pub struct RefusedTool {
    /// Which.
    pub tool: ToolId,
    /// Its name, if it is there.
    pub name: Option<String>,
    /// Why.
    pub why: ToolDecisionError,
}

/// A transaction in which tools are decided about.
#[derive(Clone, Copy)]
pub(crate) struct Within<'t> {
    pub(crate) tx: &'t TenantTx,
    /// What was decided in it before, which is the same decision.
    pub(crate) together: Option<EnablementId>,
    /// The decision that this one undoes.
    pub(crate) undoes: Option<EnablementId>,
}

impl Registry {
    /// Decides the same about many tools of an API, each by the rules for one: the permission that
    /// its risk needs, the definition that was looked at, high risk held. A tool whose text a
    /// person has to read first, whose risk a person overrode or was more when somebody decided about
    /// it, or of which an import changed what lets one in, where it lives or more than a list shows,
    /// is not turned on among others; one whose definition cannot be read not at all. One that is refused is named, and nothing else is lost by it.
    /// Each decision has its own row in the audit log.
    ///
    /// # Errors
    /// When the caller may decide about no tool at all, or there is no such source or environment.
    pub async fn decide_tools(
        &self,
        scope: &TenantScope,
        cmd: DecideTools,
    ) -> Result<DecidedTools, ToolDecisionError> {
        may_decide(scope, cmd.choice)?;
        let tx = self.store.begin(scope).await?;
        tx.lock_tools(cmd.source).await?;
        let known = briefs(&tx, cmd.source, cmd.environment).await?;
        self.decide_known(scope, (tx, known), &cmd).await
    }

    /// Decides about those of the tools that are known, which are locked.
    pub(crate) async fn decide_known(
        &self,
        scope: &TenantScope,
        (tx, known): (TenantTx, Vec<ToolBrief>),
        cmd: &DecideTools,
    ) -> Result<DecidedTools, ToolDecisionError> {
        let within = Within {
            tx: &tx,
            together: None,
            undoes: None,
        };
        let outcome = self.decide_in(scope, within, (known, cmd)).await?;
        self.committed(scope, tx, outcome).await
    }

    /// Commits, where anything was decided.
    pub(crate) async fn committed(
        &self,
        scope: &TenantScope,
        tx: TenantTx,
        outcome: DecidedTools,
    ) -> Result<DecidedTools, ToolDecisionError> {
        if outcome.decision.is_some() {
            tx.commit().await?;
            self.tell(scope).await;
        }
        Ok(outcome)
    }

    /// Writes what is decided about those of the tools that are known.
    pub(crate) async fn decide_in(
        &self,
        scope: &TenantScope,
        within: Within<'_>,
        (known, cmd): (Vec<ToolBrief>, &DecideTools),
    ) -> Result<DecidedTools, ToolDecisionError> {
        let tx = within.tx;
        let environment = tx.environment(cmd.environment).await?;
        let source = tx.source(cmd.source).await?;
        let unseen = unseen(tx, cmd, &known).await?;
        let sorted = Sorted::of(scope, cmd, (known, unseen));
        let mut outcome = DecidedTools {
            were_on: sorted.were_on,
            same: sorted.same,
            refused: sorted.refused,
            ..DecidedTools::default()
        };
        let place = (cmd.environment, &cmd.reason);
        let ordinary = self.decisions(scope, place, &sorted.ordinary)?;
        let high = self.decisions(scope, place, &sorted.high)?;
        let Some(first) = ordinary.first().or(high.first()) else {
            return Ok(outcome);
        };
        // The rows of what was decided together all name the first decision.
        let together = within.together.unwrap_or(first.id);
        write(tx, scope, (cmd, together), (&ordinary, &high)).await?;
        outcome.decision = Some(together);
        let decided = Decided {
            source: &source,
            environment: &environment,
            choice: cmd.choice,
            reason: &cmd.reason,
            id: together,
        };
        let tools: Vec<&Tool<OperationBrief>> =
            sorted.ordinary.iter().chain(&sorted.high).collect();
        let records: Vec<Record> = tools
            .iter()
            .map(|tool| self.decided_record(scope, &decided, tool))
            .map(|record| record.with("chosen_together", sorted.chosen))
            .map(|record| match within.undoes {
                Some(undone) => record.with("undoes", undone.to_string()),
                None => record,
            })
            .collect();
        tx.append_each(&records).await?;
        let ids = tools.iter().map(|tool| tool.id).collect();
        tx.publish(&Event::ToolsDecided { tools: ids }).await?;
        outcome.decided = tools.iter().map(|tool| tool.name.clone()).collect();
        Ok(outcome)
    }

    /// One decision for each of these tools, all for the same reason.
    pub(crate) fn decisions(
        &self,
        scope: &TenantScope,
        (environment, reason): (EnvironmentId, &Statement),
        tools: &[Tool<OperationBrief>],
    ) -> Result<Vec<NewDecision>, Denied> {
        let tools = tools.iter();
        tools
            .map(|tool| self.decision(scope, tool, environment, reason.clone()))
            .collect()
    }
}

/// Whoever may decide about no tool learns nothing about which there are.
fn may_decide(scope: &TenantScope, choice: Choice) -> Result<(), Denied> {
    match choice {
        Choice::Off => scope.check(ActionName::DisableTool),
        Choice::On(_) if scope.may(ActionName::EnableHighRiskTool) => Ok(()),
        Choice::On(_) => scope.check(ActionName::EnableTool),
    }
}

/// Those of the tools to turn on of which nobody has seen all in a list: the definition cannot be
/// read, or more changed than the list shows.
async fn unseen(
    tx: &TenantTx,
    cmd: &DecideTools,
    known: &[ToolBrief],
) -> Result<HashMap<ToolId, ToolDecisionError>, StoreError> {
    if cmd.choice == Choice::Off {
        return Ok(HashMap::new());
    }
    let named: HashSet<ToolId> = cmd.tools.iter().map(|one| one.tool).collect();
    let chosen = known.iter().filter(|view| named.contains(&view.tool.id));
    let chosen: Vec<&ToolBrief> = chosen.collect();
    let waiting = chosen.iter().filter(|view| view.waits.is_some());
    let waiting: Vec<ToolId> = waiting.map(|view| view.tool.id).collect();
    let changes = tx.changes_to_review(&waiting, cmd.environment).await?;
    let cut = changes
        .into_iter()
        .filter(|(_, changes)| changes.iter().any(Change::is_cut));
    let mut unseen: HashMap<ToolId, ToolDecisionError> = cut
        .map(|(tool, _)| (tool, ToolDecisionError::ChangesCut))
        .collect();
    for chunk in chosen.chunks(CHUNK) {
        let versions: Vec<ToolVersionId> = chunk.iter().map(|view| view.tool.version).collect();
        let readable = tx.definitions(&versions).await?;
        for view in chunk {
            if !readable.contains_key(&view.tool.version) {
                unseen.insert(view.tool.id, ToolDecisionError::ToolUnreadable);
            }
        }
    }
    Ok(unseen)
}

async fn write(
    tx: &TenantTx,
    scope: &TenantScope,
    (cmd, together): (&DecideTools, EnablementId),
    (ordinary, high): (&[NewDecision], &[NewDecision]),
) -> Result<(), ToolDecisionError> {
    match cmd.choice {
        Choice::Off => {
            let both = [ordinary, high].concat();
            let permit = scope.allow(DisableTool)?;
            let place = (cmd.environment, together);
            tx.turn_tools_off(permit, place, &both).await?;
        }
        Choice::On(handling) => {
            let place = (cmd.environment, together, handling);
            if !ordinary.is_empty() {
                let permit = TurnOnPermit::Ordinary(scope.allow(EnableTool)?);
                tx.turn_tools_on(permit, place, ordinary).await?;
            }
            if !high.is_empty() {
                let permit = TurnOnPermit::HighRisk(scope.allow(EnableHighRiskTool)?);
                tx.turn_tools_on(permit, place, high).await?;
            }
        }
    }
    Ok(())
}

/// The tools that were chosen, by what becomes of them.
#[derive(Default)]
struct Sorted {
    ordinary: Vec<Tool<OperationBrief>>,
    high: Vec<Tool<OperationBrief>>,
    same: usize,
    were_on: usize,
    refused: Vec<RefusedTool>,
    /// How many these are together.
    chosen: usize,
}

impl Sorted {
    fn of(
        scope: &TenantScope,
        cmd: &DecideTools,
        (known, mut unseen): (Vec<ToolBrief>, HashMap<ToolId, ToolDecisionError>),
    ) -> Self {
        let named = cmd.tools.iter().map(|one| (one.tool, *one));
        let mut wanted: HashMap<ToolId, LookedAt> = named.collect();
        let mut sorted = Self {
            chosen: wanted.len(),
            ..Self::default()
        };
        for view in known {
            let Some(looked_at) = wanted.remove(&view.tool.id) else {
                continue;
            };
            let may_be = match unseen.remove(&view.tool.id) {
                Some(why) => Err(why),
                None => may_be(scope, &view, (looked_at, cmd.choice)),
            };
            let ToolBrief {
                tool,
                state,
                decided,
                ..
            } = view;
            if let Err(why) = may_be {
                sorted.refused.push(RefusedTool {
                    tool: tool.id,
                    name: Some(tool.name),
                    why,
                });
                continue;
            }
            let is_same = decided.is_some_and(|decided| {
                decided.choice == cmd.choice
                    && (cmd.choice == Choice::Off || decided.version == looked_at.version)
            });
            sorted.were_on += usize::from(!is_same && matches!(state, ToolState::On(_)));
            match (is_same, tool.operation.risk.high_risk) {
                (true, _) => sorted.same += 1,
                (false, true) => sorted.high.push(tool),
                (false, false) => sorted.ordinary.push(tool),
            }
        }
        // Gone, another API's or another tenant's: all the same to the caller.
        sorted
            .refused
            .extend(wanted.into_keys().map(|tool| RefusedTool {
                tool,
                name: None,
                why: StoreError::NotFound.into(),
            }));
        sorted
    }
}

/// Says whether this may be decided about a tool that is one of many.
fn may_be(
    scope: &TenantScope,
    view: &ToolBrief,
    (looked_at, choice): (LookedAt, Choice),
) -> Result<(), ToolDecisionError> {
    let Choice::On(handling) = choice else {
        return Ok(());
    };
    // Before the right, which is another one where a risk was lowered: nobody decides about such a
    // tool among others.
    view.stands_alone().map_or(Ok(()), Err)?;
    scope.check(view.needs())?;
    rule::may_be_on(&view.tool, looked_at.version, handling)?;
    rule::may_follow(view.decided.as_ref(), looked_at.seen, choice)
}
