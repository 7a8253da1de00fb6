//! The browser that began an authorization, known by a cookie of its own.
//!
//! A link to somebody else's half-finished authorization is worth nothing without the cookie.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};
use countersign_domain::{World, digest::Digest, secret::Secret};
use countersign_edge::token::{is_random, random};

use crate::issuer::Issuer;

/// The name of the cookie: with the prefix that keeps sibling domains from setting it, where
/// browsers allow the prefix.
#[must_use]
pub fn browser_cookie_name(issuer: &Issuer) -> &'static str {
    if issuer.is_secure() {
        "__Host-countersign-authorize"
    } else {
        "countersign-authorize"
    }
}

/// A browser that began, or answers, an authorization.
pub struct Browser(Secret);

impl Browser {
    /// Recognises the browser of a request by its cookie.
    #[must_use]
    pub fn of(request: &HttpRequest, issuer: &Issuer) -> Option<Self> {
        let cookie = request.cookie(browser_cookie_name(issuer))?;
        is_random(cookie.value()).then(|| Self(Secret::new(cookie.value().to_owned())))
    }

    pub(crate) fn new(world: &World) -> Self {
        Self(Secret::new(random(world)))
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest::of(self.0.expose().as_bytes())
    }

    /// The cookie that makes the browser known again.
    pub(crate) fn cookie(&self, issuer: &Issuer, seconds: i32) -> Cookie<'static> {
        Cookie::build(browser_cookie_name(issuer), self.0.expose().to_owned())
            .path("/")
            .http_only(true)
            .secure(issuer.is_secure())
            .same_site(SameSite::Lax)
            .max_age(Duration::seconds(seconds.into()))
            .finish()
    }
}
