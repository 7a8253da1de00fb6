//! The one door: `POST /graphql`, JSON only, signed in, from our own pages.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use async_graphql::{Request, Response, Value};
use countersign_edge::{Edge, JsonBody, Problem, Routes, SignedInUser, WhoMay};
use tokio::sync::Mutex;

use crate::{api::Api, context::Asker};

/// Bytes of a request's body: room for a document that is pasted as a variable.
pub const BODY_LIMIT: usize = 2 * 1024 * 1024;

/// Lists the door.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().post("/graphql", WhoMay::SignedIn, execute)
}

async fn execute(
    request: HttpRequest,
    api: web::Data<Api>,
    body: JsonBody<Request, BODY_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let user = SignedInUser::find(&request).await?;
    let asker = Arc::new(Asker {
        user: user.ok_or_else(Problem::unauthenticated)?,
        edge: Edge::of(&request).clone(),
        entered: Mutex::default(),
    });
    let query = body.0.data(Arc::clone(&asker));
    let response = api.schema().execute(query).await;
    for caller in asker.entered.lock().await.iter() {
        asker.edge.note_denied(caller).await;
    }
    Ok(answer(&response))
}

/// A query that was refused before any of it ran is a bad request; whatever ran is an answer.
fn answer(response: &Response) -> HttpResponse {
    let ran = response.data != Value::Null || response.errors.iter().any(|e| !e.path.is_empty());
    let mut answer = if ran {
        HttpResponse::Ok()
    } else {
        HttpResponse::BadRequest()
    };
    answer.json(response)
}
