//! Arguments that want to be more than values (T63), and credentials that want to be arguments (T81).

use countersign_spec_import::{Limits, import};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use url::Url;

use super::{built, named};

const DOCUMENT: &str = r#"
openapi: 3.0.3
info: {title: Hostile, version: "1"}
servers: [{url: "https://a.example/base"}]
security: [{key: []}, {session: []}, {header: []}, {basic: []}]
components:
  securitySchemes:
    key: {type: apiKey, in: query, name: api_key}
    session: {type: apiKey, in: cookie, name: sid}
    header: {type: apiKey, in: header, name: X-Key}
    basic: {type: http, scheme: basic}
paths:
  /users/{id}/notes/{note}.json:
    get:
      operationId: note
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: note, in: path, required: true, schema: {type: string}}
        - {name: q, in: query, schema: {type: string}}
        - {name: X-Trace, in: header, schema: {type: string}}
        - {name: theme, in: cookie, schema: {type: string}}
  /secret:
    get:
      operationId: secret
      parameters:
        - {name: api_key, in: query, schema: {type: string}}
        - {name: sid, in: cookie, schema: {type: string}}
        - {name: x-key, in: header, x-mcp-header: true, schema: {type: string}}
        - {name: Authorization, in: header, required: true, schema: {type: string}}
        - {name: Cookie, in: header, schema: {type: string}}
        - {name: Proxy-Authorization, in: header, schema: {type: string}}
        - {name: fine, in: query, schema: {type: string}}
"#;

const VALUES: [&str; 30] = [
    "../../admin",
    "..",
    ".",
    "",
    "..%2f..%2fadmin",
    "%2e%2e",
    "%2E%2E%2F",
    "a/b",
    "/a",
    "a\\b",
    "..\\..\\x",
    "?x=1",
    "#frag",
    "a;b=c",
    ";jsessionid=1",
    "a\r\nX-Evil: 1",
    "a\nb",
    "a\0b",
    "https://evil.example/",
    "//evil.example",
    "@evil.example",
    "a?b#c",
    "a%00b",
    "a\u{2215}b",
    "a\u{ff0f}b",
    "a\u{2024}\u{2024}b",
    "%",
    "%zz",
    "a b+c",
    "x&admin=true",
];

#[test]
fn t63_an_argument_fills_its_place_and_nothing_else() {
    let document = import(DOCUMENT.as_bytes(), &Limits::default()).unwrap();
    let operation = named(&document, "note");
    let base: Url = "https://a.example/base".parse().unwrap();
    let (mut filled, mut refused) = (0, 0);
    for value in VALUES {
        for key in ["id", "note", "q", "X-Trace", "theme"] {
            let mut arguments = json!({"id": "1", "note": "2"});
            arguments[key] = value.into();
            let Ok(request) = built(operation, &base, &arguments) else {
                refused += 1;
                continue;
            };
            let url = request.url();
            assert_eq!(url.origin(), base.origin(), "{key} {value:?}");
            let segments: Vec<_> = url.path_segments().unwrap().collect();
            let [prefix, users, id, notes, note] = segments[..] else {
                panic!("{key} {value:?}: {url}");
            };
            assert_eq!([prefix, users, notes], ["base", "users", "notes"]);
            let decoded = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
            assert_eq!(decoded(id), arguments["id"], "{key} {value:?}");
            let name = format!("{}.json", arguments["note"].as_str().unwrap());
            assert_eq!(decoded(note), name, "{key} {value:?}");
            let pairs: Vec<_> = url.query_pairs().collect();
            let asked = usize::from(key == "q");
            assert_eq!(pairs.len(), asked, "{key} {value:?}: {url}");
            assert!(
                pairs
                    .iter()
                    .all(|(name, given)| name == "q" && given == value)
            );
            for (name, header) in request.headers() {
                assert!(!header.contains(['\r', '\n', '\0']), "{name} {value:?}");
            }
            filled += 1;
        }
    }
    assert!(
        refused >= 15 && filled >= 80,
        "{refused} refused, {filled} filled"
    );
    println!(
        "N = {} arguments: {filled} stayed in their place, {refused} refused",
        filled + refused
    );
}

#[test]
fn t81_a_credential_is_no_argument_and_cannot_be_given_as_one() {
    let document = import(DOCUMENT.as_bytes(), &Limits::default()).unwrap();
    let operation = named(&document, "secret");
    assert_eq!(operation.unsupported, None);
    let properties = operation.input_schema["properties"].as_object().unwrap();
    assert_eq!(properties.keys().collect::<Vec<_>>(), ["fine"]);
    assert_eq!(operation.input_schema["required"], json!([]));

    let base: Url = "https://a.example/base".parse().unwrap();
    let names = [
        "api_key",
        "sid",
        "x-key",
        "X-Key",
        "Authorization",
        "authorization",
        "Cookie",
        "Proxy-Authorization",
        "username",
        "password",
    ];
    for name in names {
        let arguments: Value = [(name.to_owned(), json!("mine"))].into_iter().collect();
        assert!(built(operation, &base, &arguments).is_err(), "{name}");
    }
    println!("N = {} credentials that an agent cannot give", names.len());
}
