//! Parts that have parts themselves.

use countersign_domain::operation::{BodyKind, ImportedOperation};
use serde_json::{Value, json};

use super::of_path;
use crate::codes;

fn taking(media: &str, value: &Value) -> ImportedOperation {
    let post = json!({"post": {"requestBody": {"required": true, "content": {media: value}}}});
    of_path(&post).operations[0].clone()
}

/// A list in a list, and how the inner one is written.
fn inner_list(items: &Value, encoding: &Value) -> Value {
    json!({"schema": {"type": "array", "items": {"type": "array", "items": items}}, "itemEncoding": encoding})
}

#[test]
fn the_parts_of_a_part_are_asked_for_as_they_are_sent() {
    let object = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let value = json!({
        "schema": {"type": "array", "prefixItems": [object, {"type": "array", "prefixItems": [object, {}]}]},
        "prefixEncoding": [{}, {"contentType": "multipart/mixed",
            "prefixEncoding": [{"contentType": "application/xml"}, {"contentType": "image/png"}]}]});
    let operation = taking("multipart/mixed", &value);
    assert_eq!(operation.unsupported, None);
    let outer = operation.body.as_ref().unwrap();
    let inner = outer.encoding[1].parts.as_ref().unwrap();
    assert_eq!(
        (inner.kind, &*inner.media_type),
        (BodyKind::Parts, "multipart/mixed")
    );
    let asked = &operation.input_schema["properties"]["body"];
    let words = asked["description"].as_str().unwrap();
    assert!(
        words.ends_with("Bytes are given in base64: [1][1]."),
        "{words}"
    );
    let page = &asked["prefixItems"][1];
    assert_eq!(
        page["description"],
        "The parts of a multipart/mixed part, in order."
    );
    assert_eq!(
        page["prefixItems"][0]["type"], "string",
        "it is sent as XML"
    );
    assert_eq!(page["prefixItems"][1]["contentEncoding"], "base64");
    assert_eq!(page["items"], false);
    assert_eq!(asked["prefixItems"][0]["type"], "object");
}

#[test]
fn what_is_referred_to_is_asked_for_as_it_is_sent_too() {
    let value = json!({
        "schema": {"type": "object", "properties": {"sets": {"type": "array", "items": {"$ref": "#/components/schemas/Set"}}}},
        "encoding": {"sets": {"contentType": "multipart/mixed", "itemEncoding": {"contentType": "image/gif"}}}});
    let root = json!({"openapi": "3.2.0", "info": {"title": "Pantry", "version": "1"},
        "components": {"schemas": {"Set": {"type": "array", "description": "Pictures.", "items": {}}}},
        "paths": {"/sets": {"post": {"requestBody": {"content": {"multipart/form-data": value}}}}}});
    let document = crate::read(root.to_string().as_bytes());
    let operation = &document.operations[0];
    assert_eq!(operation.unsupported, None);
    let asked = &operation.input_schema["properties"]["body"]["properties"]["sets"]["items"];
    assert_eq!(asked["description"], "Pictures.");
    assert_eq!(
        asked["items"],
        json!({"type": "string", "contentEncoding": "base64"})
    );
}

#[test]
fn each_item_of_a_list_in_a_form_is_a_part_with_parts() {
    let sets = json!({"type": "array", "items": {"type": "array", "items": {"type": "string"}}});
    let form = |schema: &Value, encoding: Value| {
        taking(
            "multipart/form-data",
            &json!({"schema": {"type": "object", "properties": {"sets": schema}}, "encoding": {"sets": encoding}}),
        )
    };
    let mixed = json!({"contentType": "multipart/mixed"});
    let operation = form(&sets, mixed.clone());
    assert_eq!(operation.unsupported, None);
    let part = &operation.body.as_ref().unwrap().encoding[0];
    assert_eq!(part.parts.as_ref().unwrap().kind, BodyKind::Parts);
    // A text has no parts, and each item of a list would be one part.
    let flat = form(&sets["items"], mixed).unsupported.unwrap();
    assert!(flat.contains("does not say which"), "{flat}");
    let words = form(&sets, json!({"itemEncoding": {"contentType": "text/csv"}}));
    let words = words.unsupported.unwrap();
    assert!(words.contains("not that it is a multipart one"), "{words}");
}

#[test]
fn the_fields_of_a_part_of_a_part_are_evidence() {
    let object = json!({"type": "object", "properties": {"card_number": {"type": "string"}}});
    let operation = taking(
        "multipart/mixed",
        &inner_list(&object, &json!({"contentType": "multipart/mixed"})),
    );
    assert_eq!(operation.unsupported, None);
    assert!(!operation.risk.sensitivity.is_empty());
}

#[test]
fn parts_in_parts_that_cannot_be_written_turn_the_operation_off_with_the_reason() {
    let mixed = |more: Value| {
        let mut encoding = json!({"contentType": "multipart/mixed"});
        encoding
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        encoding
    };
    let text = json!({"type": "string"});
    let list = json!({"type": "array", "items": text});
    let header = json!({"X-Id": {"required": true, "schema": text}});
    let alphabet = json!({"Content-Transfer-Encoding": {"schema": {"const": "base64"}}});
    let off = [
        (
            inner_list(&list, &mixed(json!({"itemEncoding": mixed(json!({}))}))),
            "have parts themselves",
        ),
        (
            inner_list(&text, &mixed(json!({"itemEncoding": {"headers": header}}))),
            "X-Id",
        ),
        (
            inner_list(&text, &mixed(json!({"headers": alphabet}))),
            "another alphabet",
        ),
        (
            inner_list(&text, &json!({"contentType": "multipart/form-data"})),
            "have no names",
        ),
        (
            json!({"itemSchema": {}, "itemEncoding": mixed(json!({}))}),
            "does not say which",
        ),
        (
            json!({"itemSchema": {"type": "object"}, "itemEncoding": mixed(json!({}))}),
            "does not say which",
        ),
        (
            json!({"itemSchema": {"type": "array"}, "itemEncoding": mixed(json!({}))}),
            "nothing is said",
        ),
    ];
    for (value, reason) in &off {
        let operation = taking("multipart/mixed", value);
        assert!(
            codes(&operation).iter().any(|code| [
                "body_media_unsupported",
                "part_headers_left_out"
            ]
            .contains(code))
        );
        let said = operation.unsupported.unwrap_or_default();
        assert!(said.contains(reason), "{value}: {said}");
    }
    println!(
        "N = {} bodies of parts in parts that are not sent",
        off.len()
    );
}
