//! Numbers that bound a value: lengths, sizes, ranges, steps, patterns.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Note, Sides, Walk, grade::Effect};
use crate::drift::place::{At, short};

/// Keyword, its name in codes and in sentences, and whether it bounds from above.
const BOUNDS: [(&str, &str, &str, bool); 12] = [
    ("maximum", "max", "the largest value", true),
    (
        "exclusiveMaximum",
        "exclusive_max",
        "the value that must stay below",
        true,
    ),
    ("maxLength", "max_length", "the largest length", true),
    ("maxItems", "max_items", "the largest number of items", true),
    (
        "maxProperties",
        "max_properties",
        "the largest number of members",
        true,
    ),
    (
        "maxContains",
        "max_contains",
        "the largest number of such items",
        true,
    ),
    ("minimum", "min", "the smallest value", false),
    (
        "exclusiveMinimum",
        "exclusive_min",
        "the value that must stay above",
        false,
    ),
    ("minLength", "min_length", "the smallest length", false),
    (
        "minItems",
        "min_items",
        "the smallest number of items",
        false,
    ),
    (
        "minProperties",
        "min_properties",
        "the smallest number of members",
        false,
    ),
    (
        "minContains",
        "min_contains",
        "the smallest number of such items",
        false,
    ),
];

impl<'c> Walk<'c, '_, '_> {
    /// Compares a bound. Of a keyword that is none, nobody knows what a change does.
    pub(super) fn bound(&mut self, name: &str, (old, new): Sides<'c>, at: &At<'_>) {
        // What is empty anyway may be so.
        let counts = |side: Option<&'c Value>| {
            let is_size = matches!(name, "minLength" | "minItems" | "minProperties");
            side.filter(|least| !(is_size && least.as_f64() == Some(0.0)))
        };
        let (old, new) = (counts(old), counts(new));
        if old == new {
            return;
        }
        let Some((_, stem, what, above)) = BOUNDS.iter().find(|(keyword, ..)| *keyword == name)
        else {
            return self.unknown(name, (old, new), at);
        };
        let value = |side: Option<&Value>| side.map(short).unwrap_or_default();
        let (check, effect, words) = match (old, new) {
            (None, _) => (
                "set",
                Effect::PerhapsNarrower,
                format!("{what} is {} now", value(new)),
            ),
            (_, None) => (
                "removed",
                Effect::Wider,
                format!("{what} is not {} any more", value(old)),
            ),
            (Some(one), Some(other)) => {
                let words = format!("{what} is {} instead of {}", short(other), short(one));
                match order(one, other) {
                    Some(Ordering::Less) => ("increased", grow(*above), words),
                    Some(Ordering::Greater) => ("decreased", grow(!*above), words),
                    // The same number, written differently.
                    Some(Ordering::Equal) => return,
                    None => return self.unknown(name, (old, new), at),
                }
            }
        };
        let note = Note::new(format!("{stem}_{check}"), effect, words);
        self.note(at, note.of(old, new));
    }

    /// Says that a keyword differs, and nothing of what that does.
    fn unknown(&mut self, name: &str, (old, new): Sides<'c>, at: &At<'_>) {
        let words = format!("{name} is not what it was");
        let note = Note::new("keyword_changed", Effect::Unclear, words);
        self.note(at, note.of(old, new));
    }

    /// Compares `multipleOf`.
    pub(super) fn step(&mut self, (old, new): Sides<'c>, at: &At<'_>) {
        let number = |side: Option<&Value>| side.and_then(Value::as_f64);
        let (check, effect, words) = match (number(old), number(new)) {
            (None, Some(_)) => (
                "multiple_of_set",
                Effect::PerhapsNarrower,
                "only multiples fit now",
            ),
            (Some(_), None) => (
                "multiple_of_removed",
                Effect::Wider,
                "not only multiples fit now",
            ),
            (Some(one), Some(other)) if one.total_cmp(&other).is_eq() => return,
            (Some(one), Some(other)) => {
                let effect = if is_multiple(other, one) {
                    Effect::Narrower
                } else if is_multiple(one, other) {
                    Effect::Wider
                } else {
                    Effect::Other
                };
                (
                    "multiple_of_changed",
                    effect,
                    "multiples of another number fit now",
                )
            }
            (None, None) => return,
        };
        self.note(at, Note::new(check, effect, words).of(old, new));
    }

    /// Compares `uniqueItems`.
    pub(super) fn unique(&mut self, (old, new): Sides<'c>, at: &At<'_>) {
        let is = |side: Option<&Value>| side == Some(&Value::Bool(true));
        let note = match (is(old), is(new)) {
            (false, true) => Note::new(
                "unique_items_set",
                Effect::Narrower,
                "no item may repeat now",
            ),
            (true, false) => Note::new(
                "unique_items_removed",
                Effect::Wider,
                "items may repeat now",
            ),
            _ => return,
        };
        self.note(at, note);
    }

    /// Compares `pattern`; nobody can say which of two patterns takes more.
    pub(super) fn pattern(&mut self, (old, new): Sides<'c>, at: &At<'_>) {
        if old == new {
            return;
        }
        let any = |side: Option<&Value>| {
            side.and_then(Value::as_str)
                .is_some_and(|pattern| matches!(pattern, ".*" | "^.*$" | ""))
        };
        let (check, effect, words) = match (old, new) {
            (None, _) => (
                "pattern_added",
                Effect::PerhapsNarrower,
                "a pattern must be kept now",
            ),
            (_, None) => (
                "pattern_removed",
                Effect::PerhapsWider,
                "no pattern must be kept any more",
            ),
            (_, new) if any(new) => (
                "pattern_generalized",
                Effect::PerhapsWider,
                "the pattern takes everything now",
            ),
            _ => ("pattern_changed", Effect::Unclear, "the pattern changed"),
        };
        self.note(at, Note::new(check, effect, words).of(old, new));
    }

    /// Compares how a text holds bytes or another format.
    pub(super) fn content(&mut self, name: &str, (old, new): Sides<'c>, at: &At<'_>) {
        if old == new {
            return;
        }
        let check = if name == "contentEncoding" {
            "content_encoding_changed"
        } else {
            "content_media_type_changed"
        };
        let words = "what the text holds is written differently";
        self.note(at, Note::new(check, Effect::Other, words).of(old, new));
    }
}

/// What raising a bound does.
const fn grow(above: bool) -> Effect {
    if above {
        Effect::Wider
    } else {
        Effect::Narrower
    }
}

/// Which number is larger. Whole ones may be closer to one another than a float can tell.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    let whole = |value: &Value| value.as_number()?.as_i128();
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

fn is_multiple(number: f64, of: f64) -> bool {
    let times = number / of;
    (times - times.round()).abs() < 1e-9
}
