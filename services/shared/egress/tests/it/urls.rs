//! T71: schemes, ports, user information and proxies of the environment.

use std::process::Command;

use countersign_domain::Fault;
use countersign_egress::{EgressError, EgressPolicy, Fetch, PlainHttp, Url};

use crate::upstream::{Upstream, door, get, loopback_policy, public_policy, say};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test]
async fn only_https_is_a_scheme_unless_the_policy_says_otherwise() {
    let egress = door(EgressPolicy::default());
    let refused = [
        "http://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "ftp://example.com/",
        "ws://example.com/",
        "wss://example.com/",
        "unix:/var/run/docker.sock",
        "data:,hello",
        "javascript:alert(1)",
        "jar:https://example.com/",
        "dict://example.com:11211/stat",
        "ldap://example.com/",
        "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
        "blob:https://example.com/",
        "HTTP://example.com/",
        "hTtP:example.com",
    ];
    for text in refused {
        let error = egress.send(get(text)).await.unwrap_err();
        assert!(
            matches!(error, EgressError::DestinationNotAllowed),
            "{text}"
        );
    }
    println!("T71 schemes refused: N={}", refused.len());
}

#[tokio::test]
async fn user_information_in_a_url_is_refused() {
    let canary = Upstream::canary().await;
    let egress = door(loopback_policy());
    for userinfo in [
        "user@",
        "user:secret@",
        ":secret@",
        "example.com@",
        "a%40b@",
        "user:@",
    ] {
        let url = format!("http://{userinfo}127.0.0.1:{}/", canary.port());
        let error = egress.send(get(&url)).await.unwrap_err();
        assert_eq!(error.code(), "destination_not_allowed", "{userinfo}");
    }
    assert_eq!(canary.connections(), 0);
}

#[test]
fn ports_of_services_that_do_not_speak_http_are_refused() {
    let egress = door(public_policy());
    let refused = [
        0, 1, 7, 9, 19, 20, 21, 22, 23, 25, 53, 69, 79, 81, 110, 111, 123, 135, 139, 143, 161, 389,
        445, 465, 514, 587, 636, 873, 993, 995, 1023, 1433, 1521, 1883, 2049, 2181, 2375, 2376,
        2379, 3306, 3389, 5060, 5432, 5672, 5900, 6379, 9042, 9092, 10250, 11211, 26379, 27017,
    ];
    for port in refused {
        let url: Url = format!("https://example.com:{port}/").parse().unwrap();
        assert!(egress.check(url).is_err(), "{port}");
    }
    for port in [
        80, 443, 1024, 3000, 4443, 8000, 8080, 8443, 9443, 32768, 65535,
    ] {
        let url: Url = format!("https://example.com:{port}/").parse().unwrap();
        assert!(egress.check(url).is_ok(), "{port}");
    }
    println!("T71 ports refused: N={}", refused.len());
}

#[tokio::test]
async fn a_tenant_that_opts_out_of_plain_http_shares_the_door_but_not_the_rule() {
    let upstream = Upstream::that(vec![say(OK)]).await;
    let open = door(loopback_policy());
    let strict = open.with_plain_http(PlainHttp::Refused);
    assert!(strict.send(get(&upstream.url("/"))).await.is_err());
    assert_eq!(upstream.connections(), 0);
    assert_eq!(
        open.send(get(&upstream.url("/"))).await.unwrap().status,
        200
    );
}

#[tokio::test]
async fn what_is_no_url_is_refused_like_everything_else_when_fetching() {
    let egress = door(EgressPolicy::default());
    for text in [
        "",
        "example.com",
        "https://",
        "https://[fe80::1%25eth0]/",
        "https://exa mple.com/",
        "https://a..b/",
        "https://example.com:99999/",
    ] {
        let error = egress.fetch(text).await.unwrap_err();
        assert_eq!(error.code(), "destination_not_allowed", "{text:?}");
    }
}

/// Runs itself again with every proxy variable set: the variables of this process cannot be
/// changed safely.
#[tokio::test]
async fn proxies_of_the_environment_are_ignored() {
    if let Some(url) = std::env::var_os("EGRESS_TEST_UPSTREAM") {
        let url = url.into_string().unwrap();
        let answer = door(loopback_policy()).send(get(&url)).await.unwrap();
        assert_eq!(answer.status, 200);
        return;
    }
    let upstream = Upstream::that(vec![say(OK)]).await;
    let proxy = Upstream::canary().await;
    let mut again = Command::new(std::env::current_exe().unwrap());
    again
        .args(["--exact", "urls::proxies_of_the_environment_are_ignored"])
        .env("EGRESS_TEST_UPSTREAM", upstream.url("/"));
    for name in [
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ] {
        again.env(name, proxy.url("/"));
    }
    let ended = tokio::task::spawn_blocking(move || again.output())
        .await
        .unwrap()
        .unwrap();
    assert!(
        ended.status.success(),
        "{}",
        String::from_utf8_lossy(&ended.stdout)
    );
    assert_eq!((upstream.connections(), proxy.connections()), (1, 0));
}
