//! A schema without its wrappings.

use std::{slice, sync::LazyLock};

use countersign_domain::schema;
use serde_json::{Map, Value};

use super::same::is_of;

/// Longer chains of references at one place are not imported.
const WRAPPINGS: usize = 128;
/// How many choices are looked through for what they are.
const CHOICES: usize = 256;
/// No wrapping says anything of null.
pub(super) const UNWRAPPED: [bool; 2] = [false, true];
static ANYTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

/// What is written about a schema.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Words<'v> {
    pub(super) title: Option<&'v str>,
    pub(super) description: Option<&'v str>,
    pub(super) default: Option<&'v Value>,
    /// The default that is furthest in; some readers take that.
    pub(super) last_default: Option<&'v Value>,
    pub(super) deprecated: bool,
}

impl<'v> Words<'v> {
    /// Takes what is not said yet from a schema further in, or from parts of it that are nothing but
    /// words.
    fn fill(&mut self, members: &'v Map<String, Value>) {
        let parts = members.get("allOf").and_then(Value::as_array);
        let beside = parts.into_iter().flatten().filter(|part| is_empty(part));
        let beside = beside.filter_map(Value::as_object);
        for members in std::iter::once(members).chain(beside) {
            let text = |name| members.get(name).and_then(Value::as_str);
            self.title = self.title.or_else(|| text("title"));
            self.description = self.description.or_else(|| text("description"));
            let default = members.get("default");
            self.default = self.default.or(default);
            self.last_default = default.or(self.last_default);
            self.deprecated |= members.get("deprecated") == Some(&Value::Bool(true));
        }
    }

    /// The bytes that are compared.
    pub(super) fn bytes(&self) -> usize {
        let texts = [self.title, self.description].into_iter().flatten();
        texts.map(str::len).sum::<usize>() + self.default.map_or(0, schema::bytes)
    }

    /// What counts of these and those further in.
    pub(super) fn or(self, inner: Self) -> Self {
        Self {
            title: self.title.or(inner.title),
            description: self.description.or(inner.description),
            default: self.default.or(inner.default),
            last_default: inner.last_default.or(self.last_default),
            deprecated: self.deprecated || inner.deprecated,
        }
    }
}

/// A schema without references, lists of one, and the alternative `null` around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'v> {
    pub(super) members: &'v Map<String, Value>,
    /// The schema that holds the definitions.
    pub(super) root: &'v Value,
    /// Whether null fits where what is in the wrappings refuses it, and where that takes it.
    pub(super) nulls: [bool; 2],
    /// No value fits at all.
    pub(super) never: bool,
    /// Where the first reference that was followed leads.
    pub(super) entry: Option<&'v Value>,
    /// What is written before the first reference, and behind it.
    pub(super) outer: Words<'v>,
    pub(super) inner: Words<'v>,
}

impl<'v> View<'v> {
    pub(super) fn of(schema: &'v Value, root: &'v Value) -> Self {
        Self::through(schema, root, &mut |_| ())
    }

