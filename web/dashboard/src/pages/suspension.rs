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

/// A credential that waits for a member, as pages say it wherever that matters.
pub(crate) struct SuspendedLine {
    pub(crate) slug: String,
    pub(crate) name: Inert,
    pub(crate) environment: Inert,
    pub(crate) environment_slug: String,
}

impl SuspendedLine {
    /// Each connection once: it may be suspended by several imports.
    pub(crate) fn all<'s>(suspensions: impl IntoIterator<Item = &'s Suspension>) -> Vec<Self> {
        let mut lines: Vec<Self> = suspensions
            .into_iter()
            .map(|one| Self {
                slug: one.source_slug.clone(),
                name: Inert::new(&one.source_name),
                environment: Inert::new(&one.environment_name),
                environment_slug: one.environment_slug.clone(),
            })
            .collect();
        lines.dedup_by(|one, other| {
            (&one.slug, &one.environment_slug) == (&other.slug, &other.environment_slug)
        });
        lines
    }

    /// Those of APIs that a page is about.
    pub(crate) async fn of(
        here: &Here,
        sources: &[SourceId],
        environment: Option<EnvironmentId>,
    ) -> Result<Vec<Self>, Problem> {
        let all = here.services().connections.suspended(here.scope()).await?;
        Ok(Self::all(all.iter().filter(|one| {
            sources.contains(&one.source) && environment.is_none_or(|at| at == one.environment)
        })))
    }
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
