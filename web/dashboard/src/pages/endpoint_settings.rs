//! What an endpoint is called, and removing it.

use actix_web::http::StatusCode;
use askama::Template;
use countersign_access::ActionName;
use countersign_domain::name::Slug;
use countersign_edge::{Form, Problem, Routes, WhoMay};
use countersign_tool_registry::{Endpoint, RemoveEndpoint, RenameEndpoint};

use crate::{
    answer::{Answer, done, page, page_with},
    frame::{Frame, Here, Section},
    inert::Inert,
    notice::Done,
    pages::{
        removal::{Removal, RemovalForm},
        renaming::{Renaming, RenamingForm},
    },
};

pub(crate) fn routes() -> Routes {
    let rename_it = WhoMay::Member(ActionName::ManageEndpoint);
    let remove_it = WhoMay::Member(ActionName::RemoveEndpoint);
    Routes::new()
        .get("/t/{tenant}/endpoints/{endpoint}/settings", rename_it, show)
        .post("/t/{tenant}/endpoints/{endpoint}/rename", rename_it, rename)
        .post("/t/{tenant}/endpoints/{endpoint}/remove", remove_it, remove)
}

#[derive(Template)]
#[template(path = "pages/endpoint_settings.html")]
pub(crate) struct EndpointSettingsPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) slug: Slug,
    pub(crate) name: Inert,
    pub(crate) renaming: Renaming,
    pub(crate) removal: Removal,
    pub(crate) may_remove: bool,
}

impl EndpointSettingsPage {
    pub(crate) fn new(frame: Frame, base: String, endpoint: &Endpoint) -> Self {
        let name = Inert::new(&endpoint.name);
        let to = |what: &str| format!("{base}/endpoints/{}/{what}", endpoint.slug);
        Self {
            slug: endpoint.slug.clone(),
            renaming: Renaming::new(&frame, to("rename"), &name),
            removal: Removal::new(&frame, to("remove"), &name),
            may_remove: false,
            frame,
            base,
            name,
        }
    }

    async fn load(here: &Here) -> Result<Self, Problem> {
        let slug: Slug = here.part("endpoint")?;
        let registry = &here.services().registry;
        let found = registry.endpoint(here.scope(), &slug).await?;
        let frame = here.frame("Settings of an endpoint", Section::Endpoints);
        let mut drawn = Self::new(frame, here.path(""), &found.endpoint);
        drawn.may_remove = here.may(ActionName::RemoveEndpoint);
        Ok(drawn)
    }
}

async fn show(here: Here) -> Answer {
    page(&EndpointSettingsPage::load(&here).await?)
}

async fn rename(here: Here, Form(form): Form<RenamingForm>) -> Answer {
    let mut drawn = EndpointSettingsPage::load(&here).await?;
    let Some(name) = drawn.renaming.read(form) else {
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let to = here.path(&format!("/endpoints/{}", drawn.slug));
    let command = RenameEndpoint {
        endpoint: drawn.slug,
        name,
    };
    let registry = &here.services().registry;
    registry.rename_endpoint(here.scope(), command).await?;
    done(&to, Done::EndpointRenamed)
}

async fn remove(here: Here, Form(form): Form<RemovalForm>) -> Answer {
    let mut drawn = EndpointSettingsPage::load(&here).await?;
    let Some(reason) = drawn.removal.read(form) else {
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let command = RemoveEndpoint {
        endpoint: drawn.slug,
        reason,
    };
    let registry = &here.services().registry;
    registry.remove_endpoint(here.scope(), command).await?;
    done(&here.path("/endpoints"), Done::EndpointRemoved)
}
