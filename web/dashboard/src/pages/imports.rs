//! Importing an API: giving its document, and watching the import.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use askama::Template;
use countersign_access::ActionName;
use countersign_domain::{Fault as _, Kind, id::RevisionId, name::Title};
use countersign_edge::{Form, Problem, Routes, SameOrigin, WhoMay};
use countersign_spec_import::{Given, StartError, StartImport};
use countersign_tool_registry::{RevisionState, RevisionView};
use serde::Deserialize;

use crate::{
    answer::{Answer, go, page, page_with},
    field::{Field, sentence},
    frame::{Frame, Here, Section},
    inert::Inert,
    pages::{
        revision_diff::Diff,
        sources::{counts, is_named, told_apart},
        suspension::SuspendedLine,
        upload::Uploaded,
    },
    parts::Badge,
};

/// The largest document.
pub(crate) const DOCUMENT_BYTES: usize = 32 * 1024 * 1024;
/// A pasted one is percent-encoded on its way, at worst three characters for one.
pub(crate) const PASTED_BYTES: usize = 3 * DOCUMENT_BYTES + 4096;

pub(crate) fn routes() -> Routes {
    let may = WhoMay::Member(ActionName::ImportSource);
    Routes::new()
        .get("/t/{tenant}/import", may, show)
        .post("/t/{tenant}/import/upload", may, upload)
        .post("/t/{tenant}/import/paste", may, paste)
        .post("/t/{tenant}/import/url", may, fetch)
        .get(
            "/t/{tenant}/imports/{revision}",
            WhoMay::Member(ActionName::ReadTenant),
            progress,
        )
}

#[derive(Template)]
#[template(path = "pages/import.html")]
pub(crate) struct ImportPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    /// The API that has the name already: its name, and where it is imported again.
    pub(crate) twin: Option<(Inert, String)>,
    pub(crate) upload_name: Field,
    pub(crate) upload_error: Option<String>,
    pub(crate) folder_name: Field,
    pub(crate) folder_error: Option<String>,
    pub(crate) paste_name: Field,
    pub(crate) document: Field,
    pub(crate) url_name: Field,
    pub(crate) url: Field,
}

impl ImportPage {
    pub(crate) fn new(frame: Frame, base: String) -> Self {
        let name = |id| Field::text("name", "Name of the API").id(id);
        Self {
            frame,
            base,
            twin: None,
            upload_name: name("upload-name"),
            upload_error: None,
            folder_name: name("folder-name"),
            folder_error: None,
            paste_name: name("paste-name"),
            document: Field::area("document", "Document", 9).id("paste-document"),
            url_name: name("url-name"),
            url: Field::url("url", "Address of the document")
                .hint("Such as https://api.example.com/openapi.json"),
        }
    }

    fn of(here: &Here) -> Self {
        Self::new(
            here.frame("Import an API", Section::Sources),
            here.path("/import"),
        )
    }

    /// Says that there is an API of this name, if so: a second one would have none of the decisions
    /// about the first.
    async fn finds_twin(&mut self, here: &Here, name: &Title) -> Result<bool, Problem> {
        let sources = here.services().registry.sources(here.scope()).await?;
        let twin = sources.iter().find(|view| is_named(view, name.as_str()));
        self.twin = twin.map(|view| {
            let again = format!("/sources/{}/import", view.source.slug);
            (Inert::new(&view.source.name), here.path(&again))
        });
        Ok(self.twin.is_some())
    }
}

async fn show(here: Here) -> Answer {
    page(&ImportPage::of(&here))
}

#[derive(Deserialize)]
struct PasteForm {
    name: String,
    document: String,
}

