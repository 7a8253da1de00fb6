//! What chooses among alternatives of what is sent: a hint, behind which the schemas say what fits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use countersign_domain::{drift::ChangeKind, operation::ImportedOperation};

use super::{
    findings::{Findings, Found},
    schema::same::renamed,
};

/// Compares those of the arguments.
pub(super) fn compare(old: &ImportedOperation, new: &ImportedOperation, found: &mut Findings<'_>) {
    if old.discriminators == new.discriminators {
        return;
    }
    let schemas = (&old.input_schema, &new.input_schema);
    let names = renamed(schemas, found.budget).unwrap_or_default();
    // What is kept of each, and what that says of definitions that are called otherwise now.
    let all = old.discriminators.iter();
    let before: BTreeMap<String, (&String, String)> = all
        .map(|(place, words)| (in_place(place, &names), (words, mapped(words, &names))))
        .collect();
    let after = &new.discriminators;
    let places: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for place in places {
        let (one, other) = (before.get(place), after.get(place));
        let differs = |code: &'static str, what: &str| {
            let text = format!("{place}: what chooses among the alternatives {what}.");
            Found::new(ChangeKind::Input, code, text)
        };
        let change = match (one, other) {
            (Some((_, one)), Some(other)) if one == other => continue,
            (Some(_), Some(_)) => differs("discriminator_changed", "is another"),
            (None, _) => differs("discriminator_added", "is told now").informing(),
            (_, None) => differs("discriminator_removed", "is not told any more"),
        };
        let sides = (
            one.map(|(words, _)| words.as_str()),
            other.map(String::as_str),
        );
        found.add(change.at(place).values(sides.0, sides.1));
    }
}

/// A place, by what its definition is called now.
fn in_place(place: &str, names: &HashMap<&str, &str>) -> String {
    let (of, inside) = place.split_at(place.find('/').unwrap_or(place.len()));
    format!("{}{inside}", names.get(of).unwrap_or(&of))
}

/// What a discriminator says, by what the definitions that it leads to are called now.
fn mapped(words: &str, names: &HashMap<&str, &str>) -> String {
    let of = |said: &str| {
        let known = said.rsplit_once(": ");
        let known = known.and_then(|(value, name)| Some(format!("{value}: {}", names.get(name)?)));
        known.unwrap_or_else(|| said.to_owned())
    };
    words.split("; ").map(of).collect::<Vec<_>>().join("; ")
}
