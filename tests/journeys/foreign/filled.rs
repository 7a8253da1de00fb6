//! Every form of a tenant's pages, filled in so that it does something when all it names is one's
//! own.

use countersign_domain::operation::Method;
use countersign_tests::document;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::Things;
use crate::front::{Browser, FORM, JSON, carried};

const BOUNDARY: &str = "a-part-of-it";

/// A form: where it is sent, the page that it stands on, what is typed into it, and what it names
/// in its address or its fields.
type Form = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

/// In an order in which each can be sent after those before it.
#[rustfmt::skip]
pub(super) const FORMS: [Form; 35] = [
    ("/members/{member}/role", "/members", "role=auditor", &["{member}"]),
    ("/members/{member}/remove", "/members/{member}/remove", "reason=because&confirm=yes", &["{member}"]),
    ("/members/invite", "/members", "email=new@example.com&role=auditor", &[]),
    ("/invitations/{invitation}/revoke", "/members", "", &["{invitation}"]),
    ("/tools/{tool}/turn-off", "/tools/{tool}", "reason=because", &["{tool}", "{environment}"]),
    ("/sources/{source}/decide", "/sources/{source}", "choice=hold&reason=because&tool={tool}@{version}", &["{source}", "{environment}", "{tool}", "{version}"]),
    ("/sources/{source}/undo", "/sources/{source}?choice=hold&decided=1&were_on=0&same=0&decision={decision}", "", &["{source}", "{environment}", "{decision}"]),
    ("/sources/{source}", "/sources/{source}", "choice=hold&reason=because", &["{source}", "{environment}"]),
    ("/tools/{tool}/turn-on", "/tools/{tool}", "handling=run&reason=because", &["{tool}", "{version}", "{environment}"]),
    ("/tools/{tool}/override-risk", "/tools/{tool}", "risk=WRITE&reason=because", &["{tool}", "{version}", "{environment}"]),
    ("/tools/{tool}/withdraw-override", "/tools/{tool}", "reason=because", &["{tool}", "{version}", "{environment}"]),
    ("/tools/{tool}/rename", "/tools/{tool}", "name=mine&reason=because", &["{tool}", "{version}", "{environment}"]),
    ("/tools/{tool}/describe", "/tools/{tool}", "title=Mine&description=All+mine&reason=because", &["{tool}", "{version}", "{environment}"]),
    ("/endpoints/{endpoint}/tools", "/endpoints/{endpoint}", "tool={tool}", &["{endpoint}", "{tool}"]),
    ("/new-endpoint", "/new-endpoint", "name=Mine&environment={environment}&tool={tool}", &["{environment}", "{tool}"]),
    ("/grants/{grant}/revoke", "/endpoints/{endpoint}", "", &["{grant}"]),
    ("/holds/{hold}", "/holds/{hold}", "answer=reject&reason=because", &["{hold}"]),
    ("/resume", "/stop", "reason=because", &["{stop}"]),
    ("/stop", "/stop", "reason=because", &[]),
    ("/sources/{source}/import/paste", "/sources/{source}/import", "document={document}", &["{source}"]),
    ("/sources/{source}/turn-on-reads", "/sources/{source}", "reason=because", &["{source}", "{environment}"]),
    ("/sources/{source}/connection/confirm", "/sources/{source}/connection", "reason=because", &["{source}", "{environment}", "{revision}"]),
    ("/notices/looked", "", "", &["{revision}"]),
    ("/sources/{source}/import/upload", "/sources/{source}/import", "file={document}", &["{source}"]),
    ("/import/paste", "/import", "name=Other&document={document}", &[]),
    ("/import/upload", "/import", "name=Another&file={document}", &[]),
    ("/sources/{source}/import/url", "/sources/{source}/import", "url=https://api.example.com", &["{source}"]),
    ("/sources/{source}/schedule", "/sources/{source}", "every=daily", &["{source}"]),
    ("/sources/{source}/connection/base-url", "/sources/{source}/connection", "base_url=https://api.example.com", &["{source}", "{environment}"]),
    ("/sources/{source}/connection/credential", "/sources/{source}/connection", "scheme=bearer&key_name=&secret=abcdefgh", &["{source}", "{environment}"]),
    ("/import/url", "/import", "name=Further&url=https://api.example.com", &[]),
    ("/endpoints/{endpoint}/rename", "/endpoints/{endpoint}/settings", "name=Ours", &["{endpoint}"]),
    ("/endpoints/{endpoint}/remove", "/endpoints/{endpoint}/settings", "reason=because&confirm=yes", &["{endpoint}"]),
    ("/sources/{source}/rename", "/sources/{source}/settings", "name=Ours", &["{source}"]),
    ("/sources/{source}/remove", "/sources/{source}/settings", "reason=because&confirm=yes", &["{source}"]),
];

/// A form as it is sent.
#[derive(Clone, Debug)]
pub(super) struct Filled {
    path: String,
    /// Of which kind, and what; nothing where only a page is asked for.
    body: Option<(&'static str, String)>,
}

impl Filled {
    /// Only asks for a page.
    pub(super) fn page(path: String) -> Self {
        Self { path, body: None }
    }

