//! Parts of a document that stand in other files than its root, in places where tools put them.

use countersign_domain::{
    Fault,
    operation::{BodyKind, Scheme, Security, Style},
};
use countersign_spec_import::{Limits, import, import_files};

use crate::{at, bundles::files, patient, read};

const SWAGGER: &str = r##"
swagger: "2.0"
info: {title: Tags, version: "1"}
host: tags.example
consumes: [application/json]
produces: [application/json]
parameters: {ids: {$ref: "params.yaml#/ids"}}
paths:
  /pets: {$ref: paths/pets.yaml}
  /own: {get: {$ref: paths/own.yaml}}
  /tags:
    parameters: [{$ref: "params.yaml#/multi"}]
    get: {parameters: [{$ref: "#/parameters/ids"}]}
    post:
      parameters: [{$ref: "params.yaml#/body"}]
      responses: {"200": {$ref: "answers.yaml#/tag"}}
    put: {consumes: [application/x-www-form-urlencoded], parameters: [{$ref: "params.yaml#/form"}]}
    patch: {parameters: [{$ref: "params.yaml#/nothing"}]}
"##;
const PARAMETERS: &str = "
ids: {in: query, name: ids, type: array, items: {type: string}}
multi: {in: query, name: multi, type: array, items: {type: string}, collectionFormat: pipes}
body: {in: body, name: b, schema: {type: object, properties: {a: {type: string}}}}
form: {in: formData, name: f, type: string}
";
const PETS: &str = r#"
post:
  parameters:
    - {in: body, name: pet, schema: {$ref: "../defs.yaml#/Pet"}}
    - {$ref: "../params.yaml#/ids"}
  responses: {"200": {description: ok, schema: {$ref: "../defs.yaml#/Pet"}}}
put:
  consumes: [multipart/form-data]
  parameters:
    - {in: formData, name: f, type: file}
    - {in: query, name: odd, type: array, items: {type: string}, collectionFormat: tsv}
"#;

#[test]
fn what_a_swagger_2_document_keeps_in_other_files_is_converted_as_well() {
    let mut bundle = files(&[
        ("swagger.yaml", SWAGGER),
        ("params.yaml", PARAMETERS),
        ("paths/pets.yaml", PETS),
        (
            "paths/own.yaml",
            "parameters: [{in: query, name: ids, type: array, items: {type: string}}]\n",
        ),
        (
            "answers.yaml",
            "tag: {description: ok, schema: {type: object}}\n",
        ),
        (
            "defs.yaml",
            "Pet: {type: object, properties: {name: {type: string}}}\n",
        ),
    ]);
    let document = import_files(&mut bundle, None, &patient()).unwrap();
    let style = |method: &str, path: &str, wire: &str| {
        let mut binds = at(&document, method, path).binds.iter();
        let bind = binds.find(|bind| bind.wire == wire).unwrap();
        (bind.style, bind.explode)
    };
    let joined = (Style::Form, false);
    assert_eq!(style("POST", "/pets", "ids"), joined);
    assert_eq!(style("GET", "/own", "ids"), joined);
    assert_eq!(style("GET", "/tags", "ids"), joined);
    let piped = (Style::PipeDelimited, false);
    assert_eq!(style("GET", "/tags", "multi"), piped);

    let body = |method: &str, path: &str| at(&document, method, path).body.as_ref().unwrap().kind;
    assert_eq!(body("POST", "/pets"), BodyKind::Json);
    assert_eq!(body("PUT", "/pets"), BodyKind::Multipart);
    assert_eq!(body("POST", "/tags"), BodyKind::Json);
    assert_eq!(body("PUT", "/tags"), BodyKind::Form);
    let create = &at(&document, "POST", "/tags").input_schema;
    assert_eq!(
        create["properties"]["body"]["properties"]["a"]["type"],
        "string"
    );
    for (method, path) in [("POST", "/pets"), ("POST", "/tags")] {
        let output = at(&document, method, path).output.as_ref();
        assert!(output.unwrap().schema.is_some(), "{path}");
    }

    let off: Vec<String> = document
        .operations
        .iter()
        .filter(|one| one.unsupported.is_some())
        .map(|one| format!("{} {}", one.method, one.path))
        .collect();
    assert_eq!(off, ["PATCH /tags"], "what is not there may be its body");
    let lists = &at(&document, "PUT", "/pets").diagnostics;
    let note = lists
        .iter()
        .find(|one| one.code == "collection_format_lost");
    assert_eq!(
        note.unwrap().pointer,
        "paths/pets.yaml#/put/parameters/1/collectionFormat"
    );
}

