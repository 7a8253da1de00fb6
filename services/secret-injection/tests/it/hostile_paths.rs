//! Values that want to be more than one path segment.

use countersign_domain::{
    Fault as _,
    operation::{Place, Style},
};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use serde_json::json;
use url::Url;

use crate::templates::{Template, get};

const HOSTILE: &[&str] = &[
    "",
    " ",
    "\t",
    ".",
    "..",
    "...",
    "./",
    "../",
    "..\\",
    ".\\",
    "/..",
    "\\..",
    "/.",
    "/",
    "//",
    "\\",
    "\\\\",
    "../../admin",
    "..\\..\\admin",
    "a/../b",
    "a/./b",
    "a/..",
    "a\\..\\b",
    "/etc/passwd",
    "//evil.example",
    "//evil.example/x",
    "\\\\evil.example\\x",
    "https://evil.example",
    "https://evil.example/x?y#z",
    "http:evil.example",
    "https:\\\\evil.example",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "@evil.example",
    "user:pass@evil.example",
    ":8443",
    "evil.example:443/x",
    "?x=1",
    "x?admin=true",
    "x?",
    "?",
    "#",
    "x#y",
    "x#",
    "&x=1",
    "x&y",
    "x=y",
    ";",
    ";x",
    "x;y=z",
    "..;",
    "..;/",
    "..;a=b/admin",
    ".;/",
    "%2e",
    "%2e%2e",
    "%2E%2E",
    "%2e.",
    ".%2e",
    "%2e%2e%2f",
    "%2e%2e/",
    "..%2f",
    "..%2F",
    "..%5c",
    "..%5C",
    "%2e%2e%5c",
    "%252e%252e",
    "%252e%252e%252f",
    "..%252f",
    "%25252e%25252e",
    "%2f",
    "%5c",
    "%2fadmin",
    "a%2f..%2fb",
    "%00",
    "%0d%0a",
    "%0a",
    "%250a",
    "x%00y",
    "%3f",
    "%23",
    "%3fx%3d1",
    "%",
    "%%",
    "%2",
    "%zz",
    "%u002e%u002e",
    "%c0%ae%c0%ae",
    "%c0%ae%c0%ae%c0%af",
    "%e0%80%ae.",
    "%c0%af",
    "\0",
    "a\0b",
    "\r\n",
    "a\r\nHost: evil.example",
    "a\nb",
    "a\rb",
    "\u{1b}[2J",
    "\u{7f}",
    "a\tb",
    "a HTTP/1.1\r\nX: y",
    "\u{ff0e}\u{ff0e}",
    "\u{ff0e}\u{ff0e}\u{ff0f}",
    "..\u{2215}admin",
    "..\u{2044}admin",
    "..\u{ff0f}admin",
    "..\u{ff3c}admin",
    "\u{2024}\u{2024}/",
    "\u{2025}/",
    "．．／",
    "\u{202e}..",
    "a\u{2028}b",
    "🙈/../🙉",
    "..\u{29f8}x",
    " .. ",
    "..%20/",
    "{id}",
    "${JWT_SECRET}",
];

/// Values that mean trouble to something that decodes, trims or folds once more than it should.
const MUST_BE_REFUSED: &[&str] = &[
    "",
    " ",
    ".",
    "..",
    "../",
    "..\\",
    "/..",
    "/.",
    "../../admin",
    "a/../b",
    "..;",
    "..;/",
    "..;a=b/admin",
    "%2e",
    "%2e%2e",
    "%2E%2E",
    "%2e.",
    ".%2e",
    "%2e%2e%2f",
    "..%2f",
    "..%5c",
    "%252e%252e",
    "%252e%252e%252f",
    "%25252e%25252e",
    "a%2f..%2fb",
    "%00",
    "%0d%0a",
    "%0a",
    "%250a",
    "%c0%ae%c0%ae",
    "\0",
    "\r\n",
    "a\nb",
    "a\rb",
    "\u{ff0e}\u{ff0e}",
    "..\u{2215}admin",
    "..\u{ff3c}admin",
    "\u{2024}\u{2024}/",
    "\u{2025}/",
    " .. ",
];

fn tools() -> Vec<(Template, usize)> {
    let styled = |style, explode| get("/users/{id}/notes").bind(Place::Path, "id", style, explode);
    vec![
        (get("/users/{id}").path("id"), 3),
        (get("/users/{id}/notes").path("id"), 4),
        (get("/users/{id}/").path("id"), 4),
        (get("/{id}").path("id"), 2),
        (get("/{id}.json").path("id"), 2),
        (get("/x/.{id}").path("id"), 3),
        (get("/x/{id}:cancel").path("id"), 3),
        (
            get("/files/{id}")
                .path("id")
                .with(|bind| bind.allow_reserved = true),
            3,
        ),
        (styled(Style::Label, false), 4),
        (styled(Style::Matrix, true), 4),
        (
            get("/c/{id}")
                .path("id")
                .with(|bind| bind.content_type = Some("application/json".into())),
            3,
        ),
    ]
}

