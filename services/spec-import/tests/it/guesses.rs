//! What the importer guesses, or cannot keep, is said where it stands.

use countersign_domain::{
    operation::{BodyKind, ImportedOperation},
    risk::RiskClass,
};
use serde_json::{Value, json};

use crate::{at, codes, read};

/// The first operation of a document with these members.
fn post(operation: &Value, components: &Value) -> ImportedOperation {
    let document = json!({"openapi": "3.1.0", "info": {"title": "Kiosk", "version": "1"},
        "servers": [{"url": "https://kiosk.example"}],
        "paths": {"/papers": {"post": operation}}, "components": components});
    at(&read(document.to_string().as_bytes()), "POST", "/papers").clone()
}

fn with_parameter(parameter: &Value) -> ImportedOperation {
    post(&json!({"parameters": [parameter]}), &json!({}))
}

#[test]
fn what_a_program_packs_is_given_as_bytes_whatever_its_schema_calls_it() {
    let sent = |media: &str, schema: &Value| {
        let body = json!({ "content": { media: { "schema": schema } } });
        let operation = post(&json!({ "requestBody": body }), &json!({}));
        operation.body.unwrap().kind
    };
    for (media, kind) in [
        ("application/cbor", BodyKind::Binary),
        ("application/x-protobuf", BodyKind::Binary),
        ("application/vnd.google.protobuf; v=1", BodyKind::Binary),
        ("application/vnd.shop+msgpack", BodyKind::Binary),
        ("application/vnd.shop", BodyKind::Text),
    ] {
        assert_eq!(sent(media, &json!({ "type": "string" })), kind, "{media}");
        let encoded = json!({ "type": "string", "format": "byte" });
        assert_eq!(sent(media, &encoded), BodyKind::Text, "{media}");
    }
}

#[test]
fn a_media_type_that_is_sent_for_a_range_is_named() {
    for (range, sent) in [
        ("*/*", "application/json"),
        ("application/*", "application/json"),
    ] {
        let body =
            json!({"content": {range: {"schema": {"type": "object", "properties": {"a": {}}}}}});
        let operation = post(&json!({"requestBody": body}), &json!({}));
        let mut notes = operation.diagnostics.iter();
        let note = notes
            .find(|note| note.code == "body_media_guessed")
            .unwrap();
        assert!(note.text.contains(sent), "{}", note.text);
        assert_eq!(note.pointer, "/paths/~1papers/post/requestBody");
    }
    let body = json!({"content": {"application/json": {"schema": {"type": "object", "properties": {"a": {}}}}}});
    let operation = post(&json!({"requestBody": body}), &json!({}));
    assert!(!codes(&operation).contains(&"body_media_guessed"));
}

#[test]
fn a_description_beside_a_reference_goes_first_since_3_1() {
    let components = json!({
        "parameters": {"Limit": {"name": "limit", "in": "query", "description": "At most 100.", "schema": {"type": "integer"}}},
        "requestBodies": {"Paper": {"description": "A paper.", "content": {"application/json": {
            "schema": {"type": "object", "properties": {"a": {}}}}}}},
    });
    let limit = json!({"$ref": "#/components/parameters/Limit"});
    let special =
        json!({"$ref": "#/components/parameters/Limit", "description": "At most 5 here."});
    let body = json!({"$ref": "#/components/requestBodies/Paper", "description": "Only today's."});
    for (version, expected) in [
        (
            "3.1.0",
            ["At most 100.", "At most 5 here.", "Only today's."],
        ),
        ("3.0.3", ["At most 100.", "At most 100.", "A paper."]),
    ] {
        let document = json!({"openapi": version, "info": {"title": "Kiosk", "version": "1"},
            "servers": [{"url": "https://kiosk.example"}], "components": components,
            "paths": {
                "/all": {"post": {"parameters": [limit]}},
                "/few": {"post": {"parameters": [special], "requestBody": body}},
                "/again": {"post": {"parameters": [limit]}}}});
        let document = read(document.to_string().as_bytes());
        let said = |path: &str, name: &str| {
            at(&document, "POST", path).input_schema["properties"][name]["description"].clone()
        };
        assert_eq!(said("/all", "limit"), expected[0], "{version}");
        assert_eq!(said("/few", "limit"), expected[1], "{version}");
        assert_eq!(said("/again", "limit"), expected[0], "{version}");
        assert_eq!(said("/few", "body"), expected[2], "{version}");
    }
}

