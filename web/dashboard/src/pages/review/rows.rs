//! The rows of a review.

use countersign_domain::{
    digest::Digest,
    drift::Change,
    operation::{Judged as _, Severity},
    overrides::SaidRisk,
    risk::{Confidence, Level, RiskClass, Sensitivity},
    tool::{Enablement, ToolState},
};
use countersign_tool_registry::{LookedAt, Seen, ToolBrief};

use super::{
    May, Reviewed,
    bulk::Bulk,
    filter::Pages,
    notes::{Note, to_read},
    search,
    waits::Waits,
};
use crate::{
    frame::roles_that_may,
    inert::Inert,
    pages::overriding::overridden,
    parts::{Badge, size},
};

/// Why a tool cannot be called whose definition this version of the server cannot read.
const UNREADABLE: &str = "Another version of Countersign wrote its definition, which this one cannot read: agents do not see it, and its calls are refused.";

/// The tools of one class that stand on this page.
pub(crate) struct ToolGroup {
    pub(crate) class: &'static str,
    pub(crate) badge: Badge,
    pub(crate) says: &'static str,
    /// How many the filter leaves, on all pages.
    pub(crate) count: usize,
    /// Those of them that have a box.
    pub(crate) offered: usize,
    /// How many of all are turned on by other roles, and by which.
    pub(crate) left: Option<(usize, String)>,
    /// Those with a box that are high-risk.
    pub(crate) high: usize,
    /// What the box for all of them says.
    pub(crate) value: String,
    pub(crate) checked: bool,
    pub(crate) rows: Vec<ToolRow>,
}

/// One tool of the review.
pub(crate) struct ToolRow {
    pub(crate) id: String,
    /// What its box says: the tool, with the definition and the decision that are shown. There is none
    /// where nothing can be decided.
    pub(crate) value: Option<String>,
    pub(crate) checked: bool,
    pub(crate) method: String,
    pub(crate) path: Inert,
    pub(crate) name: String,
    pub(crate) title: Inert,
    /// Where its description alone has what was searched for.
    pub(crate) described: Option<Inert>,
    risk: Level,
    pub(crate) unsure: Option<&'static str>,
    pub(crate) touches: Vec<&'static str>,
    pub(crate) listed: String,
    pub(crate) input: String,
    pub(crate) output: Option<String>,
    pub(crate) state: Badge,
    pub(crate) reasons: Vec<(Inert, Inert)>,
    pub(crate) notes: Vec<Note>,
    /// Notes that are more than for information.
    pub(crate) warnings: usize,
    pub(crate) unsupported: Option<Inert>,
    /// Why its text is read before it is turned on, in its own words where they are known.
    pub(crate) unread: Option<Inert>,
    /// Why it waits for somebody to look again.
    pub(crate) waits: Option<Waits>,
    /// It is not turned on among others.
    pub(crate) alone: bool,
    pub(crate) deprecated: bool,
    pub(crate) overridden: Option<&'static str>,
    /// What it was when somebody decided about it, where that was more.
    pub(crate) lowered_from: Option<String>,
}

