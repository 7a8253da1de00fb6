//! What an operation needs to be let in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{connection::AuthScheme, header};

/// What an operation needs to be let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "alternatives", rename_all = "lowercase")]
pub enum Security {
    /// The document says nothing. That means unknown, not public.
    Undeclared,
    /// The document says that nothing is needed.
    Public,
    /// Any one alternative, all of its schemes.
    AnyOf(Vec<Vec<SchemeUse>>),
}

impl Security {
    /// The credentials each of which lets a request in by itself. A connection holds one, so an
    /// alternative that asks for two is none of them.
    #[must_use]
    pub fn credentials(&self) -> Vec<AuthScheme> {
        let mut credentials = Vec::new();
        for alternative in self.alternatives() {
            let mut needed = alternative.iter().map(SchemeUse::credential);
            let Some(Some(first)) = needed.next() else {
                continue;
            };
            if needed.all(|next| next.as_ref() == Some(&first)) && !credentials.contains(&first) {
                credentials.push(first);
            }
        }
        credentials
    }

    /// Says whether no one stored credential lets a request in.
    #[must_use]
    pub fn is_out_of_reach(&self) -> bool {
        let is_open = |all: &Vec<SchemeUse>| match all.as_slice() {
            [] => true,
            [only] => only.is_open(),
            _ => false,
        };
        let alternatives = self.alternatives();
        !alternatives.is_empty()
            && !alternatives.iter().any(is_open)
            && self.credentials().is_empty()
    }

    fn alternatives(&self) -> &[Vec<SchemeUse>] {
        match self {
            Self::Undeclared | Self::Public => &[],
            Self::AnyOf(alternatives) => alternatives,
        }
    }
}

/// A security scheme, as an operation uses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemeUse {
    /// Its key in the document.
    pub name: String,
    /// What kind it is, or `None` where the document does not define it.
    pub scheme: Option<Scheme>,
    /// Scopes asked for.
    pub scopes: Vec<String>,
}

impl SchemeUse {
    /// Says whether a member says which credential is meant: the document does not define it, or
    /// it goes into `Authorization` behind a word of its own, as in `Token abc`.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let Some(Scheme::Other { what }) = &self.scheme else {
            return self.scheme.is_none();
        };
        let name = what.strip_prefix("http ");
        name.is_some_and(|name| !header::is_computed(name))
    }

    fn credential(&self) -> Option<AuthScheme> {
        self.scheme.as_ref()?.credential()
    }
}

/// A kind of security scheme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Scheme {
    /// A key in a header.
    ApiKeyHeader {
        /// The header.
        name: String,
    },
    /// A key in the query.
    ApiKeyQuery {
        /// The parameter.
        name: String,
    },
    /// A key in a cookie.
    ApiKeyCookie {
        /// The cookie.
        name: String,
    },
    /// `Authorization: Bearer`.
    Bearer,
    /// `Authorization: Basic`.
    Basic,
    /// OAuth 2 or `OpenID` Connect; a bearer token can be stored for it.
    Oauth2 {
        /// Where tokens are asked for, by where that stands in the scheme, such as
        /// `clientCredentials.tokenUrl`; `None` in what was imported before addresses were kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        addresses: Option<BTreeMap<String, String>>,
    },
    /// Something Countersign cannot do yet.
    Other {
        /// What the document calls it.
        what: String,
    },
}

impl Scheme {
    /// The stored credential that satisfies it by itself.
    #[must_use]
    pub fn credential(&self) -> Option<AuthScheme> {
        match self {
            Self::ApiKeyHeader { name } => Some(AuthScheme::ApiKeyHeader { name: name.clone() }),
            Self::ApiKeyQuery { name } => Some(AuthScheme::ApiKeyQuery { name: name.clone() }),
            Self::ApiKeyCookie { name } => Some(AuthScheme::ApiKeyCookie { name: name.clone() }),
            Self::Bearer | Self::Oauth2 { .. } => Some(AuthScheme::Bearer),
            Self::Basic => Some(AuthScheme::Basic),
            Self::Other { .. } => None,
        }
    }
}
