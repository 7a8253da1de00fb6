//! Changes as a table for people who decide: what goes back to review first.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
};

use countersign_domain::{
    drift::{Breaking, Change, ChangeKind, Endpoint, ReviewReason, SecuritySeverity},
    text,
};

use super::{Effect, Outcome, outcomes};
use crate::written::Written;

/// Columns of a terminal.
const WIDTH: usize = 100;
/// Where the words of a change begin.
const INDENT: usize = 25;
/// Operations that are named of those that share a change.
const NAMED: usize = 5;
/// Lines of a value.
const LINES: usize = 3;

/// Draws changes for a terminal: what an import would make of the tools, what is the same in
/// several operations once, ending with counts.
#[must_use]
pub fn table(base: &Written, revision: &Written, changes: &[Change]) -> String {
    let mut out = String::new();
    if !changes.is_empty() {
        let _ = writeln!(out, "    {:<12}{:<8} CHANGE\n", "BREAKING", "SECURITY");
    }
    let all = outcomes(base, revision, changes);
    let of_document = changes.iter().filter(|change| change.operation.is_none());
    let of_document: Vec<&Change> = of_document.collect();
    if !of_document.is_empty() {
        out.push_str("THE WHOLE DOCUMENT\n\n");
        lines(&of_document, &mut out);
    }
    let of = |effect| all.iter().filter(move |one| one.effect == effect);
    let count = |effect| of(effect).count();
    if count(Effect::Review) > 0 {
        let says = "a tool that is on goes off until a person looks again";
        head("BACK TO REVIEW", count(Effect::Review), says, &mut out);
        for reason in ReviewReason::ALL {
            because(Some(reason), reason.text(), of(Effect::Review), &mut out);
        }
        let alone =
            of(Effect::Review).filter(|one| one.changes.iter().all(|(_, why)| why.is_none()));
        if let alone @ 1.. = alone.count() {
            let _ = writeln!(out, "{alone} of them because of the whole document alone\n");
        }
        let says = "What else has changed about them only informs.";
        because(None, says, of(Effect::Review), &mut out);
    }
    for (effect, name, says) in [
        (Effect::Removed, "REMOVED", "agents lose its tool"),
        (Effect::Added, "NEW", "off until a person turns it on"),
    ] {
        if count(effect) > 0 {
            head(name, count(effect), says, &mut out);
            listed(of(effect), &mut out);
        }
    }
    if count(Effect::Informed) > 0 {
        let says = "what is on stays on";
        head("INFORMS ONLY", count(Effect::Informed), says, &mut out);
        because(None, "", of(Effect::Informed), &mut out);
    }
    out.push_str(&counts(changes));
    let _ = writeln!(
        out,
        "\n{} back to review, {} removed, {} new, {} informed",
        count(Effect::Review),
        count(Effect::Removed),
        count(Effect::Added),
        count(Effect::Informed)
    );
    out
}

fn head(name: &str, count: usize, says: &str, out: &mut String) {
    let operations = if count == 1 {
        "operation"
    } else {
        "operations"
    };
    let _ = writeln!(out, "{name}: {count} {operations}; {says}\n");
}

/// Operations that came or went, each in a line.
fn listed<'o>(some: impl Iterator<Item = &'o Outcome<'o>>, out: &mut String) {
    for one in some {
        let risk = &one.described.risk;
        let high = if risk.high_risk { "high-risk" } else { "" };
        let (class, name) = (risk.class.as_str(), safe(&one.operation.to_string()));
        let _ = writeln!(out, "  {class:<9}{high:<11} {name}");
    }
    out.push('\n');
}

/// Draws the changes that put operations back to review for a reason, or that only inform of them.
fn because<'o>(
    reason: Option<ReviewReason>,
    says: &str,
    all: impl Iterator<Item = &'o Outcome<'o>>,
    out: &mut String,
) {
    let some = all.map(|one| {
        let changes = one.changes.iter().filter(|(_, why)| *why == reason);
        (&one.operation, changes.map(|(change, _)| *change))
    });
    let blocks = blocks(some);
    if !says.is_empty() && !blocks.is_empty() {
        let _ = writeln!(out, "{says}\n");
    }
    for Block {
        operations,
        changes,
    } in blocks
    {
        let more = operations.len().saturating_sub(NAMED);
        if operations.len() > 1 {
            let _ = writeln!(out, "  in {} operations", operations.len());
        }
        let inner = if operations.len() > 1 { "    " } else { "  " };
        for one in operations.into_iter().take(NAMED) {
            let _ = writeln!(out, "{inner}{}", safe(&one.to_string()));
        }
        if more > 0 {
            let _ = writeln!(out, "    and {more} more");
        }
        lines(&changes, out);
    }
}

