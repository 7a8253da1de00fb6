//! Arguments as models write them become those that the tool asks for, where there is one way to
//! read them.
//!
//! Two habits of clients are met, before the digest is taken, so that policy, approval, record and
//! request all see the same:
//! - an object or a list is given as a text that is its JSON; it is read, once, and only where the
//!   schema allows no text. The record says which arguments these were;
//! - an optional argument that is not meant is given as null; it is left out, where the schema
//!   allows no null.
//!
//! Nothing is ever filled in, and what fits as it is stays as it is.

use countersign_domain::{json, schema};
use serde_json::{Map, Value};

/// References that are followed to find the type of an argument.
const HOPS: u8 = 16;
/// Levels at which texts are read: the arguments, and the members of one of them.
const LEVELS: u8 = 2;
/// Places that the record names.
const NAMED: usize = 20;

/// The JSON types that a schema allows, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Types(u8);

impl Types {
    const NONE: Self = Self(0);
    const ANY: Self = Self(u8::MAX);
    const TEXT: Self = Self(1);
    const NULL: Self = Self(2);
    const OBJECT: Self = Self(4);
    const LIST: Self = Self(8);
    const OTHER: Self = Self(16);

    fn named(name: &str) -> Self {
        match name {
            "string" => Self::TEXT,
            "null" => Self::NULL,
            "object" => Self::OBJECT,
            "array" => Self::LIST,
            _ => Self::OTHER,
        }
    }

