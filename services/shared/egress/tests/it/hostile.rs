//! T74: upstreams that answer too much, too slowly, in disguise, or not to the end.

use std::fmt::Write as _;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign_domain::Fault;
use countersign_domain::operation::Method;
use countersign_egress::{
    Egress, EgressError, EgressPolicy, InboundResponse, OutboundRequest, RequestLimits, Resolver,
    Room,
};
use tokio::time::timeout;

use crate::upstream::{Step, Upstream, door, get, loopback_policy, say};

const MB: usize = 1024 * 1024;
const NO_PAUSE: Duration = Duration::ZERO;
/// Longer than any test lasts.
const FOR_EVER: Step = Step::Wait(Duration::from_hours(1));

/// Short limits, so that slowness is seen quickly; for upstreams that are given up and no others,
/// as on a busy machine everybody is slow.
fn quick() -> RequestLimits {
    RequestLimits {
        first_byte: Duration::from_secs(1),
        total: Duration::from_secs(3),
        idle: Duration::from_secs(1),
        ..RequestLimits::default()
    }
}

async fn answer_to(
    steps: Vec<Step>,
    limits: RequestLimits,
) -> Result<InboundResponse, EgressError> {
    let upstream = Upstream::that(steps).await;
    let mut request = get(&upstream.url("/"));
    request.limits = limits;
    in_the_end(&door(loopback_policy()), request).await
}

/// What does not end by itself is given up, or the test has failed.
async fn in_the_end(
    door: &Egress,
    request: OutboundRequest,
) -> Result<InboundResponse, EgressError> {
    let ended = timeout(Duration::from_mins(2), door.send(request)).await;
    ended.expect("an end")
}

async fn code_of(steps: Vec<Step>, limits: RequestLimits) -> &'static str {
    let error = answer_to(steps, limits).await.unwrap_err();
    assert!(
        error.may_have_been_sent(),
        "{error}: the upstream saw the request"
    );
    error.code()
}

/// The most memory this process ever held, in bytes.
fn peak_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
    kilobytes.unwrap_or(0_usize) * 1024
}

/// Room for so many bytes and no more.
#[derive(Debug)]
struct Little(usize);

impl Room for Little {
    fn fits(&self, bytes: usize) -> bool {
        bytes <= self.0
    }
}

#[tokio::test]
async fn a_body_is_read_as_far_as_there_is_room() {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {MB}\r\n\r\n");
    for (room, most) in [(0, 16 << 10), (100_000, 100_000), (MB, MB)] {
        let body = Step::Repeat(vec![b'x'; 64 * 1024], NO_PAUSE);
        let upstream = Upstream::that(vec![say(&head), body]).await;
        let request = get(&upstream.url("/"));
        let answer = door(loopback_policy())
            .send_within(request, &Little(room))
            .await;
        let answer = answer.unwrap();
        assert_eq!(answer.is_cut, room < MB);
        assert!(
            (1..=most).contains(&answer.body.len()),
            "{}",
            answer.body.len()
        );
        assert!(answer.is_cut || answer.body.len() == MB);
    }
}

#[tokio::test]
async fn an_answer_over_its_limit_is_cut_off_and_memory_stays_small() {
    let chunk = |size: usize| {
        let mut chunk = format!("{size:x}\r\n").into_bytes();
        chunk.resize(chunk.len() + size, b'x');
        chunk.extend_from_slice(b"\r\n");
        chunk
    };
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let before = peak_memory();
    let endless_chunks = vec![say(chunked), Step::Repeat(chunk(64 * 1024), NO_PAUSE)];
    let small_chunks = vec![say(chunked), Step::Repeat(chunk(1), NO_PAUSE)];
    let no_length = vec![
        say("HTTP/1.1 200 OK\r\n\r\n"),
        Step::Repeat(vec![b'x'; 64 * 1024], NO_PAUSE),
    ];
    let announced = vec![
        say("HTTP/1.1 200 OK\r\ncontent-length: 107374182400\r\n\r\n"),
        Step::Repeat(vec![b'x'; 64 * 1024], NO_PAUSE),
    ];
    for steps in [endless_chunks, no_length, announced] {
        assert_eq!(
            code_of(steps, RequestLimits::default()).await,
            "upstream_too_large"
        );
    }
    let small = RequestLimits {
        body_bytes: 10_000,
        ..RequestLimits::default()
    };
    assert_eq!(code_of(small_chunks, small).await, "upstream_too_large");
    let grown = peak_memory() - before;
    assert!(grown < 64 * MB, "{grown}");
    println!(
        "T74 endless answers cut off: N=4, memory grew by {} KiB",
        grown / 1024
    );
}

