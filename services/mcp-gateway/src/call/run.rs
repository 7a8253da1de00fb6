//! Running a call that may run: record, send, record, answer.
//!
//! It runs apart from the connection. A client that goes away stops waiting, but what was sent is
//! still written down.

use std::{
    future::{Future, ready},
    sync::Arc,
};

use countersign_access::{CallTool, TenantScope};
use countersign_domain::{
    Fault as _,
    decision::{Rule, Runs},
    id::HoldId,
    record::{Act, Record, Status},
};
use countersign_reporting::RecordError;
use countersign_secret_injection::{DispatchOutcome, OutboundCall, Sent, ToolAnswer};
use countersign_store::{Authorized, NotAuthorized};
use serde_json::{Value, json};

use crate::{
    call::{Call, Connected, NoRecord, stopped},
    era::Era,
    gateway::Parts,
    reply::{META_CALL, META_HOLD, META_OUTPUT, Refusal, ToolResult},
    serve::{Outcome, Request},
    wire::Id,
    written::Written,
};

/// What an agent is told whose READ was made while people stopped all calls.
const WITHHELD: &str = "people have stopped all calls of this organisation; what was read is not given. \
     Do not try again until a person says that calls go out again";

/// Why a call that was let through was not made after all.
enum NotMade {
    /// All calls are stopped, and its intent is not on record.
    Stopped,
    /// Its intent is not known to be on record.
    NoRecord(RecordError),
    NoProof(NotAuthorized),
}

/// Runs a call that needs no countersignature.
pub(crate) async fn run(
    agent: &Request<'_>,
    id: &Id,
    (call, to): Connected,
    runs: Runs,
) -> Outcome {
    let Ok(permit) = agent.scope.allow(CallTool) else {
        return agent.insufficient_scope(&[call.tool.class()]);
    };
    let facts = call.facts();
    let sent = if call.tool.only_reads() {
        let record = call.record(agent, Act::CallAnswered);
        let authority = ready(Authorized::read(permit, facts, runs).map_err(NotMade::NoProof));
        send(agent, id, (call, to), record, authority).await
    } else {
        let parts = Arc::clone(&agent.gateway.parts);
        let intent = call.record(agent, Act::CallIntended);
        let record = call.record(agent, Act::CallFinished);
        let unsent = record.clone();
        let authority = async move {
            match parts.recorder.record(intent).await {
                Ok(intent) => {
                    Authorized::intended(permit, facts, runs, intent).map_err(NotMade::NoProof)
                }
                Err(RecordError::CallsStopped) => Err(NotMade::Stopped),
                Err(error) => {
                    not_made(&parts, unsent, error.code());
                    Err(NotMade::NoRecord(error))
                }
            }
        };
        send(agent, id, (call, to), record, authority).await
    };
    match sent {
        Ok(answer) => answer,
        Err((call, NotMade::Stopped)) => stopped(agent, id, &call).await,
        Err((_, NotMade::NoRecord(error))) => {
            tracing::error!(error = %error, "an intent was not written");
            Outcome::Refused(NoRecord::for_request(id))
        }
        Err((_, NotMade::NoProof(error))) => {
            tracing::error!(error = %error, "a call came without its proof");
            Outcome::Refused(Refusal::internal(
                id.clone(),
                error.code(),
                "the call was not made",
            ))
        }
    }
}

/// Writes that nothing was sent, where an intent may be on record all the same. Nobody waits for it.
pub(crate) fn not_made(parts: &Parts, mut record: Record, code: &str) {
    record.status = Some(Status::Refused);
    record.code = Some(code.to_owned());
    let recorder = parts.recorder.clone();
    let written = async move {
        if let Err(error) = recorder.record(record).await {
            tracing::error!(error = %error, "that a call was not made was not written");
        }
    };
    parts.tracker.spawn_on(written, &parts.runtime);
}

/// Gets the authority for a call and sends it, apart from this connection, and waits for its
/// recorded answer. So an authority that is on record is always used.
///
/// # Errors
/// When there is no authority; the call comes back with the reason.
pub(crate) async fn send<E: Send + 'static>(
    agent: &Request<'_>,
    id: &Id,
    connected: Connected,
    record: Record,
    authority: impl Future<Output = Result<Authorized, E>> + Send + 'static,
) -> Result<Outcome, (Box<Call>, E)> {
    let parts = Arc::clone(&agent.gateway.parts);
    let scope = Arc::clone(&agent.scope);
    let to = (agent.era, id.clone());
    let work = async move {
        match authority.await {
            Ok(authorized) => Ok(finish(parts, scope, connected, (authorized, record), to).await),
            Err(why) => Err((Box::new(connected.0), why)),
        }
    };
    let (tracker, runtime) = (&agent.gateway.parts.tracker, &agent.gateway.parts.runtime);
    Ok(match tracker.spawn_on(work, runtime).await {
        Ok(made) => match made? {
            Ok(answer) => Outcome::Body(answer),
            Err(unrecorded) => Outcome::Refused(unrecorded.for_request(id)),
        },
        Err(error) => {
            tracing::error!(error = %error, "a call did not finish");
            let reason = "outcome_unknown";
            Outcome::Refused(Refusal::internal(
                id.clone(),
                reason,
                "what became of the call is not known",
            ))
        }
    })
}

