//! Held calls: the inbox, and one call with everything a reviewer decides about.

mod row;

use actix_web::http::StatusCode;
use askama::Template;
use countersign_access::ActionName;
use countersign_approvals::{Decide, Hold, HoldBrief, HoldOutcome, HoldsWanted};
use countersign_domain::{
    Fault as _, Kind, Timestamp,
    digest::Digest,
    hold::{self, HoldState, ShownRequest},
    id::HoldId,
    name::Statement,
    risk::Reason,
};
use countersign_edge::{Form, Problem, Routes, WhoMay};
use countersign_tool_registry::ToolView;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    answer::{Answer, done, page, page_with},
    field::{Field, sentence},
    frame::{Frame, Here, Section},
    inert::Inert,
    notice::Done,
    pages::whereabouts::Whereabouts,
    parts::When,
};

pub(crate) use row::HoldRow;

pub(crate) fn routes() -> Routes {
    let read = WhoMay::Member(ActionName::ReadHolds);
    Routes::new()
        .get("/t/{tenant}/holds", read, inbox)
        .get("/t/{tenant}/holds/{hold}", read, show)
        .post(
            "/t/{tenant}/holds/{hold}",
            WhoMay::Member(ActionName::DecideHold),
            decide,
        )
}

/// Where in the two lists the page begins.
#[derive(Default, Deserialize)]
pub(crate) struct Query {
    pub(crate) after: Option<HoldId>,
    pub(crate) before: Option<HoldId>,
}

#[derive(Template)]
#[template(path = "pages/holds.html")]
pub(crate) struct HoldsPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) query: Query,
    pub(crate) total: u64,
    pub(crate) waiting: Vec<HoldRow>,
    pub(crate) later: Option<HoldId>,
    pub(crate) decided: Vec<HoldRow>,
    pub(crate) older: Option<HoldId>,
}

async fn inbox(here: Here) -> Answer {
    let (approvals, scope) = (&here.services().approvals, here.scope());
    let query: Query = here.whole_query().ok_or_else(Problem::not_found)?;
    let waiting = approvals.inbox_in_brief(scope, HoldsWanted::Waiting, query.after);
    let waiting = waiting.await?;
    let decided = approvals.inbox_in_brief(scope, HoldsWanted::Decided, query.before);
    let decided = decided.await?;
    let sent = decided.holds.iter().map(|hold| hold.id);
    let outcomes = approvals.outcomes(scope, &sent.collect::<Vec<_>>()).await?;
    let row = |hold: &HoldBrief| {
        let row = HoldRow::new(hold, here.now(), scope.person());
        row.with_outcome(outcomes.get(&hold.id))
    };
    page(&HoldsPage {
        frame: here.frame("Held calls", Section::Holds),
        base: here.path(""),
        query,
        total: approvals.waiting(scope).await?,
        waiting: waiting.holds.iter().map(row).collect(),
        later: waiting.next,
        decided: decided.holds.iter().map(row).collect(),
        older: decided.next,
    })
}

/// What the reader may do about a held call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum May {
    Look,
    /// Their role is younger than the call.
    Reject,
    Decide,
}

#[derive(Template)]
#[template(path = "pages/hold.html")]
pub(crate) struct HoldPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) row: HoldRow,
    pub(crate) tool: String,
    pub(crate) whereabouts: Option<Whereabouts>,
    pub(crate) expires: When,
    pub(crate) arguments: Inert,
    pub(crate) headers: Vec<(Inert, Inert)>,
    pub(crate) body: Option<Inert>,
    pub(crate) body_bytes: usize,
    pub(crate) content_type: Inert,
    pub(crate) credential: Option<(Inert, Inert)>,
    pub(crate) digest: String,
    pub(crate) high_risk: bool,
    pub(crate) reasons: Vec<(Inert, Inert)>,
    pub(crate) judgement: Option<(Inert, When, Inert)>,
    pub(crate) sent: Option<When>,
    pub(crate) outcome: Option<Sent>,
    pub(crate) is_waiting: bool,
    pub(crate) may: May,
    pub(crate) reason: Field,
    pub(crate) error: Option<String>,
}

/// What became of the call, by the log.
pub(crate) struct Sent {
    pub(crate) code: Inert,
    /// The row that says so, for who may read the log.
    pub(crate) record: Option<String>,
}

fn headers(request: &ShownRequest) -> Vec<(Inert, Inert)> {
    let headers = request.headers.iter();
    let pairs = headers.map(|(name, value)| (Inert::new(name), Inert::new(value)));
    pairs.collect()
}

fn credential(hold: &Hold) -> Option<(Inert, Inert)> {
    let sent = hold.held.request.credential.as_ref()?;
    Some((Inert::new(&sent.label), Inert::new(&sent.place)))
}

fn judgement(hold: &Hold) -> Option<(Inert, When, Inert)> {
    match &hold.state {
        HoldState::Countersigned(judged)
        | HoldState::Rejected(judged)
        | HoldState::Consumed(judged) => {
            let by = hold.decided_label.as_deref().unwrap_or_default();
            Some((
                Inert::new(by),
                When::exact(judged.at),
                Inert::new(&judged.reason),
            ))
        }
        HoldState::Pending | HoldState::Expired | HoldState::Stale => None,
    }
}

