//! Parts of a document that stand in other files than its root, in places where tools put them.

use countersign_domain::operation::{BodyKind, Style};
use countersign_spec_import::import_files;

use crate::{at, bundles::files, patient};

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
const PETS: &str = r##"
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
"##;

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
