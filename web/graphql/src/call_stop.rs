//! Stopping all calls at once, and letting them go out again.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use countersign_tool_registry::{self as tool_registry, ResumeCalls};

use crate::{
    api::CALL,
    context::{ContextExt as _, enter},
    fault::{given, id, known, to_graphql},
    scalar::Moment,
};

/// A time in which no call of the tenant's agents goes out.
#[derive(SimpleObject)]
pub(crate) struct CallStop {
    /// Names it.
    id: ID,
    /// Since when.
    at: Moment,
    /// Who stopped them.
    by: String,
    /// Why.
    reason: String,
}

/// Changes to all calls at once.
#[derive(Default)]
pub(crate) struct CallStopMutations;

#[Object]
impl CallStopMutations {
    /// Stops all calls of the tenant's agents: also reads, and what is countersigned. Held calls
    /// stay; they can be rejected and not countersigned. Tools are listed as before.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn stop_calls(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        reason: String,
    ) -> Result<CallStop> {
        let caller = enter(ctx, &tenant).await?;
        let reason = given("reason", &reason)?;
        let registry = &ctx.services().registry;
        let stopped = registry.stop_calls(&caller.scope, reason).await;
        stopped.map(CallStop::from).map_err(to_graphql)
    }

    /// Ends a stop: calls go out again, and of what was countersigned what still stands. Returns the
    /// stop's id.
    #[graphql(complexity = "CALL")]
    async fn resume_calls(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        stop: ID,
        reason: String,
    ) -> Result<ID> {
        let caller = enter(ctx, &tenant).await?;
        let resume = ResumeCalls {
            stop: known(&stop)?,
            reason: given("reason", &reason)?,
        };
        let registry = &ctx.services().registry;
        let resumed = registry.resume_calls(&caller.scope, resume).await;
        resumed.map(|()| stop).map_err(to_graphql)
    }
}

impl From<tool_registry::CallStop> for CallStop {
    fn from(stop: tool_registry::CallStop) -> Self {
        Self {
            id: id(stop.id),
            at: stop.at.into(),
            by: stop.by,
            reason: stop.reason,
        }
    }
}
