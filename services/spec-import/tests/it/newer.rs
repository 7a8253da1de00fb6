//! What came with `OpenAPI` 3.2, through the same front door.

mod by_order;
mod leftovers;
mod nested;
mod whole_query;

use countersign_domain::{
    operation::{Diagnostic, ImportedDocument},
    risk::RiskClass,
};
use serde_json::{Value, json};

use crate::{at, codes, read};

/// A document of one path.
fn of_path(item: &Value) -> ImportedDocument {
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
