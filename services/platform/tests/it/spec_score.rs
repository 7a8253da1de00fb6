//! `countersign spec score`, as scripts call it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

const SHELF: &str = r#"
openapi: 3.0.3
info: {title: Shelf, version: "1"}
servers: [{url: "https://shelf.example"}]
paths:
  /books: {get: {operationId: listBooks, summary: List books, responses: {'200': {description: ok}}}}
  /loans/{id}/refund: {post: {operationId: refundLoan, summary: Refund a loan, responses: {'200': {description: ok}}}}
"#;

fn score(arguments: &[&str]) -> Output {
    Command::new(crate::program())
        .args(["spec", "score"])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A label of an operation that reads or moves money.
fn label(spec: &str, method: &str, path: &str) -> Value {
    let reads = method == "GET";
    json!({
        "spec": spec, "api": "shelf", "method": method, "path": path, "operation_id": null,
        "summary": if reads { "List books" } else { "Refund a loan" }, "description": "",
        "class": if reads { "READ" } else { "BILLING" },
        "read_only": reads, "destructive": false, "high_risk": !reads,
    })
}

fn labels(home: &TempDir, labels: &[Value]) -> String {
    let lines: Vec<String> = labels.iter().map(Value::to_string).collect();
    let path = home.path().join("labels.jsonl");
    fs::write(&path, lines.join("\n")).unwrap();
    text(&path).to_owned()
}

/// The report of a run that must have ended with 0.
fn report(arguments: &[&str]) -> Value {
    let output = score(&[arguments, &["--format", "json"]].concat());
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn labels_are_scored_by_the_descriptions_or_by_their_own_words() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("shelf.yaml"), SHELF).unwrap();
    let file = labels(
        &home,
        &[
            label("shelf.yaml", "GET", "/books"),
            label("shelf.yaml", "POST", "/loans/{id}/refund"),
            label("shelf.yaml", "GET", "/gone"),
            label("", "POST", "/fines/{id}/refund"),
        ],
    );
    let described = report(&[&file, text(home.path())]);
    assert_eq!(described["whole"]["all"]["labels"], 3);
    assert_eq!(described["whole"]["all"]["accuracy"], 1.0);
    let missing = &described["missing"];
    assert_eq!(missing, &json!({"shelf.yaml: GET /gone": 1}));

    let told = report(&[&file]);
    assert_eq!(told["whole"]["all"]["labels"], 4);
    assert_eq!(told["leave_one_api_out"]["all"]["labels"], 4);
    assert_eq!(told["missing"], json!({}));

    let table = String::from_utf8(score(&[&file]).stdout).unwrap();
    assert!(table.contains("| shelf | 4 | 1.000 |"), "{table}");
}

#[test]
fn what_cannot_be_scored_is_one_line_and_exit_2() {
    let home = TempDir::new().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = home.path().join(name);
        fs::write(&path, content).unwrap();
        text(&path).to_owned()
    };
    let lost = label("gone.yaml", "GET", "/books").to_string();
    let good = label("", "GET", "/books").to_string();
    let odd = |key: &str, value: &str| {
        let mut row = label("", "GET", "/books");
        row[key] = value.into();
        format!("{good}\n\n{row}\n{good}")
    };
    let (class, method) = (odd("class", "HARMLESS"), odd("method", "GET ALL"));
    let place = text(home.path());
    let (told, no_folder) = (file("told", good.as_bytes()), format!("{place}/nowhere"));
    let (gone, lost) = (format!("{place}/gone.jsonl"), file("lost", lost.as_bytes()));
    let refusals = [
        (vec![gone], "gone.jsonl: it cannot be read"),
        (vec![place.to_owned()], "not a file"),
        (vec!["/dev/zero".to_owned()], "not a file"),
        (vec![file("empty", b"\n")], "(risk_labels_empty)"),
        (vec![file("broken", b"\n{}")], "line 2 is not a label"),
        (vec![file("bytes", b"\xff\xfe")], "(risk_label_malformed)"),
        (
            vec![file("class", class.as_bytes())],
            "line 3 is not a label (risk_label_malformed)",
        ),
        (
            vec![file("method", method.as_bytes())],
            "line 3 is not a label",
        ),
        (
            vec![file("cut", &good.as_bytes()[..40])],
            "line 1 is not a label",
        ),
        (vec![lost, place.to_owned()], "(risk_nothing_scored)"),
        (vec![told.clone(), no_folder], "nowhere: it is not a folder"),
        (vec![told.clone(), told], "told: it is not a folder"),
    ];
    for (arguments, expected) in &refusals {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = score(&arguments);
        let line = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert!(output.stdout.is_empty() && line.matches('\n').count() == 1);
        assert!(line.contains(expected), "{line}");
    }
    println!("label files that are refused: {}", refusals.len());
}
