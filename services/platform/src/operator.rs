//! What an operator's tools ask: is it alive, may it be sent requests, what does it count.
//!
//! `/healthz` and `/readyz` are on the public listener, because that is what is probed; they tell
//! nothing a visitor could use. `/metrics` has a listener of its own, or none: behind a proxy on
//! the same machine every visitor would look like a local one.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use actix_web::{HttpResponse, http::header, web};
use countersign_edge::{Routes, WhoMay};
use countersign_queue::Redis;
use countersign_store::Store;
use countersign_telemetry::Figures;
use serde_json::json;

/// Says that the process is alive.
pub(crate) const HEALTH: &str = "/healthz";
/// Says that it may be sent requests.
pub(crate) const READY: &str = "/readyz";
/// Where the figures are.
const METRICS: &str = "/metrics";

/// What the probes need to know. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Probes {
    store: Store,
    redis: Option<Arc<Redis>>,
    stopping: Arc<AtomicBool>,
}

impl Probes {
    pub(crate) fn new(store: Store, redis: Option<Arc<Redis>>) -> Self {
        Self {
            store,
            redis,
            stopping: Arc::default(),
        }
    }

    /// From now on says that it wants no more requests.
    pub(crate) fn turn_red(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    async fn readiness(&self) -> HttpResponse {
        let stopping = self.stopping.load(Ordering::Acquire);
        let database = !stopping && self.store.ping().await.is_ok();
        // Losing Redis makes things slower and nothing wrong, so it is told and does not count.
        let redis = match &self.redis {
            None => "not configured",
            Some(redis) if redis.answers().await => "answers",
            Some(_) => "does not answer",
        };
        let ready = database && !stopping;
        let mut answer = if ready {
            HttpResponse::Ok()
        } else {
            HttpResponse::ServiceUnavailable()
        };
        answer.json(json!({
            "ready": ready,
            "stopping": stopping,
            "database": match (stopping, database) {
                (true, _) => "not asked",
                (false, true) => "answers",
                (false, false) => "does not answer",
            },
            "redis": redis,
        }))
    }
}

/// The operator's routes on the public listener.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(HEALTH, WhoMay::Public, health)
        .get(READY, WhoMay::Public, ready)
}

/// The operator's routes on the listener of their own.
pub(crate) fn private_routes() -> Routes {
    Routes::new().get(METRICS, WhoMay::Operator, metrics)
}

async fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "alive": true }))
}

async fn ready(probes: web::Data<Probes>) -> HttpResponse {
    probes.readiness().await
}

async fn metrics(figures: web::Data<Figures>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, Figures::CONTENT_TYPE))
        .body(figures.text())
}
