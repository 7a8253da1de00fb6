//! Documents as generators write them: whatever the importer says can be called, can be built.

use std::{fs, path::Path};

use countersign_spec_import::{Limits, compile, import};
use serde_json::{Map, Value, json};
use url::Url;

use super::built;

/// Something that a schema accepts, as far as it is simple.
fn sample(whole: &Value, schema: &Value, levels: u8) -> Value {
    if levels == 0 {
        return json!({});
    }
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.trim_start_matches("#/$defs/");
        return sample(whole, &whole["$defs"][name], levels - 1);
    }
    for keyword in ["const", "/enum/0"] {
        let found = schema.pointer(keyword).or_else(|| schema.get(keyword));
        if let Some(value) = found {
            return value.clone();
        }
    }
    if let Some(word) = schema["pattern"].as_str() {
        // A pattern of the fixtures is the word itself, or what stands between two slashes.
        return word
            .trim_matches(['^', '$'])
            .replace("[^/]+", "thing")
            .into();
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(first) = schema[keyword].get(0) {
            let mut made = sample(whole, first, levels - 1);
            if let (Value::Object(made), Value::Object(_)) = (&mut made, &schema["properties"])
                && let Value::Object(beside) = object(whole, schema, levels)
            {
                made.extend(beside);
            }
            return made;
        }
    }
    let kind = schema["type"]
        .as_str()
        .or_else(|| schema["type"][0].as_str());
    match kind {
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(3)),
        Some("boolean") => json!(true),
        Some("array") => json!([sample(whole, &schema["items"], levels - 1)]),
        Some("string") => json!("YWJj"),
        _ => object(whole, schema, levels),
    }
}

fn object(whole: &Value, schema: &Value, levels: u8) -> Value {
    let mut made = Map::new();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let part = sample(whole, part, levels - 1);
        let Value::Object(members) = part else {
            return part;
        };
        made.extend(members);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let is_required = schema["required"]
            .as_array()
            .is_some_and(|names| names.contains(&json!(name)));
        if is_required || made.is_empty() && property != &json!(false) {
            made.insert(name.clone(), sample(whole, property, levels - 1));
        }
    }
    if made.is_empty() && schema.get("minProperties").is_some() {
        made.insert("any".to_owned(), json!("thing"));
    }
    Value::Object(made)
}

#[test]
fn what_is_said_to_be_callable_can_be_built() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let home = home.join("../services/spec-import/tests/fixtures/unseen");
    let base: Url = "https://a.example/base".parse().unwrap();
    let (mut built_ones, mut wrong) = (0, Vec::new());
    for entry in fs::read_dir(home).unwrap() {
        let path = entry.unwrap().path();
        let document = import(&fs::read(&path).unwrap(), &Limits::default()).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for operation in document
            .operations
            .iter()
            .filter(|one| one.unsupported.is_none())
        {
            let schema = &operation.input_schema;
            let arguments: Map<String, Value> = schema["properties"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(key, property)| (key.clone(), sample(schema, property, 16)))
                .collect();
            let place = format!("{name}: {} {}", operation.method, operation.path);
            let arguments = Value::Object(arguments);
            let validator = compile(schema).unwrap();
            if let Err(error) = validator.validate(&arguments) {
                wrong.push(format!("{place}: {arguments} does not fit: {error}"));
            }
            match built(operation, &base, &arguments) {
                Ok(_) => built_ones += 1,
                Err(error) => wrong.push(format!("{place}: {arguments}: {error}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("N = {built_ones} operations of documents as generators write them can be built");
}
