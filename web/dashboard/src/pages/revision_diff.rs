//! What an import changed, as people read it.

use countersign_domain::drift::{Breaking, Change, SecuritySeverity};
use countersign_spec_import::{Outcome, RevisionChange};

use crate::{chart::Stack, inert::Inert, parts::Badge};

/// Everything that one import changed.
pub(crate) struct Diff {
    pub(crate) bar: Stack,
    pub(crate) document: Vec<Line>,
    pub(crate) groups: Vec<Group>,
}

/// Tools of which the same became.
pub(crate) struct Group {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) word: &'static str,
    pub(crate) fill: &'static str,
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
    pub(crate) why: Option<&'static str>,
    pub(crate) changes: Vec<Line>,
}

/// One difference.
pub(crate) struct Line {
    pub(crate) text: Inert,
    pub(crate) place: Inert,
    pub(crate) values: Option<Inert>,
    pub(crate) breaking: Option<Badge>,
    pub(crate) security: Option<Badge>,
}

impl Line {
    pub(crate) fn new(change: &Change) -> Self {
        let values = match (&change.before, &change.after) {
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

/// What is always unfolded; more is opened by whoever wants to read it.
const UNFOLDED: usize = 20;

impl Group {
    /// What needs people stands open, and so does what is short.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.id, "review" | "removed") || self.rows.len() <= UNFOLDED
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
        fill: "held",
        says: "agents do not see them until somebody has looked again",
        query: Some("state=review"),
    },
    Sort {
        id: "removed",
        title: "Gone",
        word: "gone",
        fill: "deny",
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
    /// Draws it, unless nothing changed.
    pub(crate) fn new(changes: &[RevisionChange]) -> Option<Self> {
        if changes.is_empty() {
            return None;
        }
        let groups = SORTS.each_ref().map(|sort| grouped(sort, changes));
        let parts = SORTS.map(|sort| (sort.fill, sort.word));
        let counts = groups.each_ref().map(|group| group.rows.len());
        let whole = changes.iter().filter(|change| change.tool.is_none());
        Some(Self {
            bar: Stack::new("Tools", &parts, &counts, counts.iter().sum()),
            document: whole
                .flat_map(|one| one.changes.iter().map(Line::new))
                .collect(),
            groups: groups
                .into_iter()
                .filter(|group| !group.rows.is_empty())
                .collect(),
        })
    }
}

fn grouped(sort: &Sort, changes: &[RevisionChange]) -> Group {
    let rows = changes
        .iter()
        .filter(|change| change.outcome.as_str() == sort.id)
        .filter_map(row)
        .collect();
    Group {
        id: sort.id,
        title: sort.title,
        word: sort.word,
        fill: sort.fill,
        says: sort.says,
        query: sort.query,
        rows,
    }
}

fn row(change: &RevisionChange) -> Option<Row> {
    let tool = change.tool.as_ref()?;
    Some(Row {
        id: tool.id.to_string(),
        method: Inert::new(&tool.method),
        path: Inert::new(&tool.path),
        name: tool.name.clone(),
        is_there: tool.is_there,
        why: match change.outcome {
            Outcome::Review(reason) => Some(reason.text()),
            Outcome::Removed | Outcome::Added | Outcome::Informed => None,
        },
        changes: change.changes.iter().map(Line::new).collect(),
    })
}