const SPLIT: &str = r#"
openapi: 3.0.3
info: {title: Split, version: "1"}
servers: [{url: "https://split.example"}]
paths: {$ref: paths/_index.yaml}
components:
  schemas: {$ref: schemas/_index.yaml}
  parameters: {$ref: params.yaml}
  securitySchemes: {$ref: sec.yaml}
"#;
const PATHS: &str = r#"
/pets:
  post:
    parameters: [{$ref: "../openapi.yaml#/components/parameters/limit"}]
    requestBody: {content: {application/json: {schema: {$ref: "../openapi.yaml#/components/schemas/Pet"}}}}
    security: [{key: []}]
"#;

#[test]
fn whole_maps_of_a_document_may_stand_in_other_files() {
    let others = [
        ("paths/_index.yaml", PATHS),
        ("schemas/_index.yaml", "Pet: {$ref: Pet.yaml}\n"),
        // Begins like JSON, and is YAML.
        (
            "schemas/Pet.yaml",
            "{type: object, properties: {name: {type: string}}}\n",
        ),
        (
            "params.yaml",
            "limit: {in: query, name: limit, required: true, schema: {type: integer}}\n",
        ),
        ("sec.yaml", "key: {type: apiKey, in: header, name: X-K}\n"),
    ];
    let whole = r#"
openapi: 3.0.3
info: {title: Split, version: "1"}
servers: [{url: "https://split.example"}]
paths: {$ref: paths/_index.yaml}
components: {$ref: components.yaml}
"#;
    let components = r"
schemas: {$ref: schemas/_index.yaml}
parameters: {$ref: params.yaml}
securitySchemes: {$ref: sec.yaml}
";
    let split = [&[("openapi.yaml", SPLIT)], &others[..]].concat();
    let twice = [
        &[("openapi.yaml", whole), ("components.yaml", components)],
        &others[..],
    ]
    .concat();
    for some in [split, twice] {
        let document = import_files(&mut files(&some), None, &patient()).unwrap();
        let create = at(&document, "POST", "/pets");
        assert_eq!(create.unsupported, None);
        assert!(create.binds.iter().any(|bind| bind.wire == "limit"));
        let Security::AnyOf(alternatives) = &create.security else {
            panic!("a key");
        };
        let key = Scheme::ApiKeyHeader {
            name: "X-K".to_owned(),
        };
        assert_eq!(alternatives[0][0].scheme, Some(key));
        let schema = create.input_schema.to_string();
        assert!(schema.contains(r#""name":{"type":"string"}"#), "{schema}");
    }
}

#[test]
fn paths_that_lead_nowhere_are_said_to() {
    let root = "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: {$ref: gone.yaml}\n";
    let mut bundle = files(&[("openapi.yaml", root), ("b.yaml", "a: 1")]);
    let document = import_files(&mut bundle, Some("openapi.yaml"), &patient()).unwrap();
    assert!(document.operations.is_empty());
    let mut notes = document.diagnostics.iter();
    assert!(notes.any(|note| note.code == "reference_outside" && note.pointer.ends_with("/paths")));
}

#[test]
fn what_stands_beside_a_reference_to_all_paths_counts_first() {
    let root = "
openapi: 3.0.3
info: {title: A, version: '1'}
paths: {/a: {get: {operationId: own}}, $ref: more.yaml}
";
    let more = "{/a: {get: {operationId: other}}, /b: {get: {operationId: b}}}\n";
    let mut bundle = files(&[("openapi.yaml", root), ("more.yaml", more)]);
    let document = import_files(&mut bundle, None, &patient()).unwrap();
    let ids: Vec<Option<&str>> = document
        .operations
        .iter()
        .map(|one| one.operation_id.as_deref())
        .collect();
    assert_eq!(ids, [Some("own"), Some("b")]);
    let mut notes = document.diagnostics.iter();
    let twice = notes.find(|note| note.code == "operation_twice").unwrap();
    assert_eq!(twice.pointer, "more.yaml#/~1a");
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

#[test]
fn what_many_operations_refer_to_is_copied_once() {
    let operation =
        r##"{parameters: [{$ref: "#/x-more/list"}], responses: {"200": {$ref: "#/x-more/ok"}}}"##;
    let paths = lines(50, |number| format!("  /a{number}: {{get: {operation}}}\n"));
    let fields = lines(100, |number| format!("f{number}: {{type: string}}, "));
    let root = format!(
        "
swagger: '2.0'
info: {{title: A, version: '1'}}
responses: {{elsewhere-0: {{description: its own}}}}
paths:
{paths}
x-more:
  list: {{in: query, name: ids, type: array, items: {{type: string}}, collectionFormat: pipes}}
  ok: {{description: ok, schema: {{type: object, properties: {{{fields}}}}}}}
"
    );
    let few = Limits {
        nodes: 2_000,
        ..patient()
    };
    let document = import(root.as_bytes(), &few).unwrap();
    let last = at(&document, "GET", "/a49");
    assert_eq!(last.binds[0].style, Style::PipeDelimited);
    let schema = last.output.as_ref().unwrap().schema.as_ref().unwrap();
    assert!(schema.to_string().contains("f99"));
}

#[test]
fn copies_of_what_stands_elsewhere_count_as_the_document_does() {
    let paths = lines(50, |number| format!("  /a{number}: {{$ref: '#/x-item'}}\n"));
    let tags = "a, ".repeat(100);
    let root = format!(
        "swagger: '2.0'\ninfo: {{title: A, version: '1'}}\npaths:\n{paths}\nx-item: {{get: {{tags: [{tags}]}}}}\n"
    );
    let few = Limits {
        nodes: 2_000,
        ..patient()
    };
    let error = import(root.as_bytes(), &few).unwrap_err();
    assert_eq!(error.code(), "too_many_nodes");
    assert_eq!(read(root.as_bytes()).operations.len(), 50);
}

#[test]
fn no_operation_beside_a_reference_vanishes_unsaid() {
    let document = read(
        br##"
swagger: "2.0"
info: {title: A, version: "1"}
paths:
  $ref: "#/x-more"
  /a: {post: {operationId: own, callbacks: 1, parameters: [{in: query, name: q, type: array, items: {type: string}, collectionFormat: tsv}]}}
  /d: {$ref: "#/x-item", get: {operationId: d}}
x-more: {$ref: "#/x-last", /a: {get: {operationId: lost}}, /b: {get: {operationId: b}}}
x-last: {/c: {get: {operationId: c}}}
x-item: {get: {operationId: lost too}, put: {operationId: p}}
"##,
    );
    let mut ids: Vec<&str> = document
        .operations
        .iter()
        .filter_map(|one| one.operation_id.as_deref())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, ["b", "c", "d", "own", "p"]);
    let mut twice: Vec<&str> = document
        .diagnostics
        .iter()
        .filter(|note| note.code == "operation_twice")
        .map(|note| note.pointer.as_str())
        .collect();
    twice.sort_unstable();
    assert_eq!(twice, ["/x-item/get", "/x-more/~1a"]);
    let own = &at(&document, "POST", "/a").diagnostics;
    let list = own
        .iter()
        .find(|note| note.code == "collection_format_lost");
    assert_eq!(
        list.unwrap().pointer,
        "/paths/~1a/post/parameters/0/collectionFormat"
    );
}

#[test]
fn only_paths_are_given_twice() {
    let document = read(
        br##"
openapi: 3.0.3
info: {title: A, version: "1"}
paths: {$ref: "#/x-more", x-note: 1, /a: {get: {}}}
x-more: {$ref: "#/x-last", x-note: 2, /b: {get: {}}}
x-last: {x-note: 3, /c: {get: {}}}
"##,
    );
    assert_eq!(document.operations.len(), 3);
    let mut notes = document.diagnostics.iter();
    assert!(!notes.any(|note| note.code == "operation_twice"));
}
