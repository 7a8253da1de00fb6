//! Documents of several files.

use std::fmt::Write as _;

use countersign_domain::{Fault as _, operation::ImportedDocument};
use countersign_spec_import::{
    ImportError, Limits,
    bundle::{Bundle, Files},
    import, import_files,
};

use crate::{at, codes, patient};

pub(crate) const ROOT: &str = r#"
openapi: 3.0.3
info: {title: Library, version: 1.10}
servers: [{url: "https://library.example"}]
paths:
  /books:
    get: {$ref: "operations/list%20books.yml"}
    post: {$ref: "./operations/books.yml#/create"}
  /shelves/{id}: {$ref: "paths/shelf.yml"}
components:
  schemas:
    Language: {type: string, maxLength: 2}
"#;
const LIST: &str = r#"
operationId: listBooks
parameters:
  - {$ref: "../schemas/book.yml#/parameters/page"}
responses: {"200": {description: ok}}
"#;
const BOOKS: &str = r#"
create:
  operationId: createBook
  requestBody:
    content:
      application/json: {schema: {$ref: "../schemas/book.yml"}}
  responses: {"201": {description: ok}}
"#;
const SHELF: &str = r#"
parameters:
  - {name: id, in: path, required: true, schema: {type: string}}
get:
  operationId: getShelf
  callbacks: {moved: {}}
  responses: {"200": {description: ok}}
"#;
const BOOK: &str = r##"
type: object
properties:
  title: {type: string, flavour: sweet}
  language: {$ref: "../openapi.yaml#/components/schemas/Language"}
  sequel: {$ref: "#"}
parameters:
  page: {name: page, in: query, schema: {type: integer}}
"##;

/// Five files that belong together, and one that does not.
pub(crate) fn library() -> Vec<(String, Vec<u8>)> {
    [
        ("api/openapi.yaml", ROOT),
        ("api/operations/list books.yml", LIST),
        ("api/operations/books.yml", BOOKS),
        ("api/paths/shelf.yml", SHELF),
        ("api/schemas/book.yml", BOOK),
        ("README.md", "openapi: is described here"),
    ]
    .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
    .to_vec()
}

pub(crate) fn files(some: &[(&str, &str)]) -> Bundle {
    let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), text.as_bytes().to_vec());
    Bundle::from_files(some.iter().map(owned).collect(), &patient()).unwrap()
}

fn closed(document: &ImportedDocument) -> Vec<&str> {
    let reason = |one: &countersign_domain::operation::ImportedOperation| one.unsupported.is_some();
    let closed = document.operations.iter().filter(|one| reason(one));
    closed.map(|one| one.path.as_str()).collect()
}

#[test]
fn files_that_refer_to_each_other_are_one_document() {
    let mut bundle = Bundle::from_files(library(), &patient()).unwrap();
    let document = import_files(&mut bundle, None, &patient()).unwrap();
    assert_eq!(
        (document.title.as_str(), document.version.as_str()),
        ("Library", "1.10")
    );
    assert_eq!(document.operations.len(), 3);
    assert_eq!(closed(&document), [""; 0]);

    let list = at(&document, "GET", "/books");
    assert_eq!(list.operation_id.as_deref(), Some("listBooks"));
    assert_eq!(list.binds[0].wire, "page");
    assert_eq!(at(&document, "GET", "/shelves/{id}").binds[0].wire, "id");

    let create = at(&document, "POST", "/books");
    let definitions = create.input_schema["$defs"].as_object().unwrap();
    let names: Vec<&String> = definitions.keys().collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(definitions.contains_key("Language"));
    assert!(
        names.iter().any(|name| name.starts_with("book_")),
        "{names:?}"
    );
}

