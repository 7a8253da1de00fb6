//! What is done around every request: an id, a span, headers, one shape of refusal, one log line,
//! and an end to waiting for its body.

use std::{any::Any, panic::AssertUnwindSafe, time::Instant};

use actix_web::{
    Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse,
    body::{BodySize, BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{Method, StatusCode, header},
    middleware::Next,
};
use countersign_domain::id::RequestId as Id;
use futures_util::{
    FutureExt as _,
    future::{Ready, ready},
};
use tracing::Instrument as _;

use crate::{
    caller::SignedInUser,
    csrf::NewBrowser,
    edge::Edge,
    headers::{self, CspNonce, FormTargets},
    pace::PacedBody,
    problem::Problem,
    routes, session_cookie,
};

/// The header that tells a client its request's id.
const REQUEST_ID: header::HeaderName = header::HeaderName::from_static("x-request-id");

/// Names one request in the logs and in what its sender is told.
#[derive(Clone, Copy, Debug)]
pub struct RequestId(pub Id);

impl RequestId {
    /// The id of this request, if the application is wrapped in [`protect`].
    #[must_use]
    pub fn of(request: &HttpRequest) -> Option<Id> {
        request.extensions().get::<Self>().map(|id| id.0)
    }
}

impl FromRequest for RequestId {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(
            Self::of(request)
                .map(Self)
                .ok_or_else(Problem::silent_internal),
        )
    }
}

/// The middleware around a whole application.
///
/// A panic in a handler is an internal error to its client and to nobody else.
///
/// # Errors
/// Only for a panic; everything else becomes an answer here.
pub async fn protect<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let edge = Edge::of(request.request()).clone();
    let id: Id = edge.world().id();
    {
        let mut extensions = request.extensions_mut();
        extensions.insert(RequestId(id));
        extensions.insert(CspNonce::new(edge.world()));
    }
    let span = tracing::info_span!("request", request.id = %id, http.method = %request.method());
    let body = PacedBody::instead(&mut request, edge.pace());
    let answered = AssertUnwindSafe(next.call(request)).catch_unwind();
    let answer = match answered.instrument(span.clone()).await {
        Ok(answer) => answer?.map_into_boxed_body(),
        Err(panic) => return Err(span.in_scope(|| panicked(panic.as_ref(), &edge, id))),
    };
    let answer = match &body {
        Some(body) if body.is_late() => too_late(answer),
        Some(_) | None => answer,
    };
    let mut answer = span.in_scope(|| with_problem(answer, &edge));
    write_headers(&mut answer, &edge, id);
    span.in_scope(|| log(&answer, began));
    Ok(match body {
        Some(body) => body.hold_until_answered(answer),
        None => answer,
    })
}

/// Whatever a handler made of a body that did not come, its sender is told that.
fn too_late(answer: ServiceResponse) -> ServiceResponse {
    let problem = Problem::of_status(StatusCode::REQUEST_TIMEOUT);
    answer.into_response(HttpResponse::from_error(problem))
}

/// The request went down with the handler, so this answer is written without it.
fn panicked(panic: &(dyn Any + Send), edge: &Edge, id: Id) -> Error {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(
        panic = text.unwrap_or("without a message"),
        "handler panicked"
    );
    let problem = Problem::silent_internal();
    let mut answer = problem.to_json(Some(id));
    let headers = answer.headers_mut();
    headers::write(
        headers,
        edge.public_url(),
        &CspNonce::new(edge.world()),
        None,
    );
    headers.insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-store"),
    );
    InternalError::from_response(problem, answer).into()
}

/// Writes a refusal anew, now that it is known who asked and how: as problem details, as a page,
/// or as the way to the sign-in page. Errors of the framework's own get the same shape.
fn with_problem(answer: ServiceResponse, edge: &Edge) -> ServiceResponse {
    let status = answer.status();
    let Some(problem) = problem_of(&answer, status) else {
        return answer;
    };
    let request = answer.request();
    let is_form = status == StatusCode::METHOD_NOT_ALLOWED;
    let form = page_of_form(request).filter(|_| is_form);
    let problem = form.unwrap_or(problem);
    let mut drawn = problem.to_redirect().unwrap_or_else(|| {
        match edge.error_page().filter(|_| wants_page(request)) {
            Some(page) => problem.to_page(page(&problem, request)),
            None => problem.to_json(RequestId::of(request)),
        }
    });
    if let Some(allow) = answer.headers().get(header::ALLOW) {
        drawn.headers_mut().insert(header::ALLOW, allow.clone());
    }
    answer.into_response(drawn)
}

/// A browser that looks at an address that forms are only sent to is led to the form.
fn page_of_form(request: &HttpRequest) -> Option<Problem> {
    let looks = request.method() == Method::GET && wants_page(request);
    let page = routes::page_of(request).filter(|_| looks)?;
    Some(Problem::see_other(page.to_string()))
}

fn problem_of(answer: &ServiceResponse, status: StatusCode) -> Option<Problem> {
    if let Some(error) = answer.response().error() {
        if let Some(problem) = error.as_error::<Problem>() {
            return Some(problem.clone());
        }
        if status.is_server_error() {
            tracing::error!(%error, "request failed");
            return Some(Problem::silent_internal());
        }
        return status.is_client_error().then(|| Problem::of_status(status));
    }
    let bare = matches!(
        status,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
    ) && matches!(
        answer.response().body().size(),
        BodySize::None | BodySize::Sized(0)
    );
    bare.then(|| Problem::of_status(status))
}

fn write_headers(answer: &mut ServiceResponse, edge: &Edge, id: Id) {
    let request = answer.request().clone();
    let extensions = request.extensions();
    let nonce = extensions.get::<CspNonce>().cloned();
    let nonce = nonce.unwrap_or_else(|| CspNonce::new(edge.world()));
    let signed_in = extensions.get::<std::sync::Arc<SignedInUser>>().is_some();
    let response = answer.response_mut();
    if let Some(NewBrowser(value)) = extensions.get::<NewBrowser>() {
        let cookie = session_cookie::browser_cookie(value.clone(), edge.public_url());
        if let Err(error) = response.add_cookie(&cookie) {
            tracing::error!(%error, "a cookie could not be set");
        }
    }
    let headers = response.headers_mut();
    headers::write(
        headers,
        edge.public_url(),
        &nonce,
        extensions.get::<FormTargets>(),
    );
    if signed_in || !headers.contains_key(header::CACHE_CONTROL) {
        let no_store = header::HeaderValue::from_static("no-store");
        headers.insert(header::CACHE_CONTROL, no_store);
    }
    if let Ok(value) = id.to_string().parse() {
        headers.insert(REQUEST_ID, value);
    }
}

/// The pattern and not the path: paths can hold invitations, queries can hold codes.
fn log(answer: &ServiceResponse, began: Instant) {
    let route = answer.request().match_pattern();
    tracing::info!(
        http.route = route.as_deref().unwrap_or("none"),
        http.status = answer.status().as_u16(),
        elapsed_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
        "answered"
    );
}

/// Says whether the request is a browser's that wants to show a page.
pub(crate) fn wants_page(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT);
    accept
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}
