//! Stopping all calls at once, and letting them go out again.

use actix_web::http::StatusCode;
use askama::Template;
use countersign_access::ActionName;
use countersign_domain::{Fault as _, Kind, id::StopId, name::Statement};
use countersign_edge::{Form, Problem, Routes, WhoMay};
use countersign_tool_registry::{ResumeCalls, StopError};
use serde::Deserialize;

use crate::{
    answer::{Answer, done, page, page_with},
    field::{Field, sentence},
    frame::{Frame, Here, Section},
    notice::Done,
    parts::LeftOut,
};

pub(crate) fn routes() -> Routes {
    let stop_them = WhoMay::Member(ActionName::StopCalls);
    let resume_them = WhoMay::Member(ActionName::ResumeCalls);
    Routes::new()
        .get("/t/{tenant}/stop", stop_them, show)
        .post("/t/{tenant}/stop", stop_them, stop)
        .post("/t/{tenant}/resume", resume_them, resume)
}

/// Said beside the reason of a stop.
const SHOWN: &str =
    "Every member sees it on every page, and it is kept in the audit log: 3 to 500 characters.";

/// What is offered depends on whether calls are stopped, which the frame says.
#[derive(Template)]
#[template(path = "pages/stopping.html")]
pub(crate) struct StoppingPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    /// Calls that wait for a person.
    pub(crate) waiting: u64,
    /// Agents that are connected and can get tokens.
    pub(crate) agents: usize,
    pub(crate) left_out: LeftOut,
    pub(crate) reason: Field,
    pub(crate) error: Option<String>,
}

impl StoppingPage {
    pub(crate) fn new(frame: Frame, base: String) -> Self {
        Self {
            frame,
            base,
            waiting: 0,
            agents: 0,
            left_out: LeftOut::agents(0),
            reason: Field::reason(),
            error: None,
        }
    }

    async fn load(here: &Here) -> Result<Self, Problem> {
        let services = here.services();
        let mut frame = here.frame("Stop all calls", Section::Stop);
        if frame.stop().is_some() {
            "Resume calls".clone_into(&mut frame.title);
        }
        let mut drawn = Self::new(frame, here.path(""));
        drawn.waiting = services.approvals.waiting(here.scope()).await?;
        let (agents, left_out) = services.grants.listed(here.scope()).await?;
        drawn.left_out = LeftOut::agents(left_out);
        drawn.agents = agents.iter().filter(|agent| agent.can_call).count();
        if drawn.frame.stop().is_none() {
            drawn.reason = drawn.reason.hint(SHOWN);
        }
        Ok(drawn)
    }

    /// Somebody else was first: the page shows how it is now, and why nothing was done.
    fn refused(mut self, error: StopError) -> Answer {
        if error.kind() != Kind::Conflict {
            return Err(error.into());
        }
        self.error = Some(sentence(&error.to_string()));
        page_with(StatusCode::CONFLICT, &self)
    }
}

async fn show(here: Here) -> Answer {
    page(&StoppingPage::load(&here).await?)
}

#[derive(Deserialize)]
struct StopForm {
    reason: String,
}

async fn stop(here: Here, Form(form): Form<StopForm>) -> Answer {
    let mut drawn = StoppingPage::load(&here).await?;
    drawn.reason = drawn.reason.value(form.reason);
    let Some(reason) = drawn.reason.parse::<Statement>() else {
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let registry = &here.services().registry;
    match registry.stop_calls(here.scope(), reason).await {
        Ok(_) => done(&here.path(""), Done::CallsStopped),
        Err(error) => drawn.refused(error),
    }
}

#[derive(Deserialize)]
struct ResumeForm {
    stop: String,
    reason: String,
}

async fn resume(here: Here, Form(form): Form<ResumeForm>) -> Answer {
    let mut drawn = StoppingPage::load(&here).await?;
    let stop = form.stop.parse::<StopId>();
    drawn.reason = drawn.reason.value(form.reason);
    let Some(reason) = drawn.reason.parse::<Statement>() else {
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let command = ResumeCalls {
        stop: stop.map_err(|_| Problem::not_found())?,
        reason,
    };
    let registry = &here.services().registry;
    match registry.resume_calls(here.scope(), command).await {
        Ok(()) => done(&here.path(""), Done::CallsResumed),
        Err(error) => drawn.refused(error),
    }
}
