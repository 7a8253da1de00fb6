//! From a call to a request that may be sent, but for the secret.

use countersign_domain::{
    connection::AuthScheme,
    operation::{ImportedOperation, Security},
};
use countersign_store::catalogue::{ConnectionFacts, CredentialFacts};
use serde_json::{Map, Value};
use url::Url;

use super::RequestRefused;
use crate::{BuiltRequest, RequestTemplate, build, connections::same_place};

/// What upstreams are told about who asks.
const USER_AGENT: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));

/// A request whose way is checked, and the credential that belongs into it. There is no secret
/// in it yet.
pub(super) struct Prepared<'a> {
    pub(super) request: BuiltRequest,
    pub(super) credential: Option<&'a CredentialFacts>,
}

/// Builds the request and checks where it goes. Both the preview and the sending start here, so
/// what is shown is what is sent.
pub(super) fn prepare<'a>(
    operation: &ImportedOperation,
    arguments: &Map<String, Value>,
    connection: &'a ConnectionFacts,
) -> Result<Prepared<'a>, RequestRefused> {
    let base = connection.base_url.as_url();
    let template = RequestTemplate {
        method: operation.method,
        base,
        path: &operation.path,
        binds: &operation.binds,
        body: operation.body.as_ref(),
    };
    let request = build(&template, arguments)?;
    if !is_below(base, request.url()) {
        return Err(RequestRefused::HostNotAllowed);
    }
    let credential = connection.credential.as_ref();
    match credential {
        Some(credential) => check_credential(credential, connection, &request)?,
        None if needs_credential(&operation.security) => {
            return Err(RequestRefused::CredentialMissing);
        }
        None => {}
    }
    Ok(Prepared {
        request,
        credential,
    })
}

impl Prepared<'_> {
    /// Every header that is sent but the credential's and those of the connection itself.
    pub(super) fn headers(&self) -> Vec<(String, String)> {
        let mut headers = self.request.headers().to_vec();
        if !headers.iter().any(|(name, _)| name == "user-agent") {
            headers.push(("user-agent".to_owned(), USER_AGENT.to_owned()));
        }
        headers
    }
}

/// Says whether a URL is the base's own or below its path, at the same scheme, host and port.
pub(super) fn is_below(base: &Url, url: &Url) -> bool {
    let prefix = base.path().trim_end_matches('/');
    let is_in_path = url
        .path()
        .strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let has_no_user = url.username().is_empty() && url.password().is_none();
    url.origin() == base.origin() && is_in_path && has_no_user
}

/// A credential is bound to the address it was stored for, and nothing but it may stand in its
/// place.
fn check_credential(
    credential: &CredentialFacts,
    connection: &ConnectionFacts,
    request: &BuiltRequest,
) -> Result<(), RequestRefused> {
    let is_bound_here = same_place(&credential.base_url, &connection.base_url)
        && is_below(credential.base_url.as_url(), request.url());
    if !is_bound_here {
        return Err(RequestRefused::HostNotAllowed);
    }
    let is_taken = match &credential.scheme {
        AuthScheme::ApiKeyHeader { name } => sets_header(request, name),
        AuthScheme::Bearer | AuthScheme::Basic => sets_header(request, "authorization"),
        AuthScheme::ApiKeyQuery { name } => request
            .url()
            .query_pairs()
            .any(|(set, _)| set.eq_ignore_ascii_case(name)),
    };
    if is_taken {
        return Err(RequestRefused::CredentialClash);
    }
    Ok(())
}

fn sets_header(request: &BuiltRequest, name: &str) -> bool {
    request
        .headers()
        .iter()
        .any(|(set, _)| set.eq_ignore_ascii_case(name))
}

/// Whether the document says that nobody is let in without one.
fn needs_credential(security: &Security) -> bool {
    match security {
        Security::Undeclared | Security::Public => false,
        Security::AnyOf(alternatives) => {
            !alternatives.is_empty() && alternatives.iter().all(|all| !all.is_empty())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_means_the_same_origin_and_the_same_path_or_deeper() {
        let below = |base: &str, url: &str| is_below(&base.parse().unwrap(), &url.parse().unwrap());
        for url in [
            "https://api.example.com/v1",
            "https://api.example.com/v1/a/b?c=d",
            "https://api.example.com:443/v1/",
        ] {
            assert!(below("https://api.example.com/v1", url), "{url}");
        }
        assert!(below(
            "https://api.example.com/",
            "https://api.example.com/a"
        ));
        for url in [
            "http://api.example.com/v1/a",
            "https://api.example.com:8443/v1/a",
            "https://api.example.com.evil.example/v1/a",
            "https://api.example.com/v10",
            "https://api.example.com/v1/../admin",
            "https://evil.example/v1/a",
            "https://user@api.example.com/v1/a",
        ] {
            assert!(!below("https://api.example.com/v1", url), "{url}");
        }
    }
}