    /// The same, and shows each wrapping and what is in them all.
    pub(super) fn through(
        schema: &'v Value,
        root: &'v Value,
        layer: &mut dyn FnMut(&'v Map<String, Value>),
    ) -> Self {
        let mut view = View {
            members: &ANYTHING,
            root,
            nulls: UNWRAPPED,
            never: false,
            entry: None,
            outer: Words::default(),
            inner: Words::default(),
        };
        let mut schema = schema;
        for _ in 0..WRAPPINGS {
            let Some(members) = schema.as_object() else {
                view.members = &ANYTHING;
                view.never = *schema == Value::Bool(false);
                return view;
            };
            view.members = members;
            layer(members);
            if view.entry.is_some() {
                view.inner.fill(members);
            } else {
                view.outer.fill(members);
            }
            match view.inside(members) {
                Some(inside) => schema = inside,
                None => return view,
            }
        }
        view
    }

    /// The schema in a wrapping that says nothing more about the value.
    fn inside(&mut self, members: &'v Map<String, Value>) -> Option<&'v Value> {
        let types = members.get("type");
        let says_more = |name: &&String| !is_annotation(name) && *name != "type";
        let mut rest = members.keys().filter(says_more);
        let (only, None) = (rest.next()?, rest.next()) else {
            return None;
        };
        let value = &members[only];
        let has_them = |inside| types.is_none_or(|types| has_types(inside, types, self.root));
        match only.as_str() {
            "$ref" => {
                let target = definition(value.as_str()?, self.root)?;
                if !has_them(target) {
                    return None;
                }
                self.entry.get_or_insert(target);
                Some(target)
            }
            "allOf" => {
                let mut parts = value.as_array()?.iter().filter(|part| !is_empty(part));
                let (only, None) = (parts.next()?, parts.next()) else {
                    return None;
                };
                has_them(only).then_some(only)
            }
            name @ ("anyOf" | "oneOf") if types.is_none() => {
                let parts = value.as_array()?;
                let mut real = parts.iter().filter(|part| !is_null(part));
                let (only, None) = (real.next()?, real.next()) else {
                    return None;
                };
                if parts.len() > 1 {
                    let [refused, taken] = self.nulls;
                    // What is inside and takes null, too, makes it one too many.
                    let twice = if name == "oneOf" { refused } else { taken };
                    self.nulls = [taken, twice];
                }
                Some(only)
            }
            _ => None,
        }
    }

    /// The bytes that are compared at this place; schemas inside are places of their own.
    pub(super) fn weight(&self) -> usize {
        let names = |members: &Map<String, Value>| members.keys().map(|name| name.len() + 4).sum();
        let of = |(name, value): (&String, &Value)| match (name.as_str(), value) {
            (
                "enum" | "const" | "default" | "required" | "dependentRequired" | "not" | "if",
                value,
            ) => schema::bytes(value),
            (_, Value::Object(members)) => names(members),
            (_, Value::Array(items)) => 4 * items.len(),
            (_, Value::String(text)) => text.len(),
            (_, Value::Null | Value::Bool(_) | Value::Number(_)) => 4,
        };
        self.members.iter().map(of).sum()
    }

    /// What counts where nothing is given.
    pub(super) fn default(&self) -> Option<&'v Value> {
        self.outer.or(self.inner).default
    }

    /// The bytes of all of it.
    pub(super) fn bytes(&self) -> usize {
        let members = self.members.iter();
        members
            .map(|(name, value)| name.len() + schema::bytes(value))
            .sum()
    }

    /// The same wherever a reference leads to the same definition first, and so to the same words.
    pub(super) fn entrance(&self) -> usize {
        self.entry.map_or(0, |to| std::ptr::from_ref(to).addr())
    }

    /// The same for one and the same schema, wherever it is reached from.
    pub(super) fn identity(&self) -> usize {
        std::ptr::from_ref(self.members).addr()
    }
}

/// Whether all values that fit a schema are of the types that are named around it, so that these say
/// nothing more.
fn has_types(schema: &Value, types: &Value, root: &Value) -> bool {
    let names = types
        .as_array()
        .map_or(slice::from_ref(types), Vec::as_slice);
    let mut schema = schema;
    for _ in 0..WRAPPINGS {
        let choices = schema.get("enum").and_then(Value::as_array);
        let choices = choices.map(Vec::as_slice);
        let choices = choices.or_else(|| schema.get("const").map(slice::from_ref));
        let fits = |choice: &Value| names.iter().any(|name| is_of(name, choice));
        let all_fit = |all: &[Value]| all.len() <= CHOICES && all.iter().all(fits);
        if schema.get("type") == Some(types) || choices.is_some_and(all_fit) {
            return true;
        }
        let target = schema.get("$ref").and_then(Value::as_str);
        match target.and_then(|target| definition(target, root)) {
            Some(target) => schema = target,
            None => return false,
        }
    }
    false
}

/// Looks a reference into `$defs` up.
pub(super) fn definition<'v>(target: &str, root: &'v Value) -> Option<&'v Value> {
    root.get("$defs")?.get(target.strip_prefix("#/$defs/")?)
}

/// Says nothing about which values fit.
pub(super) fn is_annotation(name: &str) -> bool {
    matches!(
        name,
        "title" | "description" | "default" | "deprecated" | "$defs"
    )
}

/// Nothing but words.
pub(super) fn is_empty(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => members.keys().all(|name| is_annotation(name)),
        Value::Bool(any) => *any,
        Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => false,
    }
}

/// Only null fits.
pub(super) fn is_null(schema: &Value) -> bool {
    let Some(members) = schema.as_object() else {
        return false;
    };
    let only = |name: &str| {
        members
            .get(name)
            .and_then(Value::as_array)
            .is_some_and(|list| list.len() == 1 && list[0].is_null())
    };
    members.get("type").and_then(Value::as_str) == Some("null")
        || members.get("const").is_some_and(Value::is_null)
        || only("enum")
}
