//! Where an API lives and which credential is used there. A secret goes in and never comes out.

use actix_web::http::StatusCode;
use askama::Template;
use countersign_access::ActionName;
use countersign_domain::{
    Fault as _, Kind,
    connection::{AuthScheme, BaseUrl},
    name::Slug,
    secret::Secret,
};
use countersign_edge::{Form, Problem, Routes, WhoMay};
use countersign_secret_injection::{
    ConnectionError, ConnectionView, SetBaseUrl, StoreCredential, connections::Suggestions,
};
use countersign_tool_registry::Source;
use serde::Deserialize;

use crate::{
    answer::{Answer, done, page, page_with},
    environment::Environments,
    field::Field,
    frame::{Frame, Here, Section},
    inert::Inert,
    notice::Done,
    pages::suspension::SuspensionCard,
    parts::When,
};

pub(crate) fn routes() -> Routes {
    let read = WhoMay::Member(ActionName::ReadTenant);
    let manage = WhoMay::Member(ActionName::ManageConnection);
    Routes::new()
        .get("/t/{tenant}/connections", read, list)
        .get("/t/{tenant}/sources/{source}/connection", read, show)
        .post(
            "/t/{tenant}/sources/{source}/connection/base-url",
            manage,
            set_base_url,
        )
        .post(
            "/t/{tenant}/sources/{source}/connection/credential",
            manage,
            store_credential,
        )
}

#[derive(Template)]
#[template(path = "pages/connections.html")]
pub(crate) struct ConnectionsPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) environment: Environments,
    pub(crate) rows: Vec<ConnectionRow>,
}

/// One API, and where it lives.
pub(crate) struct ConnectionRow {
    pub(crate) slug: String,
    pub(crate) name: Inert,
    pub(crate) connection: Option<Connected>,
}

/// A connection, for people.
pub(crate) struct Connected {
    pub(crate) base_url: Inert,
    pub(crate) plain: bool,
    pub(crate) by: Inert,
    pub(crate) at: When,
    pub(crate) credential: Option<Stored>,
}

/// What may be seen of a credential.
pub(crate) struct Stored {
    pub(crate) scheme: Inert,
    pub(crate) fingerprint: Inert,
    pub(crate) version: u32,
    pub(crate) by: Inert,
    pub(crate) at: When,
    pub(crate) suspended: bool,
}

impl Connected {
    pub(crate) fn new(view: &ConnectionView) -> Self {
        Self {
            base_url: Inert::new(view.base_url.to_string()),
            plain: view.base_url.as_url().scheme() == "http",
            by: Inert::new(&view.updated_by),
            at: When::new(view.updated_at),
            credential: view.credential.as_ref().map(|stored| Stored {
                scheme: Inert::new(stored.scheme.describe()),
                fingerprint: Inert::new(&stored.fingerprint),
                version: stored.version,
                by: Inert::new(&stored.created_by),
                at: When::new(stored.created_at),
                suspended: stored.suspended,
            }),
        }
    }
}

async fn list(here: Here) -> Answer {
    let services = here.services();
    let environment = Environments::choose(&here, None).await?;
    let sources = services.registry.sources(here.scope()).await?;
    let known = services.connections.list(here.scope()).await?;
    let connection = |source: &Source| {
        let here = |view: &&ConnectionView| {
            view.source == source.id && view.environment == environment.chosen.id
        };
        known.iter().find(here).map(Connected::new)
    };
    let rows = sources.iter().map(|view| ConnectionRow {
        slug: view.source.slug.to_string(),
        name: Inert::new(&view.source.name),
        connection: connection(&view.source),
    });
    page(&ConnectionsPage {
        frame: here.frame("Connections", Section::Connections),
        base: here.path(""),
        rows: rows.collect(),
        environment,
    })
}

#[derive(Template)]
#[template(path = "pages/connection.html")]
pub(crate) struct ConnectionPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) slug: String,
    pub(crate) name: Inert,
    pub(crate) environment: Environments,
    pub(crate) connection: Option<Connected>,
    pub(crate) suggested: Vec<(Inert, Inert)>,
    pub(crate) needs: Vec<String>,
    pub(crate) suspension: Option<SuspensionCard>,
    pub(crate) may_manage: bool,
    pub(crate) base_url: Field,
    pub(crate) scheme: Field,
    pub(crate) key_name: Field,
    pub(crate) secret: Field,
}

