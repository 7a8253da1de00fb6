//! Parameters that are the whole query.

use countersign_domain::operation::{ImportedDocument, ImportedOperation, Place, Style};
use serde_json::{Map, Value, json};

use super::of_path;
use crate::{at, codes, read};

/// A GET whose parameters these are.
fn asking(parameters: &Value) -> ImportedDocument {
    of_path(
        &json!({"parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
        "get": {"operationId": "find", "summary": "Find jars", "parameters": parameters}}),
    )
}

fn whole(name: &str, content: &Value) -> Value {
    json!({"name": name, "in": "querystring", "content": content})
}

const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn a_whole_query_is_one_argument_with_its_own_schema() {
    let form = json!({FORM: {"schema": {"type": "object", "required": ["of"], "properties": {
            "of": {"type": "string"}, "made": {"type": "object"}}},
        "encoding": {"made": {"style": "deepObject", "explode": true}}}});
    let document = asking(&json!([whole("criteria", &form)]));
    let find = at(&document, "GET", "/jars/{id}");
    assert_eq!(find.unsupported, None);
    let bind = find
        .binds
        .iter()
        .find(|bind| bind.key == "criteria")
        .unwrap();
    assert_eq!(bind.place, Place::Querystring);
    assert_eq!(bind.content_type.as_deref(), Some(FORM));
    assert_eq!(bind.encoding[0].style, Style::DeepObject);
    let schema = &find.input_schema["properties"]["criteria"];
    assert_eq!(schema["required"], json!(["of"]));
    assert_eq!(codes(find), Vec::<&str>::new());
}

#[test]
fn what_a_whole_query_holds_is_evidence_of_risk() {
    let form = |field: &str| json!({FORM: {"schema": {"type": "object", "properties": {field: {"type": "string"}}}}});
    let risk = |field: &str| {
        let mut item = json!({"query": {"operationId": "find", "summary": "Find jars"}});
        item["query"]["parameters"] = json!([whole("criteria", &form(field))]);
        of_path(&item).operations.remove(0).risk
    };
    assert!(!risk("of").high_risk);
    assert!(risk("_method").high_risk && !risk("_method").read_only);
    assert!(risk("action").high_risk);
}

#[test]
fn a_whole_query_that_is_not_alone_turns_the_operation_off() {
    let form = json!({FORM: {"schema": {"type": "object"}}});
    let query = json!({"name": "page", "in": "query", "schema": {"type": "integer"}});
    let twice = asking(&json!([whole("a", &form), whole("b", &form)]));
    let shared = asking(&json!([whole("a", &form), query]));
    let of_the_path = of_path(&json!({"parameters": [query],
        "get": {"parameters": [whole("a", &form)]}}));
    let root = json!({"openapi": "3.2.0", "info": {"title": "t", "version": "1"},
        "paths": {"/jars?mode=safe": {"get": {"parameters": [whole("a", &form)]}}}});
    let fixed = read(root.to_string().as_bytes());
    let rows = [
        (twice, "querystring_twice"),
        (shared, "querystring_shared"),
        (of_the_path, "querystring_shared"),
        (fixed, "querystring_shared"),
    ];
    for (document, code) in &rows {
        let find = &document.operations[0];
        assert!(find.unsupported.is_some(), "{code}");
        assert!(codes(find).contains(code), "{code}: {find:?}");
    }
    println!("N = {} whole queries that are not alone", rows.len());
}

