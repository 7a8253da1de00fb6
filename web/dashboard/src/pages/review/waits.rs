//! Why a tool that was turned on waits for somebody to look again.

use countersign_domain::drift::{Change, ReviewReason, SecuritySeverity};
use countersign_tool_registry::ToolBrief;

use crate::{
    inert::Inert,
    pages::revision_diff::{Line, because, gravest_first},
    parts::Badge,
};

/// Differences that a row lists; the tool's own page has all of them.
const LISTED: usize = 6;
/// So few stand open.
const FEW: usize = 3;

/// Why one tool waits.
pub(crate) struct Waits {
    pub(crate) badge: Badge,
    pub(crate) says: Inert,
    /// What differs, the gravest first.
    pub(crate) changes: Vec<Line>,
    pub(crate) more: usize,
    /// They are few, or some are grave, so that they are not folded away.
    pub(crate) is_open: bool,
}

impl Waits {
    pub(super) fn new(reason: ReviewReason, changes: &[Change]) -> Self {
        let worst = gravest_first(changes);
        let is_grave = |change: &&Change| change.security >= SecuritySeverity::Medium;
        let kind = if reason.is_of_access() {
            "delete"
        } else {
            "review"
        };
        Self {
            badge: Badge::new(kind, reason.word()),
            says: Inert::new(because(reason, changes)),
            is_open: worst.len() <= FEW || worst.iter().any(is_grave),
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
