//! Whether two schemas mean the same, however they are written.
//!
//! What a definition is called means nothing, nor whether something is one at all, in which order
//! parts stand that hold together or beside one another, and how null is let in. Every place of
//! both schemas begins as what stands there alone; those whose parts are told apart are told apart
//! themselves, until no more are. So definitions that lead back to themselves are as any others.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

use countersign_domain::{
    digest::{Digest, NotCanonical},
    schema,
};
use serde_json::{Map, Value, json};

use super::{
    super::budget::Budget,
    combine::union,
    types::{lists_null, some_take_null},
    values::key,
    view::{View, definition, is_annotation, is_empty, is_null},
};

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::drift) enum What {
    /// Which values fit, and what counts where none is given.
    Values,
    /// The same, and what is written about them.
    ValuesAndWords,
}

/// Says whether two schemas mean the same. What costs too much to find out counts as not the same.
pub(in crate::drift) fn mean_the_same(
    what: What,
    (old, new): (&Value, &Value),
    budget: &mut Budget,
) -> Result<bool, NotCanonical> {
    let mut places = Places::new(what, (old, new));
    let both = (places.find(old, old), places.find(new, new));
    Ok(places.grouped(Some(both), budget)?.is_some())
}

/// What the parts of two schemas mean, as numbers: equal ones mean the same.
pub(in crate::drift) struct Meanings<'v> {
    places: Places<'v>,
    groups: Vec<usize>,
}

impl<'v> Meanings<'v> {
    /// Nothing when that costs too much to find out.
    pub(in crate::drift) fn of(
        what: What,
        (old, new): (&'v Value, &'v Value),
        budget: &mut Budget,
    ) -> Result<Option<Self>, NotCanonical> {
        let mut places = Places::new(what, (old, new));
        places.find(old, old);
        places.find(new, new);
        let groups = places.grouped(None, budget)?;
        Ok(groups.map(|groups| Self { places, groups }))
    }

    /// What a part means; nothing where the schema, its root, does not lead to it.
    pub(in crate::drift) fn number(&mut self, part: &'v Value, root: &'v Value) -> Option<usize> {
        let place = self.places.find(part, root);
        self.groups.get(place).copied()
    }
}

/// What stands at one place, apart from the schemas in it.
struct Place {
    own: Digest,
    /// The schemas in it, by what each is to it.
    parts: Vec<(usize, usize)>,
}

/// What a schema is to the one that it stands in: behind which keyword, under which name, and
/// where. All whose order means nothing stand at the beginning.
type Role<'v> = (&'v str, &'v str, usize);

/// What is said at a place that no value has to fit.
type Said<'v> = Vec<(&'static str, &'v Value)>;

/// All places of two schemas.
struct Places<'v> {
    what: What,
    /// Somewhere it counts which properties are named, and so that all others are.
    all_count: bool,
    /// A place is the same wherever it is reached from, if the same is said on the way.
    known: HashMap<(usize, [bool; 3], Vec<usize>), usize>,
    open: VecDeque<(View<'v>, Said<'v>)>,
    roles: HashMap<Role<'v>, usize>,
    all: Vec<Place>,
}

impl<'v> Places<'v> {
    fn new(what: What, (old, new): (&Value, &Value)) -> Self {
        let counts = |schema: &Value| schema.to_string().contains("\"unevaluated");
        Self {
            what,
            all_count: counts(old) || counts(new),
            known: HashMap::new(),
            open: VecDeque::new(),
            roles: HashMap::new(),
            all: Vec::new(),
        }
    }

    /// The number of a schema's place; a new one waits to be read.
    fn find(&mut self, schema: &'v Value, root: &'v Value) -> usize {
        let names: &[&'static str] = match self.what {
            What::Values => &["default"],
            What::ValuesAndWords => &["default", "title", "description"],
        };
        let mut said = Said::new();
        let view = View::through(schema, root, &mut |members| say(names, members, &mut said));
        let addresses = said.iter().map(|(_, value)| address(value)).collect();
        let [refused, taken] = view.nulls;
        let flags = [view.never, refused, taken];
        let next = self.known.len();
        let known = self.known.entry((view.identity(), flags, addresses));
        *known.or_insert_with(|| {
            self.open.push_back((view, said));
            next
        })
    }

