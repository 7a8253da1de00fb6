//! Which properties have to be there.

use std::{borrow::Cow, collections::HashSet};

use serde_json::{Map, Value, json};

use super::normalise::Walk;
use crate::notes::At;

impl Walk<'_, '_> {
    /// Those that are asked for, each once, without those that only the other side sets.
    pub(super) fn required(
        &mut self,
        value: &Value,
        at: &At<'_>,
        beside: &[&Map<String, Value>],
        out: &mut Map<String, Value>,
    ) {
        let Some(names) = value.as_array() else {
            return self.odd("required", at);
        };
        let mut kept: Vec<Cow<'_, str>> = Vec::new();
        let mut seen = HashSet::new();
        for name in names {
            match written(name) {
                Some(name) if self.is_hidden(&name, beside) => {}
                Some(name) if seen.insert(name.clone()) => kept.push(name),
                Some(_) => {}
                None => self.odd("required", at),
            }
        }
        if !kept.is_empty() {
            out.insert("required".to_owned(), json!(kept));
        }
    }
}

/// The name of a property: YAML reads `1` as a number in a list, and as a text where it is a key.
fn written(name: &Value) -> Option<Cow<'_, str>> {
    match name {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(_) | Value::Bool(_) => Some(Cow::Owned(name.to_string())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
