//! What comes back: scrubbed, shaped, bounded, and honest about what is not known.

use base64::{Engine as _, engine::general_purpose as engines};
use countersign_domain::{connection::AuthScheme, operation::Method, record::Status};
use countersign_secret_injection::{DispatchOutcome, Sent};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::{
    canary::hex,
    house::{House, header_key, operation, query_key},
    upstream::{Arrived, Upstream, answer, json as json_answer},
};

const SECRET: &str = "sk/live+51H8\"xQ2<eZv>KYlo2C=";

type Spell = fn(&str) -> String;
type Wrap = fn(&str) -> Vec<u8>;
type Reply = fn(&Arrived) -> Vec<u8>;

/// The ways in which an upstream may repeat what it was sent.
fn echoes() -> Vec<(&'static str, Spell)> {
    vec![
        ("raw", str::to_owned),
        ("base64", |s| engines::STANDARD.encode(s)),
        ("base64 without padding", |s| {
            engines::STANDARD_NO_PAD.encode(s)
        }),
        ("base64url", |s| engines::URL_SAFE.encode(s)),
        ("base64 with a user", |s| {
            engines::STANDARD.encode(format!("ada:{s}"))
        }),
        ("hex", hex),
        ("HEX", |s| hex(s).to_uppercase()),
        ("percent", |s| {
            utf8_percent_encode(s, NON_ALPHANUMERIC).to_string()
        }),
        ("JSON", |s| json!(s).to_string()),
        ("JSON, all escaped", |s| {
            let units = s.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
            format!("\"{}\"", units.collect::<String>())
        }),
        ("HTML", |s| {
            s.replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&quot;")
        }),
        ("cut by what does not show", |s| {
            let (one, two) = s.split_at(9);
            format!("{one}\u{200b}{two}")
        }),
    ]
}

/// The places in which it may do so.
fn places() -> Vec<(&'static str, Wrap)> {
    vec![
        ("JSON", |echo| {
            let value = if echo.starts_with('"') {
                echo.to_owned()
            } else {
                json!(echo).to_string()
            };
            json_answer(&format!("{{\"you sent\": {value}}}"))
        }),
        ("text", |echo| {
            answer("200 OK", "content-type: text/plain\r\n", echo)
        }),
        ("error", |echo| {
            answer(
                "401 Unauthorized",
                "content-type: text/html\r\n",
                format!("<p>bad key {echo}</p>"),
            )
        }),
        ("redirect", |echo| {
            answer(
                "302 Found",
                "content-type: text/plain\r\n",
                format!("go to /?k={echo}"),
            )
        }),
        ("type", |echo| {
            let header: String = echo.chars().filter(char::is_ascii).collect();
            answer(
                "200 OK",
                &format!("content-type: {header}\r\nx-echo: {header}\r\n"),
                [0, 1],
            )
        }),
        ("chunks", |echo| {
            let (one, two) = echo.split_at(echo.floor_char_boundary(echo.len() / 2));
            format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{one}\r\n{:x}\r\n{two}\r\n0\r\n\r\n",
                one.len(),
                two.len()
            )
            .into_bytes()
        }),
    ]
}

/// Everything that an agent or a record gets to see of an outcome.
fn seen(outcome: &DispatchOutcome) -> String {
    format!("{outcome:?}")
}

fn tells(text: &str) -> bool {
    let shown = text.replace(['\u{200b}', '\\'], "");
    echoes()
        .into_iter()
        .map(|(_, spell)| spell(SECRET).replace(['\u{200b}', '\\'], ""))
        .any(|spelling| shown.contains(spelling.trim_matches('"')))
}

#[tokio::test]
async fn a_credential_that_comes_back_is_taken_out_however_it_is_spelled() {
    let house = House::open().await;
    let mut reflected = 0;
    for (place, wrap) in places() {
        for (spelling, spell) in echoes() {
            let upstream = Upstream::that(move |_| wrap(&spell(SECRET))).await;
            house.connect(&upstream.url("/")).await;
            house.store(header_key("X-Api-Key"), SECRET).await;
            let outcome = house.call(&operation(Method::Get, "/me"), &json!({})).await;

            let shown = seen(&outcome);
            assert!(!tells(&shown), "{spelling} in {place}: {shown}");
            assert_eq!(outcome.sent, Sent::Yes, "{spelling} in {place}");
            if place != "type" {
                assert!(outcome.redacted, "{spelling} in {place}: {shown}");
                assert!(
                    shown.contains("[redacted:credential]"),
                    "{spelling} in {place}"
                );
            }
            reflected += 1;
        }
    }
    println!("{reflected} reflections of a credential, 0 seen");
}

#[tokio::test]
async fn an_upstream_that_echoes_the_whole_request_tells_nothing() {
    let house = House::open().await;
    let echo = |arrived: &Arrived| {
        let whole = format!(
            "{}\n{:?}\n{}",
            arrived.line,
            arrived.headers,
            arrived.text()
        );
        answer("400 Bad Request", "content-type: text/plain\r\n", whole)
    };
    let upstream = Upstream::that(echo).await;
    house.connect(&upstream.url("/")).await;
    let password = "correct horse battery staple";
    for (scheme, secret, parts) in [
        (AuthScheme::Bearer, "eyJh.eyJz.c2ln", vec!["eyJh.eyJz.c2ln"]),
        (
            AuthScheme::Basic,
            "ada:correct horse battery staple",
            vec![password],
        ),
        (
            header_key("authorization"),
            "Token abcdef0123456789",
            vec!["abcdef0123456789"],
        ),
        (
            query_key("key"),
            "abc/def+ghi=",
            vec!["abc/def+ghi=", "abc%2Fdef%2Bghi%3D"],
        ),
    ] {
        house.store(scheme, secret).await;
        let outcome = house.call(&operation(Method::Get, "/me"), &json!({})).await;
        let shown = seen(&outcome);
        let encoded = engines::STANDARD.encode(secret);
        for part in parts.into_iter().chain([secret, &encoded]) {
            assert!(!shown.contains(part), "{shown}");
        }
        assert!(outcome.redacted);
    }
}

