//! A small upstream that says exactly the bytes a test wants, and doors that lead to it.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use countersign_domain::operation::Method;
use countersign_egress::{
    Egress, EgressPolicy, HeaderText, Loopback, OutboundRequest, PlainHttp, RequestLimits, Resolver,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One step of what an upstream does after it has read a request.
#[derive(Clone)]
pub(crate) enum Step {
    Say(Vec<u8>),
    /// Says something again and again, with a pause before each, until nobody listens.
    Repeat(Vec<u8>, Duration),
    Wait(Duration),
    /// Ends the connection with a reset instead of an orderly close.
    Reset,
}

pub(crate) fn say(bytes: impl AsRef<[u8]>) -> Step {
    Step::Say(bytes.as_ref().to_vec())
}

pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<tokio::sync::Mutex<Vec<String>>>,
}

impl Upstream {
    /// Listens on 127.0.0.1 and answers every request with the same steps, then closes.
    pub(crate) async fn that(steps: Vec<Step>) -> Self {
        Self::on(Ipv4Addr::LOCALHOST.into(), 0, steps, KeepAlive::No).await
    }

    /// Like [`Upstream::that`], but the connection is used for further requests.
    pub(crate) async fn keeping_alive(steps: Vec<Step>) -> Self {
        Self::on(Ipv4Addr::LOCALHOST.into(), 0, steps, KeepAlive::Yes).await
    }

    /// A listener that nobody may ever reach.
    pub(crate) async fn canary() -> Self {
        Self::that(vec![say(
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nreach",
        )])
        .await
    }

    pub(crate) async fn on(ip: IpAddr, port: u16, steps: Vec<Step>, keep: KeepAlive) -> Self {
        let listener = TcpListener::bind((ip, port)).await.unwrap();
        let upstream = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let connections = Arc::clone(&upstream.connections);
        let requests = Arc::clone(&upstream.requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                let (steps, requests) = (steps.clone(), Arc::clone(&requests));
                tokio::spawn(async move { serve(stream, steps, requests, keep).await });
            }
        });
        upstream
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The heads and bodies of all requests so far.
    pub(crate) async fn requests(&self) -> Vec<String> {
        self.requests.lock().await.clone()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeepAlive {
    Yes,
    No,
}

async fn serve(
    mut stream: TcpStream,
    steps: Vec<Step>,
    requests: Arc<tokio::sync::Mutex<Vec<String>>>,
    keep: KeepAlive,
) -> io::Result<()> {
    while let Some(request) = read_request(&mut stream).await? {
        requests.lock().await.push(request);
        for step in &steps {
            perform(&mut stream, step).await?;
        }
        if keep == KeepAlive::No {
            break;
        }
    }
    Ok(())
}

async fn perform(stream: &mut TcpStream, step: &Step) -> io::Result<()> {
    match step {
        Step::Say(bytes) => stream.write_all(bytes).await,
        Step::Repeat(bytes, pause) => loop {
            if !pause.is_zero() {
                tokio::time::sleep(*pause).await;
            }
            stream.write_all(bytes).await?;
        },
        Step::Wait(time) => {
            tokio::time::sleep(*time).await;
            Ok(())
        }
        Step::Reset => {
            stream.set_zero_linger()?;
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
                .unwrap_or(0);
            if read.len() >= end + 4 + length {
                return Ok(Some(String::from_utf8_lossy(&read).into_owned()));
            }
        }
        match stream.read(&mut buffer).await? {
            0 => return Ok(None),
            count => read.extend_from_slice(&buffer[..count]),
        }
    }
}

/// A resolver with a fixed answer per name.
#[derive(Default)]
pub(crate) struct Names(pub(crate) HashMap<String, Vec<IpAddr>>);

#[async_trait]
impl Resolver for Names {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.0
            .get(name)
            .cloned()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// What tests of answers use: this machine, without TLS.
pub(crate) fn loopback_policy() -> EgressPolicy {
    EgressPolicy {
        loopback: Loopback::Allowed,
        plain_http: PlainHttp::Allowed,
        ..EgressPolicy::default()
    }
}

/// A server's policy, but without the rule for TLS, so that only the address rule can refuse.
pub(crate) fn public_policy() -> EgressPolicy {
    EgressPolicy {
        plain_http: PlainHttp::Allowed,
        ..EgressPolicy::default()
    }
}

pub(crate) fn door(policy: EgressPolicy) -> Egress {
    Egress::new(policy, Arc::new(Names::default())).unwrap()
}

pub(crate) fn get(url: &str) -> OutboundRequest {
    OutboundRequest {
        method: Method::Get,
        url: url.parse().unwrap(),
        headers: vec![("accept".to_owned(), HeaderText::Plain("*/*".to_owned()))],
        body: None,
        limits: RequestLimits::default(),
    }
}
