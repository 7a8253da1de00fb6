//! The report. Reading it is itself put on record.

use async_graphql::{ComplexObject, Enum, ID, SimpleObject};
use countersign_reporting as reporting;

use crate::{api::LIST, fault::id, scalar::Moment, tenant::RiskClass, tool::Handling};

/// The most consents that are listed of one way.
const GRANTS: usize = 50;

/// What is so at one moment.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Report {
    /// The moment.
    made_at: Moment,
    /// The tools by environment and class.
    inventory: Vec<InventoryRow>,
    /// Every tool that is on, with who decided, when and why.
    tools_on: Vec<ToolOn>,
    /// Those of them that nobody has called for 30 days.
    unused: Vec<ToolOn>,
    /// Held calls by state.
    holds: HoldFigures,
    /// Who decided about held calls.
    reviewers: Vec<ReviewerFigures>,
    /// Calls of the last 14 days, oldest first.
    days: Vec<DayFigures>,
    /// The same calls by class.
    classes: Vec<ClassFigures>,
    /// How many agents are connected.
    agents: usize,
    #[graphql(skip)]
    ways: Vec<reporting::Way>,
    /// What is weak, the most urgent first.
    findings: Vec<Finding>,
    /// How many entries all of this lacks: another version of the server wrote them, and this one
    /// cannot read them.
    left_out: usize,
}

#[ComplexObject]
impl Report {
    /// Who can call the high-risk tools that are on: the ways to each.
    #[graphql(complexity = "3 * child_complexity")]
    async fn ways(&self) -> Vec<Way> {
        self.ways.iter().map(Way::from).collect()
    }
}

/// The tools of one class in one environment.
#[derive(SimpleObject)]
struct InventoryRow {
    /// The environment.
    environment: ID,
    /// Its name for people.
    environment_name: String,
    /// The class.
    class: RiskClass,
    /// All tools of the class.
    tools: u64,
    /// Those that can be called faithfully.
    callable: u64,
    /// Those that are on.
    on: u64,
    /// Those that are on and of which each call waits.
    held: u64,
    /// Those that were on until their definition changed.
    needs_review: u64,
}

/// A tool that somebody turned on.
#[derive(SimpleObject)]
struct ToolOn {
    /// The tool.
    tool: ID,
    /// What agents call it.
    name: String,
    /// Its class.
    class: RiskClass,
    /// Each call needs a countersignature.
    high_risk: bool,
    /// The API in URLs.
    source: String,
    /// Where it is on.
    environment: ID,
    /// Its definition has changed since; agents do not see it.
    needs_review: bool,
    /// What was chosen for its calls.
    handling: Handling,
    /// Who turned it on.
    decided_by: String,
    /// When.
    decided_at: Moment,
    /// Why.
    reason: String,
    /// It is known where the API lives.
    connected: bool,
    /// When it was last called.
    last_called_at: Option<Moment>,
}

/// One way to a tool.
#[derive(SimpleObject)]
struct Way {
    /// The tool.
    tool: ID,
    /// The environment its calls go to.
    environment: ID,
    /// The endpoint in URLs.
    endpoint: String,
    /// How many agents can call it there.
    agents: usize,
    /// Their consents, the newest first, at most 50.
    #[graphql(complexity = "GRANTS / LIST")]
    grants: Vec<ID>,
}

/// Held calls by state.
#[derive(SimpleObject)]
struct HoldFigures {
    /// Nobody has decided yet.
    pending: u64,
    /// Countersigned, and the agent has not come back yet.
    countersigned: u64,
    /// Rejected by a reviewer.
    rejected: u64,
    /// Ran out of time.
    expired: u64,
    /// Something changed first.
    stale: u64,
    /// Countersigned and sent.
    consumed: u64,
    /// How long a reviewer took; half took longer.
    median_decision_seconds: Option<u64>,
}

/// What one reviewer decided.
#[derive(SimpleObject)]
struct ReviewerFigures {
    /// What was shown for them.
    label: String,
    /// Calls they countersigned.
    countersigned: u64,
    /// Calls they rejected.
    rejected: u64,
    /// How long they took; half of their decisions took longer.
    median_decision_seconds: u64,
    /// Their latest decision.
    last_at: Moment,
}

/// The calls of one day.
#[derive(SimpleObject)]
struct DayFigures {
    /// The day, in UTC.
    day: String,
    /// Its calls.
    calls: Calls,
}

/// The calls of one class.
#[derive(SimpleObject)]
struct ClassFigures {
    /// The class; nothing for calls of tools that do not exist.
    class: Option<RiskClass>,
    /// Its calls.
    calls: Calls,
}

/// How many calls were decided how.
#[derive(SimpleObject)]
struct Calls {
    /// Ran.
    allowed: u64,
    /// Had to wait.
    held: u64,
    /// Were refused.
    denied: u64,
}

