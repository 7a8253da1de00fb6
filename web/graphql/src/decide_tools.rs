//! One decision about many tools.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use countersign_domain::{Fault as _, tool::Choice};
use countersign_tool_registry::{self as tool_registry, DecideTools, LookedAt, Seen, UndoDecision};

use crate::{
    api::CALL,
    context::{ContextExt as _, enter},
    fault::{given, id, known, to_graphql},
    tool::Handling,
};

/// A tool, and the definition of it that was looked at.
#[derive(InputObject)]
struct ChosenTool {
    /// The tool.
    tool: ID,
    /// The definition; about another nothing is decided.
    version: ID,
    /// The decision about it that was seen, `null` where there was none. Where there is another that
    /// says otherwise, it is not turned on; without this field nobody looks.
    decision: MaybeUndefined<ID>,
}

/// The wish to decide the same about many tools of an API.
#[derive(InputObject)]
struct DecideToolsInput {
    /// The API.
    source: ID,
    /// Where.
    environment: ID,
    /// What their calls do from now on; without it, the tools are turned off.
    handling: Option<Handling>,
    /// Which tools.
    tools: Vec<ChosenTool>,
    /// Why; kept in the audit log with each of them.
    reason: String,
}

/// What became of a wish about many tools.
#[derive(SimpleObject)]
struct DecidedTools {
    /// Names of those that were decided.
    decided: Vec<String>,
    /// How many had been decided the same before.
    same: usize,
    /// Those that were refused.
    refused: Vec<RefusedTool>,
    /// The decision that the rows of all of them name, which can be undone.
    decision: Option<ID>,
}

/// A tool about which nothing was decided.
#[derive(SimpleObject)]
struct RefusedTool {
    /// Which.
    tool: ID,
    /// Its name, if it is there.
    name: Option<String>,
    /// Why, as a stable code.
    code: &'static str,
}

/// Decisions about many tools.
#[derive(Default)]
pub(crate) struct ToolsMutations;

#[Object]
impl ToolsMutations {
    /// Decides the same about many tools of an API, each by the rules for one and with its own row
    /// in the audit log. One whose text has to be read, whose risk somebody overrode or was more when
    /// somebody decided about it, or of which an import changed what lets one in, where it lives or
    /// more than a list shows, is not turned on among others. A refusal loses nothing else.
    #[graphql(complexity = "CALL + 3 * child_complexity")]
    async fn decide_tools(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        input: DecideToolsInput,
    ) -> Result<DecidedTools> {
        let caller = enter(ctx, &tenant).await?;
        let command = DecideTools {
            source: known(&input.source)?,
            environment: known(&input.environment)?,
            choice: input
                .handling
                .map_or(Choice::Off, |handling| Choice::On(handling.into())),
            tools: chosen(&input.tools)?,
            reason: given("reason", &input.reason)?,
        };
        let registry = &ctx.services().registry;
        let outcome = registry.decide_tools(&caller.scope, command).await;
        outcome.map(DecidedTools::from).map_err(to_graphql)
    }

    /// Sets many tools of an API back to what they were before one decision about them, each by the
    /// rules for one and with its own row in the audit log; one that nobody had decided about is turned
    /// off. One about which somebody has decided since stays as it is, and is refused.
    #[graphql(complexity = "CALL + 3 * child_complexity")]
    async fn undo_decision(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        source: ID,
        environment: ID,
        decision: ID,
    ) -> Result<DecidedTools> {
        let caller = enter(ctx, &tenant).await?;
        let command = UndoDecision {
            source: known(&source)?,
            environment: known(&environment)?,
            decision: known(&decision)?,
        };
        let registry = &ctx.services().registry;
        let outcome = registry.undo_decision(&caller.scope, command).await;
        outcome.map(DecidedTools::from).map_err(to_graphql)
    }
}

/// The decision that was seen, if that is said.
pub(crate) fn seen(decision: &MaybeUndefined<ID>) -> Result<Seen> {
    Ok(match decision {
        MaybeUndefined::Undefined => Seen::Unsaid,
        MaybeUndefined::Null => Seen::Nothing,
        MaybeUndefined::Value(id) => Seen::Decision(known(id)?),
    })
}

fn chosen(tools: &[ChosenTool]) -> Result<Vec<LookedAt>> {
    let tools = tools.iter();
    tools
        .map(|one| {
            Ok(LookedAt {
                tool: known(&one.tool)?,
                version: known(&one.version)?,
                seen: seen(&one.decision)?,
            })
        })
        .collect()
}

impl From<tool_registry::DecidedTools> for DecidedTools {
    fn from(outcome: tool_registry::DecidedTools) -> Self {
        let refused = outcome.refused.into_iter();
        Self {
            decided: outcome.decided,
            same: outcome.same,
            decision: outcome.decision.map(id),
            refused: refused
                .map(|one| RefusedTool {
                    tool: id(one.tool),
                    name: one.name,
                    code: one.why.code(),
                })
                .collect(),
        }
    }
}
