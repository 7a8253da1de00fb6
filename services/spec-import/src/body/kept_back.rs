//! Credentials among the fields of a form that is the whole query. Such fields are parameters like
//! any other: agents are not asked for what the connection fills in.

use std::{borrow::Cow, collections::HashSet};

use countersign_domain::operation::Place;
use serde_json::{Map, Value};

use crate::{
    credential,
    notes::At,
    operation::Reading,
    parameter::LeftOut,
    reference::{self, member},
};

/// Fields of one schema that are looked at; no agent fills in more.
const FIELDS: usize = 500;
/// Parts of one schema that are.
const VISITS: usize = 200;
const NESTING: usize = 16;
/// Why there may be a credential that nobody has seen.
const TOO_MUCH: &str = "the whole query describes more than is looked through for credentials, \
                        which agents never see";

/// The schema of the form without them, and where it stands. Where one has to be given, stands in a
/// part that cannot be written anew, or may be where nobody has looked, the operation is refused.
pub(super) fn take_out<'v, 'd: 'v>(
    cx: &mut Reading<'_, 'd>,
    schema: &'v Value,
    place: String,
) -> (Cow<'v, Value>, String) {
    let (form, home) = alone(cx.root, schema, place.clone());
    let found = credentials(cx, form);
    let direct: HashSet<&str> = found.iter().copied().collect();
    let mut stays = required(form).filter(|name| direct.contains(name));
    let stays = stays.find(|name| !cx.schemes.own(&cx.security, Place::Query, name));
    let stays = stays.map(cannot_go).or_else(|| too_large(cx, form));
    let mut search = Search {
        cx,
        direct: &direct,
        visits: 0,
    };
    if let Some(reason) = stays.or_else(|| search.below(form, NESTING)) {
        cx.refuse("querystring_credential", &place, &reason);
        return (Cow::Borrowed(schema), place);
    }
    if found.is_empty() {
        return (Cow::Borrowed(schema), place);
    }
    let at = At::Pointer(&home);
    let at = at.key("properties");
    let mut left_out = LeftOut::default();
    let places = found.iter().map(|name| at.key(name).to_string());
    left_out.credentials = found.iter().copied().zip(places).collect();
    left_out.note(cx);
    (Cow::Owned(without(form, &direct)), home)
}

/// Where references lead that say nothing beside.
fn alone<'v>(root: &'v Value, schema: &'v Value, place: String) -> (&'v Value, String) {
    let is_alone = |value: &Value| value.as_object().is_some_and(|all| all.len() == 1);
    let mut end = (schema, place);
    for _ in 0..NESTING {
        match hop(root, end.0) {
            Some(next) if is_alone(end.0) => end = next,
            Some(_) | None => break,
        }
    }
    end
}

/// What a reference leads to, and where that stands.
fn hop<'v>(root: &'v Value, value: &Value) -> Option<(&'v Value, String)> {
    let text = member(value.as_object()?, "$ref")?.as_str()?;
    let pointer = reference::pointer_of(text).ok()?;
    Some((reference::at(root, &pointer)?, pointer.into_owned()))
}

/// The properties that stand in a schema itself and carry a credential.
fn credentials<'v>(cx: &Reading<'_, '_>, schema: &'v Value) -> Vec<&'v str> {
    let fields = schema.get("properties").and_then(Value::as_object);
    let words = |field: &'v Value| {
        let field = reference::end(cx.root, field).unwrap_or(field);
        field.get("description").and_then(Value::as_str)
    };
    fields
        .into_iter()
        .flatten()
        .take(FIELDS)
        .filter(|(name, field)| {
            let words = words(field).unwrap_or_default();
            credential::is_filled_in(cx, Place::Query, name, words)
        })
        .map(|(name, _)| name.as_str())
        .collect()
}

fn cannot_go(name: &str) -> String {
    format!(
        "the field {name:?} of the whole query carries a credential, which agents never see, and \
         it cannot be left out"
    )
}

/// Where no credential is asked for, there is none to find.
fn too_much(cx: &Reading<'_, '_>) -> Option<String> {
    cx.is_secured().then(|| TOO_MUCH.to_owned())
}

fn too_large(cx: &Reading<'_, '_>, schema: &Value) -> Option<String> {
    let fields = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    let most = fields.map_or(0, Map::len).max(required.map_or(0, Vec::len));
    (most > FIELDS).then(|| too_much(cx)).flatten()
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    let names = schema.get("required").and_then(Value::as_array);
    let names = names.into_iter().flatten().take(FIELDS);
    names.filter_map(Value::as_str)
}

fn without(form: &Value, names: &HashSet<&str>) -> Value {
    let mut form = form.clone();
    if let Some(Value::Object(fields)) = form.get_mut("properties") {
        fields.retain(|name, _| !names.contains(name.as_str()));
    }
    if let Some(Value::Array(required)) = form.get_mut("required") {
        required.retain(|one| one.as_str().is_none_or(|one| !names.contains(one)));
    }
    form
}

/// Looks for credentials in what else describes the same value.
struct Search<'s, 'r, 'd> {
    cx: &'s Reading<'r, 'd>,
    /// Those that stand in the schema itself.
    direct: &'s HashSet<&'s str>,
    visits: usize,
}

impl Search<'_, '_, '_> {
    /// Why something below cannot be left out.
    fn below(&mut self, schema: &Value, nesting: usize) -> Option<String> {
        let list = |keyword| schema.get(keyword).and_then(Value::as_array);
        let branches = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(list);
        let chosen = ["then", "else"]
            .into_iter()
            .filter_map(|one| schema.get(one));
        let target = hop(self.cx.root, schema).map(|(target, _)| target);
        let mut parts = branches.flatten().chain(chosen).chain(target);
        parts.find_map(|part| self.part(part, nesting))
    }

    fn part(&mut self, part: &Value, nesting: usize) -> Option<String> {
        self.visits += 1;
        let Some(nesting) = nesting.checked_sub(1).filter(|_| self.visits <= VISITS) else {
            return too_much(self.cx);
        };
        let own = credentials(self.cx, part).first().copied();
        let named = || required(part).find(|name| self.direct.contains(name));
        let found = own.or_else(named).map(cannot_go);
        let found = found.or_else(|| too_large(self.cx, part));
        found.or_else(|| self.below(part, nesting))
    }
}
