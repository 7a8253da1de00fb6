//! The way of a call: find the tool, check, decide, then run it, hold it or refuse it.
//!
//! Nothing here reads the database but for the record and for calls that are held.

mod arguments;
mod held;
mod misfit;
mod run;

use std::{sync::Arc, time::Instant};

use countersign_access::{Actor, TenantScope};
use countersign_domain::{
    Fault as _,
    decision::{Decision, Rule, Ruling, Verdict, decide},
    digest::Digest,
    id::{CallId, GrantId},
    record::{Act, Record, RecordedTool, Status, redact},
    risk::RiskClass,
};
use countersign_secret_injection::{credential_label, reaches_another};
use countersign_store::CallFacts;
use countersign_tool_registry::{Catalogue, CatalogueTool, Destination};
use serde_json::{Map, Value};

use crate::{
    gateway::UnderWay,
    reply::{META_CALL, Refusal, ToolResult},
    serve::{Outcome, Request},
    wire::Id,
};

/// One call of a tool that the agent may see, with arguments that fit.
pub(crate) struct Call {
    pub(crate) id: CallId,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) tool: Arc<CatalogueTool>,
    pub(crate) arguments: Map<String, Value>,
    /// Arguments that came as texts of their JSON.
    pub(crate) decoded: Vec<String>,
    pub(crate) digest: Digest,
    /// What its records say.
    pub(crate) verdict: Verdict,
    pub(crate) began: Instant,
    /// Given back when what became of the call is on record, whether somebody still waits or not.
    pub(crate) under_way: UnderWay,
}

impl Call {
    pub(crate) fn facts(&self) -> CallFacts {
        CallFacts {
            call: self.id,
            version: self.tool.version,
            arguments: self.digest,
        }
    }

    /// A record of this call; the caller adds how it ended.
    pub(crate) fn record(&self, agent: &Request<'_>, act: Act) -> Record {
        let parts = &agent.gateway.parts;
        let mut record = Record::new(&parts.world, agent.scope.tenant(), act, agent.scope.who());
        record.call = Some(self.id);
        record.tool = Some(recorded(&self.catalogue, &self.tool));
        record.arguments = Some(redact(&self.arguments));
        record.arguments_digest = Some(self.digest);
        record.verdict = Some(self.verdict);
        record.credential =
            self.tool.destination.as_ref().and_then(|to| {
                credential_label(self.tool.operation(), &self.arguments, to.place())
            });
        if !self.decoded.is_empty() {
            record = record.with("decoded", self.decoded.clone());
        }
        record
    }
}

fn recorded(catalogue: &Catalogue, tool: &CatalogueTool) -> RecordedTool {
    RecordedTool {
        tool: tool.tool,
        version: tool.version,
        name: tool.name.clone(),
        class: tool.class(),
        endpoint: Some(catalogue.endpoint().id()),
    }
}

/// Answers `tools/call`.
pub(crate) async fn call(agent: &Request<'_>, id: &Id, mut params: Map<String, Value>) -> Outcome {
    let began = Instant::now();
    let Some(Value::String(name)) = params.remove("name") else {
        return Outcome::Refused(Refusal::invalid_params(
            id.clone(),
            "params.name is the name of a tool",
        ));
    };
    let mut arguments = match params.remove("arguments") {
        None => Map::new(),
        Some(Value::Object(arguments)) => arguments,
        Some(_) => {
            return Outcome::Refused(Refusal::invalid_params(
                id.clone(),
                "params.arguments is an object",
            ));
        }
    };
    let (grant, scopes) = granted(agent);
    let tenant = agent.scope.tenant();
    if !agent.gateway.within_rate(tenant, grant) {
        return too_many(agent, id, &name).await;
    }
    let Some(under_way) = agent.gateway.begin(tenant, grant) else {
        return too_many(agent, id, &name).await;
    };
    let catalogue = match agent
        .gateway
        .parts
        .catalogues
        .get(agent.tenant, agent.endpoint)
        .await
    {
        Ok(Some(catalogue)) => catalogue,
        Ok(None) => return unknown(agent, id, &name).await,
        Err(error) => {
            tracing::warn!(error = %error, "no catalogue");
            return Outcome::Refused(unavailable(id));
        }
    };
    let Some(tool) = catalogue.get(&name) else {
        return unknown(agent, id, &name).await;
    };
    let decoded = arguments::settle(&tool.operation().input_schema, &mut arguments);
    let ruling = decide(&tool.policy(), scopes);
    let Ok(digest) = Digest::of_canonical(&arguments) else {
        return Outcome::Refused(Refusal::invalid_params(
            id.clone(),
            "params.arguments has no canonical form",
        ));
    };
    let call = Call {
        id: agent.gateway.parts.world.id(),
        tool: Arc::clone(tool),
        catalogue: Arc::clone(&catalogue),
        arguments,
        decoded,
        digest,
        verdict: ruling.verdict(),
        began,
        under_way,
    };
    admit(agent, id, call, ruling).await
}

