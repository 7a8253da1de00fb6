//! Numbers of YAML that are written otherwise than they are printed.

use countersign_spec_import::{compile, import};
use serde_json::{Value, json};

use crate::{at, patient};

const RATIOS: &str = r#"
openapi: 3.0.3
info: {title: Ratios, version: 1_0}
servers: [{url: "https://ratios.example"}]
paths:
  "/a 1_0":
    get: {responses: {}}
  /ratios:
    get:
      operationId: 1_0
      description: |
        Takes 16_9 and 0x1F,
        +1
      parameters:
        - {name: ratio, in: query, schema: {type: string, enum: [16_9, 4_3], default: 16_9}}
        - name: vote
          in: query
          schema:
            type: string
            enum:
              - +1
              - -1
              - 007
        - {name: flags, in: query, schema: {type: [string, "null"], enum: [0x1F, 0b11, null]}}
        - {name: mask, in: query, schema: {type: integer, enum: [0x1F, 0o17, +3], maximum: 1_000}}
        - {name: seven, in: query, schema: {enum: [007, 1_0, "1_0 ,[+1"]}}
      responses: {}
"#;

#[test]
fn what_is_meant_as_a_text_is_sent_as_it_is_written() {
    let document = import(RATIOS.as_bytes(), &patient()).unwrap();
    let ratios = at(&document, "GET", "/ratios");
    let schema = |key: &str| ratios.input_schema["properties"][key].clone();

    assert_eq!(schema("ratio")["enum"], json!(["16_9", "4_3"]));
    assert_eq!(schema("ratio")["default"], "16_9");
    assert_eq!(schema("vote")["enum"], json!(["+1", "-1", "007"]));
    assert_eq!(schema("flags")["enum"], json!(["0x1F", "0b11", null]));
    assert_eq!(schema("seven")["enum"], json!([7, "1_0", "1_0 ,[+1"]));
    let validator = compile(&ratios.input_schema).unwrap();
    assert!(!validator.is_valid(&json!({"ratio": "169"})));
}

#[test]
fn a_number_in_another_base_is_a_number_where_numbers_are_asked_for() {
    let document = import(RATIOS.as_bytes(), &patient()).unwrap();
    let ratios = at(&document, "GET", "/ratios");
    let mask = &ratios.input_schema["properties"]["mask"];

    assert_eq!(mask["enum"], json!([31, 15, 3]));
    assert_eq!(mask.get("maximum"), None::<&Value>);
    let codes: Vec<&str> = ratios
        .diagnostics
        .iter()
        .map(|one| one.code.as_str())
        .collect();
    assert!(codes.contains(&"schema_keyword_invalid"), "{codes:?}");
}

#[test]
fn nothing_else_of_the_document_is_changed() {
    let document = import(RATIOS.as_bytes(), &patient()).unwrap();
    let ratios = at(&document, "GET", "/ratios");

    assert_eq!(document.version, "1_0");
    assert_eq!(ratios.operation_id.as_deref(), Some("1_0"));
    assert_eq!(ratios.description, "Takes 16_9 and 0x1F,\n+1");
    assert_eq!(at(&document, "GET", "/a 1_0").path, "/a 1_0");
    let broken = RATIOS.replace("get: {responses: {}}", "get: {responses: }}");
    let error = import(broken.as_bytes(), &patient())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("line 7") || error.contains("line 8"),
        "{error}"
    );
}

#[test]
fn what_says_that_it_is_a_text_is_one() {
    let document = RATIOS.replace(r#""1_0 ,[+1""#, "!!str 007, !!str &a +1, 0o17");
    let document = document.replace("operationId: 1_0", "operationId: |-\n        007");
    let document = import(document.as_bytes(), &patient()).unwrap();
    let ratios = at(&document, "GET", "/ratios");

    let seven = &ratios.input_schema["properties"]["seven"];
    assert_eq!(seven["enum"], json!([7, "1_0", "007", "+1", 15]));
    assert_eq!(ratios.operation_id.as_deref(), Some("007"));
}

#[test]
fn a_number_that_says_that_it_is_one_leaves_the_others_as_they_are_written() {
    let document = RATIOS.replace(r#""1_0 ,[+1""#, "!!int 0x1F");
    let document = import(document.as_bytes(), &patient()).unwrap();
    let schemas = &at(&document, "GET", "/ratios").input_schema["properties"];

    assert_eq!(schemas["seven"]["enum"], json!([7, "1_0", 31]));
    assert_eq!(schemas["ratio"]["enum"], json!(["16_9", "4_3"]));
}

#[test]
fn a_text_with_a_private_character_stays_what_it_is() {
    let written =
        r#""\uE000007", "\ue001+1", "\U0000E0020x1F", "\uE0C5007", '\uE003', "x", "\\uE004""#;
    let document = RATIOS.replace("enum: [007, 1_0,", &format!("enum: [{written}, 007, 1_0,"));
    let document = document.replace("\"x\"", "\"\u{e005}16_9\"");
    let document = import(document.as_bytes(), &patient()).unwrap();
    let schemas = &at(&document, "GET", "/ratios").input_schema["properties"];

    let expected = json!([
        "\u{e000}007",
        "\u{e001}+1",
        "\u{e002}0x1F",
        "\u{e0c5}007",
        "\\uE003",
        "\u{e005}16_9",
        "\\uE004",
        7,
        "1_0",
        "1_0 ,[+1"
    ]);
    assert_eq!(schemas["seven"]["enum"], expected);
    assert_eq!(schemas["ratio"]["enum"], json!(["16_9", "4_3"]));
}
