//! What a document asks for is what can be given: bodies that its API takes fit their schema.

use countersign_domain::operation::{Body, ImportedOperation, Style};
use countersign_spec_import::compile;
use serde_json::{Value, json};

use crate::{codes, read};

/// The one operation of a document: a POST with this content, and these definitions.
fn post(version: &str, content: &Value, schemas: &Value) -> ImportedOperation {
    let document = json!({"openapi": version, "info": {"title": "T", "version": "1"}, "paths": {"/x": {"post": {
        "requestBody": {"required": true, "content": content}, "responses": {"200": {"description": "ok"}}}}},
        "components": {"schemas": schemas}});
    read(document.to_string().as_bytes()).operations.remove(0)
}

fn post_json(schema: &Value, schemas: &Value) -> ImportedOperation {
    post(
        "3.1.0",
        &json!({"application/json": {"schema": schema}}),
        schemas,
    )
}

fn takes(operation: &ImportedOperation, body: &Value) -> bool {
    let schema = compile(&operation.input_schema).unwrap();
    schema.is_valid(&json!({ "body": body }))
}

fn written(body: Option<&Body>) -> Vec<(&str, Style, bool)> {
    let parts = body.unwrap().encoding.iter();
    parts
        .map(|part| (part.property.as_str(), part.style, part.explode))
        .collect()
}

#[test]
fn a_part_of_a_form_that_needs_headers_of_its_own_turns_the_operation_off() {
    for (header, is_off) in [
        (
            json!({"X-Sum": {"required": true, "schema": {"type": "string"}}}),
            true,
        ),
        (json!({"X-Sum": {"schema": {"type": "string"}}}), false),
        (
            json!({"Content-Type": {"required": true}, "Content-Disposition": {"required": true}}),
            false,
        ),
    ] {
        let content = json!({"multipart/form-data": {
            "schema": {"type": "object", "properties": {"file": {"type": "string"}}},
            "encoding": {"file": {"headers": header}}}});
        let operation = post("3.1.0", &content, &json!({}));
        let reason = operation.unsupported.as_deref();
        let is_named = reason.is_some_and(|why| why.contains("\"X-Sum\" of the part \"file\""));
        assert_eq!(
            (is_named, reason.is_some()),
            (is_off, is_off),
            "{header}: {reason:?}"
        );
        let told = crate::codes(&operation).contains(&"part_headers_left_out");
        assert_eq!(told, header.get("X-Sum").is_some(), "{header}");
    }
}

#[test]
fn a_style_counts_in_a_part_where_its_version_says_so() {
    let lists = json!({"multipart/form-data": {
        "schema": {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}},
        "encoding": {"a": {"style": "pipeDelimited", "explode": false}}}});
    let newer = post("3.1.0", &lists, &json!({}));
    assert_eq!(
        written(newer.body.as_ref()),
        [("a", Style::PipeDelimited, false)]
    );
    let older = post("3.0.3", &lists, &json!({}));
    assert_eq!(written(older.body.as_ref()), [("a", Style::Form, true)]);

    let field = |name, format| {
        json!({"name": name, "in": "formData", "type": "array",
        "items": {"type": "string"}, "collectionFormat": format})
    };
    let mut bare = field("bare", "csv");
    bare.as_object_mut().unwrap().remove("collectionFormat");
    let swagger = json!({"swagger": "2.0", "info": {"title": "T", "version": "1"}, "host": "x.example",
        "paths": {"/x": {"post": {"consumes": ["multipart/form-data"], "responses": {},
            "parameters": [bare, field("multi", "multi"), field("pipes", "pipes")]}}}});
    let swagger = read(swagger.to_string().as_bytes()).operations.remove(0);
    assert_eq!(
        written(swagger.body.as_ref()),
        [
            ("bare", Style::Form, false),
            ("multi", Style::Form, true),
            ("pipes", Style::PipeDelimited, false)
        ]
    );
}

#[test]
fn an_object_that_is_sent_as_something_else_than_json_is_asked_for_as_it_is_sent() {
    let object = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let schema = json!({"type": "object", "properties": {"history": object, "blob": object, "list": {"type": "array", "items": object},
        "plain": object, "name": {"type": "string"}}});
    let encoding = json!({"history": {"contentType": "application/xml; charset=utf-8"}, "blob": {"contentType": "application/octet-stream"},
        "list": {"contentType": "text/csv"}, "name": {"contentType": "text/plain"}});
    for media in ["multipart/form-data", "application/x-www-form-urlencoded"] {
        let content = |schema: &Value| json!({media: {"schema": schema, "encoding": encoding}});
        let operation = post("3.1.0", &content(&schema), &json!({}));
        assert_eq!(operation.unsupported, None);
        assert!(codes(&operation).contains(&"body_as_text"));
        for (body, fits) in [
            (
                json!({"history": "<a/>", "blob": "YWJj", "list": "a,b", "plain": {"a": "x"}, "name": "n"}),
                true,
            ),
            (json!({"history": {"a": "1"}}), false),
            (json!({"blob": {"a": "1"}}), false),
            (json!({"list": [{"a": "1"}]}), false),
        ] {
            assert_eq!(takes(&operation, &body), fits, "{media}: {body}");
        }

        // What stands in a definition is shared, so it cannot be asked for otherwise here.
        let named = post(
            "3.1.0",
            &content(&json!({"$ref": "#/components/schemas/F"})),
            &json!({"F": schema}),
        );
        let reason = named.unsupported.unwrap();
        assert!(reason.contains("application/xml"), "{reason}");
    }
}

