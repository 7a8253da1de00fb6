//! The door: sends one request and brings back one bounded answer.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, ClientBuilder, Request, Response, redirect, retry};
use tokio::time::{Instant, timeout_at};
use tracing::warn;
use url::Url;

use crate::destination::Destination;
use crate::error::{EgressError, Sent};
use crate::failure;
use crate::message::{HeaderText, InboundResponse, OutboundRequest, Plenty, RequestLimits, Room};
use crate::policy::{EgressPolicy, PlainHttp};
use crate::resolve::{CheckedResolver, LookUps, Resolver, SystemResolver};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const POOL_IDLE: Duration = Duration::from_secs(30);
const POOL_PER_HOST: usize = 64;
/// The most headers an answer may have, whatever a request's own limit says.
const HEADER_COUNT: usize = 256;

/// So much of a body is read where there is no room for any of it.
const BEGINNING: usize = 16 * 1024;

/// Headers that say how a message travels: the door's own, never a caller's.
const TRAVEL_HEADERS: [&str; 13] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
];

/// The one door out. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Egress {
    client: Client,
    policy: Arc<EgressPolicy>,
    plain_http: PlainHttp,
}

/// The door could not be built: the operator's certificate authorities cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the outbound client could not be built")]
pub struct EgressBuildError(#[from] reqwest::Error);

impl Egress {
    /// Builds a door that looks names up through the given resolver.
    pub fn new(
        policy: EgressPolicy,
        resolver: Arc<dyn Resolver>,
    ) -> Result<Self, EgressBuildError> {
        let policy = Arc::new(policy);
        let client = build_client(&policy, resolver)?;
        Ok(Self {
            client,
            plain_http: policy.plain_http,
            policy,
        })
    }

    /// Builds a door that asks the operating system for addresses.
    pub fn with_system_dns(policy: EgressPolicy) -> Result<Self, EgressBuildError> {
        Self::new(policy, Arc::new(SystemResolver))
    }

    /// Returns the same door (and its connections) with another rule for plain HTTP, for a
    /// tenant that opted in or out.
    #[must_use]
    pub fn with_plain_http(&self, plain_http: PlainHttp) -> Self {
        Self {
            plain_http,
            ..self.clone()
        }
    }

    /// Checks what can be checked of a URL without a lookup and returns it in its one form.
    ///
    /// For forms and stores, so that people learn early. [`Egress::send`] checks again, and
    /// its answer is the one that counts.
    pub fn check(&self, url: Url) -> Result<Url, EgressError> {
        Destination::admit(url, &self.policy, self.plain_http)
            .map(Destination::into_url)
            .ok_or(EgressError::DestinationNotAllowed)
    }

    /// Sends a request and returns the whole answer.
    pub async fn send(&self, request: OutboundRequest) -> Result<InboundResponse, EgressError> {
        self.exchange(request, &Plenty).await
    }

    /// Sends a request and returns as much of the answer as there is room for.
    pub async fn send_within(
        &self,
        request: OutboundRequest,
        room: &dyn Room,
    ) -> Result<InboundResponse, EgressError> {
        self.exchange(request, room).await
    }

    async fn exchange(
        &self,
        request: OutboundRequest,
        room: &dyn Room,
    ) -> Result<InboundResponse, EgressError> {
        let limits = request.limits;
        let started = Instant::now();
        let deadline = started + limits.total;
        let request = self.build_request(request)?;

        let head_deadline = deadline.min(started + limits.first_byte);
        let response = timeout_at(head_deadline, self.client.execute(request))
            .await
            .map_err(|_| EgressError::Timeout(Sent::Perhaps, "no answer"))?
            .map_err(failure::before_the_answer)?;

        check_head(&response, &limits)?;
        let status = response.status();
        let mut headers = owned_headers(response.headers());
        if status.is_redirection() {
            headers.retain(|(name, value)| {
                name != "location" || self.may_follow(response.url(), value)
            });
        }
        let (body, is_cut) = read_body(response, &limits, deadline, room).await?;
        Ok(InboundResponse {
            status: status.as_u16(),
            headers,
            body,
            is_cut,
        })
    }

    fn build_request(&self, request: OutboundRequest) -> Result<Request, EgressError> {
        let url = self.check(request.url)?;
        let method = Some(request.method).filter(|method| !method.is_never_sent());
        let method = method.and_then(|method| method.as_str().parse().ok());
        let method: reqwest::Method = method.ok_or(EgressError::RequestInvalid("a method"))?;
        let mut outbound = Request::new(method, url);
        for (name, text) in request.headers {
            let (name, value) = parse_header(&name, &text)?;
            outbound.headers_mut().append(name, value);
        }
        outbound.headers_mut().insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static("identity"),
        );
        *outbound.body_mut() = request.body.map(reqwest::Body::from);
        Ok(outbound)
    }

    /// Says whether a redirect points somewhere we might go; else its target is not shown,
    /// as it may tell about the inside of the upstream's network, or ours.
    fn may_follow(&self, from: &Url, location: &[u8]) -> bool {
        std::str::from_utf8(location)
            .ok()
            .and_then(|text| from.join(text).ok())
            .is_some_and(|url| self.check(url).is_ok())
    }
}

