//! Types, null, and formats.

use serde_json::Value;

use super::{
    Note, Walk,
    grade::{Effect, widening},
    view::{UNWRAPPED, View, is_null},
};
use crate::drift::place::{At, list};

/// How far types are looked for in what a schema must fit, and among how many parts.
const DEEP: usize = 4;
const WIDE: usize = 16;

/// Types without null; `None` is every type.
type Types<'v> = Option<Vec<&'v str>>;

impl<'c> Walk<'c, '_, '_> {
    /// Compares types; false when nothing else is worth comparing.
    pub(super) fn types(&mut self, old: &View<'c>, new: &View<'c>, at: &At<'_>) -> bool {
        if old.never || new.never {
            if old.never != new.never {
                let (check, effect, words) = if new.never {
                    (
                        "forbidden",
                        Effect::Narrower,
                        "no value is accepted any more",
                    )
                } else {
                    ("allowed", Effect::Wider, "values are accepted now")
                };
                self.note(at, Note::new(check, effect, words));
            }
            return false;
        }
        let same = old.members.get("type") == new.members.get("type")
            && old.members.get("format") == new.members.get("format")
            && old.nulls == new.nulls;
        if same && old.members.get("enum") == new.members.get("enum") {
            return true;
        }
        self.nullable(old, new, at);
        let (before, after) = (self.types_of(old, DEEP), self.types_of(new, DEEP));
        // Where both list their values, these say what a type says that is not written.
        let is_listed = |view: &View<'_>| {
            let mut names = ["enum", "const"].into_iter();
            names.any(|name| view.members.contains_key(name))
        };
        let is_open = before.is_none() || after.is_none();
        let listed = is_open && is_listed(old) && is_listed(new);
        let effect = match (covers(&after, &before), covers(&before, &after)) {
            (true, true) => None,
            (true, false) | (false, true) if listed => None,
            (true, false) => Some(("type_widened", Effect::Wider)),
            (false, true) => Some(("type_narrowed", Effect::Narrower)),
            (false, false) => Some(("type_changed", Effect::Other)),
        };
        if let Some((check, effect)) = effect {
            let note = Note::new(
                check,
                effect,
                format!("the type is {} instead of {}", name(&after), name(&before)),
            );
            self.note(at, note.values(Some(name(&before)), Some(name(&after))));
        }
        self.format(old, new, at);
        // Keywords of another type say nothing about what changed.
        before.as_ref().is_none_or(|before| {
            after
                .as_ref()
                .is_none_or(|after| overlap(before, after) || before.is_empty() || after.is_empty())
        })
    }

    /// The types a schema says, or that what it must fit says for it.
    fn types_of(&mut self, view: &View<'c>, deep: usize) -> Types<'c> {
        if !self.found.budget.step() {
            self.cut = true;
            return None;
        }
        let named = match view.members.get("type") {
            Some(Value::String(one)) => vec![one.as_str()],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            None if deep > 0 => return self.inherited(view, deep - 1),
            _ => return None,
        };
        Some(named.into_iter().filter(|name| *name != "null").collect())
    }

    fn inherited(&mut self, view: &View<'c>, deep: usize) -> Types<'c> {
        let parts = |name: &str| view.members.get(name).and_then(Value::as_array);
        let mut of = |part: &'c Value| self.types_of(&View::of(part, view.root), deep);
        if let Some(all) = parts("allOf") {
            return all.iter().take(WIDE).find_map(of);
        }
        let any = parts("anyOf").or_else(|| parts("oneOf"))?;
        let mut union = Vec::new();
        for part in any.iter().take(WIDE) {
            union.extend(of(part)?);
        }
        union.sort_unstable();
        union.dedup();
        Some(union)
    }

    /// Compares whether null fits, where both say which types do.
    pub(super) fn nullable(&mut self, old: &View<'c>, new: &View<'c>, at: &At<'_>) {
        let (Some(before), Some(after)) = (takes_null(old), takes_null(new)) else {
            return;
        };
        if before == after {
            return;
        }
        let note = if after {
            let is_told = self.decides_at(old, at);
            Note::new("became_nullable", widening(is_told), "it may be null now")
        } else {
            Note::new(
                "became_not_nullable",
                Effect::Narrower,
                "it may not be null any more",
            )
        };
        self.note(at, note);
    }

    fn format(&mut self, old: &View<'c>, new: &View<'c>, at: &At<'_>) {
        let (before, after) = (old.members.get("format"), new.members.get("format"));
        let text = |value: Option<&'c Value>| value.and_then(Value::as_str);
        let (check, effect, words) = match (text(before), text(after)) {
            (one, other) if one == other => return,
            (None, Some(format)) => (
                "format_added",
                Effect::Narrower,
                format!("the format must be {format}"),
            ),
            (Some(format), None) => (
                "format_removed",
                Effect::Wider,
                format!("the format need not be {format} any more"),
            ),
            (one, other) => {
                let (one, other) = (one.unwrap_or_default(), other.unwrap_or_default());
                let effect = match (one, other) {
                    ("int32", "int64") | ("float", "double") => Effect::Wider,
                    ("int64", "int32") | ("double", "float") => Effect::Narrower,
                    _ => Effect::Other,
                };
                let words = format!("the format is {other} instead of {one}");
                ("format_changed", effect, words)
            }
        };
        self.note(at, Note::new(check, effect, words).of(before, after));
    }
}

/// Whether null fits, where that is said.
fn takes_null(view: &View<'_>) -> Option<bool> {
    let by_member = || {
        let (name, parts) = ["anyOf", "oneOf"]
            .into_iter()
            .find_map(|name| Some((name, view.members.get(name)?.as_array()?)))?;
        Some(parts.iter().any(is_null) && !(name == "oneOf" && some_take_null(parts, view.root)))
    };
    let inside = lists_null(view).or_else(by_member);
    match view.nulls {
        UNWRAPPED => inside,
        nulls => Some(nulls[usize::from(inside == Some(true))]),
    }
}

/// Whether one of the alternatives beside null takes it, too.
pub(super) fn some_take_null(parts: &[Value], root: &Value) -> bool {
    let mut others = parts.iter().filter(|part| !is_null(part));
    others.any(|part| takes_null_itself(&View::of(part, root)))
}

/// Whether null fits, without a look at alternatives.
fn takes_null_itself(view: &View<'_>) -> bool {
    view.nulls[usize::from(lists_null(view) == Some(true))]
}

/// Whether null is among the types and choices, where there are any.
pub(super) fn lists_null(view: &View<'_>) -> Option<bool> {
    let by_choice = view
        .members
        .get("enum")
        .and_then(Value::as_array)
        .map(|choices| choices.iter().any(Value::is_null));
    let by_type = view.members.get("type").map(|types| {
        let several = types.as_array().map(Vec::as_slice);
        let mut types = several.unwrap_or(std::slice::from_ref(types)).iter();
        types.any(|one| one == "null")
    });
    match (by_type, by_choice) {
        (Some(by_type), Some(by_choice)) => Some(by_type && by_choice),
        (one, other) => one.or(other),
    }
}

/// Whether every value of the types of `inner` has one of `outer`.
fn covers(outer: &Types<'_>, inner: &Types<'_>) -> bool {
    let Some(outer) = outer else { return true };
    let Some(inner) = inner else { return false };
    inner
        .iter()
        .all(|one| outer.contains(one) || (*one == "integer" && outer.contains(&"number")))
}

fn overlap(one: &[&str], other: &[&str]) -> bool {
    let is_number = |name: &&str| matches!(*name, "integer" | "number");
    one.iter().any(|name| other.contains(name))
        || (one.iter().any(is_number) && other.iter().any(is_number))
}

fn name(types: &Types<'_>) -> String {
    match types.as_deref() {
        None => "any".to_owned(),
        Some([]) => "null".to_owned(),
        Some(some) => list(some),
    }
}