#[test]
fn nobody_is_asked_for_what_only_the_server_sets_however_far_away_that_is_said() {
    let schemas = json!({
        "Base": {"type": "object", "properties": {"id": {"type": "string", "readOnly": true}}},
        "Mid": {"allOf": [{"$ref": "#/components/schemas/Base"}]},
        "Id": {"$ref": "#/components/schemas/OwnId"},
        "OwnId": {"allOf": [{"$ref": "#/components/schemas/ReadId"}]},
        "ReadId": {"type": "string", "readOnly": true},
        "Round": {"allOf": [{"$ref": "#/components/schemas/Round"}]}});
    let name = json!({"name": {"type": "string"}});
    for schema in [
        json!({"allOf": [{"$ref": "#/components/schemas/Mid"}], "properties": name, "required": ["id", "name"]}),
        json!({"$ref": "#/components/schemas/Base", "properties": name, "required": ["id", "name"]}),
        json!({"$ref": "#/components/schemas/Mid", "properties": name, "required": ["id", "name"]}),
        json!({"properties": {"id": {"$ref": "#/components/schemas/Id"}, "name": {"type": "string"}}, "required": ["id", "name"]}),
    ] {
        let operation = post_json(&schema, &schemas);
        assert!(takes(&operation, &json!({"name": "x"})), "{schema}");
        assert!(!takes(&operation, &json!({})), "{schema}");
    }
    let round = json!({"$ref": "#/components/schemas/Round", "required": ["id"]});
    assert!(post_json(&round, &schemas).unsupported.is_some());
}

#[test]
fn a_choice_of_another_type_is_read_as_its_type_says_or_not_checked() {
    for (schema, body, fits) in [
        (json!({"type": "string", "const": 2}), json!("2"), true),
        (json!({"type": "string", "const": 2}), json!("3"), false),
        (json!({"type": "string", "const": 2.0}), json!("2.0"), true),
        (
            json!({"type": "boolean", "const": "true"}),
            json!(true),
            true,
        ),
        (json!({"type": "integer", "const": "7"}), json!(7), true),
        (
            json!({"type": ["string", "null"], "enum": [1.0, 2.0, null]}),
            json!("2.0"),
            true,
        ),
        (
            json!({"type": ["string", "null"], "enum": [1, true, null]}),
            json!("1"),
            true,
        ),
        (
            json!({"type": ["string", "null"], "enum": [1, true, null]}),
            json!("true"),
            true,
        ),
        (
            json!({"type": ["string", "null"], "enum": [1, true, null]}),
            json!(null),
            true,
        ),
        (
            json!({"type": ["string", "null"], "enum": [1, true, null]}),
            json!("2"),
            false,
        ),
        (
            json!({"type": ["string", "integer"], "enum": [1, "a"]}),
            json!(1),
            true,
        ),
        (
            json!({"type": ["string", "integer"], "enum": [1, "a"]}),
            json!("1"),
            false,
        ),
    ] {
        let operation = post_json(&schema, &json!({}));
        assert_eq!(takes(&operation, &body), fits, "{schema} {body}");
    }
    let lost = post_json(&json!({"type": "string", "enum": [1.0]}), &json!({}));
    let note = lost
        .diagnostics
        .iter()
        .find(|note| note.code == "enum_of_another_type");
    assert!(
        note.unwrap()
            .text
            .contains("any value of the type is allowed")
    );
}

#[test]
fn an_answer_that_refers_to_nothing_is_said_to_be_unknown() {
    let nothing = |home: &str| json!({"$ref": format!("#/components/{home}/Nope")});
    let content = |schema: Value| json!({"description": "ok", "content": {"application/json": {"schema": schema}}});
    for (answer, noted) in [
        (nothing("responses"), 1),
        (content(nothing("schemas")), 1),
        (
            content(json!({"type": "array", "items": nothing("schemas")})),
            1,
        ),
        (content(json!({"type": "array", "items": {}})), 0),
    ] {
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"},
            "paths": {"/x": {"get": {"responses": {"200": answer}}}}});
        let document = read(document.to_string().as_bytes());
        let operation = &document.operations[0];
        assert_eq!(operation.unsupported, None);
        let found = codes(operation)
            .into_iter()
            .filter(|code| *code == "output_schema_left_out");
        assert_eq!(found.count(), noted, "{answer}");
    }
}

#[test]
fn alternatives_that_are_built_on_one_closed_part_do_not_shut_each_other_out() {
    let pay = |own: &str| json!({"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {own: {"type": "string"}}}]});
    let schemas = json!({
        "Base": {"type": "object", "additionalProperties": false, "required": ["amount"],
            "properties": {"amount": {"type": "integer"}}},
        "Card": pay("card"), "Bank": pay("iban"),
        "Cash": {"type": "object", "additionalProperties": false, "properties": {"coins": {"type": "integer"}}},
        "Note": {"type": "object", "additionalProperties": false, "properties": {"notes": {"type": "integer"}}}});
    let one_of = |names: [&str; 2]| {
        let all = names.map(|name| json!({"$ref": format!("#/components/schemas/{name}")}));
        post_json(&json!({"oneOf": all}), &schemas)
    };
    let opened = one_of(["Card", "Bank"]);
    for (body, fits) in [
        (json!({"amount": 1, "card": "c"}), true),
        (json!({"amount": 1, "iban": "i"}), true),
        (json!({"card": "c"}), false),
        (json!({"amount": 1, "card": 7, "iban": 7}), false),
    ] {
        assert_eq!(takes(&opened, &body), fits, "{body}");
    }
    assert!(codes(&opened).contains(&"all_of_opened"));
    let closed = one_of(["Cash", "Note"]);
    assert!(takes(&closed, &json!({"coins": 1})));
    assert!(!takes(&closed, &json!({})), "both fit, and only one may");
}
