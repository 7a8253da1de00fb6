//! What a request looks like at the upstream, and what comes back of an honest answer.

use bytes::Bytes;
use countersign_domain::Fault;
use countersign_domain::operation::Method;
use countersign_domain::secret::Secret;
use countersign_egress::{Egress, EgressError, Fetch, HeaderText};
use std::net::TcpListener;
use std::sync::Arc;

use crate::upstream::{Names, Upstream, door, get, loopback_policy, say};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-a: 1\r\nx-a: 2\r\ncontent-length: 2\r\n\r\n{}";

#[tokio::test]
async fn a_request_arrives_as_it_was_built_and_its_answer_comes_back_whole() {
    let upstream = Upstream::that(vec![say(OK)]).await;
    let mut request = get(&upstream.url("/v1/things?q=a%20b#part"));
    request.method = Method::Post;
    request.body = Some(Bytes::from_static(b"{\"a\":1}"));
    let secret = Secret::new("Bearer s3cr3t".to_owned());
    request
        .headers
        .push(("Authorization".to_owned(), HeaderText::Secret(secret)));

    let answer = door(loopback_policy()).send(request).await.unwrap();

    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("application/json"))
    );
    assert_eq!(
        answer
            .headers
            .iter()
            .filter(|(name, _)| name == "x-a")
            .count(),
        2
    );
    assert_eq!(answer.body, "{}");
    let seen = &upstream.requests().await[0];
    assert!(
        seen.starts_with("POST /v1/things?q=a%20b HTTP/1.1\r\n"),
        "{seen}"
    );
    assert!(
        seen.contains("\r\nauthorization: Bearer s3cr3t\r\n"),
        "{seen}"
    );
    assert!(seen.contains("\r\naccept-encoding: identity\r\n"), "{seen}");
    assert!(
        seen.contains(&format!("\r\nhost: {}\r\n", upstream.address)),
        "{seen}"
    );
    assert!(seen.ends_with("\r\n\r\n{\"a\":1}"), "{seen}");
    assert!(!seen.to_lowercase().contains("referer"), "{seen}");
}

#[tokio::test]
async fn connections_are_used_again_and_the_name_stays_the_host() {
    let upstream = Upstream::keeping_alive(vec![say(OK)]).await;
    let mut names = Names::default();
    names.0.insert(
        "api.example.com".to_owned(),
        vec!["127.0.0.1".parse().unwrap()],
    );
    let egress = Egress::new(loopback_policy(), Arc::new(names)).unwrap();
    let url = format!("http://API.example.com.:{}/", upstream.port());
    for _ in 0..50 {
        assert_eq!(egress.clone().send(get(&url)).await.unwrap().status, 200);
    }
    assert_eq!(upstream.connections(), 1);
    let host = format!("\r\nhost: api.example.com:{}\r\n", upstream.port());
    assert!(
        upstream
            .requests()
            .await
            .iter()
            .all(|request| request.contains(&host))
    );
}

#[tokio::test]
async fn headers_that_say_how_a_message_travels_are_not_the_callers() {
    let upstream = Upstream::canary().await;
    let egress = door(loopback_policy());
    let bad = [
        ("Host", "internal"),
        ("content-length", "0"),
        ("Transfer-Encoding", "chunked"),
        ("connection", "x-a"),
        ("accept-encoding", "gzip"),
        ("upgrade", "h2c"),
        ("te", "trailers"),
        ("proxy-authorization", "x"),
        ("expect", "100-continue"),
        ("x a", "b"),
        ("", "b"),
        ("x-a", "b\r\nx-injected: c"),
        ("x-a", "b\0"),
        ("x\r\ny", "b"),
    ];
    for (name, value) in bad {
        let mut request = get(&upstream.url("/"));
        request
            .headers
            .push((name.to_owned(), HeaderText::Plain(value.to_owned())));
        let error = egress.send(request).await.unwrap_err();
        assert_eq!(error.code(), "outbound_request_invalid", "{name:?}");
        assert!(!error.may_have_been_sent());
    }
    assert_eq!(upstream.connections(), 0);
    println!("headers refused: N={}", bad.len());
}

