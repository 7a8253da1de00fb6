//! One handler a door.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Bytes, Data, Path},
};
use countersign_access::SystemReason;
use countersign_domain::{id::AuthorizationId, name::Slug};
use countersign_edge::{ClientAddress, Problem, ReturnTo, SignedInUser};

use super::{OAuthServer, answer};
use crate::{OAuthError, Refused, Registration, browser::Browser, metadata};

const LARGEST_FORM: usize = 16_384;
const LARGEST_REGISTRATION: usize = 65_536;

pub(crate) async fn authorization_server(server: Data<OAuthServer>) -> HttpResponse {
    answer::document(&metadata::authorization_server(&server.issuer))
}

pub(crate) async fn protected_resource(
    server: Data<OAuthServer>,
    path: Path<(String, String)>,
) -> HttpResponse {
    let (tenant, endpoint) = path.into_inner();
    let document = resource_document(&server, &tenant, &endpoint).await;
    document.unwrap_or_else(HttpResponse::from_error)
}

async fn resource_document(
    server: &OAuthServer,
    tenant: &str,
    endpoint: &str,
) -> Result<HttpResponse, Problem> {
    let tenant: Slug = tenant.parse().map_err(|_| Problem::not_found())?;
    let endpoint: Slug = endpoint.parse().map_err(|_| Problem::not_found())?;
    let tx = server
        .store
        .begin_system(SystemReason::ResolveCredential)
        .await?;
    let known = tx.known_endpoint(&tenant, &endpoint).await?;
    tx.commit().await?;
    known.ok_or_else(Problem::not_found)?;
    let document = metadata::protected_resource(&server.issuer, &tenant, &endpoint);
    Ok(answer::document(&document))
}

pub(crate) async fn authorize(
    server: Data<OAuthServer>,
    request: HttpRequest,
    address: ClientAddress,
) -> HttpResponse {
    let next = begin(&server, &request, address).await;
    next.unwrap_or_else(HttpResponse::from_error)
}

async fn begin(
    server: &OAuthServer,
    request: &HttpRequest,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    let browser = server.authorizations.browser(request);
    let browser = browser.unwrap_or_else(|| Browser::new(&server.world));
    let query = request.query_string();
    match server
        .authorizations
        .begin(query, &browser, address.0)
        .await
    {
        Ok(id) => {
            let seconds = server.limits.authorization_seconds;
            let cookie = browser.cookie(&server.issuer, seconds);
            let next = next_page(request, id).await?;
            Ok(answer::see_other(&next).cookie(cookie).finish())
        }
        Err(Refused::Redirect(url)) => Ok(answer::see_other(&url).finish()),
        Err(Refused::Link(url)) => Ok(answer::link(&url)),
        Err(Refused::Page(text)) => Ok(answer::page(text)),
        Err(Refused::Unanswered(error)) => Err(answer::problem(error)),
    }
}

/// The consent page, by way of the sign-in page for somebody who is not signed in.
async fn next_page(request: &HttpRequest, id: AuthorizationId) -> Result<String, Problem> {
    let consent = format!("/oauth/consent?request={id}");
    if SignedInUser::find(request).await?.is_some() {
        return Ok(consent);
    }
    Ok(ReturnTo::sign_in(ReturnTo::parse(&consent).as_ref()))
}

pub(crate) async fn token(
    server: Data<OAuthServer>,
    request: HttpRequest,
    address: ClientAddress,
    body: Bytes,
) -> HttpResponse {
    let issued = match form(&request, &body) {
        Ok(form) => server.tokens.exchange(form, address.0).await,
        Err(error) => Err(error),
    };
    issued.map_or_else(
        |error| answer::refusal(&error),
        |issued| answer::tokens(&issued),
    )
}

pub(crate) async fn revoke(
    server: Data<OAuthServer>,
    request: HttpRequest,
    address: ClientAddress,
    body: Bytes,
) -> HttpResponse {
    let revoked = match form(&request, &body) {
        Ok(form) => server.tokens.give_back(form, address.0).await,
        Err(error) => Err(error),
    };
    revoked.map_or_else(
        |error| answer::refusal(&error),
        |()| answer::private(StatusCode::OK).finish(),
    )
}

pub(crate) async fn register(
    server: Data<OAuthServer>,
    address: ClientAddress,
    body: Bytes,
) -> HttpResponse {
    let registered = match registration(&body) {
        Ok(registration) => server.clients.register(registration, address.0).await,
        Err(error) => Err(error),
    };
    registered.map_or_else(
        |error| answer::refusal(&error),
        |client| answer::registered(&client),
    )
}

pub(crate) async fn preflight() -> HttpResponse {
    answer::for_any_site(StatusCode::NO_CONTENT)
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"))
        .insert_header((
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, mcp-protocol-version",
        ))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish()
}

fn form<'a>(request: &HttpRequest, body: &'a [u8]) -> Result<&'a [u8], OAuthError> {
    let given = request.headers().get(header::CONTENT_TYPE);
    let given = given
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(OAuthError::InvalidRequest(
            "the body must be a URL-encoded form",
        ));
    }
    if body.len() > LARGEST_FORM {
        return Err(OAuthError::InvalidRequest("the body is too large"));
    }
    Ok(body)
}

fn registration(body: &[u8]) -> Result<Registration, OAuthError> {
    if body.len() > LARGEST_REGISTRATION {
        return Err(OAuthError::InvalidClientMetadata(
            "the metadata is too large",
        ));
    }
    serde_json::from_slice(body).map_err(|_| {
        OAuthError::InvalidClientMetadata("the metadata is not a JSON object of client metadata")
    })
}
