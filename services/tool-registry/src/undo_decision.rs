//! Undoes what was decided about many tools together.

use std::collections::HashMap;

use countersign_access::{ActionName, TenantScope};
use countersign_domain::{
    decision::Handling,
    id::{EnablementId, EnvironmentId, SourceId},
    name::Statement,
    tool::Choice,
};
use countersign_store::{StoreError, decisions_together::DecidedTogether};

use crate::{
    DecideTools, DecidedTools, LookedAt, RefusedTool, Registry, Seen, ToolBrief, ToolDecisionError,
    decide_tools::Within, rule, tools::briefs,
};

/// What can have been decided before.
const CHOICES: [Choice; 3] = [
    Choice::Off,
    Choice::On(Handling::Hold),
    Choice::On(Handling::Run),
];

/// The wish that many tools be again what they were before somebody decided about them together.
#[derive(Clone, Copy, Debug)]
pub struct UndoDecision {
    /// Their API.
    pub source: SourceId,
    /// Where.
    pub environment: EnvironmentId,
    /// The decision that is undone, as all rows of it name it.
    pub decision: EnablementId,
}

impl Registry {
    /// About how many tools the caller's own decision still stands: those that undoing it is about. Of
    /// what nobody decided, or somebody else did, it is none.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub async fn undoable(
        &self,
        scope: &TenantScope,
        cmd: UndoDecision,
    ) -> Result<usize, StoreError> {
        let tx = self.store.begin(scope).await?;
        let place = (cmd.source, cmd.environment);
        let together = tx.decided_together(place, cmd.decision).await?;
        let own = |one: &&DecidedTogether| one.stands && scope.member() == Some(one.by);
        Ok(together.iter().filter(own).count())
    }

    /// Decides about each of the tools what had been decided before, by the rules for deciding that:
    /// turning on again what was turned off takes what turning on takes. Where nobody had decided, the
    /// tool is turned off. One about which somebody has decided otherwise since stays as it is, and is
    /// named as refused.
    ///
    /// # Errors
    /// When the caller may decide about no tool at all, or there is no such decision here.
    pub async fn undo_decision(
        &self,
        scope: &TenantScope,
        cmd: UndoDecision,
    ) -> Result<DecidedTools, ToolDecisionError> {
        scope.check(ActionName::DisableTool)?;
        let tx = self.store.begin(scope).await?;
        tx.lock_tools(cmd.source).await?;
        let place = (cmd.source, cmd.environment);
        let together = tx.decided_together(place, cmd.decision).await?;
        let reason = reason(together.first().ok_or(StoreError::NotFound)?);
        let known = briefs(&tx, cmd.source, cmd.environment).await?;
        let mut undo = Undo::of(&together, known);
        let mut all = DecidedTools {
            refused: undo.refused,
            ..DecidedTools::default()
        };
        for choice in CHOICES {
            let (tools, known) = undo.choices.remove(&choice).unwrap_or_default();
            let decide = DecideTools {
                source: cmd.source,
                environment: cmd.environment,
                choice,
                tools,
                reason: reason.clone(),
            };
            let within = Within {
                tx: &tx,
                together: all.decision,
                undoes: Some(cmd.decision),
            };
            let outcome = self.decide_in(scope, within, (known, &decide)).await?;
            all.decided.extend(outcome.decided);
            all.were_on += outcome.were_on;
            all.same += outcome.same;
            all.refused.extend(outcome.refused);
            all.decision = all.decision.or(outcome.decision);
        }
        self.committed(scope, tx, all).await
    }
}

/// Why it is undone: because it was decided, in the words of whoever did.
fn reason(undone: &DecidedTogether) -> Statement {
    let told = format!("Undone: {}", undone.reason);
    let told: String = told.chars().take(500).collect();
    // Another version of the server may have allowed what cannot be written now.
    told.parse()
        .unwrap_or_else(|_| "Undone".parse().expect("words enough"))
}

/// The tools, by what had been decided about them before.
#[derive(Default)]
struct Undo {
    choices: HashMap<Choice, (Vec<LookedAt>, Vec<ToolBrief>)>,
    refused: Vec<RefusedTool>,
}

impl Undo {
    fn of(together: &[DecidedTogether], known: Vec<ToolBrief>) -> Self {
        let known = known.into_iter().map(|view| (view.tool.id, view));
        let mut known: HashMap<_, _> = known.collect();
        let mut undo = Self::default();
        for one in together {
            let Some(view) = known.remove(&one.tool) else {
                undo.refuse(one, None, StoreError::NotFound.into());
                continue;
            };
            let (choice, version) = one.before.unwrap_or((Choice::Off, view.tool.version));
            // As if only the decision that is undone had been seen.
            let seen = if one.stands {
                Seen::from(view.decided.as_ref())
            } else {
                Seen::Nothing
            };
            if let Err(why) = rule::may_follow(view.decided.as_ref(), seen, choice) {
                undo.refuse(one, Some(view.tool.name), why);
                continue;
            }
            let (tools, views) = undo.choices.entry(choice).or_default();
            tools.push(LookedAt {
                tool: one.tool,
                version,
                seen,
            });
            views.push(view);
        }
        undo
    }

    fn refuse(&mut self, one: &DecidedTogether, name: Option<String>, why: ToolDecisionError) {
        let tool = one.tool;
        self.refused.push(RefusedTool { tool, name, why });
    }
}
