//! What came with `OpenAPI` 3.2, through the same front door.

use countersign_domain::{
    operation::{Diagnostic, ImportedDocument, Place, Style},
    risk::RiskClass,
};
use serde_json::{Value, json};

use crate::{at, codes, read};

/// A document of one path.
pub(crate) fn of_path(item: &Value) -> ImportedDocument {
    let root = json!({"openapi": "3.2.0", "info": {"title": "Pantry", "version": "1"},
        "servers": [{"url": "https://pantry.example"}], "paths": {"/jars/{id}": item}});
    read(root.to_string().as_bytes())
}

fn methods(document: &ImportedDocument) -> Vec<&str> {
    let all = document.operations.iter();
    all.map(|one| one.method.as_str()).collect()
}

fn said(notes: &[Diagnostic]) -> Vec<(&str, &str)> {
    let notes = notes.iter();
    notes
        .map(|note| (note.code.as_str(), note.pointer.as_str()))
        .collect()
}

#[test]
fn every_method_is_imported_as_it_is_written() {
    let document = of_path(&json!({
        "get": {"operationId": "getJar"},
        "query": {"operationId": "queryJar",
            "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}},
        "additionalOperations": {
            "COPY": {"operationId": "copyJar", "summary": "Copy a jar"},
            "M-SEARCH": {"summary": "Search jars"},
            "purge": {}},
    }));
    assert_eq!(
        methods(&document),
        ["GET", "QUERY", "COPY", "M-SEARCH", "purge"]
    );
    assert!(
        document
            .operations
            .iter()
            .all(|one| one.unsupported.is_none())
    );
    assert_eq!(document.diagnostics, []);
    let query = at(&document, "QUERY", "/jars/{id}");
    assert_eq!(query.body.as_ref().unwrap().media_type, "application/json");
    assert_eq!(
        (query.risk.class, query.risk.high_risk),
        (RiskClass::Read, false)
    );
    let names: Vec<&str> = document
        .operations
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "get_jar",
            "query_jar",
            "copy_jar",
            "m_search_jars_id",
            "purge_jars_id"
        ]
    );
    for other in &document.operations[2..] {
        assert!(other.risk.high_risk && !other.risk.read_only, "{other:?}");
    }
}

#[test]
fn a_method_that_is_never_sent_is_listed_and_off() {
    let names = ["CONNECT", "TRACE", "TRACK", "connect", "PRI", "DEBUG"];
    let more: serde_json::Map<String, Value> = names
        .iter()
        .map(|name| ((*name).to_owned(), json!({})))
        .collect();
    let document = of_path(&json!({"trace": {}, "additionalOperations": more}));
    for one in &document.operations {
        let reason = format!("{} requests are never sent", one.method);
        assert_eq!(one.unsupported.as_ref(), Some(&reason));
        assert!(codes(one).contains(&"method_never_sent"), "{one:?}");
    }
    assert_eq!(document.operations.len(), names.len());
    println!("N = {} methods that are never sent", names.len());
}

#[test]
fn a_method_with_a_field_of_its_own_is_never_there_twice() {
    let document = of_path(&json!({
        "get": {"operationId": "first"},
        "additionalOperations": {"GET": {"operationId": "second"}, "POST": {"operationId": "third"},
            "Delete": {}, "query": {}},
    }));
    assert_eq!(methods(&document), ["GET", "POST"]);
    let get = at(&document, "GET", "/jars/{id}");
    assert_eq!(get.operation_id.as_deref(), Some("first"));
    let home = "/paths/~1jars~1{id}/additionalOperations";
    let of = |name: &str| format!("{home}/{name}");
    assert_eq!(
        said(&document.diagnostics),
        [
            ("method_has_a_field", of("GET").as_str()),
            ("method_ambiguous", of("Delete").as_str()),
            ("method_ambiguous", of("query").as_str()),
            ("operation_twice", of("GET").as_str()),
        ]
    );
    let post = at(&document, "POST", "/jars/{id}");
    assert!(codes(post).contains(&"method_has_a_field"), "{post:?}");
}

#[test]
fn what_is_no_method_is_left_out_and_said() {
    let names = [
        "",
        "CO PY",
        " COPY",
        "COPY ",
        "COPY\r\nHost: evil.example",
        "GET\u{0}",
        "KÖPY",
        "A/B",
        "A:B",
        "A\u{202e}B",
        "AAAAAAAAAAAAAAAAAAAAAAAAA",
    ];
    let more: serde_json::Map<String, Value> = names
        .iter()
        .map(|name| ((*name).to_owned(), json!({})))
        .collect();
    let document = of_path(&json!({"get": {}, "additionalOperations": more}));
    assert_eq!(methods(&document), ["GET"]);
    let invalid = document.diagnostics.iter();
    let invalid = invalid.filter(|note| note.code == "method_invalid").count();
    assert_eq!(invalid, names.len());
    let odd = of_path(&json!({"get": {}, "additionalOperations": ["COPY"]}));
    let home = "/paths/~1jars~1{id}/additionalOperations";
    assert_eq!(
        said(&odd.diagnostics),
        [("additional_operations_not_an_object", home)]
    );
    println!("N = {} names that are no method", names.len());
}

#[test]
fn the_extension_of_earlier_versions_is_read_alike() {
    let document = of_path(&json!({
        "x-oai-additionalOperations": {"QUERY": {"summary": "Find jars"}, "COPY": {}}}));
    assert_eq!(methods(&document), ["QUERY", "COPY"]);
    assert_eq!(document.diagnostics, []);
}

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
