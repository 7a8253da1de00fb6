//! A connection on which a request is sent piece by piece.

use countersign_testkit::ends;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use url::Url;

/// A connection of its own, for one request.
pub struct Wire(TcpStream);

impl Wire {
    /// Opens one and sends a request's head, with the headers given; its body is to be `length`
    /// bytes long.
    ///
    /// # Panics
    /// When nobody listens.
    #[expect(
        clippy::disallowed_methods,
        reason = "the house that the tests started"
    )]
    pub async fn post(url: &str, headers: &[(&str, &str)], length: usize) -> Self {
        let url = Url::parse(url).expect("a URL");
        let (path, host) = (url.path(), url.authority());
        let mut head = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n"
        );
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        let stream = TcpStream::connect(host).await.expect("a listener");
        let mut wire = Self(stream);
        wire.send(&(head + "\r\n")).await;
        wire
    }

    /// Sends a piece.
    ///
    /// # Panics
    /// When nobody takes it.
    pub async fn send(&mut self, piece: &str) {
        let sent = self.0.write_all(piece.as_bytes()).await;
        sent.expect("the house reads");
    }

    /// Breaks the connection off, as a client does that crashes.
    ///
    /// # Panics
    /// When the system does not know how.
    pub fn break_off(self) {
        self.0.set_zero_linger().expect("a reset");
    }

    /// Waits until an answer has begun, and takes nothing of it.
    ///
    /// # Panics
    /// When none begins.
    pub async fn answered(&self) {
        let peeked = ends("the start of an answer", self.0.peek(&mut [0])).await;
        assert_eq!(peeked.expect("the connection holds"), 1);
    }

    /// Reads the answer until the other side closes the connection.
    ///
    /// # Panics
    /// When it does neither.
    pub async fn answer(mut self) -> String {
        let mut answer = Vec::new();
        let read = ends("an answer", self.0.read_to_end(&mut answer)).await;
        read.expect("the connection is closed in order");
        String::from_utf8_lossy(&answer).into_owned()
    }
}
