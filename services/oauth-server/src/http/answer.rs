//! The shapes of our answers.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};
use countersign_domain::{Fault as _, Kind};
use countersign_edge::Problem;
use serde_json::{Value, json};

use crate::{OAuthError, Registered, consent::scope_text, redirect, tokens::Issued};

/// Lets scripts of any site read the answer: no cookie of ours plays a part in it.
pub(crate) fn for_any_site(status: StatusCode) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer.insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    answer
}

/// A document that anybody may keep for a while.
pub(crate) fn document(value: &Value) -> HttpResponse {
    for_any_site(StatusCode::OK)
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .json(value)
}

/// Tokens on their way to the client.
pub(crate) fn tokens(issued: &Issued) -> HttpResponse {
    private(StatusCode::OK).json(json!({
        "access_token": issued.access.expose(),
        "token_type": "Bearer",
        "expires_in": issued.access_seconds,
        "refresh_token": issued.refresh.expose(),
        "scope": scope_text(&issued.scopes),
    }))
}

/// A registered client: what we understood, and nothing else that was sent.
pub(crate) fn registered(client: &Registered) -> HttpResponse {
    private(StatusCode::CREATED).json(json!({
        "client_id": client.id,
        "client_id_issued_at": client.created_at.timestamp(),
        "client_name": client.name,
        "redirect_uris": client.redirect_uris,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }))
}

/// An answer that nobody keeps.
pub(crate) fn private(status: StatusCode) -> HttpResponseBuilder {
    let mut answer = for_any_site(status);
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    answer
}

/// A refusal in the form of RFC 6749 section 5.2.
pub(crate) fn refusal(error: &OAuthError) -> HttpResponse {
    let (status, code) = error.answer();
    if let OAuthError::Store(cause) = error {
        match cause.kind() {
            Kind::Unavailable => tracing::warn!(%cause, "the database did not answer"),
            Kind::Invalid
            | Kind::Unauthenticated
            | Kind::Forbidden
            | Kind::NotFound
            | Kind::Conflict
            | Kind::TooLarge
            | Kind::Limited
            | Kind::Internal => tracing::error!(?cause, "a request could not be answered"),
        }
    }
    let mut answer = private(status);
    if let Some(seconds) = error.retry_after_seconds() {
        answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    answer.json(json!({ "error": code, "error_description": error.to_string() }))
}

/// The same for a human, as every other page of ours would say it.
pub(crate) fn problem(error: OAuthError) -> Problem {
    let wait = error.retry_after_seconds();
    let mut problem = Problem::from(error);
    problem.retry_after = wait.and_then(|seconds| seconds.try_into().ok());
    problem
}

/// Sends the browser on with a GET, whatever it came with.
pub(crate) fn see_other(location: &str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::SeeOther();
    answer
        .insert_header((header::LOCATION, location))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    answer
}

/// Tells the human that we send them nowhere. Holds nothing of the request.
pub(crate) fn page(text: &'static str) -> HttpResponse {
    refused_page(text, "Close this page and start again in the application.")
}

/// Tells the human whom we do not send them to. Holds a redirect URI that was registered, which
/// has no double quotes and no angle brackets, and an answer on it, which is encoded.
pub(crate) fn link(url: &str) -> HttpResponse {
    let (host, href) = (redirect::host(url), url.replace('&', "&amp;"));
    let next = format!(
        "Anybody can register an application, so nobody is sent to {host} unasked. \
         If you came from there: <a rel=\"noreferrer\" href=\"{href}\">Back to {host}</a>"
    );
    refused_page("The application asked for what it cannot have.", &next)
}

fn refused_page(text: &str, next: &str) -> HttpResponse {
    HttpResponse::BadRequest()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\">\
             <title>This connection cannot be made</title>\
             <h1>This connection cannot be made</h1><p>{text}</p>\
             <p>Nothing was shared. {next}</p></html>"
        ))
}
