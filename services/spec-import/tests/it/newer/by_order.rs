//! Bodies of parts that have an order and no names.

use countersign_domain::operation::{Body, BodyKind, ImportedOperation};
use serde_json::{Value, json};

use super::of_path;
use crate::codes;

fn taking(media: &str, value: &Value) -> ImportedOperation {
    let post = json!({"post": {"requestBody": {"required": true, "content": {media: value}}}});
    of_path(&post).operations[0].clone()
}

/// What is sent in each place, and as what.
fn written(body: &Body) -> Vec<(&str, Option<&str>)> {
    let parts = body.encoding.iter();
    let written = parts.map(|part| (part.property.as_str(), part.content_type.as_deref()));
    written.collect()
}

#[test]
fn each_part_is_what_is_said_of_its_place() {
    let operation = taking(
        "multipart/mixed",
        &json!({
            "schema": {"type": "array", "prefixItems": [{"type": "object"}, {}, {"type": "string"}],
                "items": {"type": "string", "format": "binary"}},
            "prefixEncoding": [{}, {"contentType": "image/png, image/gif"}],
            "itemEncoding": {"contentType": "text/csv"}}),
    );
    assert_eq!(operation.unsupported, None);
    let body = operation.body.as_ref().unwrap();
    assert_eq!(body.kind, BodyKind::Parts);
    let expected = [
        ("[0]", None),
        ("[1]", Some("image/png")),
        ("[2]", Some("text/csv")),
        ("[]", Some("text/csv")),
    ];
    assert_eq!(written(body), expected);
    let asked = &operation.input_schema["properties"]["body"];
    let image = json!({"type": "string", "contentEncoding": "base64"});
    assert_eq!(asked["prefixItems"][1], image);
    let words = asked["description"].as_str().unwrap();
    assert!(
        words.ends_with("in order. Bytes are given in base64: [1]."),
        "{words}"
    );
}

#[test]
fn what_is_said_of_each_item_is_said_of_a_list_of_them() {
    let operation = taking(
        "multipart/mixed",
        &json!({"itemSchema": {"$comment": "A picture."}, "itemEncoding": {"contentType": "image/jpg"}}),
    );
    assert_eq!(operation.unsupported, None);
    assert_eq!(
        written(operation.body.as_ref().unwrap()),
        [("[]", Some("image/jpg"))]
    );
    let asked = &operation.input_schema["properties"]["body"];
    assert_eq!(
        (&asked["type"], &asked["minItems"]),
        (&json!("array"), &json!(1))
    );
    assert_eq!(asked["items"]["contentEncoding"], "base64");
}

