//! Changes as a table for people and as JSON for programs.

use std::{collections::BTreeMap, fmt::Write as _};

use countersign_domain::{
    drift::{Breaking, Change, ChangeKind},
    text,
};
use serde_json::{Value, json};

/// Reports changes as JSON; the shape is an interface that scripts hold on to.
#[must_use]
pub fn report(changes: &[Change]) -> Value {
    let count = |grade: Breaking| {
        let of_grade = changes.iter().filter(|change| change.breaking == grade);
        of_grade.count()
    };
    json!({
        "changes": changes,
        "breaking": count(Breaking::Breaking),
        "potentially": count(Breaking::Potentially),
        "other": count(Breaking::No),
    })
}

/// Draws changes for a terminal, operation by operation, ending with counts.
#[must_use]
pub fn table(changes: &[Change]) -> String {
    let mut out = String::new();
    let mut head = None;
    for change in changes {
        if head != Some(&change.operation) {
            head = Some(&change.operation);
            let name = match &change.operation {
                Some(operation) => operation.to_string(),
                None => "the whole document".to_owned(),
            };
            let _ = writeln!(out, "{}", safe(&name));
        }
        let _ = writeln!(
            out,
            "  {:<12} {:<18} {}",
            change.breaking.as_str(),
            change.kind.as_str(),
            safe(&change.text)
        );
    }
    out.push_str(&counts(changes));
    out
}

fn counts(changes: &[Change]) -> String {
    let mut kinds: BTreeMap<ChangeKind, [usize; 3]> = BTreeMap::new();
    for change in changes {
        let grade = match change.breaking {
            Breaking::Breaking => 0,
            Breaking::Potentially => 1,
            Breaking::No => 2,
        };
        kinds.entry(change.kind).or_default()[grade] += 1;
    }
    let mut out = format!(
        "\n{:<18}{:>10}{:>13}{:>8}\n",
        "CHANGES", "BREAKING", "POTENTIALLY", "OTHER"
    );
    let mut sum = [0; 3];
    for (kind, counts) in kinds {
        let [breaking, potentially, other] = counts;
        let _ = writeln!(
            out,
            "{:<18}{breaking:>10}{potentially:>13}{other:>8}",
            kind.as_str()
        );
        for (sum, count) in sum.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    let [breaking, potentially, other] = sum;
    let _ = writeln!(
        out,
        "{:<18}{breaking:>10}{potentially:>13}{other:>8}",
        "all"
    );
    out
}

/// Draws hidden characters, so that no document can write to the terminal.
fn safe(words: &str) -> String {
    text::reveal(&words.replace(['\n', '\t'], " "))
}
