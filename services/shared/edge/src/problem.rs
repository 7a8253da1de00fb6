//! A refusal or a failure, as an HTTP answer. The only place where a fault becomes a status.

use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    body::BoxBody,
    http::{StatusCode, header},
};
use countersign_domain::{Fault, Kind, id::RequestId as Id};
use serde_json::json;

/// The one sentence for everything that is our fault.
const INTERNAL: &str = "something went wrong on our side; it has been logged";
/// The one sentence for a part that is down.
const UNAVAILABLE: &str = "a part of the service is not available right now; try again shortly";
/// The one sentence for what is not there or not yours.
const NOT_FOUND: &str = "there is no such thing";

/// What the client is told, as RFC 9457 problem details or as a page.
///
/// Made from any [`Fault`] by `?`. What is our own fault is logged there, once, with its causes,
/// and told in one fixed sentence; what is not found is told in one other, whatever it was.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// A stable code in `snake_case`.
    pub code: &'static str,
    /// What went wrong, for the person who made the request.
    pub detail: String,
    /// When to try again, in seconds.
    pub retry_after: Option<u32>,
    see_other: Option<String>,
}

impl Problem {
    /// A problem with a status and a code of its own.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            retry_after: None,
            see_other: None,
        }
    }

    /// There is no such thing, or the caller may not know of it: always the same answer.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", NOT_FOUND)
    }

    /// The request is wrong and the sender can mend it.
    #[must_use]
    pub fn invalid(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// The caller may not do this.
    #[must_use]
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "sign_in_required",
            "sign in to do this",
        )
    }

    /// Sends a browser to a page of ours, to sign in there or to find the form it looks for; a 303,
    /// so that nothing it posted is posted again.
    #[must_use]
    pub fn see_other(path: String) -> Self {
        let mut problem = Self::unauthenticated();
        problem.status = StatusCode::SEE_OTHER;
        problem.see_other = Some(path);
        problem
    }

    /// Our own fault. The cause goes to the log.
    #[must_use]
    pub fn internal(cause: &dyn std::error::Error) -> Self {
        tracing::error!(error.chain = %Chain(cause), "request failed");
        Self::silent_internal()
    }

    pub(crate) fn silent_internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", INTERNAL)
    }

    /// The status in words, the title of the page.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.status.canonical_reason().unwrap_or("Error")
    }

    /// What is ours to say about a status that something else chose.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::NOT_FOUND => return Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => {
                ("method_not_allowed", "this method is not offered here")
            }
            StatusCode::REQUEST_TIMEOUT => (
                "request_timeout",
                "the rest of the request was waited for in vain",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "the request is too large"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => (
                "unsupported_media_type",
                "this kind of content is not taken here",
            ),
            other if other.is_server_error() => return Self::silent_internal(),
            _ => ("invalid_request", "the request cannot be read"),
        };
        Self::new(status, code, detail)
    }

    /// The answer as problem details.
    pub(crate) fn to_json(&self, request: Option<Id>) -> HttpResponse {
        let mut body = json!({
            "type": "about:blank",
            "title": self.title(),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        if self.status.is_server_error()
            && let (Some(id), Some(members)) = (request, body.as_object_mut())
        {
            members.insert("request_id".to_owned(), id.to_string().into());
        }
        self.start()
            .content_type("application/problem+json")
            .body(body.to_string())
    }

    /// The answer as a page.
    pub(crate) fn to_page(&self, html: String) -> HttpResponse {
        self.start()
            .content_type("text/html; charset=utf-8")
            .body(html)
    }

    /// The answer as a redirect, if it is one.
    pub(crate) fn to_redirect(&self) -> Option<HttpResponse> {
        let path = self.see_other.as_deref()?;
        Some(
            HttpResponse::SeeOther()
                .insert_header((header::LOCATION, path))
                .finish(),
        )
    }

    fn start(&self) -> actix_web::HttpResponseBuilder {
        let mut answer = HttpResponse::build(self.status);
        if let Some(seconds) = self.retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        answer
    }
}

impl<E: Fault> From<E> for Problem {
    fn from(fault: E) -> Self {
        let status = match fault.kind() {
            Kind::Invalid => StatusCode::BAD_REQUEST,
            Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::NotFound => return Self::not_found(),
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::Limited => StatusCode::TOO_MANY_REQUESTS,
            Kind::Unavailable => {
                tracing::warn!(error.chain = %Chain(&fault), "a part is not available");
                return Self::new(StatusCode::SERVICE_UNAVAILABLE, fault.code(), UNAVAILABLE);
            }
            Kind::Internal => return Self::internal(&fault),
        };
        Self::new(status, fault.code(), fault.to_string())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.detail, self.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Used as it is only when something fails outside [`crate::protect`], which otherwise
    /// writes the answer anew with what it knows of the request.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        self.to_redirect().unwrap_or_else(|| self.to_json(None))
    }
}

/// An error and its causes, in one line.
struct Chain<'a>(&'a dyn std::error::Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
