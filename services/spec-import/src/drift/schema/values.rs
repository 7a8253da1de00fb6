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
                let words = format!("only these values fit now: {}", said(after));
                let note = Note::new("became_enum", Effect::Narrower, words);
                return self.note(at, note.values(None, Some(said(after))));
            }
            (Some(before), None) => {
                let words = "any value fits now, not only a listed one";
                let note = Note::new("enum_dropped", Effect::Wider, words);
                return self.note(at, note.values(Some(said(before)), None));
            }
            (Some(before), Some(after)) => (before, after),
        };
        let gone = missing(before, after);
        if !gone.is_empty() {
            let words = format!("values that do not fit any more: {}", said(&gone));
            let note = Note::new("enum_value_removed", Effect::Narrower, words);
            self.note(at, note.values(Some(said(&gone)), None));
        }
        let new = missing(after, before);
        if !new.is_empty() {
            let words = format!("values that fit now as well: {}", said(&new));
            let note = Note::new("enum_value_added", Effect::PerhapsWider, words);
            self.note(at, note.values(None, Some(said(&new))));
        }
    }
}

/// Choices without null, which is compared by itself.
fn choices(value: Option<&Value>) -> Option<Vec<&Value>> {
    let items = value?.as_array()?;
    Some(items.iter().filter(|item| !item.is_null()).collect())
}

/// Choices in words.
fn said(choices: &[&Value]) -> String {
    let words: Vec<String> = choices.iter().map(|choice| short(choice)).collect();
    list(&words)
}

/// Those that the others are without; a text is no number, however it reads.
fn missing<'v>(some: &[&'v Value], others: &[&Value]) -> Vec<&'v Value> {
    let others: HashSet<String> = others.iter().map(ToString::to_string).collect();
    let is_new = |one: &&&Value| !others.contains(&one.to_string());
    some.iter().filter(is_new).copied().collect()
}
