//! What came with `OpenAPI` 3.2, on the wire.

use countersign_domain::operation::Method;
use countersign_spec_import::{Limits, import};
use serde_json::json;

use super::{Row, arrive, built, named};

const DOCUMENT: &str = r##"
openapi: 3.2.0
info: {title: Pantry, version: "1"}
servers: [{url: "https://pantry.example/base"}]
paths:
  /jars:
    query:
      operationId: query_jars
      requestBody:
        required: true
        content: {application/json: {schema: {type: object}}}
  /jars/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    additionalOperations:
      COPY:
        operationId: copy_jar
        parameters: [{name: Destination, in: header, required: true, schema: {type: string}}]
      purge: {operationId: purge_jar}
      M-SEARCH:
        operationId: search_jar
        requestBody: {content: {text/plain: {schema: {type: string}}}}
      TRACK: {operationId: track_jar}
  /find:
    get:
      operationId: find_form
      parameters:
        - name: criteria
          in: querystring
          content: {application/x-www-form-urlencoded: {$ref: "#/components/mediaTypes/Criteria"}}
    query:
      operationId: find_path
      parameters:
        - name: selector
          in: querystring
          required: true
          content: {application/jsonpath: {schema: {type: string}}}
      requestBody: {content: {application/json: {schema: {type: object}}}}
    post:
      operationId: find_json
      parameters:
        - name: filter
          in: querystring
          content: {application/json: {schema: {type: object}}}
    put:
      operationId: find_typed
      parameters:
        - name: filter
          in: query
          content: {application/json: {$ref: "#/components/mediaTypes/Typed"}}
  /cookies:
    get:
      operationId: cookies
      parameters:
        - {name: taste, in: cookie, style: cookie, schema: {type: string}}
        - {name: tastes, in: cookie, style: cookie, schema: {type: array, items: {type: string}}}
components:
  mediaTypes:
    Typed: {schema: {type: object, properties: {x: {type: integer}}, additionalProperties: false}}
    Criteria:
      schema:
        type: object
        properties: {of: {type: string}, sizes: {type: array, items: {type: integer}}, made: {type: object}}
      encoding:
        made: {style: deepObject, explode: true}
"##;

#[tokio::test]
async fn what_is_new_in_3_2_is_what_an_upstream_receives() {
    let document = import(DOCUMENT.as_bytes(), &Limits::default()).unwrap();
    let rows = [methods(), whole_queries()].concat();
    arrive(&document, &rows).await;
}

fn whole_queries() -> Vec<Row> {
    vec![
        (
            "find_form",
            json!({"criteria": {"of": "a + b&c", "sizes": [1, 2], "made": {"in": {"year": 30}}}}),
            "GET /find?made%5Bin%5D%5Byear%5D=30&of=a%20%2B%20b%26c&sizes=1&sizes=2",
        ),
        ("find_form", json!({}), "GET /find"),
        (
            "find_path",
            json!({"selector": "$.a.b[1:1]", "body": {"x": 1}}),
            "QUERY /find?%24.a.b%5B1%3A1%5D\ncontent-type: application/json\n\n{\"x\":1}",
        ),
        (
            "find_json",
            json!({"filter": {"numbers": [1, 2], "flag": null}}),
            "POST /find?%7B%22flag%22%3Anull%2C%22numbers%22%3A%5B1%2C2%5D%7D",
        ),
        (
            "cookies",
            json!({"taste": "a/b%20c!", "tastes": ["x", "y"]}),
            "GET /cookies\ncookie: taste=a/b%20c!; tastes=x; tastes=y",
        ),
        (
            "find_typed",
            json!({"filter": {"x": 1}}),
            "PUT /find?filter=%7B%22x%22%3A1%7D",
        ),
    ]
}

fn methods() -> Vec<Row> {
    vec![
        (
            "query_jars",
            json!({"body": {"of": "honey"}}),
            "QUERY /jars\ncontent-type: application/json\n\n{\"of\":\"honey\"}",
        ),
        (
            "copy_jar",
            json!({"id": "a/b", "Destination": "/jars/c"}),
            "COPY /jars/a%2Fb\ndestination: /jars/c",
        ),
        ("purge_jar", json!({"id": "7"}), "purge /jars/7"),
        (
            "search_jar",
            json!({"id": "7", "body": "a b"}),
            "M-SEARCH /jars/7\ncontent-type: text/plain\n\na b",
        ),
    ]
}

#[test]
fn a_method_that_is_never_sent_builds_no_request() {
    let document = import(DOCUMENT.as_bytes(), &Limits::default()).unwrap();
    let base = "https://pantry.example".parse().unwrap();
    let mut operation = named(&document, "track_jar").clone();
    let arguments = json!({"id": "7"});
    let names = ["TRACK", "TRACE", "CONNECT", "Connect", "PRI", "DEBUG"];
    for name in names {
        operation.method = Method::as_written(name).unwrap();
        let error = built(&operation, &base, &arguments).unwrap_err();
        assert_eq!(
            error.to_string(),
            "this tool cannot be called: its method is never sent"
        );
    }
    println!("N = {} methods that build no request", names.len());
}
