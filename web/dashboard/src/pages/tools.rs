//! One tool: what it is, why it has its class, what was decided about it, and deciding.

mod facts;
mod walk;

use std::fmt::Display;

use actix_web::http::StatusCode;
use askama::Template;
use countersign_access::ActionName;
use countersign_domain::{
    Fault, Kind,
    decision::Handling,
    id::{ToolId, ToolVersionId},
    name::Statement,
    tool::{Choice, Enablement},
};
use countersign_edge::{Form, Problem, Routes, WhoMay};
use countersign_tool_registry::{ToolDecisionError, ToolView, TurnOff, TurnOn};
use serde::Deserialize;

use crate::{
    answer::{Answer, done, page, page_with},
    environment::Environments,
    field::{Field, sentence},
    frame::{Frame, Here, Section, roles_that_may},
    inert::Inert,
    notice::Done,
    pages::{
        overriding::Overriding,
        reach::WayLine,
        review::{decision_of, decision_seen},
        revision_diff::{Line, gravest_first},
        suspension::SuspendedLine,
    },
    parts::{LeftOut, When},
};

pub(crate) use self::walk::Walk;

use self::facts::ToolFacts;

pub(crate) fn routes() -> Routes {
    let read = WhoMay::Member(ActionName::ReadTenant);
    Routes::new()
        .get("/t/{tenant}/tools/{tool}", read, show)
        // Which right is needed depends on the tool; the registry asks for it.
        .post("/t/{tenant}/tools/{tool}/turn-on", read, turn_on)
        .post(
            "/t/{tenant}/tools/{tool}/turn-off",
            WhoMay::Member(ActionName::DisableTool),
            turn_off,
        )
}

/// Whether whoever looks at a tool may turn it on.
pub(crate) enum TurningOn {
    Offered,
    /// They made its risk less.
    LeftToOthers,
    /// Their role may not; who may.
    Refused(String),
}

impl TurningOn {
    fn of(here: &Here, view: &ToolView) -> Self {
        if !here.may(view.needs()) {
            let high = view.tool.operation.risk.high_risk;
            let lowered = view.needs() == ActionName::EnableHighRiskTool;
            let tools = match (high, lowered) {
                (true, _) => "High-risk tools",
                (false, true) => "Tools whose risk was lowered",
                (false, false) => "Tools that are not high-risk",
            };
            let roles = roles_that_may(view.needs());
            return Self::Refused(format!("{tools} are turned on by {roles}."));
        }
        if view.is_left_to_others(here.scope()) {
            Self::LeftToOthers
        } else {
            Self::Offered
        }
    }
}

#[derive(Template)]
#[template(path = "pages/tool.html")]
pub(crate) struct ToolPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) source: Option<(String, Inert)>,
    /// The review that it was opened from.
    pub(crate) walk: Option<Walk>,
    pub(crate) environment: Environments,
    pub(crate) suspended: Vec<SuspendedLine>,
    pub(crate) tool: ToolFacts,
    pub(crate) decided: Option<Decided>,
    /// How the form says which decision that is.
    pub(crate) seen: String,
    /// What differs from what was turned on.
    pub(crate) since: Vec<Line>,
    pub(crate) overriding: Overriding,
    pub(crate) turning_on: TurningOn,
    pub(crate) may_turn_off: bool,
    /// Who can call it while it is on.
    pub(crate) ways: Vec<WayLine>,
    pub(crate) left_out: LeftOut,
    pub(crate) connecting: String,
    pub(crate) handling: Handling,
    pub(crate) on_reason: Field,
    pub(crate) off_reason: Field,
    pub(crate) error: Option<String>,
}

/// The latest decision about a tool.
pub(crate) struct Decided {
    pub(crate) choice: &'static str,
    pub(crate) by: Inert,
    pub(crate) at: When,
    pub(crate) reason: Inert,
}

impl Decided {
    pub(crate) fn new(enablement: &Enablement) -> Self {
        Self {
            choice: match enablement.choice {
                Choice::Off => "turned it off",
                Choice::On(Handling::Run) => "turned it on; calls run at once",
                Choice::On(Handling::Hold) => {
                    "turned it on; each call waits for a countersignature"
                }
            },
            by: Inert::new(&enablement.by_label),
            at: When::new(enablement.at),
            reason: Inert::new(&enablement.reason),
        }
    }
}

impl ToolPage {
    pub(crate) async fn load(
        here: &Here,
        environment: Option<&str>,
    ) -> Result<(Self, ToolView), Problem> {
        let id: ToolId = here.part("tool")?;
        let registry = &here.services().registry;
        let environment = Environments::choose(here, environment).await?;
        let view = registry
            .tool(here.scope(), id, environment.chosen.id)
            .await?;
        let sources = registry.sources(here.scope()).await?;
        let source = sources
            .iter()
            .find(|known| known.source.id == view.tool.source);
        let source = source.map(|known| &known.source);
        let frame = here.frame(&view.tool.name, Section::Sources);
        let mut page = Self::new(frame, here.path(""), environment, &view);
        if page.tool.needs_review || view.changed.is_some() {
            let (imports, chosen) = (&here.services().imports, page.environment.chosen.id);
            let since = imports.since_turned_on(here.scope(), id, chosen).await?;
            page.since = gravest_first(&since).into_iter().map(Line::new).collect();
        }
        let place = page.environment.chosen.id;
        page.suspended = SuspendedLine::of(here, &[view.tool.source], Some(place)).await?;
        let ways = here
            .services()
            .reports
            .ways(here.scope(), id, place)
            .await?;
        page.ways = ways.iter().map(WayLine::new).collect();
        let (_, left_out) = here.services().grants.listed(here.scope()).await?;
        page.left_out = LeftOut::agents(left_out);
        if let Some(source) = source {
            page.source = Some((source.slug.to_string(), Inert::new(&source.name)));
            page.walk = Walk::load(here, &page.environment, (id, &source.slug)).await?;
        }
        page.turning_on = TurningOn::of(here, &view);
        page.may_turn_off = here.may(ActionName::DisableTool);
        page.overriding.may = here.may(ActionName::OverrideTool);
        Ok((page, view))
    }