/// Panics unless the request stays where the template put it.
fn assert_contained(tool: &Template, url: &Url, segments: usize) {
    let reread = Url::parse(url.as_str()).unwrap();
    assert_eq!(&reread, url);
    assert_eq!(url.origin(), tool.base.origin());
    assert_eq!((url.username(), url.password()), ("", None));
    assert_eq!((url.query(), url.fragment()), (None, None), "{url}");
    assert!(url.path().starts_with("/v1/"), "{url}");
    assert_eq!(url.path_segments().unwrap().count(), segments, "{url}");
    assert!(
        url.as_str()
            .bytes()
            .all(|byte| (0x21..0x7f).contains(&byte)),
        "{url}"
    );
    for segment in url.path_segments().unwrap() {
        let decoded = percent_decode_str(segment).decode_utf8().unwrap();
        assert!(!matches!(&*decoded, "." | ".."), "{url}");
    }
}

#[test]
fn no_path_value_changes_host_depth_or_query() {
    let (mut sent, mut refused) = (0, 0);
    for (tool, segments) in tools() {
        for &value in HOSTILE {
            for arguments in [
                json!({"id": value}),
                json!({"id": [value]}),
                json!({"id": {"k": value}}),
                json!({"id": {value: 1}}),
            ] {
                match tool.build(&arguments) {
                    Ok(request) => {
                        assert_contained(&tool, request.url(), segments);
                        sent += 1;
                    }
                    Err(error) => {
                        assert!(
                            ["path_value_refused", "argument_type"].contains(&error.code()),
                            "{arguments}: {error}"
                        );
                        refused += 1;
                    }
                }
            }
        }
    }
    let values = HOSTILE.len();
    println!(
        "hostile path values: {values}; {sent} requests contained, {refused} refused, 0 escaped"
    );
}

#[test]
fn a_value_that_something_could_read_as_a_way_up_is_refused() {
    let tool = get("/users/{id}").path("id");
    for &value in MUST_BE_REFUSED {
        let error = tool.build(&json!({"id": value})).unwrap_err();
        assert_eq!(error.code(), "path_value_refused", "{value:?}");
        assert!(error.to_string().contains("`id`"), "{error}");
    }
    println!(
        "path values refused: {} of {}",
        MUST_BE_REFUSED.len(),
        MUST_BE_REFUSED.len()
    );
}

#[test]
fn an_honest_value_is_sent_as_it_is() {
    let tool = get("/files/{id}").path("id");
    for value in [
        "group/project",
        "src/main.rs",
        "a.b",
        "...",
        "v1.2..v1.3",
        "100%",
        "50%25",
        "a+b",
        "x;y",
        "Grüße",
        "日本",
        "a b",
        "@me",
        "mailto:x@y.example",
        ".hidden",
        "name.",
        "-",
        "~",
        "~root",
        "%zz",
        "50％",
    ] {
        let request = tool
            .build(&json!({"id": value}))
            .unwrap_or_else(|error| panic!("{value}: {error}"));
        let last = request.url().path_segments().unwrap().next_back().unwrap();
        assert_eq!(percent_decode_str(last).decode_utf8().unwrap(), value);
    }
}

#[test]
fn two_harmless_values_cannot_make_dots_together() {
    let tool = get("/x/{a}{b}").path("a").path("b");
    assert_eq!(
        tool.build(&json!({"a": "x", "b": "."})).unwrap_err().code(),
        "path_value_refused"
    );
    let label = get("/x/{a}").bind(Place::Path, "a", Style::Label, true);
    assert_eq!(
        label.build(&json!({"a": ""})).unwrap_err().code(),
        "path_value_refused"
    );
    assert_eq!(
        label.build(&json!({"a": ["", ""]})).unwrap_err().code(),
        "path_value_refused"
    );
    let dotted = get("/x/.{a}/y").path("a");
    assert_eq!(
        dotted.build(&json!({"a": "%2e"})).unwrap_err().code(),
        "path_value_refused"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_in_a_path_keeps_origin_and_depth(value in any::<String>()) {
        for (tool, segments) in tools() {
            if let Ok(request) = tool.build(&json!({"id": value})) {
                assert_contained(&tool, request.url(), segments);
            }
        }
    }

    #[test]
    fn any_text_of_hostile_pieces_keeps_origin_and_depth(
        value in proptest::collection::vec(proptest::sample::select(HOSTILE.to_vec()), 0..6)
    ) {
        let value = value.concat();
        for (tool, segments) in tools() {
            if let Ok(request) = tool.build(&json!({"id": value})) {
                assert_contained(&tool, request.url(), segments);
            }
        }
    }
}