fn build_client(
    policy: &Arc<EgressPolicy>,
    resolver: Arc<dyn Resolver>,
) -> Result<Client, EgressBuildError> {
    let mut extra_roots = Vec::with_capacity(policy.extra_roots.len());
    for root in &policy.extra_roots {
        extra_roots.push(Certificate::from_der(root)?);
    }
    let resolver = Arc::new(CheckedResolver {
        looks: LookUps::through(resolver),
        policy: Arc::clone(policy),
    });
    let common = || common_client(policy).dns_resolver(Arc::clone(&resolver));
    match common().tls_certs_merge(extra_roots.clone()).build() {
        Ok(client) => Ok(client),
        Err(error) => {
            // A machine without certificate authorities can still reach loopback; every
            // TLS connection that those would have vouched for is refused.
            warn!(
                error = &error as &dyn std::error::Error,
                "no system certificate authorities, trusting only configured ones"
            );
            Ok(common().tls_certs_only(extra_roots).build()?)
        }
    }
}

fn common_client(policy: &EgressPolicy) -> ClientBuilder {
    Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .http1_only()
        .http1_max_headers(HEADER_COUNT)
        .connect_timeout(policy.connect_timeout.unwrap_or(CONNECT_TIMEOUT))
        .pool_idle_timeout(POOL_IDLE)
        .pool_max_idle_per_host(POOL_PER_HOST)
        .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
}

fn parse_header(name: &str, text: &HeaderText) -> Result<(HeaderName, HeaderValue), EgressError> {
    let name = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| EgressError::RequestInvalid("a header name"))?;
    if TRAVEL_HEADERS.contains(&name.as_str()) {
        return Err(EgressError::RequestInvalid("a header name"));
    }
    let mut value = HeaderValue::from_str(text.expose())
        .map_err(|_| EgressError::RequestInvalid("a header value"))?;
    value.set_sensitive(matches!(text, HeaderText::Secret(_)));
    Ok((name, value))
}

fn check_head(response: &Response, limits: &RequestLimits) -> Result<(), EgressError> {
    if response.status().is_informational() {
        // 101 would turn the connection into something that is not HTTP.
        return Err(EgressError::Protocol("switched protocols".into()));
    }
    let headers = response.headers();
    let bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if bytes > limits.header_bytes || headers.len() > limits.header_count {
        return Err(EgressError::TooLarge("headers"));
    }
    let length = response.content_length();
    if length.is_some_and(|length| usize::try_from(length).is_ok_and(|l| l > limits.body_bytes)) {
        return Err(EgressError::TooLarge("a body"));
    }
    let bodyless = length == Some(0);
    if !bodyless && is_encoded(headers) {
        return Err(EgressError::Encoding);
    }
    Ok(())
}

fn is_encoded(headers: &HeaderMap) -> bool {
    let content = headers.get_all(header::CONTENT_ENCODING).iter();
    let transfer = headers.get_all(header::TRANSFER_ENCODING).iter();
    let other_than =
        |value: &HeaderValue, plain: &[u8]| !value.as_bytes().eq_ignore_ascii_case(plain);
    content
        .into_iter()
        .any(|value| other_than(value, b"identity"))
        || transfer
            .into_iter()
            .any(|value| other_than(value, b"chunked"))
}

fn owned_headers(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect()
}

/// Reads a body to its end, or as far as there is room; says whether it was cut.
async fn read_body(
    mut response: Response,
    limits: &RequestLimits,
    deadline: Instant,
    room: &dyn Room,
) -> Result<(Bytes, bool), EgressError> {
    let mut body = BytesMut::new();
    loop {
        let wait_until = deadline.min(Instant::now() + limits.idle);
        let piece = timeout_at(wait_until, response.chunk())
            .await
            .map_err(|_| EgressError::Timeout(Sent::Perhaps, "an incomplete answer"))?
            .map_err(failure::while_talking)?;
        let Some(piece) = piece else {
            return Ok((body.freeze(), false));
        };
        if piece.len() > limits.body_bytes - body.len() {
            return Err(EgressError::TooLarge("a body"));
        }
        if !room.fits(body.len() + piece.len()) {
            let beginning = BEGINNING.saturating_sub(body.len()).min(piece.len());
            body.extend_from_slice(&piece[..beginning]);
            return Ok((body.freeze(), true));
        }
        body.extend_from_slice(&piece);
    }
}