/// What is known when a connection is drawn.
pub(crate) struct Known {
    pub(crate) source: Source,
    pub(crate) environment: Environments,
    pub(crate) connection: Option<ConnectionView>,
    pub(crate) suggestions: Suggestions,
    pub(crate) suspension: Option<SuspensionCard>,
}

impl ConnectionPage {
    pub(crate) fn new(frame: Frame, base: String, known: Known) -> Self {
        let suggestions = &known.suggestions;
        let addresses = suggestions.addresses.iter();
        let suggested: Vec<_> = addresses
            .map(|one| {
                let url = Inert::new(one.base_url.to_string());
                (url, Inert::new(&one.description))
            })
            .collect();
        let first = suggested.first().map_or("", |(url, _)| url.as_str());
        let present = known
            .connection
            .as_ref()
            .map(|view| view.base_url.to_string());
        let scheme = suggestions.schemes.first().map(|one| &one.scheme);
        let (kind, key) = scheme.map_or(("bearer", ""), written);
        Self {
            frame,
            base,
            slug: known.source.slug.to_string(),
            name: Inert::new(&known.source.name),
            connection: known.connection.as_ref().map(Connected::new),
            base_url: Field::url("base_url", "Address")
                .hint("Every request of this connection stays at this origin and below this path.")
                .value(present.unwrap_or_else(|| first.to_owned())),
            scheme: Field::select("scheme", "Kind of credential", SCHEMES).value(kind),
            key_name: Field::text("key_name", "Name of the header or parameter")
                .hint("Only for an API key, such as X-Api-Key.")
                .value(key)
                .optional(),
            secret: Field::secret("secret", "Secret")
                .hint("The key or token itself; for basic, user:password. It goes to the vault and is never shown again.")
                .autocomplete("new-password"),
            needs: needs(suggestions),
            suspension: known.suspension,
            may_manage: false,
            environment: known.environment,
            suggested,
        }
    }

    pub(crate) async fn load(
        here: &Here,
        environment: Option<&str>,
    ) -> Result<(Self, Source), Problem> {
        let slug: Slug = here.part("source")?;
        let services = here.services();
        let source = services.registry.source(here.scope(), &slug).await?.source;
        let environment = Environments::choose(here, environment).await?;
        let connection = services
            .connections
            .view(here.scope(), source.id, environment.chosen.id)
            .await?;
        let suggestions = services
            .connections
            .suggestions(here.scope(), source.id)
            .await?;
        let suspension = SuspensionCard::of(here, (source.id, environment.chosen.id)).await?;
        let known = Known {
            source: source.clone(),
            environment,
            suspension,
            connection,
            suggestions,
        };
        let frame = here.frame("Connection", Section::Connections);
        let mut drawn = Self::new(frame, here.path(""), known);
        drawn.may_manage = here.may(ActionName::ManageConnection);
        Ok((drawn, source))
    }
}

const SCHEMES: [(&str, &str); 5] = [
    ("bearer", "Bearer token"),
    ("basic", "User and password (basic)"),
    ("api_key_header", "API key in a header"),
    ("api_key_query", "API key in the query"),
    ("api_key_cookie", "API key in a cookie"),
];

fn written(scheme: &AuthScheme) -> (&'static str, &str) {
    match scheme {
        AuthScheme::Bearer => ("bearer", ""),
        AuthScheme::Basic => ("basic", ""),
        AuthScheme::ApiKeyHeader { name } => ("api_key_header", name),
        AuthScheme::ApiKeyQuery { name } => ("api_key_query", name),
        AuthScheme::ApiKeyCookie { name } => ("api_key_cookie", name),
    }
}