#[test]
fn a_parameter_tells_what_is_guessed_about_its_value() {
    let list = json!({"type": "array", "items": {"type": "string"}});
    let object = json!({"type": "object", "properties": {"tags": list}});
    let plain = json!({"type": "object", "properties": {"tag": {"type": "string"}}});
    let json = json!({"schema": {"type": "object"}});
    for (parameter, code) in [
        (
            json!({"allowEmptyValue": true, "schema": {"type": "integer"}}),
            "empty_value_left_out",
        ),
        (
            json!({"content": {"application/json": json, "application/xml": json}}),
            "parameter_described_twice",
        ),
        (
            json!({"schema": {"type": "string"}, "content": {"application/json": json}}),
            "parameter_described_twice",
        ),
        (
            json!({"style": "deepObject", "schema": object}),
            "style_undefined",
        ),
        (
            json!({"style": "deepObject", "schema": list}),
            "style_undefined",
        ),
        (
            json!({"style": "deepObject", "schema": {"type": "string"}}),
            "style_undefined",
        ),
        (
            json!({"style": "pipeDelimited", "schema": {"type": "string"}}),
            "style_undefined",
        ),
        (json!({"schema": object}), "style_undefined"),
        (
            json!({"explode": false, "schema": {"type": "array", "items": list}}),
            "style_undefined",
        ),
        (
            json!({"schema": {"type": "array", "items": plain}}),
            "style_undefined",
        ),
        (json!({"schema": plain}), ""),
        (json!({"schema": list}), ""),
        (json!({"style": "deepObject", "schema": plain}), ""),
        (json!({"style": "pipeDelimited", "schema": list}), ""),
        (json!({"content": {"application/json": json}}), ""),
    ] {
        let mut whole = parameter.clone();
        (whole["name"], whole["in"]) = ("it".into(), "query".into());
        let operation = with_parameter(&whole);
        let of_it = operation.diagnostics.iter();
        let of_it = of_it.filter(|note| note.pointer == "/paths/~1papers/post/parameters/0");
        let of_it: Vec<&str> = of_it.map(|note| note.code.as_str()).collect();
        let expected: Vec<&str> = [code].into_iter().filter(|code| !code.is_empty()).collect();
        assert_eq!(of_it, expected, "{parameter}");
    }
}

#[test]
fn what_a_saved_request_had_and_its_tool_has_not_is_named() {
    let part = |key: &str, kind: &str| json!({"key": key, "value": "sk_1", "type": "text", "contentType": kind});
    let document = json!({
        "info": {"name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "item": [
            {"name": "Get state", "request": {"method": "GET",
                "header": [{"key": "X-API-Version", "value": "sk_2"}, {"key": "X-Mine", "value": "{{mine}}"}],
                "url": {"raw": "https://shop.example/state?version=sk_3&tag=a&tag=b&{{any}}=1", "query": [
                    {"key": "version", "value": "sk_3"}, {"key": "tag", "value": "{{a}}"},
                    {"key": "tag", "value": "{{b}}"}, {"key": "{{any}}", "value": "1"}, {"key": null, "value": "1"}]}}},
            {"name": "Send", "request": {"method": "POST", "url": "https://shop.example/send", "body": {
                "mode": "formdata", "formdata": [part("meta", "application/json"), part("id", ""), part("id", "")]}}},
            {"name": "Write", "request": {"method": "POST", "url": "https://shop.example/write", "body": {
                "mode": "raw", "raw": "{\"a\": {{n}} }", "options": {"raw": {"language": "json"}}}}},
            {"name": "Plain", "request": {"method": "GET", "url": "https://shop.example/plain?mine={{mine}}"}},
        ],
    });
    let document = read(document.to_string().as_bytes());
    let said = |method: &str, path: &str| {
        let notes = at(&document, method, path).diagnostics.iter();
        let notes = notes.filter(|note| note.code.starts_with("saved_"));
        let notes = notes.map(|note| (note.code.clone(), note.text.clone(), note.pointer.clone()));
        notes.collect::<Vec<_>>()
    };
    for (method, path, place, expected) in [
        (
            "GET",
            "/state",
            "/item/0/request",
            &[
                ("saved_value_left_out", "\"version\", \"X-API-Version\""),
                ("saved_key_left_out", "\"{{any}}\""),
                ("saved_key_repeated", "\"tag\""),
                ("saved_key_left_out", "are left out: 1"),
            ][..],
        ),
        (
            "POST",
            "/send",
            "/item/1/request",
            &[
                ("saved_key_repeated", "\"id\""),
                ("saved_type_left_out", "\"meta\""),
            ],
        ),
        (
            "POST",
            "/write",
            "/item/2/request",
            &[("saved_body_unread", "JSON")],
        ),
        ("GET", "/plain", "", &[]),
    ] {
        let said = said(method, path);
        assert_eq!(said.len(), expected.len(), "{path}: {said:?}");
        for ((code, text, pointer), (expected, names)) in said.iter().zip(expected) {
            assert_eq!(
                (code.as_str(), pointer.as_str()),
                (*expected, place),
                "{path}"
            );
            assert!(text.contains(names), "{path}: {text}");
        }
    }
    let whole = serde_json::to_string(&document).unwrap();
    assert_eq!(
        whole.matches("sk_").count(),
        0,
        "N = 5 saved values, none kept"
    );
}

