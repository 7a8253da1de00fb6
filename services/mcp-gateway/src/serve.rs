//! The HTTP side: one POST, one answer; and a GET for who wants to hear of changes.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, ResponseError as _,
    http::{Method, StatusCode, header},
    web,
};
use bytes::Bytes;
use countersign_access::TenantScope;
use countersign_domain::{digest::Digest, name::Slug};
use countersign_edge::{Problem, Routes, WhoMay};
use serde_json::Value;

use crate::{
    authenticate::{authenticate, current_scope, insufficient_scope, too_many},
    call,
    era::{Era, McpHeaders, classify, speaks_legacy},
    gateway::Gateway,
    list, listen,
    reply::{Refusal, discovered, initialized, result},
    shares::Share,
    wire::{Body, Id, Malformed, Message, parse, weight},
    written::Written,
};

/// The largest request.
pub const REQUEST_BYTES: usize = 1 << 20;

/// The most memory that a request takes once it is read.
const READ_BYTES: usize = 12 << 20;

/// A request that takes no more, such as a ping, needs no room: what may be large of its answer has
/// room of its own.
const SMALL_BYTES: usize = 4 << 10;
/// The protocol version that has batches.
const BATCHES: &str = "2025-03-26";
/// Where a batch is full: no call is made for it after this many bytes of answers.
const BATCH_BYTES: usize = 8 << 20;

/// The routes of the gateway. `DELETE` belongs to sessions, which we do not have.
#[must_use]
pub fn routes() -> Routes {
    let path = "/mcp/{tenant}/{endpoint}";
    Routes::new()
        .route(Method::POST, path, WhoMay::Agent, post)
        .route(Method::GET, path, WhoMay::Agent, get)
        .route(Method::DELETE, path, WhoMay::Agent, no_session)
}

/// One request of one agent, authenticated.
pub(crate) struct Request<'a> {
    pub(crate) gateway: &'a Gateway,
    pub(crate) token: Digest,
    pub(crate) scope: Arc<TenantScope>,
    pub(crate) tenant: &'a Slug,
    pub(crate) endpoint: &'a Slug,
    pub(crate) era: Era,
}