#[tokio::test]
async fn a_key_that_is_the_user_of_basic_is_taken_out_and_a_placeholder_takes_out_nothing() {
    let house = House::open().await;
    let echo =
        |_: &Arrived| json_answer(r#"{"next": "example box", "bad": "sk_live_51H8xQ2eZvKY"}"#);
    let upstream = Upstream::that(echo).await;
    house.connect(&upstream.url("/")).await;
    for (secret, shown) in [
        ("sk_live_51H8xQ2eZvKY:", "[redacted:credential]"),
        ("sk_live_51H8xQ2eZvKY:X", "[redacted:credential]"),
        ("sk_live_51H8xQ2eZvKY:api_token", "[redacted:credential]"),
        ("key:x", "sk_live_51H8xQ2eZvKY"),
    ] {
        house.store(AuthScheme::Basic, secret).await;
        let outcome = house.call(&operation(Method::Get, "/me"), &json!({})).await;
        let answer = outcome.result.unwrap();
        assert_eq!(
            answer.structured,
            Some(json!({"next": "example box", "bad": shown})),
            "{secret}"
        );
    }
}

#[tokio::test]
async fn every_failure_says_whether_the_upstream_has_seen_the_call() {
    let house = House::open().await;
    let cases: [(&str, Reply, &str, Sent); 7] = [
        (
            "closes at once",
            |_| Vec::new(),
            "upstream_reset",
            Sent::Perhaps,
        ),
        (
            "half a body",
            |_| b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf".to_vec(),
            "upstream_reset",
            Sent::Perhaps,
        ),
        (
            "no HTTP",
            |_| b"SSH-2.0-x\r\n\r\n".to_vec(),
            "upstream_protocol",
            Sent::Perhaps,
        ),
        (
            "squeezed",
            |_| answer("200 OK", "content-encoding: gzip\r\n", "x"),
            "upstream_encoding",
            Sent::Perhaps,
        ),
        (
            "too long",
            |_| answer("200 OK", "", vec![b'x'; 8 * 1024 * 1024 + 1]),
            "upstream_too_large",
            Sent::Perhaps,
        ),
        (
            "says no",
            |_| answer("403 Forbidden", "", "no"),
            "upstream_auth",
            Sent::Yes,
        ),
        (
            "is broken",
            |_| answer("500 Internal Server Error", "", "oh"),
            "upstream_status",
            Sent::Yes,
        ),
    ];
    for (what, reply, code, sent) in cases {
        let status = match sent {
            Sent::Perhaps => Status::Unknown,
            Sent::Yes | Sent::No => Status::Error,
        };
        let upstream = Upstream::that(reply).await;
        house.connect(&upstream.url("/")).await;
        let label = house
            .store(AuthScheme::Bearer, "token")
            .await
            .credential
            .unwrap()
            .label;
        let outcome = house
            .call(&operation(Method::Post, "/pay"), &json!({}))
            .await;

        assert_eq!(outcome.code(), Some(code), "{what}");
        assert_eq!((outcome.sent, outcome.status()), (sent, status), "{what}");
        assert_eq!(outcome.credential, Some(label), "{what}");
        assert_eq!(upstream.arrived().len(), 1, "{what}: sent again");
    }
}

#[tokio::test]
async fn an_upstream_that_is_not_there_has_seen_nothing() {
    let house = House::open().await;
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    house.connect(&format!("http://{address}/")).await;
    house.store(AuthScheme::Bearer, "token").await;

    let outcome = house
        .call(&operation(Method::Post, "/pay"), &json!({}))
        .await;

    assert_eq!(outcome.code(), Some("upstream_connect"));
    assert_eq!(
        (outcome.sent, outcome.status()),
        (Sent::No, Status::Refused)
    );
    assert_eq!(outcome.credential, None);
}

#[tokio::test]
async fn a_busy_upstream_says_how_long_to_wait() {
    let house = House::open().await;
    for (status, header, asks) in [
        ("429 Too Many Requests", "retry-after: 30\r\n", true),
        (
            "503 Service Unavailable",
            "retry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n",
            false,
        ),
        ("200 OK", "retry-after: 30\r\n", false),
    ] {
        let upstream = Upstream::that(move |_| answer(status, header, "later")).await;
        house.connect(&upstream.url("/")).await;
        let outcome = house.call(&operation(Method::Get, "/me"), &json!({})).await;
        let text = &outcome.result.as_ref().unwrap().text;
        assert_eq!(text.contains("asks to wait"), asks, "{text}");
        assert_eq!(text.contains("wait 30 seconds before"), asks, "{text}");
        let busy = (!status.starts_with("200")).then_some("upstream_busy");
        assert_eq!(outcome.code(), busy, "{status}");
    }
}
