//! Whether a change of a schema that is told hides another that no check knows.

use std::collections::HashSet;

use countersign_domain::{
    digest::NotCanonical,
    drift::{Breaking, ChangeKind},
};
use serde_json::Value;

use super::{
    Walk,
    same::{Meanings, What},
    view::View,
};
use crate::drift::{budget::Budget, findings::Findings, place::Root};

/// How deep schemas inside of others are looked at one by one.
const DEEP: usize = 8;

/// Says whether any of some parts of two schemas differ in more than what harmless changes explain:
/// each that does not mean the same is compared by itself, as if nothing of it were told elsewhere.
/// What costs too much to find out counts as hidden.
pub(in crate::drift) fn hide_more<'v>(
    parts: &[(&'v Value, &'v Value, Root)],
    roots: (&'v Value, &'v Value),
    budget: &mut Budget,
) -> Result<bool, NotCanonical> {
    let Some(meanings) = Meanings::of(What::Values, roots, budget)? else {
        return Ok(true);
    };
    let mut look = Look {
        meanings,
        roots,
        budget,
    };
    Ok(parts
        .iter()
        .any(|(old, new, at)| look.hides_more((old, new), (at, DEEP))))
}

struct Look<'v, 'b> {
    meanings: Meanings<'v>,
    roots: (&'v Value, &'v Value),
    budget: &'b mut Budget,
}

impl<'v> Look<'v, '_> {
    fn hides_more(
        &mut self,
        (old, new): (&'v Value, &'v Value),
        (at, deep): (&Root, usize),
    ) -> bool {
        let roots = self.roots;
        if self.means_the_same((old, new)) {
            return false;
        }
        let found = self.budget.untold(|budget| {
            Findings::of_document(budget).run(|found| Walk::new(roots, found).compare(old, new, at))
        });
        let mut found = found.iter();
        if !found.any(|one| one.kind == ChangeKind::Input && one.breaking == Breaking::No) {
            return true;
        }
        let (before, after) = (View::of(old, roots.0), View::of(new, roots.1));
        let pairs = paired((&before, &after), |(one, is_old)| {
            let root = if is_old { roots.0 } else { roots.1 };
            self.meanings.number(one, root)
        });
        pairs.into_iter().any(|pair| match deep.checked_sub(1) {
            Some(deep) => self.hides_more(pair, (at, deep)),
            None => !self.means_the_same(pair),
        })
    }

    fn means_the_same(&mut self, (old, new): (&'v Value, &'v Value)) -> bool {
        let before = self.meanings.number(old, self.roots.0);
        before.is_some() && before == self.meanings.number(new, self.roots.1)
    }
}

/// The schemas inside of two that belong together: by their names, and in a list what is left in its
/// order where those of the same meaning are left out. `number` is a meaning, of the old or the new.
fn paired<'v>(
    (old, new): (&View<'v>, &View<'v>),
    mut number: impl FnMut((&'v Value, bool)) -> Option<usize>,
) -> Vec<(&'v Value, &'v Value)> {
    let mut pairs = Vec::new();
    for (keyword, before) in old.members {
        let Some(after) = new.members.get(keyword) else {
            continue;
        };
        match (keyword.as_str(), before, after) {
            (
                "properties" | "patternProperties" | "dependentSchemas",
                Value::Object(before),
                Value::Object(after),
            ) => {
                let both = before
                    .iter()
                    .map(|(name, one)| Some((one, after.get(name)?)));
                pairs.extend(both.flatten());
            }
            (
                "allOf" | "anyOf" | "oneOf" | "prefixItems",
                Value::Array(before),
                Value::Array(after),
            ) => {
                let before: Vec<_> =
                    (before.iter().map(|one| (one, number((one, true))))).collect();
                let after: Vec<_> = (after.iter().map(|one| (one, number((one, false))))).collect();
                let of = |all: &[(&Value, Option<usize>)]| {
                    all.iter().filter_map(|one| one.1).collect::<HashSet<_>>()
                };
                let (known, kept) = (of(&after), of(&before));
                let is_alone = |others: HashSet<usize>| {
                    move |one: &(&'v Value, Option<usize>)| {
                        one.1.is_none_or(|number| !others.contains(&number))
                    }
                };
                let before = before.into_iter().filter(is_alone(known));
                let after = after.into_iter().filter(is_alone(kept));
                pairs.extend(before.zip(after).map(|(old, new)| (old.0, new.0)));
            }
            (
                "items"
                | "additionalProperties"
                | "contains"
                | "not"
                | "if"
                | "then"
                | "else"
                | "propertyNames"
                | "unevaluatedItems"
                | "unevaluatedProperties",
                ..,
            ) => pairs.push((before, after)),
            _ => {}
        }
    }
    pairs
}
