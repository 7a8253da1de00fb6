//! The two cookies: one holds the session, one stands for a browser that has none yet.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite},
};
use countersign_domain::secret::Secret;

use crate::{edge::Edge, public_url::PublicUrl};

/// Base64url of 256 bits.
const TOKEN_LENGTH: usize = 43;

impl Edge {
    /// The cookie that signs a browser in. It goes when the browser closes; the server ends it
    /// earlier.
    #[must_use]
    pub fn session_cookie(&self, token: &Secret) -> Cookie<'static> {
        cookie(
            session_name(self.public_url()),
            token.expose().to_owned(),
            self.public_url(),
        )
    }

    /// The cookie that signs a browser out.
    #[must_use]
    pub fn no_session_cookie(&self) -> Cookie<'static> {
        let mut cookie = cookie(
            session_name(self.public_url()),
            String::new(),
            self.public_url(),
        );
        cookie.make_removal();
        cookie
    }
}

/// The session's token, if the cookie has the form of one.
pub(crate) fn token(request: &HttpRequest, url: &PublicUrl) -> Option<String> {
    value(request, session_name(url))
}

/// What stands for a browser without a session.
pub(crate) fn browser(request: &HttpRequest, url: &PublicUrl) -> Option<String> {
    value(request, browser_name(url))
}

/// The cookie that gives a browser without a session something to bind a form to.
pub(crate) fn browser_cookie(value: String, url: &PublicUrl) -> Cookie<'static> {
    cookie(browser_name(url), value, url)
}

fn value(request: &HttpRequest, name: &str) -> Option<String> {
    let cookie = request.cookie(name)?;
    let text = cookie.value();
    let formed = text.len() == TOKEN_LENGTH
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    formed.then(|| text.to_owned())
}

fn cookie(name: &'static str, value: String, url: &PublicUrl) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(url.is_https())
        .same_site(SameSite::Lax)
        .finish()
}

/// `__Host-` cookies cannot be set by a sibling domain; browsers take them over TLS only.
fn session_name(url: &PublicUrl) -> &'static str {
    if url.is_https() {
        "__Host-countersign"
    } else {
        "countersign"
    }
}

fn browser_name(url: &PublicUrl) -> &'static str {
    if url.is_https() {
        "__Host-countersign-browser"
    } else {
        "countersign-browser"
    }
}
