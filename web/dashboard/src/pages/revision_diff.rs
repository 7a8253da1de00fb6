//! What an import changed, as people read it.

use std::cmp::Reverse;

use countersign_domain::drift::{
    self, Breaking, Change, ChangeKind, ReviewReason, Run, SecuritySeverity,
};
use countersign_spec_import::RevisionChange;
use serde::Deserialize;
use url::form_urlencoded;

use crate::{chart::Stack, inert::Inert, parts::Badge};

/// Tools of one page.
const PAGE: usize = 50;

/// What the address says about which tools to show.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Query {
    text: String,
    outcome: String,
    page: String,
}

impl Query {
    fn keeps(&self, sort: &Sort, row: &Row) -> bool {
        let text = self.text.trim().to_lowercase();
        let line = format!("{} {} {}", row.method, row.path, row.name).to_lowercase();
        (self.outcome.is_empty() || self.outcome == sort.id) && line.contains(&text)
    }

    fn with_page(&self, page: usize) -> String {
        let fields = [("text", self.text.trim()), ("outcome", &self.outcome)];
        let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(given)
            .append_pair("page", &page.to_string())
            .finish()
    }
}

/// What one import changed: all of it counted, a page of it shown.
pub(crate) struct Diff {
    pub(crate) bar: Stack,
    pub(crate) counts: Vec<Count>,
    pub(crate) document: Vec<Line>,
    pub(crate) groups: Vec<Group>,
    pub(crate) text: Inert,
    pub(crate) outcome: &'static str,
    /// Tools that are shown, on all pages.
    pub(crate) kept: usize,
    pub(crate) total: usize,
    pub(crate) number: usize,
    pub(crate) pages: usize,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// How many tools became the same.
pub(crate) struct Count {
    pub(crate) id: &'static str,
    pub(crate) word: &'static str,
    pub(crate) fill: &'static str,
    pub(crate) tools: usize,
}

/// Tools of which the same became.
pub(crate) struct Group {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    /// How many there are, on all pages.
    pub(crate) count: usize,
    pub(crate) says: &'static str,
    pub(crate) query: Option<&'static str>,
    pub(crate) rows: Vec<Row>,
}

/// One tool.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) method: Inert,
    pub(crate) path: Inert,
    pub(crate) name: String,
    pub(crate) is_there: bool,
    pub(crate) why: Option<Inert>,
    /// The gravest first.
    pub(crate) changes: Vec<Line>,
    /// Some are grave, so that they are not folded away.
    pub(crate) is_open: bool,
    /// How many of them are of which weight.
    pub(crate) marks: Vec<(Badge, usize)>,
    /// What comes first of several.
    weight: (Option<ReviewReason>, Reverse<(SecuritySeverity, Breaking)>),
}

/// One difference.
pub(crate) struct Line {
    pub(crate) text: Inert,
    pub(crate) place: Inert,
    pub(crate) values: Option<Inert>,
    /// Two texts in one: what is in both, what is gone and what is new.
    pub(crate) words: Vec<Piece>,
    /// Some of what differs is left out.
    pub(crate) is_cut: bool,
    pub(crate) breaking: Option<Badge>,
    pub(crate) security: Option<Badge>,
}

/// A piece of two texts.
pub(crate) enum Piece {
    Same(Inert),
    Gone(Inert),
    New(Inert),
}

impl Piece {
    fn new(run: Run<'_>) -> Self {
        match run {
            Run::Same(text) => Self::Same(Inert::new(text)),
            Run::Gone(text) => Self::Gone(Inert::new(text)),
            Run::New(text) => Self::New(Inert::new(text)),
        }
    }
}

/// Differences, the gravest first.
pub(crate) fn gravest_first(changes: &[Change]) -> Vec<&Change> {
    let mut sorted: Vec<&Change> = changes.iter().collect();
    sorted.sort_by_key(|change| Reverse((change.security, change.breaking)));
    sorted
}

