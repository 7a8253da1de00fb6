//! The first page of a tenant: what to do next, and what happens just now.

use askama::Template;
use countersign_access::ActionName;
use countersign_approvals::HoldBrief;
use countersign_edge::{Routes, WhoMay};
use countersign_reporting::{DayFigures, HomeFigures};

use crate::{
    answer::{Answer, page},
    chart::Columns,
    frame::{Frame, Here, Section},
    pages::{audit::AuditRow, holds::HoldRow, notices::NoticesCard},
};

pub(crate) fn routes() -> Routes {
    let read = WhoMay::Member(ActionName::ReadTenant);
    Routes::new().get("/t/{tenant}", read, home)
}

#[derive(Template)]
#[template(path = "pages/home.html")]
pub(crate) struct HomePage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) steps: [Step; 6],
    pub(crate) ticked: usize,
    pub(crate) tools_on: u64,
    pub(crate) tools: u64,
    pub(crate) needs_review: u64,
    pub(crate) agents: u64,
    pub(crate) waiting: u64,
    pub(crate) today: u64,
    pub(crate) held_today: u64,
    pub(crate) holds: Vec<HoldRow>,
    pub(crate) rows: Vec<AuditRow>,
    pub(crate) chart: Columns,
    pub(crate) may_read_records: bool,
    pub(crate) may_stop: bool,
    pub(crate) notices: Option<NoticesCard>,
}

/// One thing to do; it ticks itself from what is there.
pub(crate) struct Step {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) says: &'static str,
    pub(crate) rest: &'static str,
    pub(crate) button: &'static str,
    pub(crate) ticked: bool,
}

impl Step {
    const fn new(id: &'static str, title: &'static str, says: &'static str) -> Self {
        Self {
            id,
            title,
            says,
            rest: "",
            button: "",
            ticked: false,
        }
    }

    const fn at(mut self, rest: &'static str, button: &'static str) -> Self {
        self.rest = rest;
        self.button = button;
        self
    }

    const fn ticked(mut self, ticked: bool) -> Self {
        self.ticked = ticked;
        self
    }
}

fn steps(figures: &HomeFigures) -> [Step; 6] {
    let set_up = &figures.set_up;
    [
        Step::new(
            "import",
            "Import an API",
            "Upload, paste or fetch its OpenAPI document. Nothing is on until you say so.",
        )
        .at("/import", "Import")
        .ticked(set_up.sources > 0),
        Step::new(
            "tools",
            "Turn tools on",
            "All READ tools in one step; others alone or together, each with a reason.",
        )
        .at("/sources", "Review tools")
        .ticked(set_up.tools_on > 0),
        Step::new(
            "connection",
            "Store the credential",
            "Say where the API lives and what lets requests in. Agents never see it.",
        )
        .at("/connections", "Connections")
        .ticked(set_up.credentials > 0),
        Step::new(
            "endpoint",
            "Make an endpoint",
            "One URL with the tools you choose.",
        )
        .at("/endpoints", "Endpoints")
        .ticked(set_up.endpoints > 0),
        Step::new(
            "agent",
            "Connect an agent",
            "Claude, Cursor or your own, with the snippet on the endpoint's page.",
        )
        .at("/endpoints", "Get the snippet")
        .ticked(set_up.agents > 0),
        Step::new(
            "members",
            "Invite a reviewer",
            "Nobody can countersign their own calls, so a second person is needed.",
        )
        .at("/members", "Members")
        .ticked(set_up.members > 1),
    ]
}

/// Draws the calls of some days.
pub(crate) fn calls_chart(days: &[DayFigures]) -> Columns {
    let legend = [("allow", "allowed"), ("hold", "held"), ("deny", "denied")];
    let days: Vec<_> = days
        .iter()
        .map(|day| {
            let counts = [day.calls.allowed, day.calls.held, day.calls.denied];
            (day.day.format("%-d %b").to_string(), counts)
        })
        .collect();
    Columns::new("Calls of the last days by decision", legend, &days)
}

impl HomePage {
    pub(crate) fn new(
        (frame, base): (Frame, String),
        figures: &HomeFigures,
        holds: Vec<HoldRow>,
    ) -> Self {
        let steps = steps(figures);
        let set_up = &figures.set_up;
        Self {
            frame,
            base,
            ticked: steps.iter().filter(|step| step.ticked).count(),
            steps,
            tools_on: set_up.tools_on,
            tools: set_up.tools,
            needs_review: set_up.needs_review,
            agents: set_up.agents,
            waiting: set_up.holds_waiting,
            today: figures.today.allowed + figures.today.held + figures.today.denied,
            held_today: figures.today.held,
            holds,
            rows: figures.last_calls.iter().map(AuditRow::new).collect(),
            chart: calls_chart(&figures.days),
            may_read_records: false,
            may_stop: false,
            notices: None,
        }
    }
}

async fn home(here: Here) -> Answer {
    let services = here.services();
    let figures = services.activity.home(here.scope()).await?;
    let waiting = services.approvals.longest_waiting(here.scope()).await?;
    let row = |hold: &HoldBrief| HoldRow::new(hold, here.now(), here.scope().person());
    let holds = waiting.iter().map(row).collect();
    let around = (here.frame("Overview", Section::Home), here.path(""));
    let mut drawn = HomePage::new(around, &figures, holds);
    drawn.may_read_records = here.may(ActionName::ReadRecords);
    drawn.may_stop = here.may(ActionName::StopCalls);
    drawn.notices = NoticesCard::of(&here).await?;
    page(&drawn)
}
