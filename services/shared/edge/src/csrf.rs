//! A request that changes something comes from our own page, in the browser it was drawn for.
//!
//! Two locks, each sufficient by itself. The browser says where the request came from
//! (`Sec-Fetch-Site`, else `Origin`; neither is no answer and is refused). And the page carries a
//! token: a keyed hash under the session's own token, or under a cookie of its own for a browser
//! that has no session yet. `SameSite` on the cookies is a third lock that we do not count on.

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::Payload,
    http::header::{HeaderMap, ORIGIN},
};
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_domain::World;
use futures_util::future::{Ready, ready};

use crate::{edge::Edge, problem::Problem, public_url::PublicUrl, session_cookie};

/// The form field that carries the token.
pub const CSRF_FIELD: &str = "csrf";
/// The header that carries the token where there is no form.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// What the token is a hash of; its key is the cookie.
const PURPOSE: &[u8] = b"countersign csrf token, version 1";

/// The token for the forms of a page. As an argument of the handler that draws the page it gives
/// a browser without a session the cookie that the token is bound to.
#[derive(Clone)]
pub struct CsrfToken(String);

impl CsrfToken {
    /// The text for the hidden field or the header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for CsrfToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromRequest for CsrfToken {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let edge = Edge::of(request);
        let key = anchor(request, edge.public_url())
            .unwrap_or_else(|| new_browser(request, edge.world()));
        ready(Ok(Self(URL_SAFE_NO_PAD.encode(token_of(&key)))))
    }
}

/// A request that passed the first lock: it came from our own origin. [`SameOrigin::verify`] is
/// the second. For bodies that are read in pieces; [`crate::Form`] and [`crate::JsonBody`] do
/// both by themselves.
#[must_use]
pub struct SameOrigin {
    key: Option<String>,
}

impl SameOrigin {
    /// Checks the token that came with the body.
    ///
    /// # Errors
    /// When it is not the one of this browser.
    pub fn verify(self, token: &str) -> Result<(), Problem> {
        let wrong = || {
            Problem::forbidden(
                "csrf_token_wrong",
                "this form is no longer good; reload the page and try again",
            )
        };
        let key = self.key.ok_or_else(wrong)?;
        let given = URL_SAFE_NO_PAD.decode(token).map_err(|_| wrong())?;
        // Constant time; the library compares.
        hmac::verify(&signer(&key), PURPOSE, &given).map_err(|_| wrong())
    }

    pub(crate) fn check(request: &HttpRequest) -> Result<Self, Problem> {
        let url = Edge::of(request).public_url();
        if !is_same_origin(request.headers(), url) {
            return Err(Problem::forbidden(
                "cross_site_request",
                "this request did not come from one of our own pages",
            ));
        }
        Ok(Self {
            key: anchor(request, url),
        })
    }

    pub(crate) fn verify_header(self, request: &HttpRequest) -> Result<(), Problem> {
        let header = request.headers().get(CSRF_HEADER);
        let token = header.and_then(|value| value.to_str().ok());
        self.verify(token.unwrap_or_default())
    }
}

impl FromRequest for SameOrigin {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Self::check(request))
    }
}

/// The browser's word on where a request came from. Pages with `Referrer-Policy: no-referrer`
/// send `Origin: null`, so `null` is no contradiction beside `Sec-Fetch-Site: same-origin`, but
/// proves nothing without it.
fn is_same_origin(headers: &HeaderMap, url: &PublicUrl) -> bool {
    let one = |name: &str| {
        let mut values = headers.get_all(name);
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
            (Some(_), Some(_)) => Err(()),
        }
    };
    let (Ok(site), Ok(origin)) = (one("sec-fetch-site"), one(ORIGIN.as_str())) else {
        return false;
    };
    match (site, origin) {
        (Some("same-origin"), None | Some("null")) => true,
        (Some("same-origin") | None, Some(origin)) => url.is_our_origin(origin),
        (Some(_), _) | (None, None) => false,
    }
}

/// What the token is bound to: the session if there is one, else the browser.
fn anchor(request: &HttpRequest, url: &PublicUrl) -> Option<String> {
    session_cookie::token(request, url).or_else(|| session_cookie::browser(request, url))
}

fn signer(key: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes())
}

fn token_of(key: &str) -> hmac::Tag {
    hmac::sign(&signer(key), PURPOSE)
}

/// The value of a browser cookie that [`crate::protect`] still has to set.
#[derive(Clone)]
pub(crate) struct NewBrowser(pub(crate) String);

fn new_browser(request: &HttpRequest, world: &World) -> String {
    let known = request.extensions().get::<NewBrowser>().cloned();
    known
        .unwrap_or_else(|| {
            let new = NewBrowser(URL_SAFE_NO_PAD.encode(world.bytes::<32>()));
            request.extensions_mut().insert(new.clone());
            new
        })
        .0
}
