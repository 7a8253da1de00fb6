//! Whether a change of a schema that is told hides another that no check knows.

use countersign_domain::{
    digest::NotCanonical,
    drift::{Breaking, ChangeKind},
};
use serde_json::Value;

use super::{
    Walk, entries,
    same::{Meanings, What},
    view::View,
};
use crate::drift::{budget::Budget, findings::Findings, place::Root};

/// How deep properties are looked at one by one.
const DEEP: usize = 3;

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
        let before = self.meanings.number(old, roots.0);
        if before.is_some() && before == self.meanings.number(new, roots.1) {
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
        let after = entries(after.members.get("properties"));
        let before = entries(before.members.get("properties")).filter(|_| deep > 0);
        before.into_iter().flatten().any(|(name, old)| {
            let new = after.and_then(|after| after.get(name));
            new.is_some_and(|new| self.hides_more((old, new), (at, deep - 1)))
        })
    }
}