impl ToolRow {
    fn new(view: &ToolBrief, reviewed: &Reviewed, (bulk, may): (&Bulk, May)) -> Self {
        let weight = reviewed.weights.of(view);
        let changes = reviewed.changes.get(&view.tool.id);
        let operation = &view.tool.operation;
        let reasons = operation.risk.reasons.iter();
        let notes = operation.diagnostics.iter();
        let warnings = notes.filter(|note| note.severity >= Severity::Warning);
        Self {
            id: view.tool.id.to_string(),
            value: may.choose(view).then(|| box_of(view)),
            checked: bulk.has_tool(view.tool.id),
            method: operation.method.to_string(),
            path: Inert::new(&operation.path),
            name: view.tool.name.clone(),
            title: Inert::new(&operation.title),
            described: search::excerpt(&reviewed.filter.text, view),
            risk: operation.risk.level(),
            unsure: match operation.risk.confidence {
                Confidence::High => None,
                Confidence::Medium => Some("medium confidence"),
                Confidence::Low => Some("low confidence"),
            },
            touches: operation
                .risk
                .sensitivity
                .iter()
                .map(|kind| kind.as_str())
                .collect(),
            listed: size(weight.listed),
            input: size(weight.input),
            output: (weight.output > 0).then(|| size(weight.output)),
            state: Badge::state(view.state),
            reasons: reasons
                .map(|reason| (Inert::new(&reason.text), Inert::new(&reason.evidence)))
                .collect(),
            notes: operation.diagnostics.iter().map(Note::new).collect(),
            warnings: warnings.count(),
            unsupported: if reviewed.weights.is_unreadable(view) {
                Some(Inert::new(UNREADABLE))
            } else {
                operation.unsupported.as_ref().map(Inert::new)
            },
            unread: operation
                .must_be_read()
                .then(|| to_read([operation.title.as_str(), &operation.description])),
            waits: view
                .waits
                .map(|reason| Waits::new(reason, changes.map_or(&[], |changes| changes))),
            alone: view.stands_alone().is_some()
                || changes.is_some_and(|changes| changes.iter().any(Change::is_cut)),
            deprecated: operation.deprecated,
            overridden: overridden(view),
            lowered_from: view.lowered_from.map(SaidRisk::summary),
        }
    }

    pub(crate) const fn level(&self) -> Badge {
        Badge::level(self.risk)
    }

    pub(crate) const fn is_high_risk(&self) -> bool {
        matches!(self.risk, Level::High)
    }
}

/// What the box of one tool says: which, its definition, and what had been decided about it.
fn box_of(view: &ToolBrief) -> String {
    format!("{}@{}", defined(view), decision_of(view.decided.as_ref()))
}

fn defined(view: &ToolBrief) -> String {
    format!("{}@{}", view.tool.id, view.tool.version)
}

/// How a form says which decision was shown.
pub(crate) fn decision_of(decided: Option<&Enablement>) -> String {
    decided.map_or_else(String::new, |one| one.id.to_string())
}

/// Reads what [`decision_of`] wrote; a form that has no such field does not say.
pub(crate) fn decision_seen(text: Option<&str>) -> Option<Seen> {
    match text {
        None => Some(Seen::Unsaid),
        Some("") => Some(Seen::Nothing),
        Some(id) => id.parse().ok().map(Seen::Decision),
    }
}

/// Reads what the box of one tool says.
pub(super) fn looked_at(text: &str) -> Option<LookedAt> {
    let mut parts = text.split('@');
    let (tool, version, decision) = (parts.next()?, parts.next()?, parts.next());
    Some(LookedAt {
        tool: tool.parse().ok()?,
        version: version.parse().ok()?,
        seen: decision_seen(decision)?,
    })
}

/// Tools that are decided about together, as they were when they were drawn: another tool, or
/// another definition of one, and the digest is another.
pub(super) fn seen(tools: &[&ToolBrief]) -> Digest {
    digest(tools, defined)
}

/// The same of what had been decided about them.
pub(super) fn decisions(tools: &[&ToolBrief]) -> Digest {
    digest(tools, box_of)
}

fn digest(tools: &[&ToolBrief], line: fn(&ToolBrief) -> String) -> Digest {
    let lines: String = tools.iter().map(|view| line(view) + "\n").collect();
    Digest::of(lines.as_bytes())
}

/// What all of a group are, for a decision about them.
pub(super) fn all_of(tools: &[&ToolBrief]) -> Vec<LookedAt> {
    tools.iter().map(|view| view.looked_at()).collect()
}

/// The READ tools that are turned on together.
pub(super) fn plain_reads(tools: &[ToolBrief]) -> Vec<&ToolBrief> {
    tools.iter().filter(|view| view.is_plain_read()).collect()
}

/// How many of them touch data whose loss hurts somebody.
pub(super) fn sensitive(tools: &[&ToolBrief]) -> usize {
    let kinds = tools
        .iter()
        .map(|view| &view.tool.operation.risk.sensitivity);
    kinds.filter(|kinds| !kinds.is_empty()).count()
}

