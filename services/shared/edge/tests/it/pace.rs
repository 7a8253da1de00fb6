//! T26: bodies that come slowly or not at all, over connections of their own.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose connections do not hold has failed"
)]

use std::{net::SocketAddr, time::Duration};

use actix_web::{
    App, HttpResponse, HttpServer,
    dev::ServerHandle,
    middleware::from_fn,
    rt::{net::TcpStream, spawn, time::sleep},
    web,
};
use countersign_edge::{Pace, Routes, WhoMay, protect};
use countersign_testkit::ends;
use futures_util::{StreamExt as _, future::join_all};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::front::{ORIGIN, edge, routes};

const HOST: &str = "countersign.example";

/// Every way to read a body, and none.
fn readers() -> Routes {
    routes()
        .post("/bytes", WhoMay::Public, async |body: web::Bytes| {
            body.len().to_string()
        })
        .post("/pieces", WhoMay::Public, pieces)
        .post("/unread", WhoMay::Public, async || "did not look")
        .post("/nothing", WhoMay::Public, async || {
            HttpResponse::NoContent().finish()
        })
}

async fn pieces(mut body: web::Payload) -> String {
    let mut length = 0;
    while let Some(Ok(piece)) = body.next().await {
        length += piece.len();
    }
    length.to_string()
}

/// Serves them at this pace. The server ends with the value.
struct Served(SocketAddr, ServerHandle);

impl Served {
    fn at(pace: Pace) -> Self {
        let server = HttpServer::new(move || {
            let edge = edge().with_pace(pace);
            App::new()
                .configure(move |config| edge.configure(config))
                .configure(|config| readers().configure(config))
                .wrap(from_fn(protect))
        });
        let server = server.workers(1).disable_signals();
        let server = server.bind(("127.0.0.1", 0)).unwrap();
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        spawn(server);
        Self(address, handle)
    }

    /// Sends a head that says what kind of body follows, and the first piece of one.
    #[expect(clippy::disallowed_methods, reason = "the test's own server")]
    async fn post(&self, path: &str, head: &str, piece: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.0).await.unwrap();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {HOST}\r\norigin: {ORIGIN}\r\n{head}\r\n\r\n{piece}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.1.stop(false));
    }
}

/// Reads until the other side has closed the connection.
async fn closed(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    let read = ends("the end", stream.read_to_string(&mut answer)).await;
    read.unwrap();
    answer
}

const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";
/// Ten bytes are announced, and so is a body of any length; there is one byte.
const BEGUN: [(&str, &str); 2] = [
    ("content-length: 10", "x"),
    ("transfer-encoding: chunked", "1\r\nx\r\n"),
];

#[actix_web::test]
async fn t26_who_does_not_send_the_rest_is_sent_away() {
    let served = Served::at(Pace {
        silence: Duration::from_millis(300),
        ..Pace::default()
    });
    let mut waiting = Vec::new();
    for (kind, piece) in BEGUN {
        for path in ["/bytes", "/pieces", "/sign-in"] {
            let head = format!("{FORM}{kind}");
            waiting.push(closed(served.post(path, &head, piece).await));
        }
    }
    let answers = join_all(waiting).await;
    for answer in &answers {
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("request_timeout"), "{answer}");
        assert!(answer.contains("content-security-policy"), "{answer}");
    }
    println!("{} bodies withheld, 0 connections kept", answers.len());
}

#[actix_web::test]
async fn t26_who_sends_a_byte_now_and_then_is_sent_away() {
    let served = Served::at(Pace {
        silence: Duration::from_secs(1),
        ..Pace::default()
    });
    let mut stream = served.post("/bytes", "content-length: 100000", "").await;
    let mut sent = 0_u32;
    while stream.write_all(b"x").await.is_ok() {
        sleep(Duration::from_millis(20)).await;
        sent += 1;
        assert!(sent < 1_500, "it is waited for at any pace");
    }
}

#[actix_web::test]
async fn a_body_that_keeps_its_pace_may_take_as_long_as_it_takes() {
    let pace = Pace {
        silence: Duration::from_secs(3),
        bytes_per_second: 10,
    };
    let served = Served::at(pace);
    let (pieces, piece) = (30, "x".repeat(10));
    let head = format!("connection: close\r\ncontent-length: {}", pieces * 10);
    let mut stream = served.post("/bytes", &head, "").await;
    // Five seconds.
    for _ in 0..pieces {
        sleep(Duration::from_millis(170)).await;
        stream.write_all(piece.as_bytes()).await.unwrap();
    }
    let answer = closed(stream).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n300"), "{answer}");
}

#[actix_web::test]
async fn a_body_that_nobody_reads_holds_no_connection() {
    let served = Served::at(Pace::default());
    let mut waiting = Vec::new();
    for (kind, piece) in BEGUN {
        for (path, status) in [
            ("/unread", 200),
            ("/nothing", 204),
            ("/no/such/path", 404),
            ("/bytes/", 404),
        ] {
            let stream = served.post(path, kind, piece).await;
            waiting.push(async move { (status, closed(stream).await) });
        }
    }
    for (status, answer) in join_all(waiting).await {
        let wanted = format!("HTTP/1.1 {status}");
        assert!(answer.starts_with(&wanted), "{answer}");
    }
}

#[actix_web::test]
async fn a_connection_whose_body_was_read_serves_the_next_request() {
    let served = Served::at(Pace::default());
    for (kind, body) in [
        ("content-length: 3", "one"),
        ("transfer-encoding: chunked", "3\r\none\r\n0\r\n\r\n"),
    ] {
        let mut stream = served.post("/bytes", kind, body).await;
        let next = format!("GET / HTTP/1.1\r\nhost: {HOST}\r\nconnection: close\r\n\r\n");
        stream.write_all(next.as_bytes()).await.unwrap();
        let answers = closed(stream).await;
        assert!(answers.contains("\r\n\r\n3HTTP/1.1 200"), "{answers}");
        assert!(answers.ends_with("welcome"), "{answers}");
    }
}