/// Tools that write older versions keep these members under the names that the registry of
/// extensions gives them.
#[test]
fn what_came_with_3_2_is_read_of_older_documents_by_its_names_there() {
    let newer = json!({"itemSchema": {"type": "array", "items": {}}, "prefixEncoding": [{"contentType": "application/json"}],
        "itemEncoding": {"contentType": "multipart/mixed", "itemEncoding": {"contentType": "image/png"}}});
    let named = json!({"schema": {"type": "object", "properties": {"a": {"type": "object",
        "properties": {"b": {"type": "string"}}}}}, "encoding": {"a": {"contentType": "multipart/mixed",
        "encoding": {"b": {"contentType": "text/csv"}}}}});
    let broken = json!({"itemSchema": {}, "itemEncoding": {"contentType": "multipart/mixed"}});
    let of = |version: &str, content: &Value| {
        let root = json!({"openapi": version, "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"post": {"requestBody": {"content": {"multipart/mixed": content}}}}}});
        crate::read(root.to_string().as_bytes()).operations[0].clone()
    };
    for content in [newer, named, broken] {
        let mut text = content.to_string();
        for name in ["itemSchema", "prefixEncoding", "itemEncoding"] {
            text = text.replace(&format!("\"{name}\""), &format!("\"x-oai-{name}\""));
        }
        let inner = "\"multipart/mixed\",\"encoding\"";
        text = text.replace(inner, "\"multipart/mixed\",\"x-oai-encoding\"");
        let (new, old) = (of("3.2.0", &content), of("3.1.0", &text.parse().unwrap()));
        assert_eq!(new.body, old.body, "{text}");
        assert_eq!(new.input_schema, old.input_schema, "{text}");
        assert_eq!(new.unsupported, old.unsupported, "{text}");
        let place =
            |one: &ImportedOperation| one.diagnostics.first().map(|note| note.pointer.clone());
        let (now, then) = (place(&new), place(&old));
        assert_eq!(then.map(|one| one.replace("x-oai-", "")), now, "{text}");
    }
}

#[test]
fn no_more_parts_are_asked_for_than_are_described() {
    let two = json!([{"type": "string"}, {"type": "integer"}]);
    let operation = taking("multipart/mixed", &json!({"schema": {"prefixItems": two}}));
    let asked = &operation.input_schema["properties"]["body"];
    assert_eq!(asked["items"], false);
    let places = operation.body.as_ref().map(written).unwrap();
    assert_eq!(places, [("[0]", None), ("[1]", None)]);
}

/// What is said of the items of a list counts for them, and the list is one value.
#[test]
fn a_list_in_one_part_is_sent_as_json_whatever_is_in_it() {
    let text = |more: Value| {
        let mut text = json!({"type": "string"});
        let text_members = text.as_object_mut().unwrap();
        text_members.extend(more.as_object().unwrap().clone());
        text
    };
    for item in [
        text(json!({"contentEncoding": "base64"})),
        text(json!({"contentMediaType": "image/png"})),
        text(json!({"format": "binary"})),
    ] {
        let list = json!({"type": "array", "items": item});
        let operation = taking(
            "multipart/mixed",
            &json!({"schema": {"prefixItems": [list]}}),
        );
        assert_eq!(operation.unsupported, None);
        let body = operation.body.as_ref().unwrap();
        assert_eq!(written(body), [("[0]", None)], "{item}");
        assert!(body.encoding[0].headers.is_empty(), "{item}");
        let asked = &operation.input_schema["properties"]["body"]["prefixItems"][0];
        assert_eq!(asked["items"]["type"], "string", "{item}");
    }
    let list = json!({"type": "array", "items": text(json!({}))});
    let csv = json!([{"contentType": "text/csv"}]);
    let operation = taking(
        "multipart/mixed",
        &json!({"schema": {"prefixItems": [list]}, "prefixEncoding": csv}),
    );
    let asked = &operation.input_schema["properties"]["body"]["prefixItems"][0];
    assert_eq!(asked["type"], "string", "nobody knows how it is written");
    assert!(codes(&operation).contains(&"body_as_text"));
}

#[test]
fn an_object_that_is_no_json_is_asked_for_as_text() {
    let xml = json!({"contentType": "application/xml"});
    let object = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let operation = taking(
        "multipart/mixed",
        &json!({"schema": {"type": "array", "items": object}, "itemEncoding": xml}),
    );
    let asked = &operation.input_schema["properties"]["body"]["items"];
    assert_eq!(asked["type"], "string", "{asked}");
    assert!(codes(&operation).contains(&"body_as_text"));
}

#[test]
fn the_fields_of_a_part_are_evidence() {
    let object = json!({"type": "object", "properties": {"card_number": {"type": "string"}}});
    for value in [
        json!({"schema": {"type": "array", "prefixItems": [object]}}),
        json!({"itemSchema": object}),
    ] {
        let operation = taking("multipart/mixed", &value);
        assert_eq!(operation.unsupported, None);
        assert!(!operation.risk.sensitivity.is_empty(), "{value}");
    }
}

/// Before 3.2 there was no other way, and each version allows it.
#[test]
fn an_object_is_sent_as_named_parts_whatever_the_parts_are_called() {
    let object = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let encoding = json!({"a": {"contentType": "text/csv", "style": "pipeDelimited"}});
    let operation = taking(
        "multipart/related",
        &json!({"schema": object, "encoding": encoding}),
    );
    assert_eq!(operation.unsupported, None);
    let body = operation.body.as_ref().unwrap();
    assert_eq!(
        (body.kind, &*body.media_type),
        (BodyKind::Multipart, "multipart/related")
    );
    assert!(body.encoding[0].explode, "a style means nothing there");
}

#[test]
fn names_of_parts_may_come_from_their_headers() {
    let named = |name: &str| {
        let value = format!("form-data; name=\"{name}\"");
        json!({"headers": {"Content-Disposition": {"schema": {"const": value}}}})
    };
    let list = json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "string"}]});
    let form = |second: Value| {
        taking(
            "multipart/form-data",
            &json!({"schema": list, "prefixEncoding": [named("a"), second]}),
        )
    };
    assert_eq!(form(named("b")).unsupported, None);
    let without = form(json!({})).unsupported.unwrap();
    assert!(without.contains("have no names"), "{without}");
}

