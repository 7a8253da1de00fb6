//! What is written about a schema: titles, descriptions, defaults, deprecation.

use countersign_domain::drift::ChangeKind;
use serde_json::Value;

use super::{
    Found, Note, Walk,
    grade::Effect,
    values::key,
    view::{View, Words},
};
use crate::drift::place::At;

impl Walk<'_, '_, '_> {
    /// What stands at the place itself; it may differ wherever a definition is used.
    pub(super) fn annotations(&mut self, old: &View<'_>, new: &View<'_>, at: &At<'_>) {
        match (says(old), says(new)) {
            (false, false) => {}
            (true, true) => self.words(old.outer, new.outer, at),
            _ => {
                // What a definition says is read again at each place that refers to it.
                let (old, new) = (old.outer.or(old.inner), new.outer.or(new.inner));
                if !self.found.budget.steps_for(old.bytes() + new.bytes()) {
                    self.cut = true;
                    return;
                }
                self.words(old, new, at);
            }
        }
    }

    /// What stands in definitions, once. Agents read it behind what stands at the place, too.
    pub(super) fn inner_annotations(&mut self, old: &View<'_>, new: &View<'_>, at: &At<'_>) {
        let pair = (old.entrance(), new.entrance());
        if pair != (0, 0) && says(old) == says(new) && self.read.insert(pair) {
            self.words(old.inner, new.inner, at);
        }
    }

    fn words(&mut self, old: Words<'_>, new: Words<'_>, at: &At<'_>) {
        if old == new || self.silent {
            return;
        }
        self.text("title_changed", "the title", (old.title, new.title), at);
        let both = (old.description, new.description);
        self.text("description_changed", "the description", both, at);
        if old.deprecated != new.deprecated {
            self.deprecation(new.deprecated, at);
        }
        let first = (old.default, new.default);
        let last = (old.last_default, new.last_default);
        let differs =
            |sides: &(Option<&Value>, Option<&Value>)| sides.0.map(key) != sides.1.map(key);
        let Some((before, after)) = [first, last].into_iter().find(differs) else {
            return;
        };
        let (check, words) = match (before, after) {
            (None, _) => ("default_added", "there is a default now"),
            (_, None) => ("default_removed", "there is no default any more"),
            _ => ("default_changed", "the default changed"),
        };
        let note = Note::new(check, Effect::Meaning, words);
        self.note(at, note.of(before, after));
    }

    fn text(
        &mut self,
        check: &'static str,
        what: &str,
        (old, new): (Option<&str>, Option<&str>),
        at: &At<'_>,
    ) {
        if old == new {
            return;
        }
        let verb = match (old, new) {
            (None, _) => "is new",
            (_, None) => "is gone",
            _ => "reads differently",
        };
        let place = at.to_string();
        let code = format!("{}_{check}", at.prefix());
        self.found.add(
            Found::new(ChangeKind::Text, code, format!("{place}: {what} {verb}."))
                .at(&place)
                .values(old, new),
        );
    }

    fn deprecation(&mut self, deprecated: bool, at: &At<'_>) {
        let (check, words) = if deprecated {
            ("deprecated", "marked as deprecated")
        } else {
            ("reactivated", "not marked as deprecated any more")
        };
        let place = at.to_string();
        let code = format!("{}_{check}", at.prefix());
        let found = Found::new(ChangeKind::Deprecation, code, format!("{place}: {words}."));
        self.found.add(found.at(&place));
    }
}

/// Something stands at the place itself.
fn says(view: &View<'_>) -> bool {
    view.outer != Words::default()
}
