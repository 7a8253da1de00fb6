//! Another document of an API that is there already.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use askama::Template;
use countersign_access::ActionName;
use countersign_domain::{Fault as _, Kind, id::SourceId, name::Slug};
use countersign_edge::{Form, Problem, Routes, SameOrigin, WhoMay};
use countersign_spec_import::{Given, ImportAgain, StartError};
use serde::Deserialize;

use crate::{
    answer::{Answer, go, page, page_with},
    field::Field,
    frame::{Frame, Here, Section},
    inert::Inert,
    pages::{imports::PASTED_BYTES, upload::Uploaded},
};

pub(crate) fn routes() -> Routes {
    let may = WhoMay::Member(ActionName::ImportSource);
    Routes::new()
        .get("/t/{tenant}/sources/{source}/import", may, show)
        .post("/t/{tenant}/sources/{source}/import/upload", may, upload)
        .post("/t/{tenant}/sources/{source}/import/paste", may, paste)
        .post("/t/{tenant}/sources/{source}/import/url", may, fetch)
}

#[derive(Template)]
#[template(path = "pages/import_again.html")]
pub(crate) struct ImportAgainPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) slug: String,
    pub(crate) name: Inert,
    pub(crate) upload_error: Option<String>,
    pub(crate) folder_error: Option<String>,
    pub(crate) document: Field,
    pub(crate) url: Field,
}

impl ImportAgainPage {
    pub(crate) fn new(frame: Frame, base: String, (slug, name): (String, Inert)) -> Self {
        Self {
            frame,
            base,
            slug,
            name,
            upload_error: None,
            folder_error: None,
            document: Field::area("document", "Document", 9).id("paste-document"),
            url: Field::url("url", "Address of the document")
                .hint("Such as https://api.example.com/openapi.json"),
        }
    }

    async fn of(here: &Here) -> Result<(Self, SourceId), Problem> {
        let slug: Slug = here.part("source")?;
        let found = here.services().registry.source(here.scope(), &slug).await?;
        let drawn = Self::new(
            here.frame("Import again", Section::Sources),
            here.path(""),
            (slug.to_string(), Inert::new(&found.source.name)),
        );
        Ok((drawn, found.source.id))
    }
}

async fn show(here: Here) -> Answer {
    page(&ImportAgainPage::of(&here).await?.0)
}

#[derive(Deserialize)]
struct PasteForm {
    document: String,
}

async fn paste(here: Here, Form(form): Form<PasteForm, PASTED_BYTES>) -> Answer {
    let (mut drawn, source) = ImportAgainPage::of(&here).await?;
    match start(&here, source, Given::Paste(form.document.clone())).await? {
        Ok(to) => Ok(go(&to)),
        Err(error) => {
            drawn.document = drawn.document.value(form.document);
            drawn.document.wrong(&error);
            page_with(StatusCode::BAD_REQUEST, &drawn)
        }
    }
}

#[derive(Deserialize)]
struct UrlForm {
    url: String,
}

async fn fetch(here: Here, Form(form): Form<UrlForm>) -> Answer {
    let (mut drawn, source) = ImportAgainPage::of(&here).await?;
    match start(&here, source, Given::Url(form.url.clone())).await? {
        Ok(to) => Ok(go(&to)),
        Err(error) => {
            drawn.url = drawn.url.value(form.url);
            drawn.url.wrong(&error);
            page_with(StatusCode::BAD_REQUEST, &drawn)
        }
    }
}

async fn upload(here: Here, origin: SameOrigin, parts: Multipart) -> Answer {
    let Uploaded { given, .. } = Uploaded::read(&here, origin, parts).await?;
    let (mut drawn, source) = ImportAgainPage::of(&here).await?;
    let is_folder = matches!(given, Given::Folder(_));
    match start(&here, source, given).await? {
        Ok(to) => Ok(go(&to)),
        Err(error) => {
            let told = Some(crate::field::sentence(&error.to_string()));
            if is_folder {
                drawn.folder_error = told;
            } else {
                drawn.upload_error = told;
            }
            page_with(StatusCode::BAD_REQUEST, &drawn)
        }
    }
}

/// Begins an import. What the sender can mend is theirs to see beside the form.
async fn start(
    here: &Here,
    source: SourceId,
    given: Given,
) -> Result<Result<String, StartError>, Problem> {
    let imports = &here.services().imports;
    let command = ImportAgain { source, given };
    match imports.start_again(here.scope(), command).await {
        Ok(started) => Ok(Ok(here.path(&format!("/imports/{}", started.revision)))),
        Err(error) if matches!(error.kind(), Kind::Invalid | Kind::TooLarge) => Ok(Err(error)),
        Err(error) => Err(error.into()),
    }
}