/// A call with the place it goes to.
pub(crate) type Connected = (Call, Destination);

/// Checks what is left to check, in the order that tells a caller the least, and goes on.
async fn admit(agent: &Request<'_>, id: &Id, call: Call, ruling: Ruling) -> Outcome {
    if call.catalogue.calls_are_stopped() {
        return stopped(agent, id, &call).await;
    }
    let runs = match ruling {
        Ruling::Run(runs) => Some(runs),
        Ruling::Hold(_) => None,
        Ruling::Deny(rule) => {
            return match write(agent, denied(agent, &call, rule, None)).await {
                Ok(()) => agent.insufficient_scope(&[call.tool.class()]),
                Err(NoRecord) => Outcome::Refused(NoRecord::for_request(id)),
            };
        }
    };
    if let Some(why) = misfit::misfit(&call) {
        return refuse(
            agent,
            id,
            &call,
            Rule::ArgumentsRefused,
            ("invalid_arguments", &why),
        )
        .await;
    }
    let Some(to) = call.tool.destination.clone() else {
        let why = "this API has no address in this environment yet; a member has to set one";
        return refuse(agent, id, &call, Rule::NotConnected, ("not_connected", why)).await;
    };
    if let Some(error) = reaches_another(call.tool.operation(), &call.arguments, to.place()) {
        let why = error.to_string();
        return refuse(agent, id, &call, Rule::RequestRefused, (error.code(), &why)).await;
    }
    match runs {
        Some(runs) => run::run(agent, id, (call, to), runs).await,
        None => held::hold(agent, id, (call, to)).await,
    }
}

/// Refuses a call in a way that a model can learn from, on the record.
pub(crate) async fn refuse(
    agent: &Request<'_>,
    id: &Id,
    call: &Call,
    rule: Rule,
    (code, why): (&str, &str),
) -> Outcome {
    let written = write(agent, denied(agent, call, rule, Some(code))).await;
    told(id, call, written, (code, why))
}

/// Tells of a refusal when it is on record.
fn told(id: &Id, call: &Call, written: Result<(), NoRecord>, (code, why): (&str, &str)) -> Outcome {
    match written {
        Ok(()) => {
            let mut result = ToolResult::refusal(code, why);
            result.meta[META_CALL] = Value::String(call.id.to_string());
            Outcome::Result(serde_json::json!(result))
        }
        Err(NoRecord) => Outcome::Refused(NoRecord::for_request(id)),
    }
}

/// Why nothing is sent while calls are stopped; who stopped them and why is for people.
const STOPPED: &str = "people have stopped all calls of this organisation; nothing was sent. \
     Do not try again until a person says that calls go out again";

/// Refuses a call because all calls are stopped. The first of each second is put on record: agents
/// that try again and again must not fill the log.
pub(crate) async fn stopped(agent: &Request<'_>, id: &Id, call: &Call) -> Outcome {
    let why = (Rule::Stopped.as_str(), STOPPED);
    let record = || denied(agent, call, Rule::Stopped, Some(why.0));
    match write_first(agent, Rule::Stopped, record).await {
        Some(written) => told(id, call, written, why),
        None => Outcome::Result(serde_json::json!(ToolResult::refusal(why.0, why.1))),
    }
}