/// Operations and what changed in all of them.
struct Block<'c> {
    operations: Vec<&'c Endpoint>,
    changes: Vec<&'c Change>,
}

/// Puts together what is the same in several operations; what most share goes first.
fn blocks<'c, C: Iterator<Item = &'c Change>>(
    some: impl Iterator<Item = (&'c Endpoint, C)>,
) -> Vec<Block<'c>> {
    let mut known = HashMap::new();
    let mut shared: Vec<Block<'c>> = Vec::new();
    for (operation, changes) in some {
        for change in changes {
            let says = (&change.text, &change.before, &change.after);
            let weighs = (change.kind, change.breaking, change.security);
            let at = *known.entry((says, weighs)).or_insert(shared.len());
            if at == shared.len() {
                let (operations, changes) = (Vec::new(), vec![change]);
                shared.push(Block {
                    operations,
                    changes,
                });
            }
            if shared[at].operations.last() != Some(&operation) {
                shared[at].operations.push(operation);
            }
        }
    }
    let mut known: HashMap<Vec<&Endpoint>, usize> = HashMap::new();
    let mut blocks: Vec<Block<'c>> = Vec::new();
    for one in shared {
        let at = *known.entry(one.operations.clone()).or_insert(blocks.len());
        match blocks.get_mut(at) {
            Some(block) => block.changes.extend(one.changes),
            None => blocks.push(one),
        }
    }
    blocks.sort_by_key(|block| std::cmp::Reverse(block.operations.len()));
    blocks
}

/// Draws changes, each with what stood there and what stands there now.
fn lines(changes: &[&Change], out: &mut String) {
    for change in changes {
        let breaking = match change.breaking {
            Breaking::No => "",
            Breaking::Potentially | Breaking::Breaking => change.breaking.as_str(),
        };
        let security = match change.security {
            SecuritySeverity::None => String::new(),
            SecuritySeverity::Low | SecuritySeverity::Medium | SecuritySeverity::High => {
                change.security.as_str().to_owned()
            }
        };
        let mut label = format!("    {breaking:<12}{security:<8} ");
        for line in wrapped(&safe(&change.text), WIDTH - INDENT, usize::MAX) {
            let _ = writeln!(out, "{label:<INDENT$}{line}");
            label.clear();
        }
        for line in values(change) {
            let _ = writeln!(out, "{:INDENT$}{line}", "");
        }
    }
    out.push('\n');
}

/// What stood there and what stands there now, unless the sentence says so.
fn values(change: &Change) -> Vec<String> {
    let of = |value: &Option<String>| value.as_deref().map(safe).filter(|one| !one.is_empty());
    let (before, after) = (of(&change.before), of(&change.after));
    // A name that happens to hold the value does not say it.
    let is_said = |value: &Option<String>| match value.as_deref() {
        None | Some("") => true,
        Some(value) => {
            let words = change.text.strip_suffix('.').unwrap_or(&change.text);
            let before = words.strip_suffix(value);
            before.is_some_and(|before| before.ends_with(' '))
                || change.text.contains(&format!(" {value} instead of "))
        }
    };
    if is_said(&change.before) && is_said(&change.after) {
        return Vec::new();
    }
    if let (Some(before), Some(after)) = (&before, &after) {
        let both = format!("{before} → {after}");
        if both.chars().count() <= WIDTH - INDENT {
            return vec![both];
        }
    }
    let mut lines = Vec::new();
    for (sign, value) in [("- ", before), ("+ ", after)] {
        let mut sign = sign;
        for line in wrapped(&value.unwrap_or_default(), WIDTH - INDENT - 2, LINES) {
            lines.push(format!("{sign}{line}"));
            sign = "  ";
        }
    }
    lines
}

/// Lines of so many characters and so many of them at most, broken between words where there are.
fn wrapped(words: &str, width: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for piece in letters.chunks(width) {
            let room = |line: &String| line.chars().count() + 1 + piece.len() <= width;
            match lines.last_mut().filter(|line| room(line)) {
                Some(line) => {
                    line.push(' ');
                    line.extend(piece);
                }
                None => lines.push(piece.iter().collect()),
            }
        }
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = text::strip(&format!("{last} …"), width);
        }
    }
    lines
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
        "{:<18}{:>10}{:>13}{:>8}\n",
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
