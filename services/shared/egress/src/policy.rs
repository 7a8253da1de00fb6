//! What one door lets through. Everything left at its default is refused.

use std::net::IpAddr;
use std::time::Duration;

use crate::address::{self, AddressBlock};

/// Whether this machine itself is a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Loopback {
    /// Never: the only setting for a server.
    #[default]
    Refused,
    /// `127.0.0.0/8` and `::1`, for the demo and for tests. Private networks stay refused.
    Allowed,
}

/// Whether a destination without TLS is acceptable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PlainHttp {
    /// `https` only.
    #[default]
    Refused,
    /// `http` to loopback, written as an address or as `localhost`; `https` elsewhere.
    ToLoopback,
    /// `http` to every address that is allowed: a tenant said so.
    Allowed,
}

/// What one door lets through.
#[derive(Clone, Debug, Default)]
pub struct EgressPolicy {
    /// Whether this machine is a destination.
    pub loopback: Loopback,
    /// Whether a destination without TLS is acceptable.
    pub plain_http: PlainHttp,
    /// Our own infrastructure by address: its database, caches, vault and public addresses.
    pub denied: Vec<AddressBlock>,
    /// Our own host names, in lower case; names below them are denied too.
    pub denied_hosts: Vec<String>,
    /// Ports denied on top of those that never speak HTTP, such as our own on loopback.
    pub denied_ports: Vec<u16>,
    /// Certificate authorities (DER) the operator trusts on top of the system's.
    pub extra_roots: Vec<Vec<u8>>,
    /// The longest a connection may take (lookup, TCP and TLS); five seconds if not set.
    pub connect_timeout: Option<Duration>,
}

impl EgressPolicy {
    /// Says whether a connection to this address may be made.
    #[must_use]
    pub fn allows_address(&self, address: IpAddr) -> bool {
        let carried = match address {
            IpAddr::V4(_) => None,
            IpAddr::V6(v6) => address::carried_v4(v6).map(IpAddr::V4),
        };
        let denied = |address: IpAddr| self.denied.iter().any(|block| block.contains(address));
        if denied(address) || carried.is_some_and(denied) {
            return false;
        }
        // `is_loopback` is exact here: 127.0.0.0/8 or ::1, and no form that carries one.
        match self.loopback {
            Loopback::Allowed if address.is_loopback() => true,
            Loopback::Allowed | Loopback::Refused => address::is_public(address),
        }
    }
}
