//! Choices and constants.

use std::collections::HashSet;

use serde_json::Value;

use super::{Note, Walk, grade::Effect, view::View};
use crate::drift::place::{At, list, short};

impl<'c> Walk<'c, '_, '_> {
    /// Compares `enum` and `const`.
    pub(super) fn values(&mut self, old: &View<'c>, new: &View<'c>, at: &At<'_>) {
        let of = |name| (old.members.get(name), new.members.get(name));
        self.choices(of("enum"), at);
        let (before, after) = of("const");
        if before == after {
            return;
        }
        let (check, effect, words) = match (before, after) {
            (None, _) => ("const_added", Effect::Narrower, "only one value fits now"),
            (_, None) => ("const_removed", Effect::Wider, "other values fit now"),
            _ => (
                "const_changed",
                Effect::Other,
                "another value must be given",
            ),
        };
        self.note(at, Note::new(check, effect, words).of(before, after));
    }

    fn choices(&mut self, (before, after): super::Sides<'c>, at: &At<'_>) {
        if before == after {
            return;
        }
        let (before, after) = (choices(before), choices(after));
        let (before, after) = match (&before, &after) {
            (None, None) => return,
            (None, Some(after)) => {
                let words = format!("only these values fit now: {}", list(after));
                let note = Note::new("became_enum", Effect::Narrower, words);
                return self.note(at, note.values(None, Some(list(after))));
            }
            (Some(before), None) => {
                let words = "any value fits now, not only a listed one";
                let note = Note::new("enum_dropped", Effect::Wider, words);
                return self.note(at, note.values(Some(list(before)), None));
            }
            (Some(before), Some(after)) => (before, after),
        };
        let gone = missing(before, after);
        if !gone.is_empty() {
            let words = format!("values that do not fit any more: {}", list(&gone));
            let note = Note::new("enum_value_removed", Effect::Narrower, words);
            self.note(at, note.values(Some(list(&gone)), None));
        }
        let new = missing(after, before);
        if !new.is_empty() {
            let words = format!("values that fit now as well: {}", list(&new));
            let note = Note::new("enum_value_added", Effect::PerhapsWider, words);
            self.note(at, note.values(None, Some(list(&new))));
        }
    }
}

/// Choices in words, without null, which is compared by itself.
fn choices(value: Option<&Value>) -> Option<Vec<String>> {
    let items = value?.as_array()?;
    let real = items.iter().filter(|item| !item.is_null());
    Some(real.map(long).collect())
}

/// Long enough to tell choices apart.
fn long(value: &Value) -> String {
    match value {
        Value::String(words) => words.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) => short(value),
        Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

fn missing(some: &[String], others: &[String]) -> Vec<String> {
    let others: HashSet<&str> = others.iter().map(String::as_str).collect();
    some.iter()
        .filter(|one| !others.contains(one.as_str()))
        .cloned()
        .collect()
}
