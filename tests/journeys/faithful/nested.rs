//! Parts that have parts themselves, on the wire.

use countersign_spec_import::{Limits, import};
use serde_json::json;

use super::arrive;

const DOCUMENT: &str = r##"
openapi: 3.2.0
info: {title: Gallery, version: "1"}
servers: [{url: "https://gallery.example/base"}]
paths:
  /albums:
    post:
      operationId: album
      requestBody:
        required: true
        content:
          multipart/mixed:
            schema:
              type: array
              prefixItems:
                - type: array
                - type: array
                  prefixItems: [{type: object}, {type: string}, {}]
                  items: false
              minItems: 2
              items: false
            prefixEncoding:
              - {}
              - contentType: multipart/mixed
                headers: {X-Kind: {schema: {const: page}}}
                prefixEncoding:
                  - contentType: application/xml
                  - {}
                  - contentType: image/png
    put:
      operationId: pictures
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              properties:
                title: {type: string}
                cover: {$ref: "#/components/schemas/Cover"}
                sets: {type: array, items: {$ref: "#/components/schemas/Set"}}
            encoding:
              cover:
                contentType: multipart/form-data
                encoding: {front: {contentType: image/png}}
              sets:
                contentType: multipart/related
                itemEncoding: {contentType: image/gif}
    patch:
      operationId: replies
      requestBody:
        required: true
        content:
          multipart/mixed:
            itemSchema: {type: object, properties: {id: {type: string}, data: {type: string, contentEncoding: base64}}}
            itemEncoding: {contentType: multipart/form-data}
components:
  schemas:
    Cover: {type: object, properties: {front: {}, words: {type: array, items: {type: string}}}}
    Set: {type: array, items: {}, minItems: 1}
"##;

#[tokio::test]
async fn parts_in_parts_are_what_an_upstream_receives() {
    let document = import(DOCUMENT.as_bytes(), &Limits::default()).unwrap();
    let rows = [
        (
            "album",
            json!({"body": [[1, "--C"], ["<a/>", "é", "YWJj"]]}),
            "POST /albums\ncontent-type: multipart/mixed; boundary=B\n\n\
             --B\nContent-Type: application/json\n\n[1,\"--C\"]\n\
             --B\nContent-Type: multipart/mixed; boundary=C\nX-Kind: page\n\n\
             --C\nContent-Type: application/xml\n\n<a/>\n\
             --C\nContent-Type: text/plain; charset=utf-8\n\né\n\
             --C\nContent-Type: image/png\n\nabc\n--C--\n\n--B--",
        ),
        (
            "pictures",
            json!({"body": {"title": "t", "cover": {"front": "YWJj", "words": ["x", "y"]}, "sets": [["YQ=="], ["Yg=="]]}}),
            "PUT /albums\ncontent-type: multipart/form-data; boundary=B\n\n\
             --B\nContent-Disposition: form-data; name=\"cover\"\nContent-Type: multipart/form-data; boundary=C\n\n\
             --C\nContent-Disposition: form-data; name=\"front\"; filename=\"front\"\nContent-Type: image/png\n\nabc\n\
             --C\nContent-Disposition: form-data; name=\"words\"\n\nx\n\
             --C\nContent-Disposition: form-data; name=\"words\"\n\ny\n--C--\n\n\
             --B\nContent-Disposition: form-data; name=\"sets\"\nContent-Type: multipart/related; type=\"image/gif\"; boundary=D\n\n\
             --D\nContent-Type: image/gif\n\na\n--D--\n\n\
             --B\nContent-Disposition: form-data; name=\"sets\"\nContent-Type: multipart/related; type=\"image/gif\"; boundary=E\n\n\
             --E\nContent-Type: image/gif\n\nb\n--E--\n\n\
             --B\nContent-Disposition: form-data; name=\"title\"\n\nt\n--B--",
        ),
        (
            "replies",
            json!({"body": [{"id": "1", "data": "YWJj"}]}),
            "PATCH /albums\ncontent-type: multipart/mixed; boundary=B\n\n\
             --B\nContent-Type: multipart/form-data; boundary=C\n\n\
             --C\nContent-Disposition: form-data; name=\"data\"\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\nYWJj\n\
             --C\nContent-Disposition: form-data; name=\"id\"\n\n1\n--C--\n\n--B--",
        ),
    ];
    arrive(&document, &rows).await;
}
