//! The other keywords that hold schemas.

use std::collections::HashSet;

use countersign_domain::schema;
use serde_json::{Map, Value};

use super::{Note, Sides, Walk, entries, grade::Effect, view::is_empty};
use crate::drift::place::{At, list};

/// A schema that says nothing.
static ANY: Value = Value::Bool(true);

impl<'c> Walk<'c, '_, '_> {
    /// Compares one schema that says more about the value: added narrows, removed widens.
    pub(super) fn part(&mut self, (name, inner): (&str, &At<'_>), sides: Sides<'c>, at: &At<'_>) {
        let is_loose = |side: Option<&Value>| side.is_none_or(is_empty);
        match sides {
            (Some(old), Some(new)) => self.node(old, new, inner),
            (None, new) if is_loose(new) => self.loose(sides, inner),
            (old, None) if is_loose(old) => self.loose(sides, inner),
            (None, _) => {
                let note = Note::new(
                    format!("{name}_added"),
                    Effect::PerhapsNarrower,
                    format!("{} must fit a schema now", what(name)),
                );
                self.note(at, note);
            }
            (_, None) => {
                let note = Note::new(
                    format!("{name}_removed"),
                    Effect::Wider,
                    format!("{} need not fit a schema any more", what(name)),
                );
                self.note(at, note);
            }
        }
    }

    /// Compares what is written about values of which any fits, before and after.
    fn loose(&mut self, (old, new): Sides<'c>, at: &At<'_>) {
        if old != new {
            self.node(old.unwrap_or(&ANY), new.unwrap_or(&ANY), at);
        }
    }

    /// Compares `not` and `if`, of which nobody can say what a change does.
    pub(super) fn whole(&mut self, name: &str, (old, new): Sides<'c>, at: &At<'_>) {
        if old == new && !self.leads_elsewhere(old) {
            return;
        }
        let is_not = name == "not";
        let (check, effect, words) = match (old, new) {
            (None, _) if is_not => ("added", Effect::Narrower, "some values are ruled out now"),
            (None, _) => ("added", Effect::Unclear, "there is a condition now"),
            (_, None) if is_not => {
                let words = "values are not ruled out any more";
                ("removed", Effect::Wider, words)
            }
            (_, None) => ("removed", Effect::Unclear, "there is no condition any more"),
            _ if is_not => ("changed", Effect::Unclear, "other values are ruled out now"),
            _ => ("changed", Effect::Unclear, "the condition changed"),
        };
        self.note(at, Note::new(format!("{name}_{check}"), effect, words));
    }

    /// Whether a schema refers to definitions, of which any is not what it was.
    fn leads_elsewhere(&mut self, schema: Option<&Value>) -> bool {
        if !schema.is_some_and(refers) {
            return false;
        }
        if let Some(known) = self.definitions_differ {
            return known;
        }
        let (old, new) = (self.roots.0.get("$defs"), self.roots.1.get("$defs"));
        if !self.found.budget.steps_for(old.map_or(0, schema::bytes)) {
            self.cut = true;
            return false;
        }
        let differ = old != new;
        self.definitions_differ = Some(differ);
        differ
    }

    /// Compares schemas by name.
    pub(super) fn named(&mut self, name: &str, (old, new): Sides<'c>, at: &At<'_>) {
        let dependent = name == "dependentSchemas";
        let none = Map::new();
        let (before, after) = (entries(old), entries(new));
        for (key, one) in before.into_iter().flatten() {
            if let Some(other) = after.and_then(|after| after.get(key)) {
                let inner = if dependent { *at } else { At::Member(at, key) };
                self.node(one, other, &inner);
            }
        }
        let missing = |some: Option<&'c Map<String, Value>>,
                       others: Option<&Map<String, Value>>| {
            let others = others.unwrap_or(&none);
            let some = some.into_iter().flat_map(Map::keys);
            some.filter(|key| !others.contains_key(*key))
                .cloned()
                .collect::<Vec<String>>()
        };
        let (new, gone) = (missing(after, before), missing(before, after));
        if !new.is_empty() {
            let check = if dependent {
                "dependent_schema_added"
            } else {
                "pattern_property_added"
            };
            let words = format!("there are rules now for {}", list(&new));
            self.note(at, Note::new(check, Effect::PerhapsNarrower, words));
        }
        if !gone.is_empty() {
            let check = if dependent {
                "dependent_schema_removed"
            } else {
                "pattern_property_removed"
            };
            let words = format!("there are no rules any more for {}", list(&gone));
            self.note(at, Note::new(check, Effect::Wider, words));
        }
    }

    /// Compares `prefixItems`.
    pub(super) fn positions(&mut self, (old, new): Sides<'c>, at: &At<'_>) {
        let parts = |side: Option<&'c Value>| {
            side.and_then(Value::as_array)
                .map_or(&[][..], Vec::as_slice)
        };
        let (before, after) = (parts(old), parts(new));
        for (index, (one, other)) in before.iter().zip(after).enumerate() {
            self.node(one, other, &At::Index(at, index));
        }
        let note = match after.len().cmp(&before.len()) {
            std::cmp::Ordering::Greater => Note::new(
                "prefix_items_added",
                Effect::PerhapsNarrower,
                "more places have a schema now",
            ),
            std::cmp::Ordering::Less => Note::new(
                "prefix_items_removed",
                Effect::Wider,
                "fewer places have a schema now",
            ),
            std::cmp::Ordering::Equal => return,
        };
        self.note(at, note);
    }

