//! `additionalProperties: false` where `allOf` joins schemas.
//!
//! Each part of an `allOf` is asked about the whole value. A part that allows nothing but its own
//! properties refuses those of its neighbours, so that nothing fits at all. Generators write this
//! all the time and their servers never mean it; such a part is opened, and that is said.

use std::{borrow::Cow, collections::HashSet};

use serde_json::{Map, Value};

use super::normalise::Walk;
use crate::{notes::At, reference};

/// Properties that other schemas give the same value.
pub(super) struct Neighbours<'n> {
    /// Those of its own parts too.
    pub(super) all: &'n [&'n Map<String, Value>],
    /// Those of what it is a part of.
    pub(super) outside: &'n [&'n Map<String, Value>],
}

/// Where the schemas stand that are joined to others by reference.
pub(super) fn joined(root: &Value) -> HashSet<String> {
    let mut found = HashSet::new();
    collect(root, &mut found);
    found
}

fn collect(value: &Value, found: &mut HashSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                if key == "allOf"
                    && let Value::Array(parts) = member
                    && (parts.len() > 1 || members.contains_key("properties"))
                {
                    let texts = parts.iter().filter_map(|part| part.get("$ref")?.as_str());
                    let pointers = texts.filter_map(|text| reference::pointer_of(text).ok());
                    found.extend(pointers.map(Cow::into_owned));
                }
                collect(member, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

impl Walk<'_, '_> {
    /// Opens a schema that would refuse what its neighbours ask for.
    pub(super) fn open(
        &mut self,
        at: &At<'_>,
        (own, around): (Option<&Value>, Neighbours<'_>),
        out: &mut Map<String, Value>,
    ) {
        let closing = |keyword: &&str| reference::member(out, keyword) == Some(&Value::Bool(false));
        // What is not evaluated is what no part of this very schema names.
        let mut closing: Vec<(&str, &[&Map<String, Value>])> = [
            ("additionalProperties", around.all),
            ("unevaluatedProperties", around.outside),
        ]
        .into_iter()
        .filter(|(keyword, _)| closing(keyword))
        .collect();
        if closing.is_empty() {
            return;
        }
        let own = own.and_then(Value::as_object);
        let place = at.to_string();
        if !(place == self.base && self.definitions.is_joined(&place)) {
            closing.retain(|(_, beside)| {
                let mut names = beside.iter().flat_map(|all| all.keys());
                names.any(|name| own.is_none_or(|own| !own.contains_key(name)))
            });
        }
        for (keyword, _) in &closing {
            out.shift_remove(*keyword);
        }
        if !closing.is_empty() {
            let text = "it allows no properties but its own, and is joined to others by allOf; \
                        so that anything fits, it allows others too";
            self.notes.info("all_of_opened", at, text);
        }
    }

    /// Whether alternatives kept each other out by parts that are opened, so that several may fit.
    pub(super) fn no_longer_exclude(&mut self, alternatives: &Value, at: &At<'_>) -> bool {
        let all = alternatives.as_array().filter(|all| all.len() > 1);
        let mut all = all.into_iter().flatten();
        let opened = all.any(|one| one.as_object().is_some_and(|one| self.has_opened(one)));
        if opened {
            let text = "its alternatives are made of parts that allow others too, so that more \
                        than one may fit";
            self.notes.info("all_of_opened", at, text);
        }
        opened
    }

    /// Whether a part allows nothing but its own properties, and another one names more.
    fn has_opened(&self, schema: &Map<String, Value>) -> bool {
        let mut parts = vec![schema];
        parts.extend(self.behind(schema));
        let own = |part| reference::member(part, "properties").and_then(Value::as_object);
        let declared = parts.iter().copied().filter_map(own);
        let all: HashSet<_> = declared.flat_map(Map::keys).collect();
        parts.iter().copied().any(|part| {
            let closing = reference::member(part, "additionalProperties");
            closing == Some(&Value::Bool(false)) && own(part).map_or(0, Map::len) < all.len()
        })
    }
}
