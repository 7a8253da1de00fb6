//! Held calls, and deciding about them.

use async_graphql::{Context, Enum, ID, InputObject, Json, Object, Result, SimpleObject};
use countersign_approvals::{self as approvals, Decide};
use countersign_domain::{digest::Digest, hold as domain};
use serde_json::{Map, Value};

use crate::{
    api::CALL,
    context::{ContextExt as _, enter},
    fault::{given, id, invalid, known, to_graphql},
    scalar::Moment,
    tenant::RiskClass,
};

/// Which held calls to list.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "approvals::HoldsWanted")]
pub(crate) enum HoldsWanted {
    /// Those that wait for a reviewer.
    Waiting,
    /// The latest that do not.
    Decided,
}

/// Where a held call is in its life.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
enum HoldState {
    /// Nobody has decided.
    Pending,
    /// A reviewer said yes; the agent's next identical call runs.
    Countersigned,
    /// A reviewer said no.
    Rejected,
    /// Time ran out first.
    Expired,
    /// Something that the approval is bound to has changed.
    Stale,
    /// The one call it was for has been sent.
    Consumed,
}

/// A reviewer's answer.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "domain::Answer")]
enum Answer {
    /// Run exactly this call, once.
    Countersign,
    /// Do not.
    Reject,
}

/// A call that waits, or waited, for a human.
#[derive(SimpleObject)]
pub(crate) struct Hold {
    /// Names it.
    id: ID,
    /// Where it is in its life.
    state: HoldState,
    /// The tool.
    tool: ID,
    /// What agents call it.
    tool_name: String,
    /// Its class.
    class: RiskClass,
    /// It is held because it is high-risk, not by choice.
    high_risk: bool,
    /// The environment.
    environment: ID,
    /// Why it is held.
    why: String,
    /// The arguments, exactly.
    arguments: Json<Map<String, Value>>,
    /// The request's method.
    method: String,
    /// The request's final URL.
    url: String,
    /// The request's headers and body as they would be sent, without the credential.
    request: Json<domain::ShownRequest>,
    /// Which credential would be used.
    credential: Option<String>,
    /// The person the agent acts for.
    requester: String,
    /// What the agent calls itself: a claim, not a fact.
    client_name: String,
    /// What a countersignature vouches for; send it back as `shown`.
    digest: String,
    /// Since when.
    created_at: Moment,
    /// After this nothing runs.
    expires_at: Moment,
    /// Who decided, when and why.
    decided: Option<Decision>,
    /// When it was sent.
    consumed_at: Option<Moment>,
}

/// A reviewer's decision.
#[derive(SimpleObject)]
struct Decision {
    /// Who.
    by: Option<String>,
    /// When.
    at: Moment,
    /// Why, in the reviewer's words.
    reason: String,
}

/// A reviewer's decision about exactly what was shown.
#[derive(InputObject)]
struct DecideHoldInput {
    /// The held call.
    hold: ID,
    /// Yes or no.
    answer: Answer,
    /// The digest that came with what was shown.
    shown: String,
    /// Why.
    reason: String,
}

/// Decisions about held calls.
#[derive(Default)]
pub(crate) struct HoldMutations;

#[Object]
impl HoldMutations {
    /// Countersigns or rejects a held call, once. Nobody countersigns for themselves.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn decide_hold(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        input: DecideHoldInput,
    ) -> Result<Hold> {
        let caller = enter(ctx, &tenant).await?;
        let shown = Digest::parse(&input.shown);
        let decide = Decide {
            hold: known(&input.hold)?,
            answer: input.answer.into(),
            shown: shown.ok_or_else(|| invalid("shown", "send the digest of the held call"))?,
            reason: given("reason", &input.reason)?,
        };
        let decided = ctx.services().approvals.decide(&caller.scope, decide).await;
        decided.map(Hold::from).map_err(to_graphql)
    }
}

impl From<approvals::Hold> for Hold {
    fn from(found: approvals::Hold) -> Self {
        let (state, judgement) = match found.state {
            domain::HoldState::Pending => (HoldState::Pending, None),
            domain::HoldState::Countersigned(by) => (HoldState::Countersigned, Some(by)),
            domain::HoldState::Rejected(by) => (HoldState::Rejected, Some(by)),
            domain::HoldState::Expired => (HoldState::Expired, None),
            domain::HoldState::Stale => (HoldState::Stale, None),
            domain::HoldState::Consumed(by) => (HoldState::Consumed, Some(by)),
        };
        let by = found.decided_label;
        let held = found.held;
        let sent = held.request.credential.as_ref();
        let credential = sent.map(|sent| sent.label.clone());
        Self {
            id: id(found.id),
            state,
            tool: id(held.tool),
            tool_name: held.tool_name,
            class: held.class.into(),
            high_risk: held.high_risk,
            environment: id(held.environment),
            why: held.why,
            arguments: Json(held.arguments),
            method: held.method,
            url: held.url,
            request: Json(held.request),
            credential,
            requester: held.requester_label,
            client_name: held.client_label,
            digest: held.digest.to_string(),
            created_at: found.created_at.into(),
            expires_at: held.expires_at.into(),
            decided: judgement.map(|judgement| Decision {
                by,
                at: judgement.at.into(),
                reason: judgement.reason,
            }),
            consumed_at: found.consumed_at.map(Moment::from),
        }
    }
}
