//! Parts of `allOf` and `oneOf` that are versions of one another.

use countersign_domain::{
    drift::Breaking::{Breaking as Stops, No, Potentially as Perhaps},
    operation::ImportedDocument,
};
use serde_json::{Map, Value, json};

use super::{Expected, compare, expect, taking, whole};

/// A document whose operation takes a body of this schema, which leads to these definitions.
fn leading(schema: &Value, definitions: &Value) -> ImportedDocument {
    let content = json!({"application/json": {"schema": schema}});
    let body = json!({"required": true, "content": content});
    whole(
        &json!({"paths": {"/things": {"post": {"requestBody": body, "responses": {}}}},
        "components": {"schemas": definitions}}),
    )
}

fn to(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// What something is beside a base.
fn beside(properties: &str) -> ImportedDocument {
    let properties: Value = serde_json::from_str(properties).unwrap();
    let base = json!({"type": "object", "properties": {"id": {"type": "string"}}});
    let own = json!({"type": "object", "properties": properties});
    leading(&json!({"allOf": [to("Base"), own]}), &json!({"Base": base}))
}

/// Animals, each of which is a base and more.
fn animals([cat, dog, base]: [&str; 3], claws: &Value) -> ImportedDocument {
    let kind = json!({"type": "object", "properties": {"kind": {"type": "string"}}});
    let of = |more: Value| json!({"allOf": [to(base), {"type": "object", "properties": more}]});
    leading(
        &json!({"oneOf": [to(cat), to(dog)]}),
        &json!({cat: of(json!({"claws": claws})), dog: of(json!({"barks": {"type": "boolean"}})),
            base: kind}),
    )
}

#[test]
fn a_part_that_changed_is_told_by_what_changed_in_it() {
    let alternatives = |parts: [&str; 2]| {
        let parts = parts.map(|part| serde_json::from_str::<Value>(part).unwrap());
        taking(&json!({"oneOf": parts}))
    };
    let rows: [(&str, ImportedDocument, ImportedDocument, Expected); 7] = [
        (
            "one property more",
            beside(r#"{"name": {}, "size": {}}"#),
            beside(r#"{"color": {}, "name": {}, "size": {}}"#),
            &[("request_property_added", No)],
        ),
        (
            "one less, and one that is shorter",
            beside(r#"{"color": {}, "name": {"maxLength": 50}, "size": {}}"#),
            beside(r#"{"name": {"maxLength": 5}, "size": {}}"#),
            &[
                ("request_property_max_length_decreased", Stops),
                ("request_property_removed", Perhaps),
            ],
        ),
        (
            "another order of names",
            beside(r#"{"b": {"type": "string"}, "a": {}}"#),
            beside(r#"{"a": {}, "b": {"type": "string"}}"#),
            &[],
        ),
        (
            "an alternative with one more",
            alternatives([
                r#"{"type": "object", "properties": {"name": {}, "size": {}}}"#,
                r#"{"type": "object", "properties": {"url": {}}}"#,
            ]),
            alternatives([
                r#"{"properties": {"url": {}}, "type": "object"}"#,
                r#"{"type": "object", "properties": {"color": {}, "name": {}, "size": {}}}"#,
            ]),
            &[("request_property_added", No)],
        ),
        (
            "another order of keywords",
            alternatives([
                r#"{"type": "array", "items": {"type": "string"}}"#,
                r#"{"type": "array", "items": {"type": "integer"}}"#,
            ]),
            alternatives([
                r#"{"items": {"type": "integer"}, "type": "array"}"#,
                r#"{"items": {"type": "string"}, "type": "array"}"#,
            ]),
            &[],
        ),
        (
            "those that say which they are",
            alternatives([
                r#"{"properties": {"kind": {"const": "a"}, "x": {"type": "string"}}}"#,
                r#"{"properties": {"kind": {"const": "b"}, "x": {"type": "string"}}}"#,
            ]),
            alternatives([
                r#"{"properties": {"kind": {"const": "b"}, "x": {"type": "string"}, "y": {}}}"#,
                r#"{"properties": {"kind": {"const": "a"}, "x": {"type": "integer"}}}"#,
            ]),
            &[
                ("request_property_added", No),
                ("request_property_type_changed", Stops),
            ],
        ),
        (
            "nothing in common",
            alternatives([
                r#"{"properties": {"a": {}}}"#,
                r#"{"properties": {"b": {}}}"#,
            ]),
            alternatives([
                r#"{"properties": {"b": {}}}"#,
                r#"{"properties": {"c": {}}}"#,
            ]),
            &[
                ("request_body_one_of_added", No),
                ("request_body_one_of_removed", Stops),
            ],
        ),
    ];
    for (what, old, new, expected) in rows {
        expect(what, (&old, &new), expected);
    }
}

#[test]
fn an_alternative_is_known_by_what_it_builds_on_under_another_name() {
    let integer = json!({"type": "integer"});
    let rows: [(&str, ImportedDocument, ImportedDocument, Expected); 2] = [
        (
            "alternatives that are called otherwise",
            animals(["Cat", "Dog", "Pet"], &integer),
            animals(["CatDto", "BarkerDto", "PetDto"], &integer),
            &[
                ("request_body_alternative_renamed", No),
                ("request_body_alternative_renamed", No),
            ],
        ),
        (
            "and of which one changed",
            animals(["Cat", "Dog", "Pet"], &integer),
            animals(
                ["CatDto", "BarkerDto", "PetDto"],
                &json!({"type": "string"}),
            ),
            &[
                ("request_body_alternative_renamed", No),
                ("request_body_alternative_renamed", No),
                ("request_property_type_changed", Stops),
            ],
        ),
    ];
    for (what, old, new, expected) in rows {
        expect(what, (&old, &new), expected);
    }
}

#[test]
fn among_very_many_alternatives_those_without_a_partner_are_told() {
    let of = |name: &str| {
        let part = |index: usize| {
            let mut names: Map<String, Value> = (0..10)
                .map(|number| (format!("p{number}"), json!({})))
                .collect();
            names.insert(format!("{name}{index}"), json!({}));
            json!({"properties": names})
        };
        taking(&json!({"oneOf": (0..200).map(part).collect::<Vec<_>>()}))
    };
    let changes = compare(&of("a"), &of("b"));
    let codes: Vec<&str> = changes.iter().map(|change| change.code.as_str()).collect();
    let expected = ["request_body_one_of_removed", "request_body_one_of_added"];
    assert_eq!(codes, expected);
}
