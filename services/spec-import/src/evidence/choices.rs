//! Which values are left to what picks what is done.
//!
//! `/notes/{id}/{verb}` where the verb is `delete`, and `?action=delete` where nothing else may be
//! given, are the same order as one that is written into the path. What may be left out and has
//! several values is a filter.

use std::{collections::HashMap, ptr};

use countersign_domain::operation::Place;
use foldhash::quality::RandomState;
use serde_json::{Map, Value};

use super::{Outlines, Sent, media};
use crate::reference;

/// Names by which documents admit that what is given says what to do.
pub(crate) const ORDERS: [&str; 8] = [
    "action",
    "verb",
    "command",
    "cmd",
    "operation",
    "op",
    "method",
    "transition",
];
/// The same of an argument; a variable of the path may have any other.
const FURTHER: [&str; 3] = ["do", "act", "task"];
/// Values of one operation.
const VALUES: usize = 1_000;
/// Schemas of one operation that are looked at.
const VISITS: usize = 1_500;
const LEVELS: u8 = 4;

/// What an operation leaves to choose.
pub(crate) struct Choices<'d> {
    root: &'d Value,
    /// Each choice by its name and one of its values.
    pub(crate) listed: Vec<(String, String)>,
    /// There may be more than are listed.
    pub(crate) is_cut: bool,
    visits: usize,
}

/// Schemas by where they stand, and how many levels were left below each.
type Seen = HashMap<*const Value, u8, RandomState>;

/// The choices of an operation.
pub(crate) fn choices<'d>(
    outlines: &Outlines<'d>,
    operation: &'d Value,
    parameters: &[Sent<'d>],
) -> Choices<'d> {
    let root = outlines.root;
    let mut choices = Choices {
        root,
        listed: Vec::new(),
        is_cut: false,
        visits: 0,
    };
    let mut seen = Seen::default();
    for parameter in parameters {
        let schemas = || {
            let of_content = media(root, parameter.value).filter_map(|media| media.get("schema"));
            parameter.value.get("schema").into_iter().chain(of_content)
        };
        match parameter.place {
            Place::Querystring => schemas().for_each(|schema| {
                choices.members(schema, LEVELS, &mut seen);
            }),
            Place::Path | Place::Query => {
                let name = (parameter.wire, parameter.required);
                let is_picked = parameter.place == Place::Path || picks(parameter.wire);
                for schema in schemas().filter(|_| is_picked) {
                    choices.add(name, schema);
                }
            }
            Place::Header | Place::Cookie => {}
        }
    }
    let body = operation.get("requestBody");
    if let Some(body) = body.and_then(|body| reference::end(root, body)) {
        for schema in media(root, body).filter_map(|media| media.get("schema")) {
            choices.members(schema, LEVELS, &mut seen);
        }
    }
    choices
}

fn picks(name: &str) -> bool {
    ORDERS
        .iter()
        .chain(&FURTHER)
        .any(|one| name.eq_ignore_ascii_case(one))
}

impl<'d> Choices<'d> {
    /// Adds the choices among the properties of an object.
    fn members(&mut self, schema: &'d Value, levels: u8, seen: &mut Seen) {
        let Some((schema, levels)) = self.visit(schema, levels, seen) else {
            return;
        };
        let required = schema.get("required").and_then(Value::as_array);
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flat_map(Map::iter) {
            if picks(name) {
                let is_required = required.is_some_and(|all| all.iter().any(|one| one == name));
                self.add((name.as_str(), is_required), property);
            }
        }
        for branch in branches(schema) {
            self.members(branch, levels, seen);
        }
    }

    fn add(&mut self, (name, is_required): (&str, bool), schema: &'d Value) {
        let mut found = Vec::new();
        self.values(schema, LEVELS, &mut Seen::default(), &mut found);
        if is_required || found.len() == 1 {
            let left = VALUES.saturating_sub(self.listed.len());
            self.is_cut |= found.len() > left;
            let found = found.into_iter().take(left);
            let found = found.map(|value| (name.to_owned(), value.to_owned()));
            self.listed.extend(found);
        }
    }

    /// Finds one value more than may be listed, and no others.
    fn values(&mut self, schema: &'d Value, levels: u8, seen: &mut Seen, found: &mut Vec<&'d str>) {
        if found.len() > VALUES {
            return;
        }
        let Some((schema, levels)) = self.visit(schema, levels, seen) else {
            return;
        };
        let listed = schema.get("enum").and_then(Value::as_array);
        let all = listed.into_iter().flatten().chain(schema.get("const"));
        let left = (VALUES + 1).saturating_sub(found.len());
        found.extend(all.filter_map(Value::as_str).take(left));
        for branch in branches(schema).chain(schema.get("items")) {
            self.values(branch, levels, seen, found);
        }
    }

    /// What a schema refers to in the end, and how many levels are left below it. Nothing where as
    /// many were left when it was looked at before.
    fn visit(&mut self, schema: &'d Value, levels: u8, seen: &mut Seen) -> Option<(&'d Value, u8)> {
        let levels = levels.checked_sub(1)?;
        if self.visits >= VISITS {
            self.is_cut = true;
            return None;
        }
        self.visits += 1;
        let schema = reference::end(self.root, schema)?;
        let place = ptr::from_ref(schema);
        if seen.get(&place).is_some_and(|before| *before >= levels) {
            return None;
        }
        seen.insert(place, levels);
        Some((schema, levels))
    }
}

fn branches(schema: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["allOf", "anyOf", "oneOf"].map(|keyword| schema.get(keyword));
    let lists = lists.into_iter().flatten().filter_map(Value::as_array);
    lists.flatten()
}
