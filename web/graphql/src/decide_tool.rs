//! Turning tools on and off.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use countersign_tool_registry::{TurnOff, TurnOn, TurnOnReads};

use crate::{
    api::CALL,
    context::{ContextExt as _, enter},
    decide_tools::seen,
    fault::{given, known, to_graphql},
    tool::{Handling, ToolDecision},
};

/// The wish to turn all READ tools of an API on.
#[derive(InputObject)]
struct TurnReadsOnInput {
    /// The API.
    source: ID,
    /// Where.
    environment: ID,
    /// Why.
    reason: String,
}

/// The wish to turn a tool on.
#[derive(InputObject)]
struct TurnToolOnInput {
    /// The tool.
    tool: ID,
    /// The definition that was looked at; another is refused.
    version: ID,
    /// The decision about it that was seen, `null` where there was none. Another that says otherwise
    /// is refused; without this field nobody looks.
    decision: MaybeUndefined<ID>,
    /// Where.
    environment: ID,
    /// What its calls do. High-risk tools can only be held.
    handling: Handling,
    /// Why.
    reason: String,
}

/// The wish to turn a tool off.
#[derive(InputObject)]
struct TurnToolOffInput {
    /// The tool.
    tool: ID,
    /// Where.
    environment: ID,
    /// Why.
    reason: String,
}

/// Decisions about tools.
#[derive(Default)]
pub(crate) struct ToolMutations;

#[Object]
impl ToolMutations {
    /// Turns on every READ tool of an API that is not high-risk and that nobody has decided about,
    /// whichever those are by then; `decideTools` turns on those that somebody has seen.
    /// One whose text has to be read, or whose risk somebody overrode, is turned on by itself.
    /// Returns how many.
    #[graphql(complexity = "CALL")]
    async fn turn_on_reads(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        input: TurnReadsOnInput,
    ) -> Result<usize> {
        let caller = enter(ctx, &tenant).await?;
        let turn_on = TurnOnReads {
            source: known(&input.source)?,
            environment: known(&input.environment)?,
            reason: given("reason", &input.reason)?,
        };
        let registry = &ctx.services().registry;
        let turned_on = registry.turn_on_reads(&caller.scope, turn_on).await;
        turned_on.map_err(to_graphql)
    }

    /// Turns a tool on, or changes how its calls are handled.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn turn_on_tool(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        input: TurnToolOnInput,
    ) -> Result<ToolDecision> {
        let caller = enter(ctx, &tenant).await?;
        let turn_on = TurnOn {
            tool: known(&input.tool)?,
            version: known(&input.version)?,
            seen: seen(&input.decision)?,
            environment: known(&input.environment)?,
            handling: input.handling.into(),
            reason: given("reason", &input.reason)?,
        };
        let decided = ctx
            .services()
            .registry
            .turn_on(&caller.scope, turn_on)
            .await;
        decided.map(ToolDecision::from).map_err(to_graphql)
    }

    /// Turns a tool off, whatever its state. It stays off when READ tools are turned on together.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn turn_off_tool(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        input: TurnToolOffInput,
    ) -> Result<ToolDecision> {
        let caller = enter(ctx, &tenant).await?;
        let turn_off = TurnOff {
            tool: known(&input.tool)?,
            environment: known(&input.environment)?,
            reason: given("reason", &input.reason)?,
        };
        let registry = &ctx.services().registry;
        let decided = registry.turn_off(&caller.scope, turn_off).await;
        decided.map(ToolDecision::from).map_err(to_graphql)
    }
}
