//! One hostile operation never takes the document with it, and none is called by accident.

use countersign_spec_import::{Limits, compile, import};
use serde_json::{Value, json};

use crate::{at, codes, patient, read};

const HOSTILE: &[u8] = include_bytes!("../fixtures/hostile.json");

#[test]
fn only_the_operation_that_is_wrong_is_closed() {
    let document = read(HOSTILE);
    let open: Vec<&str> = document
        .operations
        .iter()
        .filter(|operation| operation.unsupported.is_none())
        .map(|operation| operation.path.as_str())
        .collect();

    assert_eq!(open, ["/safe"]);
    assert_eq!(document.operations.len(), 15);
    for operation in &document.operations {
        compile(&operation.input_schema).unwrap();
    }
    assert_eq!(document.servers.len(), 1);
    println!(
        "hostile operations closed: {}",
        document.operations.len() - open.len()
    );
}

#[test]
fn a_reference_outside_the_document_is_a_reason_and_never_a_request() {
    let document = read(HOSTILE);
    for (method, path) in [("GET", "/outside"), ("POST", "/network")] {
        let operation = at(&document, method, path);
        assert!(
            operation
                .unsupported
                .as_ref()
                .unwrap()
                .contains("outside the document")
        );
        assert!(
            operation
                .diagnostics
                .iter()
                .any(|note| note.code == "reference_outside")
        );
    }
}

#[test]
fn an_empty_reference_is_not_said_to_lead_outside() {
    let document = json!({"openapi": "3.0.0", "info": {"title": "t", "version": "1"},
        "paths": {"/a": {"get": {"parameters": [{"$ref": ""}], "responses": {}}}}});
    let document = read(document.to_string().as_bytes());
    let operation = at(&document, "GET", "/a");
    let reason = operation.unsupported.as_ref().unwrap();
    assert!(reason.contains("not a JSON pointer"), "{reason}");
    assert!(codes(operation).contains(&"reference_not_understood"));
}

#[test]
fn a_schema_as_deep_as_is_read_compiles_or_is_closed() {
    for levels in [20, 40, 55] {
        let mut schema = json!({"type": "string"});
        for _ in 0..levels {
            schema = json!({"type": "object", "properties": {"c": schema}});
        }
        let document = json!({"openapi": "3.0.0", "paths": {"/a": {"post": {"requestBody": {
            "content": {"application/json": {"schema": schema}}}}}}});
        let document = read(document.to_string().as_bytes());
        let stored = document.operations[0].input_schema.to_string();
        let back: Value =
            serde_json::from_str(&stored).expect("whatever is emitted can be read back");
        compile(&back).unwrap();
    }
}

