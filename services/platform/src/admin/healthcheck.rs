//! Asks a server on this machine whether it is ready.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, bail};

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// One request needs no HTTP client, and only `egress` may have one.
#[expect(clippy::disallowed_methods, reason = "a server on this very machine")]
pub(crate) fn healthcheck(listen: SocketAddr) -> anyhow::Result<ExitCode> {
    let address: IpAddr = match listen {
        SocketAddr::V4(at) if at.ip().is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(at) if at.ip().is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        SocketAddr::V4(_) | SocketAddr::V6(_) => listen.ip(),
    };
    let address = SocketAddr::new(address, listen.port());
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)
        .with_context(|| format!("nobody listens on {address}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // In one piece: whoever answers at once and goes has read all of it.
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut status = String::new();
    BufReader::new(stream).read_line(&mut status)?;
    match status.split(' ').nth(1) {
        Some("200") => Ok(ExitCode::SUCCESS),
        other => bail!(
            "the server is not ready: it answered {}",
            other.unwrap_or("nothing")
        ),
    }
}