/// RFC 6901 reads `#/` as the member without a name, which hardly any file has.
#[test]
fn a_reference_to_the_slash_of_a_file_is_to_all_of_it() {
    let post = |schema: &str| {
        let content = format!("application/json: {{schema: {{$ref: \"{schema}\"}}}}");
        format!("{{post: {{requestBody: {{content: {{{content}}}}}}}}}")
    };
    let (book, odd) = (post("book.yml#/"), post("odd.yml#/"));
    let root = format!("openapi: 3.1.0\ninfo: {{title: A}}\npaths: {{/b: {book}, /o: {odd}}}");
    let named = "properties: {title: {type: string}, sequel: {$ref: \"#/\"}}";
    let mut bundle = files(&[
        ("openapi.yaml", &root),
        ("book.yml", named),
        ("odd.yml", "\"\": {maxLength: 3}\nmaxLength: 5"),
    ]);
    let document = import_files(&mut bundle, None, &patient()).unwrap();
    assert_eq!(closed(&document), [""; 0]);
    let takes = |path: &str, body: serde_json::Value| {
        let schema = &at(&document, "POST", path).input_schema;
        let schema = countersign_spec_import::compile(schema).unwrap();
        schema.is_valid(&serde_json::json!({ "body": body }))
    };
    assert!(takes("/b", serde_json::json!({"sequel": {"title": "II"}})));
    assert!(!takes("/b", serde_json::json!({"sequel": {"title": 2}})));
    assert!(takes("/o", "one".into()));
    assert!(!takes("/o", "four".into()));
}

#[test]
fn a_diagnostic_of_a_bundle_names_the_file_and_the_place_in_it() {
    let mut bundle = Bundle::from_files(library(), &patient()).unwrap();
    let document = import_files(&mut bundle, None, &patient()).unwrap();
    let shelf = at(&document, "GET", "/shelves/{id}");
    let callbacks = &shelf.diagnostics[0];
    assert_eq!(callbacks.pointer, "api/paths/shelf.yml#/get/callbacks");
    let keyword = document
        .diagnostics
        .iter()
        .find(|note| note.code == "schema_keyword_unknown")
        .unwrap();
    assert!(
        keyword
            .pointer
            .starts_with("api/schemas/book.yml#/properties/title"),
        "{}",
        keyword.pointer
    );
}

/// Remembers every name that is asked for.
struct Canary(Bundle, Vec<String>);

impl Files for Canary {
    fn names(&mut self) -> Result<Vec<String>, ImportError> {
        self.0.names()
    }

    fn open(&mut self, name: &str, most: usize) -> Result<Option<Vec<u8>>, ImportError> {
        self.1.push(name.to_owned());
        self.0.open(name, most)
    }
}

#[test]
fn a_reference_that_leaves_the_bundle_closes_one_operation_and_opens_nothing() {
    let targets = [
        "../secret.yml",
        "a/../../secret.yml",
        "..%2fsecret.yml",
        "%2e%2e/secret.yml",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://169.254.169.254/latest",
        "//example.com/a.yml",
        "..\\\\secret.yml",
        "c:/secret.yml",
        "missing.yml",
    ];
    let mut root = String::from("openapi: 3.0.0\ninfo: {title: A, version: '1'}\npaths:\n");
    for (index, target) in targets.iter().enumerate() {
        writeln!(root, "  /o{index}: {{get: {{$ref: \"{target}\"}}}}").unwrap();
    }
    root += "  /fine: {get: {$ref: \"fine.yml\"}}\n";
    let bundle = files(&[("openapi.yaml", &root), ("fine.yml", "operationId: fine")]);
    let mut canary = Canary(bundle, Vec::new());
    let document = import_files(&mut canary, Some("openapi.yaml"), &patient()).unwrap();
    assert_eq!(canary.1, ["openapi.yaml", "missing.yml", "fine.yml"]);
    assert_eq!(closed(&document).len(), targets.len());
    for operation in &document.operations {
        let expected = operation.path != "/fine";
        assert_eq!(codes(operation).contains(&"reference_outside"), expected);
    }
    println!("references that lead out of a bundle: {}", targets.len());
}

#[test]
fn the_limits_on_values_hold_for_all_files_together() {
    let list = format!("[{}1]", "1,".repeat(600));
    let root = r#"{"openapi":"3.0.0","paths":{"/a":{"get":{"$ref":"a.json"}},"/b":{"get":{"$ref":"b.json"}}}}"#;
    let mut bundle = files(&[("openapi.json", root), ("a.json", &list), ("b.json", &list)]);
    let limits = Limits {
        nodes: 1_000,
        ..patient()
    };
    let error = import_files(&mut bundle, None, &limits).unwrap_err();
    assert_eq!(error.code(), "too_many_nodes");
    assert!(error.to_string().starts_with("b.json: "), "{error}");
}

