//! Choices and constants.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    Note, Walk,
    grade::{Effect, widening},
    view::View,
};
use crate::drift::place::{At, list, short, whole};

impl<'c> Walk<'c, '_, '_> {
    /// Compares `enum` and `const`: a constant is the only choice, and among others what is left.
    pub(super) fn values(&mut self, old: &View<'c>, new: &View<'c>, at: &At<'_>) {
        let of = |name| (old.members.get(name), new.members.get(name));
        if of("enum") != (None, None) {
            return self.choices((choices(old), choices(new)), at);
        }
        let (before, after) = of("const");
        if before.map(key) == after.map(key) {
            return;
        }
        let (check, effect, words) = match (before, after) {
            (None, _) => ("const_added", Effect::Narrower, "only one value fits now"),
            (_, None) => ("const_removed", Effect::Freed, "other values fit now"),
            _ => (
                "const_changed",
                Effect::Other,
                "another value must be given",
            ),
        };
        self.note(at, Note::new(check, effect, words).of(before, after));
    }

    fn choices(
        &mut self,
        (before, after): (Option<Vec<&'c Value>>, Option<Vec<&'c Value>>),
        at: &At<'_>,
    ) {
        let (before, after) = match (&before, &after) {
            (None, None) => return,
            (None, Some(after)) => {
                let words = format!("only these values fit now: {}", said(after));
                let note = Note::new("became_enum", Effect::Narrower, words);
                return self.note(at, note.values(None, Some(all(after))));
            }
            (Some(before), None) => {
                let words = "any value fits now, not only a listed one";
                let note = Note::new("enum_dropped", widening(before.len() <= 1), words);
                return self.note(at, note.values(Some(all(before)), None));
            }
            (Some(before), Some(after)) => (before, after),
        };
        let gone = missing(before, after);
        if !gone.is_empty() {
            let words = format!("values that do not fit any more: {}", said(&gone));
            let note = Note::new("enum_value_removed", Effect::Narrower, words);
            self.note(at, note.values(Some(all(&gone)), None));
        }
        let new = missing(after, before);
        if !new.is_empty() {
            let words = format!("values that fit now as well: {}", said(&new));
            let effect = if before.len() <= 1 {
                Effect::PerhapsFreed
            } else {
                Effect::PerhapsWider
            };
            let note = Note::new("enum_value_added", effect, words);
            self.note(at, note.values(None, Some(all(&new))));
        }
    }
}

/// Choices without null, which is compared by itself.
fn choices<'c>(of: &View<'c>) -> Option<Vec<&'c Value>> {
    let constant = of.members.get("const");
    let listed = of.members.get("enum").and_then(Value::as_array);
    let items = listed.map_or_else(
        || constant.map(std::slice::from_ref),
        |l| Some(l.as_slice()),
    );
    let fits = |item: &&Value| !item.is_null() && constant.is_none_or(|only| only == *item);
    Some(items?.iter().filter(fits).collect())
}

/// Choices as values: what is shown of them is decided there.
fn all(choices: &[&Value]) -> String {
    let values: Vec<String> = choices.iter().map(|choice| whole(choice)).collect();
    values.join(", ")
}

/// Choices in words.
fn said(choices: &[&Value]) -> String {
    let words: Vec<String> = choices.iter().map(|choice| short(choice)).collect();
    list(&words)
}

/// The same for one value, however a number is written: `1.0` is `1`.
pub(super) fn key(value: &Value) -> String {
    match value.as_f64() {
        Some(number) if value.is_f64() => number.to_string(),
        _ => value.to_string(),
    }
}

/// Those that the others are without; a text is no number, however it reads.
fn missing<'v>(some: &[&'v Value], others: &[&Value]) -> Vec<&'v Value> {
    let others: HashSet<String> = others.iter().map(|other| key(other)).collect();
    let is_new = |one: &&&Value| !others.contains(&key(one));
    some.iter().filter(is_new).copied().collect()
}
