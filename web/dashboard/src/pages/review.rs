//! The review of one API: every operation with its class, its reasons and what was decided.
//!
//! All of it works by address alone: filters and pages are `GET` parameters, and a decision about
//! many tools is one form. What a group was when it was drawn travels with its box as a digest, so
//! that nobody turns on what they have not been shown.

mod bulk;
mod filter;
mod notes;
pub(crate) mod outcome;
mod reviewed;
mod rows;
mod search;
mod summary;
mod waits;

use askama::Template;
use countersign_access::ActionName;
use countersign_domain::{drift::ReviewReason, id::EnablementId, tool::ToolState};
use countersign_edge::{Routes, WhoMay};
use countersign_tool_registry::{RevisionState, RevisionView, SourceDetail, ToolBrief};

use crate::{
    answer::{Answer, page},
    environment::Environments,
    field::{Field, sentence},
    frame::{Frame, Here, Section},
    inert::Inert,
    pages::{schedule::ScheduleCard, suspension::SuspendedLine},
    parts::{When, size},
};

pub(crate) use self::{
    bulk::Bulk,
    filter::{Filter, PAGE},
    notes::{Note, NoteKind, to_read},
    outcome::{Outcome, Told},
    reviewed::{Reviewed, again},
    rows::{ToolGroup, class_says, decision_of, decision_seen},
    summary::{ClassBar, PARTS},
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(
            "/t/{tenant}/sources/{source}",
            WhoMay::Member(ActionName::ReadTenant),
            review,
        )
        .and(bulk::routes())
}

#[derive(Template)]
#[template(path = "pages/source.html")]
pub(crate) struct SourcePage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) slug: String,
    pub(crate) name: Inert,
    pub(crate) document: Inert,
    pub(crate) environment: Environments,
    pub(crate) filter: Filter,
    pub(crate) selects: Vec<filter::Select>,
    pub(crate) chips: Vec<filter::Chip>,
    pub(crate) pages: filter::Pages,
    pub(crate) bars: Vec<ClassBar>,
    pub(crate) total: usize,
    /// Tools that are not shown, as this version of the server cannot read them.
    pub(crate) unreadable: usize,
    pub(crate) kept: usize,
    pub(crate) on: usize,
    pub(crate) waiting: usize,
    /// What those wait for.
    pub(crate) reasons: Vec<(ReviewReason, usize)>,
    pub(crate) high: usize,
    pub(crate) costs: String,
    pub(crate) reads_off: usize,
    pub(crate) reads_seen: String,
    /// How many of them touch sensitive data, and how many each kind of it.
    pub(crate) reads_sensitive: usize,
    pub(crate) reads_kinds: Vec<(&'static str, usize)>,
    /// READ tools that are not among them.
    pub(crate) reads_apart: usize,
    /// Why: how many, in words, and the risk that is filtered by.
    pub(crate) apart_kinds: Vec<(usize, &'static str, &'static str)>,
    pub(crate) groups: Vec<ToolGroup>,
    pub(crate) kinds: Vec<NoteKind>,
    pub(crate) notes_say: String,
    pub(crate) diagnostics: Vec<Note>,
    pub(crate) running: Option<String>,
    pub(crate) suspended: Vec<SuspendedLine>,
    pub(crate) failed: Option<(String, Inert)>,
    /// No document of it was ever imported.
    pub(crate) bare: bool,
    pub(crate) may: May,
    pub(crate) revisions: Vec<RevisionRow>,
    pub(crate) schedule: Option<ScheduleCard>,
    pub(crate) reason: Field,
    pub(crate) bulk: Bulk,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) told: Told,
    /// The decision that one button undoes, and about how many tools it stands.
    pub(crate) undo: Option<(EnablementId, usize)>,
}

/// What the member may do here.
#[derive(Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one button of the page, there or not"
)]
pub(crate) struct May {
    pub(crate) enable: bool,
    pub(crate) enable_high_risk: bool,
    pub(crate) disable: bool,
    pub(crate) import: bool,
    pub(crate) remove: bool,
    pub(crate) read_records: bool,
}

impl May {
    fn of(here: &Here) -> Self {
        Self {
            enable: here.may(ActionName::EnableTool),
            enable_high_risk: here.may(ActionName::EnableHighRiskTool),
            disable: here.may(ActionName::DisableTool),
            import: here.may(ActionName::ImportSource),
            remove: here.may(ActionName::RemoveSource),
            read_records: here.may(ActionName::ReadRecords),
        }
    }

