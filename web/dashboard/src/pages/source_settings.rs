//! What an API is called, and removing it.

use actix_web::http::StatusCode;
use askama::Template;
use countersign_access::ActionName;
use countersign_domain::name::Slug;
use countersign_edge::{Form, Problem, Routes, WhoMay};
use countersign_tool_registry::{RemoveSource, RenameSource, Source, SourceDetail};

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
    let rename_it = WhoMay::Member(ActionName::ImportSource);
    let remove_it = WhoMay::Member(ActionName::RemoveSource);
    Routes::new()
        .get("/t/{tenant}/sources/{source}/settings", rename_it, show)
        .post("/t/{tenant}/sources/{source}/rename", rename_it, rename)
        .post("/t/{tenant}/sources/{source}/remove", remove_it, remove)
}

#[derive(Template)]
#[template(path = "pages/source_settings.html")]
pub(crate) struct SourceSettingsPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) slug: String,
    pub(crate) name: Inert,
    pub(crate) operations: u64,
    pub(crate) renaming: Renaming,
    pub(crate) removal: Removal,
    pub(crate) may_remove: bool,
}

impl SourceSettingsPage {
    pub(crate) fn new(frame: Frame, base: String, found: &SourceDetail) -> Self {
        let (slug, name) = (&found.source.slug, Inert::new(&found.source.name));
        let to = |what: &str| format!("{base}/sources/{slug}/{what}");
        Self {
            slug: slug.to_string(),
            operations: found.classes.iter().map(|count| count.operations).sum(),
            renaming: Renaming::new(&frame, to("rename"), &name),
            removal: Removal::new(&frame, to("remove"), &name),
            may_remove: false,
            frame,
            base,
            name,
        }
    }

    async fn load(here: &Here) -> Result<(Self, Source), Problem> {
        let slug: Slug = here.part("source")?;
        let found = here.services().registry.source(here.scope(), &slug).await?;
        let frame = here.frame("Settings of an API", Section::Sources);
        let mut drawn = Self::new(frame, here.path(""), &found);
        drawn.may_remove = here.may(ActionName::RemoveSource);
        Ok((drawn, found.source))
    }
}

async fn show(here: Here) -> Answer {
    page(&SourceSettingsPage::load(&here).await?.0)
}

async fn rename(here: Here, Form(form): Form<RenamingForm>) -> Answer {
    let (mut drawn, source) = SourceSettingsPage::load(&here).await?;
    let Some(name) = drawn.renaming.read(form) else {
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let command = RenameSource {
        source: source.id,
        name,
    };
    let registry = &here.services().registry;
    registry.rename_source(here.scope(), command).await?;
    let to = here.path(&format!("/sources/{}", source.slug));
    done(&to, Done::SourceRenamed)
}

async fn remove(here: Here, Form(form): Form<RemovalForm>) -> Answer {
    let (mut drawn, source) = SourceSettingsPage::load(&here).await?;
    let Some(reason) = drawn.removal.read(form) else {
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let command = RemoveSource {
        source: source.id,
        reason,
    };
    let registry = &here.services().registry;
    registry.remove_source(here.scope(), command).await?;
    done(&here.path("/sources"), Done::SourceRemoved)
}
