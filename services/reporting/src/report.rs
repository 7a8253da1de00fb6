//! One page about what agents can do here, who let them, and what is weak about it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use countersign_access::{ActionName, TenantScope};
use countersign_domain::{
    Timestamp, World,
    id::{EnvironmentId, SourceId, ToolId},
    overrides::{Override, OverrideKind, SaidRisk},
    record::{Act, Record},
};
use countersign_store::{
    Store, TenantTx,
    oauth_grants::Grant,
    overrides::OverridesOf,
    reports::{CallCount, HoldFigures, InventoryRow, ReviewerFigures, ToolOn},
    tools::ToolsOf,
};

use crate::{
    AuditError, ClassFigures, DayFigures, Finding,
    call_counts::CallCounts,
    days::{by_class, by_day},
    finding::Facts,
    reach::{Way, ways},
};

/// A tool that nobody calls for this long is not needed.
const UNUSED: TimeDelta = TimeDelta::days(30);
/// Calls without an outcome are looked for this far back.
const UNRESOLVED: TimeDelta = TimeDelta::days(30);
/// Most calls without an outcome that are listed.
const UNRESOLVED_SHOWN: i64 = 100;

/// What is so at one moment, counted when it is asked for.
#[derive(Clone, Debug)]
pub struct Report {
    /// The moment.
    pub made_at: Timestamp,
    /// The tools by environment and class.
    pub inventory: Vec<InventoryRow>,
    /// Every tool that is on, with who decided, when and why.
    pub tools_on: Vec<ToolOn>,
    /// What people said that made the risk of some of them less, and holds.
    pub lowered: Vec<Override>,
    /// Those of them that agents see and none has called for 30 days, and that have been on for
    /// as long.
    pub unused: Vec<ToolOn>,
    /// Holds by state.
    pub holds: HoldFigures,
    /// Who decided about holds.
    pub reviewers: Vec<ReviewerFigures>,
    /// Calls of the last 14 days, oldest first, every day there.
    pub days: Vec<DayFigures>,
    /// The same calls by class.
    pub classes: Vec<ClassFigures>,
    /// The agents that are connected and can call.
    pub agents: Vec<Grant>,
    /// The ways to the high-risk tools that are on.
    pub ways: Vec<Way>,
    /// What is weak, the most urgent first.
    pub findings: Vec<Finding>,
    /// How many entries all of this lacks: another version of the server wrote them, and this one
    /// cannot read them.
    pub left_out: usize,
}

/// Makes reports.
#[derive(Clone, Debug)]
pub struct Reports {
    counts: CallCounts,
    pub(crate) store: Store,
    world: World,
}

impl Reports {
    /// Puts the service together.
    #[must_use]
    pub fn new(store: Store, world: World) -> Self {
        Self {
            counts: CallCounts::new(store.clone()),
            store,
            world,
        }
    }

    /// Makes the report of this moment, and puts on record who read it.
    ///
    /// # Errors
    /// When the role does not allow it or the database does not answer.
    pub async fn report(&self, scope: &TenantScope) -> Result<Report, AuditError> {
        scope.check(ActionName::ReadRecords)?;
        let now = self.world.now();
        let counts = self.counts.of(scope, now).await?;
        let tx = self.store.begin(scope).await?;
        let report = load(&tx, &counts, now).await?;
        let record = Record::new(&self.world, scope.tenant(), Act::ReportRead, scope.who())
            .with("findings", report.findings.len());
        tx.append_record(&record).await?;
        tx.commit().await?;
        Ok(report)
    }
}

async fn load(tx: &TenantTx, counts: &[CallCount], now: Timestamp) -> Result<Report, AuditError> {
    let tools_on = tx.tools_on().await?;
    let unused = unused(&tools_on, now);
    let lowered = lowered(tx, &tools_on).await?;
    let were_more = were_more(tx, &tools_on).await?;
    let (unresolved_calls, unresolved) = tx
        .unresolved_calls(now - UNRESOLVED, UNRESOLVED_SHOWN)
        .await?;
    let findings = Facts {
        members: &tx.members().await?,
        tools_on: &tools_on,
        unused: &unused,
        plain_credentials: &tx.plain_credentials().await?,
        unresolved_calls: &unresolved_calls,
        unresolved,
        same_hands: &tx.same_hands().await?,
        lowered: &lowered,
        were_more: &were_more,
        suspended: &tx.suspensions().await?,
    }
    .findings();
    let mut agents = tx.grants().await?;
    agents.retain(|agent| agent.can_call);
    let ways = ways_to(tx, &agents, &tools_on).await?;
    Ok(Report {
        made_at: now,
        inventory: tx.inventory().await?,
        tools_on,
        lowered,
        unused,
        holds: tx.hold_figures().await?,
        reviewers: tx.reviewer_figures().await?,
        days: by_day(counts, now),
        classes: by_class(counts),
        agents,
        ways,
        findings,
        // What was read last counts, too.
        left_out: tx.left_out(),
    })
}

/// The ways to those of these tools that are high-risk, where agents see them.
async fn ways_to(
    tx: &TenantTx,
    agents: &[Grant],
    tools: &[ToolOn],
) -> Result<Vec<Way>, AuditError> {
    let reached = tools
        .iter()
        .filter(|tool| tool.high_risk && !tool.needs_review);
    let places: BTreeSet<(ToolId, EnvironmentId)> =
        reached.map(|tool| (tool.tool, tool.environment)).collect();
    let tools: Vec<ToolId> = places.iter().map(|(tool, _)| *tool).collect();
    let mut ways = ways(tx, agents, &tools).await?;
    ways.retain(|way| places.contains(&(way.tool, way.environment)));
    Ok(ways)
}

/// What holds and makes the risk of a tool of these APIs less.
async fn lowered(tx: &TenantTx, tools: &[ToolOn]) -> Result<Vec<Override>, AuditError> {
    let sources: BTreeSet<SourceId> = tools.iter().map(|tool| tool.source).collect();
    let mut lowered = Vec::new();
    for source in sources {
        lowered.extend(tx.readable_overrides(OverridesOf::Source(source)).await?.0);
    }
    lowered.retain(|one| one.stands() && one.said.kind() == OverrideKind::Risk && !one.raises());
    Ok(lowered)
}

/// What those of these tools were that somebody decided about while they were more than they are.
async fn were_more(
    tx: &TenantTx,
    tools: &[ToolOn],
) -> Result<BTreeMap<ToolId, SaidRisk>, AuditError> {
    // Where it was decided is all the same.
    let places: BTreeMap<SourceId, EnvironmentId> = tools
        .iter()
        .map(|tool| (tool.source, tool.environment))
        .collect();
    let mut were_more = BTreeMap::new();
    for (source, environment) in places {
        let decided = tx
            .decided_risks(ToolsOf::Source(source), environment)
            .await?;
        for tool in tools {
            let now = SaidRisk {
                class: tool.class,
                high_risk: tool.high_risk,
            };
            let risks = decided.get(&tool.tool).into_iter().flatten();
            let was = risks.filter_map(|risk| risk.above(now)).next_back();
            were_more.extend(was.map(|was| (tool.tool, was)));
        }
    }
    Ok(were_more)
}

/// A tool that was turned on yesterday has not had its chance yet.
fn unused(tools: &[ToolOn], now: Timestamp) -> Vec<ToolOn> {
    let before = now - UNUSED;
    tools
        .iter()
        .filter(|tool| !tool.needs_review && tool.decided_at < before)
        .filter(|tool| tool.last_called_at.is_none_or(|at| at < before))
        .cloned()
        .collect()
}
