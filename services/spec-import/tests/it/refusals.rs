//! Documents that are refused as a whole: one clear error that names the place.

use std::time::Duration;

use countersign_domain::{Fault, Kind};
use countersign_spec_import::{ImportError, Limits, import, import_files};
use serde_json::{Map, Value, json};

use crate::{bundles::files as files_of, patient, read};

fn refused(text: &str) -> ImportError {
    import(text.as_bytes(), &patient()).unwrap_err()
}

#[test]
fn every_refusal_says_what_and_where() {
    let cases = [
        (" \n\t ", "empty", "the file is empty"),
        (
            "<!doctype html><p>404",
            "looks_like_html",
            "the file is a web page or XML and starts with",
        ),
        (
            r#"{"openapi": "3.0.0","#,
            "not_json_or_yaml",
            "the file begins like JSON and is not: EOF while parsing",
        ),
        (
            "openapi: 3.0.0\n  a: [",
            "not_json_or_yaml",
            "the file is neither JSON nor YAML: mapping values are not allowed in this context at line 2",
        ),
        (
            "{\"openapi\": \"3.0.0\", // a comment\n\"paths\": {}}",
            "not_json_or_yaml",
            "the file begins like JSON and is not: key must be a string at line 1, column 22",
        ),
        (
            r#"{"openapi":"3.0.0","paths":{},"paths":{}}"#,
            "duplicate_key",
            r#"the key "paths" is given twice"#,
        ),
        (
            "openapi: 3.0.0\npaths: {}\npaths: {}\n",
            "duplicate_key",
            "at line 3, column 1",
        ),
        (
            "openapi: 3.0.0\ninfo: &a {title: t, x: *a}\npaths: {}\n",
            "unreadable",
            "an alias stands inside of what it refers to at line 2",
        ),
        (r#"{"swagger":"1.2"}"#, "unknown_version", "Swagger 1.2"),
        (
            r#"{"asyncapi":"2.0","info":{}}"#,
            "not_openapi",
            r#"no field openapi, only "asyncapi", "info""#,
        ),
        (
            "just words",
            "not_openapi",
            "it is not an object at its root",
        ),
        (
            r#"{"openapi":"4.0.0"}"#,
            "unknown_version",
            r#"says that it is "4.0.0""#,
        ),
        (
            "a: 1\n---\nb: 2\n",
            "unreadable",
            "the file cannot be read: there is more than one YAML document at line 2, column 1",
        ),
        (
            "openapi: 3.0.0\nx-a: {null: 1}\n",
            "unreadable",
            "the file cannot be read: a key is null; write it in quotes at line 2",
        ),
        (
            "info: !!python/object/apply:os.system ['id']",
            "unreadable",
            "the file cannot be read: unsupported tag",
        ),
        (
            r#"{"openapi":"3.0.0","x-a":1e999}"#,
            "unreadable",
            "the file cannot be read: a number is larger than any that can be kept at line 1",
        ),
    ];
    for (text, code, words) in cases {
        let error = refused(text);
        assert_eq!(error.code(), code, "{text}: {error}");
        assert_eq!(error.kind(), Kind::Invalid, "{text}");
        assert!(error.to_string().contains(words), "{text}: {error}");
    }
}

#[test]
fn half_of_a_character_is_refused_as_what_it_is() {
    let cases = [
        r#"{"openapi":"3.0.0","x-a":"\ud83d"}"#,
        r#"{"openapi":"3.0.0","x-a":"\ud83d and more"}"#,
        r#"{"openapi":"3.0.0","x-a":"\ud83d\u0041"}"#,
        r#"{"openapi":"3.0.0","x-a":"\ude00"}"#,
        "openapi: 3.0.0\nx-a: \"\\ud83d\"\n",
    ];
    for text in cases {
        let error = refused(text);
        assert_eq!(error.code(), "unreadable", "{text}: {error}");
        let words = "the file cannot be read: a text has half of a surrogate pair, which is no character at line ";
        assert!(error.to_string().starts_with(words), "{text}: {error}");
    }
    let whole = import(
        br#"{"openapi":"3.0.0","paths":{},"x-a":"\ud83d\ude00"}"#,
        &patient(),
    );
    assert!(whole.is_ok());
}

#[test]
fn text_in_another_encoding_is_refused_as_what_it_is() {
    let cases: [(&[u8], &str); 2] = [
        (b"{\n\"openapi\": \"3.0.0 caf\xe9\"}", "line 2, column 22"),
        (b"openapi: 3.0.0\nx-a: caf\xe9\n", "line 2, column 9"),
    ];
    for (bytes, place) in cases {
        let error = import(bytes, &patient()).unwrap_err();
        let words = format!("the file cannot be read: the text is not UTF-8 at {place}");
        assert_eq!((error.code(), error.to_string()), ("unreadable", words));
    }
}

#[test]
fn a_place_is_counted_from_1_even_at_the_end_of_a_line() {
    let cases = [
        ("{\"openapi\":\"3.0.0\",\n", "line 2, column 1"),
        (
            "{\"openapi\":\"3.0.0\",\n\"a\":\"b\nc\"}",
            "line 2, column 7",
        ),
        (
            "{\"openapi\":\"3.0.0\",\n\"a\":\"b\\\nc\"}",
            "line 2, column 8",
        ),
    ];
    for (text, place) in cases {
        let error = refused(text);
        assert!(error.to_string().ends_with(place), "{text:?}: {error}");
    }
}

#[test]
fn an_object_that_is_something_else_is_known_by_its_own_fields() {
    let only = |text| refused(text).to_string();
    let start = "this is not an OpenAPI document: ";
    assert_eq!(
        only("{}"),
        format!("{start}it is an object without any field")
    );
    assert_eq!(
        only(r#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1}"#),
        format!(r#"{start}there is no field openapi, only "a", "b", "c", "d", "e" and 2 more"#)
    );
    // Another file hangs under a member of ours.
    let files = [
        ("part.yml", r#"allOf: [{$ref: "other.yml"}]"#),
        ("other.yml", "{type: object}"),
    ];
    let mut bundle = files_of(&files);
    let error = import_files(&mut bundle, Some("part.yml"), &patient()).unwrap_err();
    let words = r#"there is no field openapi, only "allOf""#;
    assert_eq!(error.to_string(), format!("{start}{words}"));
}

#[test]
fn a_version_is_read_whole() {
    for version in [
        r#""openapi":"3.15""#,
        r#""openapi":"3.10.0""#,
        r#""openapi":"3.03""#,
        r#""openapi":"3.3.0""#,
        r#""swagger":"2.1""#,
        r#""swagger":"2.01""#,
        r#""swagger":"2.""#,
        r#""swagger":"2.15""#,
    ] {
        let error = refused(&format!(r#"{{{version},"paths":{{}}}}"#));
        assert_eq!(error.code(), "unknown_version", "{version}: {error}");
    }
    for (version, format, odd) in [
        (r#""openapi":"3.0.4""#, "OpenAPI 3.0.4", None),
        (r#""openapi":"3.1""#, "OpenAPI 3.1", Some("/openapi")),
        (
            r#""openapi":"3.1.0-rc1""#,
            "OpenAPI 3.1.0-rc1",
            Some("/openapi"),
        ),
        (r#""swagger":"2.0""#, "Swagger 2.0", None),
        (r#""swagger":2.0"#, "Swagger 2.0", None),
        (r#""swagger":"2""#, "Swagger 2", Some("/swagger")),
        (r#""swagger":"2.0.1""#, "Swagger 2.0.1", Some("/swagger")),
    ] {
        let document = read(format!(r#"{{{version},"paths":{{}}}}"#).as_bytes());
        let mut notes = document.diagnostics.iter();
        let note = notes.find(|note| note.code == "version_odd");
        assert_eq!(document.format, format);
        assert_eq!(note.map(|note| note.pointer.as_str()), odd, "{version}");
    }
}

#[test]
fn what_costs_too_much_is_refused_before_it_is_paid() {
    let paths: Vec<String> = (0..50)
        .map(|n| format!(r#""/{n}":{{"get":{{}}}}"#))
        .collect();
    let many = format!(r#"{{"openapi":"3.0.0","paths":{{{}}}}}"#, paths.join(","));
    let deep_json = format!(
        r#"{{"openapi":"3.0.0","x-a":{}{}}}"#,
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    let deep_yaml = format!(
        "openapi: 3.0.0\nx-a: {}{}",
        "[".repeat(1_000),
        "]".repeat(1_000)
    );
    let wide = format!(r#"{{"openapi":"3.0.0","x-a":[{}0]}}"#, "0,".repeat(5_000));
    let mut laughs = "openapi: 3.0.0\nx-0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for n in 1..9 {
        let previous = vec![format!("*a{}", n - 1); 10].join(",");
        laughs = format!("{laughs}x-{n}: &a{n} [{previous}]\n");
    }
    let small = Limits {
        operations: 10,
        nodes: 4_000,
        raw_bytes: 500_000,
        ..patient()
    };
    let cases = [
        (many, small.clone(), "too_many_operations"),
        (deep_json, small.clone(), "too_deep"),
        (deep_yaml, small.clone(), "too_deep"),
        (wide, small.clone(), "too_many_nodes"),
        (laughs, patient(), "too_many_aliases"),
        ("x".repeat(500_001), small.clone(), "too_large"),
        (
            r#"{"openapi":"3.0.0"}"#.to_owned(),
            Limits {
                processor_time: Duration::ZERO,
                ..small
            },
            "too_slow",
        ),
    ];
    for (text, limits, code) in &cases {
        let error = import(text.as_bytes(), limits).unwrap_err();
        assert_eq!(
            (error.code(), error.kind()),
            (*code, Kind::TooLarge),
            "{error}"
        );
    }
    println!("kinds of bombs refused: {}", cases.len());
}

#[test]
fn a_version_that_is_a_number_is_accepted_and_said() {
    let document = import(
        b"openapi: 3.0\ninfo: {title: x, version: 1}\npaths: {}\n",
        &patient(),
    )
    .unwrap();
    assert_eq!(document.format, "OpenAPI 3.0");
    assert!(
        document
            .diagnostics
            .iter()
            .any(|note| note.code == "version_is_a_number")
    );
}

#[test]
fn a_mark_behind_which_nothing_follows_begins_no_document() {
    for end in ["---", "---\n", "---\r\n\n", "...\n"] {
        let text = format!("openapi: 3.0.0\ninfo: {{title: T, version: '1'}}\npaths: {{}}\n{end}");
        assert_eq!(read(text.as_bytes()).title, "T", "{end:?}");
    }
}

#[test]
fn nesting_up_to_the_limit_is_read_on_a_small_stack() {
    let nested = format!("{}{}", "[".repeat(120), "]".repeat(120));
    for text in [
        format!("openapi: 3.0.0\npaths: {{}}\nx-a: {nested}"),
        format!(r#"{{"openapi": "3.0.0", "paths": {{}}, "x-a": {nested}}}"#),
    ] {
        import(text.as_bytes(), &patient()).unwrap();
    }
}

/// The reason is part of what a decision is tied to: it may not depend on chance.
#[test]
fn the_same_document_is_off_for_the_same_reason_every_time() {
    let broken: Map<String, Value> = (0..12)
        .map(|n| {
            (
                format!("B{n}"),
                json!({ "$ref": format!("missing-{n}.json") }),
            )
        })
        .collect();
    let properties: Map<String, Value> = broken
        .keys()
        .map(|name| {
            (
                name.clone(),
                json!({ "$ref": format!("#/components/schemas/{name}") }),
            )
        })
        .collect();
    let mut schemas = broken;
    schemas.insert(
        "All".to_owned(),
        json!({ "type": "object", "properties": properties }),
    );
    let text = json!({
        "openapi": "3.1.0",
        "info": { "title": "Chance", "version": "1" },
        "components": { "schemas": schemas },
        "paths": { "/all": { "post": { "requestBody": { "content": { "application/json": {
            "schema": { "$ref": "#/components/schemas/All" }
        } } } } } },
    })
    .to_string();
    let reasons: std::collections::HashSet<Option<String>> = (0..20)
        .map(|_| read(text.as_bytes()).operations.remove(0).unsupported)
        .collect();
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert!(reasons.into_iter().all(|reason| reason.is_some()));
}