#[test]
fn every_kind_of_nesting_survives_a_small_stack() {
    for keyword in ["not", "items", "additionalProperties", "if"] {
        for levels in [85, 112] {
            let schema = format!(
                "{}true{}",
                format!(r#"{{"{keyword}":"#).repeat(levels),
                "}".repeat(levels)
            );
            let body = format!(r#"{{"content":{{"application/json":{{"schema":{schema}}}}}}}"#);
            let text = format!(
                r#"{{"openapi":"3.1.0","paths":{{"/a":{{"post":{{"requestBody":{body}}}}}}}}}"#
            );
            let document = read(text.as_bytes());
            compile(&document.operations[0].input_schema).unwrap();
        }
    }
}

#[test]
fn many_operations_that_share_one_large_schema_stay_within_the_budget() {
    let text = "x".repeat(1_000);
    let properties: serde_json::Map<String, Value> = (0..50)
        .map(|n| (format!("p{n}"), json!({"description": text})))
        .collect();
    let paths: serde_json::Map<String, Value> = (0..100)
        .map(|n| {
            let schema = json!({"$ref": "#/components/schemas/Big"});
            let body = json!({"content": {"application/json": {"schema": schema}}});
            (format!("/{n}"), json!({"post": {"requestBody": body}}))
        })
        .collect();
    let document = json!({"openapi": "3.0.0", "paths": paths,
        "components": {"schemas": {"Big": {"properties": properties}}}});
    let limits = Limits {
        all_schema_bytes: 1_000_000,
        ..patient()
    };
    let document = import(document.to_string().as_bytes(), &limits).unwrap();

    let bytes: usize = document
        .operations
        .iter()
        .map(|o| o.input_schema.to_string().len())
        .sum();
    let closed = document
        .operations
        .iter()
        .filter_map(|o| o.unsupported.as_deref())
        .inspect(|why| assert!(why.contains("1000000 bytes together"), "{why}"))
        .count();
    assert!(
        bytes < 1_100_000 && closed > 70,
        "{bytes} bytes, {closed} closed"
    );
}

#[test]
fn an_invalid_pattern_is_dropped_and_a_greedy_one_has_a_limit() {
    let patterns = [
        "[unclosed",
        "^(a+)+$",
        "(?=.*[A-Z])(?!x)(\\w+)\\1",
        "x{1000}{1000}{1000}",
    ];
    let parameters: Vec<Value> = patterns
        .iter()
        .enumerate()
        .map(|(n, pattern)| {
            json!({"name": format!("p{n}"), "in": "query", "schema": {"type": "string", "pattern": pattern}})
        })
        .collect();
    let document =
        json!({"openapi": "3.0.0", "paths": {"/a": {"get": {"parameters": parameters}}}});
    let document = read(document.to_string().as_bytes());
    let operation = at(&document, "GET", "/a");

    assert_eq!(operation.unsupported, None);
    assert_eq!(
        operation.input_schema["properties"]["p0"],
        json!({"type": "string"})
    );
    let validator = compile(&operation.input_schema).unwrap();
    let long = "a".repeat(5_000) + "!";
    // Looked for to the end, the greedy ones would outlast everybody.
    let fits = |n: usize| validator.is_valid(&json!({format!("p{n}"): long}));
    let fitting: Vec<usize> = (0..patterns.len()).filter(|n| fits(*n)).collect();
    assert_eq!(fitting, [0]);
}

#[test]
fn texts_are_cut_and_hidden_characters_are_taken_out() {
    let document = json!({"openapi": "3.0.0", "paths": {"/a": {"get": {
        "operationId": "get\u{202e}User", "summary": format!("a\u{200b}b\n{}", "c".repeat(500)),
        "description": "d".repeat(200_000)}}}});
    let document = read(document.to_string().as_bytes());
    let operation = &document.operations[0];

    assert_eq!(operation.name, "get_a");
    assert_eq!(operation.operation_id.as_deref(), Some("getUser"));
    assert!(operation.title.starts_with("ab ccc") && operation.title.chars().count() <= 120);
    assert_eq!(operation.description.chars().count(), 1_024);
}

#[test]
fn t58_t79_markup_is_marked_and_agents_are_shown_none() {
    let image = "![x](https://drop.example/p?d=1)";
    let words =
        format!("Lists <b>pets</b>. {image} See [docs](https://a.example/d). The <id> stays.");
    let document = json!({"openapi": "3.0.0", "paths": {
        "/a": {"post": {"summary": format!("Pets {image}"), "description": words,
            "parameters": [{"name": "q", "in": "query", "description": words, "schema": {"type": "string"}}],
            "requestBody": {"description": words, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}},
        "/b": {"get": {"summary": "Plain", "parameters": [{"name": "q", "in": "query", "schema": {"type": "string", "enum": [image]}}]}},
        "/c": {"get": {"summary": "Plain", "description": "Of a < b, and [x]."}}},
        "components": {"schemas": {"A": {"type": "object", "properties": {"n": {"type": "string", "description": words}}}}}});
    let document = read(document.to_string().as_bytes());
    let marks = ["text_links", "text_images", "text_html"];
    let of = |method, path| {
        let codes: Vec<_> = crate::codes(at(&document, method, path));
        marks.map(|mark| codes.iter().filter(|code| **code == mark).count())
    };
    assert_eq!(
        of("POST", "/a"),
        [2, 2, 2],
        "what it does, and its arguments"
    );
    assert_eq!(of("GET", "/b"), [1, 1, 0]);
    assert_eq!(of("GET", "/c"), [0, 0, 0]);

    let operation = at(&document, "POST", "/a");
    let shown = "Lists pets. x See docs (https://a.example/d). The <id> stays.";
    assert_eq!(operation.title, "Pets x");
    assert_eq!(operation.description, shown);
    let schema = &operation.input_schema;
    for place in ["/properties/q", "/properties/body", "/$defs/A/properties/n"] {
        assert_eq!(
            schema.pointer(place).unwrap()["description"],
            shown,
            "{place}"
        );
    }
    let choices = &at(&document, "GET", "/b").input_schema["properties"]["q"]["enum"];
    assert_eq!(
        choices,
        &json!([image]),
        "what goes over the wire is not touched"
    );
    println!("places without markup: 5, kinds of markup that are marked: 3");
}

#[test]
fn an_operation_with_more_parameters_than_anybody_fills_in_is_closed() {
    let with = |count: usize| {
        let parameters: Vec<Value> = (0..count)
            .map(|index| json!({"name": format!("p{index}"), "in": "query", "schema": {}}))
            .collect();
        let document = json!({"openapi": "3.1.0", "paths": {"/a": {"get": {
            "parameters": parameters, "responses": {}}}}});
        read(document.to_string().as_bytes()).operations.remove(0)
    };
    let (most, more) = (with(500), with(501));
    assert_eq!((most.binds.len(), most.unsupported), (500, None));
    assert!(more.unsupported.unwrap().contains("500 parameters"));
    assert!(more.binds.is_empty());
    compile(&more.input_schema).unwrap();
}