/// What becomes of a request that was understood.
pub(crate) enum Outcome {
    Result(Value),
    /// A whole JSON-RPC answer, written already.
    Body(Written),
    Refused(Refusal),
    /// Answered on the HTTP level, a challenge or "slow down", with the reason for those who
    /// cannot be: calls in a batch, where others have been made already.
    Http(&'static str, HttpResponse),
}

async fn no_session() -> HttpResponse {
    HttpResponse::MethodNotAllowed()
        .insert_header((header::ALLOW, "GET, POST"))
        .finish()
}

async fn get(
    request: HttpRequest,
    path: web::Path<(String, String)>,
    gateway: web::Data<Gateway>,
) -> HttpResponse {
    match listen(&request, (&path.0, &path.1), &gateway).await {
        Ok(response) => response,
        Err(problem) => problem.error_response(),
    }
}

/// A legacy client's stream; 2026-07-28 has none that begins by `GET`.
async fn listen(
    request: &HttpRequest,
    (tenant, endpoint): (&str, &str),
    gateway: &Gateway,
) -> Result<HttpResponse, Problem> {
    same_site(gateway, request)?;
    let (tenant, endpoint) = slugs(tenant, endpoint)?;
    if !wants_stream(request) || !speaks_legacy(&mcp_headers(request)) {
        return Ok(no_session().await);
    }
    let (token, scope) = match authenticate(gateway, request, (&tenant, &endpoint)).await {
        Ok(found) => found,
        Err(challenge) => return Ok(challenge),
    };
    let agent = Request {
        gateway,
        token,
        scope,
        tenant: &tenant,
        endpoint: &endpoint,
        era: Era::Legacy,
    };
    Ok(listen::legacy(&agent).await)
}

fn slugs(tenant: &str, endpoint: &str) -> Result<(Slug, Slug), Problem> {
    match (tenant.parse(), endpoint.parse()) {
        (Ok(tenant), Ok(endpoint)) => Ok((tenant, endpoint)),
        _ => Err(Problem::not_found()),
    }
}

fn wants_stream(request: &HttpRequest) -> bool {
    let mut accepted = request.headers().get_all(header::ACCEPT);
    accepted.any(|value| {
        value
            .to_str()
            .is_ok_and(|text| text.contains("text/event-stream"))
    })
}

async fn post(
    request: HttpRequest,
    path: web::Path<(String, String)>,
    mut payload: web::Payload,
    gateway: web::Data<Gateway>,
) -> HttpResponse {
    match answer(&request, (&path.0, &path.1), &mut payload, &gateway).await {
        Ok(response) => response,
        Err(problem) => problem.error_response(),
    }
}

async fn answer(
    request: &HttpRequest,
    (tenant, endpoint): (&str, &str),
    payload: &mut web::Payload,
    gateway: &Gateway,
) -> Result<HttpResponse, Problem> {
    same_site(gateway, request)?;
    is_json(request)?;
    let (tenant, endpoint) = slugs(tenant, endpoint)?;
    let (token, scope) = match authenticate(gateway, request, (&tenant, &endpoint)).await {
        Ok(found) => found,
        Err(challenge) => return Ok(challenge),
    };
    let body = read(payload).await?;
    let headers = mcp_headers(request);
    let agent = Request {
        gateway,
        token,
        scope,
        tenant: &tenant,
        endpoint: &endpoint,
        era: Era::Legacy,
    };
    let Some(_room) = room(&agent, &body)? else {
        return Ok(too_many());
    };
    Ok(match parse(&body) {
        Ok(Body::One(message)) => one(agent, message, &headers).await,
        Ok(Body::Batch(messages)) => batch(agent, messages, &headers).await,
        Err(Malformed::Json(why)) => {
            Refusal::parse_error(format!("Parse error: {why}")).into_response()
        }
        Err(Malformed::Message(id, why)) => {
            Refusal::invalid_request(id, format!("Invalid request: {why}")).into_response()
        }
    })
}

/// Room for what is read of a body, until it is answered; `None` while there is too little.
fn room(agent: &Request<'_>, body: &[u8]) -> Result<Option<Share>, Problem> {
    let weight = weight(body);
    if weight > READ_BYTES {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        let detail = "a request has at most 1 MiB and about 90,000 values";
        return Err(Problem::new(status, "request_too_large", detail));
    }
    let whose = (agent.scope.tenant(), call::granted(agent).0);
    let needed = if weight > SMALL_BYTES {
        weight.div_ceil(1 << 10)
    } else {
        0
    };
    Ok(agent.gateway.room.take(whose, needed))
}

/// A browser that was told another name for our address, or that comes from another site, is
/// refused even with a good token.
fn same_site(gateway: &Gateway, request: &HttpRequest) -> Result<(), Problem> {
    let ours = &gateway.parts.public_url;
    let text = |name| {
        request
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap_or("\0"))
    };
    if !text(header::HOST).is_some_and(|host| ours.is_our_host(host)) {
        return Err(Problem::forbidden(
            "host_not_allowed",
            "this is not the address of this endpoint",
        ));
    }
    if text(header::ORIGIN).is_some_and(|origin| !ours.is_our_origin(origin)) {
        return Err(Problem::forbidden(
            "origin_not_allowed",
            "pages of other sites may not call this endpoint",
        ));
    }
    Ok(())
}

fn is_json(request: &HttpRequest) -> Result<(), Problem> {
    let media = request.headers().get(header::CONTENT_TYPE);
    let media = media.and_then(|value| value.to_str().ok());
    let media = media.map(|value| value.split(';').next().unwrap_or("").trim());
    if !media.is_some_and(|media| media.eq_ignore_ascii_case("application/json")) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, "not_json", "send application/json"));
    }
    Ok(())
}

