//! Accepting an invitation.

use actix_web::http::StatusCode;
use askama::Template;
use countersign_accounts::{Accept, AcceptError, FoundInvitation, Joining};
use countersign_domain::{Fault as _, secret::Secret};
use countersign_edge::{ClientAddress, Form, Problem, ReturnTo, Routes, UserAgent, WhoMay};
use serde::Deserialize;

use crate::{
    answer::{Answer, go, page, page_with},
    field::{Field, sentence},
    frame::{Frame, Person},
    inert::Inert,
    notice::Done,
    pages::{sign_in::with_session, sign_up::new_password},
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/invitations/{token}", WhoMay::Public, show)
        .post("/invitations/{token}", WhoMay::Public, accept)
}

#[derive(Template)]
#[template(path = "pages/invitation.html")]
pub(crate) struct InvitationPage {
    pub(crate) frame: Frame,
    pub(crate) tenant: Inert,
    pub(crate) email: String,
    pub(crate) role: &'static str,
    /// Somebody new chooses a password; somebody signed in only agrees.
    pub(crate) password: Option<Field>,
    pub(crate) sign_in: String,
    pub(crate) error: Option<String>,
}

impl InvitationPage {
    fn new(person: &Person, token: &str, found: &FoundInvitation) -> Self {
        let back = ReturnTo::parse(&format!("/invitations/{token}"));
        Self {
            frame: person.visit.frame("Invitation", person.user.as_deref()),
            tenant: Inert::new(&found.tenant_name),
            email: found.email.to_string(),
            role: found.role.as_str(),
            password: person.user.is_none().then(new_password),
            sign_in: ReturnTo::sign_in(back.as_ref()),
            error: None,
        }
    }
}

fn token(person: &Person) -> String {
    let token = person.visit.request.match_info().get("token");
    token.unwrap_or_default().to_owned()
}

async fn show(person: Person) -> Answer {
    let token = token(&person);
    let accounts = &person.visit.dashboard.accounts;
    let found = accounts.invitation(&token).await.map_err(not_good)?;
    page(&InvitationPage::new(&person, &token, &found))
}

#[derive(Deserialize)]
struct AcceptForm {
    password: Option<String>,
}

async fn accept(
    person: Person,
    address: ClientAddress,
    user_agent: UserAgent,
    Form(form): Form<AcceptForm>,
) -> Answer {
    let token = token(&person);
    let accounts = &person.visit.dashboard.accounts;
    let found = accounts.invitation(&token).await.map_err(not_good)?;
    let joining = match &person.user {
        Some(user) => Joining::SignedIn(user.session),
        None => Joining::New {
            password: Secret::new(form.password.unwrap_or_default()),
            address: address.0,
            user_agent: user_agent.0,
        },
    };
    let command = Accept {
        token: Secret::new(token.clone()),
        joining,
    };
    match accounts.accept(command).await {
        Ok(accepted) => {
            let to = format!("/t/{}?done={}", accepted.tenant, Done::Joined.code());
            match accepted.token {
                Some(session) => with_session(&person.visit, &to, &session),
                None => Ok(go(&to)),
            }
        }
        Err(error) => refused(InvitationPage::new(&person, &token, &found), error),
    }
}

/// Whoever holds a link is told what may be the matter with it, the same for each.
fn not_good(error: AcceptError) -> Problem {
    if matches!(error, AcceptError::NotGood) {
        Problem::new(StatusCode::NOT_FOUND, error.code(), error.to_string())
    } else {
        error.into()
    }
}

fn refused(mut drawn: InvitationPage, error: AcceptError) -> Answer {
    match (&error, &mut drawn.password) {
        (AcceptError::Password(problem), Some(field)) => field.wrong(problem),
        (AcceptError::OtherPerson | AcceptError::EmailTaken | AcceptError::AlreadyMember, _) => {
            drawn.error = Some(sentence(&error.to_string()));
        }
        _ => return Err(not_good(error)),
    }
    page_with(StatusCode::CONFLICT, &drawn)
}
