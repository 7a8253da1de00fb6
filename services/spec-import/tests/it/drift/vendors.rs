//! Two versions of the documents of real APIs.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use countersign_domain::drift::{Breaking, Change, ChangeKind, needs_review};

use crate::{
    corpus::{bytes, specs},
    read,
};

use super::compare;

/// The pair, operations before and after, added, removed.
const PAIRS: [(&str, &str, &str, [usize; 4]); 4] = [
    (
        "github",
        "old-octokit-16.0.0",
        "new-octokit-23.0.2",
        [932, 1223, 367, 76],
    ),
    (
        "stripe",
        "old-2021-11-10",
        "new-2022-04-12",
        [386, 417, 31, 0],
    ),
    ("svix", "old-2025-08", "new-2026-08", [47, 43, 0, 4]),
    ("box", "old-2025-06", "new-2026-06", [281, 296, 15, 0]),
];

/// Operations that have a change of each kind.
fn concerned(changes: &[Change]) -> BTreeMap<ChangeKind, usize> {
    let all: BTreeSet<(ChangeKind, String)> = changes
        .iter()
        .map(|change| {
            let operation = change.operation.as_ref().map(ToString::to_string);
            (change.kind, operation.unwrap_or_default())
        })
        .collect();
    let mut counts = BTreeMap::new();
    for (kind, _) in all {
        *counts.entry(kind).or_default() += 1;
    }
    counts
}

#[test]
fn two_versions_of_real_apis_differ_by_what_is_known_of_them() {
    let Some(home) = specs() else { return };
    for (folder, old, new, expected) in PAIRS {
        let path = |name: &str| home.join("drift").join(folder).join(format!("{name}.json"));
        let (old, new) = (read(&bytes(&path(old))), read(&bytes(&path(new))));
        let begun = Instant::now();
        let changes = compare(&old, &new);
        let time = begun.elapsed();
        let counts = concerned(&changes);
        let of = |kind| counts.get(&kind).copied().unwrap_or_default();
        let found = [
            old.operations.len(),
            new.operations.len(),
            of(ChangeKind::OperationAdded),
            of(ChangeKind::OperationRemoved),
        ];
        let breaking = changes
            .iter()
            .filter(|change| change.breaking == Breaking::Breaking)
            .count();
        println!(
            "{folder}: {} changes, {breaking} breaking, {time:?}",
            changes.len()
        );
        println!("  operations concerned: {counts:?}");
        let back = old.operations.iter().filter(|operation| {
            needs_review(operation, &of_operation(&changes, operation)).is_some()
        });
        println!("  back to review: {}", back.count());
        assert_eq!(found, expected, "{folder}");
        assert!(of(ChangeKind::Input) > 0, "{folder}");
    }
}

fn of_operation(
    changes: &[Change],
    operation: &countersign_domain::operation::ImportedOperation,
) -> Vec<Change> {
    let fits = |change: &&Change| {
        change
            .operation
            .as_ref()
            .is_none_or(|of| of.method == operation.method && of.path == operation.path)
    };
    changes.iter().filter(fits).cloned().collect()
}
