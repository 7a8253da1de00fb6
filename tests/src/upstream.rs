//! The outside world's double: a small shop that writes down every request it gets.

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// One request that reached the upstream.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Method and path with query.
    pub line: String,
    /// Headers, names in lowercase.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Value,
}

/// A running upstream. Stops with the value.
pub struct Upstream {
    /// Its address.
    pub base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    answers: Arc<Semaphore>,
    handle: actix_web::dev::ServerHandle,
}

impl Upstream {
    /// Starts one on a free port.
    ///
    /// # Panics
    /// When loopback has no free port.
    #[must_use]
    pub fn start() -> Self {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let ledger = web::Data::from(Arc::clone(&seen));
        let answers = Arc::new(Semaphore::new(0));
        let withheld = web::Data::from(Arc::clone(&answers));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(ledger.clone())
                .app_data(withheld.clone())
                .default_service(web::to(answer))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .expect("a free port");
        let base = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            base,
            seen,
            answers,
            handle,
        }
    }

    /// Answers one request for the order `withheld`, which waits until then.
    pub fn release(&self) {
        self.answers.add_permits(1);
    }

    /// What has reached it so far.
    ///
    /// # Panics
    /// Never: nobody panics while writing.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.seen
            .lock()
            .expect("nobody panics while writing")
            .clone()
    }

    /// How many requests began with this line.
    #[must_use]
    pub fn count(&self, line: &str) -> usize {
        self.seen()
            .iter()
            .filter(|seen| seen.line.starts_with(line))
            .count()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

async fn answer(
    request: HttpRequest,
    body: web::Bytes,
    ledger: web::Data<Mutex<Vec<Seen>>>,
    withheld: web::Data<Semaphore>,
) -> HttpResponse {
    let line = format!("{} {}", request.method(), request.uri());
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let echo = json!({"line": line, "id": request.path().rsplit('/').next(), "body": body});
    ledger
        .lock()
        .expect("nobody panics while writing")
        .push(Seen {
            line,
            headers,
            body,
        });
    if request.path().contains("withheld")
        && let Ok(released) = withheld.acquire().await
    {
        released.forget();
    }
    if request.path().contains("broken") {
        return HttpResponse::InternalServerError().json(json!({"error": "the shop is on fire"}));
    }
    match request.path() {
        "/orders/plain" => HttpResponse::Ok()
            .content_type("text/plain")
            .body("no JSON"),
        "/orders/list" => HttpResponse::Ok().json(["not", "an", "order"]),
        "/orders/odd" => HttpResponse::Ok().json(json!({"id": 7})),
        "/orders/none" => HttpResponse::NoContent().finish(),
        "/orders" if request.query_string().contains("limit=1") => {
            HttpResponse::Ok().json(["o-1", "o-2"])
        }
        _ => HttpResponse::Ok().json(echo),
    }
}

/// The shop's document, as a team would import it.
#[must_use]
pub fn document(base: &str) -> String {
    let id =
        json!([{"name": "order_id", "in": "path", "required": true, "schema": {"type": "string"}}]);
    let ok = json!({"200": {"description": "ok"}});
    let order = json!({"200": {"description": "ok", "content": {"application/json": {"schema": {
        "type": "object", "required": ["id", "total"], "additionalProperties": false,
        "properties": {"id": {"type": "string"}, "total": {"type": "integer"}, "line": {"type": "string", "maxLength": 3},
            "draft": {"type": "string", "writeOnly": true}}}}}}});
    let orders = json!({"200": {"description": "ok", "content": {"application/json": {"schema": {
        "type": "array", "items": {"type": "string"}}}}}});
    let refund = json!({"required": true, "content": {"application/json": {"schema": {
        "type": "object", "required": ["amount_cents"], "additionalProperties": false,
        "properties": {"amount_cents": {"type": "integer", "minimum": 1}, "note": {"type": "string"}}}}}});
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Corner shop", "version": "1"},
        "servers": [{"url": base}],
        "security": [{"key": []}],
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Shop-Key"}}},
        "paths": {
            "/orders": {"get": {"operationId": "listOrders", "summary": "List orders",
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer"}},
                    {"name": "filter", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}}],
                "responses": orders}},
            "/orders/{order_id}": {
                "get": {"operationId": "getOrder", "summary": "Get an order", "parameters": id, "responses": order},
                "delete": {"operationId": "deleteOrder", "summary": "Delete an order", "parameters": id, "responses": ok}},
            "/orders/{order_id}/refunds": {"post": {"operationId": "createRefund",
                "summary": "Refund a charge of an order", "parameters": id, "requestBody": refund, "responses": ok}},
            "/orders/{order_id}/labels": {"put": {"operationId": "setOrderLabels",
                "summary": "Update the labels of an order", "parameters": id, "responses": ok}},
        },
    })
    .to_string()
}
