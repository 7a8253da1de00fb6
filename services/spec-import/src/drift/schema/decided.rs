//! What an agent cannot leave to whoever answers: where a value is fixed, has a default or says what
//! is done, leaving it out or sending null may mean another order.

use serde_json::{Map, Value};

use super::{
    Walk, entries,
    view::{View, definition},
};
use crate::{drift::place::At, evidence};

/// How far a decision is looked for; what is deeper counts as one.
const DEEP: usize = 16;

impl<'c> Walk<'c, '_, '_> {
    /// Says whether an argument of the old side is decided, or anything in it is.
    pub(in crate::drift) fn decides(&mut self, name: &str, schema: &'c Value) -> bool {
        evidence::picks(name) || self.is_decided(&View::of(schema, self.roots.0), DEEP)
    }

    /// The same of what stands at a place, which is told by its words once it waited in the queue.
    pub(super) fn decides_at(&mut self, view: &View<'c>, at: &At<'_>) -> bool {
        let place = at.to_string();
        let name = place.rsplit(['.', ' ']).next().unwrap_or_default();
        evidence::picks(name) || self.is_decided(view, DEEP)
    }

    fn is_decided(&mut self, view: &View<'c>, deep: usize) -> bool {
        if deep == 0 || !self.found.budget.step() {
            return true;
        }
        if view.default().is_some() || is_fixed(view.members) {
            return true;
        }
        let mut inside = |part: &'c Value| self.is_decided(&View::of(part, view.root), deep - 1);
        let properties = entries(view.members.get("properties"));
        let mut properties = properties.into_iter().flatten();
        if properties.any(|(name, part)| evidence::picks(name) || inside(part)) {
            return true;
        }
        let lists = ["allOf", "anyOf", "oneOf", "prefixItems"].into_iter();
        let lists = lists.filter_map(|name| view.members.get(name)?.as_array());
        let target = view.members.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|target| definition(target, view.root));
        let items = view.members.get("items");
        lists.flatten().chain(items).chain(target).any(inside)
    }
}

/// Whether only one value fits beside null.
fn is_fixed(members: &Map<String, Value>) -> bool {
    let listed = members.get("enum").and_then(Value::as_array);
    let is_one = |all: &Vec<Value>| all.iter().filter(|one| !one.is_null()).count() <= 1;
    members.contains_key("const") || listed.is_some_and(is_one)
}
