//! The headers that tell a browser what our pages may do.

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use countersign_domain::World;
use futures_util::future::{Ready, ready};
use url::Url;

use crate::{problem::Problem, public_url::PublicUrl};

/// The number that this answer's own scripts and styles carry.
#[derive(Clone, Debug)]
pub struct CspNonce(String);

impl CspNonce {
    pub(crate) fn new(world: &World) -> Self {
        Self(STANDARD_NO_PAD.encode(world.bytes::<18>()))
    }

    /// The text for the `nonce` attribute.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nonce of the answer to this request.
    ///
    /// # Panics
    /// When the application is not wrapped in [`crate::protect`].
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        let nonce = request.extensions().get::<Self>().cloned();
        nonce.expect("every application is wrapped in edge::protect")
    }
}

impl std::fmt::Display for CspNonce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromRequest for CspNonce {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

/// Where the forms of one page may lead besides to ourselves.
#[derive(Default)]
pub(crate) struct FormTargets(Vec<String>);

/// Lets the forms of the page that answers this request lead to another place too: the consent
/// page's answer is a redirect to the client, and browsers hold redirects to `form-action`.
///
/// An address that cannot be written as a policy source is left out, and the browser then
/// refuses it.
pub fn allow_form_target(request: &HttpRequest, target: &Url) {
    if let Some(source) = policy_source(target) {
        let mut extensions = request.extensions_mut();
        if let Some(targets) = extensions.get_mut::<FormTargets>() {
            targets.0.push(source);
        } else {
            extensions.insert(FormTargets(vec![source]));
        }
    }
}

/// An origin for the web, a scheme for apps. A host may hold characters that would end the
/// directive; IPv6 literals have no spelling in a policy, so loopback there means its scheme.
fn policy_source(url: &Url) -> Option<String> {
    let plain = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-_:/+".contains(&b))
    };
    let source = match url.scheme() {
        "http" | "https" if matches!(url.host(), Some(url::Host::Ipv6(_))) => {
            format!("{}:", url.scheme())
        }
        "http" | "https" => url.origin().ascii_serialization(),
        scheme => format!("{scheme}:"),
    };
    plain(&source).then_some(source)
}

/// Puts the headers on an answer.
pub(crate) fn write(
    headers: &mut HeaderMap,
    url: &PublicUrl,
    nonce: &CspNonce,
    targets: Option<&FormTargets>,
) {
    const FIXED: [(&str, &str); 6] = [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ];
    for (name, value) in FIXED {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    if url.is_https() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000"),
        );
    }
    let policy = HeaderValue::from_str(&policy(nonce, targets))
        .expect("a nonce and checked sources are visible ASCII");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
}

fn policy(nonce: &CspNonce, targets: Option<&FormTargets>) -> String {
    let mut forms = String::from("'self'");
    for target in targets.iter().flat_map(|targets| &targets.0) {
        forms.push(' ');
        forms.push_str(target);
    }
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action {forms}; \
         frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_target_cannot_write_policy() {
        for (url, source) in [
            ("https://app.example/cb?x", Some("https://app.example")),
            ("http://127.0.0.1:3118/cb", Some("http://127.0.0.1:3118")),
            ("http://[::1]:3118/cb", Some("http:")),
            ("cursor://anysphere.cursor/cb", Some("cursor:")),
            ("com.example.app:/cb", Some("com.example.app:")),
            ("https://a.example;script-src*/", None),
            ("https://a.example,b.example/", None),
            ("https://a'b.example/", None),
        ] {
            let url = Url::parse(url).unwrap();
            assert_eq!(policy_source(&url).as_deref(), source, "{url}");
        }
    }
}
