//! Where a request came from, as far as that can be believed.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};
use countersign_domain::text;
use futures_util::future::{Ready, ready};

use crate::{edge::Edge, problem::Problem};

/// The client's address: the peer's, or what the configured proxies in front of us say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The address of this request's client.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        let peer = request.peer_addr().map(|peer| peer.ip());
        let forwarded = forwarded(request, Edge::of(request).proxy_hops());
        let address = forwarded.or(peer).unwrap_or(Ipv4Addr::UNSPECIFIED.into());
        Self(address.to_canonical())
    }
}

impl FromRequest for ClientAddress {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

/// Each proxy appends whom it heard from, so the last `hops` entries are ours to believe and the
/// first of those is the client.
fn forwarded(request: &HttpRequest, hops: u8) -> Option<IpAddr> {
    let back = usize::from(hops).checked_sub(1)?;
    let lines = request.headers().get_all("x-forwarded-for");
    let entries: Vec<&str> = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .collect();
    entries.iter().rev().nth(back)?.parse().ok()
}

/// What the browser calls itself: a claim, cut to a size and without hidden characters.
#[derive(Clone, Debug)]
pub struct UserAgent(pub String);

impl FromRequest for UserAgent {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let header = request.headers().get(header::USER_AGENT);
        let claimed = header
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        ready(Ok(Self(text::strip(claimed, 200))))
    }
}