#[tokio::test]
async fn an_answer_exactly_at_its_limit_is_whole() {
    let limits = RequestLimits {
        body_bytes: MB,
        ..RequestLimits::default()
    };
    for (size, fits) in [(MB, true), (MB + 1, false)] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n");
        let with_length = vec![say(head), say(vec![b'x'; size])];
        let without = vec![say("HTTP/1.1 200 OK\r\n\r\n"), say(vec![b'x'; size])];
        for steps in [with_length, without] {
            match answer_to(steps, limits).await {
                Ok(answer) => assert!(fits && answer.body.len() == size),
                Err(error) => assert!(!fits && error.code() == "upstream_too_large"),
            }
        }
    }
}

#[tokio::test]
async fn a_slow_upstream_is_given_up() {
    let drip = |bytes: &str| Step::Repeat(bytes.as_bytes().to_vec(), Duration::from_millis(100));
    let nothing = vec![FOR_EVER];
    let slow_headers = vec![say("HTTP/1.1 200 OK\r\n"), drip("x-a: b\r\n")];
    let endless_1xx = vec![drip("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")];
    let silent_body = vec![
        say("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"),
        FOR_EVER,
    ];
    let slow_body = vec![
        say("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n"),
        drip("x"),
    ];
    // None of them ever ends by itself.
    for steps in [nothing, slow_headers, endless_1xx, silent_body, slow_body] {
        assert_eq!(code_of(steps, quick()).await, "upstream_timeout");
    }
    println!("T74 slow answers given up: N=5");
}

#[tokio::test]
async fn an_encoded_answer_is_refused_without_being_opened() {
    let gzip =
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x00\x00\x83\x16\xdc\x8c\x01\x00\x00\x00";
    let mut tried = 0;
    for header in [
        "content-encoding: gzip",
        "content-encoding: br",
        "Content-Encoding: ZSTD",
        "content-encoding: deflate",
        "content-encoding: identity\r\ncontent-encoding: gzip",
        "content-encoding: gzip, gzip",
        "content-encoding: x-unknown",
    ] {
        let head = format!(
            "HTTP/1.1 200 OK\r\n{header}\r\ncontent-length: {}\r\n\r\n",
            gzip.len()
        );
        assert_eq!(
            code_of(vec![say(head), say(gzip)], RequestLimits::default()).await,
            "upstream_encoding"
        );
        tried += 1;
    }
    let transfer = "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
    assert_eq!(
        code_of(vec![say(transfer)], RequestLimits::default()).await,
        "upstream_encoding"
    );
    let identity = "HTTP/1.1 200 OK\r\ncontent-encoding: identity\r\ncontent-length: 2\r\n\r\nok";
    assert_eq!(
        answer_to(vec![say(identity)], RequestLimits::default())
            .await
            .unwrap()
            .body,
        "ok"
    );
    println!("T74 encoded answers refused: N={}", tried + 1);
}

#[tokio::test]
async fn headers_over_their_limit_are_refused() {
    let one_megabyte = format!(
        "HTTP/1.1 200 OK\r\nx-big: {}\r\ncontent-length: 0\r\n\r\n",
        "a".repeat(MB)
    );
    let just_over = format!(
        "HTTP/1.1 200 OK\r\nx-big: {}\r\ncontent-length: 0\r\n\r\n",
        "a".repeat(64 * 1024)
    );
    let many = |count: usize| {
        let mut head = "HTTP/1.1 200 OK\r\n".to_owned();
        for index in 0..count {
            write!(head, "x-{index}: a\r\n").unwrap();
        }
        head + "content-length: 0\r\n\r\n"
    };
    let endless = vec![
        say("HTTP/1.1 200 OK\r\nx-big: "),
        Step::Repeat(vec![b'a'; 64 * 1024], NO_PAUSE),
    ];
    let cases = [
        vec![say(one_megabyte)],
        vec![say(just_over)],
        vec![say(many(101))],
        vec![say(many(10_000))],
        endless,
    ];
    let tried = cases.len();
    for steps in cases {
        assert_eq!(
            code_of(steps, RequestLimits::default()).await,
            "upstream_too_large"
        );
    }
    assert_eq!(
        answer_to(vec![say(many(99))], RequestLimits::default())
            .await
            .unwrap()
            .headers
            .len(),
        100
    );
    println!("T74 heads over the limit refused: N={tried}");
}

