//! A call that needs a countersignature: where it stands, and how an agent is told.
//!
//! The hold is one thing and its presentation another. Here is the presentation that every client
//! understands: an error result that says what is held, where to follow it and until when, and
//! that the same call, made again after the countersignature, runs once.

use std::sync::Arc;

use countersign_approvals::{
    ApprovalError, Consume, Consumption, Ending, Hold, Opened, Proposal, Standing,
};
use countersign_domain::{
    Fault as _,
    decision::{Decision, Rule, Verdict},
    record::{Act, Status},
    text,
};
use countersign_secret_injection::preview;
use countersign_store::{StoreError, catalogue::CredentialFacts};
use serde_json::{Value, json};

use crate::{
    call::{Call, Connected, refuse, run, stopped},
    reply::{META_CALL, META_CODE, META_HOLD, Refusal, ToolResult},
    serve::{Outcome, Request},
    wire::Id,
};

/// Holds the call, or runs it if a human has countersigned exactly this one.
pub(crate) async fn hold(agent: &Request<'_>, id: &Id, (call, to): Connected) -> Outcome {
    let shown = match preview(call.tool.operation(), &call.arguments, to.place()) {
        Ok(shown) => shown,
        Err(error) => {
            let why = error.to_string();
            return refuse(agent, id, &call, Rule::RequestRefused, (error.code(), &why)).await;
        }
    };
    let base_url = to.connection.base_url.to_string();
    // What the countersignature is bound to, also where an argument stands in its place.
    let credential = to
        .connection
        .credential
        .as_ref()
        .map(CredentialFacts::label);
    let why = why(&call);
    let proposal = Proposal {
        call: call.id,
        environment: call.catalogue.endpoint().environment(),
        endpoint: call.catalogue.endpoint().id(),
        tool: call.tool.tool,
        version: call.tool.version,
        tool_name: &call.tool.name,
        class: call.tool.class(),
        high_risk: call.tool.operation().risk.high_risk,
        policy: call.tool.enablement,
        credential: credential.as_deref(),
        arguments: &call.arguments,
        base_url: &base_url,
        request: &shown,
        rule: call.verdict.rule,
        why: &why,
    };
    match agent
        .gateway
        .parts
        .approvals
        .stand(&agent.scope, &proposal)
        .await
    {
        Ok(Standing::Waiting(hold, opened)) => {
            Outcome::Result(waiting(agent, &call, &hold, opened))
        }
        Ok(Standing::TooMany) => {
            let why = "too many calls of this agent, or of all agents of its person, wait for a human already; \
                       nothing was sent";
            refuse(agent, id, &call, Rule::RateLimited, ("too_many_held", why)).await
        }
        Ok(Standing::Approved(hold)) => consume(agent, id, (call, to), &hold).await,
        Ok(Standing::Ended(hold, ending)) => ended(agent, id, &call, &hold, &ending).await,
        Err(ApprovalError::Store(StoreError::CallsStopped)) => stopped(agent, id, &call).await,
        Err(error) => {
            tracing::warn!(code = error.code(), error = %error, "a call could not be held");
            Outcome::Refused(Refusal::internal(
                id.clone(),
                "hold_unavailable",
                "the call could not be held and was not made",
            ))
        }
    }
}

/// Takes the countersignature and runs the call, once.
async fn consume(agent: &Request<'_>, id: &Id, (mut call, to): Connected, hold: &Hold) -> Outcome {
    call.verdict = Verdict {
        decision: Decision::Allow,
        rule: Rule::Countersigned,
    };
    let mut intent = call
        .record(agent, Act::CallIntended)
        .with("digest", hold.held.digest.to_string());
    intent.hold = Some(hold.id);
    let facts = call.facts();
    let record = call.record(agent, Act::CallFinished);
    let mut unsent = record.clone();
    unsent.hold = Some(hold.id);
    let parts = Arc::clone(&agent.gateway.parts);
    let (scope, approved) = (Arc::clone(&agent.scope), hold.clone());
    let authority = async move {
        let consume = Consume {
            hold: &approved,
            facts,
            intent: &intent,
        };
        match parts.approvals.consume(&scope, consume).await {
            Ok(Consumption::Consumed(authorized)) => Ok(authorized),
            Ok(Consumption::Ended(ending)) => Err(Unconsumed::Ended(ending)),
            Err(ApprovalError::Store(StoreError::CallsStopped)) => Err(Unconsumed::Stopped),
            Err(error) => {
                run::not_made(&parts, unsent, error.code());
                Err(Unconsumed::Unknown(error))
            }
        }
    };
    let connected = (call, to);
    match run::send(agent, id, connected, record, authority).await {
        Ok(outcome) => outcome,
        Err((call, Unconsumed::Ended(ending))) => ended(agent, id, &call, hold, &ending).await,
        Err((call, Unconsumed::Stopped)) => stopped(agent, id, &call).await,
        Err((_, Unconsumed::Unknown(error))) => {
            tracing::error!(code = error.code(), error = %error, "a countersignature could not be consumed");
            Outcome::Refused(Refusal::internal(
                id.clone(),
                "hold_unavailable",
                "the call was not made",
            ))
        }
    }
}

