//! The importer: any bytes are a document or one clear error, and nothing of a document is lost.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use countersign_domain::{
    operation::{BodyKind, ImportedDocument, ImportedOperation, Method, Place},
    path::Addresses,
};
use countersign_secret_injection::{RequestTemplate, build};
use countersign_spec_import::{ImportError, Limits, compile, drift, import, inspect};
use serde_json::{Map, Value, json};
use url::Url;

/// Imports the bytes and checks what must hold of every document.
///
/// # Panics
/// When a promise is broken.
pub fn check(bytes: &[u8]) {
    match (import(bytes, &limits()), import(bytes, &limits())) {
        (Ok(one), Ok(other)) => {
            let written = serde_json::to_string(&one).expect("a document is plain JSON");
            let again = serde_json::to_string(&other).expect("a document is plain JSON");
            assert_eq!(written, again, "the same bytes gave two documents");
            whole(&one, bytes, &written);
            one.operations.iter().for_each(operation);
        }
        (Err(one), Err(other)) => {
            assert_eq!(one, other, "the same bytes gave two errors");
            one_line(&one);
        }
        (one, other) => panic!("one import gave {one:?}, the other {other:?}"),
    }
}

/// Small ones, so that inputs stay quick. Time never decides: it would not be the same each run.
fn limits() -> Limits {
    Limits {
        raw_bytes: 256 << 10,
        unpacked_bytes: 512 << 10,
        files: 50,
        operations: 200,
        nodes: 20_000,
        schema_bytes: 64 << 10,
        all_schema_bytes: 1 << 20,
        processor_time: Duration::from_mins(10),
        ..Limits::default()
    }
}

fn one_line(error: &ImportError) {
    let text = error.to_string();
    assert!(
        !text.is_empty() && !text.contains(char::is_control),
        "an error is one line: {text:?}"
    );
}

/// Of the document as a whole.
fn whole(document: &ImportedDocument, bytes: &[u8], written: &str) {
    let limits = limits();
    assert!(document.operations.len() <= limits.operations);
    let read: ImportedDocument = serde_json::from_str(written).expect("it can be read back");
    let read = serde_json::to_string(&read).expect("a document is plain JSON");
    assert_eq!(written, read, "writing and reading changed it");
    accounted_for(document, bytes);
    let names: HashSet<&str> = document
        .operations
        .iter()
        .map(|o| o.name.as_str())
        .collect();
    assert_eq!(
        names.len(),
        document.operations.len(),
        "two tools have one name"
    );
    let bytes: usize = document.operations.iter().map(schema_bytes).sum();
    assert!(
        bytes <= 2 * limits.all_schema_bytes,
        "{bytes} bytes of schemas"
    );
    let apart = document.clone().into();
    let drift = drift::compare(&apart, &apart);
    assert!(drift.is_empty(), "it differs from itself: {drift:?}");
    let table = inspect::table(document);
    let drawn = table.chars().all(|c| c == '\n' || !c.is_control());
    assert!(drawn, "the table writes to the terminal: {table:?}");
    let report = inspect::report(&apart);
    assert_eq!(
        report["operations"].as_array().map(Vec::len),
        Some(document.operations.len())
    );
}

fn schema_bytes(operation: &ImportedOperation) -> usize {
    operation.input_schema.to_string().len()
}

/// Counts the operations that the text has by a reading of its own, and finds each once.
fn accounted_for(document: &ImportedDocument, bytes: &[u8]) {
    let mut found: BTreeMap<(Method, &str), usize> = BTreeMap::new();
    for one in &document.operations {
        *found.entry((one.method, one.path.as_str())).or_default() += 1;
    }
    let twice: Vec<_> = found.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "operations listed twice: {twice:?}");
    let Ok(root) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let paths = root.get("paths").and_then(Value::as_object);
    let Some(paths) = paths.filter(|_| root.get("openapi").is_some() && !is_older(&root)) else {
        return;
    };
    let mut written = 0;
    for (path, item) in paths.iter().filter(|(path, _)| !path.starts_with("x-")) {
        let Some(item) = item.as_object() else {
            continue;
        };
        for (key, value) in item {
            let Some(method) = Method::of_field(key).filter(|_| !value.is_null()) else {
                continue;
            };
            written += 1;
            assert!(
                found.contains_key(&(method, path.as_str())),
                "{method} {path:?} is not accounted for"
            );
        }
    }
    let more = ["$ref", "additionalOperations", "x-oai-additionalOperations"];
    let elsewhere = paths
        .values()
        .any(|item| more.iter().any(|name| item.get(name).is_some()));
    assert!(
        elsewhere || found.len() <= written,
        "more operations than are written"
    );
}

/// Whether one of the older formats goes before `openapi`, or takes its place.
fn is_older(root: &Value) -> bool {
    ["swagger", "discoveryVersion", "item"]
        .iter()
        .any(|key| root.get(key).is_some())
}

/// Of one operation.
fn operation(operation: &ImportedOperation) {
    let name = &operation.name;
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    assert!(
        (1..=64).contains(&name.len()) && name.bytes().all(letters),
        "the name {name:?}"
    );
    assert!(operation.title.chars().count() <= 120, "a long title");
    assert!(
        operation.description.chars().count() <= 1_024,
        "a long description"
    );
    assert!(
        !operation.risk.reasons.is_empty(),
        "a classification without a reason"
    );
    if let Err(reason) = compile(&operation.input_schema) {
        panic!("the input schema does not compile: {reason}");
    }
    let output = operation
        .output
        .as_ref()
        .and_then(|output| output.schema.as_deref());
    if let Some(Err(reason)) = output.map(compile) {
        panic!("the output schema does not compile: {reason}");
    }
    if operation.unsupported.is_none() {
        can_be_called(operation);
    }
}

/// An operation that is on has a request, at least for the simplest arguments.
fn can_be_called(operation: &ImportedOperation) {
    let properties = operation.input_schema["properties"].as_object();
    let mut arguments = Map::new();
    for bind in &operation.binds {
        let known = properties.is_some_and(|all| all.contains_key(&bind.key));
        assert!(known, "{:?} is bound and not in the schema", bind.key);
        if bind.required || bind.place == Place::Path {
            arguments.insert(bind.key.clone(), "x".into());
        }
    }
    if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
        let value = match body.kind {
            BodyKind::Json | BodyKind::Text => json!("x"),
            BodyKind::Form => json!({}),
            BodyKind::Multipart => json!({ "countersign": "eA==" }),
            BodyKind::Parts => json!(["eA=="]),
            BodyKind::Binary => json!("eA=="),
        };
        arguments.insert("body".to_owned(), value);
    }
    let base = &Url::parse("https://api.example.com/v1").expect("a URL");
    let template = RequestTemplate {
        method: operation.method,
        base,
        path: &operation.path,
        binds: &operation.binds,
        body: operation.body.as_ref(),
        input_schema: &operation.input_schema,
        addresses: &Addresses::of(base, []),
    };
    if let Err(error) = build(&template, &arguments) {
        panic!("it is on and cannot be called: {error}");
    }
}
