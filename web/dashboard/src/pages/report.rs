//! The report: what agents can do, who let them, and what is weak. Made to be printed.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

use askama::Template;
use countersign_access::ActionName;
use countersign_domain::{decision::Handling, overrides::Override};
use countersign_edge::{Problem, Routes, WhoMay};
use countersign_reporting::{
    Evidence, Finding, FindingCode, HoldFigures, InventoryRow, Report, Severity, ToolOn,
};
use countersign_tool_registry::ReviewProgress;

use crate::{
    answer::{Answer, page},
    chart::{Columns, Share},
    frame::{Frame, Here, Section, roles_that_may},
    inert::Inert,
    pages::{
        home::calls_chart,
        reach::{ReachLine, reach},
    },
    parts::{Badge, When, span},
};

pub(crate) fn routes() -> Routes {
    let read = WhoMay::Member(ActionName::ReadRecords);
    Routes::new().get("/t/{tenant}/report", read, show)
}

#[derive(Template)]
#[template(path = "pages/report.html")]
pub(crate) struct ReportPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) made: When,
    pub(crate) findings: Vec<FindingRow>,
    pub(crate) inventory: Vec<InventoryLine>,
    pub(crate) apis: Vec<ApiLine>,
    /// Those that change something or that a person made less dangerous, the riskiest first.
    pub(crate) tools: Vec<ToolLine>,
    /// The others.
    pub(crate) reads: Vec<ToolLine>,
    pub(crate) unused: Vec<ToolLine>,
    /// Who can call those of them that are high-risk.
    pub(crate) reach: Vec<ReachLine>,
    pub(crate) connecting: String,
    pub(crate) holds: HoldFigures,
    pub(crate) median: Option<String>,
    pub(crate) reviewers: Vec<(Inert, u64, u64, String, When)>,
    pub(crate) chart: Columns,
    pub(crate) agents: Vec<AgentLine>,
    /// Entries that are not shown, as this version of the server cannot read them.
    pub(crate) left_out: usize,
}

/// One weakness.
pub(crate) struct FindingRow {
    pub(crate) code: &'static str,
    pub(crate) severity: Badge,
    pub(crate) sentence: Inert,
    pub(crate) evidence: Vec<Proof>,
}

/// One thing that a finding stands on, with the page that shows it.
pub(crate) struct Proof {
    pub(crate) label: Inert,
    pub(crate) rest: Option<String>,
}

impl Proof {
    fn new(evidence: &Evidence) -> Self {
        let id = evidence.id.as_str();
        let kind = id.split('_').next().unwrap_or_default();
        Self {
            label: Inert::new(&evidence.label),
            rest: match kind {
                "tool" => Some(format!("/tools/{id}")),
                "rec" => Some(format!("/audit/{id}")),
                "hold" => Some(format!("/holds/{id}")),
                "mem" => Some("/members".to_owned()),
                "con" | "cred" => Some("/connections".to_owned()),
                _ => None,
            },
        }
    }
}

/// More tools than these are counted by API.
const FEW: usize = 8;

/// Which tools of an API a finding is about, as a page shows them below the tenant's address, with
/// `{}` for the API; `None` where each has something of its own to say.
const fn shown_at(code: FindingCode) -> Option<&'static str> {
    match code {
        FindingCode::WritesRunAtOnce => Some("/sources/{}?state=run&class=WRITE"),
        FindingCode::LowConfidenceToolOn => Some("/sources/{}?state=on&risk=low-confidence"),
        FindingCode::ToolsNeedReview => Some("/sources/{}?state=review"),
        FindingCode::ToolOnWithoutConnection => Some("/sources/{}?state=on"),
        FindingCode::UnusedToolsOn => Some("/report#unused"),
        FindingCode::OutcomeUnknown
        | FindingCode::TooFewReviewers
        | FindingCode::CredentialOverPlainHttp
        | FindingCode::LoweredToolOn
        | FindingCode::CredentialSuspended
        | FindingCode::SameHandOnBothKeys
        | FindingCode::SingleOwner => None,
    }
}

fn by_api(evidence: &[Evidence], tools: &[ToolOn], page: &str) -> Vec<Proof> {
    let known = tools.iter().map(|tool| (tool.tool.to_string(), tool));
    let known: HashMap<String, &ToolOn> = known.collect();
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for tool in evidence.iter().filter_map(|one| known.get(&one.id)) {
        let api = (tool.source_name.as_str(), tool.source_slug.as_str());
        *counts.entry(api).or_default() += 1;
    }
    let proof = |((name, slug), count)| Proof {
        label: Inert::new(format!(
            "{name}: {count} {}",
            if count == 1 { "tool" } else { "tools" }
        )),
        rest: Some(page.replace("{}", slug)),
    };
    counts.into_iter().map(proof).collect()
}

impl FindingRow {
    fn new(finding: &Finding, tools: &[ToolOn]) -> Self {
        let kind = match finding.severity {
            Severity::High => "delete",
            Severity::Medium => "review",
            Severity::Low => "quiet",
        };
        Self {
            code: finding.code.as_str(),
            severity: Badge::new(kind, finding.severity.as_str()),
            sentence: Inert::new(&finding.sentence),
            evidence: match shown_at(finding.code) {
                Some(page) if finding.evidence.len() > FEW => {
                    by_api(&finding.evidence, tools, page)
                }
                Some(_) | None => finding.evidence.iter().map(Proof::new).collect(),
            },
        }
    }
}

/// The tools of one class in one environment.
pub(crate) struct InventoryLine {
    pub(crate) environment: Inert,
    pub(crate) class: Badge,
    pub(crate) row: InventoryRow,
    pub(crate) share: Share,
}