/// Puts the first refusal of each second on record, with how many like it before it are not. One that
/// cannot be written is told of by the next, with all before it.
async fn write_first(
    agent: &Request<'_>,
    rule: Rule,
    record: impl FnOnce() -> Record,
) -> Option<Result<(), NoRecord>> {
    let (grant, _) = granted(agent);
    let unrecorded = agent.gateway.records_refusal(grant, rule)?;
    let mut record = record();
    if unrecorded > 0 {
        record = record.with("unrecorded_before", unrecorded);
    }
    let written = write(agent, record).await;
    if written.is_err() {
        agent.gateway.not_recorded(grant, rule, unrecorded + 1);
    }
    Some(written)
}

/// The record could not be written; the caller learns nothing else.
#[derive(Clone, Copy)]
pub(crate) struct NoRecord;

impl NoRecord {
    pub(crate) fn for_request(id: &Id) -> Refusal {
        Refusal::internal(
            id.clone(),
            "record_unavailable",
            "the call could not be recorded, so it was not made",
        )
    }
}

fn denied(agent: &Request<'_>, call: &Call, rule: Rule, code: Option<&str>) -> Record {
    let mut record = call.record(agent, Act::CallDenied);
    record.verdict = Some(Verdict {
        decision: Decision::Deny,
        rule,
    });
    record.status = Some(Status::Refused);
    record.code = code.map(str::to_owned);
    record
}

async fn write(agent: &Request<'_>, record: Record) -> Result<(), NoRecord> {
    match agent.gateway.parts.recorder.record(record).await {
        Ok(_committed) => Ok(()),
        Err(error) => {
            tracing::error!(error = %error, "a record was not written");
            Err(NoRecord)
        }
    }
}

/// Unknown, off, of another endpoint or tenant: always the same words.
async fn unknown(agent: &Request<'_>, id: &Id, name: &str) -> Outcome {
    let shown = countersign_domain::text::strip(name, 64);
    let refusal = Refusal::invalid_params(id.clone(), format!("Unknown tool: {shown}"));
    let record = denied_by_name(agent, name, Rule::UnknownTool);
    answered(id, write(agent, record).await, Outcome::Refused(refusal))
}

async fn too_many(agent: &Request<'_>, id: &Id, name: &str) -> Outcome {
    let record = || denied_by_name(agent, name, Rule::RateLimited);
    let written = write_first(agent, Rule::RateLimited, record).await;
    answered(id, written.unwrap_or(Ok(())), Request::slow_down())
}

/// A refusal of a name that stands for no tool this agent may know.
fn denied_by_name(agent: &Request<'_>, name: &str, rule: Rule) -> Record {
    let parts = &agent.gateway.parts;
    let mut record = Record::new(
        &parts.world,
        agent.scope.tenant(),
        Act::CallDenied,
        agent.scope.who(),
    );
    record.called = Some(countersign_domain::text::strip(name, 64));
    record.call = Some(parts.world.id());
    record.verdict = Some(Verdict {
        decision: Decision::Deny,
        rule,
    });
    record.status = Some(Status::Refused);
    record
}

/// Answers when the record is written.
fn answered(id: &Id, written: Result<(), NoRecord>, answer: Outcome) -> Outcome {
    match written {
        Ok(()) => answer,
        Err(NoRecord) => Outcome::Refused(NoRecord::for_request(id)),
    }
}

pub(crate) fn unavailable(id: &Id) -> Refusal {
    Refusal::internal(
        id.clone(),
        "database_unavailable",
        "a part of the service is down; try again in a moment",
    )
}

/// The grant and the classes that the agent's token covers.
pub(crate) fn granted<'a>(agent: &'a Request<'_>) -> (GrantId, &'a [RiskClass]) {
    let grant = match agent.scope.actor() {
        Actor::Agent { grant, .. } => *grant,
        // The store's token lookup makes agents only; anything else may call nothing.
        Actor::Member { .. } | Actor::Job { .. } => GrantId::from(uuid::Uuid::nil()),
    };
    (grant, scopes_of(&agent.scope))
}

/// The classes that a token may call tools of.
pub(crate) fn scopes_of(scope: &TenantScope) -> &[RiskClass] {
    match scope.actor() {
        Actor::Agent { scopes, .. } => scopes,
        Actor::Member { .. } | Actor::Job { .. } => &[],
    }
}
