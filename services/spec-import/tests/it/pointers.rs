//! Where diagnostics point: always into the document that was given.

use std::{fs, path::Path};

use countersign_domain::operation::ImportedDocument;
use countersign_spec_import::import;
use serde_json::{Value, json};

use crate::{corpus, patient};

/// Documents that are large enough to cost a debug build half a minute each.
const LARGE: u64 = 1 << 20;

/// Every diagnostic of a document that points to nothing in what was given.
fn astray(document: &ImportedDocument, given: &Value) -> (Vec<String>, usize) {
    let notes = document.operations.iter().flat_map(|one| &one.diagnostics);
    let notes: Vec<_> = notes.chain(&document.diagnostics).collect();
    let astray = notes
        .iter()
        .filter(|note| given.pointer(&note.pointer).is_none());
    let shown = astray.map(|note| format!("{} {}", note.code, note.pointer));
    (shown.collect(), notes.len())
}

fn parsed(bytes: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(bytes).ok()?;
    serde_json::from_str(text)
        .ok()
        .or_else(|| serde_saphyr::from_str(text).ok())
}

/// How many diagnostics all documents below a folder have, each of which points somewhere.
fn check(folder: &Path) -> usize {
    let (mut open, mut checked) = (vec![folder.to_owned()], 0);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if corpus::is_document(&path) && entry.metadata().unwrap().len() < LARGE {
                let bytes = fs::read(&path).unwrap();
                if let (Ok(document), Some(given)) = (import(&bytes, &patient()), parsed(&bytes)) {
                    let (astray, count) = astray(&document, &given);
                    assert_eq!(astray, [""; 0], "{}", path.display());
                    checked += count;
                }
            }
        }
    }
    checked
}

#[test]
fn every_diagnostic_points_to_what_is_there() {
    let checked = check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"));
    assert!(checked > 300, "{checked}");
    let shared = corpus::specs().map_or(0, |home| check(&home));
    println!("N = {checked} pointers of our documents, {shared} of shared ones, lead somewhere");
}

#[test]
fn a_diagnostic_about_what_is_not_there_points_to_where_it_would_be() {
    let given = json!({"openapi": "3.1.0"});
    let document = import(given.to_string().as_bytes(), &patient()).unwrap();
    let said: Vec<(&str, &str)> = document
        .diagnostics
        .iter()
        .map(|note| (note.code.as_str(), note.pointer.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("no_operations", ""),
            ("title_missing", ""),
            ("servers_missing", "")
        ]
    );
}

#[test]
fn a_diagnostic_below_a_method_of_google_points_into_the_method() {
    let given = json!({"kind": "discovery#restDescription", "discoveryVersion": "v1", "name": "pots",
        "rootUrl": "https://pots.example/", "resources": {"pots": {"methods": {"list": {
            "id": "pots.list", "path": "pots", "httpMethod": "POST",
            "parameters": {
                "size": {"type": "strin", "location": "query"},
                "shape": {"type": "string", "pattern": "(", "location": "query", "repeated": true}},
            "request": {"$ref": "Nowhere"}, "response": {"$ref": "Nothing"}}}}}});
    let document = import(given.to_string().as_bytes(), &patient()).unwrap();
    let (astray, count) = astray(&document, &given);
    assert_eq!((astray, count > 3), (vec![], true));
    let note = |code: &str| {
        let notes = &document.operations[0].diagnostics;
        let note = notes.iter().find(|note| note.code == code).unwrap();
        note.pointer
            .trim_start_matches("/resources/pots/methods/list")
            .to_owned()
    };
    assert_eq!(note("schema_keyword_invalid"), "/parameters/size/type");
    assert_eq!(note("pattern_not_checked"), "/parameters/shape/pattern");
    assert_eq!(note("reference_missing"), "/request");
    assert_eq!(note("output_schema_left_out"), "/response");
}