#[test]
fn the_root_is_the_one_that_nobody_refers_to_nearest_to_the_top() {
    let with = |target: &str| {
        format!(
            "openapi: 3.0.0\ninfo: {{title: A}}\npaths:\n  /a: {{get: {{$ref: \"{target}\"}}}}\n"
        )
    };
    let (leaf, above) = (with("#/x"), with("../parts.yaml#/paths/~1a/get"));
    let title = |some: &[(&str, &str)]| {
        let document = import_files(&mut files(some), None, &patient());
        document.map(|document| document.sha256)
    };
    let whole = title(&[("deep/main.yaml", &above), ("parts.yaml", &leaf)]).unwrap();
    let asked = import_files(
        &mut files(&[("deep/main.yaml", &above), ("parts.yaml", &leaf)]),
        Some("deep/main.yaml"),
        &patient(),
    );
    assert_eq!(whole, asked.unwrap().sha256);
    assert!(title(&[("b.yaml", &leaf), ("deep/a.yaml", &leaf)]).is_ok());
    assert!(title(&[("b.yaml", &leaf), ("openapi.yaml", &leaf)]).is_ok());

    let unclear = title(&[("b.yaml", &leaf), ("c.yaml", &leaf)]).unwrap_err();
    assert_eq!(unclear.code(), "root_unclear");
    assert_eq!(
        unclear.to_string(),
        r#"the root could be "b.yaml", "c.yaml"; say which one it is"#
    );
    let none = title(&[("b.yaml", "a: 1"), ("c.txt", &leaf)]).unwrap_err();
    assert_eq!(none.code(), "root_missing");
    let mut bundle = files(&[("b.yaml", &leaf)]);
    let lost = import_files(&mut bundle, Some("x.yaml"), &patient()).unwrap_err();
    assert_eq!(lost.code(), "root_not_found");
    let escaped = import_files(&mut bundle, Some("../x.yaml"), &patient()).unwrap_err();
    assert_eq!(escaped.code(), "unsafe_file_name");
}

