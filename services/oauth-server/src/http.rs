//! The doors: each reads its input, calls one use case and shapes the answer.

mod answer;
mod handlers;

use actix_web::http::Method;
use countersign_domain::World;
use countersign_edge::{PublicUrl, Routes, WhoMay};
use countersign_store::Store;

use crate::{Authorizations, Clients, Issuer, Limits, Tokens};

/// Everything the doors need; an application holds it as `web::Data`.
#[derive(Clone)]
pub struct OAuthServer {
    /// Who we are.
    pub issuer: Issuer,
    /// Authorization requests and consent.
    pub authorizations: Authorizations,
    /// Registration.
    pub clients: Clients,
    /// Tokens.
    pub tokens: Tokens,
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) limits: Limits,
}

impl OAuthServer {
    /// Builds the services behind the doors.
    #[must_use]
    pub fn new(store: Store, world: World, public: &PublicUrl, limits: Limits) -> Self {
        let issuer = Issuer::from(public);
        let parts = || (store.clone(), world.clone(), issuer.clone());
        let (for_requests, for_tokens) = (parts(), parts());
        Self {
            authorizations: Authorizations::new(
                for_requests.0,
                for_requests.1,
                for_requests.2,
                limits,
            ),
            clients: Clients::new(store.clone(), world.clone(), &limits),
            tokens: Tokens::new(for_tokens.0, for_tokens.1, for_tokens.2, limits),
            issuer,
            store,
            world,
            limits,
        }
    }
}

/// Lists the doors. The consent page is the dashboard's.
#[must_use]
pub fn routes() -> Routes {
    const SERVER: &str = "/.well-known/oauth-authorization-server";
    const RESOURCE: &str = "/.well-known/oauth-protected-resource/mcp/{tenant}/{endpoint}";
    let routes = Routes::new()
        .get(SERVER, WhoMay::Public, handlers::authorization_server)
        .get(RESOURCE, WhoMay::Public, handlers::protected_resource)
        .get("/oauth/authorize", WhoMay::Public, handlers::authorize)
        .post("/oauth/token", WhoMay::Public, handlers::token)
        .post("/oauth/revoke", WhoMay::Public, handlers::revoke)
        .post("/oauth/register", WhoMay::Public, handlers::register);
    // Clients that run in browsers ask first. The authorize page is never fetched, only opened.
    [
        SERVER,
        RESOURCE,
        "/oauth/token",
        "/oauth/revoke",
        "/oauth/register",
    ]
    .into_iter()
    .fold(routes, |routes, path| {
        routes.route(Method::OPTIONS, path, WhoMay::Public, handlers::preflight)
    })
}