/// Why a countersignature does not let a call through.
enum Unconsumed {
    Ended(Ending),
    /// All calls are stopped. It is not consumed.
    Stopped,
    /// It may have been consumed all the same.
    Unknown(ApprovalError),
}

/// Tells the agent that a human has to look first.
fn waiting(agent: &Request<'_>, call: &Call, hold: &Hold, opened: Opened) -> Value {
    let page = page(agent, hold);
    let until = hold.held.expires_at.format("%Y-%m-%d %H:%M:%S UTC");
    let text = format!(
        "Held for approval by a human: {} ({}). Hold {}. Follow or decide it at {page}. It expires at {until}. \
         Nothing has been sent. After it is countersigned, call {} again with exactly the same arguments and it runs once.",
        call.tool.name, hold.held.why, hold.id, call.tool.name,
    );
    let mut result = ToolResult::text(true, text);
    // Asking again is no new call, and has no record of its own.
    if opened == Opened::New {
        result.meta[META_CALL] = json!(call.id.to_string());
    }
    result.meta[META_CODE] = json!("held");
    result.meta[META_HOLD] = json!({
        "id": hold.id.to_string(),
        "state": hold.state.as_str(),
        "page": page,
        "expiresAt": hold.held.expires_at.to_rfc3339(),
    });
    json!(result)
}

/// Tells the agent, once, how its hold ended; the next identical call is a new one.
async fn ended(agent: &Request<'_>, id: &Id, call: &Call, hold: &Hold, ending: &Ending) -> Outcome {
    let (rule, code, why) = match ending {
        Ending::Rejected(judgement) => {
            let reason = text::strip(&judgement.reason, 500);
            let why =
                format!("a reviewer rejected this call: {reason}. Do not repeat it unchanged");
            (Rule::Rejected, "approval_rejected", why)
        }
        Ending::Expired => {
            let why = "nobody decided about this call in time; nothing was sent. Calling again asks again";
            (Rule::Expired, "approval_expired", why.to_owned())
        }
        Ending::Stale => {
            let why = "something that the approval was bound to has changed since; nothing was sent. Calling again asks again";
            (Rule::ApprovalStale, "approval_stale", why.to_owned())
        }
        Ending::AlreadyUsed => {
            let why = "the one call that was countersigned has been made. Calling again asks again";
            (Rule::ApprovalStale, "approval_already_used", why.to_owned())
        }
    };
    let why = format!("{why} (hold {})", hold.id);
    refuse_held(agent, id, call, hold, (rule, code, &why)).await
}

async fn refuse_held(
    agent: &Request<'_>,
    id: &Id,
    call: &Call,
    hold: &Hold,
    (rule, code, why): (Rule, &str, &str),
) -> Outcome {
    let mut record = call.record(agent, Act::CallDenied);
    record.hold = Some(hold.id);
    record.verdict = Some(Verdict {
        decision: Decision::Deny,
        rule,
    });
    record.status = Some(Status::Refused);
    record.code = Some(code.to_owned());
    if let Err(error) = agent.gateway.parts.recorder.record(record).await {
        tracing::error!(error = %error, "a refusal was not written");
        return Outcome::Refused(super::NoRecord::for_request(id));
    }
    let mut result = ToolResult::refusal(code, why);
    result.meta[META_CALL] = json!(call.id.to_string());
    result.meta[META_HOLD] = json!({"id": hold.id.to_string(), "page": page(agent, hold)});
    Outcome::Result(json!(result))
}

fn page(agent: &Request<'_>, hold: &Hold) -> String {
    agent
        .gateway
        .parts
        .public_url
        .link(&format!("/t/{}/holds/{}", agent.tenant, hold.id))
}

/// Why a human has to look, in words that stand on the page and in the answer.
fn why(call: &Call) -> String {
    let class = call.tool.class().as_str();
    if call.verdict.rule != Rule::HighRisk {
        return format!("{class}: a member decided that each call of this tool waits");
    }
    let reason = call.tool.operation().risk.reasons.first();
    let because = reason.map_or("it is classified so", |reason| reason.text.as_str());
    text::strip(&format!("{class}, high-risk: {because}"), 300)
}
