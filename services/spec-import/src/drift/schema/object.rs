//! Properties, and which of them must be given.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{
    Note, Walk, entries,
    grade::{Effect, widening},
    view::View,
};
use crate::{
    drift::place::{At, Part},
    evidence,
};

/// The members of an object schema that belong together.
struct Shape<'v> {
    properties: Option<&'v Map<String, Value>>,
    required: HashSet<&'v str>,
    closed: bool,
}

impl<'v> Shape<'v> {
    fn of(view: &View<'v>) -> Self {
        let required = view.members.get("required").and_then(Value::as_array);
        Self {
            properties: entries(view.members.get("properties")),
            required: required
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect(),
            closed: view.members.get("additionalProperties") == Some(&Value::Bool(false)),
        }
    }

    fn property(&self, name: &str) -> Option<&'v Value> {
        self.properties?.get(name)
    }
}

impl<'c> Walk<'c, '_, '_> {
    /// Compares `properties` together with `required`.
    pub(super) fn object(&mut self, old: &View<'c>, new: &View<'c>, at: &At<'_>) {
        let told = |view: &View<'c>| {
            view.members.contains_key("properties") || view.members.contains_key("required")
        };
        if !told(old) && !told(new) {
            return;
        }
        let (old, new) = (Shape::of(old), Shape::of(new));
        for (name, before) in old.properties.into_iter().flatten() {
            let place = At::Member(at, name);
            match new.property(name) {
                Some(after) => {
                    self.demand(name, &old, &new, &place);
                    self.node(before, after, &place);
                }
                None => self.removed(name, &old, &new, &place),
            }
        }
        for name in new.properties.into_iter().flat_map(Map::keys) {
            if old.property(name).is_none() {
                self.added(name, &old, &new, &At::Member(at, name));
            }
        }
        let mut bare: Vec<&str> = old.required.union(&new.required).copied().collect();
        bare.sort_unstable();
        for name in bare {
            if old.property(name).is_none() && new.property(name).is_none() {
                self.demand(name, &old, &new, &At::Member(at, name));
            }
        }
    }

    fn demand(&mut self, name: &str, old: &Shape<'c>, new: &Shape<'c>, at: &At<'_>) {
        let is_answer = at.part() == Part::Answer;
        let (check, effect, words) =
            match (old.required.contains(name), new.required.contains(name)) {
                (false, true) if is_answer => (
                    "became_required",
                    Effect::Narrower,
                    "it is always there now",
                ),
                (false, true) => ("became_required", Effect::Narrower, "it must be given now"),
                (true, false) if is_answer => {
                    ("became_optional", Effect::Wider, "it may be missing now")
                }
                (true, false) => {
                    let is_told = old.property(name).is_none_or(|it| self.decides(name, it));
                    (
                        "became_optional",
                        widening(is_told),
                        "it may be left out now",
                    )
                }
                _ => return,
            };
        self.note(at, Note::new(check, effect, words));
    }

    /// Arguments that an answer leaves out break whoever reads them; arguments that are not taken
    /// any more break only those who are refused for giving them.
    fn removed(&mut self, name: &str, old: &Shape<'c>, new: &Shape<'c>, at: &At<'_>) {
        let must = old.required.contains(name);
        let effect = match at.part() {
            Part::Answer if must => Effect::Wider,
            Part::Answer => Effect::PerhapsWider,
            Part::Parameter | Part::Body if new.closed || must => Effect::Narrower,
            Part::Parameter | Part::Body => Effect::PerhapsNarrower,
        };
        let (check, words) = if must {
            ("removed_required", "it is gone; it had to be there")
        } else {
            ("removed", "it is gone")
        };
        self.note(at, Note::new(check, effect, words));
    }

    /// A property that must be given stops those who do not know it, whether or not it has a
    /// default: nobody fills defaults in.
    fn added(&mut self, name: &str, old: &Shape<'c>, new: &Shape<'c>, at: &At<'_>) {
        let must = new.required.contains(name) && !old.required.contains(name);
        let note = if must {
            Note::new(
                "added_required",
                Effect::Narrower,
                "it is new and must be there",
            )
        } else if at.part() != Part::Answer && evidence::picks(name) {
            Note::new("added", Effect::Unclear, "it is new and says what is done")
        } else {
            Note::new("added", Effect::None, "it is new")
        };
        self.note(at, note);
    }
}
