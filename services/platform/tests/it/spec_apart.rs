//! `countersign spec` says what an import would do: it reads as a server does.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use countersign_domain::Fault as _;
use countersign_spec_import::{Limits, apart::Program, bundle::pack_folder};
use countersign_testkit::PATIENCE;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::{
    program,
    spec::{json, refusal, spec, text},
};

const SHELF: &str = "openapi: 3.0.3\ninfo: {title: Shelf, version: '1'}\npaths: {/a: {get: {}}}\n";
const OTHER: &str = "openapi: 3.0.3\ninfo: {title: Other, version: '1'}\npaths: {/b: {get: {}}}\n";

fn written(home: &TempDir, name: &str, content: &[u8]) -> PathBuf {
    let path = home.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    path
}

/// What a server says of a document; nothing where it takes it.
async fn refused_by_a_server(document: &[u8]) -> Option<&'static str> {
    let server = Program::new(program(), &["spec", "worker"]).with_patience(PATIENCE);
    let read = server.import(document, &mut |_| {}).await;
    read.err().map(|error| error.code())
}

/// The code at the end of a refusal.
fn code(line: &str) -> &str {
    let (_, code) = line.trim_end().rsplit_once(" (").unwrap();
    code.trim_end_matches(')')
}

fn report(path: &Path, more: &[&str]) -> Value {
    let arguments = ["inspect", text(path), "--format", "json"];
    json(&spec(&[&arguments[..], more].concat()))
}

#[tokio::test]
async fn inspect_refuses_what_a_server_refuses_and_needs_no_more_memory() {
    let head = r#"{"openapi":"3.0.3","info":{"title":"x","version":"1"},"paths":{},"x":["#;
    let bombs = [
        (
            "members",
            format!("{head}{}0]}}", r#"{"a":[[]]},"#.repeat(490_000)),
        ),
        ("numbers", format!("{head}{}1]}}", "1,".repeat(1_998_999))),
        ("values", format!("{head}{}1]}}", "1,".repeat(2_100_000))),
        ("cut", head.to_owned()),
        ("fine", format!("{head}1]}}")),
    ];
    let home = TempDir::new().unwrap();
    let mut refused = 0;
    for (name, document) in &bombs {
        let file = written(&home, &format!("{name}/api.json"), document.as_bytes());
        let code_of_server = refused_by_a_server(document.as_bytes()).await;
        for path in [text(&file), text(file.parent().unwrap())] {
            let shown = spec(&["inspect", path]);
            let Some(expected) = code_of_server else {
                assert!(shown.status.success(), "{name}");
                continue;
            };
            assert_eq!(code(&refusal(&shown)), expected, "{name}");
            let compared = spec(&["diff", path, path]);
            assert_eq!(code(&refusal(&compared)), expected, "{name}");
            refused += 1;
        }
    }
    println!("refused by a server and by a command: {refused}");
    assert!(refused >= 6, "{refused}");
}

#[test]
fn a_survey_counts_as_refused_what_a_server_refuses() {
    let home = TempDir::new().unwrap();
    let wide = format!(
        r#"{{"openapi":"3.0.0","paths":{{}},"x":[{}1]}}"#,
        "1,".repeat(1_998_999)
    );
    written(&home, "wide/api.json", wide.as_bytes());
    written(&home, "shelf/api.yaml", SHELF.as_bytes());
    let report = json(&spec(&["survey", text(home.path()), "--format", "json"]));
    assert_eq!(report["totals"]["documents"], 2);
    assert_eq!(report["totals"]["refused"], 1);
    let why = report["documents"][1]["refused"].as_str().unwrap();
    assert!(why.contains("memory"), "{why}");
}

#[test]
fn an_archive_can_be_begun_with_a_file_that_is_named() {
    let files = [("a.yaml", SHELF), ("b.yaml", OTHER)];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    let packed = pack_folder(files.to_vec(), &Limits::default()).unwrap();
    let home = TempDir::new().unwrap();
    let archive = written(&home, "both.zip", &packed);

    let line = refusal(&spec(&["inspect", text(&archive)]));
    assert!(
        line.contains("say which one it is with --root (root_unclear)"),
        "{line}"
    );
    let one = report(&archive, &["--root", "b.yaml"]);
    assert_eq!(one["document"]["title"], "Other");
    let line = refusal(&spec(&["inspect", text(&archive), "--root", "c.yaml"]));
    assert!(line.contains(r#"there is no file "c.yaml""#), "{line}");
    let line = refusal(&spec(&["inspect", text(&archive), "--root=--c.yaml"]));
    assert!(line.contains(r#"there is no file "--c.yaml""#), "{line}");
}

#[test]
fn a_description_that_is_left_out_is_named_in_the_report_and_in_the_table() {
    let home = TempDir::new().unwrap();
    written(&home, "api.yaml", SHELF.as_bytes());
    written(&home, "sub/b.yaml", OTHER.as_bytes());
    let words = r#"another API description is left out: "sub/b.yaml"; import each by itself"#;

    let report = report(home.path(), &[]);
    let mut notes = report["diagnostics"].as_array().unwrap().iter();
    let note = notes.find(|note| note["code"] == "roots_left_out").unwrap();
    assert_eq!(note["severity"], "warning");
    assert_eq!(note["text"], words);

    let table = spec(&["inspect", text(home.path())]);
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains(words), "{table}");
    let alone = spec(&["inspect", text(&home.path().join("api.yaml"))]);
    let alone = String::from_utf8(alone.stdout).unwrap();
    assert!(!alone.contains("roots_left_out"), "{alone}");
}

/// Things that lead to all others, so that each operation carries the schemas of all.
fn of_related_things(things: usize) -> String {
    let reference = |number| json!({"$ref": format!("#/components/schemas/T{}", number % things)});
    let (mut schemas, mut paths) = (Map::new(), Map::new());
    for number in 0..things {
        let mut properties = Map::new();
        for plain in 0..12 {
            properties.insert(
                format!("p{plain}"),
                json!({"type": "string", "maxLength": 40}),
            );
        }
        for step in [1, 7, 31] {
            properties.insert(format!("r{step}"), reference(number + step));
        }
        let schema = json!({"type": "object", "properties": properties});
        schemas.insert(format!("T{number}"), schema);
        let content = json!({"application/json": {"schema": reference(number)}});
        let operation = json!({"requestBody": {"content": content}, "responses": {}});
        paths.insert(format!("/t{number}"), json!({"post": operation}));
    }
    let head = json!({"openapi": "3.1.0", "info": {"title": "Things", "version": "1"},
        "paths": paths, "components": {"schemas": schemas}});
    head.to_string()
}

/// What every command may hold; as values, the schemas of all operations take more than twice of it.
const DATA_KIB: usize = 128 << 10;

#[test]
fn a_small_document_with_many_large_operations_is_inspected_and_compared_in_little_memory() {
    let home = TempDir::new().unwrap();
    let file = written(&home, "api.json", of_related_things(150).as_bytes());
    let script = format!("ulimit -S -d {DATA_KIB}; exec \"$0\" spec \"$@\"");
    for words in [
        ["inspect", text(&file), "--format=table"],
        ["inspect", text(&file), "--format=json"],
        ["diff", text(&file), text(&file)],
    ] {
        let mut shell = Command::new("/bin/sh");
        let shell = shell.args(["-c", &script]).arg(program()).args(words);
        let shown = shell.output().unwrap();
        let said = String::from_utf8_lossy(&shown.stderr);
        assert!(shown.status.success(), "{words:?}: {said}");
    }
}
