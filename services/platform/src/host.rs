//! A browser that was told another name for our address (DNS rebinding) is not served under it.

use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, StatusCode, header, uri::PathAndQuery},
    middleware::Next,
};
use countersign_edge::{Edge, Problem};

use crate::operator::{HEALTH, READY};

/// Serves only requests that name us as we are known. A person who opened a page under another
/// name of this machine is sent to the right one; probes and agents are let through, since probes
/// know only addresses and the gateway has the same check of its own.
pub(crate) async fn only_ours<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let path = request.path();
    let exempt = path == HEALTH || path == READY || path.starts_with("/mcp/");
    let edge = Edge::of(request.request()).clone();
    let host = request.headers().get(header::HOST);
    let host = host.and_then(|value| value.to_str().ok());
    if exempt || host.is_some_and(|host| edge.public_url().is_our_host(host)) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    if request.method() == Method::GET && wants_page(&request) {
        let target = request.uri().path_and_query().map(PathAndQuery::as_str);
        let target = target
            .filter(|target| target.starts_with('/'))
            .unwrap_or("/");
        let answer = HttpResponse::TemporaryRedirect()
            .insert_header((header::LOCATION, edge.public_url().link(target)))
            .finish();
        return Ok(request.into_response(answer));
    }
    Ok(request.error_response(Problem::new(
        StatusCode::MISDIRECTED_REQUEST,
        "host_not_allowed",
        "this server is known by another name",
    )))
}

fn wants_page(request: &ServiceRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT);
    let accept = accept.and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}