#[tokio::test]
async fn ten_thousand_trailers_do_no_harm() {
    let mut answer =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n".to_owned();
    for index in 0..10_000 {
        write!(answer, "x-{index}: a\r\n").unwrap();
    }
    let result = answer_to(vec![say(answer + "\r\n")], RequestLimits::default()).await;
    assert!(matches!(
        result.unwrap_err().code(),
        "upstream_protocol" | "upstream_reset"
    ));
}

#[tokio::test]
async fn an_answer_that_ends_too_early_is_never_taken_for_whole() {
    let reset_in_body = vec![
        say("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"),
        Step::Wait(Duration::from_millis(50)),
        Step::Reset,
    ];
    let closed_in_body = vec![say("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc")];
    let closed_in_chunk = vec![say(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nabc",
    )];
    let closed_between_chunks = vec![say(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
    )];
    let closed_in_head = vec![say("HTTP/1.1 200 OK\r\ncontent-")];
    let closed_at_once = vec![];
    let reset_at_once = vec![Step::Reset];
    let cases = [
        reset_in_body,
        closed_in_body,
        closed_in_chunk,
        closed_between_chunks,
        closed_in_head,
        closed_at_once,
        reset_at_once,
    ];
    let tried = cases.len();
    for (index, steps) in cases.into_iter().enumerate() {
        assert_eq!(
            code_of(steps, RequestLimits::default()).await,
            "upstream_reset",
            "case {index}"
        );
    }
    println!("T74 answers cut short: N={tried}");
}

#[tokio::test]
async fn what_is_not_http_is_not_an_answer() {
    let cases = [
        "SSH-2.0-OpenSSH_9.6\r\n",
        "220 mail ESMTP\r\n\r\n",
        "+OK\r\n\r\n",
        "\0\0\0\0\0\0\0\0\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n",
    ];
    for text in cases {
        assert_eq!(
            code_of(vec![say(text)], RequestLimits::default()).await,
            "upstream_protocol",
            "{text:?}"
        );
    }
    println!("T74 answers that are not HTTP: N={}", cases.len());
}

/// A name server that never answers.
struct Silence;

#[async_trait]
impl Resolver for Silence {
    async fn resolve(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_connection_that_never_comes_about_is_given_up_and_nothing_was_sent() {
    let silent = Upstream::that(vec![FOR_EVER]).await;
    let policy = EgressPolicy {
        connect_timeout: Some(Duration::from_millis(300)),
        ..loopback_policy()
    };
    let egress = Egress::new(policy, Arc::new(Silence)).unwrap();
    let no_handshake = format!("https://127.0.0.1:{}/", silent.port());
    for url in [no_handshake.as_str(), "https://api.example.com/"] {
        let error = in_the_end(&egress, get(url)).await.unwrap_err();
        assert_eq!(
            (error.code(), error.may_have_been_sent()),
            ("upstream_timeout", false),
            "{url}"
        );
    }
}

#[tokio::test]
async fn a_method_that_echoes_or_tunnels_leaves_by_no_door() {
    let names = ["TRACE", "TRACK", "CONNECT", "connect", "PRI", "DEBUG"];
    for name in names {
        let upstream = Upstream::that(vec![say("HTTP/1.1 204 No Content\r\n\r\n")]).await;
        let mut request = get(&upstream.url("/"));
        request.method = Method::as_written(name).unwrap();
        let error = door(loopback_policy()).send(request).await.unwrap_err();
        assert_eq!(error.code(), "outbound_request_invalid", "{name}");
        assert!(!error.may_have_been_sent(), "{name}");
    }
    println!("N = {} methods that leave by no door", names.len());
}

#[tokio::test]
async fn an_answer_without_a_body_is_not_judged_by_the_body_it_describes() {
    let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 107374182400\r\n\r\n";
    let upstream = Upstream::that(vec![say(head)]).await;
    let mut request = get(&upstream.url("/"));
    request.method = Method::Head;
    let answer = door(loopback_policy()).send(request).await.unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, 0));
}