const fn plural(count: usize, [one, many]: [&'static str; 2]) -> (usize, &'static str) {
    (count, if count == 1 { one } else { many })
}

fn needs(suggestions: &Suggestions) -> Vec<String> {
    let schemes = suggestions.schemes.iter();
    let mut needs: Vec<_> = schemes
        .map(|one| {
            let scheme = Inert::new(one.scheme.describe());
            let (count, takes) = plural(one.operations, ["operation takes", "operations take"]);
            format!("{count} {takes} {scheme}")
        })
        .collect();
    let others = [
        (
            suggestions.public,
            ["operation needs nothing", "operations need nothing"],
        ),
        (
            suggestions.undeclared,
            [
                "operation does not say what it needs",
                "operations do not say what they need",
            ],
        ),
        (
            suggestions.out_of_reach,
            [
                "operation needs something that cannot be stored yet",
                "operations need something that cannot be stored yet",
            ],
        ),
    ];
    let others = others.into_iter().filter(|(count, _)| *count > 0);
    needs.extend(others.map(|(count, words)| {
        let (count, what) = plural(count, words);
        format!("{count} {what}")
    }));
    needs
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EnvironmentQuery {
    environment: Option<String>,
}

async fn show(here: Here) -> Answer {
    let query: EnvironmentQuery = here.query();
    let (drawn, _) = ConnectionPage::load(&here, query.environment.as_deref()).await?;
    page(&drawn)
}

#[derive(Deserialize)]
struct BaseUrlForm {
    environment: String,
    base_url: String,
}

async fn set_base_url(here: Here, Form(form): Form<BaseUrlForm>) -> Answer {
    let (mut drawn, source) = ConnectionPage::load(&here, Some(&form.environment)).await?;
    drawn.base_url = drawn.base_url.value(form.base_url);
    let Some(base_url) = drawn.base_url.parse::<BaseUrl>() else {
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let command = SetBaseUrl {
        source: source.id,
        environment: drawn.environment.chosen.id,
        base_url,
    };
    let saved = here
        .services()
        .connections
        .set_base_url(here.scope(), command);
    if let Err(error) = saved.await {
        drawn.base_url.wrong(mendable(error)?);
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    }
    let to = here.path(&format!("/sources/{}/connection", source.slug));
    done(&to, Done::AddressSaved)
}

#[derive(Deserialize)]
struct CredentialForm {
    environment: String,
    /// The address that the form was drawn beside.
    base_url: String,
    scheme: String,
    key_name: Option<String>,
    secret: String,
}

async fn store_credential(here: Here, Form(form): Form<CredentialForm>) -> Answer {
    let (mut drawn, source) = ConnectionPage::load(&here, Some(&form.environment)).await?;
    let key_name = form.key_name.unwrap_or_default().trim().to_owned();
    drawn.scheme = drawn.scheme.value(&form.scheme);
    drawn.key_name = drawn.key_name.value(&key_name);
    let base_url = form.base_url.parse::<BaseUrl>();
    let base_url = base_url.map_err(|rule| Problem::invalid("invalid_form", rule.to_string()))?;
    let Some(scheme) = scheme(&form.scheme, key_name) else {
        drawn
            .key_name
            .wrong("say the name of the header, the parameter or the cookie");
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let command = StoreCredential {
        source: source.id,
        environment: drawn.environment.chosen.id,
        base_url,
        scheme,
        secret: Secret::new(form.secret),
    };
    let stored = here
        .services()
        .connections
        .store_credential(here.scope(), command);
    if let Err(error) = stored.await {
        let error = mendable(error)?;
        let status = if error.kind() == Kind::Conflict {
            StatusCode::CONFLICT
        } else {
            StatusCode::BAD_REQUEST
        };
        drawn.secret.wrong(error);
        return page_with(status, &drawn);
    }
    let to = here.path(&format!("/sources/{}/connection", source.slug));
    done(&to, Done::CredentialStored)
}

fn scheme(kind: &str, name: String) -> Option<AuthScheme> {
    match kind {
        "bearer" => Some(AuthScheme::Bearer),
        "basic" => Some(AuthScheme::Basic),
        "api_key_header" if !name.is_empty() => Some(AuthScheme::ApiKeyHeader { name }),
        "api_key_query" if !name.is_empty() => Some(AuthScheme::ApiKeyQuery { name }),
        "api_key_cookie" if !name.is_empty() => Some(AuthScheme::ApiKeyCookie { name }),
        _ => None,
    }
}

/// What the sender can mend is said beside the field; the rest is a problem.
fn mendable(error: ConnectionError) -> Result<ConnectionError, Problem> {
    if matches!(
        error.kind(),
        Kind::Invalid | Kind::Conflict | Kind::TooLarge
    ) {
        Ok(error)
    } else {
        Err(error.into())
    }
}
