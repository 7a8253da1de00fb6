//! Where APIs live, and the credentials used there. Secrets go in and never come out.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use countersign_domain::{
    connection::{AuthScheme, BaseUrl},
    secret::Secret,
};
use countersign_secret_injection::{
    ConnectionView, SetBaseUrl, StoreCredential, connections::CredentialView,
};

use crate::{
    api::CALL,
    context::{ContextExt as _, enter},
    fault::{id, invalid, known, to_graphql},
    scalar::Moment,
};

/// An API in an environment: its pinned address, and what lets requests in.
#[derive(SimpleObject)]
pub(crate) struct Connection {
    /// Names it.
    id: ID,
    /// The API.
    source: ID,
    /// The environment.
    environment: ID,
    /// Where every request of it goes.
    base_url: String,
    /// Since when.
    updated_at: Moment,
    /// Who said so.
    updated_by: String,
    /// The present credential, if there is one for this address.
    credential: Option<Credential>,
}

/// What may be seen of a credential once it is stored.
#[derive(SimpleObject)]
struct Credential {
    /// As the audit log names it.
    label: String,
    /// How it goes into a request.
    scheme: CredentialScheme,
    /// The name of the header, the query parameter or the cookie.
    name: Option<String>,
    /// Its version.
    version: u32,
    /// Eight hex digits that tell it from another.
    fingerprint: String,
    /// Since when.
    created_at: Moment,
    /// Who stored it.
    created_by: String,
    /// No call is sent with it until a member has confirmed it; `Tenant.suspensions` says why.
    suspended: bool,
}

/// How a credential goes into a request.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
enum CredentialScheme {
    /// A key in a header, which needs a name.
    ApiKeyHeader,
    /// A key in the query, which needs a name.
    ApiKeyQuery,
    /// A key in a cookie, which needs a name.
    ApiKeyCookie,
    /// `Authorization: Bearer`.
    Bearer,
    /// `Authorization: Basic`; the secret is `user:password`.
    Basic,
}

/// Where an API is to live.
#[derive(InputObject)]
struct SetBaseUrlInput {
    /// The API.
    source: ID,
    /// The environment.
    environment: ID,
    /// Where.
    base_url: String,
}

/// A credential to be stored.
#[derive(InputObject)]
struct StoreCredentialInput {
    /// The API.
    source: ID,
    /// The environment.
    environment: ID,
    /// The address it is for, as `Connection.baseUrl` says it; for another it is not stored.
    base_url: String,
    /// How it goes into a request.
    scheme: CredentialScheme,
    /// The name of the header, the query parameter or the cookie.
    name: Option<String>,
    /// The secret itself; pass it as a variable. Nobody sees it again.
    secret: String,
}

/// Changes to connections.
#[derive(Default)]
pub(crate) struct ConnectionMutations;

#[Object]
impl ConnectionMutations {
    /// Says where an API lives. Another address, be it only by its path, takes the stored credential out of use.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn set_base_url(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        input: SetBaseUrlInput,
    ) -> Result<Connection> {
        let caller = enter(ctx, &tenant).await?;
        let command = SetBaseUrl {
            source: known(&input.source)?,
            environment: known(&input.environment)?,
            base_url: base_url(&input.base_url)?,
        };
        let connections = &ctx.services().connections;
        let placed = connections.set_base_url(&caller.scope, command).await;
        placed.map(Connection::from).map_err(to_graphql)
    }

    /// Stores a credential, bound to the origin of the connection's address. The one before it is
    /// used no more.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn store_credential(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        input: StoreCredentialInput,
    ) -> Result<Connection> {
        let secret = Secret::new(input.secret);
        let caller = enter(ctx, &tenant).await?;
        let command = StoreCredential {
            source: known(&input.source)?,
            environment: known(&input.environment)?,
            base_url: base_url(&input.base_url)?,
            scheme: scheme(input.scheme, input.name)?,
            secret,
        };
        let connections = &ctx.services().connections;
        let stored = connections.store_credential(&caller.scope, command).await;
        stored.map(Connection::from).map_err(to_graphql)
    }
}

fn base_url(text: &str) -> Result<BaseUrl> {
    let parsed = text.parse::<BaseUrl>();
    parsed.map_err(|rule| invalid("baseUrl", &rule.to_string()))
}

fn scheme(scheme: CredentialScheme, name: Option<String>) -> Result<AuthScheme> {
    let need = || {
        invalid(
            "name",
            "say the name of the header, the query parameter or the cookie",
        )
    };
    match (scheme, name) {
        (CredentialScheme::ApiKeyHeader, name) => Ok(AuthScheme::ApiKeyHeader {
            name: name.ok_or_else(need)?,
        }),
        (CredentialScheme::ApiKeyQuery, name) => Ok(AuthScheme::ApiKeyQuery {
            name: name.ok_or_else(need)?,
        }),
        (CredentialScheme::ApiKeyCookie, name) => Ok(AuthScheme::ApiKeyCookie {
            name: name.ok_or_else(need)?,
        }),
        (CredentialScheme::Bearer, None) => Ok(AuthScheme::Bearer),
        (CredentialScheme::Basic, None) => Ok(AuthScheme::Basic),
        (CredentialScheme::Bearer | CredentialScheme::Basic, Some(_)) => {
            Err(invalid("name", "this kind of credential has no name"))
        }
    }
}

impl From<ConnectionView> for Connection {
    fn from(view: ConnectionView) -> Self {
        Self {
            id: id(view.id),
            source: id(view.source),
            environment: id(view.environment),
            base_url: view.base_url.to_string(),
            updated_at: view.updated_at.into(),
            updated_by: view.updated_by,
            credential: view.credential.map(Credential::from),
        }
    }
}

impl From<CredentialView> for Credential {
    fn from(view: CredentialView) -> Self {
        let (scheme, name) = match view.scheme {
            AuthScheme::ApiKeyHeader { name } => (CredentialScheme::ApiKeyHeader, Some(name)),
            AuthScheme::ApiKeyQuery { name } => (CredentialScheme::ApiKeyQuery, Some(name)),
            AuthScheme::ApiKeyCookie { name } => (CredentialScheme::ApiKeyCookie, Some(name)),
            AuthScheme::Bearer => (CredentialScheme::Bearer, None),
            AuthScheme::Basic => (CredentialScheme::Basic, None),
        };
        Self {
            label: view.label,
            scheme,
            name,
            version: view.version,
            fingerprint: view.fingerprint,
            created_at: view.created_at.into(),
            created_by: view.created_by,
            suspended: view.suspended,
        }
    }
}
