//! An agent: finds its way to a token by what the server tells it, and then speaks MCP.
//!
//! It is given the endpoint's address and nothing else, as a real client is.

use anyhow::{Context as _, bail, ensure};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use countersign_domain::{World, operation::Method, secret::Secret};
use countersign_egress::{
    Egress, HeaderText, InboundResponse, OutboundRequest, RequestLimits, Url,
};
use serde_json::{Value, json};

/// Where the answer to the consent goes; nobody has to listen there, the browser tells.
const REDIRECT: &str = "http://127.0.0.1:33418/callback";
/// The protocol it speaks.
const PROTOCOL: &str = "2025-11-25";

/// An agent on its way in.
pub(crate) struct Agent {
    egress: Egress,
    endpoint: String,
    token: Option<Secret>,
}

/// What it was told about the way in.
pub(crate) struct WayIn {
    pub(crate) issuer: String,
    authorize: String,
    token: String,
    register: String,
    resource: String,
}

/// One authorization it has asked for.
pub(crate) struct Asked {
    /// Where the person's browser is to go.
    pub(crate) address: String,
    client: String,
    state: String,
    verifier: String,
}

/// The result of a tool call.
pub(crate) struct Called(Value);

impl Agent {
    pub(crate) fn new(egress: Egress, endpoint: &str) -> Self {
        Self {
            egress,
            endpoint: endpoint.to_owned(),
            token: None,
        }
    }

    /// Knocks without a token and follows what the refusal says.
    pub(crate) async fn discover(&self) -> anyhow::Result<WayIn> {
        let refused = self
            .post(&json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}))
            .await?;
        ensure!(
            refused.status == 401,
            "no token, and the answer was {}",
            refused.status
        );
        let challenge = refused.header("www-authenticate").unwrap_or_default();
        let metadata = challenge
            .split_once("resource_metadata=\"")
            .and_then(|(_, rest)| rest.split('"').next())
            .context("the challenge does not say where the metadata is")?;
        let resource = self.get(metadata).await?;
        ensure!(
            resource["resource"] == *self.endpoint,
            "the metadata is of another resource"
        );
        let issuer = text(&resource["authorization_servers"][0])?;
        let server = format!("{issuer}/.well-known/oauth-authorization-server");
        let server = self.get(&server).await?;
        ensure!(
            server["issuer"] == *issuer,
            "the issuer calls itself something else"
        );
        let methods = &server["code_challenge_methods_supported"];
        ensure!(*methods == json!(["S256"]), "PKCE is not S256 alone");
        Ok(WayIn {
            authorize: text(&server["authorization_endpoint"])?,
            token: text(&server["token_endpoint"])?,
            register: text(&server["registration_endpoint"])?,
            resource: text(&resource["resource"])?,
            issuer,
        })
    }

    /// Registers, and asks for this one endpoint.
    pub(crate) async fn ask(&self, way: &WayIn, world: &World) -> anyhow::Result<Asked> {
        let wish = json!({"client_name": "Demo Agent", "redirect_uris": [REDIRECT],
            "token_endpoint_auth_method": "none"});
        let json_type = vec![plain("content-type", "application/json")];
        let registered = self
            .send(
                Method::Post,
                &way.register,
                json_type,
                Some(wish.to_string()),
            )
            .await?;
        ensure!(
            registered.status == 201,
            "registration was answered {}",
            registered.status
        );
        let client = text(&read(&registered)?["client_id"])?;
        let (verifier, state) = (random(world), random(world));
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        let mut address = Url::parse(&way.authorize)?;
        address.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &client),
            ("redirect_uri", REDIRECT),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("resource", &way.resource),
            ("scope", "tools:read tools:billing"),
            ("state", &state),
        ]);
        Ok(Asked {
            address: address.into(),
            client,
            state,
            verifier,
        })
    }

    /// Takes the answer that the browser brought back, and exchanges the code in it.
    pub(crate) async fn take(
        &mut self,
        way: &WayIn,
        asked: &Asked,
        answer: &Url,
    ) -> anyhow::Result<()> {
        ensure!(
            answer.as_str().starts_with(REDIRECT),
            "the answer went to {answer}"
        );
        let parameter = |name: &str| {
            let mut pairs = answer.query_pairs();
            pairs
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        ensure!(
            parameter("state").as_ref() == Some(&asked.state),
            "the state is another's"
        );
        ensure!(
            parameter("iss").as_ref() == Some(&way.issuer),
            "the answer is of another issuer"
        );
        let code = parameter("code").context("there is no code in the answer")?;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("client_id", &asked.client),
                ("redirect_uri", REDIRECT),
                ("code_verifier", &asked.verifier),
                ("resource", &way.resource),
            ])
            .finish();
        let form_type = vec![plain("content-type", "application/x-www-form-urlencoded")];
        let issued = self
            .send(Method::Post, &way.token, form_type, Some(form))
            .await?;
        ensure!(
            issued.status == 200,
            "the code was refused with {}",
            issued.status
        );
        self.token = Some(Secret::new(text(&read(&issued)?["access_token"])?));
        Ok(())
    }

    /// Lists the names of the tools it may call.
    pub(crate) async fn tools(&self) -> anyhow::Result<Vec<String>> {
        let hello = json!({"protocolVersion": PROTOCOL, "capabilities": {},
            "clientInfo": {"name": "demo", "version": "1"}});
        self.ask_mcp("initialize", hello).await?;
        let listed = self.ask_mcp("tools/list", json!({})).await?;
        let tools = listed["tools"]
            .as_array()
            .context("there is no list of tools")?;
        tools.iter().map(|tool| text(&tool["name"])).collect()
    }

    /// Calls a tool.
    pub(crate) async fn call(&self, tool: &str, arguments: &Value) -> anyhow::Result<Called> {
        let parameters = json!({"name": tool, "arguments": arguments});
        Ok(Called(self.ask_mcp("tools/call", parameters).await?))
    }

    async fn ask_mcp(&self, method: &str, parameters: Value) -> anyhow::Result<Value> {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters});
        let answer = self.post(&message).await?;
        ensure!(
            answer.status == 200,
            "{method} was answered {}",
            answer.status
        );
        let mut answer = read(&answer)?;
        if let Some(error) = answer.get("error") {
            bail!("{method} was refused: {error}");
        }
        Ok(answer["result"].take())
    }

    async fn post(&self, message: &Value) -> anyhow::Result<InboundResponse> {
        let mut headers = vec![
            plain("content-type", "application/json"),
            plain("accept", "application/json, text/event-stream"),
            plain("mcp-protocol-version", PROTOCOL),
        ];
        if let Some(token) = &self.token {
            let bearer = Secret::new(format!("Bearer {}", token.expose()));
            headers.push(("authorization".to_owned(), HeaderText::Secret(bearer)));
        }
        self.send(
            Method::Post,
            &self.endpoint,
            headers,
            Some(message.to_string()),
        )
        .await
    }

    async fn get(&self, url: &str) -> anyhow::Result<Value> {
        let answer = self.send(Method::Get, url, Vec::new(), None).await?;
        ensure!(answer.status == 200, "{url} answered {}", answer.status);
        read(&answer)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the demo's agent is somebody else"
    )]
    async fn send(
        &self,
        method: Method,
        url: &str,
        headers: Vec<(String, HeaderText)>,
        body: Option<String>,
    ) -> anyhow::Result<InboundResponse> {
        let request = OutboundRequest {
            method,
            url: Url::parse(url)?,
            headers,
            body: body.map(Bytes::from),
            limits: RequestLimits::default(),
        };
        self.egress
            .send(request)
            .await
            .context("no answer to the agent")
    }
}

