//! Upstreams that repeat the credential they were sent.

use base64::{Engine as _, engine::general_purpose as base64_engines};
use countersign_domain::secret::Secret;
use countersign_secret_injection::{Scrubber, scrub::REDACTED};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use serde_json::json;

const SECRETS: &[&str] = &[
    "sk_live_51H8xQ2eZvKYlo2C",
    "hunter2",
    "p@ss/w+rd=&<>\"'\\%x",
    "Grüße-aus-Köln-🌍",
    "line\nbreak\ttab",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "MTIzNDU2Nzg5MA==",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    "ghp_0123456789abcdefABCDEF0123456789abcd",
    "      spaces     ",
    "-----BEGIN KEY-----\nMIIB/+ab\n-----END KEY-----\n",
];

fn hex(text: &str) -> String {
    let digits: Vec<_> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

/// A secret as upstreams may write it, and what the writer calls it.
fn reflections(secret: &str) -> Vec<(&'static str, String)> {
    let json = json!(secret).to_string();
    let inner = json[1..json.len() - 1].to_owned();
    let escaped: String = secret
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect::<Vec<_>>()
        .concat();
    let ascii: String = inner
        .chars()
        .flat_map(|c| {
            let mut units = [0; 2];
            if c.is_ascii() {
                vec![c.to_string()]
            } else {
                c.encode_utf16(&mut units)
                    .iter()
                    .map(|unit| format!("\\u{unit:04x}"))
                    .collect()
            }
        })
        .collect();
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut all = vec![
        ("raw", secret.to_owned()),
        ("bearer", format!("Authorization: Bearer {secret}")),
        ("base64", base64_engines::STANDARD.encode(secret)),
        (
            "base64 without padding",
            base64_engines::STANDARD_NO_PAD.encode(secret),
        ),
        ("base64url", base64_engines::URL_SAFE.encode(secret)),
        (
            "base64url without padding",
            base64_engines::URL_SAFE_NO_PAD.encode(secret),
        ),
        (
            "base64 in JSON of PHP",
            base64_engines::STANDARD.encode(secret).replace('/', "\\/"),
        ),
        (
            "base64 in a query",
            base64_engines::STANDARD
                .encode(secret)
                .replace('+', "%2B")
                .replace('/', "%2F")
                .replace('=', "%3D"),
        ),
        ("hex", hex(secret)),
        ("HEX", hex(secret).to_uppercase()),
        ("percent", percent.clone()),
        ("percent, as a form", percent.replace("%20", "+")),
        ("JSON", inner.clone()),
        ("JSON of PHP", ascii.replace('/', "\\/")),
        ("JSON in ASCII", ascii),
        (
            "JSON of Go",
            inner
                .replace('<', "\\u003c")
                .replace('>', "\\u003e")
                .replace('&', "\\u0026"),
        ),
        (
            "HTML",
            secret
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&quot;")
                .replace('\'', "&#39;"),
        ),
    ];
    if !secret.contains(['*', '\'', '(', ')', '!', '~']) {
        all.push(("form", form));
    }
    for user in ["u", "us", "use", "user"] {
        all.push((
            "basic",
            base64_engines::STANDARD.encode(format!("{user}:{secret}")),
        ));
        all.push((
            "basic, with more",
            base64_engines::STANDARD.encode(format!("{user}:{secret}:{user}x")),
        ));
    }
    // Only reading the JSON shows this one.
    all.push(("JSON, all escaped", escaped));
    all
}

fn scrubber(secret: &str) -> Scrubber {
    Scrubber::new([&Secret::new(secret.to_owned())])
}

#[test]
fn a_reflected_secret_is_redacted_in_every_encoding_and_wherever_it_is_cut() {
    let (mut cuts, mut cases) = (0, 0);
    for secret in SECRETS {
        let scrubber = scrubber(secret);
        for (name, reflected) in reflections(secret) {
            if name == "JSON, all escaped" {
                continue;
            }
            let body = format!("{{\"seen\": \"{reflected}\", \"rest\": \"ok\"}}");
            let whole = scrubber.bytes(body.as_bytes());
            assert!(whole.redacted, "{name} of {secret:?}");
            let text = std::str::from_utf8(&whole.value).unwrap();
            assert!(
                text.starts_with("{\"seen\": \"") && text.ends_with("\", \"rest\": \"ok\"}"),
                "{name}: {text}"
            );
            assert!(
                text.contains(REDACTED) && !text.contains(secret),
                "{name}: {text}"
            );
            for cut in 0..=body.len() {
                let mut stream = scrubber.stream();
                let mut out = stream.push(&body.as_bytes()[..cut]);
                out.extend(stream.push(&body.as_bytes()[cut..]));
                let (rest, redacted) = stream.finish();
                out.extend(rest);
                assert!(redacted);
                assert_eq!(out, *whole.value, "{name} of {secret:?} cut at {cut}");
                cuts += 1;
            }
            cases += 1;
        }
    }
    println!("reflected secrets: {cases} of {cases} redacted, the same at {cuts} cuts");
}

#[test]
fn a_reflected_secret_is_not_found_again_in_what_is_left() {
    let (mut cases, mut longest) = (0, 0);
    for secret in SECRETS {
        for (name, reflected) in reflections(secret)
            .into_iter()
            .filter(|(name, _)| name.starts_with("bas"))
        {
            let scrubbed = scrubber(secret).text(&reflected).value.into_owned();
            let left = scrubbed.replace(REDACTED, "");
            // Of `user:` in base64, and of a digit that is shared with a neighbour.
            assert!(left.len() <= 20, "{name} of {secret:?} leaves {left}");
            longest = longest.max(left.len());
            cases += 1;
        }
    }
    println!("base64 reflections: {cases}, at most {longest} characters left around a marker");
}

#[test]
fn escapes_hide_nothing_once_the_json_is_read() {
    for secret in SECRETS {
        let (_, escaped) = reflections(secret).pop().unwrap();
        let body = format!("{{\"a\": [\"x{escaped}y\"], \"{escaped}\": 1}}");
        let value = serde_json::from_str(&body).unwrap();
        let scrubbed = scrubber(secret).value(&value);
        assert!(scrubbed.redacted);
        assert_eq!(
            scrubbed.value,
            json!({"a": [format!("x{REDACTED}y")], REDACTED: 1})
        );
    }
}

#[test]
fn a_body_without_a_secret_is_left_alone() {
    let scrubber = Scrubber::new([
        &Secret::new("sk_live_51H8xQ2eZvKYlo2C".into()),
        &Secret::new(String::new()),
    ]);
    let body = br#"{"sk_live_": "51H8xQ2eZvKYlo2", "data": "\u0073k"}"#;
    let clean = scrubber.bytes(body);
    assert_eq!((&*clean.value, clean.redacted), (&body[..], false));
}

#[test]
fn a_short_secret_is_looked_for_as_it_is() {
    let scrubber = scrubber("1234");
    assert_eq!(scrubber.text("pin 1234!").value, format!("pin {REDACTED}!"));
    assert!(!scrubber.text(&hex("1234")).redacted);
}

#[test]
fn several_secrets_leave_nothing_of_one_another() {
    let secrets = ["abcdefgh", "efghijkl", "abcdefghijkl"].map(|text| Secret::new(text.to_owned()));
    let scrubber = Scrubber::new(&secrets);
    assert_eq!(
        scrubber.text("<abcdefghijkl>").value,
        format!("<{REDACTED}>")
    );
    assert_eq!(
        scrubber.text("<efghijkl|abcdefgh>").value,
        format!("<{REDACTED}|{REDACTED}>")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chunks_give_what_the_whole_gives(
        secrets in proptest::collection::vec("[ab]{1,9}", 1..4),
        chunks in proptest::collection::vec("[abc]{0,12}", 0..12),
    ) {
        let secrets: Vec<_> = secrets.into_iter().map(Secret::new).collect();
        let scrubber = Scrubber::new(&secrets);
        let mut stream = scrubber.stream();
        let mut out = Vec::new();
        for chunk in &chunks {
            out.extend(stream.push(chunk.as_bytes()));
        }
        let (rest, redacted) = stream.finish();
        out.extend(rest);
        let whole = chunks.concat();
        let scrubbed = scrubber.bytes(whole.as_bytes());
        prop_assert_eq!(&out, &*scrubbed.value);
        prop_assert_eq!(redacted, scrubbed.redacted);
        let shown = String::from_utf8(out).unwrap();
        for secret in &secrets {
            for piece in shown.split(REDACTED) {
                prop_assert!(!piece.contains(secret.expose()));
            }
        }
    }

    #[test]
    fn any_secret_is_taken_out_of_any_text(secret in "\\PC{6,40}", before in any::<String>(), after in any::<String>()) {
        let scrubbed = scrubber(&secret).text(&format!("{before}{secret}{after}")).value.into_owned();
        for piece in scrubbed.split(REDACTED) {
            prop_assert!(!piece.contains(&secret));
        }
    }
}
