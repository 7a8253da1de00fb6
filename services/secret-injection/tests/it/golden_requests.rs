//! The exact bytes of a request, for every style, place and body.

use std::fmt::Write as _;

use countersign_secret_injection::BuiltRequest;
use serde_json::{Value, json};

use crate::{
    golden_rows::rows,
    templates::{get, post},
};
use countersign_domain::operation::{BodyKind, Style};

/// Path and query behind the base, headers but `accept`, body; the boundary as `B`, and those of
/// parts that have parts as `C` and `D`.
fn wire(request: &BuiltRequest) -> String {
    let mut wire = request
        .url()
        .as_str()
        .replacen("https://api.example.com/v1", "", 1);
    for (name, value) in request
        .headers()
        .iter()
        .filter(|(name, _)| name != "accept")
    {
        write!(wire, " | {name}: {value}").unwrap();
    }
    match request.body().map(std::str::from_utf8) {
        None => {}
        Some(Ok(text)) => write!(wire, " | {text}").unwrap(),
        Some(Err(_)) => {
            wire.push_str(" | 0x");
            for byte in request.body().unwrap() {
                write!(wire, "{byte:02x}").unwrap();
            }
        }
    }
    for letter in ["B", "C", "D"] {
        if let Some((_, rest)) = wire.split_once("boundary=countersign-") {
            let digest: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
            wire = wire.replace(&format!("countersign-{digest}"), letter);
        }
    }
    wire
}

#[test]
fn every_style_and_body_is_written_as_the_table_says() {
    let rows = rows();
    for (number, row) in rows.iter().enumerate() {
        let request = row.template.build(&row.arguments);
        let request = request.unwrap_or_else(|error| panic!("row {number} {}: {error}", row.wire));
        assert_eq!(wire(&request), row.wire, "row {number}");
        assert_eq!(request.method(), row.template.method, "row {number}");
    }
    assert!(rows.len() >= 60);
    println!(
        "golden requests: {} of {} as written",
        rows.len(),
        rows.len()
    );
}

/// The same value with the members of every object the other way round.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .rev()
            .map(|(key, value)| (key.clone(), reversed(value)))
            .collect(),
        Value::Array(items) => items.iter().map(reversed).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[test]
fn arguments_with_one_digest_make_one_request() {
    for row in rows() {
        let one = row.template.build(&row.arguments).unwrap();
        let other = row.template.build(&reversed(&row.arguments)).unwrap();
        assert_eq!(one, other, "{}", row.wire);
    }
}

#[test]
fn a_reviewer_sees_the_whole_request() {
    let tool = post("/pay/{id}")
        .path("id")
        .header("X-Trace")
        .body(BodyKind::Json, "application/json");
    let request = tool
        .build(&json!({"id": "a/b", "X-Trace": "t", "body": {"to": "pay\u{202e}001"}}))
        .unwrap();
    assert_eq!(
        request.display(),
        "POST https://api.example.com/v1/pay/a%2Fb\n\
         accept: application/json, */*;q=0.8\n\
         x-trace: t\n\
         content-type: application/json\n\
         \n\
         {\"to\":\"pay⟦U+202E⟧001\"}"
    );
}

#[test]
fn a_reviewer_sees_the_size_and_digest_of_bytes() {
    let tool = post("/b").body(BodyKind::Binary, "image/png");
    let request = tool.build(&json!({"body": "iVBORw=="})).unwrap();
    let shown = request.display_body().unwrap();
    assert!(
        shown.starts_with("[4 bytes, SHA-256 0f4636c78f65d3639ece5a064b5ae753e3408614"),
        "{shown}"
    );
}

#[test]
fn one_byte_that_is_no_text_hides_nothing_but_its_own_part() {
    let tool = post("/transfers")
        .body(BodyKind::Multipart, "multipart/form-data")
        .encoding(
            "file",
            (Style::Form, true),
            Some("application/octet-stream"),
        );
    let request = tool
        .build(&json!({"body": {"amount": "100", "file": "AP8=", "to": "pay\u{202e}001\0"}}))
        .unwrap();
    let shown = request.display_body().unwrap();
    for part in [
        "Content-Disposition: form-data; name=\"amount\"\n\n100\n--countersign-",
        "name=\"file\"; filename=\"file\"\nContent-Type: application/octet-stream\n\n[2 bytes, SHA-256 ",
        "name=\"to\"\n\npay⟦U+202E⟧001⟦U+0000⟧\n--countersign-",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let boundaries = shown.matches("\n--countersign-").count();
    assert_eq!(
        boundaries, 3,
        "each part stands on lines of its own: {shown}"
    );
}

#[test]
fn one_byte_that_is_no_text_hides_nothing_of_the_parts_beside_it_in_a_part() {
    let octets = Some("application/octet-stream");
    let inner = || {
        let mixed = post("/").body(BodyKind::Multipart, "multipart/mixed");
        mixed.encoding("file", (Style::Form, true), octets)
    };
    for media in ["multipart/form-data", "Multipart/Mixed; x=1"] {
        let tool = post("/transfers")
            .body(BodyKind::Multipart, media)
            .encoding("order", (Style::Form, true), None)
            .parts(inner());
        let order = json!({"amount": "100", "file": "AP8=", "to": "pay\u{202e}001\0"});
        let request = tool
            .build(&json!({"body": {"note": "n", "order": order}}))
            .unwrap();
        let shown = request.display_body().unwrap();
        for part in [
            "name=\"note\"\n\nn\n--countersign-",
            "name=\"order\"\nContent-Type: multipart/mixed; boundary=countersign-",
            "name=\"amount\"\n\n100\n--countersign-",
            "Content-Type: application/octet-stream\n\n[2 bytes, SHA-256 ",
            "name=\"to\"\n\npay⟦U+202E⟧001⟦U+0000⟧\n--countersign-",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }
}

#[test]
fn a_nul_in_a_text_hides_none_of_it() {
    let tool = post("/b").body(BodyKind::Text, "text/plain");
    let request = tool.build(&json!({"body": "pay 100\0"})).unwrap();
    assert_eq!(request.display_body().unwrap(), "pay 100⟦U+0000⟧");
}

#[test]
fn the_prefix_of_the_base_is_kept_with_or_without_a_slash() {
    for (base, whole) in [
        ("https://h.example", "https://h.example/a"),
        ("https://h.example/", "https://h.example/a"),
        ("https://h.example/x/y", "https://h.example/x/y/a"),
        ("https://h.example/x/y/", "https://h.example/x/y/a"),
        ("https://h.example:8443/x", "https://h.example:8443/x/a"),
        ("http://[2001:db8::1]:80/x", "http://[2001:db8::1]/x/a"),
    ] {
        let request = get("/a").base(base).build(&json!({})).unwrap();
        assert_eq!(request.display_url(), whole);
    }
}
