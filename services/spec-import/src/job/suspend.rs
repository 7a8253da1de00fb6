//! Decides which credentials an import suspends. Pure.
//!
//! A tool whose server or security changed is back in review, but others of the same connection
//! may still be on, and they would go on sending its credential to an address, or in a way, that
//! the document does not stand behind any more. So the credential itself waits for a person, in
//! each environment where agents could reach what changed. What nobody has turned on suspends
//! nothing: whoever turns it on looks at it then.

use std::collections::HashSet;

use countersign_domain::{
    drift::{Change, concerns_credential},
    id::ToolId,
};
use countersign_store::{
    credential_suspensions::{NewSuspension, Reach},
    revision_changes::NewRevisionChange,
};

/// Changes that are kept with a suspension.
const KEPT: usize = 50;

/// Finds the credentials that what an import changed suspends, and why.
pub(super) fn suspended(told: &[NewRevisionChange], reach: &[Reach]) -> Vec<NewSuspension> {
    let of = |reach: &Reach| {
        let on: HashSet<ToolId> = reach.tools.iter().copied().collect();
        let reached = |row: &&NewRevisionChange| row.tool.is_none_or(|tool| on.contains(&tool));
        let changes: Vec<Change> = told
            .iter()
            .filter(reached)
            .flat_map(|row| row.changes.iter())
            .filter(|change| concerns_credential(change))
            .cloned()
            .collect();
        (!changes.is_empty()).then(|| NewSuspension {
            environment: reach.environment,
            credential: reach.credential,
            total: changes.len(),
            changes: changes.into_iter().take(KEPT).collect(),
        })
    };
    reach.iter().filter_map(of).collect()
}
