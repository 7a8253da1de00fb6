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
  /parts:
    post:
      operationId: picture_and_words
      requestBody:
        required: true
        content:
          multipart/mixed:
            schema:
              type: array
              prefixItems: [{type: object}, {type: string}, {}]
              items: {type: string, contentEncoding: base64}
            prefixEncoding: [{}, {}, {contentType: image/png}]
            itemEncoding: {contentType: image/gif}
    put:
      operationId: pictures
      requestBody:
        required: true
        content:
          multipart/mixed:
            itemSchema: {}
            itemEncoding:
              contentType: image/png
              headers: {X-Kind: {schema: {const: picture}}}
    patch:
      operationId: upload
      requestBody:
        required: true
        content:
          multipart/related:
            schema:
              type: array
              prefixItems: [{$ref: "#/components/schemas/About"}, {type: string, contentMediaType: image/png}]
              minItems: 2
              items: false
    delete:
      operationId: named_by_headers
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema: {type: array, prefixItems: [{type: string}, {type: array, items: {type: integer}}]}
            prefixEncoding:
              - headers: {Content-Disposition: {schema: {const: form-data; name="key"}}}
              - headers: {Content-Disposition: {schema: {const: form-data; name="sizes"}}}
    query:
      operationId: scans
      requestBody:
        required: true
        content:
          multipart/mixed:
            schema:
              type: array
              prefixItems: [{type: array, items: {type: string, contentEncoding: base64}}]
              items: false
  /named:
    post:
      operationId: named_in_mixed
      requestBody:
        required: true
        content:
          multipart/mixed:
            schema:
              type: object
              properties: {about: {type: object}, file: {}, note: {type: string}}
            encoding: {file: {contentType: image/png}}
    put:
      operationId: form_in_base64
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              properties:
                a: {type: string, contentEncoding: base64}
                b: {type: string, contentEncoding: base64}
            encoding: {b: {contentType: image/png}}
    patch:
      operationId: files
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema: {type: object, properties: {files: {type: array, items: {}}}}
components:
  schemas:
    About: {type: object, properties: {title: {type: string}}}
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
    let rows = [methods(), whole_queries(), bodies_of_parts()].concat();
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

fn bodies_of_parts() -> Vec<Row> {
    vec![
        (
            "picture_and_words",
            json!({"body": [{"b": 1, "a": "é"}, "--B\r\n", "YWJj", "ZA=="]}),
            "POST /parts\ncontent-type: multipart/mixed; boundary=B\n\n\
             --B\nContent-Type: application/json\n\n{\"a\":\"é\",\"b\":1}\n\
             --B\nContent-Type: text/plain; charset=utf-8\n\n--B\n\n\
             --B\nContent-Type: image/png\n\nabc\n\
             --B\nContent-Type: image/gif\nContent-Transfer-Encoding: base64\n\nZA==\n--B--",
        ),
        (
            "pictures",
            json!({"body": ["YQ==", "Yg=="]}),
            "PUT /parts\ncontent-type: multipart/mixed; boundary=B\n\n\
             --B\nContent-Type: image/png\nX-Kind: picture\n\na\n\
             --B\nContent-Type: image/png\nX-Kind: picture\n\nb\n--B--",
        ),
        (
            "upload",
            json!({"body": [{"title": "Jar"}, "YWJj"]}),
            "PATCH /parts\ncontent-type: multipart/related; type=\"application/json\"; boundary=B\n\n\
             --B\nContent-Type: application/json\n\n{\"title\":\"Jar\"}\n\
             --B\nContent-Type: image/png\n\nabc\n--B--",
        ),
        (
            "named_by_headers",
            json!({"body": ["k", [1, 2]]}),
            "DELETE /parts\ncontent-type: multipart/form-data; boundary=B\n\n\
             --B\nContent-Type: text/plain; charset=utf-8\nContent-Disposition: form-data; name=\"key\"\n\nk\n\
             --B\nContent-Type: application/json\nContent-Disposition: form-data; name=\"sizes\"\n\n[1,2]\n--B--",
        ),
        (
            "scans",
            json!({"body": [["YWJj", "ZA=="]]}),
            "QUERY /parts\ncontent-type: multipart/mixed; boundary=B\n\n\
             --B\nContent-Type: application/json\n\n[\"YWJj\",\"ZA==\"]\n--B--",
        ),
        (
            "files",
            json!({"body": {"files": ["YQ==", "Yg=="]}}),
            "PATCH /named\ncontent-type: multipart/form-data; boundary=B\n\n\
             --B\nContent-Disposition: form-data; name=\"files\"; filename=\"files\"\nContent-Type: application/octet-stream\n\na\n\
             --B\nContent-Disposition: form-data; name=\"files\"; filename=\"files\"\nContent-Type: application/octet-stream\n\nb\n--B--",
        ),
        (
            "named_in_mixed",
            json!({"body": {"note": "n", "file": "YWJj", "about": {"x": 1}}}),
            "POST /named\ncontent-type: multipart/mixed; boundary=B\n\n\
             --B\nContent-Disposition: form-data; name=\"about\"\nContent-Type: application/json\n\n{\"x\":1}\n\
             --B\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\nContent-Type: image/png\n\nabc\n\
             --B\nContent-Disposition: form-data; name=\"note\"\n\nn\n--B--",
        ),
        (
            "form_in_base64",
            json!({"body": {"a": "YWJj", "b": "ZA=="}}),
            "PUT /named\ncontent-type: multipart/form-data; boundary=B\n\n\
             --B\nContent-Disposition: form-data; name=\"a\"\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\nYWJj\n\
             --B\nContent-Disposition: form-data; name=\"b\"\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\nZA==\n--B--",
        ),
    ]
}