    /// There is something to choose tools for.
    pub(crate) const fn decide(self) -> bool {
        self.turn_on() || self.disable
    }

    pub(crate) const fn turn_on(self) -> bool {
        self.enable || self.enable_high_risk
    }

    /// The role is one that turns this tool on.
    pub(crate) fn turn_on_this(self, view: &ToolBrief) -> bool {
        if view.needs() == ActionName::EnableTool {
            self.enable
        } else {
            self.enable_high_risk
        }
    }

    /// There is something to decide about it: it can be turned on, or off again.
    pub(crate) fn choose(self, view: &ToolBrief) -> bool {
        let is_callable = view.state != ToolState::Unsupported;
        let was_on = matches!(view.state, ToolState::On(_) | ToolState::NeedsReview);
        is_callable && self.turn_on_this(view) || was_on && self.disable
    }
}

/// One import of the API.
pub(crate) struct RevisionRow {
    pub(crate) id: String,
    pub(crate) number: u32,
    pub(crate) version: Inert,
    pub(crate) format: Inert,
    pub(crate) operations: u32,
    pub(crate) state: &'static str,
    pub(crate) when: When,
    pub(crate) scheduled: bool,
}

impl RevisionRow {
    fn new(view: &RevisionView) -> Self {
        Self {
            id: view.id.to_string(),
            number: view.number,
            version: Inert::new(&view.version),
            format: Inert::new(&view.format),
            operations: view.operations,
            state: state_of(&view.state),
            when: When::new(view.created_at),
            scheduled: view.scheduled,
        }
    }
}

/// Says where an import is.
pub(crate) const fn state_of(state: &RevisionState) -> &'static str {
    match state {
        RevisionState::Waiting => "waiting",
        RevisionState::Importing => "importing",
        RevisionState::Ready => "imported",
        RevisionState::Failed { .. } => "import failed",
    }
}

/// An import that is not ready: one that goes on, or one that failed.
fn unfinished(source: &SourceDetail) -> (Option<String>, Option<(String, Inert)>) {
    let Some(latest) = source.revisions.first() else {
        return (None, None);
    };
    match &latest.state {
        RevisionState::Failed { text, .. } => {
            let text = Inert::new(sentence(text));
            (None, Some((latest.id.to_string(), text)))
        }
        RevisionState::Waiting | RevisionState::Importing => (Some(latest.id.to_string()), None),
        RevisionState::Ready => (None, None),
    }
}

impl SourcePage {
    /// Draws a review; `bulk` is what was filled in below it.
    pub(crate) fn new(
        frame: Frame,
        base: String,
        reviewed: Reviewed,
        (may, bulk): (May, Bulk),
    ) -> Self {
        let kept = reviewed.kept();
        let pages = filter::Pages::new(kept.len(), &reviewed.filter);
        let groups = rows::groups(&reviewed, (&kept, &pages), (&bulk, may));
        let ready = reviewed.ready();
        let document = ready.map_or(&[][..], |ready| &ready.diagnostics);
        let counts = countersign_tool_registry::count_diagnostics(document, &reviewed.tools);
        let (running, failed) = unfinished(&reviewed.source);
        let tools = &reviewed.tools;
        let plain = rows::plain_reads(tools);
        let count = |keep: fn(&ToolBrief) -> bool| tools.iter().filter(|view| keep(view)).count();
        Self {
            slug: reviewed.source.source.slug.to_string(),
            name: Inert::new(&reviewed.source.source.name),
            document: Inert::new(ready.map_or_else(String::new, |ready| {
                format!("{} {} ({})", ready.title, ready.version, ready.format)
            })),
            selects: filter::selects(&reviewed, &counts),
            chips: filter::chips(&reviewed.filter),
            bars: summary::bars(tools),
            total: tools.len(),
            unreadable: reviewed.unreadable(),
            kept: kept.len(),
            on: count(|view| matches!(view.state, ToolState::On(_))),
            waiting: count(|view| view.state == ToolState::NeedsReview),
            reasons: waits::counts(tools),
            high: count(|view| view.tool.operation.risk.high_risk),
            costs: size(reviewed.weights.list_bytes(tools)),
            reads_off: plain.len(),
            reads_seen: rows::seen(&plain).to_string(),
            reads_sensitive: rows::sensitive(&plain),
            reads_kinds: rows::kinds(&plain),
            reads_apart: count(rows::is_read_apart),
            apart_kinds: rows::apart_kinds(tools),
            bare: ready.is_none() && tools.is_empty(),
            kinds: counts.iter().map(NoteKind::new).collect(),
            notes_say: notes::summary(&counts),
            diagnostics: document.iter().map(Note::new).collect(),
            revisions: reviewed
                .source
                .revisions
                .iter()
                .map(RevisionRow::new)
                .collect(),
            reason: bulk::reads_reason(),
            outcome: None,
            told: Told::default(),
            undo: None,
            frame,
            base,
            pages,
            groups,
            running,
            failed,
            may,
            bulk,
            environment: reviewed.environment,
            suspended: reviewed.suspended,
            filter: reviewed.filter,
            schedule: reviewed.schedule,
        }
    }