impl InventoryLine {
    fn new(row: &InventoryRow) -> Self {
        let at_once = row.on.saturating_sub(row.held);
        let parts = [
            ("hold", "held", row.held),
            ("allow", "run at once", at_once),
        ];
        Self {
            environment: Inert::new(&row.environment_name),
            class: Badge::class(row.class),
            share: Share::new(&parts, row.tools),
            row: row.clone(),
        }
    }
}

/// The tools of one API in one environment.
pub(crate) struct ApiLine {
    pub(crate) name: Inert,
    pub(crate) environment: Inert,
    pub(crate) counts: ReviewProgress,
}

impl ApiLine {
    async fn all(here: &Here) -> Result<Vec<Self>, Problem> {
        let registry = &here.services().registry;
        let sources = registry.sources(here.scope()).await?;
        let mut lines = Vec::new();
        for environment in registry.environments(here.scope()).await? {
            let progress = registry
                .review_progress(here.scope(), environment.id)
                .await?;
            for view in &sources {
                let counts = progress.iter().find(|one| one.source == view.source.id);
                lines.extend(counts.map(|counts| Self {
                    name: Inert::new(&view.source.name),
                    environment: Inert::new(&environment.name),
                    counts: *counts,
                }));
            }
        }
        Ok(lines)
    }
}

/// What becomes of the calls of a tool.
pub(crate) const fn handling(handling: Handling) -> Badge {
    match handling {
        Handling::Run => Badge::new("on", "runs at once"),
        Handling::Hold => Badge::new("held", "each call held"),
    }
}

/// A tool that is on.
pub(crate) struct ToolLine {
    pub(crate) id: String,
    pub(crate) name: Inert,
    pub(crate) class: Badge,
    pub(crate) source: Inert,
    pub(crate) environment: Inert,
    pub(crate) handling: Badge,
    pub(crate) by: Inert,
    pub(crate) at: When,
    pub(crate) reason: Inert,
    pub(crate) last: Option<When>,
    /// Who made its risk less, and why.
    pub(crate) lowered: Option<(Inert, Inert)>,
}

impl ToolLine {
    fn new(tool: &ToolOn, lowered: &[Override]) -> Self {
        let lowered = lowered.iter().find(|one| one.tool == tool.tool);
        Self {
            lowered: lowered.map(|one| (Inert::new(&one.by_label), Inert::new(&one.reason))),
            id: tool.tool.to_string(),
            name: Inert::new(&tool.name),
            class: Badge::class(tool.class),
            source: Inert::new(&tool.source_name),
            environment: Inert::new(&tool.environment_name),
            handling: handling(tool.handling),
            by: Inert::new(&tool.decided_label),
            at: When::new(tool.decided_at),
            reason: Inert::new(&tool.reason),
            last: tool.last_called_at.map(When::new),
        }
    }
}

/// A connected agent.
pub(crate) struct AgentLine {
    pub(crate) client: Inert,
    pub(crate) member: Inert,
    pub(crate) endpoint: Inert,
    pub(crate) scopes: Vec<Badge>,
    pub(crate) since: When,
}

fn seconds(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX / 1000);
    span(chrono::TimeDelta::seconds(seconds))
}

impl ReportPage {
    pub(crate) fn new((frame, base): (Frame, String), report: &Report) -> Self {
        let reviewers = report.reviewers.iter();
        let agents = report.agents.iter();
        let findings = report.findings.iter();
        // What changed since is not on until somebody has looked again.
        let on = report.tools_on.iter().filter(|tool| !tool.needs_review);
        let mut on: Vec<&ToolOn> = on.collect();
        on.sort_by_key(|tool| Reverse((tool.high_risk, tool.class)));
        let lines = on.iter().map(|tool| ToolLine::new(tool, &report.lowered));
        let (tools, reads) =
            lines.partition(|line| line.class.text() != "READ" || line.lowered.is_some());
        Self {
            frame,
            base,
            made: When::exact(report.made_at),
            findings: findings
                .map(|finding| FindingRow::new(finding, &report.tools_on))
                .collect(),
            inventory: report.inventory.iter().map(InventoryLine::new).collect(),
            apis: Vec::new(),
            reach: reach(&on, &report.ways),
            connecting: roles_that_may(ActionName::ConnectAgent),
            tools,
            reads,
            unused: report
                .unused
                .iter()
                .map(|tool| ToolLine::new(tool, &[]))
                .collect(),
            median: report.holds.median_decision_seconds.map(seconds),
            holds: report.holds.clone(),
            reviewers: reviewers
                .map(|one| {
                    let took = seconds(one.median_decision_seconds);
                    let label = Inert::new(&one.label);
                    (
                        label,
                        one.countersigned,
                        one.rejected,
                        took,
                        When::new(one.last_at),
                    )
                })
                .collect(),
            chart: calls_chart(&report.days),
            left_out: report.left_out,
            agents: agents
                .map(|grant| AgentLine {
                    client: Inert::new(&grant.client_name),
                    member: Inert::new(&grant.member_label),
                    endpoint: Inert::new(&grant.endpoint_name),
                    scopes: grant.scopes.iter().copied().map(Badge::class).collect(),
                    since: When::new(grant.created_at),
                })
                .collect(),
        }
    }
}

async fn show(here: Here) -> Answer {
    let report = here.services().reports.report(here.scope()).await?;
    let around = (here.frame("Report", Section::Report), here.path(""));
    let mut drawn = ReportPage::new(around, &report);
    drawn.apis = ApiLine::all(&here).await?;
    page(&drawn)
}
