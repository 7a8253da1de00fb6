//! What chooses among alternatives of what is sent: a hint, behind which the schemas say what fits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use countersign_domain::{digest::NotCanonical, drift::ChangeKind, operation::ImportedOperation};
use serde_json::Value;

use super::{
    budget::Budget,
    findings::{Findings, Found},
    schema::same::{Meanings, What},
};

/// Compares those of the arguments.
pub(super) fn compare(old: &ImportedOperation, new: &ImportedOperation, found: &mut Findings<'_>) {
    if old.discriminators == new.discriminators {
        return;
    }
    let schemas = (&old.input_schema, &new.input_schema);
    let names = renamed(schemas, found.budget);
    let names = names.ok().flatten().unwrap_or_default();
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

/// Definitions that are called otherwise and take the same values, by what they were called.
/// Nothing when that costs too much to find out.
fn renamed<'v>(
    (old, new): (&'v Value, &'v Value),
    budget: &mut Budget,
) -> Result<Option<HashMap<&'v str, &'v str>>, NotCanonical> {
    let Some(mut meanings) = Meanings::of(What::Values, (old, new), budget)? else {
        return Ok(None);
    };
    let mut only_in = |root: &'v Value, other: &Value| -> Vec<(&'v str, Option<usize>)> {
        let is_there = |name: &str| {
            other
                .get("$defs")
                .is_some_and(|all| all.get(name).is_some())
        };
        let all = root.get("$defs").and_then(Value::as_object);
        let all = all.into_iter().flatten();
        all.filter(|(name, _)| !is_there(name))
            .map(|(name, part)| (name.as_str(), meanings.number(part, root)))
            .collect()
    };
    let (gone, mut added) = (only_in(old, new), only_in(new, old));
    let mut names = HashMap::new();
    for (name, means) in gone {
        let twin = added
            .iter()
            .position(|(_, other)| means.is_some() && *other == means);
        names.extend(twin.map(|index| (name, added.swap_remove(index).0)));
    }
    Ok(Some(names))
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