#[test]
fn descriptions_that_the_root_does_not_lead_to_are_named() {
    let with = |target: &str| {
        format!(
            "openapi: 3.0.0\ninfo: {{title: A}}\npaths:\n  /a: {{get: {{$ref: \"{target}\"}}}}\n"
        )
    };
    let (leaf, led) = (with("#/x"), with("parts.yml#/get"));
    let left_out = |some: &[(&str, &str)], root: Option<&str>| {
        let document = import_files(&mut files(some), root, &patient()).unwrap();
        let mut notes = document.diagnostics.into_iter();
        let note = notes.find(|note| note.code == "roots_left_out");
        note.map(|note| (note.pointer, note.text))
    };
    // Nearer to the top, and of a better name: the others are no less APIs.
    let far = [("a.yaml", leaf.as_str()), ("sub/b.yaml", &leaf)];
    let (pointer, text) = left_out(&far, None).unwrap();
    assert_eq!(pointer, "");
    assert_eq!(
        text,
        r#"another API description is left out: "sub/b.yaml"; import each by itself"#
    );
    let beside = [("billing.yaml", leaf.as_str()), ("openapi.yaml", &leaf)];
    let (_, text) = left_out(&beside, None).unwrap();
    assert!(text.contains(r#""billing.yaml""#), "{text}");

    // What the root refers to, if only through a file that is none, is part of it.
    let through = with("shared.yaml#/paths/~1a/get");
    let parts = "get: {$ref: \"shared.yaml\"}\nx: {$ref: \"deep/more.yaml\"}\n";
    let whole = [
        ("openapi.yaml", led.as_str()),
        ("parts.yml", parts),
        ("shared.yaml", &leaf),
        ("deep/more.yaml", &through),
        ("notes.yaml", "a: 1"),
    ];
    assert_eq!(left_out(&whole, None), None);
    // Whoever says which one is meant knows that there are others.
    assert_eq!(left_out(&far, Some("a.yaml")), None);

    let ring = [
        ("openapi.yaml", leaf.clone()),
        ("x/one.yaml", with("two.yaml#/a")),
        ("x/two.yaml", with("one.yaml#/a")),
    ];
    let ring: Vec<(&str, &str)> = ring
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let (_, text) = left_out(&ring, None).unwrap();
    assert!(
        text.starts_with("2 other API descriptions are left out: "),
        "{text}"
    );

    let names: Vec<String> = (0..2_000).map(|n| format!("sub/{n:04}.yaml")).collect();
    let mut many: Vec<(&str, &str)> = names
        .iter()
        .map(|name| (name.as_str(), leaf.as_str()))
        .collect();
    many.push(("openapi.yaml", &leaf));
    let (_, text) = left_out(&many, None).unwrap();
    assert!(
        text.starts_with("2000 other API descriptions are left out: "),
        "{text}"
    );
    assert!(
        text.ends_with(", 1995 more; import each by itself"),
        "{text}"
    );
}

#[test]
fn a_file_that_cannot_be_read_closes_only_what_needs_it() {
    let root = r#"{"openapi":"3.0.0","paths":{"/a":{"get":{"$ref":"a.yml"}},"/b":{"get":{}}}}"#;
    let mut bundle = files(&[("openapi.json", root), ("a.yml", "x: 1\nx: 2\n")]);
    let document = import_files(&mut bundle, None, &patient()).unwrap();
    assert_eq!(closed(&document), ["/a"]);
    let note = document
        .diagnostics
        .iter()
        .find(|note| note.code == "file_unreadable")
        .unwrap();
    assert_eq!(note.pointer, "a.yml#");
    assert!(note.text.contains("line 2, column 1"), "{}", note.text);

    let mut bundle = files(&[("openapi.json", "{\n\"openapi\": 1,,"), ("a.yml", "x: 1")]);
    let error = import_files(&mut bundle, None, &patient()).unwrap_err();
    assert_eq!(error.code(), "not_json_or_yaml");
    assert!(error.to_string().starts_with("openapi.json: "), "{error}");
    assert!(error.to_string().contains("line 2"), "{error}");
}

#[test]
fn a_document_cannot_bring_the_member_that_other_files_hang_under() {
    let text = r##"{"openapi":"3.0.0","x-countersign-files":{"a.yml":{"operationId":"fake"}},
        "paths":{"/a":{"get":{"$ref":"#/x-countersign-files/a.yml"}}}}"##;
    let document = import(text.as_bytes(), &patient()).unwrap();
    assert_eq!(closed(&document), ["/a"]);
    assert!(
        document
            .diagnostics
            .iter()
            .any(|note| note.code == "member_reserved")
    );
}

#[test]
fn plain_names_of_schemas_are_found_in_their_own_file() {
    let root = r##"{"openapi":"3.1.0","paths":{"/a":{"post":{"requestBody":{"content":
        {"application/json":{"schema":{"allOf":[{"$ref":"#Here"},{"$ref":"b.json#There"}]}}}}}},
        "/b":{"post":{"requestBody":{"content":
        {"application/json":{"schema":{"$ref":"#Nowhere"}}}}}},
        "/c":{"post":{"requestBody":{"content":
        {"application/json":{"schema":{"$ref":"#Twice"}}}}}}},
        "components":{"schemas":{
            "A":{"$anchor":"Here","type":"object"},
            "B":{"$anchor":"Twice"},"C":{"$id":"#Twice"}}}}"##;
    let other = r##"{"definitions":{"X":{"$id":"#There","maxProperties":3}}}"##;
    let mut bundle = files(&[("openapi.json", root), ("b.json", other)]);
    let document = import_files(&mut bundle, None, &patient()).unwrap();
    assert_eq!(closed(&document), ["/b", "/c"]);
    let schema = &at(&document, "POST", "/a").input_schema;
    assert!(schema["$defs"]["A"].is_object(), "{schema}");
    assert!(schema.to_string().contains("maxProperties"), "{schema}");
}