#[test]
fn a_whole_query_that_leaves_no_room_for_the_key_turns_the_operation_off() {
    let of = |media: &str, security: &Value| {
        let content = json!({media: {"schema": {"type": "object"}}});
        let root = json!({"openapi": "3.2.0", "info": {"title": "Pantry", "version": "1"},
            "components": {"securitySchemes": {
                "key": {"type": "apiKey", "in": "query", "name": "key"},
                "older": {"type": "apiKey", "in": "query", "name": "older"},
                "header": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
            "paths": {"/jars": {"get": {"summary": "Find jars", "security": security,
                "parameters": [whole("criteria", &content)]}}}});
        read(root.to_string().as_bytes()).operations.remove(0)
    };
    let off = [json!([{"key": []}]), json!([{"key": []}, {"older": []}])];
    let on = [
        json!([{"header": []}]),
        json!([{"key": []}, {"header": []}]),
        json!([{"key": []}, {}]),
        json!([]),
    ];
    for security in &off {
        let find = of("application/json", security);
        let reason = find.unsupported.as_deref();
        assert!(reason.is_some_and(|one| one.contains("key")), "{security}");
        assert_eq!(codes(&find), ["querystring_shared"], "{security}");
        assert_eq!(
            find.diagnostics[0].pointer,
            "/paths/~1jars/get/parameters/0"
        );
        assert_eq!(of(FORM, security).unsupported, None, "{security}");
    }
    for security in &on {
        let find = of("application/json", security);
        assert_eq!(find.unsupported, None, "{security}");
    }
    println!("N = {} whole queries without room for a key", off.len());
}

/// Two operations of the same whole query, a form of this schema: the first lets everybody in.
fn searches(form: &Value, scheme: &Value) -> [ImportedOperation; 2] {
    let search = |security: Value| {
        json!({"summary": "Find jars", "security": security,
            "parameters": [{"$ref": "#/components/parameters/Criteria"}]})
    };
    let root = json!({"openapi": "3.2.0", "info": {"title": "Pantry", "version": "1"},
        "components": {
            "securitySchemes": {"scheme": scheme},
            "parameters": {"Criteria": whole("criteria", &json!({FORM: {"schema": form}}))},
            "schemas": {"Criteria": {"type": "object", "properties": {
                "of": {"type": "string"}, "api_key": {"type": "string"}}}}},
        "paths": {"/jars": {"get": search(json!([])), "query": search(json!([{"scheme": []}]))}}});
    read(root.to_string().as_bytes())
        .operations
        .try_into()
        .unwrap()
}

fn asked_for(operation: &ImportedOperation) -> Vec<&String> {
    let schema = &operation.input_schema["properties"]["criteria"];
    let fields = schema["properties"].as_object();
    fields.into_iter().flat_map(|all| all.keys()).collect()
}

#[test]
fn no_field_of_a_whole_query_asks_an_agent_for_a_credential() {
    let bearer = json!({"type": "http", "scheme": "bearer"});
    let key = json!({"type": "apiKey", "in": "query", "name": "pass"});
    let text = json!({"type": "string"});
    let token = json!({"type": "string", "description": "Access token of the caller."});
    let form = |fields: Value, required: &[&str]| json!({"type": "object", "properties": fields, "required": required});
    let rows = [
        (form(json!({"of": text, "api_key": text}), &["of"]), &bearer),
        (form(json!({"of": text, "token": token}), &["of"]), &bearer),
        (json!({"$ref": "#/components/schemas/Criteria"}), &bearer),
        (
            form(json!({"of": text, "pass": text}), &["of", "pass"]),
            &key,
        ),
    ];
    for (schema, scheme) in &rows {
        let [_, secured] = searches(schema, scheme);
        assert_eq!(asked_for(&secured), ["of"], "{schema}");
        assert_eq!(codes(&secured), ["parameter_is_credential"], "{schema}");
        assert_eq!(secured.unsupported, None, "{schema}");
        let required = &secured.input_schema["properties"]["criteria"]["required"];
        assert!(!required.to_string().contains("pass"), "{required}");
    }
    let [open, _] = searches(&rows[0].0, &bearer);
    assert_eq!(asked_for(&open), ["of", "api_key"], "nobody fills it in");
    println!(
        "N = {} whole queries that ask for no credential",
        rows.len()
    );
}

#[test]
fn a_credential_that_cannot_be_taken_out_of_a_whole_query_turns_the_operation_off() {
    let bearer = json!({"type": "http", "scheme": "bearer"});
    let fields = json!({"of": {"type": "string"}, "api_key": {"type": "string"}});
    let reference = json!({"$ref": "#/components/schemas/Criteria"});
    let rows = [
        json!({"type": "object", "properties": fields, "required": ["api_key"]}),
        json!({"allOf": [reference, {"type": "object"}]}),
        json!({"type": "object", "oneOf": [{"properties": fields}]}),
        json!({"type": "object", "properties": fields, "allOf": [{"required": ["api_key"]}]}),
        json!({"$ref": "#/components/schemas/Criteria", "minProperties": 1}),
    ];
    for schema in &rows {
        let [open, secured] = searches(schema, &bearer);
        assert_eq!(open.unsupported, None, "{schema}");
        let reason = secured.unsupported.as_deref().unwrap_or_default();
        assert!(reason.contains("\"api_key\""), "{schema}: {reason}");
        assert!(codes(&secured).contains(&"querystring_credential"));
    }
    let mut many: Map<String, Value> = (0..600).map(|n| (format!("f{n:03}"), json!({}))).collect();
    many.insert("z_api_key".to_owned(), json!({}));
    let deep = (0..40).fold(
        json!({"properties": fields}),
        |inner, _| json!({"allOf": [inner]}),
    );
    let wide: Value = (0..300).map(|_| json!({"minProperties": 0})).collect();
    for schema in [
        json!({"type": "object", "properties": many}),
        json!({"type": "object", "properties": {}, "allOf": [deep]}),
        json!({"type": "object", "properties": {}, "allOf": wide}),
    ] {
        let [open, secured] = searches(&schema, &bearer);
        assert_eq!(open.unsupported, None);
        let reason = secured.unsupported.as_deref().unwrap_or_default();
        assert!(reason.contains("looked through"), "{reason}");
    }
    println!(
        "N = {} whole queries that are off for a credential",
        rows.len()
    );
}

#[test]
fn a_whole_query_that_cannot_be_written_is_said() {
    let object = json!({"schema": {"type": "object"}});
    for (content, code) in [
        (Value::Null, "querystring_without_content"),
        (json!({}), "querystring_without_content"),
        (
            json!({"application/json": object, "application/xml": object}),
            "querystring_media_chosen",
        ),
        (
            json!({"multipart/form-data": object}),
            "querystring_media_unsupported",
        ),
        (
            json!({"application/octet-stream": object}),
            "querystring_media_unsupported",
        ),
        (
            json!({FORM: {"schema": {"type": "array"}}}),
            "querystring_media_unsupported",
        ),
        (
            json!({FORM: {"$ref": "#/components/mediaTypes/None"}}),
            "reference_missing",
        ),
    ] {
        let mut parameter = whole("a", &content);
        let optional = asking(&json!([parameter]));
        let note = optional.operations[0]
            .diagnostics
            .iter()
            .find(|note| note.code == code);
        let note = note.unwrap_or_else(|| panic!("{code}: {content}"));
        assert!(
            note.pointer
                .starts_with("/paths/~1jars~1{id}/get/parameters/0"),
            "{note:?}"
        );
        parameter["required"] = true.into();
        let required = &asking(&json!([parameter])).operations[0];
        let off = !matches!(code, "querystring_media_chosen");
        assert_eq!(required.unsupported.is_some(), off, "{code}");
    }
}