    /// Reads all places, and numbers with the same number those that are never told apart. Nothing
    /// when two are told apart that must not be, or that costs too much to find out.
    fn grouped(
        &mut self,
        together: Option<(usize, usize)>,
        budget: &mut Budget,
    ) -> Result<Option<Vec<usize>>, NotCanonical> {
        while let Some((view, said)) = self.open.pop_front() {
            let bytes: usize = said.iter().map(|(_, value)| schema::bytes(value)).sum();
            if !budget.steps_for(view.weight() + bytes) {
                return Ok(None);
            }
            let place = self.read(&view, &said)?;
            self.all.push(place);
        }
        Ok(self.told_apart(together, budget))
    }

    fn read(&mut self, view: &View<'v>, said: &Said<'v>) -> Result<Place, NotCanonical> {
        let (mut own, mut parts) = (Map::new(), Vec::new());
        let (name, mut listed) = listed(view.members);
        let by_name = lets_null_in(&mut listed, view.members);
        if let Some(listed) = listed {
            own.insert(name.to_owned(), listed.into());
        }
        let by_part = union(view).is_some_and(|(name, parts)| {
            let all = view.members[name].as_array();
            let is_once = |all| name == "anyOf" || !some_take_null(all, view.root);
            all.is_some_and(|all| all.len() > parts.len() && is_once(all))
        });
        for (name, value) in view.members {
            if name == "additionalProperties" && !self.all_count && is_anything(value) {
                continue;
            }
            if let Some(value) = alone(name, value, view.root) {
                own.insert(name.clone(), value);
            }
            for (role, part) in schemas(name, value, view.root) {
                if by_part && is_null(part) {
                    continue;
                }
                let next = self.roles.len();
                let role = *self.roles.entry(role).or_insert(next);
                parts.push((role, self.find(part, view.root)));
            }
        }
        let takes_null = match (by_name || by_part, lists_null(view)) {
            (true, _) => json!(view.nulls[1]),
            (false, Some(true)) => json!(view.nulls),
            (false, _) => json!(view.nulls[0]),
        };
        let own = Digest::of_canonical(&json!([own, view.never, takes_null, said]))?;
        Ok(Place { own, parts })
    }

    fn told_apart(
        &self,
        together: Option<(usize, usize)>,
        budget: &mut Budget,
    ) -> Option<Vec<usize>> {
        let links: usize = self.all.iter().map(|place| place.parts.len() + 1).sum();
        let (mut groups, mut count) = numbered(self.all.iter().map(|place| place.own));
        loop {
            let is_apart = together.is_some_and(|(old, new)| groups[old] != groups[new]);
            if is_apart || !budget.steps_for(links * size_of::<usize>()) {
                return None;
            }
            let keys = self.all.iter().zip(&groups).map(|(place, own)| {
                let parts = place.parts.iter();
                let mut parts: Vec<_> = parts.map(|(role, at)| (*role, groups[*at])).collect();
                parts.sort_unstable();
                (*own, parts)
            });
            let (finer, more) = numbered(keys);
            if more == count {
                return Some(groups);
            }
            (groups, count) = (finer, more);
        }
    }
}

/// Numbers what is equal with the same number, and says how many there are.
fn numbered<K: Hash + Eq>(keys: impl Iterator<Item = K>) -> (Vec<usize>, usize) {
    let mut known = HashMap::new();
    let numbers = keys.map(|key| {
        let next = known.len();
        *known.entry(key).or_insert(next)
    });
    (numbers.collect(), known.len())
}

/// Takes what is said in a schema, in parts of it that say nothing else, and beside null.
fn say<'v>(names: &[&'static str], members: &'v Map<String, Value>, said: &mut Said<'v>) {
    let parts = |name: &str| members.get(name).and_then(Value::as_array);
    let beside = parts("allOf").into_iter().flatten();
    let beside = beside.filter(|part| is_empty(part));
    let nulls = ["anyOf", "oneOf"].into_iter().filter_map(parts).flatten();
    let inside = beside.chain(nulls.filter(|part| is_null(part)));
    for members in std::iter::once(members).chain(inside.filter_map(Value::as_object)) {
        said.extend(
            names
                .iter()
                .filter_map(|name| Some((*name, members.get(*name)?))),
        );
    }
}

