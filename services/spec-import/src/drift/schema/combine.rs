//! `allOf`, `anyOf` and `oneOf`: members are matched by what they are, not by where they stand.

use countersign_domain::schema;
use serde_json::{Map, Value};

use super::{
    Found, Note, Sides, Walk,
    grade::{Effect, widening},
    kind,
    partners::{Parts, identity, meaning, shape, title},
    view::{View, definition, is_annotation, is_empty, is_null},
};
use crate::drift::place::{At, list};

/// Which side is a list of alternatives.
#[derive(Clone, Copy)]
enum Listed {
    Old,
    New,
}

impl<'c> Walk<'c, '_, '_> {
    /// Compares two schemas of which at least one is nothing but a list of alternatives; a schema
    /// that is none counts as its own only alternative. False when neither is.
    pub(super) fn unions(&mut self, old: &View<'c>, new: &View<'c>, at: &At<'_>) -> bool {
        let (before, after) = (union(old), union(new));
        let (Some(one), Some(other)) = (&before, &after) else {
            return match (before, after) {
                (Some((_, parts)), None) => {
                    self.against_alternatives(&parts, (old, new), Listed::Old, at)
                }
                (None, Some((_, parts))) => {
                    self.against_alternatives(&parts, (old, new), Listed::New, at)
                }
                _ => false,
            };
        };
        self.nullable(old, new, at);
        if one.0 != other.0 {
            let effect = if other.0 == "oneOf" {
                Effect::PerhapsNarrower
            } else {
                Effect::Wider
            };
            let words = format!("the alternatives stand in {} instead of {}", other.0, one.0);
            self.note(at, Note::new("alternatives_changed", effect, words));
        }
        self.lists(other.0, (&one.1, &other.1), at);
        true
    }

