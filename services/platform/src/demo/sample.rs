//! The sample API: a small shop of our own, with a key, real state and its own description.
//!
//! It is the other side of the story: what it has seen is what really happened. It keeps nothing
//! but orders, customers and refunds that nobody owns.

use std::{
    net::TcpListener,
    sync::{Arc, Mutex, PoisonError},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, web};
use anyhow::Context as _;
use countersign_domain::{World, secret::Secret};
use serde::Deserialize;
use serde_json::{Value, json};

/// The description, with a word for where it lives.
const DESCRIPTION: &str = include_str!("sample.json");
/// That word.
const HERE: &str = "http://sample.invalid";
/// The header of the key.
pub(crate) const KEY_HEADER: &str = "X-Api-Key";
/// The order of the story.
pub(crate) const ORDER: &str = "ord_1042";

/// The running API.
pub(crate) struct SampleApi {
    shop: web::Data<Shop>,
    base: String,
    server: ServerHandle,
}

struct Shop {
    base: String,
    key: Arc<Secret>,
    books: Mutex<Books>,
}

/// What the shop knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books {
    /// Money given back, in the order it was.
    pub(crate) refunds: Vec<Value>,
    /// Requests that came with the right key.
    pub(crate) let_in: usize,
    /// Requests that came without.
    pub(crate) turned_away: usize,
}

impl SampleApi {
    /// Starts it on a free port of this machine, with a key nobody knows yet.
    pub(crate) fn start(world: &World) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("no port for the sample API")?;
        let base = format!("http://127.0.0.1:{}", listener.local_addr()?.port());
        let key = format!("sample_{}", super::setting::words(world));
        let shop = web::Data::new(Shop {
            base: base.clone(),
            key: Arc::new(Secret::new(key)),
            books: Mutex::default(),
        });
        let shared = shop.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .route("/openapi.json", web::get().to(description))
                .route("/customers", web::get().to(customers))
                .route("/orders", web::get().to(orders))
                .route("/orders/{order_id}", web::get().to(order))
                .route("/orders/{order_id}/refunds", web::get().to(refunds))
                .route("/orders/{order_id}/refunds", web::post().to(refund))
        })
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .listen(listener)?
        .run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self {
            shop,
            base,
            server: handle,
        })
    }

    /// Where it lives.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The key that lets requests in.
    pub(crate) fn key(&self) -> Secret {
        Secret::new(self.shop.key.expose().to_owned())
    }

    /// What it has seen so far.
    pub(crate) fn books(&self) -> Books {
        self.shop.books().clone()
    }

    pub(crate) async fn stop(&self) {
        self.server.stop(true).await;
    }
}

impl Shop {
    fn books(&self) -> std::sync::MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a request in by its key, and counts.
    fn admit(&self, request: &HttpRequest) -> bool {
        let key = request.headers().get(KEY_HEADER);
        let good = key.is_some_and(|key| key.as_bytes() == self.key.expose().as_bytes());
        let mut books = self.books();
        if good {
            books.let_in += 1;
        } else {
            books.turned_away += 1;
        }
        good
    }
}

const ORDERS: [(&str, &str, i64, &str); 3] = [
    ("ord_1041", "cus_7", 1_900, "shipped"),
    (ORDER, "cus_8", 4_950, "delivered"),
    ("ord_1043", "cus_7", 12_000, "paid"),
];

fn known_order(id: &str) -> Option<Value> {
    let (id, customer, total, status) = ORDERS.into_iter().find(|order| order.0 == id)?;
    Some(
        json!({"id": id, "customer_id": customer, "total_cents": total, "currency": "EUR", "status": status}),
    )
}

/// The order of the story, as the API itself knows it.
pub(crate) fn the_order() -> Value {
    known_order(ORDER).unwrap_or_default()
}

fn turned_away() -> HttpResponse {
    HttpResponse::Unauthorized().json(json!({"error": "the key is missing or wrong"}))
}

fn nowhere() -> HttpResponse {
    HttpResponse::NotFound().json(json!({"error": "there is no such order"}))
}

async fn description(shop: web::Data<Shop>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(DESCRIPTION.replace(HERE, &shop.base))
}

async fn customers(shop: web::Data<Shop>, request: HttpRequest) -> HttpResponse {
    answer(&shop, &request, || {
        Some(json!([
            {"id": "cus_7", "name": "Corner Books"},
            {"id": "cus_8", "name": "Harbour Cafe"},
        ]))
    })
}

async fn orders(shop: web::Data<Shop>, request: HttpRequest) -> HttpResponse {
    answer(&shop, &request, || {
        Some(
            ORDERS
                .iter()
                .filter_map(|order| known_order(order.0))
                .collect(),
        )
    })
}

async fn order(shop: web::Data<Shop>, request: HttpRequest, id: web::Path<String>) -> HttpResponse {
    answer(&shop, &request, || known_order(&id))
}

async fn refunds(
    shop: web::Data<Shop>,
    request: HttpRequest,
    id: web::Path<String>,
) -> HttpResponse {
    answer(&shop, &request, || {
        known_order(&id)?;
        let books = shop.books();
        let of_order = books
            .refunds
            .iter()
            .filter(|refund| refund["order_id"] == id.as_str());
        Some(of_order.cloned().collect())
    })
}

#[derive(Deserialize)]
struct NewRefund {
    amount_cents: i64,
    reason: String,
}

async fn refund(
    shop: web::Data<Shop>,
    request: HttpRequest,
    id: web::Path<String>,
    wanted: web::Json<NewRefund>,
) -> HttpResponse {
    if !shop.admit(&request) {
        return turned_away();
    }
    if known_order(&id).is_none() {
        return nowhere();
    }
    let mut books = shop.books();
    let refund = json!({
        "id": format!("ref_{}", books.refunds.len() + 1),
        "order_id": *id,
        "amount_cents": wanted.amount_cents,
        "reason": wanted.reason,
    });
    books.refunds.push(refund.clone());
    HttpResponse::Created().json(refund)
}

fn answer(
    shop: &Shop,
    request: &HttpRequest,
    find: impl FnOnce() -> Option<Value>,
) -> HttpResponse {
    if !shop.admit(request) {
        return turned_away();
    }
    find().map_or_else(nowhere, |found| HttpResponse::Ok().json(found))
}