/// What stands behind a keyword, says more than nothing, and is no schema.
fn alone(name: &str, value: &Value, root: &Value) -> Option<Value> {
    let is_zero = || value.as_f64() == Some(0.0);
    match (name, value) {
        // Taken together.
        ("type" | "enum" | "const", _) => None,
        (name, _) if is_annotation(name) => None,
        ("minLength" | "minItems" | "minProperties", _) if is_zero() => None,
        ("required", Value::Array(names)) => Some(unordered(names.iter()).into()),
        ("dependentRequired", value) => Some(value.clone()),
        ("$ref", Value::String(target)) if definition(target, root).is_some() => None,
        // That there are alternatives counts, even if none is left.
        ("anyOf" | "oneOf", Value::Array(_)) => Some(Value::Null),
        ("uniqueItems", Value::Bool(false))
        | ("allOf" | "prefixItems", Value::Array(_))
        | (_, Value::Object(_)) => None,
        (_, value) => Some(value.clone()),
    }
}

/// The schemas behind a keyword.
fn schemas<'v>(name: &'v str, value: &'v Value, root: &'v Value) -> Vec<(Role<'v>, &'v Value)> {
    match (name, value) {
        (name, _) if is_annotation(name) => Vec::new(),
        ("type" | "enum" | "const" | "dependentRequired", _) => Vec::new(),
        ("properties" | "patternProperties" | "dependentSchemas", Value::Object(named)) => named
            .iter()
            .map(|(key, part)| ((name, key.as_str(), 0), part))
            .collect(),
        ("prefixItems", Value::Array(list)) => list
            .iter()
            .enumerate()
            .map(|(index, part)| ((name, "", index), part))
            .collect(),
        ("allOf" | "anyOf" | "oneOf", Value::Array(list)) => list
            .iter()
            .filter(|part| name != "allOf" || !is_empty(part))
            .map(|part| ((name, "", 0), part))
            .collect(),
        ("$ref", Value::String(target)) => definition(target, root)
            .map(|part| ((name, "", 0), part))
            .into_iter()
            .collect(),
        (_, Value::Object(_)) => vec![((name, "", 0), value)],
        _ => Vec::new(),
    }
}

/// The values that are listed, of those that have a type that is named, or else the types.
fn listed(members: &Map<String, Value>) -> (&'static str, Option<Vec<Value>>) {
    let several = |value: &Value| {
        let list = value.as_array().cloned();
        list.unwrap_or_else(|| vec![value.clone()])
    };
    let types = members.get("type").map(several);
    let only = members.get("const");
    let choices = members.get("enum").map(several);
    let Some(choices) = choices.or_else(|| Some(vec![only?.clone()])) else {
        return ("type", types.map(|types| unordered(types.iter())));
    };
    let fits = |choice: &&Value| {
        let is_named = |types: &Vec<Value>| types.iter().any(|name| is_of(name, choice));
        types.as_ref().is_none_or(is_named) && only.is_none_or(|only| key(only) == key(choice))
    };
    ("enum", Some(unordered(choices.iter().filter(fits))))
}

pub(super) fn is_of(name: &Value, value: &Value) -> bool {
    match (name.as_str(), value) {
        (Some("null"), Value::Null)
        | (Some("boolean"), Value::Bool(_))
        | (Some("number"), Value::Number(_))
        | (Some("string"), Value::String(_))
        | (Some("array"), Value::Array(_))
        | (Some("object"), Value::Object(_)) => true,
        (Some("integer"), value) => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => false,
    }
}

/// Takes null out of several values or types, unless something beside them may rule it out.
fn lets_null_in(listed: &mut Option<Vec<Value>>, members: &Map<String, Value>) -> bool {
    const WHOLE: [&str; 6] = ["$ref", "allOf", "anyOf", "oneOf", "not", "if"];
    let is_choice = ["enum", "const"]
        .iter()
        .any(|name| members.contains_key(*name));
    let null = if is_choice {
        Value::Null
    } else {
        json!("null")
    };
    let Some(listed) = listed
        .as_mut()
        .filter(|all| all.len() > 1 && all.contains(&null))
    else {
        return false;
    };
    if WHOLE.iter().any(|name| members.contains_key(*name)) {
        return false;
    }
    listed.retain(|one| *one != null);
    true
}

/// The order of names and choices means nothing, nor that one is there twice.
fn unordered<'v>(list: impl Iterator<Item = &'v Value>) -> Vec<Value> {
    let mut all: Vec<Value> = list.cloned().collect();
    all.sort_by_cached_key(key);
    all.dedup_by_key(|one| key(one));
    all
}

fn is_anything(schema: &Value) -> bool {
    *schema == Value::Bool(true) || schema.as_object().is_some_and(Map::is_empty)
}

fn address(value: &Value) -> usize {
    std::ptr::from_ref(value).addr()
}

#[cfg(test)]
mod tests;
