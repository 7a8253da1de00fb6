//! Whatever field an agent is shown is one that the risk was found by.

use std::{collections::HashSet, fs, path::Path};

use countersign_spec_import::{evidence, import};
use serde_json::{Map, Value, json};

use crate::{corpus, patient};

/// Fields are read two levels down.
const LEVELS: usize = 2;
/// Levels of a schema that are walked; the reading itself goes further.
const NESTING: usize = 10;
/// Fields of one operation that are read at most.
const NAMES: usize = 300;
const LARGE: u64 = 1 << 20;

/// Where schemas stand in one of 2020-12, except for what `not` keeps away.
const ONE: [&str; 8] = [
    "items",
    "additionalProperties",
    "if",
    "then",
    "else",
    "contains",
    "unevaluatedItems",
    "unevaluatedProperties",
];
const SEVERAL: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
const NAMED: [&str; 2] = ["patternProperties", "dependentSchemas"];

/// The names of the fields that an input schema shows.
struct Shown<'s> {
    whole: &'s Value,
    names: HashSet<&'s str>,
    seen: HashSet<(*const Value, usize)>,
}

impl<'s> Shown<'s> {
    fn in_body(whole: &'s Value) -> HashSet<&'s str> {
        let mut shown = Self {
            whole,
            names: HashSet::new(),
            seen: HashSet::new(),
        };
        if let Some(body) = whole.pointer("/properties/body") {
            shown.walk(body, LEVELS, NESTING);
        }
        shown.names
    }

    fn walk(&mut self, schema: &'s Value, levels: usize, nesting: usize) {
        if levels == 0 || nesting == 0 || !self.seen.insert((schema, levels)) {
            return;
        }
        let target = schema.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|target| self.whole.pointer(&target[1..]));
        let of = |name: &&str| schema.get(*name);
        let one = ONE.iter().filter_map(of);
        let several = SEVERAL.iter().filter_map(of).filter_map(Value::as_array);
        let named = NAMED.iter().filter_map(of).filter_map(Value::as_object);
        let named = named.flat_map(Map::values);
        for part in target
            .into_iter()
            .chain(one)
            .chain(several.flatten())
            .chain(named)
        {
            self.walk(part, levels, nesting - 1);
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            self.names.insert(name);
            self.walk(property, levels - 1, nesting - 1);
        }
    }
}

/// How many fields the agents of a document are shown, all of which were read.
fn check(place: &str, bytes: &[u8]) -> usize {
    let Ok(document) = import(bytes, &patient()) else {
        return 0;
    };
    let facts = evidence(bytes, &patient()).unwrap();
    let mut count = 0;
    for (operation, facts) in document.operations.iter().zip(&facts) {
        let read = facts.evidence().request_fields;
        if operation.unsupported.is_some() || read.len() == NAMES {
            continue;
        }
        let read: HashSet<&str> = read
            .iter()
            .map(|name| name.trim_start_matches('.'))
            .collect();
        let shown = Shown::in_body(&operation.input_schema);
        let missed: Vec<_> = shown
            .iter()
            .filter(|name| !read.contains(name.trim_start_matches('.')))
            .collect();
        let (method, path) = facts.operation();
        assert_eq!(missed, [&""; 0], "{place}: {method} {path}");
        count += shown.len();
    }
    count
}

fn check_all(folder: &Path) -> usize {
    let (mut open, mut fields) = (vec![folder.to_owned()], 0);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if corpus::is_document(&path) && entry.metadata().unwrap().len() < LARGE {
                fields += check(&path.to_string_lossy(), &fs::read(&path).unwrap());
            }
        }
    }
    fields
}

#[test]
fn whatever_keyword_shows_agents_a_field_the_risk_is_found_by_it() {
    let grave = json!({"type": "object", "properties": {"is_admin": {"type": "boolean"}}});
    let reference = json!({"$ref": "#/components/schemas/Grave"});
    let mut ways = vec![
        json!({"$ref": "#/components/schemas/Plain", "properties": grave["properties"]}),
        json!({"$dynamicRef": "#plain", "properties": grave["properties"]}),
        json!({"$ref": "https://own.example/first"}),
        json!({"$ref": "Grave"}),
        json!({"$ref": "#/$defs/Own", "$defs": {"Own": grave}}),
        json!({"properties": {"x": {"$ref": "#/definitions/Own"}}, "definitions": {"Own": grave}}),
        json!({"$ref": "#/components/schemas/Itself"}),
        json!({"items": [grave]}),
        json!({"items": [{}], "additionalItems": grave}),
    ];
    for schema in [&grave, &reference] {
        ways.extend(ONE.map(|keyword| json!({ keyword: schema })));
        ways.extend(SEVERAL.map(|keyword| json!({ keyword: [schema] })));
        ways.extend(NAMED.map(|keyword| json!({ keyword: {"a": schema} })));
        ways.push(json!({"$ref": "#/components/schemas/Plain", "allOf": [schema]}));
    }
    let schemas = json!({"Grave": grave,
        "Plain": {"$dynamicAnchor": "plain", "properties": {"name": {}}},
        "First": {"$id": "https://own.example/first", "$ref": "https://own.example/second"},
        "Second": {"$id": "https://own.example/second", "$ref": "#/components/schemas/Third"},
        "Third": grave,
        "Itself": {"allOf": [{"$ref": "#/$defs/Own"}], "$defs": {"Own": grave}}});
    for schema in ways {
        let content = json!({"application/json": {"schema": schema}});
        let post = json!({"post": {"requestBody": {"content": content}, "responses": {}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": {"/notes": post}, "components": {"schemas": schemas}});
        assert!(
            check(&schema.to_string(), document.to_string().as_bytes()) > 0,
            "{schema}"
        );
    }
}

#[test]
fn beside_a_reference_of_3_0_nothing_is_shown_and_nothing_is_read() {
    let schema = json!({"$ref": "#/components/schemas/Plain", "properties": {"is_admin": {}}});
    let content = json!({"application/json": {"schema": schema}});
    let post = json!({"post": {"requestBody": {"content": content}, "responses": {}}});
    let document = json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "paths": {"/notes": post},
        "components": {"schemas": {"Plain": {"properties": {"name": {}}}}}});
    let facts = evidence(document.to_string().as_bytes(), &patient()).unwrap();
    assert_eq!(facts[0].evidence().request_fields, ["name"]);
}

#[test]
fn every_field_that_agents_are_shown_is_read() {
    let ours = check_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"));
    assert!(ours > 100, "{ours}");
    let shared = corpus::specs().map_or(0, |home| check_all(&home));
    println!("N = {ours} fields of our documents, {shared} of shared ones, are read");
}
