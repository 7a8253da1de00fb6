//! Streams on which an agent is told that its list of tools has changed.
//!
//! In 2026-07-28 a client asks for one by `subscriptions/listen`, before that by a `GET`. What must
//! always hold:
//! - a stream says that the list is another one, never what is in it;
//! - nothing is said to a token that is no longer good: it is looked up before each word;
//! - a change of which this token's list shows nothing is not told;
//! - what changed while a client was not listening is not lost: a legacy one is told at once to ask
//!   again, one of 2026-07-28 keeps a list for a minute at most.

use std::{convert::Infallible, sync::Arc, time::Duration};

use actix_web::{HttpResponse, http::header};
use bytes::Bytes;
use countersign_domain::{
    Fault, Timestamp, World, digest::Digest, id::TenantId, name::Slug, risk::RiskClass,
};
use countersign_tool_registry::Found;
use futures_util::stream::unfold;
use serde_json::{Map, Value, json};
use tokio::time::sleep;

use crate::{
    authenticate::too_many,
    call::{granted, scopes_of, unavailable},
    era::Era,
    gateway::Gateway,
    reply::{Refusal, result},
    serve::{Outcome, Request},
    shares::Share,
    wire::Id,
};

/// How often the list is compared, from memory; up to half as long is waited more, so that streams
/// which were opened together do not go on looking together.
const BEAT: Duration = Duration::from_millis(500);
/// How long nothing is said at most while the database answers, so that a client that is gone is
/// noticed and proxies keep the stream open; and how long a token is trusted that was not looked up.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// How long a stream stays whose look-ups fail. That one waits for its turn is no failure.
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
    tenant_id: TenantId,
    tenant: Slug,
    endpoint: Slug,
    /// The list that the client knows, or may know.
    seen: Arc<[Bytes]>,
    voice: Voice,
    /// When it last looked.
    looked: Timestamp,
    /// How long ago the token was found to be good.
    age: Duration,
    /// For how long look-ups have failed since.
    failing: Duration,
    is_over: bool,
    _seat: Share,
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

/// It cannot be found out now.
struct Unclear;

/// Answers `GET`.
pub(crate) async fn legacy(agent: &Request<'_>) -> HttpResponse {
    let (grant, _) = granted(agent);
    if !agent.gateway.within_rate(agent.scope.tenant(), grant) {
        return too_many();
    }
    // What changed while it was not listening: in this era a client that has a list does not ask
    // again by itself, and nothing in its request says which list it has.
    let missed = Voice::Legacy.notification(CHANGED, json!({}));
    let opened = open(agent, Voice::Legacy, missed).await;
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
    let streams = &agent.gateway.streams;
    let seat = streams.take((agent.scope.tenant(), granted(agent).0), 1);
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
        tenant_id: agent.scope.tenant(),
        tenant: agent.tenant.clone(),
        endpoint: agent.endpoint.clone(),
        seen,
        scopes,
        voice,
        looked: agent.gateway.parts.world.now(),
        age: Duration::ZERO,
        failing: Duration::ZERO,
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
                sleep(beat(&self.gateway.parts.world)).await;
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
    /// found out by one of the next beats, but not for ever.
    async fn look(&mut self) -> Look {
        let step = self.step();
        self.age += step;
        let found = self.find_out(self.age >= SIGN_OF_LIFE).await;
        if found.is_err() {
            self.failing += step;
        }
        match found {
            Ok(look) => look,
            Err(Unclear) if self.failing >= GIVEN_UP => Look::Gone,
            Err(Unclear) => Look::Nothing,
        }
    }

    /// The time since the last look. Of a clock that jumped nobody knows it: back or far ahead, the
    /// token is due then, and one jump ends no stream.
    fn step(&mut self) -> Duration {
        let now = self.gateway.parts.world.now();
        let step = (now - self.looked).to_std();
        self.looked = now;
        step.map_or(SIGN_OF_LIFE, |step| step.min(SIGN_OF_LIFE))
    }

    async fn find_out(&mut self, is_due: bool) -> Result<Look, Unclear> {
        let Some(found) = self.catalogue().await else {
            return Ok(Look::Nothing);
        };
        let Some(catalogue) = found.map_err(|error| unclear(error.as_ref()))? else {
            return Ok(Look::Gone);
        };
        let list = catalogue.list(&self.scopes).await;
        let list = list.map_err(|error| unclear(&error))?;
        let is_same = list == self.seen;
        if is_due || !is_same {
            if !self.is_good().await? {
                return Ok(Look::Gone);
            }
            (self.age, self.failing) = (Duration::ZERO, Duration::ZERO);
        }
        // Also when it is the same, so that the old one's memory is free.
        self.seen = list;
        Ok(match (is_same, is_due) {
            (false, _) => Look::Changed,
            (true, true) => Look::Alive,
            (true, false) => Look::Nothing,
        })
    }

    /// From memory, or when it is the stream's turn; `None` while somebody else is loading it.
    async fn catalogue(&self) -> Option<Found> {
        let (catalogues, looks) = (&self.gateway.parts.catalogues, &self.gateway.looks);
        let remembered = catalogues.remembered(&self.tenant, &self.endpoint);
        if remembered.is_some() {
            return remembered;
        }
        let _turn = looks.turn(self.tenant_id).await;
        catalogues.peek(&self.tenant, &self.endpoint).await
    }

    /// Looks the token up when it is the stream's turn.
    async fn is_good(&self) -> Result<bool, Unclear> {
        let _turn = self.gateway.looks.turn(self.tenant_id).await;
        let found = self
            .gateway
            .principal(self.token, &self.tenant, &self.endpoint);
        let found = found.await.map_err(|error| unclear(error.as_ref()))?;
        Ok(found.is_some())
    }
}

fn beat(world: &World) -> Duration {
    let [part] = world.bytes();
    BEAT + BEAT * u32::from(part) / 2 / u32::from(u8::MAX)
}

fn unclear(error: &dyn Fault) -> Unclear {
    tracing::debug!(code = error.code(), error = %error, "a stream cannot look");
    Unclear
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use countersign_domain::Entropy;
    use countersign_testkit::FixedClock;

    use super::*;

    struct Always(u8);

    impl Entropy for Always {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    #[test]
    fn streams_look_at_moments_of_their_own() {
        let beats = [0, 51, 255].map(|byte| {
            let clock = Arc::new(FixedClock::starting_now());
            beat(&World::new(clock, Arc::new(Always(byte)))).as_millis()
        });
        assert_eq!(beats, [500, 550, 750]);
    }
}
