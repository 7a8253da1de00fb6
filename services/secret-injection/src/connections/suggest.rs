//! What a document suggests for a connection. Suggestions only: a member says what is so.

use countersign_domain::{
    connection::{AuthScheme, BaseUrl},
    operation::Security,
    text,
};
use countersign_store::declared_access::DeclaredAccess;
use url::Url;

/// What a document suggests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggestions {
    /// Where the API may live, in the document's order.
    pub addresses: Vec<SuggestedAddress>,
    /// Credentials that let requests in, the most useful first.
    pub schemes: Vec<SuggestedScheme>,
    /// How many operations say that they need no credential.
    pub public: usize,
    /// How many say nothing about it, or name what the document does not define.
    pub undeclared: usize,
    /// How many need what one stored credential cannot do, such as two at once.
    pub out_of_reach: usize,
}

/// An address that the document names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuggestedAddress {
    /// The address.
    pub base_url: BaseUrl,
    /// What the document says about it, made safe to show.
    pub description: String,
}

/// A credential that the document asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuggestedScheme {
    /// How it would go into a request.
    pub scheme: AuthScheme,
    /// How many operations it would let in.
    pub operations: usize,
}

/// Reads what a document declares as suggestions.
#[must_use]
pub fn suggest(declared: &DeclaredAccess) -> Suggestions {
    let mut suggestions = Suggestions {
        addresses: addresses(declared),
        ..Suggestions::default()
    };
    for (security, operations) in &declared.needs {
        match security {
            Security::Undeclared => suggestions.undeclared += operations,
            Security::Public => suggestions.public += operations,
            Security::AnyOf(alternatives) if alternatives.iter().any(Vec::is_empty) => {
                suggestions.public += operations;
            }
            Security::AnyOf(_) if security.is_out_of_reach() => {
                suggestions.out_of_reach += operations;
            }
            Security::AnyOf(_) => {
                let sufficient = security.credentials();
                if sufficient.is_empty() {
                    suggestions.undeclared += operations;
                }
                for scheme in sufficient {
                    suggestions.count(scheme, *operations);
                }
            }
        }
    }
    suggestions
        .schemes
        .sort_by_key(|suggested| std::cmp::Reverse(suggested.operations));
    suggestions
}

impl Suggestions {
    fn count(&mut self, scheme: AuthScheme, operations: usize) {
        match self.schemes.iter_mut().find(|known| known.scheme == scheme) {
            Some(known) => known.operations += operations,
            None => self.schemes.push(SuggestedScheme { scheme, operations }),
        }
    }
}

fn addresses(declared: &DeclaredAccess) -> Vec<SuggestedAddress> {
    let document: Option<Url> = declared
        .given_url
        .as_deref()
        .and_then(|url| url.parse().ok());
    let mut addresses: Vec<SuggestedAddress> = Vec::new();
    for server in &declared.servers {
        // A relative server is relative to where the document was found.
        let absolute = match &document {
            Some(document) => document.join(&server.url).map(String::from).ok(),
            None => Some(server.url.clone()),
        };
        let Some(base_url) = absolute.and_then(|url| url.parse::<BaseUrl>().ok()) else {
            continue;
        };
        if !addresses.iter().any(|known| known.base_url == base_url) {
            addresses.push(SuggestedAddress {
                base_url,
                description: text::strip(&server.description, 200),
            });
        }
    }
    addresses
}

#[cfg(test)]
mod tests {
    use countersign_domain::operation::{Scheme, SchemeUse, Server};

    use super::*;

    fn uses(scheme: Scheme) -> SchemeUse {
        SchemeUse {
            name: "any".to_owned(),
            scheme: Some(scheme),
            scopes: Vec::new(),
        }
    }

    #[test]
    fn the_credential_that_lets_most_operations_in_comes_first() {
        let key = || {
            uses(Scheme::ApiKeyHeader {
                name: "X-Key".to_owned(),
            })
        };
        let oauth = || Scheme::Oauth2 { addresses: None };
        let undefined = SchemeUse {
            scheme: None,
            ..key()
        };
        let declared = DeclaredAccess {
            given_url: None,
            servers: Vec::new(),
            needs: vec![
                (Security::AnyOf(vec![vec![key()]]), 2),
                (Security::AnyOf(vec![vec![key()], vec![uses(oauth())]]), 1),
                (Security::AnyOf(vec![vec![uses(Scheme::Bearer)]]), 4),
                (Security::AnyOf(vec![vec![key(), uses(Scheme::Basic)]]), 8),
                (Security::AnyOf(vec![vec![], vec![key()]]), 16),
                (Security::Undeclared, 32),
                // Both are satisfied by the same token.
                (
                    Security::AnyOf(vec![vec![uses(oauth()), uses(Scheme::Bearer)]]),
                    64,
                ),
                (Security::AnyOf(vec![vec![undefined]]), 128),
            ],
        };
        let suggested = suggest(&declared);
        let counted: Vec<_> = suggested
            .schemes
            .iter()
            .map(|one| (one.scheme.describe(), one.operations))
            .collect();
        assert_eq!(
            counted,
            [
                ("bearer token".to_owned(), 69),
                ("API key in header X-Key".to_owned(), 3)
            ]
        );
        let others = (
            suggested.out_of_reach,
            suggested.public,
            suggested.undeclared,
        );
        assert_eq!(others, (8, 16, 160));
    }

    #[test]
    fn relative_servers_are_relative_to_the_document() {
        let server = |url: &str| Server {
            url: url.to_owned(),
            description: "pro\u{202e}duction".to_owned(),
        };
        let mut declared = DeclaredAccess {
            given_url: Some("https://docs.example.com/specs/openapi.json".to_owned()),
            servers: vec![
                server("/v1"),
                server("https://api.example.com/"),
                server("https://docs.example.com/v1"),
            ],
            needs: Vec::new(),
        };
        let urls = |declared: &DeclaredAccess| {
            let addresses = suggest(declared).addresses;
            let urls: Vec<String> = addresses.iter().map(|a| a.base_url.to_string()).collect();
            urls
        };
        assert_eq!(
            urls(&declared),
            ["https://docs.example.com/v1", "https://api.example.com/"]
        );
        assert_eq!(suggest(&declared).addresses[0].description, "production");

        declared.given_url = None;
        assert_eq!(
            urls(&declared),
            ["https://api.example.com/", "https://docs.example.com/v1"]
        );
    }
}
