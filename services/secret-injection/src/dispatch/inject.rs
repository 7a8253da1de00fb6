//! Puts the secret into the request: the last thing before it leaves.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use countersign_domain::{connection::AuthScheme, secret::Secret};
use countersign_egress::{HeaderText, OutboundRequest, RequestLimits};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::prepare::Prepared;

/// Everything but the unreserved characters of RFC 3986 section 2.3.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A part of a credential with fewer bytes is not looked for by itself: words of an answer that
/// have nothing to do with it hold it, too.
const SHORT: usize = 6;

/// Letters and digits that a key has at least.
const KEY: usize = 16;

/// Makes the outbound request, with the secret in its place if there is one.
pub(super) fn inject(prepared: Prepared<'_>, secret: Option<&Secret>) -> OutboundRequest {
    let mut headers: Vec<(String, HeaderText)> = prepared
        .headers()
        .into_iter()
        .map(|(name, value)| (name, HeaderText::Plain(value)))
        .collect();
    let request = prepared.request.into_parts();
    let mut url = request.url;
    if let Some((credential, secret)) = prepared.credential.zip(secret) {
        match &credential.scheme {
            AuthScheme::ApiKeyHeader { name } => headers.push((
                name.to_ascii_lowercase(),
                HeaderText::Secret(joined("", secret.expose())),
            )),
            AuthScheme::Bearer => headers.push(authorization("Bearer ", secret.expose())),
            AuthScheme::Basic => {
                let encoded = Secret::new(STANDARD.encode(secret.expose()));
                headers.push(authorization("Basic ", encoded.expose()));
            }
            AuthScheme::ApiKeyQuery { name } => append(&mut url, name, secret),
            AuthScheme::ApiKeyCookie { name } => add_cookie(&mut headers, name, secret),
        }
    }
    OutboundRequest {
        method: request.method,
        url,
        headers,
        body: request.body.map(Bytes::from),
        limits: RequestLimits::default(),
    }
}

/// What the scrubber looks for: the whole of a credential, and what of it is secret by itself.
pub(super) fn secret_parts(scheme: &AuthScheme, secret: &Secret) -> Vec<Secret> {
    let text = secret.expose();
    let (user, part) = match scheme {
        AuthScheme::Basic => text.split_once(':').unzip(),
        AuthScheme::ApiKeyHeader { .. } => (None, text.rsplit_once(' ').map(|(_, token)| token)),
        AuthScheme::Bearer | AuthScheme::ApiKeyQuery { .. } | AuthScheme::ApiKeyCookie { .. } => {
            (None, None)
        }
    };
    let part = part.filter(|part| part.len() >= SHORT);
    // Some APIs take their key as the user, and no password or a word of their own for one.
    let user = user.filter(|user| is_like_key(user) || (part.is_none() && user.len() >= SHORT));
    let whole_and_parts = [Some(text), part, user].into_iter().flatten();
    whole_and_parts.map(|part| joined("", part)).collect()
}

/// Says whether the user of a credential looks like a key, and not like somebody's name.
fn is_like_key(user: &str) -> bool {
    let drawn = user.bytes().filter(u8::is_ascii_alphanumeric).count();
    drawn >= KEY && user.bytes().any(|byte| byte.is_ascii_digit()) && !user.contains('@')
}

fn authorization(kind: &str, secret: &str) -> (String, HeaderText) {
    let value = HeaderText::Secret(joined(kind, secret));
    ("authorization".to_owned(), value)
}

/// In one piece of memory from the start, so that none is left behind.
fn joined(before: &str, secret: &str) -> Secret {
    let mut text = String::with_capacity(before.len() + secret.len());
    text.push_str(before);
    text.push_str(secret);
    Secret::new(text)
}

/// One header holds all cookies (RFC 6265 section 5.4): what it was, and one pair more.
fn add_cookie(headers: &mut Vec<(String, HeaderText)>, name: &str, secret: &Secret) {
    let others = headers.iter().position(|(header, _)| header == "cookie");
    let mut pair = match others.map(|at| headers.remove(at).1) {
        Some(HeaderText::Plain(others)) => format!("{others}; "),
        Some(HeaderText::Secret(_)) | None => String::new(),
    };
    pair.push_str(name);
    pair.push('=');
    let value = HeaderText::Secret(joined(&pair, secret.expose()));
    headers.push(("cookie".to_owned(), value));
}

/// The query is what it was, and one pair more.
fn append(url: &mut Url, name: &str, secret: &Secret) {
    let mut query = url
        .query()
        .map(|query| format!("{query}&"))
        .unwrap_or_default();
    query.extend(utf8_percent_encode(name, STRICT));
    query.push('=');
    query.extend(utf8_percent_encode(secret.expose(), STRICT));
    let query = Secret::new(query);
    url.set_query(Some(query.expose()));
}