async fn paste(here: Here, Form(form): Form<PasteForm, PASTED_BYTES>) -> Answer {
    let mut drawn = ImportPage::of(&here);
    drawn.paste_name = drawn.paste_name.value(form.name);
    let Some(name) = drawn.paste_name.parse::<Title>() else {
        drawn.document = drawn.document.value(form.document);
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    if drawn.finds_twin(&here, &name).await? {
        drawn.document = drawn.document.value(form.document);
        return page_with(StatusCode::CONFLICT, &drawn);
    }
    let given = Given::Paste(form.document.clone());
    match start(&here, name, given).await? {
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
    name: String,
    url: String,
}

async fn fetch(here: Here, Form(form): Form<UrlForm>) -> Answer {
    let mut drawn = ImportPage::of(&here);
    drawn.url_name = drawn.url_name.value(form.name);
    drawn.url = drawn.url.value(form.url.clone());
    let Some(name) = drawn.url_name.parse::<Title>() else {
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    if drawn.finds_twin(&here, &name).await? {
        return page_with(StatusCode::CONFLICT, &drawn);
    }
    match start(&here, name, Given::Url(form.url)).await? {
        Ok(to) => Ok(go(&to)),
        Err(error) => {
            drawn.url.wrong(&error);
            page_with(StatusCode::BAD_REQUEST, &drawn)
        }
    }
}

async fn upload(here: Here, origin: SameOrigin, parts: Multipart) -> Answer {
    let Uploaded { name, given } = Uploaded::read(&here, origin, parts).await?;
    let mut drawn = ImportPage::of(&here);
    let is_folder = matches!(given, Given::Folder(_));
    let field = if is_folder {
        &mut drawn.folder_name
    } else {
        &mut drawn.upload_name
    };
    *field = field.clone().value(name);
    let Some(name) = field.parse::<Title>() else {
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    if drawn.finds_twin(&here, &name).await? {
        return page_with(StatusCode::CONFLICT, &drawn);
    }
    match start(&here, name, given).await? {
        Ok(to) => Ok(go(&to)),
        Err(refused) => {
            let error = if is_folder {
                &mut drawn.folder_error
            } else {
                &mut drawn.upload_error
            };
            *error = Some(sentence(&refused.to_string()));
            page_with(StatusCode::BAD_REQUEST, &drawn)
        }
    }
}

/// Begins an import. What the sender can mend is theirs to see beside the form.
async fn start(
    here: &Here,
    name: Title,
    given: Given,
) -> Result<Result<String, StartError>, Problem> {
    let command = StartImport { name, given };
    match here.services().imports.start(here.scope(), command).await {
        Ok(started) => Ok(Ok(here.path(&format!("/imports/{}", started.revision)))),
        Err(error) if matches!(error.kind(), Kind::Invalid | Kind::TooLarge) => Ok(Err(error)),
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "pages/import_progress.html")]
pub(crate) struct ProgressPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) source: Option<(String, Inert)>,
    pub(crate) suspended: Vec<SuspendedLine>,
    /// What there is now, by class.
    pub(crate) classes: Vec<(Badge, u64)>,
    pub(crate) progress: Progress,
    /// The API has no tools, and the member may remove it.
    pub(crate) may_remove: bool,
    /// What it changed, once it is ready.
    pub(crate) diff: Option<Diff>,
}

impl ProgressPage {
    /// The import has come to its end, and to something.
    pub(crate) fn is_ready(&self) -> bool {
        self.progress.state == "ready"
    }
}

/// Where an import is, in words.
pub(crate) struct Progress {
    pub(crate) state: &'static str,
    pub(crate) stage: &'static str,
    pub(crate) done: u32,
    pub(crate) total: u32,
    pub(crate) title: Inert,
    pub(crate) operations: u32,
    pub(crate) failure: Option<(Inert, Inert)>,
}

impl Progress {
    pub(crate) fn new(revision: &RevisionView) -> Self {
        let (state, failure) = match &revision.state {
            RevisionState::Waiting => ("waiting", None),
            RevisionState::Importing => ("importing", None),
            RevisionState::Ready => ("ready", None),
            RevisionState::Failed { code, text } => {
                ("failed", Some((Inert::new(code), Inert::new(text))))
            }
        };
        Self {
            state,
            stage: stage(&revision.stage),
            done: revision.done,
            total: revision.total,
            title: Inert::new(&revision.title),
            operations: revision.operations,
            failure,
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        matches!(self.state, "waiting" | "importing")
    }
}

fn stage(name: &str) -> &'static str {
    match name {
        "fetching" => "Fetching the document",
        "reading" => "Reading the document",
        "operations" => "Understanding its operations",
        "naming" => "Naming the tools",
        "writing" => "Writing the tools down",
        _ => "Waiting for a worker",
    }
}

async fn progress(here: Here) -> Answer {
    let id: RevisionId = here.part("revision")?;
    let revision = here.services().imports.revision(here.scope(), id).await?;
    let sources = here.services().registry.sources(here.scope()).await?;
    let source = sources
        .iter()
        .find(|view| view.source.id == revision.source);
    let progress = Progress::new(&revision);
    let changes = match revision.state {
        RevisionState::Ready => here.services().imports.changes(here.scope(), id).await?,
        RevisionState::Waiting | RevisionState::Importing | RevisionState::Failed { .. } => {
            Vec::new()
        }
    };
    let suspended = SuspendedLine::of(&here, &[revision.source], None).await?;
    let mut frame = here.frame("Import", Section::Sources);
    frame.refresh = progress.is_running().then_some(1);
    page(&ProgressPage {
        frame,
        base: here.path(""),
        source: source.map(|view| (view.source.slug.to_string(), told_apart(view, &sources))),
        suspended,
        classes: source.map_or_else(Vec::new, |view| counts(&view.classes)),
        progress,
        may_remove: here.may(ActionName::RemoveSource)
            && source.is_some_and(|view| view.classes.is_empty()),
        diff: Diff::new(&changes, &here.query()),
    })
}
