//! Which values are left to what picks what is done.
//!
//! `/notes/{id}/{verb}` where the verb is `delete`, and `?action=delete` where nothing else may be
//! given, are the same order as one that is written into the path. What may be left out and has
//! several values is a filter.

use countersign_domain::operation::Place;
use serde_json::{Map, Value};

use super::{Outlines, Sent, media};
use crate::reference;

/// Names of what picks what is done; a variable of the path may have any other.
const PICKS: [&str; 11] = [
    "action",
    "verb",
    "command",
    "cmd",
    "operation",
    "op",
    "method",
    "transition",
    "do",
    "act",
    "task",
];
/// Values of one operation.
const VALUES: usize = 1_000;
const LEVELS: u8 = 4;

/// Each choice by its name and one of its values.
pub(crate) fn choices(
    outlines: &Outlines<'_>,
    operation: &Value,
    parameters: &[Sent<'_>],
) -> Vec<(String, String)> {
    let root = outlines.root;
    let mut choices = Vec::new();
    for parameter in parameters {
        let schemas = || {
            let of_content = media(root, parameter.value).filter_map(|media| media.get("schema"));
            parameter.value.get("schema").into_iter().chain(of_content)
        };
        match parameter.place {
            Place::Querystring => schemas().for_each(|schema| {
                members(root, schema, LEVELS, &mut choices);
            }),
            Place::Path | Place::Query => {
                let name = (parameter.wire, parameter.required);
                let is_picked = parameter.place == Place::Path || picks(parameter.wire);
                for schema in schemas().filter(|_| is_picked) {
                    add(root, name, schema, &mut choices);
                }
            }
            Place::Header | Place::Cookie => {}
        }
    }
    let body = operation.get("requestBody");
    if let Some(body) = body.and_then(|body| reference::end(root, body)) {
        for schema in media(root, body).filter_map(|media| media.get("schema")) {
            members(root, schema, LEVELS, &mut choices);
        }
    }
    choices
}

fn picks(name: &str) -> bool {
    PICKS.iter().any(|one| name.eq_ignore_ascii_case(one))
}

/// Adds the choices among the properties of an object.
fn members(root: &Value, schema: &Value, levels: u8, choices: &mut Vec<(String, String)>) {
    let (Some(schema), Some(levels)) = (reference::end(root, schema), levels.checked_sub(1)) else {
        return;
    };
    let required = schema.get("required").and_then(Value::as_array);
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flat_map(Map::iter) {
        if picks(name) {
            let is_required = required.is_some_and(|all| all.iter().any(|one| one == name));
            add(root, (name.as_str(), is_required), property, choices);
        }
    }
    for branch in branches(schema) {
        members(root, branch, levels, choices);
    }
}

fn add(
    root: &Value,
    (name, is_required): (&str, bool),
    schema: &Value,
    choices: &mut Vec<(String, String)>,
) {
    let mut found = Vec::new();
    values(root, schema, LEVELS, &mut found);
    if is_required || found.len() == 1 {
        let left = VALUES.saturating_sub(choices.len());
        let found = found.into_iter().take(left);
        choices.extend(found.map(|value| (name.to_owned(), value.to_owned())));
    }
}

fn values<'d>(root: &'d Value, schema: &'d Value, levels: u8, found: &mut Vec<&'d str>) {
    let (Some(schema), Some(levels)) = (reference::end(root, schema), levels.checked_sub(1)) else {
        return;
    };
    let listed = schema.get("enum").and_then(Value::as_array);
    let all = listed.into_iter().flatten().chain(schema.get("const"));
    found.extend(all.filter_map(Value::as_str));
    for branch in branches(schema).chain(schema.get("items")) {
        values(root, branch, levels, found);
    }
}

fn branches(schema: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["allOf", "anyOf", "oneOf"].map(|keyword| schema.get(keyword));
    let lists = lists.into_iter().flatten().filter_map(Value::as_array);
    lists.flatten()
}