impl HoldPage {
    pub(crate) fn new(
        (frame, base): (Frame, String),
        hold: &Hold,
        row: HoldRow,
        now: Timestamp,
    ) -> Self {
        let request = &hold.held.request;
        Self {
            frame,
            base,
            row,
            tool: hold.held.tool.to_string(),
            whereabouts: None,
            expires: When::exact(hold.held.expires_at),
            arguments: Inert::json(&Value::Object(hold.held.arguments.clone())),
            headers: headers(request),
            body: request.body.as_ref().map(Inert::new),
            body_bytes: request.body_bytes,
            content_type: Inert::new(request.content_type.as_deref().unwrap_or_default()),
            credential: credential(hold),
            digest: hold.held.digest.to_string(),
            high_risk: hold.held.high_risk,
            reasons: Vec::new(),
            judgement: judgement(hold),
            sent: hold.consumed_at.map(When::exact),
            outcome: None,
            is_waiting: hold.state == HoldState::Pending && now < hold.held.expires_at,
            may: May::Look,
            reason: Field::reason(),
            error: None,
        }
    }

    /// Adds what became of the call, as far as it was sent.
    pub(crate) fn with_outcome(mut self, outcome: Option<&HoldOutcome>, may_read: bool) -> Self {
        self.row = self.row.with_outcome(outcome);
        self.outcome = outcome.map(|one| Sent {
            code: Inert::new(one.code.as_deref().unwrap_or_default()),
            record: may_read.then(|| one.record.to_string()),
        });
        self
    }

    /// Adds why the tool has its class, if the definition is still the one that is held.
    pub(crate) fn with_reasons(mut self, hold: &Hold, view: &ToolView) -> Self {
        if view.tool.version == hold.held.version {
            // What is said above it already needs its evidence only.
            let said = |reason: &Reason| hold.held.why.contains(reason.text.trim_end_matches('.'));
            let text = |reason: &Reason| if said(reason) { "" } else { &*reason.text }.to_owned();
            let pair = |reason: &Reason| (Inert::new(text(reason)), Inert::new(&reason.evidence));
            let reasons = view.tool.operation.risk.reasons.iter();
            let reasons = reasons.filter(|one| !said(one) || !one.evidence.is_empty());
            self.reasons = reasons.map(pair).collect();
        }
        self
    }

    async fn load(here: &Here) -> Result<(Self, HoldId), Problem> {
        let id: HoldId = here.part("hold")?;
        let services = here.services();
        let hold = services.approvals.hold(here.scope(), id).await?;
        let row = HoldRow::new(&HoldBrief::from(&hold), here.now(), here.scope().person());
        let around = (here.frame("Held call", Section::Holds), here.path(""));
        let outcomes = services.approvals.outcomes(here.scope(), &[id]).await?;
        let may_read = here.may(ActionName::ReadRecords);
        let mut drawn = Self::new(around, &hold, row, here.now());
        drawn = drawn.with_outcome(outcomes.get(&id), may_read);
        if here.may(ActionName::DecideHold) {
            let too_new = services.approvals.is_too_new(here.scope(), id).await?;
            drawn.may = if too_new { May::Reject } else { May::Decide };
        }
        let call = &hold.held;
        let whereabouts = Whereabouts::of(here, call.endpoint, Some(call.tool)).await?;
        drawn.whereabouts = Some(whereabouts);
        let view = services
            .registry
            .tool(here.scope(), call.tool, call.environment)
            .await;
        match view {
            Ok(view) => Ok((drawn.with_reasons(&hold, &view), id)),
            // A later import may have taken the tool away; the call is still there to be read.
            Err(error) if error.kind() == Kind::NotFound => Ok((drawn, id)),
            Err(error) => Err(error.into()),
        }
    }
}

async fn show(here: Here) -> Answer {
    page(&HoldPage::load(&here).await?.0)
}

#[derive(Deserialize)]
struct DecideForm {
    shown: Digest,
    reason: String,
    answer: String,
}

async fn decide(here: Here, Form(form): Form<DecideForm>) -> Answer {
    let (mut drawn, hold) = HoldPage::load(&here).await?;
    drawn.reason = drawn.reason.value(form.reason);
    let (answer, what) = match form.answer.as_str() {
        "countersign" => (hold::Answer::Countersign, Done::Countersigned),
        "reject" => (hold::Answer::Reject, Done::Rejected),
        _ => {
            return Err(Problem::invalid(
                "invalid_form",
                "the answer is countersign or reject",
            ));
        }
    };
    let Some(reason) = drawn.reason.parse::<Statement>() else {
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let command = Decide {
        hold,
        answer,
        shown: form.shown,
        reason,
    };
    match here
        .services()
        .approvals
        .decide(here.scope(), command)
        .await
    {
        Ok(_) => done(&here.path(&format!("/holds/{hold}")), what),
        Err(error) if matches!(error.kind(), Kind::Conflict | Kind::Forbidden) => {
            drawn.error = Some(sentence(&error.to_string()));
            let status = if error.kind() == Kind::Conflict {
                StatusCode::CONFLICT
            } else {
                StatusCode::FORBIDDEN
            };
            page_with(status, &drawn)
        }
        Err(error) => Err(error.into()),
    }
}
