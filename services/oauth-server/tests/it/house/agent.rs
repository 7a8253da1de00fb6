//! An agent that goes the whole way: register, authorize, consent, token.

use std::collections::HashMap;

use actix_web::{cookie::Cookie, test::TestRequest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_access::TenantScope;
use countersign_domain::{
    digest::Digest,
    id::{AuthorizationId, PersonId},
};
use countersign_edge::token::TokenKind;
use countersign_oauth_server::Browser;
use serde_json::json;

use super::{Answer, House, location_query};

pub(crate) const REDIRECT_URI: &str = "http://127.0.0.1:6276/oauth/callback";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub(crate) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Digest::of(VERIFIER.as_bytes()).as_bytes())
}

/// A code, with all that belongs to it.
#[derive(Clone)]
pub(crate) struct Code {
    pub(crate) client: String,
    pub(crate) text: String,
    pub(crate) resource: String,
}

impl Code {
    /// The right redemption, as a form to change.
    pub(crate) fn form(&self) -> Vec<(&str, &str)> {
        vec![
            ("grant_type", "authorization_code"),
            ("client_id", &self.client),
            ("code", &self.text),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
            ("resource", &self.resource),
        ]
    }

    /// The redemption with one field given another value, or left out.
    pub(crate) fn form_but<'a>(
        &'a self,
        name: &str,
        value: Option<&'a str>,
    ) -> Vec<(&'a str, &'a str)> {
        let form = self.form().into_iter();
        form.filter_map(|(key, old)| match (key == name, value) {
            (true, Some(value)) => Some((key, value)),
            (true, None) => None,
            (false, _) => Some((key, old)),
        })
        .collect()
    }
}

/// A connected agent.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    pub(crate) client: String,
    pub(crate) resource: String,
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) scope: String,
}

impl Agent {
    pub(crate) fn refresh_form(&self) -> Vec<(&str, &str)> {
        vec![
            ("grant_type", "refresh_token"),
            ("client_id", &self.client),
            ("refresh_token", &self.refresh),
            ("resource", &self.resource),
        ]
    }
}

impl House {
    pub(crate) async fn register(&self) -> String {
        let body = json!({"client_name": "Test agent", "redirect_uris": [REDIRECT_URI]});
        let answer = self.post_json("/oauth/register", &body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()["client_id"].as_str().unwrap().to_owned()
    }

    /// A right authorization request, as parameters to change.
    pub(crate) fn request(client: &str, resource: &str) -> HashMap<&'static str, String> {
        HashMap::from([
            ("response_type", "code".to_owned()),
            ("client_id", client.to_owned()),
            ("redirect_uri", REDIRECT_URI.to_owned()),
            ("code_challenge", challenge()),
            ("code_challenge_method", "S256".to_owned()),
            ("resource", resource.to_owned()),
            ("state", "st&te=1".to_owned()),
        ])
    }

    /// The same as a browser asks for it.
    pub(crate) fn visit(request: &HashMap<&'static str, String>) -> TestRequest {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(request)
            .finish();
        TestRequest::get().uri(&format!("/oauth/authorize?{query}"))
    }

    pub(crate) async fn authorize(&self, request: &HashMap<&'static str, String>) -> Answer {
        self.ask(Self::visit(request)).await
    }

    /// Begins an authorization; returns the browser that did and the request's id.
    pub(crate) async fn begin(
        &self,
        request: &HashMap<&'static str, String>,
    ) -> (Browser, AuthorizationId) {
        let answer = self.authorize(request).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let next = answer.header("location");
        let next = next.strip_prefix("/sign-in?next=").unwrap_or(next);
        let id = next.rsplit("authz_").next().unwrap();
        let browser = self.browser(&answer.cookies[0]);
        (browser, format!("authz_{id}").parse().unwrap())
    }

    pub(crate) fn browser(&self, cookie: &Cookie<'static>) -> Browser {
        let request = TestRequest::get().cookie(cookie.clone()).to_http_request();
        Browser::of(&request, &self.server.issuer).unwrap()
    }

    /// Goes as far as a code, for a client of its own.
    pub(crate) async fn code(&self, person: PersonId, resource: &str) -> Code {
        let client = self.register().await;
        self.code_for(&client, person, resource).await
    }

    pub(crate) async fn code_for(&self, client: &str, person: PersonId, resource: &str) -> Code {
        let (browser, id) = self.begin(&Self::request(client, resource)).await;
        let consents = &self.server.authorizations;
        consents.pending(person, &browser, id).await.unwrap();
        let url = consents.approve(person, &browser, id).await.unwrap();
        let answer = location_query(&url);
        assert_eq!(answer["state"], "st&te=1");
        assert_eq!(answer["iss"], super::PUBLIC);
        Code {
            client: client.to_owned(),
            text: answer["code"].clone(),
            resource: resource.to_owned(),
        }
    }

    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> Answer {
        self.post_form("/oauth/token", form).await
    }

    /// Asks until the server has time: a database that is busy is no answer to a race.
    pub(crate) async fn insist(&self, form: &[(&str, &str)]) -> Answer {
        loop {
            let answer = self.token(form).await;
            if answer.status != 503 {
                return answer;
            }
        }
    }

    /// Goes the whole way.
    pub(crate) async fn connect(&self, person: PersonId, resource: &str) -> Agent {
        let code = self.code(person, resource).await;
        let answer = self.token(&code.form()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        agent(&code.client, resource, &answer)
    }

    /// Finds out for whom a token speaks, as the gateway does.
    pub(crate) async fn speaks_for(&self, token: &str, resource: &str) -> Option<TenantScope> {
        let token = TokenKind::Access.read(token)?;
        self.store.agent(token, resource).await.unwrap()
    }

    pub(crate) async fn is_alive(&self, agent: &Agent) -> bool {
        let found = self.speaks_for(&agent.access, &agent.resource).await;
        found.is_some()
    }
}

pub(crate) fn agent(client: &str, resource: &str, answer: &Answer) -> Agent {
    let json = answer.json();
    let text = |name: &str| json[name].as_str().unwrap().to_owned();
    Agent {
        client: client.to_owned(),
        resource: resource.to_owned(),
        access: text("access_token"),
        refresh: text("refresh_token"),
        scope: text("scope"),
    }
}
