//! The schema of a tool's arguments as lists show it: within a number of bytes.
//!
//! Calls are checked against the whole schema. What is shown may say less, never something else:
//! whatever the whole schema accepts, the shown one accepts too.

use std::{
    borrow::Cow,
    collections::{HashSet, VecDeque},
};

use countersign_domain::schema;
use serde_json::Value;

/// Levels whose words are kept: the arguments themselves.
const WORDED: usize = 2;
/// Nesting that is kept, tried from the left.
const SHALLOW: [usize; 4] = [6, 4, 3, 2];

/// The schema itself if it fits; else without the words of inner parts; else with those
/// definitions that fit, nearest first, and any value for the others; else cut where it gets deep.
pub(crate) fn within(whole: &Value, limit: usize) -> Cow<'_, Value> {
    if schema::bytes(whole) <= limit {
        return Cow::Borrowed(whole);
    }
    let mut shown = whole.clone();
    if let Some(definitions) = shown.get_mut("$defs").and_then(Value::as_object_mut) {
        for definition in definitions.values_mut() {
            schema::drop_words(definition, 0);
        }
    }
    schema::drop_words(&mut shown, WORDED);
    if schema::bytes(&shown) <= limit {
        return Cow::Owned(shown);
    }
    schema::open_up(&mut shown);
    let shown = nearest(shown, limit);
    if schema::bytes(&shown) <= limit {
        return Cow::Owned(shown);
    }
    Cow::Owned(shallow(shown, limit))
}

/// Keeps the definitions that fit, nearest to the arguments first.
fn nearest(mut shown: Value, limit: usize) -> Value {
    let Some(Value::Object(mut definitions)) = shown
        .as_object_mut()
        .and_then(|members| members.shift_remove("$defs"))
    else {
        return shown;
    };
    let mut left = limit.saturating_sub(schema::bytes(&shown) + 16);
    let mut open = VecDeque::from(schema::references(&shown));
    let mut seen: HashSet<String> = HashSet::new();
    let mut kept = serde_json::Map::new();
    while let Some(name) = open.pop_front() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let Some(definition) = definitions.shift_remove(&name) else {
            continue;
        };
        let size = schema::bytes(&definition) + name.len() + 4;
        if size <= left {
            left -= size;
            open.extend(schema::references(&definition));
            kept.insert(name, definition);
        }
    }
    if let Some(members) = shown.as_object_mut()
        && !kept.is_empty()
    {
        members.insert("$defs".to_owned(), Value::Object(kept));
    }
    let names: HashSet<String> = shown
        .get("$defs")
        .and_then(Value::as_object)
        .map(|kept| kept.keys().cloned().collect())
        .unwrap_or_default();
    schema::unlink(&mut shown, &|name| names.contains(name));
    shown
}

/// Without definitions, and cut deeper and deeper; at last the names and types of the arguments.
fn shallow(mut shown: Value, limit: usize) -> Value {
    if let Some(members) = shown.as_object_mut() {
        members.shift_remove("$defs");
    }
    schema::unlink(&mut shown, &|_| false);
    for depth in SHALLOW {
        schema::cut(&mut shown, depth);
        if schema::bytes(&shown) <= limit {
            return shown;
        }
    }
    schema::drop_words(&mut shown, 1);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn large() -> Value {
        let words = "word ".repeat(40);
        let fields: serde_json::Map<String, Value> = (0..40)
            .map(|n| {
                (
                    format!("field_{n}"),
                    json!({"type": "string", "description": words}),
                )
            })
            .collect();
        json!({"type": "object", "additionalProperties": false, "required": ["id", "body"], "properties": {
            "id": {"type": "string", "description": "Which one."},
            "body": {"description": "What to write.", "oneOf": [
                {"$ref": "#/$defs/Big"}, {"not": {"$ref": "#/$defs/Big"}, "type": "array"}]}},
            "$defs": {
                "Big": {"type": "object", "required": ["field_1"], "properties": fields.clone()},
                "Unused": {"type": "object", "properties": fields}}})
    }

    #[test]
    fn what_fits_is_shown_as_it_is() {
        let whole = large();
        assert!(matches!(within(&whole, 1 << 20), Cow::Borrowed(_)));
    }

    #[test]
    fn what_is_shown_fits_compiles_and_accepts_whatever_the_whole_accepts() {
        let whole = large();
        let good = [
            json!({"id": "1", "body": {"field_1": "x"}}),
            json!({"id": "1", "body": [1]}),
        ];
        for limit in [8 << 10, 4 << 10, 1_500, 600, 300] {
            let shown = within(&whole, limit);
            assert!(schema::bytes(&shown) <= limit, "{limit}: {shown}");
            let validator = jsonschema::draft202012::new(&shown).unwrap();
            for arguments in &good {
                assert!(jsonschema::draft202012::is_valid(&whole, arguments));
                assert!(validator.is_valid(arguments), "{limit}: {shown}");
            }
            assert!(
                !validator.is_valid(&json!({"id": "1"})),
                "what is required stays so"
            );
        }
    }
}