    /// The address of one class alone.
    pub(crate) fn only(&self, class: &str) -> String {
        self.alone("class", class)
    }

    /// The address of what has changed and waits.
    pub(crate) fn waiting_only(&self) -> String {
        self.alone("state", "review")
    }

    /// What those that wait, wait for: how many, a word, and the address of them.
    pub(crate) fn waiting_for(&self) -> Vec<(usize, &'static str, String)> {
        let address = |reason: ReviewReason| self.alone("changed", reason.as_str());
        let reasons = self.reasons.iter();
        reasons
            .map(|(reason, count)| (*count, reason.word(), address(*reason)))
            .collect()
    }

    /// The address of the READ tools that are not turned on with all others.
    pub(crate) fn apart_only(&self) -> String {
        self.alone("state", "apart")
    }

    /// The address of those of them that have this risk.
    pub(crate) fn apart_for(&self, risk: &str) -> String {
        self.whole().with(&[("state", "apart"), ("risk", risk)])
    }

    /// The address of those that are, as far as they touch this kind of data.
    pub(crate) fn reads_only(&self, kind: &str) -> String {
        self.whole()
            .with(&[("state", "plain"), ("sensitivity", kind)])
    }

    /// The address of the tools that have a note of this kind.
    pub(crate) fn with_note(&self, kind: &NoteKind) -> String {
        self.alone("note", &kind.code)
    }

    fn alone(&self, name: &'static str, value: &str) -> String {
        self.whole().with(&[(name, value)])
    }

    fn whole(&self) -> Filter {
        Filter {
            environment: Some(self.environment.slug().to_owned()),
            ..Filter::default()
        }
    }

    pub(crate) fn legend(&self) -> Vec<(&'static str, &'static str)> {
        let is_drawn = |fill: &str| self.bars.iter().any(|one| one.bar.has(fill));
        let parts = summary::PARTS.into_iter();
        parts.filter(|(fill, _)| is_drawn(fill)).collect()
    }

    /// How many tools are chosen, in a row of this page or with their group.
    fn chosen(&self) -> usize {
        let of = |group: &ToolGroup| {
            let rows = group.rows.iter().filter(|row| row.checked).count();
            if group.checked { group.offered } else { rows }
        };
        self.groups.iter().map(of).sum()
    }

    /// What the address of a tool says of this list.
    pub(crate) fn carried(&self) -> String {
        self.filter.carried(self.environment.slug())
    }

    /// There is a box to choose something with.
    pub(crate) fn offers(&self) -> bool {
        self.may.decide() && self.groups.iter().any(|group| group.offered > 0)
    }

    /// What was searched for, as it may stand on a page.
    pub(crate) fn searched(&self) -> Inert {
        Inert::new(&self.filter.text)
    }

    /// The short way for a first import: as long as nothing is on, it stands open, and so does
    /// what has to be mended.
    pub(crate) fn reads_are_open(&self) -> bool {
        self.reason.is_wrong() || (self.on == 0 && !self.filter.is_narrow())
    }

    fn of(here: &Here, reviewed: Reviewed, bulk: Bulk) -> Self {
        let title = Inert::new(&reviewed.source.source.name);
        let frame = here.frame(title.as_str(), Section::Sources);
        Self::new(frame, here.path(""), reviewed, (May::of(here), bulk))
    }
}

async fn review(here: Here) -> Answer {
    let reviewed = Reviewed::load(&here, here.query()).await?;
    let told: Told = here.query();
    let undo = reviewed.undo(&here, &told).await?;
    let mut drawn = SourcePage::of(&here, reviewed, Bulk::default());
    (drawn.told, drawn.undo) = (told, undo);
    page(&drawn)
}
