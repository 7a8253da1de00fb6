//! Streams on which an agent is told that its list of tools has changed.
//!
//! In 2026-07-28 a client asks for one by `subscriptions/listen`, before that by a `GET`. What must
//! always hold:
//! - a stream says that the list is another one, never what is in it;
//! - nothing is said to a token that is no longer good: it is looked up before each word;
//! - a change of which this token's list shows nothing is not told.

use std::{convert::Infallible, sync::Arc, time::Duration};

use actix_web::{HttpResponse, http::header};
use bytes::Bytes;
use countersign_domain::{Fault as _, digest::Digest, name::Slug, risk::RiskClass};
use futures_util::stream::unfold;
use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep};

use crate::{
    authenticate::too_many,
    call::{granted, scopes_of, unavailable},
    era::Era,
    gateway::Gateway,
    reply::{Refusal, result},
    seats::Seat,
    serve::{Outcome, Request},
    wire::Id,
};

/// How often the list is compared, from memory.
const BEAT: Duration = Duration::from_millis(500);
/// How long nothing is said at most, so that a client that is gone is noticed and proxies keep the
/// stream open; and how long a token is trusted that was not looked up.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// How long a stream stays whose token cannot be looked up.
const GIVEN_UP: Duration = Duration::from_secs(30);
/// What is no message.
const COMMENT: &str = ":\n\n";
const CHANGED: &str = "notifications/tools/list_changed";
const SUBSCRIPTION_KEY: &str = "io.modelcontextprotocol/subscriptionId";

/// One open stream.
struct Listener {
    gateway: Gateway,
    token: Digest,
    /// What the token reaches; it does not change while the token is good.
    scopes: Vec<RiskClass>,
    tenant: Slug,
    endpoint: Slug,
    /// The list that the client knows, or may know.
    seen: Arc<[Bytes]>,
    voice: Voice,
    /// When the token was found to be good.
    checked: Instant,
    is_over: bool,
    _seat: Seat,
}

/// How a stream speaks.
enum Voice {
    Legacy,
    /// With the id of the request that asked for it.
    Modern(Id),
}

/// Why a stream is not opened.
enum Closed {
    /// The agent or its tenant has as many as it may.
    Full,
    Unavailable,
}

/// What a look at the list came to.
enum Look {
    /// Nothing to say.
    Nothing,
    /// Nothing but that the stream is there.
    Alive,
    Changed,
    /// The token or the endpoint is no more.
    Gone,
}

/// Answers `GET`.
pub(crate) async fn legacy(agent: &Request<'_>) -> HttpResponse {
    let (grant, _) = granted(agent);
    if !agent.gateway.within_rate(agent.scope.tenant(), grant) {
        return too_many();
    }
    let opened = open(agent, Voice::Legacy, COMMENT.to_owned()).await;
    opened.unwrap_or_else(|refused| match refused {
        Closed::Full => too_many(),
        Closed::Unavailable => HttpResponse::ServiceUnavailable().finish(),
    })
}

/// Answers `subscriptions/listen`. Who wants to hear of nothing that we tell has heard it all.
pub(crate) async fn modern(agent: &Request<'_>, id: &Id, params: &Map<String, Value>) -> Outcome {
    let Some(Value::Object(wanted)) = params.get("notifications") else {
        let why = "params.notifications is an object";
        return Outcome::Refused(Refusal::invalid_params(id.clone(), why));
    };
    let wants_tools = match wanted.get("toolsListChanged") {
        None => false,
        Some(Value::Bool(wanted)) => *wanted,
        Some(_) => {
            let why = "params.notifications.toolsListChanged is a boolean";
            return Outcome::Refused(Refusal::invalid_params(id.clone(), why));
        }
    };
    let voice = Voice::Modern(id.clone());
    let honoured = if wants_tools {
        json!({"toolsListChanged": true})
    } else {
        json!({})
    };
    let acknowledged = json!({"notifications": honoured});
    let first = voice.notification("notifications/subscriptions/acknowledged", acknowledged);
    if !wants_tools {
        let last = voice.farewell().unwrap_or_default();
        return Outcome::Http("", headers().body(first + &last));
    }
    match open(agent, voice, first).await {
        Ok(stream) => Outcome::Http("", stream),
        Err(Closed::Full) => Request::slow_down(),
        Err(Closed::Unavailable) => Outcome::Refused(unavailable(id)),
    }
}

