//! The authorization request: checked in the order that keeps us from sending anybody anywhere
//! wrong, then kept until a human answers.
//!
//! Nothing is redirected before the client is known and the redirect URI is its own. After that
//! every refusal travels back on that URI with `error`, `state` and `iss`: by itself where that is
//! on this machine, by a link elsewhere, since anybody can register a client and nobody has
//! approved this one yet (RFC 9700 section 4.11.2).

use std::net::IpAddr;

use actix_web::HttpRequest;
use countersign_access::SystemReason;
use countersign_domain::{
    World,
    id::{AuthorizationId, ClientId},
    risk::RiskClass,
};
use countersign_edge::token::is_random;
use countersign_store::{
    Store, StoreError, SystemTx,
    oauth_authorizations::{KnownEndpoint, NewAuthorization},
    oauth_clients::Client,
};

use crate::{
    Issuer, Limits, OAuthError, browser::Browser, parameters::Parameters, per_address::PerAddress,
    redirect,
};

const LONGEST_STATE: usize = 2_000;

/// Authorization requests and the answers of humans to them.
#[derive(Clone)]
pub struct Authorizations {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) issuer: Issuer,
    pub(crate) limits: Limits,
    per_address: PerAddress,
}

/// An authorization request that was not taken.
#[derive(Debug)]
pub enum Refused {
    /// Client or redirect URI are not right: the human is told, and nobody is sent anywhere.
    Page(&'static str),
    /// The client is told, at this URL of its own on the machine of the browser.
    Redirect(String),
    /// The human is told, and may tell the client, at this URL of its own.
    Link(String),
    /// Too many requests, or the database does not answer.
    Unanswered(OAuthError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Unanswered(error.into())
    }
}

/// What remains of a request once it is understood.
struct Request<'a> {
    client: ClientId,
    redirect_uri: &'a str,
    state: Option<&'a str>,
}

impl Authorizations {
    /// Builds the service.
    #[must_use]
    pub fn new(store: Store, world: World, issuer: Issuer, limits: Limits) -> Self {
        Self {
            store,
            world,
            issuer,
            per_address: PerAddress::new(limits.authorize),
            limits,
        }
    }

    /// Recognises the browser that opened the consent page; without one there is nothing to show.
    #[must_use]
    pub fn browser(&self, request: &HttpRequest) -> Option<Browser> {
        Browser::of(request, &self.issuer)
    }

    /// Takes an authorization request in and keeps it for the browser that brought it.
    ///
    /// # Errors
    /// When it is not taken; the error says whether anybody may be redirected.
    pub async fn begin(
        &self,
        query: &str,
        browser: &Browser,
        address: IpAddr,
    ) -> Result<AuthorizationId, Refused> {
        self.per_address
            .count(address)
            .map_err(Refused::Unanswered)?;
        let parameters = Parameters::parse(query.as_bytes());
        let tx = self
            .store
            .begin_system(SystemReason::ResolveCredential)
            .await?;
        let client = known_client(&tx, &parameters).await?;
        let redirect_uri = redirect_uri(&parameters, &client)?;
        let request = Request {
            client: client.id,
            redirect_uri,
            state: parameters.get("state").ok().flatten(),
        };
        match self.keep(&tx, &parameters, (&request, browser)).await {
            Ok(id) => tx.commit().await.map(|()| id).map_err(Refused::from),
            Err(OAuthError::Store(error)) => Err(error.into()),
            Err(error) => Err(self.refused(&request, &error)),
        }
    }