/// One weakness.
#[derive(SimpleObject)]
struct Finding {
    /// A stable code.
    code: &'static str,
    /// How soon to look.
    severity: Urgency,
    /// What is so, and why it matters.
    sentence: String,
    /// What it stands on.
    evidence: Vec<Evidence>,
}

/// How soon somebody should look.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "reporting::Severity")]
enum Urgency {
    /// Worth tidying up.
    Low,
    /// A control is weaker than it looks.
    Medium,
    /// A control does not hold, or something happened that nobody knows the end of.
    High,
}

/// One thing that a finding stands on.
#[derive(SimpleObject)]
struct Evidence {
    /// Names it.
    id: ID,
    /// What to show for it.
    label: String,
}

impl From<reporting::Report> for Report {
    fn from(report: reporting::Report) -> Self {
        Self {
            made_at: report.made_at.into(),
            inventory: each(report.inventory),
            tools_on: each(report.tools_on),
            unused: each(report.unused),
            holds: report.holds.into(),
            reviewers: each(report.reviewers),
            days: each(report.days),
            classes: each(report.classes),
            agents: report.agents.len(),
            ways: report.ways,
            findings: each(report.findings),
            left_out: report.left_out,
        }
    }
}

fn each<T, R: From<T>>(rows: Vec<T>) -> Vec<R> {
    rows.into_iter().map(R::from).collect()
}

impl From<reporting::InventoryRow> for InventoryRow {
    fn from(row: reporting::InventoryRow) -> Self {
        Self {
            environment: id(row.environment),
            environment_name: row.environment_name,
            class: row.class.into(),
            tools: row.tools,
            callable: row.callable,
            on: row.on,
            held: row.held,
            needs_review: row.needs_review,
        }
    }
}

impl From<reporting::ToolOn> for ToolOn {
    fn from(tool: reporting::ToolOn) -> Self {
        Self {
            tool: id(tool.tool),
            name: tool.name,
            class: tool.class.into(),
            high_risk: tool.high_risk,
            source: tool.source_slug,
            environment: id(tool.environment),
            needs_review: tool.needs_review,
            handling: tool.handling.into(),
            decided_by: tool.decided_label,
            decided_at: tool.decided_at.into(),
            reason: tool.reason,
            connected: tool.connected,
            last_called_at: tool.last_called_at.map(Moment::from),
        }
    }
}

impl From<&reporting::Way> for Way {
    fn from(way: &reporting::Way) -> Self {
        Self {
            tool: id(way.tool),
            environment: id(way.environment),
            endpoint: way.endpoint_slug.to_string(),
            agents: way.agents.len(),
            grants: way
                .agents
                .iter()
                .take(GRANTS)
                .map(|agent| id(agent.id))
                .collect(),
        }
    }
}

impl From<reporting::HoldFigures> for HoldFigures {
    fn from(figures: reporting::HoldFigures) -> Self {
        Self {
            pending: figures.pending,
            countersigned: figures.countersigned,
            rejected: figures.rejected,
            expired: figures.expired,
            stale: figures.stale,
            consumed: figures.consumed,
            median_decision_seconds: figures.median_decision_seconds,
        }
    }
}

impl From<reporting::ReviewerFigures> for ReviewerFigures {
    fn from(figures: reporting::ReviewerFigures) -> Self {
        Self {
            label: figures.label,
            countersigned: figures.countersigned,
            rejected: figures.rejected,
            median_decision_seconds: figures.median_decision_seconds,
            last_at: figures.last_at.into(),
        }
    }
}

impl From<reporting::DayFigures> for DayFigures {
    fn from(figures: reporting::DayFigures) -> Self {
        Self {
            day: figures.day.to_string(),
            calls: figures.calls.into(),
        }
    }
}

impl From<reporting::ClassFigures> for ClassFigures {
    fn from(figures: reporting::ClassFigures) -> Self {
        Self {
            class: figures.class.map(RiskClass::from),
            calls: figures.calls.into(),
        }
    }
}

impl From<reporting::Calls> for Calls {
    fn from(calls: reporting::Calls) -> Self {
        Self {
            allowed: calls.allowed,
            held: calls.held,
            denied: calls.denied,
        }
    }
}

impl From<reporting::Finding> for Finding {
    fn from(finding: reporting::Finding) -> Self {
        Self {
            code: finding.code.as_str(),
            severity: finding.severity.into(),
            sentence: finding.sentence,
            evidence: each(finding.evidence),
        }
    }
}

impl From<reporting::Evidence> for Evidence {
    fn from(evidence: reporting::Evidence) -> Self {
        Self {
            id: ID(evidence.id),
            label: evidence.label,
        }
    }
}
