//! The rows of the golden table that have bodies.

use countersign_domain::operation::{BodyKind, Method, Style};
use serde_json::json;

use crate::{
    golden_rows::{Row, row},
    templates::{post, template},
};

/// Every row with a body.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = json_and_raw_bodies();
    rows.extend(forms());
    rows.extend(multiparts());
    rows.extend(parts_in_order());
    rows.extend(parts_in_parts());
    rows
}

fn json_and_raw_bodies() -> Vec<Row> {
    let to_json = || post("/b").body(BodyKind::Json, "application/json");
    let binary = |media| post("/b").body(BodyKind::Binary, media);
    vec![
        row(
            to_json(),
            json!({"body": {"b": null, "a": [1.0, "é"]}}),
            "/b | content-type: application/json | {\"a\":[1,\"é\"],\"b\":null}",
        ),
        row(
            to_json(),
            json!({"body": "text"}),
            "/b | content-type: application/json | \"text\"",
        ),
        row(
            to_json(),
            json!({"body": [3, 1, 2]}),
            "/b | content-type: application/json | [3,1,2]",
        ),
        row(
            to_json(),
            json!({"body": null}),
            "/b | content-type: application/json | null",
        ),
        row(
            to_json(),
            json!({"body": {}}),
            "/b | content-type: application/json | {}",
        ),
        row(to_json().optional_body(), json!({"body": null}), "/b"),
        row(to_json().optional_body(), json!({}), "/b"),
        row(
            post("/b").body(BodyKind::Json, "application/vnd.api+json; v=1"),
            json!({"body": 1e3}),
            "/b | content-type: application/vnd.api+json; v=1 | 1000",
        ),
        row(
            post("/b").body(BodyKind::Json, "*/*"),
            json!({"body": true}),
            "/b | content-type: application/json | true",
        ),
        row(
            template(Method::Put, "/b/{id}")
                .path("id")
                .body(BodyKind::Json, "application/json"),
            json!({"id": 1, "body": {"id": 2}}),
            "/b/1 | content-type: application/json | {\"id\":2}",
        ),
        row(
            binary("image/png"),
            json!({"body": "iVBORw=="}),
            "/b | content-type: image/png | 0x89504e47",
        ),
        row(
            binary("application/*"),
            json!({"body": "/+8"}),
            "/b | content-type: application/octet-stream | 0xffef",
        ),
        row(
            post("/b").body(BodyKind::Text, "text/plain"),
            json!({"body": "a\r\nb"}),
            "/b | content-type: text/plain | a\r\nb",
        ),
        row(
            post("/b").body(BodyKind::Text, "application/xml"),
            json!({"body": "<a>ü</a>"}),
            "/b | content-type: application/xml | <a>ü</a>",
        ),
        row(
            post("/b").body(BodyKind::Text, "text/*"),
            json!({"body": 12}),
            "/b | content-type: text/plain | 12",
        ),
    ]
}

fn forms() -> Vec<Row> {
    let form = || post("/f").body(BodyKind::Form, "application/x-www-form-urlencoded");
    let deep = || form().encoding("a", (Style::DeepObject, true), None);
    vec![
        row(
            form(),
            json!({"body": {"b": "x y&z=1", "a": 1, "c": null}}),
            "/f | content-type: application/x-www-form-urlencoded | a=1&b=x%20y%26z%3D1",
        ),
        row(
            form(),
            json!({"body": {"to": ["a", "b"]}}),
            "/f | content-type: application/x-www-form-urlencoded | to=a&to=b",
        ),
        row(
            form(),
            json!({"body": {"o": {"y": 2, "x": 1}}}),
            "/f | content-type: application/x-www-form-urlencoded | o=%7B%22x%22%3A1%2C%22y%22%3A2%7D",
        ),
        row(
            form(),
            json!({"body": {"o": [{"x": 1}]}}),
            "/f | content-type: application/x-www-form-urlencoded | o=%7B%22x%22%3A1%7D",
        ),
        row(
            form(),
            json!({"body": {}}),
            "/f | content-type: application/x-www-form-urlencoded | ",
        ),
        row(
            deep(),
            json!({"body": {"a": {"b": ["c", {"d": true}]}, "e": 1}}),
            "/f | content-type: application/x-www-form-urlencoded | a%5Bb%5D%5B0%5D=c&a%5Bb%5D%5B1%5D%5Bd%5D=true&e=1",
        ),
        row(
            deep(),
            json!({"body": {"a": [{"price": "p_1"}, {"price": "p_2"}]}}),
            "/f | content-type: application/x-www-form-urlencoded | a%5B0%5D%5Bprice%5D=p_1&a%5B1%5D%5Bprice%5D=p_2",
        ),
        row(
            form().encoding("a", (Style::Form, false), None),
            json!({"body": {"a": [1, 2]}}),
            "/f | content-type: application/x-www-form-urlencoded | a=1,2",
        ),
        row(
            form().encoding("a", (Style::PipeDelimited, false), None),
            json!({"body": {"a": [1, 2]}}),
            "/f | content-type: application/x-www-form-urlencoded | a=1%7C2",
        ),
        row(
            form().encoding("a", (Style::Form, true), None),
            json!({"body": {"a": {"k": 1, "l": 2}}}),
            "/f | content-type: application/x-www-form-urlencoded | k=1&l=2",
        ),
        row(
            form().encoding("a", (Style::Form, true), Some("application/json")),
            json!({"body": {"a": [1, 2]}}),
            "/f | content-type: application/x-www-form-urlencoded | a=%5B1%2C2%5D",
        ),
    ]
}