#[tokio::test]
async fn a_missing_name_and_a_closed_port_are_told_apart_and_nothing_was_sent() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let egress = door(loopback_policy());
    let error = egress
        .send(get(&format!("http://{closed}/")))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.may_have_been_sent()),
        ("upstream_connect", false)
    );
    let error = egress
        .send(get("http://missing.example.com/?key=s3cr3t"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.may_have_been_sent()),
        ("upstream_dns", false)
    );
    assert!(
        !format!("{error} {error:?}").contains("s3cr3t"),
        "no URL in an error: {error:?}"
    );
}

#[tokio::test]
async fn no_error_holds_the_url_or_a_header() {
    let mut told = 0;
    for steps in [
        vec![],
        vec![say("junk\r\n\r\n")],
        vec![say("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na")],
    ] {
        let upstream = Upstream::that(steps).await;
        let mut request = get(&upstream.url("/?key=s3cr3t"));
        let secret = Secret::new("Bearer s3cr3t".to_owned());
        request
            .headers
            .push(("authorization".to_owned(), HeaderText::Secret(secret)));
        let error = door(loopback_policy()).send(request).await.unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("s3cr3t"),
            "{error:?}"
        );
        told += 1;
    }
    println!("errors free of secrets: N={told}");
}

#[tokio::test]
async fn a_server_that_still_has_the_same_document_sends_none() {
    let tagged = "HTTP/1.1 200 OK\r\netag: W/\"one\"\r\ncontent-length: 2\r\n\r\n{}";
    let upstream = Upstream::that(vec![say(tagged)]).await;
    let fetched = door(loopback_policy()).fetch(&upstream.url("/")).await;
    let etag = fetched.unwrap().etag;
    assert_eq!(etag.as_deref(), Some("W/\"one\""));
    assert!(!upstream.requests().await[0].contains("if-none-match"));

    let same = Upstream::that(vec![say("HTTP/1.1 304 Not Modified\r\n\r\n")]).await;
    let door = door(loopback_policy());
    let asked = door.fetch_unless(&same.url("/"), etag.as_deref()).await;
    assert!(asked.unwrap().is_none());
    assert!(same.requests().await[0].contains("if-none-match: W/\"one\"\r\n"));
    let unasked = door.fetch(&same.url("/")).await.unwrap_err();
    assert_eq!(unasked.code(), "upstream_redirect");

    let odd = [
        "etag: one",
        "etag: \"a b\"",
        "etag: \"\u{e9}\"",
        "x-etag: \"one\"",
    ];
    for header in odd {
        let head = format!("HTTP/1.1 200 OK\r\n{header}\r\ncontent-length: 2\r\n\r\n{{}}");
        let upstream = Upstream::that(vec![say(head)]).await;
        let fetched = door.fetch(&upstream.url("/")).await.unwrap();
        assert_eq!(fetched.etag, None, "{header}");
    }
    println!("N = {} tags that are not sent back", odd.len());
}

#[tokio::test]
async fn a_document_is_fetched_and_anything_but_a_plain_success_is_an_error() {
    let upstream = Upstream::that(vec![say(OK)]).await;
    let fetched = door(loopback_policy())
        .fetch(&upstream.url("/openapi.json"))
        .await
        .unwrap();
    assert_eq!(fetched.bytes, "{}");
    assert_eq!(fetched.content_type.as_deref(), Some("application/json"));

    let gone = Upstream::that(vec![say(
        "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
    )])
    .await;
    let error = door(loopback_policy())
        .fetch(&gone.url("/"))
        .await
        .unwrap_err();
    assert!(matches!(error, EgressError::Status(404)));

    let head = format!(
        "HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
        upstream.url("/")
    );
    let moved = Upstream::that(vec![say(head)]).await;
    let error = door(loopback_policy())
        .fetch(&moved.url("/"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "upstream_redirect");
    assert_eq!(upstream.connections(), 1);
}
