//! `countersign spec`, as scripts call it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

const ROOT: &str = r#"
openapi: 3.0.3
info: {title: Library, version: "1"}
servers: [{url: "https://library.example"}]
paths:
  /books: {get: {$ref: "operations/books.yml"}}
  /above: {get: {$ref: "../canary.yml"}}
  /linked: {get: {$ref: "linked.yml"}}
  /folder: {get: {$ref: "linked/canary.yml"}}
"#;
const BOOKS: &str = "operationId: listBooks\nresponses: {'200': {description: ok}}\n";

pub(crate) fn spec(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign"))
        .arg("spec")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

pub(crate) fn json(output: &Output) -> Value {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The one line that a refusal prints.
pub(crate) fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let line = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(line.matches('\n').count(), 1, "{line}");
    line
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

/// A folder `api` in a folder with a canary that nothing may read.
fn library() -> TempDir {
    let home = TempDir::new().unwrap();
    let write = |name: &str, content: &str| {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    write("canary.yml", "operationId: canaryWasRead\n");
    write("api/openapi.yaml", ROOT);
    write("api/operations/books.yml", BOOKS);
    write("api/notes.txt", "openapi: of no use");
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink("../canary.yml", home.path().join("api/linked.yml")).unwrap();
        symlink("..", home.path().join("api/linked")).unwrap();
    }
    home
}

#[test]
fn inspect_prints_the_fields_that_scripts_hold_on_to() {
    let home = library();
    let folder = home.path().join("api");
    let report = json(&spec(&["inspect", text(&folder), "--format", "json"]));
    assert_eq!(keys(&report), ["document", "operations", "diagnostics"]);
    let document = ["title", "version", "format", "operations", "sha256"];
    assert_eq!(keys(&report["document"]), document);
    let operation = [
        "method",
        "path",
        "operation_id",
        "name",
        "title",
        "class",
        "level",
        "read_only",
        "destructive",
        "high_risk",
        "confidence",
        "sensitivity",
        "reasons",
        "importable",
        "input_schema_bytes",
        "diagnostics",
    ];
    assert_eq!(keys(&report["operations"][0]), operation);
    let reason = &report["operations"][0]["reasons"][0];
    assert_eq!(keys(reason), ["code", "text", "evidence"]);
    let note = &report["operations"][1]["diagnostics"][0];
    assert_eq!(keys(note), ["severity", "code", "pointer", "text"]);
    assert_eq!(report["document"]["operations"], 4);
}

#[test]
fn a_file_and_its_folder_are_one_document_and_nothing_outside_is_read() {
    let home = library();
    let folder = home.path().join("api");
    let whole = spec(&["inspect", text(&folder), "--format", "json"]);
    let by_file = spec(&[
        "inspect",
        text(&folder.join("openapi.yaml")),
        "--format",
        "json",
    ]);
    let by_root = spec(&[
        "inspect",
        text(&folder),
        "--root",
        "openapi.yaml",
        "--format",
        "json",
    ]);
    assert_eq!(whole.stdout, by_file.stdout);
    assert_eq!(whole.stdout, by_root.stdout);
    let report = json(&whole);
    let operations = report["operations"].as_array().unwrap();
    assert_eq!(operations[0]["operation_id"], "listBooks");
    assert_eq!(operations[0]["importable"], true);
    let outside = &operations[1..];
    for operation in outside {
        assert_eq!(operation["importable"], false);
        assert_eq!(operation["diagnostics"][0]["code"], "reference_outside");
        let pointer = operation["diagnostics"][0]["pointer"].as_str().unwrap();
        assert!(pointer.starts_with("openapi.yaml#/paths/"), "{pointer}");
    }
    let printed = String::from_utf8(whole.stdout).unwrap();
    assert!(!printed.contains("canaryWasRead"));
    println!("ways out of a folder that lead nowhere: {}", outside.len());
}

#[test]
fn what_cannot_be_read_is_one_line_with_the_place_and_exit_2() {
    let home = library();
    let file = |name: &str, content: &str| {
        let path = home.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    let broken = file("broken.json", "{\n  \"openapi\": 3,,");
    let line = refusal(&spec(&["inspect", text(&broken)]));
    let start = format!(
        "countersign: {}: the file begins like JSON and is not: ",
        broken.display()
    );
    assert!(line.starts_with(&start), "{line}");
    assert!(line.contains("line 2, column"), "{line}");

    let twice = file("twice.yaml", "openapi: 3.0.0\na: 1\na: 2\n");
    let line = refusal(&spec(&["inspect", text(&twice)]));
    assert!(line.contains("line 3, column 1 (duplicate_key)"), "{line}");

    let line = refusal(&spec(&["inspect", text(&home.path().join("no.yaml"))]));
    assert!(line.contains("no.yaml: it cannot be read"), "{line}");

    let line = refusal(&spec(&["inspect", text(&twice), "--root", "a.yaml"]));
    assert!(line.contains("--root is for folders"), "{line}");

    file("other.yaml", ROOT);
    file("third.yaml", ROOT);
    fs::remove_dir_all(home.path().join("api")).unwrap();
    let line = refusal(&spec(&["inspect", text(home.path())]));
    assert!(line.contains(r#""other.yaml", "third.yaml""#), "{line}");
    assert!(line.contains("say which one it is with --root"), "{line}");
}

#[test]
fn what_never_ends_is_never_waited_for() {
    let line = refusal(&spec(&["inspect", "/dev/zero"]));
    assert!(line.contains("not a file or a folder"), "{line}");

    let home = TempDir::new().unwrap();
    let pipe = home.path().join("pipe.yaml");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let line = refusal(&spec(&["inspect", text(&pipe)]));
    assert!(line.contains("not a file or a folder"), "{line}");
    let line = refusal(&spec(&["inspect", text(home.path())]));
    assert!(line.contains("(root_missing)"), "{line}");

    let huge = home.path().join("huge.yaml");
    fs::File::create(&huge).unwrap().set_len(1 << 40).unwrap();
    let line = refusal(&spec(&["inspect", text(&huge)]));
    assert!(line.contains("(too_large)"), "{line}");
}

#[test]
fn the_standard_input_is_read_up_to_the_limit() {
    let given = |bytes: &[u8]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .args(["spec", "inspect", "-", "--format", "json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A reader that has seen enough goes away.
        let _ = child.stdin.take().unwrap().write_all(bytes);
        child.wait_with_output().unwrap()
    };
    let report = json(&given(ROOT.as_bytes()));
    assert_eq!(report["document"]["title"], "Library");
    let line = refusal(&given(&vec![b' '; 33 << 20]));
    assert!(line.starts_with("countersign: -: "), "{line}");
    assert!(line.contains("(too_large)"), "{line}");
}

#[test]
fn a_survey_accounts_for_every_document_and_ends_with_totals() {
    let home = library();
    fs::write(home.path().join("broken.json"), r#"{"openapi":"3.0.0","#).unwrap();
    let report = json(&spec(&["survey", text(home.path()), "--format", "json"]));
    let rows = report["documents"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["document"], "api/openapi.yaml");
    assert_eq!(rows[0]["operations"], 4);
    assert_eq!(rows[0]["importable"], 1);
    assert_eq!(rows[0]["off_by_code"]["reference_outside"], 3);
    assert_eq!(rows[0]["off"][0]["path"], "/above");
    assert!(rows[1]["refused"].as_str().unwrap().contains("line 1"));
    let totals = &report["totals"];
    assert_eq!(totals["documents"], 2);
    assert_eq!(totals["refused"], 1);
    assert_eq!(totals["off"], 3);
    let table = spec(&["survey", text(home.path())]);
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains("2 documents, 1 of them refused"), "{table}");
    assert!(table.contains("4 operations, 1 callable, 3 off"), "{table}");
}

#[test]
fn a_diff_ends_with_1_only_where_something_breaks_and_with_2_where_nothing_can_be_read() {
    let home = TempDir::new().unwrap();
    let write = |name: &str, required: bool| {
        let parameter =
            format!("{{name: q, in: query, required: {required}, schema: {{type: string}}}}");
        let path = home.path().join(name);
        let whole = format!(
            "openapi: 3.1.0\ninfo: {{title: Library, version: '1'}}\npaths:\n  /books: {{get: {{parameters: [{parameter}], responses: {{}}}}}}\n"
        );
        fs::write(&path, whole).unwrap();
        path
    };
    let (loose, strict) = (write("loose.yaml", false), write("strict.yaml", true));
    let (loose, strict, gone) = (text(&loose), text(&strict), "nothing-here.yaml");

    let breaking = spec(&["diff", loose, strict, "--format", "json"]);
    assert_eq!(breaking.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&breaking.stdout).unwrap();
    let code = &report["changes"][0]["code"];
    assert_eq!(
        (code, &report["breaking"]),
        (&"request_parameter_became_required".into(), &1.into())
    );
    let reviewed = serde_json::json!([{"method": "GET", "path": "/books", "effect": "review", "reason": "required_input"}]);
    assert_eq!(report["operations"], reviewed);
    let table = spec(&["diff", loose, strict]);
    assert_eq!(table.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&table.stdout).contains("BACK TO REVIEW: 1 operation"));

    assert_eq!(spec(&["diff", strict, loose]).status.code(), Some(0));
    assert_eq!(spec(&["diff", loose, loose]).status.code(), Some(0));
    for pair in [[gone, loose], [loose, gone]] {
        let refused = spec(&["diff", pair[0], pair[1]]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&refused.stderr).contains(gone));
    }
    let unheard = with_output_to_a_full_disk(&["diff", loose, loose]);
    assert_eq!(
        unheard.status.code(),
        Some(2),
        "it is not that something breaks"
    );
}

#[test]
fn a_report_that_cannot_be_written_is_one_line_and_exit_2() {
    let home = library();
    let folder = home.path().join("api");
    for command in ["inspect", "survey"] {
        let line = refusal(&with_output_to_a_full_disk(&[command, text(&folder)]));
        assert!(line.starts_with("countersign: No space left"), "{line}");
    }
}

/// Runs it where nothing can be written.
fn with_output_to_a_full_disk(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign"))
        .arg("spec")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(fs::File::options().write(true).open("/dev/full").unwrap())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap()
}

#[test]
fn no_character_that_a_terminal_obeys_or_nobody_sees_is_printed_as_json() {
    let hidden = "\u{9b}31m\u{85}\u{202e}\u{e0041}";
    let home = TempDir::new().unwrap();
    let written = |name: &str, words: &str| {
        let operation = serde_json::json!({"get": {"responses": {"200": {"description": "ok"}}}});
        let document = serde_json::json!({"openapi": "3.1.0",
            "info": {"title": "Books", "version": "1"}, "paths": {format!("/{words}"): operation}});
        let path = home.path().join(name);
        fs::write(&path, document.to_string()).unwrap();
        path
    };
    let (old, new) = (written("old", "books"), written("new", hidden));
    let inspected = spec(&["inspect", text(&new), "--format", "json"]);
    let compared = spec(&["diff", text(&old), text(&new), "--format", "json"]);
    for printed in [&inspected, &compared] {
        let shown = String::from_utf8(printed.stdout.clone()).unwrap();
        let raw = shown
            .chars()
            .find(|one| hidden.contains(*one) && !one.is_ascii());
        assert_eq!(raw, None, "{shown}");
        serde_json::from_str::<Value>(&shown).unwrap();
    }
    assert_eq!(
        json(&inspected)["operations"][0]["path"],
        format!("/{hidden}")
    );
    let shown = String::from_utf8(inspected.stdout).unwrap();
    assert!(
        shown.contains(r"\u009b31m\u0085\u202e\udb40\udc41"),
        "{shown}"
    );
}