    async fn keep(
        &self,
        tx: &SystemTx,
        parameters: &Parameters,
        (request, browser): (&Request<'_>, &Browser),
    ) -> Result<AuthorizationId, OAuthError> {
        check_form(parameters)?;
        let code_challenge = code_challenge(parameters)?.to_owned();
        let scopes = scopes(parameters.get("scope")?)?;
        let (endpoint, resource) = self.target(tx, parameters).await?;
        let new = NewAuthorization {
            id: self.world.id(),
            endpoint,
            client: request.client,
            redirect_uri: request.redirect_uri.to_owned(),
            scopes,
            state: request.state.map(str::to_owned),
            code_challenge,
            resource,
            browser: browser.digest(),
            lifetime_seconds: self.limits.authorization_seconds,
        };
        tx.insert_authorization(&new, self.limits.open_authorizations)
            .await?;
        Ok(new.id)
    }

    /// The endpoint that the token is to be for. Not named, not known and removed are the same.
    async fn target(
        &self,
        tx: &SystemTx,
        parameters: &Parameters,
    ) -> Result<(KnownEndpoint, String), OAuthError> {
        let resource = parameters
            .get("resource")?
            .ok_or(OAuthError::InvalidTarget)?;
        let slugs = self.issuer.read_resource(resource);
        let (tenant, endpoint) = slugs.ok_or(OAuthError::InvalidTarget)?;
        let known = tx.known_endpoint(&tenant, &endpoint).await?;
        let known = known.ok_or(OAuthError::InvalidTarget)?;
        Ok((known, self.issuer.resource(&tenant, &endpoint)))
    }

    fn refused(&self, request: &Request<'_>, error: &OAuthError) -> Refused {
        let text = error.to_string();
        let answer = [("error", error.answer().1), ("error_description", &text)];
        let url = self.answer_url(request.redirect_uri, request.state, &answer);
        if redirect::stays_on_this_machine(request.redirect_uri) {
            Refused::Redirect(url)
        } else {
            Refused::Link(url)
        }
    }

    /// An answer on a checked redirect URI, with the client's own note and who we are (RFC 9207).
    pub(crate) fn answer_url(
        &self,
        redirect_uri: &str,
        state: Option<&str>,
        answer: &[(&str, &str)],
    ) -> String {
        let mut pairs = answer.to_vec();
        pairs.extend(
            state
                .filter(|state| state.len() <= LONGEST_STATE)
                .map(|state| ("state", state)),
        );
        pairs.push(("iss", self.issuer.as_str()));
        redirect::with_answer(redirect_uri, &pairs)
    }
}

async fn known_client(tx: &SystemTx, parameters: &Parameters) -> Result<Client, Refused> {
    const UNKNOWN: Refused = Refused::Page("The application that sent you here is not known.");
    let id = parameters.get("client_id").ok().flatten();
    let id = id.and_then(|id| id.parse().ok()).ok_or(UNKNOWN)?;
    let client = tx.client(id).await?;
    client.filter(|client| !client.disabled).ok_or(UNKNOWN)
}

fn redirect_uri<'a>(parameters: &'a Parameters, client: &Client) -> Result<&'a str, Refused> {
    let presented = parameters.get("redirect_uri").ok().flatten();
    presented
        .filter(|uri| {
            client
                .redirect_uris
                .iter()
                .any(|known| redirect::matches(known, uri))
        })
        .ok_or(Refused::Page(
            "The address to send you back to does not belong to the application.",
        ))
}

fn check_form(parameters: &Parameters) -> Result<(), OAuthError> {
    parameters.each_once()?;
    if parameters
        .get("state")?
        .is_some_and(|state| state.len() > LONGEST_STATE)
    {
        return Err(OAuthError::InvalidRequest("state is too long"));
    }
    if parameters.need("response_type")? != "code" {
        return Err(OAuthError::UnsupportedResponseType);
    }
    if parameters
        .get("response_mode")?
        .is_some_and(|mode| mode != "query")
    {
        return Err(OAuthError::InvalidRequest(
            "only the response mode query is offered",
        ));
    }
    // A human is always asked, which is what `consent` wants and `none` does not.
    match parameters.get("prompt")? {
        Some(prompt) if prompt.split(' ').any(|word| word == "none") => {
            Err(OAuthError::InteractionRequired)
        }
        Some(_) | None => Ok(()),
    }
}

fn code_challenge(parameters: &Parameters) -> Result<&str, OAuthError> {
    const REQUIRED: OAuthError = OAuthError::InvalidRequest("an S256 code_challenge is required");
    // RFC 7636 reads a missing method as `plain`, which is not offered.
    let s256 = parameters.get("code_challenge_method")? == Some("S256");
    let challenge = parameters.get("code_challenge")?.ok_or(REQUIRED)?;
    (s256 && is_random(challenge))
        .then_some(challenge)
        .ok_or(REQUIRED)
}

/// Reads scopes. `offline_access` changes nothing: a refresh token is always given.
pub(crate) fn scopes(text: Option<&str>) -> Result<Vec<RiskClass>, OAuthError> {
    let mut classes = text
        .unwrap_or_default()
        .split(' ')
        .filter(|word| !word.is_empty() && *word != "offline_access")
        .map(|word| RiskClass::of_scope(word).ok_or(OAuthError::InvalidScope))
        .collect::<Result<Vec<_>, _>>()?;
    classes.sort();
    classes.dedup();
    Ok(classes)
}
