//! What is refused, by which code, naming which argument.

use countersign_domain::{
    Fault as _, Kind,
    operation::{BodyKind, Method, Style},
};
use serde_json::{Value, json};

use crate::templates::{Template, get, post, template};

fn refusal(tool: &Template, arguments: &Value) -> String {
    let error = tool.build(arguments).unwrap_err();
    format!("{}: {error}", error.code())
}

#[test]
fn a_wrong_argument_is_refused_by_name() {
    let query = get("/").query("q").with(|bind| bind.required = true);
    let to_json = post("/").body(BodyKind::Json, "application/json");
    let form = post("/").body(BodyKind::Form, "application/x-www-form-urlencoded");
    let text = post("/").body(BodyKind::Text, "text/plain");
    let file = post("/")
        .body(BodyKind::Multipart, "multipart/form-data")
        .encoding(
            "file",
            (Style::Form, true),
            Some("application/octet-stream"),
        );
    let xml = |kind, media| {
        let part = ((Style::Form, true), Some("application/xml"));
        post("/").body(kind, media).encoding("x", part.0, part.1)
    };
    let typed = get("/")
        .query("x")
        .with(|bind| bind.content_type = Some("text/plain".into()));
    let rows = [
        (
            get("/{id}").path("id"),
            json!({}),
            "argument_missing: the argument `id` is missing",
        ),
        (
            get("/{id}").path("id"),
            json!({"id": null}),
            "argument_missing: the argument `id` is missing",
        ),
        (
            query,
            json!({"q": null}),
            "argument_missing: the argument `q` is missing",
        ),
        (
            to_json,
            json!({}),
            "argument_missing: the argument `body` is missing",
        ),
        (
            get("/"),
            json!({"extra": 1}),
            "argument_unknown: the argument `extra` does not exist",
        ),
        (
            get("/"),
            json!({"body": {}}),
            "argument_unknown: the argument `body` does not exist",
        ),
        (
            form,
            json!({"body": [1]}),
            "argument_type: the argument `body` must be an object",
        ),
        (
            text,
            json!({"body": {"a": 1}}),
            "argument_type: the argument `body` must be text",
        ),
        (
            file,
            json!({"body": {"file": "not base64!"}}),
            "argument_type: the argument `body.file` must be bytes in base64",
        ),
        (
            xml(BodyKind::Multipart, "multipart/form-data"),
            json!({"body": {"x": {"a": 1}}}),
            "argument_type: the argument `body.x` must be text",
        ),
        (
            xml(BodyKind::Form, "application/x-www-form-urlencoded"),
            json!({"body": {"x": {"a": 1}}}),
            "argument_type: the argument `body.x` must be text",
        ),
        (
            typed,
            json!({"x": [1]}),
            "argument_type: the argument `x` must be text",
        ),
    ];
    for (tool, arguments, expected) in rows {
        assert_eq!(refusal(&tool, &arguments), expected);
    }
    let binary = post("/").body(BodyKind::Binary, "image/png");
    for value in [json!("%%"), json!(1), json!("a")] {
        assert_eq!(
            binary.build(&json!({"body": value})).unwrap_err().code(),
            "argument_type"
        );
    }
}

#[test]
fn hidden_characters_in_a_name_do_not_reach_the_message() {
    let error = get("/")
        .build(&json!({"a\u{202e}b\nc\u{1b}": 1}))
        .unwrap_err();
    assert!(
        !error.to_string().contains(['\u{202e}', '\u{1b}']),
        "{error}"
    );
}

#[test]
fn a_template_that_leads_elsewhere_is_never_used() {
    let paths = [
        "",
        "x",
        "//evil.example/x",
        "https://evil.example/",
        "/a/../b",
        "/./a",
        "/a/%2e%2e/b",
        "/a\\..\\b",
        "/{id",
        "/{}",
        "/{a{b}}",
        "/id}",
        "/{missing}",
        "/a%zz",
        "/a\r\nX: y",
        "/a\0",
        "/?x=a b",
        "/?x=é",
        "/?x={id}y",
        "/?{id}",
        "/?{id}=1",
        "/..;/a",
    ];
    for path in paths {
        let error = get(path).path("id").build(&json!({"id": "x"})).unwrap_err();
        assert_eq!(
            (error.code(), error.kind()),
            ("template_unusable", Kind::Conflict),
            "{path:?}"
        );
    }
    println!("path templates refused: {} of {}", paths.len(), paths.len());
}

