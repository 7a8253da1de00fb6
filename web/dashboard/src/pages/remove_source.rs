//! Removing an API: what goes with it, a reason and a ticked box.

use actix_web::http::StatusCode;
use askama::Template;
use countersign_access::ActionName;
use countersign_domain::name::{Slug, Statement};
use countersign_edge::{Form, Problem, Routes, WhoMay};
use countersign_tool_registry::{RemoveSource, Source, SourceDetail};
use serde::Deserialize;

use crate::{
    answer::{Answer, done, page, page_with},
    field::Field,
    frame::{Frame, Here, Section},
    inert::Inert,
    notice::Done,
};

pub(crate) fn routes() -> Routes {
    let remove = WhoMay::Member(ActionName::RemoveSource);
    Routes::new()
        .get("/t/{tenant}/sources/{source}/remove", remove, show)
        .post("/t/{tenant}/sources/{source}/remove", remove, remove_it)
}

#[derive(Template)]
#[template(path = "pages/remove_source.html")]
pub(crate) struct RemoveSourcePage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) slug: String,
    pub(crate) name: Inert,
    pub(crate) operations: u64,
    pub(crate) reason: Field,
    /// The box that says so was sent empty.
    pub(crate) unconfirmed: bool,
}

impl RemoveSourcePage {
    pub(crate) fn new(frame: Frame, base: String, found: &SourceDetail) -> Self {
        Self {
            frame,
            base,
            slug: found.source.slug.to_string(),
            name: Inert::new(&found.source.name),
            operations: found.classes.iter().map(|count| count.operations).sum(),
            reason: Field::reason(),
            unconfirmed: false,
        }
    }

    async fn load(here: &Here) -> Result<(Self, Source), Problem> {
        let slug: Slug = here.part("source")?;
        let found = here.services().registry.source(here.scope(), &slug).await?;
        let frame = here.frame("Remove an API", Section::Sources);
        Ok((Self::new(frame, here.path(""), &found), found.source))
    }
}

async fn show(here: Here) -> Answer {
    page(&RemoveSourcePage::load(&here).await?.0)
}

#[derive(Deserialize)]
struct RemoveForm {
    reason: String,
    confirm: Option<String>,
}

async fn remove_it(here: Here, Form(form): Form<RemoveForm>) -> Answer {
    let (mut drawn, source) = RemoveSourcePage::load(&here).await?;
    drawn.reason = drawn.reason.value(form.reason);
    drawn.unconfirmed = form.confirm.is_none();
    let reason = drawn.reason.parse::<Statement>();
    let Some(reason) = reason.filter(|_| !drawn.unconfirmed) else {
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
