//! What chooses among alternatives of what is sent: a hint, behind which the schemas say what fits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use countersign_domain::{digest::NotCanonical, drift::ChangeKind, operation::ImportedOperation};
use serde_json::Value;

use super::{
    budget::Budget,
    findings::{Findings, Found},
    schema::same::{Meanings, What},
};

/// What is told of one: where it stands, its words, and what these mean.
type Told<'o> = (&'o str, &'o str, String);

/// Compares those of the arguments. At places that are called otherwise and take the same values,
/// those that say the same are one another first.
pub(super) fn compare(old: &ImportedOperation, new: &ImportedOperation, found: &mut Findings<'_>) {
    if old.discriminators == new.discriminators {
        return;
    }
    let schemas = (&old.input_schema, &new.input_schema);
    let means = on_one_side(schemas, found.budget);
    let [gone, added] = means.ok().flatten().unwrap_or_default();
    let mut before = by_place(&old.discriminators, &gone);
    let mut after = by_place(&new.discriminators, &added);
    let places: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
    for place in places {
        let mut ones = before.remove(&place).unwrap_or_default();
        let mut others = after.remove(&place).unwrap_or_default();
        ones.retain(|one| {
            let same = others.iter().position(|other| other.2 == one.2);
            same.map(|index| others.remove(index)).is_none()
        });
        for index in 0..ones.len().max(others.len()) {
            found.add(change(ones.get(index), others.get(index)));
        }
    }
}

fn change(one: Option<&Told<'_>>, other: Option<&Told<'_>>) -> Found {
    let place = other.or(one).map_or("", |told| told.0);
    let differs = |code: &'static str, what: &str| {
        let text = format!("{place}: what chooses among the alternatives {what}.");
        Found::new(ChangeKind::Input, code, text)
    };
    let change = match (one, other) {
        (Some(_), Some(_)) => differs("discriminator_changed", "is another"),
        (None, _) => differs("discriminator_added", "is told now").informing(),
        (_, None) => differs("discriminator_removed", "is not told any more"),
    };
    let words = |told: Option<&Told<'_>>| told.map(|told| told.1.to_owned());
    change
        .at(place)
        .values(words(one).as_deref(), words(other).as_deref())
}

/// What the definitions mean that are called so on one side only, of the old and of the new.
/// Nothing when that costs too much to find out.
fn on_one_side<'v>(
    (old, new): (&'v Value, &'v Value),
    budget: &mut Budget,
) -> Result<Option<[Means<'v>; 2]>, NotCanonical> {
    let Some(mut meanings) = Meanings::of(What::Values, (old, new), budget)? else {
        return Ok(None);
    };
    let definitions = |root: &'v Value| root.get("$defs").and_then(Value::as_object);
    let mut only_in = |root: &'v Value, other: &'v Value| {
        let others = definitions(other);
        let all = definitions(root).into_iter().flatten();
        all.filter(|(name, _)| others.is_none_or(|others| !others.contains_key(*name)))
            .filter_map(|(name, part)| Some((name.as_str(), meanings.number(part, root)?)))
            .collect()
    };
    Ok(Some([only_in(old, new), only_in(new, old)]))
}

/// Definitions by name, as numbers: equal ones take the same values.
type Means<'v> = HashMap<&'v str, usize>;

/// What is told, by place and by what the definition there means.
fn by_place<'o>(
    all: &'o BTreeMap<String, String>,
    means: &Means<'_>,
) -> BTreeMap<String, Vec<Told<'o>>> {
    let mut places: BTreeMap<String, Vec<Told<'o>>> = BTreeMap::new();
    for (place, words) in all {
        let (of, inside) = place.split_at(place.find('/').unwrap_or(place.len()));
        let here = format!("{}{inside}", meant(of, means));
        let told = (place.as_str(), words.as_str(), mapped(words, means));
        places.entry(here).or_default().push(told);
    }
    places
}

/// A definition, by its meaning where it is called so on one side only.
fn meant(name: &str, means: &Means<'_>) -> String {
    let number = means.get(name);
    number.map_or_else(|| format!("={name}"), |number| format!("#{number}"))
}

/// What a discriminator says, by what the definitions mean that it leads to.
fn mapped(words: &str, means: &Means<'_>) -> String {
    let of = |said: &str| match said.rsplit_once(": ") {
        Some((value, name)) => format!("{value}: {}", meant(name, means)),
        None => said.to_owned(),
    };
    words.split("; ").map(of).collect::<Vec<_>>().join("; ")
}