/// Everything after the decision, up to the committed record. No record, no answer.
#[expect(clippy::disallowed_methods, reason = "the one place that sends calls")]
async fn finish(
    parts: Arc<Parts>,
    scope: Arc<TenantScope>,
    (mut call, destination): Connected,
    (authorized, mut record): (Authorized, Record),
    to: (Era, Id),
) -> Result<Written, Unrecorded> {
    let hold = authorized.hold();
    record.hold = hold;
    let reading = call.under_way.room.for_reading();
    let outbound = OutboundCall {
        scope: &scope,
        version: call.tool.version,
        operation: call.tool.operation(),
        arguments: &call.arguments,
        connection: &destination.connection,
        addresses: &destination.addresses,
        room: &reading,
    };
    let mut outcome = parts.dispatch.send(authorized, outbound).await;
    drop(reading);
    let record = concluded(record, &call, &outcome);
    let mut answer = written(&call, hold, &mut outcome, &to);
    if !call.under_way.room.fits(answer.len()) {
        if let Ok(answer) = &mut outcome.result {
            answer.shorten();
        }
        answer = written(&call, hold, &mut outcome, &to);
    }
    let (answer, sent) = (Written::from(answer), outcome.sent);
    // While the record is written the answer is here once, as bytes.
    drop(outcome);
    match parts.recorder.record(record).await {
        Ok(_committed) => Ok(answer.keeping(call.under_way.room.hand_over())),
        Err(RecordError::CallsStopped) => {
            let mut withheld = ToolResult::refusal(Rule::Stopped.as_str(), WITHHELD);
            withheld.meta[META_CALL] = json!(call.id.to_string());
            Ok(withheld.written(to.0, &to.1).into())
        }
        Err(error) => {
            tracing::error!(error = %error, call.id = %call.id, "an outcome was not written");
            Err(Unrecorded { sent })
        }
    }
}

/// The whole answer, for whom it goes to.
fn written(
    call: &Call,
    hold: Option<HoldId>,
    outcome: &mut DispatchOutcome,
    (era, id): &(Era, Id),
) -> Vec<u8> {
    let mut result = answer(call, outcome);
    result.meta[META_CALL] = json!(call.id.to_string());
    if let Some(hold) = hold {
        result.meta[META_HOLD] = json!({"id": hold.to_string(), "state": "consumed"});
    }
    result.written(*era, id)
}

fn answer(call: &Call, outcome: &mut DispatchOutcome) -> ToolResult {
    let unknown = is_unknown(call, outcome);
    match &mut outcome.result {
        Ok(answer) => {
            let mut result = ToolResult::text(answer.is_error, answer.text.clone());
            structure(&mut result, call, answer);
            if !answer.flags.is_empty() || answer.truncated || outcome.redacted {
                let mut flags: Vec<Value> = answer
                    .flags
                    .iter()
                    .map(|flag| json!(flag.as_str()))
                    .collect();
                flags.extend(answer.truncated.then(|| json!("truncated")));
                flags.extend(outcome.redacted.then(|| json!("credential_redacted")));
                result.meta["dev.countersign/flags"] = json!(flags);
            }
            result
        }
        Err(error) if unknown => {
            let why = format!("{error}; the request may have taken effect and was not repeated");
            ToolResult::refusal(error.code(), &why)
        }
        Err(error) => ToolResult::refusal(error.code(), &error.to_string()),
    }
}

/// Sets the structured answer. Where an output schema may have been published, there always is
/// one that fits it: clients lose a success that has none. Otherwise only objects are given, which
/// are what all eras know.
fn structure(result: &mut ToolResult, call: &Call, answer: &mut ToolAnswer) {
    if answer.is_error {
        return;
    }
    let Some(published) = call.tool.output() else {
        result.structured_content = answer.structured.take().filter(Value::is_object);
        return;
    };
    let (given, fit) = published.fit(answer.structured.take(), &answer.text);
    result.structured_content = Some(given);
    if let Some(problem) = fit.problem() {
        result.meta[META_OUTPUT] = json!(problem);
    }
}

/// The call was made, and how it ended could not be written down. Its answer stays here.
struct Unrecorded {
    sent: Sent,
}

impl Unrecorded {
    fn for_request(&self, id: &Id) -> Refusal {
        let what = match self.sent {
            Sent::No => "nothing was sent, and the outcome could not be recorded",
            Sent::Yes | Sent::Perhaps => {
                "the call was made, but its outcome could not be recorded; do not simply repeat it"
            }
        };
        Refusal::internal(id.clone(), "outcome_unrecorded", what)
    }
}

/// Something may have been changed and nobody can say whether it was.
fn is_unknown(call: &Call, outcome: &DispatchOutcome) -> bool {
    outcome.result.is_err() && outcome.sent == Sent::Perhaps && !call.tool.only_reads()
}

/// Adds how the call ended.
fn concluded(mut record: Record, call: &Call, outcome: &DispatchOutcome) -> Record {
    // What only reads changes nothing, so not knowing whether it arrived is an ordinary error.
    let status = outcome.status();
    record.status = Some(if call.tool.only_reads() && status == Status::Unknown {
        Status::Error
    } else {
        status
    });
    record.code = outcome.code().map(str::to_owned);
    record.upstream_status = outcome.upstream_status;
    record.latency_us = i64::try_from(call.began.elapsed().as_micros()).ok();
    record.credential.clone_from(&outcome.credential);
    if outcome.redacted {
        record = record.with("redacted", true);
    }
    record
}