/// Why a tool waits; where its class is another one, which became which.
pub(crate) fn because(reason: ReviewReason, changes: &[Change]) -> String {
    let mut changes = changes.iter();
    let class = changes.find(|change| change.code == "risk_class_changed");
    let class = class.filter(|_| reason == ReviewReason::Risk);
    match class.map(|change| (&change.before, &change.after)) {
        Some((Some(before), Some(after))) => format!("Its risk has changed: {before} → {after}."),
        Some(_) | None => reason.text().to_owned(),
    }
}

impl Line {
    pub(crate) fn new(change: &Change) -> Self {
        let words = match (&change.before, &change.after) {
            (Some(before), Some(after)) if change.kind == ChangeKind::Text => {
                drift::runs(before, after)
            }
            (Some(_) | None, _) => Vec::new(),
        };
        let values = match (&change.before, &change.after) {
            _ if !words.is_empty() => None,
            (Some(before), Some(after)) => Some(format!("{before} → {after}")),
            (Some(before), None) => Some(format!("was {before}")),
            (None, Some(after)) => Some(format!("now {after}")),
            (None, None) => None,
        };
        // Many texts name the place themselves.
        let is_said = change.text.contains(&change.place);
        let place = if is_said { "" } else { &change.place };
        Self {
            text: Inert::new(&change.text),
            place: Inert::new(place),
            values: values.map(Inert::new),
            words: words.into_iter().map(Piece::new).collect(),
            is_cut: change.is_cut(),
            breaking: match change.breaking {
                Breaking::No => None,
                Breaking::Potentially => Some(Badge::new("review", "may break")),
                Breaking::Breaking => Some(Badge::new("delete", "breaking")),
            },
            security: match change.security {
                SecuritySeverity::None | SecuritySeverity::Low => None,
                SecuritySeverity::Medium => Some(Badge::new("held", "security")),
                SecuritySeverity::High => Some(Badge::new("high", "security, high")),
            },
        }
    }
}

/// A kind of group.
struct Sort {
    id: &'static str,
    title: &'static str,
    /// The words of the count.
    word: &'static str,
    fill: &'static str,
    says: &'static str,
    /// The part of the review where people decide about them.
    query: Option<&'static str>,
}

/// In the order of what needs people.
const SORTS: [Sort; 4] = [
    Sort {
        id: "review",
        title: "Back to review",
        word: "back to review",
        fill: "review",
        says: "agents do not see them until somebody has looked again",
        query: Some("state=review"),
    },
    Sort {
        id: "removed",
        title: "Gone",
        word: "gone",
        fill: "off",
        says: "the document does not have them any more",
        query: None,
    },
    Sort {
        id: "added",
        title: "New",
        word: "new",
        fill: "write",
        says: "off until somebody turns them on",
        query: Some("state=undecided"),
    },
    Sort {
        id: "informed",
        title: "Changed, nothing to do",
        word: "changed, nothing to do",
        fill: "open",
        says: "what was decided about them stands, and what was off stays off",
        query: None,
    },
];