    /// Compares what may stand beside the named properties or items.
    pub(super) fn openness(&mut self, name: &str, (old, new): Sides<'c>, at: &At<'_>) {
        let open = |side: Option<&Value>| side.is_none_or(is_empty);
        let closed = |side: Option<&Value>| side == Some(&Value::Bool(false));
        let stem = match name {
            "additionalProperties" => "additional_properties",
            "unevaluatedProperties" => "unevaluated_properties",
            _ => "unevaluated_items",
        };
        let (check, effect, words) = match (old, new) {
            (old, new) if closed(old) && closed(new) => return,
            (old, new) if open(old) && open(new) => return self.loose((old, new), &At::Values(at)),
            (old, _) if closed(old) => (
                "allowed",
                Effect::PerhapsWider,
                "more than what is named may be given now",
            ),
            (_, new) if closed(new) => (
                "forbidden",
                Effect::Narrower,
                "only what is named may be given now",
            ),
            (old, _) if open(old) => (
                "narrowed",
                Effect::PerhapsNarrower,
                "what is not named must fit a schema now",
            ),
            (_, new) if open(new) => (
                "widened",
                Effect::PerhapsWider,
                "what is not named need not fit a schema any more",
            ),
            (Some(old), Some(new)) => return self.node(old, new, &At::Values(at)),
            _ => return,
        };
        self.note(at, Note::new(format!("{stem}_{check}"), effect, words));
    }

    /// Compares `dependentRequired`.
    pub(super) fn dependent(&mut self, (old, new): Sides<'c>, at: &At<'_>) {
        let pairs = |side: Option<&'c Value>| -> Vec<(&'c str, &'c str)> {
            let members = entries(side).into_iter().flatten();
            members
                .flat_map(|(key, names)| {
                    let names = names
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter_map(Value::as_str);
                    names.map(move |name| (name, key.as_str()))
                })
                .collect()
        };
        let (before, after) = (pairs(old), pairs(new));
        let missing = |some: &[(&str, &str)], others: &[(&str, &str)]| -> Vec<String> {
            let others: HashSet<_> = others.iter().collect();
            let some = some.iter().filter(|one| !others.contains(one));
            some.map(|(name, key)| format!("{name} with {key}"))
                .collect()
        };
        let (new, gone) = (missing(&after, &before), missing(&before, &after));
        if !new.is_empty() {
            let words = format!("must be there now: {}", list(&new));
            self.note(
                at,
                Note::new("dependent_required_added", Effect::Narrower, words),
            );
        }
        if !gone.is_empty() {
            let words = format!("need not be there any more: {}", list(&gone));
            self.note(
                at,
                Note::new("dependent_required_removed", Effect::Wider, words),
            );
        }
    }
}

fn what(name: &str) -> &'static str {
    match name {
        "items" => "items",
        "contains" => "some item",
        "property_names" => "names",
        "then" => "whatever meets the condition",
        _ => "whatever does not meet the condition",
    }
}

/// Whether there is a reference anywhere in a schema.
fn refers(schema: &Value) -> bool {
    let mut open = vec![schema];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) if members.contains_key("$ref") => return true,
            Value::Object(members) => open.extend(members.values()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    false
}
