//! Where a source lives in an environment, and how we are let in there.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::operation::Server;

/// The text cannot be the address of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("enter an address such as https://api.example.com/v1, without user, query or fragment")]
pub struct InvalidBaseUrl;

/// The pinned origin and path prefix of an API; every request of the connection stays below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Returns the parsed URL. Its path never ends in a slash unless it is the root.
    #[must_use]
    pub const fn as_url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for BaseUrl {
    type Err = InvalidBaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidBaseUrl> {
        let mut url = Url::parse(text.trim()).map_err(|_| InvalidBaseUrl)?;
        let plain = matches!(url.scheme(), "https" | "http")
            && url.host().is_some()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !plain {
            return Err(InvalidBaseUrl);
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = InvalidBaseUrl;
    fn try_from(text: String) -> Result<Self, InvalidBaseUrl> {
        text.parse()
    }
}

impl From<BaseUrl> for String {
    fn from(base: BaseUrl) -> Self {
        base.0.into()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// The address that an operation's path is appended to (`OpenAPI` 3.1 section 4.8.5): the
/// operation's own server where it has one, as long as the pinned address covers it. Nothing in a
/// document can widen what a member has pinned.
#[must_use]
pub fn base_of(servers: &[Server], pinned: &Url) -> Option<Url> {
    bases_of(servers, pinned).next()
}

/// All addresses that an operation's path may be appended to, in the order of its servers.
pub fn bases_of(servers: &[Server], pinned: &Url) -> impl Iterator<Item = Url> {
    let absolute = |server: &Server| match server.url.parse::<BaseUrl>() {
        Ok(base) => Some(base),
        Err(_) => pinned.join(&server.url).ok()?.as_str().parse().ok(),
    };
    let own = servers
        .iter()
        .filter_map(absolute)
        .map(|base| base.0)
        .filter(|base| is_below(pinned, base));
    let one = servers.is_empty().then(|| pinned.clone());
    one.into_iter().chain(own)
}

/// Says whether a URL is the base's own or below its path, at the same scheme, host and port.
#[must_use]
pub fn is_below(base: &Url, url: &Url) -> bool {
    let prefix = base.path().trim_end_matches('/');
    let is_in_path = url
        .path()
        .strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let has_no_user = url.username().is_empty() && url.password().is_none();
    url.origin() == base.origin() && is_in_path && has_no_user
}

/// How a credential goes into a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AuthScheme {
    /// A key in a header.
    ApiKeyHeader {
        /// The header's name.
        name: String,
    },
    /// A key in the query.
    ApiKeyQuery {
        /// The parameter's name.
        name: String,
    },
    /// A key in a cookie.
    ApiKeyCookie {
        /// The cookie's name.
        name: String,
    },
    /// `Authorization: Bearer` (RFC 6750).
    Bearer,
    /// `Authorization: Basic` (RFC 7617); the secret is `user:password`.
    Basic,
}

impl AuthScheme {
    /// One short line for people.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::ApiKeyHeader { name } => format!("API key in header {name}"),
            Self::ApiKeyQuery { name } => format!("API key in query parameter {name}"),
            Self::ApiKeyCookie { name } => format!("API key in cookie {name}"),
            Self::Bearer => "bearer token".to_owned(),
            Self::Basic => "user and password (basic)".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_an_origin_and_a_prefix_and_nothing_else() {
        let base: BaseUrl = "https://API.example.com:443/v1/".parse().unwrap();
        assert_eq!(base.to_string(), "https://api.example.com/v1");
        for bad in [
            "api.example.com",
            "ftp://example.com",
            "https://user@example.com",
            "https://example.com/?a=b",
            "https://example.com/#x",
            "file:///etc/passwd",
        ] {
            assert!(bad.parse::<BaseUrl>().is_err(), "{bad}");
        }
    }
}
