//! An agent asks to be connected, and a member says yes or no.

use actix_web::{HttpRequest, web};
use askama::Template;
use countersign_access::ActionName;
use countersign_domain::{id::AuthorizationId, risk::RiskClass};
use countersign_edge::{Caller, Form, Problem, Routes, SignedInUser, WhoMay, allow_form_target};
use countersign_oauth_server::{Browser, ConsentView, OfferedTool};
use serde::Deserialize;
use url::Url;

use crate::{
    answer::{Answer, go, page},
    frame::{Frame, Visit},
    inert::Inert,
    pages::{report::handling, review::class_says},
    parts::{Badge, When},
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/oauth/consent", WhoMay::SignedIn, show)
        .post("/oauth/consent", WhoMay::SignedIn, answer)
}

#[derive(Template)]
#[template(path = "pages/consent.html")]
pub(crate) struct ConsentPage {
    pub(crate) frame: Frame,
    pub(crate) request: String,
    pub(crate) client: Inert,
    pub(crate) redirect_host: Inert,
    pub(crate) redirect_uri: Inert,
    pub(crate) loopback: bool,
    pub(crate) tenant: Inert,
    pub(crate) endpoint: Inert,
    pub(crate) environment: Inert,
    pub(crate) resource: Inert,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) expires: When,
    pub(crate) may_approve: bool,
}

/// One class of tools that a grant would cover.
pub(crate) struct Scope {
    pub(crate) badge: Badge,
    pub(crate) says: &'static str,
    /// The name of each, and what becomes of its calls.
    pub(crate) tools: Vec<(Inert, Badge)>,
}

/// More names than these are folded away.
const FEW: usize = 12;

impl Scope {
    fn new(class: RiskClass, tools: &[OfferedTool]) -> Self {
        let of_class = tools.iter().filter(|tool| tool.class == class);
        Self {
            badge: Badge::class(class),
            says: class_says(class),
            tools: of_class
                .map(|tool| (Inert::new(&tool.name), handling(tool.handling)))
                .collect(),
        }
    }

    pub(crate) const fn are_many(&self) -> bool {
        self.tools.len() > FEW
    }
}

impl ConsentPage {
    pub(crate) fn new(frame: Frame, view: &ConsentView) -> Self {
        let seconds = |seconds: i32| crate::parts::span(chrono::TimeDelta::seconds(seconds.into()));
        let scopes = view.scopes.iter().copied();
        Self {
            frame,
            request: view.authorization.to_string(),
            client: Inert::new(&view.client_name),
            redirect_host: Inert::new(&view.redirect_host),
            redirect_uri: Inert::new(&view.redirect_uri),
            loopback: view.loopback,
            tenant: Inert::new(&view.tenant_name),
            endpoint: Inert::new(&view.endpoint_name),
            environment: Inert::new(&view.environment_name),
            resource: Inert::new(&view.resource),
            scopes: scopes.map(|class| Scope::new(class, &view.tools)).collect(),
            access: seconds(view.access_seconds),
            refresh: seconds(view.refresh_seconds),
            expires: When::new(view.expires_at),
            may_approve: view.may_approve,
        }
    }
}

#[derive(Deserialize)]
struct ConsentQuery {
    request: String,
}

fn browser(visit: &Visit) -> Result<Browser, Problem> {
    Browser::of(&visit.request, &visit.dashboard.issuer).ok_or_else(Problem::not_found)
}

fn parse(request: &str) -> Result<AuthorizationId, Problem> {
    request.parse().map_err(|_| Problem::not_found())
}

async fn show(visit: Visit, user: SignedInUser, query: web::Query<ConsentQuery>) -> Answer {
    let id = parse(&query.request)?;
    let authorizations = &visit.dashboard.authorizations;
    let view = authorizations
        .pending(user.person, &browser(&visit)?, id)
        .await?;
    allow_answer(&visit.request, &view.redirect_uri);
    let frame = visit.frame("Connect an agent", Some(&user));
    page(&ConsentPage::new(frame, &view))
}

/// The answer to the form is a redirect to the client, and browsers hold it to the policy of the
/// page that has the form.
fn allow_answer(request: &HttpRequest, redirect_uri: &str) {
    if let Ok(target) = Url::parse(redirect_uri) {
        allow_form_target(request, &target);
    }
}

#[derive(Deserialize)]
struct ConsentForm {
    request: String,
    answer: String,
}

async fn answer(visit: Visit, user: SignedInUser, Form(form): Form<ConsentForm>) -> Answer {
    let id = parse(&form.request)?;
    let browser = browser(&visit)?;
    let authorizations = &visit.dashboard.authorizations;
    let to = match form.answer.as_str() {
        "approve" => {
            let tenant = authorizations.tenant(user.person, &browser, id).await?;
            let caller = Caller::enter(&visit.request, &tenant).await?;
            caller.scope.check(ActionName::ConnectAgent)?;
            authorizations.approve(user.person, &browser, id).await?
        }
        "deny" => authorizations.deny(user.person, &browser, id).await?,
        _ => {
            return Err(Problem::invalid(
                "invalid_form",
                "the answer is approve or deny",
            ));
        }
    };
    Ok(go(&to))
}
