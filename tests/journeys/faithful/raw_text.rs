//! Bodies that are text: whatever a model writes arrives as it is, byte for byte.

use countersign_domain::operation::BodyKind;
use countersign_spec_import::{Limits, import};
use serde_json::json;

use super::{Row, arrive, named};

const DOCUMENT: &str = r##"
openapi: 3.1.0
info: {title: Every text, version: "1"}
servers: [{url: "https://texts.example/base"}]
components:
  schemas:
    Shelf: {type: object, xml: {name: shelf}, properties: {id: {type: integer}, label: {type: string}}}
paths:
  /xml:
    post:
      operationId: xml
      requestBody:
        required: true
        description: One shelf.
        content: {application/xml: {schema: {$ref: "#/components/schemas/Shelf"}}}
    put:
      operationId: xml_of_text
      requestBody: {content: {text/xml; charset=utf-8: {}}}
  /soap:
    post:
      operationId: soap
      requestBody: {content: {application/soap+xml: {schema: {type: object}}}}
  /lines:
    post:
      operationId: lines
      requestBody: {content: {application/x-ndjson: {schema: {$ref: "#/components/schemas/Shelf"}}}}
    put:
      operationId: lines_of_json
      requestBody: {content: {application/jsonl: {schema: {type: array, items: {}}}}}
  /plain:
    post:
      operationId: plain
      requestBody: {content: {text/plain: {schema: {type: object}}}}
    put:
      operationId: number
      requestBody: {content: {text/plain: {schema: {type: integer}}}}
    patch:
      operationId: any_text
      requestBody: {content: {"text/*": {}}}
  /yaml:
    post:
      operationId: yaml
      requestBody: {content: {application/yaml: {schema: {type: object}}}}
  /vendor:
    post:
      operationId: vendor
      requestBody: {content: {application/vnd.shelf.query: {schema: {type: string}}}}
    put:
      operationId: vendor_bytes
      requestBody: {content: {application/vnd.ms-excel: {}}}
  /latin:
    post:
      operationId: latin
      requestBody: {content: {text/csv; charset=iso-8859-1: {schema: {type: string}}}}
  /either:
    post:
      operationId: either
      requestBody: {content: {application/xml: {}, application/json: {schema: {type: object}}}}
"##;

#[tokio::test]
async fn a_text_that_is_a_body_arrives_as_it_was_given() {
    let document = import(DOCUMENT.as_bytes(), &Limits::default()).unwrap();
    arrive(&document, &rows()).await;
}

fn rows() -> Vec<Row> {
    let xml = "<?xml version=\"1.0\"?>\n<shelf id=\"1\"><label>a &amp; b \u{e9}</label></shelf>";
    vec![
        (
            "xml",
            json!({ "body": xml }),
            "POST /xml\ncontent-type: application/xml\n\n\
             <?xml version=\"1.0\"?>\n<shelf id=\"1\"><label>a &amp; b \u{e9}</label></shelf>",
        ),
        (
            "xml_of_text",
            json!({"body": "<a/>"}),
            "PUT /xml\ncontent-type: text/xml; charset=utf-8\n\n<a/>",
        ),
        (
            "soap",
            json!({"body": "<e:Envelope/>"}),
            "POST /soap\ncontent-type: application/soap+xml\n\n<e:Envelope/>",
        ),
        (
            "lines",
            json!({"body": "{\"id\":1}\n{\"id\": 2}"}),
            "POST /lines\ncontent-type: application/x-ndjson\n\n{\"id\":1}\n{\"id\": 2}",
        ),
        (
            "lines_of_json",
            json!({"body": "[1]\n[2]"}),
            "PUT /lines\ncontent-type: application/jsonl\n\n[1]\n[2]",
        ),
        (
            "plain",
            json!({"body": "a=1&b=2 \"c\" {}"}),
            "POST /plain\ncontent-type: text/plain\n\na=1&b=2 \"c\" {}",
        ),
        (
            "number",
            json!({"body": 12}),
            "PUT /plain\ncontent-type: text/plain\n\n12",
        ),
        (
            "any_text",
            json!({"body": "x"}),
            "PATCH /plain\ncontent-type: text/plain\n\nx",
        ),
        (
            "yaml",
            json!({"body": "a:\n  - b"}),
            "POST /yaml\ncontent-type: application/yaml\n\na:\n  - b",
        ),
        (
            "vendor",
            json!({"body": "id eq 1"}),
            "POST /vendor\ncontent-type: application/vnd.shelf.query\n\nid eq 1",
        ),
        (
            "vendor_bytes",
            json!({"body": "0M8R4A=="}),
            "PUT /vendor\ncontent-type: application/vnd.ms-excel\n\n[d0, cf, 11, e0]",
        ),
        (
            "latin",
            json!({"body": "6Q=="}),
            "POST /latin\ncontent-type: text/csv; charset=iso-8859-1\n\n[e9]",
        ),
        (
            "either",
            json!({"body": {"id": 1}}),
            "POST /either\ncontent-type: application/json\n\n{\"id\":1}",
        ),
        ("vendor", json!({}), "POST /vendor"),
    ]
}

#[test]
fn an_agent_is_told_which_text_is_meant() {
    let document = import(DOCUMENT.as_bytes(), &Limits::default()).unwrap();
    let told = |name| {
        let body = &named(&document, name).input_schema["properties"]["body"];
        body["description"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(
        told("xml"),
        "One shelf. The text to send as application/xml, as it is. Its fields: id, label."
    );
    assert_eq!(
        told("vendor_bytes"),
        "The bytes to send as application/vnd.ms-excel, in base64."
    );
    assert_eq!(told("either"), "");
    let kinds = ["xml", "latin", "either"].map(|name| named(&document, name).body.clone());
    assert_eq!(
        kinds.map(|body| body.unwrap().kind),
        [BodyKind::Text, BodyKind::Binary, BodyKind::Json]
    );
}
