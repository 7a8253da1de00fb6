//! A stream of events that the house keeps open for an agent.

use countersign_testkit::ends;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};
use url::Url;

use crate::Agent;

/// An open stream of events.
pub struct Stream {
    connection: BufReader<TcpStream>,
}

impl Stream {
    /// Asks for one by `GET`, as clients of 2025-11-25 do; otherwise the status of the refusal.
    ///
    /// # Errors
    /// With the status of a refusal.
    ///
    /// # Panics
    /// When nobody answers.
    pub async fn get(agent: &Agent, headers: &[(&str, &str)]) -> Result<Self, u16> {
        Self::open("GET", agent, headers, "").await
    }

    /// Asks for one by `subscriptions/listen`, as clients of 2026-07-28 do.
    ///
    /// # Errors
    /// With the status of a refusal.
    ///
    /// # Panics
    /// When nobody answers.
    pub async fn post(agent: &Agent, message: &Value) -> Result<Self, u16> {
        let headers = [
            ("content-type", "application/json"),
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", "subscriptions/listen"),
        ];
        Self::open("POST", agent, &headers, &message.to_string()).await
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the house that the tests started"
    )]
    async fn open(
        method: &str,
        agent: &Agent,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Self, u16> {
        let url = Url::parse(&agent.url).expect("a URL");
        let (path, host) = (url.path(), url.authority());
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\naccept: text/event-stream\r\n\
             authorization: Bearer {}\r\ncontent-length: {}\r\n",
            agent.token,
            body.len()
        );
        for (name, value) in headers {
            request.extend([name, ": ", value, "\r\n"]);
        }
        request.extend(["\r\n", body]);
        let mut connection = TcpStream::connect(host).await.expect("a listener");
        let sent = connection.write_all(request.as_bytes()).await;
        sent.expect("the house reads");
        let mut stream = Self {
            connection: BufReader::new(connection),
        };
        let status = stream.line().await.expect("an answer");
        let status: u16 = status
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .expect("a status");
        while stream.line().await.is_some_and(|line| !line.is_empty()) {}
        if status != 200 {
            return Err(status);
        }
        Ok(stream)
    }

    /// Waits for the next message; `None` when the stream has ended.
    ///
    /// # Panics
    /// When neither comes.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            let line = self.line().await?;
            if line == "0" {
                return None;
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return Some(serde_json::from_str(data).expect("JSON"));
            }
        }
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = ends("the next event", self.connection.read_line(&mut line)).await;
        let read = read.expect("the connection holds");
        (read > 0).then(|| line.trim_end().to_owned())
    }
}
