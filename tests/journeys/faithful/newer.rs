//! What came with `OpenAPI` 3.2, on the wire.

use countersign_domain::operation::Method;
use countersign_spec_import::{Limits, import};
use serde_json::json;

use super::{Row, arrive, built, named};

const DOCUMENT: &str = r#"
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
"#;

#[tokio::test]
async fn what_is_new_in_3_2_is_what_an_upstream_receives() {
    let document = import(DOCUMENT.as_bytes(), &Limits::default()).unwrap();
    arrive(&document, &methods()).await;
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
