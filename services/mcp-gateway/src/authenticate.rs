//! Who is calling: the bearer token, and the challenge when there is none (RFC 6750, RFC 9728).

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
};
use countersign_access::TenantScope;
use countersign_domain::{Fault as _, digest::Digest, name::Slug, risk::RiskClass};
use countersign_edge::{ClientAddress, Problem, token::TokenKind};
use countersign_tool_registry::Catalogue;
use serde_json::json;

use crate::gateway::Gateway;

/// What a request presents.
enum Presented {
    Nothing,
    Bearer(Digest),
    /// More than one method, or one that is not ours.
    TwoMethods,
    Foreign,
}

/// Finds the agent by its token, or the answer that tells a client how to become one.
pub(crate) async fn authenticate(
    gateway: &Gateway,
    request: &HttpRequest,
    (tenant, endpoint): (&Slug, &Slug),
) -> Result<(Digest, Arc<TenantScope>), HttpResponse> {
    let from = ClientAddress::of(request).0;
    let presented = presented(request);
    // Who guesses does not shut out a neighbour whose token was good a moment ago.
    let was_good = matches!(presented, Presented::Bearer(token) if gateway.was_good(token));
    if !was_good && gateway.is_guessing(from) {
        return Err(too_many());
    }
    let found = find(gateway, presented, (tenant, endpoint)).await;
    let refused = |answer: &HttpResponse| answer.status() == StatusCode::UNAUTHORIZED;
    if found.as_ref().err().is_some_and(refused) {
        gateway.guessed(from);
    }
    found
}

async fn find(
    gateway: &Gateway,
    presented: Presented,
    (tenant, endpoint): (&Slug, &Slug),
) -> Result<(Digest, Arc<TenantScope>), HttpResponse> {
    let token = match presented {
        Presented::Bearer(token) => token,
        Presented::Nothing => return Err(challenge(gateway, tenant, endpoint, None).await),
        Presented::Foreign => {
            return Err(challenge(gateway, tenant, endpoint, Some("invalid_token")).await);
        }
        Presented::TwoMethods => return Err(invalid_request()),
    };
    match current_scope(gateway, token, (tenant, endpoint)).await {
        Ok(scope) => Ok((token, scope)),
        Err((_, answer)) => Err(answer),
    }
}

/// Finds out whom a token speaks for now; for nobody, why and the answer that says so.
pub(crate) async fn current_scope(
    gateway: &Gateway,
    token: Digest,
    (tenant, endpoint): (&Slug, &Slug),
) -> Result<Arc<TenantScope>, (&'static str, HttpResponse)> {
    match gateway.principal(token, tenant, endpoint).await {
        Ok(Some(scope)) => Ok(scope),
        Ok(None) => {
            let why = "invalid_token";
            Err((why, challenge(gateway, tenant, endpoint, Some(why)).await))
        }
        Err(error) => {
            tracing::warn!(code = error.code(), error = %error, "could not look a token up");
            let (why, detail) = ("database_unavailable", "try again in a moment");
            let status = StatusCode::SERVICE_UNAVAILABLE;
            let mut problem = Problem::new(status, why, detail);
            problem.retry_after = Some(1);
            Err((why, actix_web::ResponseError::error_response(&problem)))
        }
    }
}

/// Only the `Authorization` header counts; a token in the query is as good as none.
fn presented(request: &HttpRequest) -> Presented {
    let mut given = request.headers().get_all(header::AUTHORIZATION);
    let Some(first) = given.next() else {
        return Presented::Nothing;
    };
    if given.next().is_some() {
        return Presented::TwoMethods;
    }
    let token = first.to_str().ok().and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let token = token.and_then(|token| TokenKind::Access.read(token));
    token.map_or(Presented::Foreign, Presented::Bearer)
}

/// `401` with the way to a token: where the metadata is, and which scopes the endpoint uses.
async fn challenge(
    gateway: &Gateway,
    tenant: &Slug,
    endpoint: &Slug,
    error: Option<&str>,
) -> HttpResponse {
    let catalogues = &gateway.parts.catalogues;
    let scopes = match catalogues.get_for_anyone(tenant, endpoint).await {
        Ok(Some(catalogue)) => scopes_text(&classes(&catalogue)),
        Ok(None) | Err(_) => RiskClass::Read.scope().to_owned(),
    };
    let metadata = metadata_url(gateway, tenant, endpoint);
    let mut value = format!("Bearer resource_metadata=\"{metadata}\", scope=\"{scopes}\"");
    if let Some(error) = error {
        value.insert_str("Bearer ".len(), &format!("error=\"{error}\", "));
    }
    HttpResponse::Unauthorized()
        .insert_header((header::WWW_AUTHENTICATE, value))
        .json(json!({"error": error.unwrap_or("unauthorized")}))
}

/// `403` that asks for everything the call needs, in one challenge.
pub(crate) fn insufficient_scope(
    gateway: &Gateway,
    (tenant, endpoint): (&Slug, &Slug),
    needed: &[RiskClass],
) -> HttpResponse {
    let metadata = metadata_url(gateway, tenant, endpoint);
    let scopes = scopes_text(needed);
    let value = format!(
        "Bearer error=\"insufficient_scope\", scope=\"{scopes}\", resource_metadata=\"{metadata}\", \
         error_description=\"this tool needs a scope that was not granted\""
    );
    HttpResponse::Forbidden()
        .insert_header((header::WWW_AUTHENTICATE, value))
        .json(json!({"error": "insufficient_scope", "scope": scopes}))
}

fn metadata_url(gateway: &Gateway, tenant: &Slug, endpoint: &Slug) -> String {
    let path = format!("/.well-known/oauth-protected-resource/mcp/{tenant}/{endpoint}");
    gateway.parts.public_url.link(&path)
}

/// The classes that an endpoint has tools of; at least READ, so that a token can be asked for.
fn classes(catalogue: &Catalogue) -> Vec<RiskClass> {
    let present = |class: &RiskClass| {
        *class == RiskClass::Read || catalogue.tools().iter().any(|tool| tool.class() == *class)
    };
    RiskClass::ALL.into_iter().filter(present).collect()
}

fn scopes_text(classes: &[RiskClass]) -> String {
    classes
        .iter()
        .map(|class| class.scope())
        .collect::<Vec<_>>()
        .join(" ")
}

fn invalid_request() -> HttpResponse {
    HttpResponse::BadRequest()
        .insert_header((header::WWW_AUTHENTICATE, "Bearer error=\"invalid_request\""))
        .json(json!({"error": "invalid_request"}))
}

/// `429` for who asks too often.
pub(crate) fn too_many() -> HttpResponse {
    HttpResponse::TooManyRequests()
        .insert_header((header::RETRY_AFTER, "1"))
        .json(json!({"error": "rate_limited"}))
}