#[test]
fn a_key_of_a_saved_query_that_is_no_name_is_counted_and_not_kept() {
    for (query, left_out) in [
        (r#"{"token":"sk_live_1"}"#, "are left out: 1"),
        ("{{x}}sk_live_2=1&{sk_live_3}", "are left out: 2"),
        ("{{sk_live_4}{{y}}=1", "are left out: 1"),
        ("{{x}}=sk_live_5", r#""{{x}}""#),
        (r#"{{"token":"sk_live_6"}}=1"#, "are left out: 1"),
    ] {
        let url = format!("https://shop.example/state?{query}");
        let document = json!({
            "info": {"name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
            "item": [{"name": "Get state", "request": {"method": "GET", "url": url}}]});
        let document = read(document.to_string().as_bytes());
        let mut notes = at(&document, "GET", "/state").diagnostics.iter();
        let note = notes
            .find(|note| note.code == "saved_key_left_out")
            .unwrap();
        assert!(note.text.contains(left_out), "{}", note.text);
        let whole = serde_json::to_string(&document).unwrap();
        assert!(!whole.contains("sk_"), "{query}");
    }
}

#[test]
fn what_nothing_sent_tells_apart_is_as_risky_as_the_riskiest() {
    let answer = json!({"200": {"description": "Done"}});
    let of = |summary: &str| json!({"get": {"summary": summary, "responses": answer}});
    let named = |summary: &str| {
        let name = json!({"name": "X-Target", "in": "header", "required": true,
            "schema": {"type": "string", "enum": [summary]}});
        json!({"get": {"summary": summary, "parameters": [name], "responses": answer}})
    };
    let document = json!({"openapi": "3.1.0", "info": {"title": "Kiosk", "version": "1"},
        "servers": [{"url": "https://kiosk.example"}],
        "paths": {
            "/jobs": of("List jobs"), "/jobs#purge": of("Purge all jobs"),
            "/papers/{id}": of("Get a paper"), "/papers/{name}/": of("Delete a paper"),
            "/posters": of("List posters"), "/posters#all": of("List all posters"),
            "/prints": of("List prints"),
            "/stamps?kind=old": of("List old stamps"), "/stamps?kind=new": of("Delete new stamps"),
            "/#list": named("List things"), "/#end": named("Delete all things")}});
    let document = read(document.to_string().as_bytes());
    let risk = |path| &at(&document, "GET", path).risk;
    for path in ["/jobs", "/jobs#purge", "/papers/{id}", "/papers/{name}/"] {
        let risk = risk(path);
        assert!(risk.high_risk && !risk.read_only, "{path}: {risk:?}");
    }
    let reason = risk("/jobs").reasons.last().unwrap();
    assert_eq!(
        (&*reason.code, &*reason.evidence),
        ("request_decides", "/jobs#purge")
    );
    for path in ["/posters", "/posters#all", "/prints", "/stamps?kind=old"] {
        assert_eq!(risk(path).class, RiskClass::Read, "{path}");
        assert!(!risk(path).high_risk, "{path}");
    }
    let list = risk("/#list");
    assert_eq!(
        list.class,
        RiskClass::Read,
        "a fixed argument tells it: {list:?}"
    );
    assert_eq!(
        codes(at(&document, "GET", "/jobs#purge")),
        ["path_fragment"]
    );
    assert!(codes(at(&document, "GET", "/jobs")).is_empty());
}

#[test]
fn a_flag_that_orders_something_needs_a_human() {
    let flagged = |name: &str| {
        let flag = json!({"name": name, "in": "query", "schema": {"type": "boolean"}});
        let answer = json!({"200": {"description": "Done"}});
        let get = json!({"get": {"summary": "List messages of the inbox", "parameters": [flag],
            "responses": answer}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "Kiosk", "version": "1"},
            "servers": [{"url": "https://kiosk.example"}], "paths": {"/inbox": get}});
        at(&read(document.to_string().as_bytes()), "GET", "/inbox")
            .risk
            .clone()
    };
    for name in [
        "delete",
        "purge",
        "Reset",
        "cancel",
        "revoke",
        "opts[delete]",
    ] {
        let risk = flagged(name);
        assert!(risk.high_risk && !risk.read_only, "{name}: {risk:?}");
    }
    for name in [
        "deleted",
        "include_deleted",
        "removed",
        "cleared_at",
        "unread",
    ] {
        let risk = flagged(name);
        assert_eq!(
            (risk.class, risk.high_risk),
            (RiskClass::Read, false),
            "{name}"
        );
    }
}
