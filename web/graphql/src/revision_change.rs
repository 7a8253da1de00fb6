//! What an import changed.

use async_graphql::{Enum, ID, Result, SimpleObject};
use countersign_domain::drift;
use countersign_spec_import as spec_import;

use crate::fault::{id, invalid};

/// Most rows in one page.
const PAGE: u32 = 200;

/// What became of a tool in an import.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
enum ChangeOutcome {
    /// Agents do not see it until somebody has looked again.
    Review,
    /// The document does not have it any more.
    Removed,
    /// It is new, or back, and off.
    Added,
    /// It changed, and what was decided about it stands.
    Informed,
}

/// What a change does to those who call as before.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "drift::Breaking")]
enum ChangeGrade {
    /// Nothing.
    No,
    /// It may stop them, or mean something else than before.
    Potentially,
    /// It stops some of them.
    Breaking,
}

/// How much a change matters for who may do what.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "drift::SecuritySeverity")]
enum SecuritySeverity {
    /// Not at all.
    None,
    /// Worth knowing.
    Low,
    /// Somebody should look.
    Medium,
    /// It opens something, or moves it to another place.
    High,
}

/// What an import changed about one tool, or about the whole document where there is no tool.
#[derive(SimpleObject)]
struct RevisionChange {
    /// The tool.
    tool: Option<ID>,
    /// What agents call it today.
    tool_name: Option<String>,
    /// `GET`, `POST`, …
    method: Option<String>,
    /// The path in the document.
    path: Option<String>,
    /// What became of it.
    outcome: ChangeOutcome,
    /// Why a person has to look again, as a stable code.
    reason: Option<&'static str>,
    /// What differs.
    #[graphql(complexity = "3 * child_complexity")]
    changes: Vec<Change>,
}

/// One difference between two imports of an API. The values are the documents' words.
#[derive(SimpleObject)]
pub(crate) struct Change {
    /// Which part of the operation it concerns, such as `security`.
    kind: &'static str,
    /// A stable code.
    code: String,
    /// The operation, such as `GET /orders`; none where it concerns the whole document.
    operation: Option<String>,
    /// What it does to those who call as before.
    breaking: ChangeGrade,
    /// How much it matters for who may do what.
    security: SecuritySeverity,
    /// Where in the operation, such as `body.items[].price`; empty for all of it.
    place: String,
    /// One sentence for people.
    text: String,
    /// What stood there.
    before: Option<String>,
    /// What stands there now.
    after: Option<String>,
}

/// A page of what an import changed, what needs people first.
#[derive(SimpleObject)]
pub(crate) struct RevisionChangePage {
    /// The rows.
    nodes: Vec<RevisionChange>,
    /// How many there are in all.
    total: usize,
    /// Ask with this `after` for the next page, if there is one.
    next: Option<u32>,
}

impl RevisionChangePage {
    /// Cuts a page. What an import changed never changes itself, so a place in it is a cursor.
    pub(crate) fn cut(
        changes: Vec<spec_import::RevisionChange>,
        first: u32,
        after: Option<u32>,
    ) -> Result<Self> {
        if !(1..=PAGE).contains(&first) {
            return Err(invalid("first", "ask for 1 to 200 rows"));
        }
        let total = changes.len();
        let begin = after.unwrap_or_default();
        let end = begin.saturating_add(first);
        let page = changes
            .into_iter()
            .skip(begin as usize)
            .take(first as usize);
        Ok(Self {
            nodes: page.map(RevisionChange::from).collect(),
            total,
            next: (total > end as usize).then_some(end),
        })
    }
}

impl From<spec_import::RevisionChange> for RevisionChange {
    fn from(row: spec_import::RevisionChange) -> Self {
        let (outcome, reason) = match row.outcome {
            spec_import::Outcome::Review(reason) => (ChangeOutcome::Review, Some(reason.as_str())),
            spec_import::Outcome::Removed => (ChangeOutcome::Removed, None),
            spec_import::Outcome::Added => (ChangeOutcome::Added, None),
            spec_import::Outcome::Informed => (ChangeOutcome::Informed, None),
        };
        let (tool, tool_name, method, path) = match row.tool {
            Some(tool) => (
                Some(id(tool.id)),
                Some(tool.name),
                Some(tool.method),
                Some(tool.path),
            ),
            None => (None, None, None, None),
        };
        Self {
            tool,
            tool_name,
            method,
            path,
            outcome,
            reason,
            changes: row.changes.into_iter().map(Change::from).collect(),
        }
    }
}

impl From<drift::Change> for Change {
    fn from(change: drift::Change) -> Self {
        Self {
            kind: change.kind.as_str(),
            code: change.code,
            operation: change
                .operation
                .map(|one| format!("{} {}", one.method, one.path)),
            breaking: change.breaking.into(),
            security: change.security.into(),
            place: change.place,
            text: change.text,
            before: change.before,
            after: change.after,
        }
    }
}
