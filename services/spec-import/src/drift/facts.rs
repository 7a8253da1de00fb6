//! What stands beside the schemas: path, words, risk, deprecation, whether it can be called.

use std::collections::HashMap;

use countersign_domain::{
    drift::{Breaking, ChangeKind, SecuritySeverity, Words},
    operation::ImportedOperation,
    risk::Sensitivity,
};

use super::{
    findings::{Findings, Found},
    place::list,
};
use crate::path::names_in_braces;

/// Compares the names of the variables in the path.
pub(super) fn path(old: &ImportedOperation, new: &ImportedOperation, found: &mut Findings<'_>) {
    if old.path == new.path {
        return;
    }
    for (one, other) in names_in_braces(&old.path).zip(names_in_braces(&new.path)) {
        if one != other {
            let text = format!("The path variable {one} is called {other} now.");
            found.add(
                Found::new(ChangeKind::Path, "path_variable_renamed", text)
                    .breaking(Breaking::Potentially)
                    .at(&format!("parameter {other}"))
                    .values(Some(one), Some(other)),
            );
        }
    }
}

/// Compares what people and models read, the document's name for it, and deprecation.
pub(super) fn words(old: &ImportedOperation, new: &ImportedOperation, found: &mut Findings<'_>) {
    let text = |code: &'static str, words: &str| Found::new(ChangeKind::Text, code, words);
    let mut changed = |one: Found, sides: (&str, &str)| {
        if sides.0 != sides.1 {
            found.add(one.deciding().values(Some(sides.0), Some(sides.1)));
        }
    };
    let title = text("title_changed", "The title reads differently.");
    changed(title, (&old.title, &new.title));
    let description = text("description_changed", "The description reads differently.");
    changed(description, (&old.description, &new.description));
    let ids = (
        old.operation_id.as_deref().unwrap_or_default(),
        new.operation_id.as_deref().unwrap_or_default(),
    );
    let id = text(
        "operation_id_changed",
        "The document has another name for it.",
    );
    changed(id.informing(), ids);
    if old.deprecated != new.deprecated {
        let (code, text) = if new.deprecated {
            ("operation_deprecated", "It is marked as deprecated.")
        } else {
            (
                "operation_reactivated",
                "It is not marked as deprecated any more.",
            )
        };
        found.add(Found::new(ChangeKind::Deprecation, code, text));
    }
}

/// Finds words in arguments and answers that stood nowhere before and that no change shows yet:
/// those of what is new, and those that others stand before.
pub(super) fn new_words(
    old: &ImportedOperation,
    new: &ImportedOperation,
    found: &mut Findings<'_>,
) {
    let (before, after) = (Words::of(old), Words::of(new));
    let mut known: HashMap<&str, usize> = HashMap::new();
    for words in before.all() {
        *known.entry(words).or_default() += 1;
    }
    for words in after.all() {
        match known.get_mut(words) {
            Some(left) if *left > 0 => *left -= 1,
            _ if words.trim().is_empty() || found.shows(words) => {}
            _ => {
                let text = "Agents read words that did not stand there before.";
                let one = Found::new(ChangeKind::Text, "words_added", text);
                found.add(one.values(None, Some(words)));
            }
        }
    }
}

/// Compares how dangerous it is held to be. Whatever is lower than before is worth a look too: a
/// document must not talk a risk away.
pub(super) fn risk(old: &ImportedOperation, new: &ImportedOperation, found: &mut Findings<'_>) {
    let (one, other) = (&old.risk, &new.risk);
    let severity = if other.level() > one.level() {
        SecuritySeverity::High
    } else {
        SecuritySeverity::Medium
    };
    let mut changed = |code: &'static str, text: String, sides: (&str, &str)| {
        if sides.0 != sides.1 {
            let one = Found::new(ChangeKind::Risk, code, text).security(severity);
            found.add(one.values(Some(sides.0), Some(sides.1)));
        }
    };
    let classes = (one.class.as_str(), other.class.as_str());
    let text = format!("The risk class is {} instead of {}.", classes.1, classes.0);
    changed("risk_class_changed", text, classes);
    let levels = (one.level().as_str(), other.level().as_str());
    let text = format!("The level is {} instead of {}.", levels.1, levels.0);
    changed("risk_level_changed", text, levels);
    let say = |is: bool| if is { "yes" } else { "no" };
    let text = "Whether a call changes anything is judged differently.";
    let sides = (say(!one.read_only), say(!other.read_only));
    changed("read_only_changed", text.to_owned(), sides);
    let text = "Whether a call takes something away is judged differently.";
    let sides = (say(one.destructive), say(other.destructive));
    changed("destructive_changed", text.to_owned(), sides);
    let data = |kinds: &[Sensitivity]| list(&Sensitivity::names(kinds));
    let sides = (data(&one.sensitivity), data(&other.sensitivity));
    let text = "It touches other kinds of sensitive data.";
    changed("sensitivity_changed", text.to_owned(), (&sides.0, &sides.1));
}

/// Compares whether it can be called.
pub(super) fn support(old: &ImportedOperation, new: &ImportedOperation, found: &mut Findings<'_>) {
    let (code, text, breaking) = match (&old.unsupported, &new.unsupported) {
        (None, Some(why)) => (
            "operation_became_uncallable",
            format!("It cannot be called any more: {why}."),
            Breaking::Breaking,
        ),
        (Some(_), None) => (
            "operation_became_callable",
            "It can be called now.".to_owned(),
            Breaking::No,
        ),
        _ => return,
    };
    let sides = (old.unsupported.as_deref(), new.unsupported.as_deref());
    let one = Found::new(ChangeKind::Support, code, text).breaking(breaking);
    found.add(one.values(sides.0, sides.1));
}
