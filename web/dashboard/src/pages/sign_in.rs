//! Signing in and out, and the way from the first address to a tenant.

use actix_web::{HttpResponse, http::StatusCode, web::Query};
use askama::Template;
use countersign_accounts::{SignIn, SignInError};
use countersign_domain::{Fault as _, Kind, name::Email, secret::Secret};
use countersign_edge::{
    ClientAddress, Edge, Form, NoFields, Problem, ReturnTo, Routes, SignedInUser, UserAgent, WhoMay,
};
use serde::Deserialize;

use crate::{
    answer::{Answer, go, page, page_with},
    field::{Field, sentence},
    frame::{Frame, Person, Visit},
    inert::Inert,
    notice::Done,
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/", WhoMay::Public, root)
        .get("/sign-in", WhoMay::Public, show)
        .post("/sign-in", WhoMay::Public, sign_in)
        .post("/sign-out", WhoMay::SignedIn, sign_out)
}

#[derive(Template)]
#[template(path = "pages/start.html")]
pub(crate) struct Start {
    pub(crate) frame: Frame,
    pub(crate) memberships: Vec<(String, Inert, &'static str)>,
}

async fn root(person: Person) -> Answer {
    let memberships = person.user.as_deref().map(|user| &user.memberships);
    if let Some([only]) = memberships.map(Vec::as_slice) {
        return Ok(go(&format!("/t/{}", only.tenant)));
    }
    let memberships = memberships.into_iter().flatten();
    page(&Start {
        frame: person.visit.frame("Start", person.user.as_deref()),
        memberships: memberships
            .map(|one| {
                (
                    one.tenant.to_string(),
                    Inert::new(&one.name),
                    one.role.as_str(),
                )
            })
            .collect(),
    })
}

/// What somebody is told whose form came too late.
const ENDED: &str = "Your session has ended; nothing was done.";

#[derive(Template)]
#[template(path = "pages/sign_in.html")]
pub(crate) struct SignInPage {
    pub(crate) frame: Frame,
    pub(crate) email: Field,
    pub(crate) password: Field,
    pub(crate) next: Option<String>,
    pub(crate) error: Option<String>,
}

impl SignInPage {
    pub(crate) fn new(frame: Frame, next: Option<&ReturnTo>) -> Self {
        Self {
            frame,
            email: Field::email("email", "E-mail address").autocomplete("username"),
            password: Field::secret("password", "Password").autocomplete("current-password"),
            next: next.map(ToString::to_string),
            error: None,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NextQuery {
    next: Option<String>,
    /// A form came after the end of the session.
    ended: Option<String>,
}

async fn show(person: Person) -> Answer {
    let query = Query::<NextQuery>::from_query(person.visit.request.query_string());
    let query = query.map(Query::into_inner).unwrap_or_default();
    let next = query.next.as_deref().and_then(ReturnTo::parse);
    if person.user.is_some() {
        return Ok(go(next.as_ref().map_or("/", ReturnTo::as_str)));
    }
    let mut drawn = SignInPage::new(person.visit.frame("Sign in", None), next.as_ref());
    drawn.error = query.ended.map(|_| ENDED.to_owned());
    page(&drawn)
}

#[derive(Deserialize)]
struct SignInForm {
    email: String,
    password: String,
    next: Option<String>,
}

async fn sign_in(
    visit: Visit,
    address: ClientAddress,
    user_agent: UserAgent,
    Form(form): Form<SignInForm>,
) -> Answer {
    let next = form.next.as_deref().and_then(ReturnTo::parse);
    let mut drawn = SignInPage::new(visit.frame("Sign in", None), next.as_ref());
    drawn.email = drawn.email.value(form.email);
    let Some(email) = drawn.email.parse::<Email>() else {
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let command = SignIn {
        email,
        password: Secret::new(form.password),
        address: address.0,
        user_agent: user_agent.0,
    };
    let session = match visit.dashboard.accounts.sign_in(command).await {
        Ok(session) => session,
        Err(error @ (SignInError::WrongCredentials | SignInError::Limited(_))) => {
            drawn.error = Some(sentence(&error.to_string()));
            return page_with(status(&error), &drawn);
        }
        Err(error @ (SignInError::Busy | SignInError::Store(_))) => return Err(error.into()),
    };
    let home = session
        .tenant
        .map_or_else(|| "/".to_owned(), |tenant| format!("/t/{tenant}"));
    let to = next.map_or(home, |next| next.to_string());
    with_session(&visit, &to, &session.token)
}

fn status(error: &SignInError) -> StatusCode {
    if error.kind() == Kind::Limited {
        StatusCode::TOO_MANY_REQUESTS
    } else {
        StatusCode::UNAUTHORIZED
    }
}

/// Sends a browser on with its new session.
pub(crate) fn with_session(visit: &Visit, to: &str, token: &Secret) -> Answer {
    with_cookie(go(to), &Edge::of(&visit.request).session_cookie(token))
}

fn with_cookie(mut answer: HttpResponse, cookie: &actix_web::cookie::Cookie<'static>) -> Answer {
    answer
        .add_cookie(cookie)
        .map_err(|error| Problem::internal(&error))?;
    Ok(answer)
}

async fn sign_out(visit: Visit, user: SignedInUser, _form: Form<NoFields>) -> Answer {
    visit.dashboard.accounts.sign_out(user.session).await?;
    let to = format!("/sign-in?done={}", Done::SignedOut.code());
    with_cookie(go(&to), &Edge::of(&visit.request).no_session_cookie())
}