    const fn allows(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Reads texts and leaves out nulls as the schema wants them; returns where texts were read.
pub(crate) fn settle(whole: &Value, arguments: &mut Map<String, Value>) -> Vec<String> {
    let required: Vec<&str> = whole
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    arguments.retain(|name, value| {
        let optional = !required.contains(&name.as_str());
        !(value.is_null() && optional && {
            let described = whole.pointer("/properties").and_then(|all| all.get(name));
            described.is_some_and(|part| !types(whole, part, 0).allows(Types::NULL))
        })
    });
    let mut read = Vec::new();
    members(whole, whole, arguments, ("", LEVELS), &mut read);
    read
}

fn members(
    whole: &Value,
    described: &Value,
    given: &mut Map<String, Value>,
    (place, levels): (&str, u8),
    read: &mut Vec<String>,
) {
    let Some(properties) = resolved(whole, described).get("properties") else {
        return;
    };
    for (name, value) in given {
        let Some(part) = properties.get(name.as_str()) else {
            continue;
        };
        let here = format!("{place}/{name}");
        if let Value::String(text) = value
            && let Some(meant) = meant(text, types(whole, part, 0))
        {
            *value = meant;
            if read.len() < NAMED {
                read.push(countersign_domain::text::strip(&here, 120));
            }
        }
        if levels > 1
            && let Value::Object(inner) = value
        {
            members(whole, part, inner, (&here, levels - 1), read);
        }
    }
}

/// The object or list that a text is, where one of those is wanted and no text is.
fn meant(text: &str, types: Types) -> Option<Value> {
    if types.allows(Types::TEXT) {
        return None;
    }
    let wanted = match text.trim_start().chars().next()? {
        '{' => Types::OBJECT,
        '[' => Types::LIST,
        _ => return None,
    };
    types
        .allows(wanted)
        .then(|| json::parse(text.as_bytes()).ok())
        .flatten()
        .filter(|_| !json::loses_an_integer(text.as_bytes()))
}

/// The schema that stands behind references.
fn resolved<'s>(whole: &'s Value, mut part: &'s Value) -> &'s Value {
    for _ in 0..HOPS {
        let next = schema::target(part).and_then(|name| whole.get("$defs")?.get(name));
        match next {
            Some(next) => part = next,
            None => return part,
        }
    }
    part
}

/// The types that a schema allows, as far as it says so; anything where it does not.
fn types(whole: &Value, part: &Value, depth: u8) -> Types {
    if depth > HOPS {
        return Types::ANY;
    }
    let part = resolved(whole, part);
    let mut allowed = match part.get("type") {
        Some(Value::String(name)) => Types::named(name),
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .fold(Types::NONE, |all, name| Types(all.0 | Types::named(name).0)),
        _ => Types::ANY,
    };
    let list = |keyword: &str| part.get(keyword).and_then(Value::as_array);
    for every in list("allOf").into_iter().flatten() {
        allowed = Types(allowed.0 & types(whole, every, depth + 1).0);
    }
    for any in ["anyOf", "oneOf"].into_iter().filter_map(list) {
        let any = any.iter().fold(Types::NONE, |all, one| {
            Types(all.0 | types(whole, one, depth + 1).0)
        });
        allowed = Types(allowed.0 & any.0);
    }
    if let Some(choices) = list("enum")
        && choices.iter().any(Value::is_string)
    {
        return Types(allowed.0 | Types::TEXT.0);
    }
    allowed
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Value {
        json!({"type": "object", "required": ["id"], "additionalProperties": false, "properties": {
            "id": {"type": ["integer", "object"]},
            "text": {"type": "string"},
            "either": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Filter"}]},
            "anything": {},
            "filter": {"$ref": "#/$defs/Filter"},
            "tags": {"oneOf": [{"type": "array"}, {"type": "null"}]},
            "limit": {"type": "integer"},
            "body": {"allOf": [{"type": "object"}], "properties": {
                "parent": {"type": "object"}, "note": {"type": "string"}, "gone": {"type": "integer"}}}},
            "$defs": {"Filter": {"type": "object", "properties": {"deep": {"type": "object"}}}}})
    }

    #[test]
    fn a_text_is_read_once_and_only_where_no_text_is_wanted() {
        let object = r#"{"a": "{\"b\": 1}"}"#;
        let cases = [
            (
                json!({"filter": object}),
                json!({"filter": {"a": "{\"b\": 1}"}}),
                vec!["/filter"],
            ),
            (json!({"tags": " [1]"}), json!({"tags": [1]}), vec!["/tags"]),
            (
                json!({"body": {"parent": "{}", "note": "{}"}}),
                json!({"body": {"parent": {}, "note": "{}"}}),
                vec!["/body/parent"],
            ),
            (
                json!({"body": "{\"parent\": \"{}\"}"}),
                json!({"body": {"parent": {}}}),
                vec!["/body", "/body/parent"],
            ),
            (json!({"text": object}), json!({"text": object}), vec![]),
            (json!({"either": object}), json!({"either": object}), vec![]),
            (
                json!({"anything": object}),
                json!({"anything": object}),
                vec![],
            ),
            (json!({"filter": "[1]"}), json!({"filter": "[1]"}), vec![]),
            (
                json!({"filter": "{\"a\": 1, \"a\": 2}"}),
                json!({"filter": "{\"a\": 1, \"a\": 2}"}),
                vec![],
            ),
            (
                json!({"id": "7", "limit": "7", "unknown": "{}"}),
                json!({"id": "7", "limit": "7", "unknown": "{}"}),
                vec![],
            ),
        ];
        for (given, wanted, places) in cases {
            let Value::Object(mut arguments) = given.clone() else {
                unreachable!("an object")
            };
            let read = settle(&schema(), &mut arguments);
            assert_eq!(
                (Value::Object(arguments), read),
                (wanted, places.iter().map(|p| (*p).to_owned()).collect()),
                "{given}"
            );
        }
    }

    #[test]
    fn null_for_an_optional_argument_that_cannot_be_null_is_no_argument() {
        let Value::Object(mut arguments) = json!({"limit": null, "tags": null, "id": null, "anything": null, "unknown": null, "body": {"gone": null}})
        else {
            unreachable!("an object")
        };
        settle(&schema(), &mut arguments);
        assert_eq!(
            Value::Object(arguments),
            json!({"tags": null, "id": null, "anything": null, "unknown": null, "body": {"gone": null}})
        );
    }
}
