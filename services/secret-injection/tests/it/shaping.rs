//! What a model gets to read.

use countersign_secret_injection::{Flag, shape, shape::TEXT_LIMIT_BYTES};
use proptest::prelude::*;
use serde_json::json;

const JSON: Option<&str> = Some("application/json; charset=utf-8");

#[test]
fn a_json_object_is_text_and_structure() {
    let answer = shape(200, JSON, br#"{"b": 1, "a": [true]}"#);
    assert_eq!(answer.text, r#"{"b": 1, "a": [true]}"#);
    assert_eq!(answer.structured, Some(json!({"b": 1, "a": [true]})));
    assert_eq!(
        (answer.is_error, answer.truncated, answer.flags),
        (false, false, vec![])
    );
    let problem_type = Some("application/vnd.api+json");
    assert!(shape(201, problem_type, b"{}").structured.is_some());
}

#[test]
fn json_has_a_value_whatever_it_is_and_what_is_called_text_has_none() {
    assert_eq!(shape(200, JSON, b"[1, 2]").structured, Some(json!([1, 2])));
    assert_eq!(shape(200, Some("text/plain"), b"{}").structured, None);
    assert_eq!(shape(200, None, b"{}").structured, None);
}

#[test]
fn json_that_can_be_read_in_two_ways_has_no_structure() {
    for body in [
        r#"{"a": 1, "a": 2}"#,
        r#"{"a": 1, "a\u200b": 2}"#,
        r#"{"a": "#,
        "<html>",
    ] {
        let answer = shape(200, JSON, body.as_bytes());
        assert_eq!(answer.structured, None, "{body}");
        assert!(answer.flags.contains(&Flag::InvalidJson), "{body}");
    }
}

#[test]
fn a_failure_is_an_error_with_its_status() {
    let answer = shape(404, JSON, br#"{"error": "no such pet"}"#);
    assert_eq!(
        answer.text,
        "HTTP 404 Not Found\n\n{\"error\": \"no such pet\"}"
    );
    assert_eq!((answer.is_error, answer.structured), (true, None));
    assert_eq!(shape(599, Some("text/plain"), b"x").text, "HTTP 599\n\nx");
    assert!(shape(500, None, b"").is_error);
}

#[test]
fn an_empty_answer_and_a_redirect_say_so() {
    let empty = shape(204, None, b"");
    assert_eq!(
        (&*empty.text, empty.is_error),
        ("HTTP 204 No Content\n\nThe answer has no body.", false)
    );
    let moved = shape(302, Some("text/html"), b"<a>");
    assert_eq!(moved.text, "HTTP 302 Found\n\n<a>");
    assert_eq!(moved.flags, [Flag::Redirect, Flag::Html]);
}

#[test]
fn hidden_characters_are_taken_out_of_text_and_structure() {
    let text = shape(
        200,
        Some("text/plain"),
        "a\u{1b}[31m\u{202e}b\u{e0041}\u{200b}\r\nc".as_bytes(),
    );
    assert_eq!(
        (&*text.text, text.flags),
        ("a[31mb\nc", vec![Flag::HiddenCharacters])
    );
    let body = r#"{"a\u202e": ["x\udb40\udc41y"], "b": "1\r\n2"}"#;
    let answer = shape(200, JSON, body.as_bytes());
    assert_eq!(answer.structured, Some(json!({"a": ["xy"], "b": "1\r\n2"})));
    assert_eq!(
        (&*answer.text, answer.flags),
        (body, vec![Flag::HiddenCharacters])
    );
    assert!(shape(200, Some("text/plain"), b"a\r\nb").flags.is_empty());
}

#[test]
fn bytes_are_told_of_and_not_shown() {
    for (declared, name) in [
        (Some("image/png"), "image/png"),
        (Some("Application/ZIP; x=\"\u{1b}\""), "application/zip"),
        (Some("evil/\u{202e}<b>type"), "evil/btype"),
        (None, "an undeclared type"),
        (Some("text/plain"), "an undeclared type"),
    ] {
        let answer = shape(200, declared, b"\x89PNG\0\xff");
        assert_eq!(
            answer.text,
            format!("The answer is 6 bytes of {name}, which are not shown.")
        );
        assert_eq!(answer.flags, [Flag::Binary]);
    }
}

#[test]
fn text_in_other_encodings_is_read_or_flagged() {
    assert_eq!(
        shape(200, Some("text/plain; charset=ISO-8859-1"), b"Gr\xfc\xdfe").text,
        "Grüße"
    );
    let broken = shape(200, Some("text/plain"), b"Gr\xfc\xdfe");
    assert_eq!(
        (&*broken.text, broken.flags),
        ("Gr\u{fffd}\u{fffd}e", vec![Flag::InvalidText])
    );
}

#[test]
fn a_long_text_is_cut_between_characters_and_says_so() {
    let long = "ü".repeat(TEXT_LIMIT_BYTES);
    let answer = shape(200, Some("text/plain"), format!("x{long}").as_bytes());
    assert!(answer.truncated);
    assert!(
        answer
            .text
            .ends_with("ü\n\n[cut: the first 1048575 of 2097153 bytes are shown]")
    );
    let exact = shape(200, Some("text/plain"), &vec![b'x'; TEXT_LIMIT_BYTES]);
    assert!(!exact.truncated);
    let long_json = format!("{{\"a\": \"{}\"}}", "x".repeat(TEXT_LIMIT_BYTES));
    let answer = shape(200, JSON, long_json.as_bytes());
    assert_eq!((answer.truncated, answer.structured), (true, None));
}

#[test]
fn an_answer_of_hidden_characters_alone_says_so() {
    for (media, body) in [
        ("application/json", [1]),
        ("text/plain; charset=latin1", [127]),
    ] {
        let answer = shape(200, Some(media), &body);
        assert_eq!(
            answer.text,
            "The answer has only characters that do not show."
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_answer_shows_a_hidden_character(
        status in 100_u16..600,
        media in proptest::sample::select(vec!["application/json", "text/plain", "text/html", "image/png", "", "text/plain; charset=latin1"]),
        body in proptest::collection::vec(any::<u8>(), 0..64),
        text in any::<String>(),
    ) {
        for bytes in [body.as_slice(), text.as_bytes(), json!({&text: text}).to_string().as_bytes()] {
            let answer = shape(status, Some(media), bytes);
            prop_assert!(!countersign_domain::text::has_hidden(&answer.text));
            prop_assert_eq!(answer.is_error, status >= 400);
            prop_assert!(!answer.text.is_empty());
        }
    }
}
