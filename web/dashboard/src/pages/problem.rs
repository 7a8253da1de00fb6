//! The page for everything that did not work.

use actix_web::HttpRequest;
use askama::Template;
use countersign_edge::{Problem, RequestId};

use crate::{
    field::sentence,
    frame::{Frame, Here},
    inert::Inert,
};

/// Stands by itself: whatever failed, this page must not need it.
#[derive(Template)]
#[template(path = "pages/problem.html")]
pub(crate) struct ProblemPage {
    pub(crate) problem: Told,
}

/// The same for a member of the tenant in which it did not work, with the way to its other pages.
#[derive(Template)]
#[template(path = "pages/problem_here.html")]
pub(crate) struct ProblemHere {
    pub(crate) frame: Frame,
    pub(crate) problem: Told,
}

/// What is told of a problem.
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) title: &'static str,
    pub(crate) detail: Inert,
    pub(crate) code: &'static str,
    pub(crate) request: Option<String>,
    pub(crate) retry_after: Option<u32>,
}

impl Told {
    fn new(problem: &Problem, request: &HttpRequest) -> Self {
        let ours = problem.status.is_server_error();
        Self {
            status: problem.status.as_u16(),
            title: title(problem.status.as_u16()),
            detail: Inert::new(sentence(&problem.detail)),
            code: problem.code,
            request: RequestId::of(request)
                .filter(|_| ours)
                .map(|id| id.to_string()),
            retry_after: problem.retry_after,
        }
    }
}

const fn title(status: u16) -> &'static str {
    match status {
        401 => "Sign in first",
        403 => "You may not do this",
        404 => "There is nothing here",
        405 | 415 => "That is not offered here",
        409 => "Something has changed",
        413 => "That is too large",
        429 => "Too many requests",
        503 => "Not available right now",
        500.. => "Something went wrong",
        _ => "That did not work",
    }
}

/// Draws a problem as a page; for [`countersign_edge::Edge::with_error_page`].
#[must_use]
pub fn error_page(problem: &Problem, request: &HttpRequest) -> String {
    let problem = Told::new(problem, request);
    let (status, code) = (problem.status, problem.code);
    let page = match Here::frame_of_problem(request, problem.title) {
        Some(frame) => ProblemHere { frame, problem }.render(),
        None => ProblemPage { problem }.render(),
    };
    page.unwrap_or_else(|error| {
        tracing::error!(%error, "the page for a problem could not be drawn");
        format!("{status} {code}")
    })
}