fn multiparts() -> Vec<Row> {
    let form = || post("/m").body(BodyKind::Multipart, "multipart/form-data");
    let part = (Style::Form, true);
    vec![
        row(
            form(),
            json!({"body": {"b": "two", "a": 1}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\ntwo\r\n--B--\r\n",
        ),
        row(
            form().encoding("file", part, Some("image/png, image/jpeg")),
            json!({"body": {"file": "YWJj"}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\nContent-Type: image/png\r\n\r\nabc\r\n--B--\r\n",
        ),
        row(
            form(),
            json!({"body": {"o": {"y": [1], "x": 2}}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"o\"\r\nContent-Type: application/json\r\n\r\n{\"x\":2,\"y\":[1]}\r\n--B--\r\n",
        ),
        row(
            form(),
            json!({"body": {"t": ["a", null, "b"]}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\na\r\n--B\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nb\r\n--B--\r\n",
        ),
        row(
            form().encoding("t", part, Some("application/json")),
            json!({"body": {"t": ["a", "b"]}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"t\"\r\nContent-Type: application/json\r\n\r\n[\"a\",\"b\"]\r\n--B--\r\n",
        ),
        row(
            form().encoding("t", part, Some("text/csv; charset=utf-8")),
            json!({"body": {"t": "a,b"}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"t\"\r\nContent-Type: text/csv; charset=utf-8\r\n\r\na,b\r\n--B--\r\n",
        ),
        row(
            form().encoding("a", (Style::DeepObject, true), None),
            json!({"body": {"a": {"b": [1]}}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"a[b][0]\"\r\n\r\n1\r\n--B--\r\n",
        ),
        row(
            form().encoding("t", (Style::Form, false), None),
            json!({"body": {"t": ["a,", null, 2]}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\na,,2\r\n--B--\r\n",
        ),
        row(
            form().encoding("t", (Style::PipeDelimited, false), None),
            json!({"body": {"t": ["a", "b"]}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\na|b\r\n--B--\r\n",
        ),
        row(
            form().encoding("t", (Style::SpaceDelimited, false), None),
            json!({"body": {"t": ["a", "b"]}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\na b\r\n--B--\r\n",
        ),
        row(
            form().encoding("o", (Style::Form, false), None),
            json!({"body": {"o": {"y": 1, "x": "z"}}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"o\"\r\n\r\nx,z,y,1\r\n--B--\r\n",
        ),
        row(
            form().encoding("o", part, None).by_member(),
            json!({"body": {"o": {"y": {"b": 1, "a": [2]}, "x": "/? é", "z": null}}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n/? é\r\n--B\r\nContent-Disposition: form-data; name=\"y\"\r\n\r\n{\"a\":[2],\"b\":1}\r\n--B--\r\n",
        ),
        row(
            form().encoding("o", part, None).by_member(),
            json!({"body": {"o": ["a", "b"]}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"o\"\r\n\r\na\r\n--B\r\nContent-Disposition: form-data; name=\"o\"\r\n\r\nb\r\n--B--\r\n",
        ),
        row(
            form().encoding("f", (Style::Form, false), Some("image/png")),
            json!({"body": {"f": "YWJj"}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\nContent-Type: image/png\r\n\r\nabc\r\n--B--\r\n",
        ),
        row(
            form(),
            json!({"body": {"q\"; filename=\"x": "v"}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"q%22; filename=%22x\"\r\n\r\nv\r\n--B--\r\n",
        ),
        row(
            post("/m")
                .body(BodyKind::Multipart, "multipart/mixed")
                .encoding("f", part, Some("image/png")),
            json!({"body": {"f": "YWJj", "o": {"x": 1}, "t": "é"}}),
            "/m | content-type: multipart/mixed; boundary=B | --B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\nContent-Type: image/png\r\n\r\nabc\r\n--B\r\nContent-Disposition: form-data; name=\"o\"\r\nContent-Type: application/json\r\n\r\n{\"x\":1}\r\n--B\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\né\r\n--B--\r\n",
        ),
        row(
            form()
                .encoding("f", part, Some("image/png"))
                .part_header("Content-Transfer-Encoding", "base64"),
            json!({"body": {"f": ["YWJj", "ZA=="]}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"f\"\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\n--B\r\nContent-Disposition: form-data; name=\"f\"\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nZA==\r\n--B--\r\n",
        ),
        row(
            form()
                .encoding("f", part, Some("application/json"))
                .part_header("Content-Transfer-Encoding", "base64"),
            json!({"body": {"f": ["YWJj", "ZA=="]}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"f\"\r\nContent-Type: application/json\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\n--B\r\nContent-Disposition: form-data; name=\"f\"\r\nContent-Type: application/json\r\nContent-Transfer-Encoding: base64\r\n\r\nZA==\r\n--B--\r\n",
        ),
    ]
}

fn parts_in_order() -> Vec<Row> {
    let parts = |media| post("/m").body(BodyKind::Parts, media);
    let part = (Style::Form, true);
    vec![
        row(
            parts("multipart/mixed").encoding("[]", part, None),
            json!({"body": ["é", {"b": 1, "a": [null]}, [1, "x"], 2, true]}),
            "/m | content-type: multipart/mixed; boundary=B | --B\r\nContent-Type: text/plain; charset=utf-8\r\n\r\né\r\n--B\r\nContent-Type: application/json\r\n\r\n{\"a\":[null],\"b\":1}\r\n--B\r\nContent-Type: application/json\r\n\r\n[1,\"x\"]\r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n2\r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\n\r\ntrue\r\n--B--\r\n",
        ),
        row(
            parts("multipart/mixed; x=\"y\"")
                .encoding("[]", part, Some("image/png"))
                .encoding("[0]", part, Some("application/json")),
            json!({"body": ["a", "YWJj"]}),
            "/m | content-type: multipart/mixed; x=\"y\"; boundary=B | --B\r\nContent-Type: application/json\r\n\r\n\"a\"\r\n--B\r\nContent-Type: image/png\r\n\r\nabc\r\n--B--\r\n",
        ),
        row(
            parts("multipart/mixed; boundary=\"mine\"").encoding(
                "[]",
                part,
                Some("application/json"),
            ),
            json!({"body": [null]}),
            "/m | content-type: multipart/mixed; boundary=B | --B\r\nContent-Type: application/json\r\n\r\nnull\r\n--B--\r\n",
        ),
        row(
            parts("multipart/related")
                .encoding("[0]", part, Some("application/json; charset=UTF-8"))
                .encoding("[]", part, Some("image/png"))
                .part_header("Content-Transfer-Encoding", "base64"),
            json!({"body": [{"n": 1}, "YWJj"]}),
            "/m | content-type: multipart/related; type=\"application/json\"; boundary=B | --B\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{\"n\":1}\r\n--B\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\n--B--\r\n",
        ),
        row(
            parts("multipart/form-data")
                .encoding("[0]", part, Some("text/csv"))
                .part_header("Content-Disposition", "form-data; name=\"rows\""),
            json!({"body": ["a,b"]}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Type: text/csv\r\nContent-Disposition: form-data; name=\"rows\"\r\n\r\na,b\r\n--B--\r\n",
        ),
    ]
}

fn parts_in_parts() -> Vec<Row> {
    let part = (Style::Form, true);
    let inner = |media| post("/").body(BodyKind::Parts, media);
    let pictures = || inner("multipart/mixed").encoding("[]", part, Some("image/png"));
    let named = || {
        post("/")
            .body(BodyKind::Multipart, "multipart/form-data")
            .encoding("f", part, Some("image/png"))
    };
    vec![
        row(
            post("/m")
                .body(BodyKind::Parts, "multipart/mixed")
                .encoding("[0]", part, None)
                .encoding("[]", part, Some("multipart/mixed"))
                .part_header("X-Kind", "page")
                .parts(pictures()),
            json!({"body": [{"a": 1}, ["YWJj", "ZA=="]]}),
            "/m | content-type: multipart/mixed; boundary=B | --B\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\r\n--B\r\nContent-Type: multipart/mixed; boundary=C\r\nX-Kind: page\r\n\r\n--C\r\nContent-Type: image/png\r\n\r\nabc\r\n--C\r\nContent-Type: image/png\r\n\r\nd\r\n--C--\r\n\r\n--B--\r\n",
        ),
        row(
            post("/m")
                .body(BodyKind::Multipart, "multipart/form-data")
                .encoding("sets", part, Some("multipart/mixed"))
                .parts(pictures()),
            json!({"body": {"sets": [["YQ=="], ["Yg=="]]}}),
            "/m | content-type: multipart/form-data; boundary=B | --B\r\nContent-Disposition: form-data; name=\"sets\"\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n--C\r\nContent-Type: image/png\r\n\r\na\r\n--C--\r\n\r\n--B\r\nContent-Disposition: form-data; name=\"sets\"\r\nContent-Type: multipart/mixed; boundary=D\r\n\r\n--D\r\nContent-Type: image/png\r\n\r\nb\r\n--D--\r\n\r\n--B--\r\n",
        ),
        row(
            post("/m")
                .body(BodyKind::Parts, "multipart/related")
                .encoding("[]", part, Some("multipart/form-data; boundary=mine"))
                .parts(named()),
            json!({"body": [{"f": "YWJj", "t": "x"}]}),
            "/m | content-type: multipart/related; type=\"multipart/form-data\"; boundary=B | --B\r\nContent-Type: multipart/form-data; boundary=C\r\n\r\n--C\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\nContent-Type: image/png\r\n\r\nabc\r\n--C\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nx\r\n--C--\r\n\r\n--B--\r\n",
        ),
    ]
}