/// Opens a stream; what it says first is said when the list that it compares with is known.
async fn open(agent: &Request<'_>, voice: Voice, first: String) -> Result<HttpResponse, Closed> {
    let seats = &agent.gateway.seats;
    let seat = seats.take(agent.scope.tenant(), granted(agent).0);
    let seat = seat.ok_or(Closed::Full)?;
    let catalogues = &agent.gateway.parts.catalogues;
    let Ok(Some(catalogue)) = catalogues.get(agent.tenant, agent.endpoint).await else {
        return Err(Closed::Unavailable);
    };
    let scopes = scopes_of(&agent.scope).to_vec();
    let Ok(seen) = catalogue.list(&scopes).await else {
        return Err(Closed::Unavailable);
    };
    let listener = Listener {
        gateway: agent.gateway.clone(),
        token: agent.token,
        tenant: agent.tenant.clone(),
        endpoint: agent.endpoint.clone(),
        seen,
        scopes,
        voice,
        checked: Instant::now(),
        is_over: false,
        _seat: seat,
    };
    let words = unfold(
        (Some(first), listener),
        |(first, mut listener)| async move {
            let word = match first {
                Some(first) => first,
                None => listener.next().await?,
            };
            Some((Ok::<_, Infallible>(Bytes::from(word)), (None, listener)))
        },
    );
    Ok(headers().streaming(words))
}

fn headers() -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Some proxies collect answers before they pass them on.
        .insert_header(("x-accel-buffering", "no"));
    answer
}

impl Listener {
    /// Waits until there is something to say; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        while !self.is_over {
            let stopping = self.gateway.parts.stopping.clone();
            let beat = async {
                sleep(BEAT).await;
                self.look().await
            };
            // The end of the process interrupts a look, too.
            let look = tokio::select! {
                () = stopping.cancelled() => Look::Gone,
                look = beat => look,
            };
            match look {
                Look::Changed => return Some(self.voice.notification(CHANGED, json!({}))),
                Look::Alive => return Some(COMMENT.to_owned()),
                Look::Nothing => {}
                Look::Gone => {
                    self.is_over = true;
                    return self.voice.farewell();
                }
            }
        }
        None
    }

    /// Compares the list with the one that the client knows. What cannot be found out now is
    /// found out later.
    async fn look(&mut self) -> Look {
        let is_due = self.checked.elapsed() >= SIGN_OF_LIFE;
        let (gateway, at) = (&self.gateway, (&self.tenant, &self.endpoint));
        let list = match gateway.parts.catalogues.get(at.0, at.1).await {
            Ok(Some(catalogue)) => catalogue.list(&self.scopes).await,
            Ok(None) => return Look::Gone,
            Err(error) => {
                tracing::debug!(code = error.code(), error = %error, "no list to compare");
                return self.unknown();
            }
        };
        let Ok(list) = list else {
            return self.unknown();
        };
        let is_same = list == self.seen;
        if !is_same || is_due {
            match gateway.principal(self.token, at.0, at.1).await {
                Ok(Some(_)) => self.checked = Instant::now(),
                Ok(None) => return Look::Gone,
                Err(error) => {
                    tracing::debug!(code = error.code(), error = %error, "no token to look up");
                    return self.unknown();
                }
            }
        }
        // Also when it is the same, so that the old one's memory is free.
        self.seen = list;
        match (is_same, is_due) {
            (false, _) => Look::Changed,
            (true, true) => Look::Alive,
            (true, false) => Look::Nothing,
        }
    }

    /// Nothing can be found out: the next beat asks again, but not for ever.
    fn unknown(&self) -> Look {
        if self.checked.elapsed() >= GIVEN_UP {
            Look::Gone
        } else {
            Look::Nothing
        }
    }
}

impl Voice {
    fn notification(&self, method: &str, mut params: Value) -> String {
        if let Self::Modern(id) = self {
            params["_meta"] = json!({SUBSCRIPTION_KEY: id});
        }
        event(&json!({"jsonrpc": "2.0", "method": method, "params": params}))
    }

    /// The answer to the request, which ends it; legacy streams just end.
    fn farewell(&self) -> Option<String> {
        match self {
            Self::Legacy => None,
            Self::Modern(id) => {
                let end = json!({"_meta": {SUBSCRIPTION_KEY: id}});
                Some(event(&result(Era::Modern, id, end)))
            }
        }
    }
}

/// A message as an event: JSON has no line breaks of its own.
fn event(message: &Value) -> String {
    format!("data: {message}\n\n")
}
