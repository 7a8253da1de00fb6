//! Signing up: a person and their organisation.

use actix_web::http::StatusCode;
use askama::Template;
use countersign_accounts::{RECOMMENDED_LENGTH, SignUp, SignUpError};
use countersign_domain::{
    name::{Email, Title},
    secret::Secret,
};
use countersign_edge::{ClientAddress, Form, Routes, UserAgent, WhoMay};
use serde::Deserialize;

use crate::{
    answer::{Answer, go, page, page_with},
    field::Field,
    frame::{Frame, Person, Visit},
    pages::sign_in::with_session,
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/sign-up", WhoMay::Public, show)
        .post("/sign-up", WhoMay::Public, sign_up)
}

#[derive(Template)]
#[template(path = "pages/sign_up.html")]
pub(crate) struct SignUpPage {
    pub(crate) frame: Frame,
    pub(crate) organisation: Field,
    pub(crate) email: Field,
    pub(crate) password: Field,
}

impl SignUpPage {
    pub(crate) fn new(frame: Frame) -> Self {
        Self {
            frame,
            organisation: Field::text("organisation", "Organisation")
                .hint("What your colleagues call it.")
                .autocomplete("organization"),
            email: Field::email("email", "Work e-mail address").autocomplete("username"),
            password: new_password(),
        }
    }
}

/// A field for a password that somebody chooses.
pub(crate) fn new_password() -> Field {
    Field::secret("password", "Password")
        .hint(format!(
            "At least 8 characters; {RECOMMENDED_LENGTH} or more are recommended."
        ))
        .autocomplete("new-password")
}

async fn show(person: Person) -> Answer {
    if person.user.is_some() {
        return Ok(go("/"));
    }
    page(&SignUpPage::new(person.visit.frame("Sign up", None)))
}

#[derive(Deserialize)]
struct SignUpForm {
    organisation: String,
    email: String,
    password: String,
}

async fn sign_up(
    visit: Visit,
    address: ClientAddress,
    user_agent: UserAgent,
    Form(form): Form<SignUpForm>,
) -> Answer {
    let mut drawn = SignUpPage::new(visit.frame("Sign up", None));
    drawn.organisation = drawn.organisation.value(form.organisation);
    drawn.email = drawn.email.value(form.email);
    let (organisation, email) = (
        drawn.organisation.parse::<Title>(),
        drawn.email.parse::<Email>(),
    );
    let (Some(organisation), Some(email)) = (organisation, email) else {
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let command = SignUp {
        email,
        password: Secret::new(form.password),
        organisation,
        address: address.0,
        user_agent: user_agent.0,
    };
    let session = match visit.dashboard.accounts.sign_up(command).await {
        Ok(session) => session,
        Err(SignUpError::Password(problem)) => {
            drawn.password.wrong(problem);
            return page_with(StatusCode::BAD_REQUEST, &drawn);
        }
        Err(error @ SignUpError::EmailTaken) => {
            drawn.email.wrong(error);
            return page_with(StatusCode::CONFLICT, &drawn);
        }
        Err(error @ (SignUpError::Limited(_) | SignUpError::Busy | SignUpError::Store(_))) => {
            return Err(error.into());
        }
    };
    let to = session
        .tenant
        .map_or_else(|| "/".to_owned(), |tenant| format!("/t/{tenant}"));
    with_session(&visit, &to, &session.token)
}