    /// Fills it in as the page shows it to whoever may send it.
    pub(super) async fn form(browser: &Browser<'_>, own: &Things, form: &Form) -> Self {
        let (path, page, typed) = (own.in_path(form.0), own.in_path(form.1), own.fill(form.2));
        let (status, page) = browser.ask(Method::Get, &page, None).await;
        assert_eq!(status, 200, "{page}");
        let carried = hidden(&page, &path);
        let typed = form_urlencoded::parse(typed.as_bytes()).into_owned();
        let typed = typed.map(|(name, value)| match value.as_str() {
            "{document}" => (name, changed_document()),
            _ => (name, value),
        });
        let fields: Vec<(String, String)> = carried.into_iter().chain(typed).collect();
        let body = if fields.iter().any(|(name, _)| name == "file") {
            (MULTIPART, multipart(&fields))
        } else {
            let mut body = form_urlencoded::Serializer::new(String::new());
            (FORM, body.extend_pairs(fields).finish())
        };
        Self {
            path,
            body: Some(body),
        }
    }

    /// Asks the API.
    pub(super) fn query(own: &Things, on: &str, field: &str) -> Self {
        let query = match on {
            "Mutation" => format!("mutation {{ {field} }}"),
            _ => format!(r#"{{ tenant(slug: "{{tenant}}") {{ {field} }} }}"#),
        };
        let document = json!(changed_document()).to_string();
        let query = own.fill(&query).replace("{document}", &document);
        let body = json!({ "query": query }).to_string();
        Self {
            path: "/graphql".to_owned(),
            body: Some((JSON, body)),
        }
    }

    /// The same that names something else instead.
    pub(super) fn naming(&self, other: &str, instead_of: &str) -> Self {
        let swapped = |text: &String| text.replace(instead_of, other);
        Self {
            path: swapped(&self.path),
            body: self
                .body
                .as_ref()
                .map(|(kind, body)| (*kind, swapped(body))),
        }
    }

    /// Whether it names this.
    pub(super) fn names(&self, thing: &str) -> bool {
        let body = self.body.as_ref();
        self.path.contains(thing) || body.is_some_and(|(_, body)| body.contains(thing))
    }

    /// Whether something is other afterwards, where it is done.
    pub(super) fn is_a_change(&self) -> bool {
        let body = self.body.as_ref();
        // The filter of a review draws the list anew, with what was typed.
        let draws = self.path.rsplit('/').nth(1) == Some("sources");
        !draws && body.is_some_and(|(kind, body)| *kind != JSON || body.contains("mutation"))
    }

    /// Whether it begins an import of a document that it carries.
    pub(super) fn imports_at_once(&self) -> bool {
        let body = self.body.as_ref();
        body.is_some_and(|(_, body)| body.contains("openapi"))
    }

    /// Sends it.
    pub(super) async fn send(&self, browser: &Browser<'_>) -> Told {
        let method = if self.body.is_some() {
            Method::Post
        } else {
            Method::Get
        };
        let sent = browser.ask_as(method, &self.path, self.body.clone());
        let (status, text) = sent.await;
        Told { status, text }
    }
}

/// What the answer is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    status: u16,
    pub(super) text: String,
}

impl Told {
    pub(super) fn is_done(&self) -> bool {
        [200, 303].contains(&self.status) && !self.text.contains("\"errors\"")
    }

    pub(super) fn is_not_found(&self) -> bool {
        self.status == 404 || self.text.contains("\"not_found\"")
    }
}

/// Another document of the shop's: it has moved, and there is more to read.
pub(super) fn changed_document() -> String {
    let mut changed: Value =
        serde_json::from_str(&document("https://elsewhere.example.com")).unwrap();
    changed["paths"]["/customers"] = json!({"get": {"summary": "List customers", "responses": {}}});
    changed.to_string()
}

const MULTIPART: &str = "multipart/form-data; boundary=a-part-of-it";

/// What a form carries that nobody types.
fn hidden(page: &str, path: &str) -> Vec<(String, String)> {
    let starts = ["\"", "?", "#"].map(|end| page.find(&format!("action=\"{path}{end}")));
    let at = starts.into_iter().flatten().next();
    let at = at.unwrap_or_else(|| panic!("no form for {path} in {page}"));
    let start = page[..at].rfind("<form").unwrap();
    carried(page, start, |tag| tag.contains("\"hidden\""))
}

fn multipart(fields: &[(String, String)]) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        let file = if name == "file" {
            "; filename=\"api.json\""
        } else {
            ""
        };
        body.extend([
            "--",
            BOUNDARY,
            "\r\nContent-Disposition: form-data; name=\"",
        ]);
        body.extend([name, "\"", file, "\r\n\r\n", value, "\r\n"]);
    }
    body.extend(["--", BOUNDARY, "--\r\n"]);
    body
}
