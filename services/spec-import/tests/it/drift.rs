//! What changed between two imports, from documents in to sentences out.

mod answers;
mod arguments;
mod discriminators;
mod fixtures;
mod homes;
mod limits;
mod operations;
mod partners;
mod parts;
mod schemas;
mod scopes;
mod shown;
mod token_addresses;
mod vendors;

use countersign_domain::{
    drift::{Breaking, Change},
    operation::{ImportedDocument, Output},
};
use countersign_spec_import::drift;
use serde_json::{Value, json};

/// A code with its grade, as a table expects it.
type Expected = &'static [(&'static str, Breaking)];

/// What differs between two documents.
fn compare(old: &ImportedDocument, new: &ImportedDocument) -> Vec<Change> {
    drift::compare(&old.clone().into(), &new.clone().into())
}

/// A document with one operation, `POST /things/{id}`, and whatever else `more` says of it.
fn document(more: &Value) -> ImportedDocument {
    let mut operation = json!({"operationId": "make", "responses": {"200": {"description": "ok"}}});
    for (name, value) in more.as_object().unwrap() {
        operation[name] = value.clone();
    }
    of_paths(&json!({"/things/{id}": {"post": operation}}))
}

fn of_paths(paths: &Value) -> ImportedDocument {
    whole(&json!({"paths": paths}))
}

/// A document of which everything but the head is said.
fn whole(rest: &Value) -> ImportedDocument {
    let mut all = json!({"openapi": "3.1.0", "info": {"title": "Things", "version": "1"}});
    for (name, value) in rest.as_object().unwrap() {
        all[name] = value.clone();
    }
    crate::read(all.to_string().as_bytes())
}

/// A document whose operation takes a body of this schema.
fn taking(schema: &Value) -> ImportedDocument {
    document(&json!({"requestBody": {
        "required": true, "content": {"application/json": {"schema": schema}},
    }}))
}

/// A document whose operation takes one parameter in the query.
fn with_parameter(parameter: &Value) -> ImportedDocument {
    let mut whole = json!({"name": "limit", "in": "query"});
    for (name, value) in parameter.as_object().unwrap() {
        whole[name] = value.clone();
    }
    document(&json!({"parameters": [whole]}))
}

/// A document whose operation answers with this schema.
fn answering(schema: &Value) -> ImportedDocument {
    let mut document = document(&json!({}));
    document.operations[0].output = Some(Output {
        status: "200".to_owned(),
        media_type: "application/json".to_owned(),
        schema: Some(schema.clone().into()),
        ..Output::default()
    });
    document
}

fn graded(changes: &[Change]) -> Vec<(&str, Breaking)> {
    let mut all: Vec<(&str, Breaking)> = changes
        .iter()
        .map(|change| (change.code.as_str(), change.breaking))
        .collect();
    all.sort_unstable();
    all
}

fn expect(what: &str, (old, new): (&ImportedDocument, &ImportedDocument), expected: Expected) {
    let changes = compare(old, new);
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(graded(&changes), expected, "{what}: {changes:#?}");
    for change in &changes {
        assert!(change.text.ends_with('.'), "{what}: {}", change.text);
        assert!(!change.text.contains('\n'), "{what}: {}", change.text);
    }
}
