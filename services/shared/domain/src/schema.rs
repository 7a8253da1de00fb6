//! JSON Schemas that stand by themselves: `$defs` at the root, references only into them.
//!
//! What is here makes a schema smaller for a reader. It knows which members of a schema are
//! schemas, so that a property called `description` is never taken for a description.

use serde_json::{Map, Value};

/// Where definitions stand.
const HOME: &str = "#/$defs/";
/// Words for readers, which say nothing about what is valid.
const WORDS: [&str; 5] = ["title", "description", "default", "examples", "deprecated"];

/// How schemas stand behind a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A schema.
    One,
    /// Schemas in an order.
    List,
    /// Schemas by name.
    Named,
    /// Something else.
    None,
}

/// Says it of a keyword (JSON Schema 2020-12, Core section 10 and Validation).
#[must_use]
pub fn holds(keyword: &str) -> Holds {
    match keyword {
        "properties" | "patternProperties" | "dependentSchemas" | "$defs" => Holds::Named,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Holds::List,
        "items"
        | "additionalProperties"
        | "contains"
        | "propertyNames"
        | "not"
        | "if"
        | "then"
        | "else"
        | "unevaluatedItems"
        | "unevaluatedProperties" => Holds::One,
        _ => Holds::None,
    }
}

/// Visits each schema that stands directly in this one; its definitions too.
pub fn each_part(schema: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    for (keyword, value) in schema.as_object_mut().into_iter().flatten() {
        match (holds(keyword), value) {
            (Holds::Named, Value::Object(named)) => named.values_mut().for_each(&mut *visit),
            (Holds::List, Value::Array(list)) => list.iter_mut().for_each(&mut *visit),
            (Holds::One, value) => visit(value),
            _ => {}
        }
    }
}

/// Takes out titles, descriptions and defaults, but for those of the first `kept` levels.
pub fn drop_words(schema: &mut Value, kept: usize) {
    if kept == 0
        && let Some(members) = schema.as_object_mut()
    {
        let is_word = |key: &str| WORDS.contains(&key);
        if members.keys().any(|key| is_word(key)) {
            members.retain(|key, _| !is_word(key));
        }
    }
    each_part(schema, &mut |part| {
        drop_words(part, kept.saturating_sub(1));
    });
}

/// Opens everything deeper than so many levels: of a part that far down only its type stays.
pub fn cut(schema: &mut Value, depth: usize) {
    if depth == 0 {
        let kind = schema.get("type").cloned();
        *schema = Value::Object(
            kind.map(|kind| ("type".to_owned(), kind))
                .into_iter()
                .collect(),
        );
        return;
    }
    each_part(schema, &mut |part| cut(part, depth - 1));
}

/// The definitions that a schema refers to, in order; those inside its own definitions too.
#[must_use]
pub fn references(schema: &Value) -> Vec<String> {
    fn collect(schema: &Value, found: &mut Vec<String>) {
        if let Some(name) = target(schema) {
            found.push(name.to_owned());
        }
        for (keyword, value) in schema.as_object().into_iter().flatten() {
            match (holds(keyword), value) {
                (Holds::Named, Value::Object(named)) => {
                    for part in named.values() {
                        collect(part, found);
                    }
                }
                (Holds::List, Value::Array(list)) => {
                    for part in list {
                        collect(part, found);
                    }
                }
                (Holds::One, value) => collect(value, found),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    collect(schema, &mut found);
    found
}

/// The definition that a schema refers to at its top.
#[must_use]
pub fn target(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(HOME)
}

/// Takes out references that `is_kept` does not want; what stood there is any value.
pub fn unlink(schema: &mut Value, is_kept: &dyn Fn(&str) -> bool) {
    if target(schema).is_some_and(|name| !is_kept(name))
        && let Some(members) = schema.as_object_mut()
    {
        members.shift_remove("$ref");
    }
    each_part(schema, &mut |part| unlink(part, is_kept));
}

/// Makes a schema that may have lost parts accept whatever the whole one accepts: one that must
/// not fit, or must fit alone, would now refuse what is right.
pub fn open_up(schema: &mut Value) {
    if let Some(members) = schema.as_object_mut() {
        for keyword in [
            "not",
            "if",
            "then",
            "else",
            "unevaluatedItems",
            "unevaluatedProperties",
        ] {
            members.shift_remove(keyword);
        }
        if let Some(choices) = members.shift_remove("oneOf") {
            if members.contains_key("anyOf") {
                let any = Map::from_iter([("anyOf".to_owned(), choices)]);
                let all = members
                    .entry("allOf")
                    .or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(all) = all {
                    all.push(Value::Object(any));
                }
            } else {
                members.insert("anyOf".to_owned(), choices);
            }
        }
    }
    each_part(schema, &mut |part| open_up(part));
}

/// The bytes of a value as JSON.
#[must_use]
pub fn bytes(value: &Value) -> usize {
    value.to_string().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_property_called_description_is_no_description() {
        let mut schema = json!({"description": "a", "properties": {
            "description": {"type": "string", "description": "b"},
            "title": {"enum": [{"title": "x"}], "title": "c"}}});
        drop_words(&mut schema, 1);
        assert_eq!(
            schema,
            json!({"description": "a", "properties": {
                "description": {"type": "string"}, "title": {"enum": [{"title": "x"}]}}})
        );
        drop_words(&mut schema, 0);
        assert_eq!(schema.get("description"), None);
    }

    #[test]
    fn what_is_cut_keeps_its_type_and_what_is_unlinked_is_any_value() {
        let mut schema = json!({"type": "object", "properties": {
            "a": {"type": "array", "items": {"type": "object", "properties": {"b": true}}},
            "c": {"$ref": "#/$defs/C"}, "d": {"$ref": "#/$defs/D"}}});
        assert_eq!(references(&schema), ["C", "D"]);
        unlink(&mut schema, &|name| name == "C");
        cut(&mut schema, 2);
        assert_eq!(
            schema,
            json!({"type": "object", "properties": {
                "a": {"type": "array", "items": {"type": "object"}},
                "c": {"$ref": "#/$defs/C"}, "d": {}}})
        );
    }

    #[test]
    fn what_fits_exactly_one_fits_any_when_parts_are_lost() {
        let mut schema = json!({"oneOf": [{"not": {}}, true], "anyOf": [true]});
        open_up(&mut schema);
        assert_eq!(
            schema,
            json!({"anyOf": [true], "allOf": [{"anyOf": [{}, true]}]})
        );
    }
}
