//! What older documents say otherwise than 2020-12.

use serde_json::{Map, Value, json};

use crate::reference::member;

/// Allows null as well, as `nullable` of 3.0 means it.
pub(super) fn nullable(mut schema: Map<String, Value>) -> Value {
    const WHOLE: [&str; 7] = ["$ref", "allOf", "anyOf", "oneOf", "not", "const", "if"];
    if WHOLE.iter().any(|keyword| schema.contains_key(*keyword)) {
        let mut outer = Map::new();
        for name in ["title", "description", "default"] {
            if let Some(value) = schema.shift_remove(name) {
                outer.insert(name.to_owned(), value);
            }
        }
        outer.insert("anyOf".to_owned(), json!([schema, { "type": "null" }]));
        return Value::Object(outer);
    }
    match schema.get_mut("type") {
        Some(Value::Array(names)) if !names.contains(&"null".into()) => names.push("null".into()),
        Some(single @ Value::String(_)) if single != "null" => {
            let name = single.take();
            *single = json!([name, "null"]);
        }
        _ => {}
    }
    if let Some(Value::Array(choices)) = schema.get_mut("enum")
        && !choices.contains(&Value::Null)
    {
        choices.push(Value::Null);
    }
    Value::Object(schema)
}

/// `maximum: 5, exclusiveMaximum: true` of older documents becomes `exclusiveMaximum: 5`.
pub(super) fn bounds(source: &Map<String, Value>, out: &mut Map<String, Value>) {
    for (exclusive, plain) in [
        ("exclusiveMaximum", "maximum"),
        ("exclusiveMinimum", "minimum"),
    ] {
        if member(source, exclusive) == Some(&Value::Bool(true))
            && let Some(limit) = out.remove(plain)
        {
            out.insert(exclusive.to_owned(), limit);
        }
    }
}
