//! An agent: registers, is consented to, and speaks MCP over HTTP.

use actix_web::{cookie::Cookie, test::TestRequest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use countersign_domain::{id::AuthorizationId, operation::Method};
use countersign_egress::{HeaderText, InboundResponse, OutboundRequest, RequestLimits};
use countersign_oauth_server::Browser;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::{House, Person, people::Shop};

const REDIRECT: &str = "http://127.0.0.1:9/callback";
const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-one-0123456789";

/// An agent with a token.
#[derive(Clone)]
pub struct Agent {
    /// The endpoint's URL.
    pub url: String,
    /// Its access token.
    pub token: String,
}

/// What a call came to.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Answer {
    /// Whether the tool's result is an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.body["result"]["isError"] == json!(true)
    }

    /// The stable code of a refused or held call.
    #[must_use]
    pub fn code(&self) -> &str {
        self.body["result"]["_meta"]["dev.countersign/code"]
            .as_str()
            .unwrap_or("")
    }

    /// The id of the hold it speaks of.
    #[must_use]
    pub fn hold(&self) -> &str {
        self.body["result"]["_meta"]["dev.countersign/hold"]["id"]
            .as_str()
            .unwrap_or("")
    }

    /// The text of the result.
    #[must_use]
    pub fn text(&self) -> &str {
        self.body["result"]["content"][0]["text"]
            .as_str()
            .unwrap_or("")
    }
}

impl House {
    /// Sends one request to the house and reads the answer.
    ///
    /// # Panics
    /// When nobody answers.
    #[expect(
        clippy::disallowed_methods,
        reason = "the tests ask the house that they started"
    )]
    pub async fn http(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> InboundResponse {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), HeaderText::Plain((*value).to_owned())))
            .collect();
        let request = OutboundRequest {
            method,
            url: Url::parse(url).expect("a URL"),
            headers,
            body: body.map(Bytes::from),
            limits: RequestLimits {
                body_bytes: 32 << 20,
                ..RequestLimits::default()
            },
        };
        self.egress.send(request).await.expect("the house answers")
    }

    /// Registers an agent, lets the person consent, and fetches its tokens.
    ///
    /// # Panics
    /// When any step is refused.
    pub async fn agent_of(&self, person: &Person, shop: &Shop) -> Agent {
        let public = self.public.origin();
        let url = format!("{public}/mcp/{}/{}", person.tenant, shop.endpoint);
        let json_type = [("content-type", "application/json")];
        let registration =
            json!({"client_name": "test agent", "redirect_uris": [REDIRECT]}).to_string();
        let registered = self
            .http(
                Method::Post,
                &format!("{public}/oauth/register"),
                &json_type,
                Some(registration),
            )
            .await;
        let client: Value = serde_json::from_slice(&registered.body).expect("a registration");
        let client = client["client_id"].as_str().expect("a client id");

        let code = self.consented(person, client, &url).await;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("client_id", client),
                ("redirect_uri", REDIRECT),
                ("code_verifier", VERIFIER),
                ("resource", &url),
            ])
            .finish();
        let form_type = [("content-type", "application/x-www-form-urlencoded")];
        let issued = self
            .http(
                Method::Post,
                &format!("{public}/oauth/token"),
                &form_type,
                Some(form),
            )
            .await;
        let tokens: Value = serde_json::from_slice(&issued.body).expect("tokens");
        let token = tokens["access_token"]
            .as_str()
            .unwrap_or_else(|| panic!("no token: {tokens}"));
        Agent {
            url,
            token: token.to_owned(),
        }
    }

    async fn consented(&self, person: &Person, client: &str, resource: &str) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let mut authorize =
            Url::parse(&format!("{}/oauth/authorize", self.public.origin())).expect("a URL");
        authorize.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", client),
            ("redirect_uri", REDIRECT),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("resource", resource),
            ("state", "s"),
        ]);
        let sent = self.http(Method::Get, authorize.as_str(), &[], None).await;
        let location = percent_decoded(sent.header("location").expect("a redirect"));
        let id: AuthorizationId = location
            .split("request=")
            .nth(1)
            .and_then(|rest| rest.get(..38))
            .and_then(|id| id.parse().ok())
            .unwrap_or_else(|| panic!("no request in {location}"));
        let cookie = sent.header("set-cookie").expect("the browser's cookie");
        let cookie = Cookie::parse(cookie.to_owned()).expect("a cookie");
        let request = TestRequest::default().cookie(cookie).to_http_request();
        let browser = Browser::of(&request, &self.oauth.issuer).expect("the browser");
        let who = person.signed_in.person;
        self.oauth
            .authorizations
            .pending(who, &browser, id)
            .await
            .expect("a consent page");
        let back = self
            .oauth
            .authorizations
            .approve(who, &browser, id)
            .await
            .expect("consent");
        let back = Url::parse(&back).expect("a URL");
        let code = back
            .query_pairs()
            .find(|(name, _)| name == "code")
            .expect("a code");
        code.1.into_owned()
    }

    /// Posts one JSON-RPC message as an agent of 2025-11-25.
    ///
    /// # Panics
    /// When nobody answers.
    pub async fn post(&self, agent: &Agent, message: &Value) -> Answer {
        let bearer = format!("Bearer {}", agent.token);
        let headers = [
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
            ("authorization", &bearer),
        ];
        let answer = self
            .http(
                Method::Post,
                &agent.url,
                &headers,
                Some(message.to_string()),
            )
            .await;
        Answer {
            status: answer.status,
            body: serde_json::from_slice(&answer.body).unwrap_or(Value::Null),
        }
    }

    /// Calls a tool.
    ///
    /// # Panics
    /// When nobody answers.
    pub async fn call(&self, agent: &Agent, tool: &str, arguments: &Value) -> Answer {
        let params = json!({"name": tool, "arguments": arguments});
        self.post(
            agent,
            &json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}),
        )
        .await
    }
}

fn percent_decoded(text: &str) -> String {
    url::form_urlencoded::parse(
        format!("x={}", text.replace('+', "%2B"))
            .replace('&', "%26")
            .as_bytes(),
    )
    .next()
    .map_or_else(String::new, |(_, value)| value.into_owned())
}
