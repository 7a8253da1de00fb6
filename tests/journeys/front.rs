//! The product as `countersign serve` puts it together, over the database of a house, and the
//! browsers of people who are signed in there.

use std::path::Path;

use clap::Parser;
use countersign_domain::operation::Method;
use countersign_egress::InboundResponse;
use countersign_tests::{House, Person};
use countersign_vault::KeyFile;
use platform::{
    application::Application, configuration::Configuration, settings::ServerSettings, system_world,
};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What a form is sent as that has no file in it.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// What the API is asked in.
pub(crate) const JSON: &str = "application/json";

/// The session cookie on plain http.
const COOKIE: &str = "countersign";

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    settings: ServerSettings,
}

/// A running product.
pub(crate) struct Front {
    /// Where it is.
    pub(crate) origin: String,
    key: KeyFile,
    end: CancellationToken,
    running: JoinHandle<()>,
}

impl Front {
    /// Starts one; `name` is the test's own.
    pub(crate) async fn open(house: &House, name: &str) -> Self {
        let file = format!("countersign-{name}-{}", std::process::id());
        let key = KeyFile::at(std::env::temp_dir().join(file));
        key.create(&house.world).unwrap();
        let line = [
            "countersign".to_owned(),
            format!("--database-url={}", house.database.url()),
            format!("--vault-key-file={}", key.path().display()),
            "--listen=127.0.0.1:0".to_owned(),
            // What is imported, the house imports: a second worker would still be at it.
            "--role=web,oauth,gateway".to_owned(),
        ];
        let settings = Line::try_parse_from(line).unwrap().settings;
        let configuration = Configuration::new(&settings).unwrap();
        let program = Path::new("countersign");
        let application = Application::build(configuration, system_world(), program)
            .await
            .unwrap();
        let (origin, end) = (application.public_url().origin(), CancellationToken::new());
        let until = end.clone();
        let running = async move { application.run_until(until).await.unwrap() };
        Self {
            origin,
            key,
            end,
            running: tokio::spawn(running),
        }
    }

    /// The browser of somebody who is signed in.
    pub(crate) async fn browser<'h>(&self, house: &'h House, person: &Person) -> Browser<'h> {
        let mut browser = Browser {
            house,
            origin: self.origin.clone(),
            cookie: format!("{COOKIE}={}", person.session.expose()),
            csrf: String::new(),
        };
        let path = format!("/t/{}/members", person.tenant);
        let (status, page) = browser.ask(Method::Get, &path, None).await;
        assert_eq!(status, 200, "{page}");
        let token = page
            .split("name=\"csrf\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        token
            .expect("a form with a token")
            .clone_into(&mut browser.csrf);
        browser
    }

    /// Ends it.
    pub(crate) async fn close(self) {
        self.end.cancel();
        self.running.await.unwrap();
        std::fs::remove_file(self.key.path()).unwrap();
    }
}

/// Somebody's browser.
pub(crate) struct Browser<'h> {
    house: &'h House,
    origin: String,
    /// The session, as they send it.
    pub(crate) cookie: String,
    /// What every form of theirs carries.
    pub(crate) csrf: String,
}

impl Browser<'_> {
    /// Sends a request; returns the status and where it leads to with what it says.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
    ) -> (u16, String) {
        self.ask_as(method, path, body.map(|body| (FORM, body)))
            .await
    }

    /// The same with a body of another kind.
    pub(crate) async fn ask_as(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, String)>,
    ) -> (u16, String) {
        let (kind, body) = body.unzip();
        let mut headers = Vec::from_iter(kind.map(|kind| ("content-type", kind)));
        if kind == Some(JSON) {
            headers.push(("x-csrf-token", &self.csrf));
        }
        let answer = self.send(method, path, &headers, body).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        (
            answer.status,
            format!("{:?} {text}", answer.header("location")),
        )
    }

    /// Asks the API; returns its data.
    pub(crate) async fn query(&self, query: &str, variables: Value) -> Value {
        let body = json!({"query": query, "variables": variables}).to_string();
        let headers = [("content-type", JSON), ("x-csrf-token", &self.csrf)];
        let sent = self.send(Method::Post, "/graphql", &headers, Some(body));
        let answer: Value = serde_json::from_slice(&sent.await.body).unwrap();
        assert!(answer["errors"].is_null(), "{answer}");
        answer["data"].clone()
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        others: &[(&str, &str)],
        body: Option<String>,
    ) -> InboundResponse {
        let mut headers = vec![
            ("cookie", self.cookie.as_str()),
            ("accept", "text/html"),
            ("sec-fetch-site", "same-origin"),
        ];
        headers.extend(others);
        self.house
            .http(method, &format!("{}{path}", self.origin), &headers, body)
            .await
    }
}

/// What those inputs of a form carry whose tags are wanted; the form begins at a place of its page.
pub(crate) fn carried(
    page: &str,
    start: usize,
    wanted: impl Fn(&str) -> bool,
) -> Vec<(String, String)> {
    let form = page[start..].split("</form>").next().unwrap();
    let value = |tag: &str, name: &str| {
        let after = tag.split(&format!("{name}=\"")).nth(1)?;
        Some(after.split('"').next()?.to_owned())
    };
    let tags = form
        .split("<input ")
        .skip(1)
        .filter_map(|rest| rest.split('>').next());
    tags.filter(|tag| wanted(tag))
        .filter_map(|tag| Some((value(tag, "name")?, value(tag, "value")?)))
        .collect()
}
