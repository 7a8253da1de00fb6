//! What a reviewer is shown of a request before it is sent, and its digest.

use countersign_domain::{
    connection::AuthScheme,
    digest::Digest,
    hold::{ShownCredential, ShownRequest},
    operation::ImportedOperation,
};
use countersign_store::catalogue::CredentialFacts;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    RequestRefused,
    prepare::{To, prepare},
};

/// A larger request is not held: nobody can be asked to read it.
pub const REVIEWABLE_BYTES: usize = 64 * 1024;

/// All of a request that is not secret, as a countersignature is bound to it.
#[derive(Serialize)]
struct Bound<'a> {
    /// Nothing else that is digested has this.
    kind: &'static str,
    method: &'a str,
    url: &'a str,
    headers: &'a [(String, String)],
    body: Option<Digest>,
    credential: Option<&'a ShownCredential>,
}

impl Bound<'_> {
    fn digest(&self) -> Digest {
        Digest::of_canonical(self).expect("texts have a canonical form")
    }
}

/// Shows the request that these arguments mean.
///
/// # Errors
/// When it could not be sent, or is larger than [`REVIEWABLE_BYTES`].
pub fn preview(
    operation: &ImportedOperation,
    arguments: &Map<String, Value>,
    to: To<'_>,
) -> Result<ShownRequest, RequestRefused> {
    let prepared = prepare(operation, arguments, to)?;
    let headers = prepared.headers();
    let request = &prepared.request;
    let body_bytes = request.body().map_or(0, <[u8]>::len);
    let header_bytes: usize = headers
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if request.url().as_str().len() + header_bytes + body_bytes > REVIEWABLE_BYTES {
        return Err(RequestRefused::TooLargeToReview);
    }
    let method = request.method().to_string();
    let credential = prepared.credential.map(shown);
    let bound = Bound {
        kind: "countersign request",
        method: &method,
        url: request.url().as_str(),
        headers: &headers,
        body: request.body().map(Digest::of),
        credential: credential.as_ref(),
    };
    Ok(ShownRequest {
        digest: bound.digest(),
        method,
        url: request.display_url().to_owned(),
        body: request.display_body(),
        content_type: request.content_type().map(ToOwned::to_owned),
        body_bytes,
        credential,
        headers,
    })
}

fn shown(credential: &CredentialFacts) -> ShownCredential {
    let place = match &credential.scheme {
        AuthScheme::ApiKeyHeader { name } => format!("header {}", name.to_ascii_lowercase()),
        AuthScheme::ApiKeyQuery { name } => format!("query parameter {name}"),
        AuthScheme::ApiKeyCookie { name } => format!("cookie {name}"),
        AuthScheme::Bearer => "header authorization, as a bearer token".to_owned(),
        AuthScheme::Basic => "header authorization, as user and password".to_owned(),
    };
    ShownCredential {
        label: credential.label(),
        place,
    }
}
