//! From a call to a request that may be sent, but for the secret.

use countersign_domain::{
    connection::{self, AuthScheme, is_below},
    header,
    operation::{ImportedOperation, Security, Server},
    path::Addresses,
    text,
};
use countersign_store::catalogue::{ConnectionFacts, CredentialFacts};
use serde_json::{Map, Value};
use url::Url;

use super::RequestRefused;
use crate::{
    BuildError, BuiltRequest, RequestTemplate,
    build::{address, build},
    connections::same_place,
};

/// What upstreams are told about who asks.
const USER_AGENT: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));

/// A request whose way is checked, and the credential that belongs into it. There is no secret
/// in it yet.
pub(super) struct Prepared<'a> {
    pub(super) request: BuiltRequest,
    pub(super) credential: Option<&'a CredentialFacts>,
}

/// Where a call goes and what lets it in, and what else of its API is there.
pub(super) type To<'a> = (&'a ConnectionFacts, &'a Addresses);

/// Builds the request and checks where it goes. Both the preview and the sending start here, so
/// what is shown is what is sent.
pub(super) fn prepare<'a>(
    operation: &ImportedOperation,
    arguments: &Map<String, Value>,
    (connection, addresses): To<'a>,
) -> Result<Prepared<'a>, RequestRefused> {
    let base = base_of(&operation.servers, connection.base_url.as_url())?;
    let request = build(&template(operation, &base, addresses), arguments)?;
    if !is_below(connection.base_url.as_url(), request.url()) {
        return Err(RequestRefused::HostNotAllowed);
    }
    let credential = match &connection.credential {
        Some(credential) => sendable(operation, credential, connection, &request)?,
        None if needs_credential(&operation.security) => {
            return Err(RequestRefused::CredentialMissing);
        }
        None => None,
    };
    Ok(Prepared {
        request,
        credential,
    })
}

fn template<'a>(
    operation: &'a ImportedOperation,
    base: &'a Url,
    addresses: &'a Addresses,
) -> RequestTemplate<'a> {
    RequestTemplate {
        method: operation.method,
        base,
        path: &operation.path,
        binds: &operation.binds,
        body: operation.body.as_ref(),
        input_schema: &operation.input_schema,
        addresses,
    }
}

/// Says that a call would reach another operation, for those who have to know before it is on
/// record as one that is made.
#[must_use]
pub fn reaches_another(
    operation: &ImportedOperation,
    arguments: &Map<String, Value>,
    (connection, addresses): To<'_>,
) -> Option<RequestRefused> {
    let base = base_of(&operation.servers, connection.base_url.as_url()).ok()?;
    match address(&template(operation, &base, addresses), arguments) {
        Err(other @ BuildError::OtherOperation { .. }) => Some(other.into()),
        // Whatever else is wrong with it is found where it is built.
        Ok(_) | Err(_) => None,
    }
}

/// The credential that a call would be sent with, as `id/version`: none where an argument stands in
/// its place.
#[must_use]
pub fn credential_label(
    operation: &ImportedOperation,
    arguments: &Map<String, Value>,
    to: To<'_>,
) -> Option<String> {
    let stored = to.0.credential.as_ref()?;
    // Nowhere else is anything sent without it.
    let is_left_out = operation.security == Security::Public
        && prepare(operation, arguments, to).is_ok_and(|ready| ready.credential.is_none());
    (!is_left_out).then(|| stored.label())
}

/// The address that the operation's path is appended to.
fn base_of(servers: &[Server], pinned: &Url) -> Result<Url, RequestRefused> {
    connection::base_of(servers, pinned).ok_or_else(|| RequestRefused::ServerNotPinned {
        server: text::strip(servers.first().map_or("", |first| &first.url), 200),
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

/// The credential, checked. Where anybody is let in, an argument in its place is sent instead.
fn sendable<'a>(
    operation: &ImportedOperation,
    credential: &'a CredentialFacts,
    connection: &ConnectionFacts,
    request: &BuiltRequest,
) -> Result<Option<&'a CredentialFacts>, RequestRefused> {
    let checked = leaves_room(operation, credential, request)
        .and_then(|()| check_credential(credential, connection, request));
    match checked {
        Err(RequestRefused::CredentialClash | RequestRefused::QueryFilled { .. })
            if operation.security == Security::Public =>
        {
            Ok(None)
        }
        checked => checked.map(|()| Some(credential)),
    }
}

/// Nothing can be added to a query that is one value, unless that is a form.
fn leaves_room(
    operation: &ImportedOperation,
    credential: &CredentialFacts,
    request: &BuiltRequest,
) -> Result<(), RequestRefused> {
    let is_added = matches!(credential.scheme, AuthScheme::ApiKeyQuery { .. });
    let mut binds = operation.binds.iter();
    match binds.find(|bind| bind.fills_the_query()) {
        Some(whole) if is_added && request.url().query().is_some() => {
            Err(RequestRefused::QueryFilled {
                argument: whole.key.clone(),
            })
        }
        Some(_) | None => Ok(()),
    }
}

/// A credential is bound to the address it was stored for and waits for a member when an import
/// changed that, and nothing but it may stand in its place.
fn check_credential(
    credential: &CredentialFacts,
    connection: &ConnectionFacts,
    request: &BuiltRequest,
) -> Result<(), RequestRefused> {
    if credential.suspended {
        return Err(RequestRefused::CredentialSuspended);
    }
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
        AuthScheme::ApiKeyCookie { name } => sets_cookie(request, name),
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
        .any(|(set, _)| header::is_same(set, name))
}

fn sets_cookie(request: &BuiltRequest, name: &str) -> bool {
    let cookies = request.headers().iter().filter(|(set, _)| set == "cookie");
    cookies
        .flat_map(|(_, value)| value.split(';'))
        .any(|pair| pair.split('=').next().is_some_and(|set| set.trim() == name))
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
    use countersign_domain::connection::BaseUrl;

    use super::*;

    #[test]
    fn an_operation_goes_to_its_own_server_only_where_the_pinned_address_covers_it() {
        let base = |pinned: &str, own: &[&str]| {
            let pinned: BaseUrl = pinned.parse().unwrap();
            let servers: Vec<Server> = own
                .iter()
                .map(|url| Server {
                    url: (*url).to_owned(),
                    description: String::new(),
                })
                .collect();
            base_of(&servers, pinned.as_url()).map(String::from)
        };
        let pinned = "https://api.example.com/v1";
        let refused = |server: &str| {
            Err(RequestRefused::ServerNotPinned {
                server: server.to_owned(),
            })
        };
        let own = "https://api.example.com/v1/beta";
        assert_eq!(base(pinned, &[]), Ok(pinned.to_owned()));
        assert_eq!(base(pinned, &[own]), Ok(own.to_owned()));
        assert_eq!(
            base("https://api.example.com", &["/v2"]),
            Ok("https://api.example.com/v2".to_owned())
        );
        assert_eq!(
            base(pinned, &["https://eu.example.com", own]),
            Ok(own.to_owned())
        );
        let elsewhere = [
            "https://uploads.example.com",
            "https://api.example.com",
            "https://api.example.com/v10",
            "http://api.example.com/v1",
            "https://api.example.com/v1/../admin",
            "//evil.example/v1",
            "https://169.254.169.254/v1",
        ];
        for server in elsewhere {
            assert_eq!(base(pinned, &[server]), refused(server), "{server}");
        }
        println!(
            "N = {} servers that a document cannot lead to",
            elsewhere.len()
        );
    }

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