    pub(crate) fn new(
        frame: Frame,
        base: String,
        environment: Environments,
        view: &ToolView,
    ) -> Self {
        Self {
            frame,
            base,
            source: None,
            walk: None,
            environment,
            suspended: Vec::new(),
            tool: ToolFacts::new(view),
            decided: view.decided.as_ref().map(Decided::new),
            seen: decision_of(view.decided.as_ref()),
            since: Vec::new(),
            overriding: Overriding::new(view),
            turning_on: TurningOn::Refused(String::new()),
            may_turn_off: false,
            ways: Vec::new(),
            left_out: LeftOut::agents(0),
            connecting: roles_that_may(ActionName::ConnectAgent),
            handling: if view.tool.operation.risk.read_only
                && view.needs() == ActionName::EnableTool
            {
                Handling::Run
            } else {
                Handling::Hold
            },
            on_reason: Field::reason().id("turn-on-reason"),
            off_reason: Field::reason().id("turn-off-reason"),
            error: None,
        }
    }

    /// Where it is, in the same environment and review.
    pub(crate) fn address(&self) -> String {
        self.address_of(&self.tool.id)
    }

    fn address_of(&self, tool: impl Display) -> String {
        format!("{}/tools/{tool}?{}", self.base, self.query())
    }

    /// What its address says beside which tool it is.
    pub(crate) fn query(&self) -> String {
        let alone = || format!("environment={}", self.environment.slug());
        let walk = self.walk.as_ref();
        walk.map_or_else(alone, |walk| walk.query.clone())
    }

    /// There is another tool after it in the review.
    pub(crate) fn goes_on(&self) -> bool {
        self.walk.as_ref().is_some_and(|walk| walk.after.is_some())
    }

    /// Says what was decided: here, or where the next tool of the review is.
    fn decided(&self, goes_on: bool, (here, there): (Done, Done)) -> Answer {
        let after = self.walk.as_ref().and_then(|walk| walk.after.as_ref());
        match after.filter(|_| goes_on) {
            Some((after, _)) => done(&self.address_of(after), there),
            None => done(&self.address(), here),
        }
    }

    pub(crate) fn runs(&self) -> bool {
        self.handling == Handling::Run
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EnvironmentQuery {
    environment: Option<String>,
}

async fn show(here: Here) -> Answer {
    let query: EnvironmentQuery = here.query();
    let (drawn, _) = ToolPage::load(&here, query.environment.as_deref()).await?;
    page(&drawn)
}

#[derive(Deserialize)]
struct TurnOnForm {
    environment: String,
    version: ToolVersionId,
    /// The decision that was shown.
    seen: Option<String>,
    handling: String,
    reason: String,
    /// The button that goes on to the next tool.
    next: Option<String>,
}

async fn turn_on(here: Here, Form(form): Form<TurnOnForm>) -> Answer {
    let (mut drawn, view) = ToolPage::load(&here, Some(&form.environment)).await?;
    drawn.on_reason = drawn.on_reason.value(form.reason);
    drawn.handling = Handling::parse(&form.handling).ok_or_else(wrong_handling)?;
    let Some(reason) = drawn.on_reason.parse::<Statement>() else {
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let command = TurnOn {
        tool: view.tool.id,
        version: form.version,
        seen: decision_seen(form.seen.as_deref()).ok_or_else(wrong_decision)?,
        environment: drawn.environment.chosen.id,
        handling: drawn.handling,
        reason,
    };
    match here
        .services()
        .registry
        .turn_on(here.scope(), command)
        .await
    {
        Ok(_) => drawn.decided(form.next.is_some(), (Done::ToolOn, Done::BeforeOn)),
        Err(error) => refused(drawn, error),
    }
}

fn wrong_handling() -> Problem {
    Problem::invalid("invalid_form", "the handling is either run or hold")
}

fn wrong_decision() -> Problem {
    Problem::invalid(
        "invalid_form",
        "the form names a decision in a way that cannot be read",
    )
}

#[derive(Deserialize)]
struct TurnOffForm {
    environment: String,
    reason: String,
    next: Option<String>,
}

async fn turn_off(here: Here, Form(form): Form<TurnOffForm>) -> Answer {
    let (mut drawn, view) = ToolPage::load(&here, Some(&form.environment)).await?;
    drawn.off_reason = drawn.off_reason.value(form.reason);
    let Some(reason) = drawn.off_reason.parse::<Statement>() else {
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let command = TurnOff {
        tool: view.tool.id,
        environment: drawn.environment.chosen.id,
        reason,
    };
    match here
        .services()
        .registry
        .turn_off(here.scope(), command)
        .await
    {
        Ok(_) => drawn.decided(form.next.is_some(), (Done::ToolOff, Done::BeforeOff)),
        Err(error) => refused(drawn, error),
    }
}

/// Draws the page again with what stood in the way, where that is about the tool.
fn refused(mut drawn: ToolPage, error: ToolDecisionError) -> Answer {
    if !matches!(error.kind(), Kind::Conflict | Kind::Invalid) {
        return Err(error.into());
    }
    drawn.error = Some(sentence(&error.to_string()));
    page_with(StatusCode::CONFLICT, &drawn)
}
