//! Whether a change of a schema that is told hides another that no check knows.

use countersign_domain::{
    digest::NotCanonical,
    drift::{Breaking, ChangeKind},
};
use serde_json::Value;

use super::{
    Walk, entries,
    same::{What, mean_the_same},
    view::View,
};
use crate::drift::{budget::Budget, findings::Findings, place::Root};

/// How deep properties are looked at one by one.
const DEEP: usize = 3;

/// Says whether two schemas differ in more than what harmless changes explain: each part that does
/// not mean the same is compared by itself, as if nothing of it were told elsewhere.
pub(in crate::drift) fn hides_more(
    sides: (&Value, &Value),
    roots: (&Value, &Value),
    at: &Root,
    budget: &mut Budget,
) -> Result<bool, NotCanonical> {
    parts_hide_more(sides, roots, (at, DEEP), budget)
}

fn parts_hide_more(
    (old, new): (&Value, &Value),
    roots: (&Value, &Value),
    (at, deep): (&Root, usize),
    budget: &mut Budget,
) -> Result<bool, NotCanonical> {
    if mean_the_same(What::Values, (old, new), roots, budget)? {
        return Ok(false);
    }
    let found = budget.untold(|budget| {
        Findings::of_document(budget).run(|found| Walk::new(roots, found).compare(old, new, at))
    });
    let mut found = found.iter();
    if !found.any(|one| one.kind == ChangeKind::Input && one.breaking == Breaking::No) {
        return Ok(true);
    }
    let (before, after) = (View::of(old, roots.0), View::of(new, roots.1));
    let after = entries(after.members.get("properties"));
    let before = entries(before.members.get("properties")).filter(|_| deep > 0);
    for (name, old) in before.into_iter().flatten() {
        if let Some(new) = after.and_then(|after| after.get(name))
            && parts_hide_more((old, new), roots, (at, deep - 1), budget)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}
