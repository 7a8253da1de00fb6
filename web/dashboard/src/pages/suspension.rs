//! A credential that waits for a member after an import changed what it was stored for: a part of
//! the connection's page, and its form.

use actix_web::http::StatusCode;
use countersign_access::ActionName;
use countersign_domain::{
    drift::Change,
    id::{EnvironmentId, RevisionId, SourceId},
    name::Statement,
};
use countersign_edge::{Form, Problem, Routes, WhoMay};
use countersign_secret_injection::{ConfirmCredential, Suspension};
use serde::Deserialize;

use crate::{
    answer::{Answer, done, page_with},
    field::Field,
    frame::Here,
    inert::Inert,
    notice::Done,
    pages::connections::ConnectionPage,
    parts::When,
};

pub(crate) fn routes() -> Routes {
    Routes::new().post(
        "/t/{tenant}/sources/{source}/connection/confirm",
        WhoMay::Member(ActionName::ManageConnection),
        confirm,
    )
}

/// Why a credential is suspended, as the connection's page shows it.
pub(crate) struct SuspensionCard {
    pub(crate) imports: Vec<Suspending>,
    /// The latest import of them.
    pub(crate) seen: String,
    pub(crate) reason: Field,
}

/// What one import changed.
pub(crate) struct Suspending {
    pub(crate) revision: String,
    pub(crate) number: u32,
    pub(crate) at: When,
    pub(crate) changes: Vec<Sides>,
    pub(crate) more: usize,
}

/// What stood there and what stands there now, side by side.
pub(crate) struct Sides {
    pub(crate) operation: Option<Inert>,
    pub(crate) text: Inert,
    pub(crate) before: Inert,
    pub(crate) after: Inert,
}

impl Sides {
    fn new(change: &Change) -> Self {
        let side = |value: &Option<String>| Inert::new(value.as_deref().unwrap_or("—"));
        Self {
            operation: change
                .operation
                .as_ref()
                .map(|of| Inert::new(of.to_string())),
            text: Inert::new(&change.text),
            before: side(&change.before),
            after: side(&change.after),
        }
    }
}

impl SuspensionCard {
    /// Draws the suspensions of one connection, if there are any.
    pub(crate) fn new(suspensions: &[Suspension]) -> Option<Self> {
        let latest = suspensions.last()?;
        let import = |one: &Suspension| Suspending {
            revision: one.revision.to_string(),
            number: one.number,
            at: When::new(one.at),
            more: (one.total as usize).saturating_sub(one.changes.len()),
            changes: one.changes.iter().map(Sides::new).collect(),
        };
        Some(Self {
            imports: suspensions.iter().map(import).collect(),
            seen: latest.revision.to_string(),
            reason: Field::reason().id("confirm-reason"),
        })
    }

    pub(crate) async fn of(
        here: &Here,
        (source, environment): (SourceId, EnvironmentId),
    ) -> Result<Option<Self>, Problem> {
        let mut all = here.services().connections.suspended(here.scope()).await?;
        all.retain(|one| one.source == source && one.environment == environment);
        Ok(Self::new(&all))
    }
}

#[derive(Deserialize)]
struct ConfirmForm {
    environment: String,
    seen: String,
    reason: String,
}

async fn confirm(here: Here, Form(form): Form<ConfirmForm>) -> Answer {
    let (mut drawn, source) = ConnectionPage::load(&here, Some(&form.environment)).await?;
    let mut field = Field::reason().id("confirm-reason").value(form.reason);
    let Some(reason) = field.parse::<Statement>() else {
        if let Some(card) = &mut drawn.suspension {
            card.reason = field;
        }
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let command = ConfirmCredential {
        source: source.id,
        environment: drawn.environment.chosen.id,
        seen: form
            .seen
            .parse::<RevisionId>()
            .map_err(|_| Problem::not_found())?,
        reason,
    };
    let connections = &here.services().connections;
    connections
        .confirm_credential(here.scope(), command)
        .await?;
    let to = here.path(&format!("/sources/{}/connection", source.slug));
    done(&to, Done::CredentialConfirmed)
}
