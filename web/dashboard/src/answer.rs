//! How a handler answers: with a page, or with the way to one.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use askama::Template;
use countersign_edge::Problem;

use crate::notice::Done;

/// What every handler returns.
pub(crate) type Answer = Result<HttpResponse, Problem>;

/// Draws a page.
pub(crate) fn page(template: &impl Template) -> Answer {
    page_with(StatusCode::OK, template)
}

/// Draws a page that is also a refusal: a form with its errors.
pub(crate) fn page_with(status: StatusCode, template: &impl Template) -> Answer {
    let html = template
        .render()
        .map_err(|error| Problem::internal(&error))?;
    Ok(HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(html))
}

/// Sends the browser to a page of ours after a change.
pub(crate) fn go(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .finish()
}

/// Sends the browser to a page of ours, which then says what was done.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the last line of many handlers, and what they return"
)]
pub(crate) fn done(path: &str, what: Done) -> Answer {
    let next = if path.contains('?') { '&' } else { '?' };
    Ok(go(&format!("{path}{next}done={}", what.code())))
}