#[test]
fn parts_that_cannot_be_written_turn_the_operation_off_with_the_reason() {
    let list = json!({"type": "array", "items": {"type": "string"}});
    let header = json!({"Content-Location": {"required": true, "schema": {"type": "string"}}});
    let off = [
        (
            "multipart/mixed",
            json!({"schema": {"type": "object"}}),
            "not written yet",
        ),
        (
            "multipart/mixed",
            json!({"prefixEncoding": [{}]}),
            "no schema",
        ),
        ("multipart/mixed", json!({}), "not written yet"),
        ("multipart/mixed", json!({"schema": {}}), "not written yet"),
        (
            "multipart/mixed",
            json!({"schema": {"type": "string"}}),
            "not written yet",
        ),
        (
            "multipart/mixed",
            json!({"schema": {"type": "array"}}),
            "nothing is said",
        ),
        (
            "multipart/mixed",
            json!({"schema": {"type": "array", "items": false}}),
            "nothing is said",
        ),
        (
            "multipart/mixed",
            json!({"schema": {"type": "array", "prefixItems": vec![json!({}); 101]}}),
            "too many",
        ),
        (
            "multipart/mixed",
            json!({"schema": list, "itemEncoding": {"contentType": "multipart/mixed"}}),
            "has parts itself",
        ),
        (
            "multipart/mixed",
            json!({"schema": list, "itemEncoding": {"itemEncoding": {}}}),
            "not that it is a multipart one",
        ),
        (
            "multipart/related",
            json!({"schema": list, "itemEncoding": {"headers": header}}),
            "Content-Location",
        ),
        (
            "multipart/form-data",
            json!({"itemSchema": {}, "itemEncoding": {"contentType": "image/png"}}),
            "have no names",
        ),
        (
            "multipart/form-data",
            json!({"schema": list, "itemEncoding": {}}),
            "have no names",
        ),
        (
            "multipart/form-data",
            json!({"itemEncoding": {}}),
            "no schema",
        ),
        ("multipart/*", json!({"schema": list}), "not written yet"),
    ];
    for (media, value, reason) in &off {
        let operation = taking(media, value);
        let said = operation.unsupported.unwrap_or_default();
        assert!(said.contains(reason), "{media} {value}: {said}");
    }
    println!("N = {} bodies of parts that are not sent", off.len());
}

#[test]
fn a_part_that_is_named_for_the_method_turns_the_operation_off() {
    let list = json!({"type": "array", "prefixItems": [{"const": "DELETE"}]});
    let names = [
        r#"name="_method""#,
        r#"name="[_method]""#,
        r"name=_METHOD",
        r#"filename="a"; Name = "x-http-method-override""#,
        r#"name="_\method""#,
        r"name*=utf-8''%5Fmethod",
        r"name*=''_method",
        r"name='_method'",
        r#"name*1="thod"; name*0="_me""#,
        r"name*0*=utf-8''%5Fme; name*1*=thod",
        r#"name="q"; name="_method""#,
    ];
    for media in ["multipart/form-data", "multipart/mixed"] {
        for name in names {
            let value = format!("form-data; {name}");
            let header = json!({"Content-Disposition": {"schema": {"const": value}}});
            let operation = taking(
                media,
                &json!({"schema": list, "prefixEncoding": [{"headers": header}]}),
            );
            let reason = operation.unsupported.as_deref().unwrap_or_default();
            assert!(reason.contains("make the request another one"), "{value}");
            assert!(codes(&operation).contains(&"method_override_left_out"));
            assert!(operation.risk.high_risk, "{value}");
        }
    }
    println!("N = {} names of parts", names.len());
}

#[test]
fn what_the_headers_of_parts_say_is_shown_and_is_evidence() {
    let list = json!({"type": "array", "prefixItems": [{"type": "string"}]});
    let value = r#"form-data; name="card_number""#;
    let header = json!({"Content-Disposition": {"schema": {"const": value}}});
    let operation = taking(
        "multipart/form-data",
        &json!({"schema": list, "prefixEncoding": [{"headers": header}]}),
    );
    assert_eq!(operation.unsupported, None);
    assert!(!operation.risk.sensitivity.is_empty());
    let mut notes = operation.diagnostics.iter();
    let shown = notes.find(|note| note.code == "part_header_fixed").unwrap();
    assert!(shown.text.contains("card_number"), "{}", shown.text);
    let list = json!({"type": "array", "prefixItems": [list]});
    let form =
        json!({"contentType": "multipart/form-data", "prefixEncoding": [{"headers": header}]});
    let operation = taking(
        "multipart/mixed",
        &json!({"schema": list, "prefixEncoding": [form]}),
    );
    assert_eq!(operation.unsupported, None);
    assert!(!operation.risk.sensitivity.is_empty(), "a part of a part");
}