/// Reads the body, and stops at the limit without keeping more.
async fn read(payload: &mut web::Payload) -> Result<Bytes, Problem> {
    use futures_util::StreamExt as _;
    let mut body = bytes::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|_| Problem::invalid("body_incomplete", "the body ended early"))?;
        if body.len() + chunk.len() > REQUEST_BYTES {
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            return Err(Problem::new(
                status,
                "request_too_large",
                "a request is at most 1 MiB",
            ));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn mcp_headers(request: &HttpRequest) -> McpHeaders {
    let all = |name: &str| {
        request
            .headers()
            .get_all(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect()
    };
    McpHeaders {
        version: all("mcp-protocol-version"),
        method: all("mcp-method"),
        name: all("mcp-name"),
    }
}

async fn one(mut agent: Request<'_>, message: Message, headers: &McpHeaders) -> HttpResponse {
    agent.era = match classify(&message, headers) {
        Ok(era) => era,
        Err(refusal) => return refusal.into_response(),
    };
    let Message::Request { id, method, params } = message else {
        return HttpResponse::Accepted().finish();
    };
    match dispatch(&mut agent, &id, &method, params).await {
        Outcome::Result(value) => HttpResponse::Ok().json(result(agent.era, &id, value)),
        Outcome::Body(body) => body.into_response(),
        Outcome::Refused(refusal) => refusal.into_response(),
        Outcome::Http(_, response) => response,
    }
}

/// 2025-03-26 alone has batches, and it alone need not be named; a modern envelope in one is refused.
async fn batch(
    mut agent: Request<'_>,
    messages: Vec<Message>,
    headers: &McpHeaders,
) -> HttpResponse {
    let another = headers.version.iter().any(|version| version != BATCHES)
        || messages.iter().any(|message| message.claim().is_some());
    if another {
        return Refusal::invalid_request(
            None,
            "Invalid request: batches are not part of this protocol version",
        )
        .into_response();
    }
    let mut answers = Written::default();
    for message in messages {
        let Message::Request { id, method, params } = message else {
            continue;
        };
        let answer = if answers.len() < BATCH_BYTES {
            batched(&id, dispatch(&mut agent, &id, &method, params).await)
        } else {
            let why = "the answers before fill the batch; this call was not made";
            written(&Refusal::internal(id, "batch_too_large", why).body())
        };
        answers.extend(punctuation(if answers.is_empty() { "[" } else { "," }));
        answers.extend(answer);
    }
    if answers.is_empty() {
        return HttpResponse::Accepted().finish();
    }
    answers.extend(punctuation("]"));
    answers.into_response()
}

fn punctuation(mark: &'static str) -> Written {
    [Bytes::from_static(mark.as_bytes())].into()
}

/// One answer of a batch, written.
fn batched(id: &Id, outcome: Outcome) -> Written {
    match outcome {
        Outcome::Result(value) => written(&result(Era::Legacy, id, value)),
        Outcome::Body(body) => body,
        Outcome::Refused(refusal) => written(&refusal.body()),
        Outcome::Http(reason, _) => {
            written(&Refusal::internal(id.clone(), reason, "this call was not made").body())
        }
    }
}

fn written(answer: &Value) -> Written {
    answer.to_string().into_bytes().into()
}

/// Does what one message asks for, by the authority of this moment: the body and the messages
/// before it may have taken long, and nothing is done for who was somebody when they began.
async fn dispatch(
    agent: &mut Request<'_>,
    id: &Id,
    method: &str,
    params: serde_json::Map<String, Value>,
) -> Outcome {
    let place = (agent.tenant, agent.endpoint);
    agent.scope = match current_scope(agent.gateway, agent.token, place).await {
        Ok(scope) => scope,
        Err((why, answer)) => return Outcome::Http(why, answer),
    };
    let (grant, _) = call::granted(agent);
    // A call's refusal is on record, so it is counted there; asking for lists is not free either.
    if method != "tools/call" && !agent.gateway.within_rate(agent.scope.tenant(), grant) {
        return Request::slow_down();
    }
    match (agent.era, method) {
        (Era::Modern, "server/discover") => Outcome::Result(discovered(INSTRUCTIONS)),
        (Era::Legacy, "initialize") => {
            let requested = params.get("protocolVersion").and_then(Value::as_str);
            Outcome::Result(initialized(requested, INSTRUCTIONS))
        }
        (Era::Legacy, "ping") => Outcome::Result(serde_json::json!({})),
        (Era::Modern, "subscriptions/listen") => listen::modern(agent, id, &params).await,
        (_, "tools/list") => list::list(agent, id, &params).await,
        (_, "tools/call") => call::call(agent, id, params).await,
        (Era::Legacy | Era::Modern, _) => {
            let mut refusal = Refusal::method_not_found(Some(id.clone()), method);
            if agent.era == Era::Legacy {
                refusal.status = 200;
            }
            Outcome::Refused(refusal)
        }
    }
}

/// What an agent is told about every endpoint.
const INSTRUCTIONS: &str = "These tools call a company's own APIs. Some calls are held until a human countersigns \
     them: the answer then says so, with a page to follow and an expiry. When it is countersigned, make the same \
     call again with the same arguments and it runs once.";

impl Request<'_> {
    /// `403` for a tool that the token's scopes do not reach.
    pub(crate) fn insufficient_scope(
        &self,
        needed: &[countersign_domain::risk::RiskClass],
    ) -> Outcome {
        let challenge = insufficient_scope(self.gateway, (self.tenant, self.endpoint), needed);
        Outcome::Http("insufficient_scope", challenge)
    }

    /// `429` for an agent that asks too often.
    pub(crate) fn slow_down() -> Outcome {
        Outcome::Http("rate_limited", too_many())
    }
}
