//! Parents that list their children, and children that build on their parent.
//!
//! `Pet` is one of `Cat` and `Dog`, and `Cat` is all of `Pet` and more: generators write it both
//! ways at once, and taken by the letter each is needed for the other without end. Whoever is a
//! `Cat` is one of those that `Pet` lists already, so what `Cat` takes over is `Pet` without its
//! list, which stands beside `Pet` as a definition of its own.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::reference;

const LISTS: [&str; 2] = ["oneOf", "anyOf"];
/// More schemas than these are not searched for a way back.
const SEARCHED: usize = 2_000;

/// Where the schemas stand that describe the same value as an entry of the parent's list.
pub(super) fn listed(root: &Value, parent: &Value) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut open: Vec<&Value> = entries(parent, &LISTS).collect();
    while let Some(schema) = open.pop() {
        let target = schema.get("$ref").and_then(Value::as_str);
        let pointer = target.and_then(|text| reference::pointer_of(text).ok());
        if let Some(pointer) = pointer
            && let Some(next) = reference::at(root, &pointer)
            && found.len() < SEARCHED
            && found.insert(pointer.into_owned())
        {
            open.push(next);
        }
        open.extend(entries(schema, &["allOf", "oneOf", "anyOf"]));
    }
    found
}

fn entries<'v>(schema: &'v Value, keywords: &[&str]) -> impl Iterator<Item = &'v Value> {
    let lists = keywords.iter().filter_map(|keyword| schema.get(*keyword));
    let lists: Vec<&Vec<Value>> = lists.filter_map(Value::as_array).collect();
    lists.into_iter().flatten()
}

/// Whether a schema lists alternatives at all.
pub(super) fn has_list(schema: &Value) -> bool {
    LISTS.iter().any(|keyword| schema.get(*keyword).is_some())
}

/// A parent without its list.
pub(super) fn alone(parent: &Value) -> Value {
    let Value::Object(members) = parent else {
        return parent.clone();
    };
    let kept = members
        .iter()
        .filter(|(key, _)| !LISTS.contains(&key.as_str()) && *key != "discriminator")
        .map(|(key, value)| (key.clone(), value.clone()));
    Value::Object(kept.collect::<Map<_, _>>())
}