/// How many of them touch each kind of it.
pub(super) fn kinds(tools: &[&ToolBrief]) -> Vec<(&'static str, usize)> {
    let touching = |kind: Sensitivity| {
        let kinds = tools
            .iter()
            .map(|view| &view.tool.operation.risk.sensitivity);
        (
            kind.as_str(),
            kinds.filter(|kinds| kinds.contains(&kind)).count(),
        )
    };
    let kinds = Sensitivity::ALL.into_iter().map(touching);
    kinds.filter(|(_, count)| *count > 0).collect()
}

/// One that nobody has decided about either, and that is left out there.
pub(super) fn is_read_apart(view: &ToolBrief) -> bool {
    let is_read = view.tool.operation.risk.class == RiskClass::Read;
    let is_open = view.state == ToolState::Off && view.decided.is_none();
    is_read && is_open && !view.is_plain_read()
}

/// Why those are, as far as they can be filtered by it: how many, in words, and the filter by risk.
pub(super) fn apart_kinds(tools: &[ToolBrief]) -> Vec<(usize, &'static str, &'static str)> {
    let apart: Vec<_> = tools.iter().filter(|view| is_read_apart(view)).collect();
    let count = |keep: fn(&&&ToolBrief) -> bool| apart.iter().filter(keep).count();
    let high = count(|view| view.tool.operation.risk.high_risk);
    let unread = count(|view| view.tool.operation.must_be_read());
    let kinds = [
        (high, "high risk", "high"),
        (unread, "text to be read first", "unread"),
    ];
    let kinds = kinds.into_iter();
    kinds.filter(|(number, ..)| *number > 0).collect()
}

/// Those of one class.
pub(super) fn of_class<'t>(kept: &[&'t ToolBrief], class: RiskClass) -> Vec<&'t ToolBrief> {
    let of_class = kept
        .iter()
        .filter(|view| view.tool.operation.risk.class == class);
    of_class.copied().collect()
}

/// How many of these another role turns on, and who that is.
fn left(tools: &[&ToolBrief], may: May) -> Option<(usize, String)> {
    let is_left =
        |view: &&&ToolBrief| view.state != ToolState::Unsupported && !may.turn_on_this(view);
    let left: Vec<_> = tools.iter().filter(is_left).collect();
    let first = left.first()?;
    Some((left.len(), roles_that_may(first.needs())))
}

/// The rows of this page, by class.
pub(super) fn groups(
    reviewed: &Reviewed,
    (kept, pages): (&[&ToolBrief], &Pages),
    (bulk, may): (&Bulk, May),
) -> Vec<ToolGroup> {
    let here = &kept[pages.first..pages.last];
    let group = |class: RiskClass| {
        let all = of_class(kept, class);
        let offered: Vec<_> = all
            .iter()
            .copied()
            .filter(|view| may.choose(view))
            .collect();
        let rows = of_class(here, class).into_iter();
        let row = |view: &ToolBrief| ToolRow::new(view, reviewed, (bulk, may));
        ToolGroup {
            class: class.as_str(),
            badge: Badge::class(class),
            says: class_says(class),
            count: all.len(),
            offered: offered.len(),
            left: left(&all, may),
            high: offered
                .iter()
                .filter(|view| view.tool.operation.risk.high_risk)
                .count(),
            value: format!(
                "{}@{}@{}",
                class.as_str(),
                seen(&offered),
                decisions(&offered)
            ),
            checked: bulk.has_group(class),
            rows: rows.map(row).collect(),
        }
    };
    let groups = RiskClass::ALL.into_iter().map(group);
    groups.filter(|group| !group.rows.is_empty()).collect()
}

/// Says what a class means, for people.
pub(crate) const fn class_says(class: RiskClass) -> &'static str {
    match class {
        RiskClass::Read => "changes nothing that anyone would notice",
        RiskClass::Write => "changes ordinary business data",
        RiskClass::Delete => "removes stored data",
        RiskClass::Billing => "moves money, or changes what somebody pays",
        RiskClass::Auth => "issues, reveals or revokes credentials",
        RiskClass::Admin => "changes who may do what, or how things are governed",
    }
}