impl Diff {
    /// Draws a page of it, unless nothing changed.
    pub(crate) fn new(changes: &[RevisionChange], query: &Query) -> Option<Self> {
        if changes.is_empty() {
            return None;
        }
        let all = SORTS.each_ref().map(|sort| rows(sort, changes));
        let totals = all.each_ref().map(Vec::len);
        let sorted = SORTS.iter().zip(all);
        let kept: Vec<(&Sort, Row)> = sorted
            .flat_map(|(sort, rows)| rows.into_iter().map(move |row| (sort, row)))
            .filter(|(sort, row)| query.keeps(sort, row))
            .collect();
        let kept_total = kept.len();
        let known = SORTS.iter().find(|sort| sort.id == query.outcome);
        let pages = kept_total.div_ceil(PAGE).max(1);
        let number = query.page.parse().unwrap_or(1).clamp(1, pages);
        let shown = kept.into_iter().skip((number - 1) * PAGE).take(PAGE);
        let counts = SORTS.iter().zip(totals).filter(|(_, count)| *count > 0);
        let whole = changes.iter().filter(|change| change.tool.is_none());
        let parts = SORTS.map(|sort| (sort.fill, sort.word));
        Some(Self {
            bar: Stack::new("Tools", &parts, &totals, totals.iter().sum()),
            document: whole
                .flat_map(|one| one.changes.iter().map(Line::new))
                .collect(),
            groups: groups(shown, &totals),
            counts: counts
                .map(|(sort, count)| Count {
                    id: sort.id,
                    word: sort.word,
                    fill: sort.fill,
                    tools: count,
                })
                .collect(),
            text: Inert::new(query.text.trim()),
            outcome: known.map_or("", |sort| sort.id),
            kept: kept_total,
            total: totals.iter().sum(),
            number,
            pages,
            before: (number > 1).then(|| query.with_page(number - 1)),
            after: (number < pages).then(|| query.with_page(number + 1)),
        })
    }

    /// Not all of it is on one page.
    pub(crate) const fn is_long(&self) -> bool {
        self.total > PAGE
    }
}

/// Puts the tools of a page below what became of them.
fn groups<'s>(shown: impl Iterator<Item = (&'s Sort, Row)>, totals: &[usize]) -> Vec<Group> {
    let mut groups: Vec<Group> = SORTS
        .iter()
        .zip(totals)
        .map(|(sort, count)| Group {
            id: sort.id,
            title: sort.title,
            count: *count,
            says: sort.says,
            query: sort.query,
            rows: Vec::new(),
        })
        .collect();
    for (sort, row) in shown {
        if let Some(group) = groups.iter_mut().find(|group| group.id == sort.id) {
            group.rows.push(row);
        }
    }
    groups.retain(|group| !group.rows.is_empty());
    groups
}

/// The tools of which this became, the gravest first.
fn rows(sort: &Sort, changes: &[RevisionChange]) -> Vec<Row> {
    let of_sort = changes
        .iter()
        .filter(|change| change.outcome.as_str() == sort.id);
    let mut rows: Vec<Row> = of_sort.filter_map(row).collect();
    rows.sort_by_key(|row| row.weight);
    rows
}

fn row(change: &RevisionChange) -> Option<Row> {
    let tool = change.tool.as_ref()?;
    let worst = gravest_first(&change.changes);
    let none = (SecuritySeverity::None, Breaking::No);
    let gravest = worst
        .first()
        .map_or(none, |one| (one.security, one.breaking));
    let reason = change.outcome.reason();
    Some(Row {
        id: tool.id.to_string(),
        method: Inert::new(&tool.method),
        path: Inert::new(&tool.path),
        name: tool.name.clone(),
        is_there: tool.is_there,
        why: reason.map(|reason| Inert::new(because(reason, &change.changes))),
        marks: marks(&worst),
        is_open: gravest.0 >= SecuritySeverity::Medium,
        weight: (reason, Reverse(gravest)),
        changes: worst.into_iter().map(Line::new).collect(),
    })
}

/// How many differences are marked as what.
fn marks(changes: &[&Change]) -> Vec<(Badge, usize)> {
    let of = |keep: &dyn Fn(&Change) -> bool| changes.iter().filter(|one| keep(one)).count();
    let marks = [
        (
            Badge::new("high", "security"),
            of(&|one| one.security >= SecuritySeverity::Medium),
        ),
        (
            Badge::new("delete", "breaking"),
            of(&|one| one.breaking == Breaking::Breaking),
        ),
        (
            Badge::new("review", "may break"),
            of(&|one| one.breaking == Breaking::Potentially),
        ),
    ];
    marks.into_iter().filter(|(_, count)| *count > 0).collect()
}