impl Called {
    /// Says whether it is an error.
    pub(crate) fn is_error(&self) -> bool {
        self.0["isError"] == true
    }

    /// The stable code of a call that was held or refused.
    pub(crate) fn code(&self) -> &str {
        self.0["_meta"]["dev.countersign/code"]
            .as_str()
            .unwrap_or("none")
    }

    /// The id and the page of the hold.
    pub(crate) fn hold(&self) -> anyhow::Result<(String, String)> {
        let hold = &self.0["_meta"]["dev.countersign/hold"];
        Ok((text(&hold["id"])?, text(&hold["page"])?))
    }

    /// What the upstream answered, as a value.
    pub(crate) fn value(&self) -> anyhow::Result<Value> {
        if let Some(structured) = self.0.get("structuredContent") {
            return Ok(structured.clone());
        }
        let shown = self.shown();
        serde_json::from_str(shown).with_context(|| format!("the answer is no JSON: {shown}"))
    }

    /// What a model reads.
    pub(crate) fn shown(&self) -> &str {
        self.0["content"][0]["text"].as_str().unwrap_or_default()
    }
}

fn plain(name: &str, value: &str) -> (String, HeaderText) {
    (name.to_owned(), HeaderText::Plain(value.to_owned()))
}

fn read(answer: &InboundResponse) -> anyhow::Result<Value> {
    serde_json::from_slice(&answer.body).context("the answer is no JSON")
}

fn text(value: &Value) -> anyhow::Result<String> {
    let text = value.as_str().context("a text is missing in an answer")?;
    Ok(text.to_owned())
}

fn random(world: &World) -> String {
    URL_SAFE_NO_PAD.encode(world.bytes::<32>())
}