    /// One side is a list of alternatives and the other a plain schema. Of the alternatives, the one
    /// that reads like the plain schema is compared with it: what both refer to may differ.
    fn against_alternatives(
        &mut self,
        parts: &[&'c Value],
        (old, new): (&View<'c>, &View<'c>),
        listed: Listed,
        at: &At<'_>,
    ) -> bool {
        let (alone, root) = match listed {
            Listed::Old => (new, self.roots.0),
            Listed::New => (old, self.roots.1),
        };
        if alone.members.keys().all(|name| is_annotation(name)) {
            return false;
        }
        // Finding the twin compares each with the plain schema, and the note writes each out.
        let compared = alone.bytes().saturating_mul(parts.len());
        let bytes = parts.iter().map(|part| schema::bytes(part)).sum::<usize>();
        if !self.found.budget.steps_for(bytes.saturating_add(compared)) {
            self.cut = true;
            return true;
        }
        self.nullable(old, new, at);
        let views = parts.iter().map(|part| View::of(part, root));
        let mut twins = views.enumerate();
        let Some((twin, mut view)) = twins.find(|(_, part)| part.members == alone.members) else {
            let words = "there are other alternatives than before";
            let note = Note::new("alternatives_changed", Effect::Unclear, words);
            self.note(at, note);
            return true;
        };
        self.other_alternatives(parts, (twin, alone), listed, at);
        self.own_default(&view, alone, at);
        // Null is compared already, with all alternatives.
        view.nulls = alone.nulls;
        let (old, new) = match listed {
            Listed::Old => (view, *new),
            Listed::New => (*old, view),
        };
        self.enter(old, new, at);
        true
    }

    /// Says which alternatives there are beside the one that reads like the plain schema.
    fn other_alternatives(
        &mut self,
        parts: &[&Value],
        (twin, alone): (usize, &View<'c>),
        listed: Listed,
        at: &At<'_>,
    ) {
        let others = parts.iter().enumerate();
        let others = others.filter(|(index, _)| *index != twin);
        let others = list(&others.map(|(_, part)| label(part)).collect::<Vec<_>>());
        let note = match listed {
            Listed::Old => {
                let words = format!("alternatives that do not fit any more: {others}");
                Note::new("one_of_removed", Effect::Narrower, words)
            }
            Listed::New => {
                let words = format!("other alternatives fit now as well: {others}");
                Note::new("one_of_added", widening(is_fixed(alone.members)), words)
            }
        };
        self.note(at, note);
    }

    /// Compares the default of an alternative; that of the whole is compared with its words.
    fn own_default(&mut self, alternative: &View<'c>, alone: &View<'c>, at: &At<'_>) {
        let own = alternative.outer.default;
        if own.is_some_and(|own| alone.default() != Some(own)) {
            let words = "an alternative has a default of its own";
            let note = Note::new("default_changed", Effect::Meaning, words);
            self.note(at, note.of(alone.default(), own));
        }
    }

    /// Compares one of the three keywords.
    pub(super) fn members(&mut self, name: &str, (old, new): Sides<'c>, at: &At<'_>) {
        let all = name == "allOf";
        let appears = match (old, new) {
            (None, Some(_)) => Some((
                "alternatives_set",
                Effect::Narrower,
                "one of several alternatives must fit now",
            )),
            (Some(old), None) => Some((
                "alternatives_unset",
                widening(are_fixed(old.as_array().into_iter().flatten())),
                "none of several alternatives must fit any more",
            )),
            _ => None,
        };
        if let Some((check, effect, words)) = appears.filter(|_| !all) {
            return self.note(at, Note::new(check, effect, words));
        }
        let parts = |side: Option<&'c Value>| -> Vec<&'c Value> {
            let parts = side.and_then(Value::as_array).into_iter().flatten();
            parts
                .filter(|part| !(all && is_empty(part)) && (all || !is_null(part)))
                .collect()
        };
        self.lists(name, (&parts(old), &parts(new)), at);
    }

    /// Compares references that stand beside other keywords, so they are one more thing to fit.
    pub(super) fn reference(&mut self, (old, new): Sides<'c>, at: &At<'_>) {
        let find = |side: Option<&'c Value>, root: &'c Value| {
            side.and_then(Value::as_str)
                .and_then(|target| definition(target, root))
        };
        let name = |side: Option<&Value>| {
            let target = side.and_then(Value::as_str).unwrap_or_default();
            target.trim_start_matches("#/$defs/").to_owned()
        };
        let note = match (find(old, self.roots.0), find(new, self.roots.1)) {
            (Some(one), Some(other)) => return self.node(one, other, at),
            (None, None) => return,
            (None, Some(_)) => {
                let words = format!("it must fit {} as well now", name(new));
                Note::new("all_of_added", Effect::Narrower, words)
            }
            (Some(one), None) => {
                let words = format!("it need not fit {} any more", name(old));
                Note::new("all_of_removed", widening(are_fixed([one])), words)
            }
        };
        self.note(at, note);
    }

    /// Tells of an alternative that is called otherwise: the same values fit, but where there is a
    /// property that says which one is meant, it may have to say the new name.
    fn renamed(&mut self, (old, new): (&Value, &Value), at: &At<'_>) {
        let (old, new) = (label(old), label(new));
        if old == new {
            return;
        }
        let place = at.to_string();
        let code = format!("{}_alternative_renamed", at.prefix());
        let words = format!("{place}: the alternative {old} is called {new} now.");
        let found = Found::new(kind(at.part()), code, words).at(&place);
        let found = if self.nameless {
            found.informing()
        } else {
            found
        };
        self.found.add(found);
    }

    fn lists(&mut self, name: &str, (old, new): (&[&'c Value], &[&'c Value]), at: &At<'_>) {
        // Each is written out to find its partner, again on each level of nesting.
        let bytes = old.iter().chain(new).map(|part| schema::bytes(part)).sum();
        if !self.found.budget.steps_for(bytes) {
            self.cut = true;
            return;
        }
        let mut parts = Parts::new((old, new), self.roots);
        parts.pair_by(identity);
        if !self.found.budget.steps_for(parts.bytes_referred_to()) {
            self.cut = true;
            return;
        }
        parts.pair_by(meaning);
        parts.pair_by(title);
        if !self.found.budget.steps_for(parts.name()) {
            self.cut = true;
            return;
        }
        parts.pair_by(shape);
        parts.pair_by_names();
        let all = name == "allOf";
        for (before, after) in parts.pairs {
            if !all && before.refers() && after.refers() {
                self.renamed((before.written, after.written), at);
            }
            self.node(before.written, after.written, at);
        }
        let (gone, added) = (parts.gone, parts.added);
        let (narrower, wider) = if all {
            (&added, &gone)
        } else {
            (&gone, &added)
        };
        let codes = match name {
            "allOf" => ["all_of_added", "all_of_removed"],
            "anyOf" => ["any_of_removed", "any_of_added"],
            _ => ["one_of_removed", "one_of_added"],
        };
        if !narrower.is_empty() {
            let labels: Vec<String> = narrower.iter().map(|part| label(part.written)).collect();
            let words = if all {
                format!("it must fit these as well now: {}", list(&labels))
            } else {
                format!("alternatives that do not fit any more: {}", list(&labels))
            };
            self.note(at, Note::new(codes[0], Effect::Narrower, words));
        }
        if !wider.is_empty() {
            let labels: Vec<String> = wider.iter().map(|part| label(part.written)).collect();
            let words = if all {
                format!("it need not fit these any more: {}", list(&labels))
            } else {
                format!("other alternatives fit now as well: {}", list(&labels))
            };
            let was_fixed = all && are_fixed(gone.iter().map(|part| part.written));
            self.note(at, Note::new(codes[1], widening(was_fixed), words));
        }
    }
}

/// Whether one of the schemas allows one value only.
fn are_fixed<'v>(schemas: impl IntoIterator<Item = &'v Value>) -> bool {
    let mut all = schemas.into_iter().filter_map(Value::as_object);
    all.any(is_fixed)
}

fn is_fixed(schema: &Map<String, Value>) -> bool {
    let choices = schema.get("enum").and_then(Value::as_array);
    schema.contains_key("const") || choices.is_some_and(|all| all.len() == 1)
}

/// A schema that is nothing but alternatives, null aside.
pub(super) fn union<'v>(view: &View<'v>) -> Option<(&'v str, Vec<&'v Value>)> {
    let mut rest = view.members.iter().filter(|(name, _)| !is_annotation(name));
    let (only, None) = (rest.next()?, rest.next()) else {
        return None;
    };
    let (name, value) = only;
    if !matches!(name.as_str(), "anyOf" | "oneOf") {
        return None;
    }
    let parts = value.as_array()?.iter().filter(|part| !is_null(part));
    Some((name, parts.collect()))
}

/// A member in few words.
fn label(part: &Value) -> String {
    let text = |name: &str| part.get(name).and_then(Value::as_str);
    let named = text("$ref").map(|target| target.trim_start_matches("#/$defs/"));
    named
        .or_else(|| text("title"))
        .or_else(|| text("type"))
        .map_or_else(|| crate::drift::place::short(part), str::to_owned)
}