#[test]
fn a_base_must_be_a_plain_origin_with_a_prefix() {
    for base in [
        "ftp://h.example/",
        "file:///etc",
        "https://user@h.example/",
        "https://user:pw@h.example/",
        "https://h.example/?q=1",
        "https://h.example/#f",
        "data:text/plain,x",
    ] {
        let error = get("/a").base(base).build(&json!({})).unwrap_err();
        assert_eq!(error.code(), "template_unusable", "{base}");
    }
}

#[test]
fn a_body_that_cannot_be_written_is_refused() {
    for (kind, media) in [
        (BodyKind::Json, "application"),
        (BodyKind::Json, "application/json\r\nX: y"),
        (BodyKind::Multipart, "text/plain"),
        (BodyKind::Json, "application/jsön"),
        (BodyKind::Json, "application/json; charset=utf-7"),
        (
            BodyKind::Form,
            "application/x-www-form-urlencoded; charset=utf-16",
        ),
        (BodyKind::Multipart, "multipart/form-data; charset=utf-7"),
        (BodyKind::Text, "text/plain; charset*=utf-7"),
    ] {
        let error = template(Method::Patch, "/")
            .body(kind, media)
            .build(&json!({"body": {"a": 1}}))
            .unwrap_err();
        assert_eq!(
            (error.code(), error.kind()),
            ("body_unsupported", Kind::Conflict),
            "{media:?}"
        );
    }
    let part = ((Style::Form, true), Some("application/json; charset=utf-7"));
    let form = post("/").body(BodyKind::Multipart, "multipart/form-data");
    let error = form
        .encoding("a", part.0, part.1)
        .build(&json!({"body": {"a": 1}}))
        .unwrap_err();
    assert_eq!(error.code(), "body_unsupported");
}

#[test]
fn a_part_that_nothing_is_said_of_is_refused_and_none_is_left_out() {
    let part = (Style::Form, true);
    let tool = || {
        let two = post("/").body(BodyKind::Parts, "multipart/mixed");
        two.encoding("[0]", part, None)
            .encoding("[1]", part, Some("image/png"))
    };
    let rows = [
        (json!([]), "`body` must be a list with at least one item"),
        (json!({}), "`body` must be a list"),
        (
            json!(["a", "YQ==", 1]),
            "`body` must be a list of fewer items",
        ),
        (json!([null, "YQ=="]), "`body[0]` is missing"),
        (json!(["a", "ä"]), "`body[1]` must be bytes in base64"),
    ];
    for (body, expected) in rows {
        let said = refusal(&tool(), &json!({ "body": body }));
        assert!(said.ends_with(expected), "{said}");
    }
    for (name, value) in [("X: y", "z"), ("X", "y\r\nZ: z"), ("X", "ä"), ("", "y")] {
        let tool = tool().part_header(name, value);
        let error = tool.build(&json!({"body": ["a", "YQ=="]})).unwrap_err();
        assert_eq!(error.code(), "body_unsupported", "{name:?} {value:?}");
    }
}

#[test]
fn a_value_that_would_be_read_as_two_is_refused() {
    let tool = get("/").query("l").items(Style::Form);
    assert!(tool.build(&json!({"l": [["a", "b"], "c,d"]})).is_ok());
    let said = refusal(&tool, &json!({"l": [["a,b"]]}));
    assert!(said.starts_with("argument_type"), "{said}");
}

#[test]
fn placeholders_are_text() {
    let tool = post("/{id}")
        .path("id")
        .query("q")
        .header("X-Note")
        .body(BodyKind::Json, "application/json");
    let text = "${JWT_SECRET} {{vault:x}} $HOME";
    let request = tool
        .build(&json!({"id": text, "q": text, "X-Note": text, "body": text}))
        .unwrap();
    assert_eq!(request.headers()[1].1, text);
    assert_eq!(request.body().unwrap(), format!("\"{text}\"").as_bytes());
    assert_eq!(request.url().query_pairs().next().unwrap().1, text);
}
