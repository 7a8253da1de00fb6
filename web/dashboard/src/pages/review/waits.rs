//! Why a tool that was turned on waits for somebody to look again.

use countersign_domain::drift::{Change, ReviewReason};
use countersign_tool_registry::ToolBrief;

use crate::{pages::revision_diff::Line, parts::Badge};

/// Differences that a row lists; the tool's own page has all of them.
const LISTED: usize = 6;

/// Why one tool waits.
pub(crate) struct Waits {
    pub(crate) badge: Badge,
    pub(crate) says: &'static str,
    /// What differs, the gravest first.
    pub(crate) changes: Vec<Line>,
    pub(crate) more: usize,
}

impl Waits {
    pub(super) fn new(reason: ReviewReason, changes: &[Change]) -> Self {
        let mut worst: Vec<&Change> = changes.iter().collect();
        worst.sort_by_key(|change| std::cmp::Reverse((change.security, change.breaking)));
        let kind = if reason.is_of_access() {
            "delete"
        } else {
            "review"
        };
        Self {
            badge: Badge::new(kind, reason.word()),
            says: reason.text(),
            more: worst.len().saturating_sub(LISTED),
            changes: worst.into_iter().take(LISTED).map(Line::new).collect(),
        }
    }
}

/// How many tools wait for each reason.
pub(super) fn counts(tools: &[ToolBrief]) -> Vec<(ReviewReason, usize)> {
    let of = |reason| {
        tools
            .iter()
            .filter(|view| view.waits == Some(reason))
            .count()
    };
    let counts = ReviewReason::ALL.map(|reason| (reason, of(reason)));
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}
