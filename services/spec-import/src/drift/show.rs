//! Changes as JSON for programs, and what an import would make of the tools because of them.

mod table;

use std::collections::HashMap;

use countersign_domain::{
    drift::{Breaking, Change, Endpoint, ReviewReason, needs_review},
    operation::ImportedOperation,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{endpoint, matched};
use crate::written::Written;

pub use table::table;

/// What an import of the newer document makes of the tool of one operation.
#[derive(Debug, Serialize)]
struct Outcome<'c> {
    #[serde(flatten)]
    operation: Endpoint,
    effect: Effect,
    /// Why it goes back to review.
    reason: Option<ReviewReason>,
    /// Its own changes, and why each puts it back to review; those of the document come apart.
    #[serde(skip)]
    changes: Vec<(&'c Change, Option<ReviewReason>)>,
    /// It is as the older document has it where it is gone, else as the newer one has it.
    #[serde(skip)]
    described: &'c ImportedOperation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Effect {
    /// Its tool, if it is on, goes off until a person looks again.
    Review,
    /// Agents lose it.
    Removed,
    /// Its tool is new, and off.
    Added,
    /// Its tool stays as it is, and people are told.
    Informed,
}

impl Effect {
    const ALL: [Self; 4] = [Self::Review, Self::Removed, Self::Added, Self::Informed];
}

/// Reports changes as JSON; the shape is an interface that scripts hold on to.
#[must_use]
pub fn report(base: &Written, revision: &Written, changes: &[Change]) -> Value {
    let count = |grade: Breaking| {
        let of_grade = changes.iter().filter(|change| change.breaking == grade);
        of_grade.count()
    };
    let operations = outcomes(base, revision, changes);
    let [review, removed, added, informed] = Effect::ALL.map(|effect| {
        let of_effect = operations.iter().filter(|one| one.effect == effect);
        of_effect.count()
    });
    json!({
        "changes": changes,
        "breaking": count(Breaking::Breaking),
        "potentially": count(Breaking::Potentially),
        "other": count(Breaking::No),
        "operations": operations,
        "review": review,
        "informed": informed,
        "added": added,
        "removed": removed,
    })
}

/// What becomes of each operation that is not as it was: in the order of the newer document, then
/// those that are gone.
fn outcomes<'c>(
    base: &'c Written,
    revision: &'c Written,
    changes: &'c [Change],
) -> Vec<Outcome<'c>> {
    let mut own: HashMap<&Endpoint, Vec<&Change>> = HashMap::new();
    for change in changes {
        if let Some(operation) = &change.operation {
            own.entry(operation).or_default().push(change);
        }
    }
    let of_document = || changes.iter().filter(|change| change.operation.is_none());
    let mut of = |described, old: Option<&ImportedOperation>, effect| {
        let operation = endpoint(described);
        let changes = own.remove(&operation).unwrap_or_default();
        let reason = |change| needs_review(old?, std::slice::from_ref(change));
        Outcome {
            reason: (changes.iter().copied().chain(of_document()))
                .filter_map(reason)
                .min(),
            changes: changes.into_iter().map(|one| (one, reason(one))).collect(),
            operation,
            effect,
            described,
        }
    };
    let (old, new) = (&base.document.operations, &revision.document.operations);
    let (partners, gone) = matched(old, new);
    let mut all = Vec::new();
    for (described, partner) in new.iter().zip(partners) {
        let Some(partner) = partner else {
            all.push(of(described, None, Effect::Added));
            continue;
        };
        let mut one = of(described, Some(&old[partner]), Effect::Informed);
        if one.reason.is_some() {
            one.effect = Effect::Review;
        }
        if one.reason.is_some() || !one.changes.is_empty() {
            all.push(one);
        }
    }
    let gone = gone.into_iter().map(|one| of(one, None, Effect::Removed));
    all.extend(gone);
    all
}
