//! Importing APIs, and how an import goes.

use async_graphql::{Context, Enum, ID, Object, OneofObject, Result, SimpleObject};
use countersign_domain::operation as ir;
use countersign_spec_import::{Given, ImportAgain, StartImport, Started};
use countersign_tool_registry::{GivenAs, RevisionState, RevisionView};

use crate::{
    api::CALL,
    context::{ContextExt as _, enter},
    fault::{given, id, known, to_graphql},
    scalar::Moment,
};

/// Where an import is.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
pub(crate) enum ImportState {
    /// No worker has begun.
    Waiting,
    /// A worker is at it.
    Importing,
    /// Its operations are the source's.
    Ready,
    /// It changed nothing.
    Failed,
}

/// One immutable import of an API.
#[derive(SimpleObject)]
pub(crate) struct Revision {
    /// Names it.
    id: ID,
    /// The API.
    source: ID,
    /// Counted from 1 within the API.
    number: u32,
    /// The address the document was fetched from, if it was.
    given_url: Option<String>,
    /// Where it is.
    state: ImportState,
    /// What the importer is doing.
    stage: String,
    /// Steps of that stage that are done.
    done: u32,
    /// Steps of that stage in all.
    total: u32,
    /// Why it failed, as a stable code.
    failure_code: Option<String>,
    /// Why it failed, for people.
    failure: Option<String>,
    /// What the document calls itself.
    title: String,
    /// The version it gives itself.
    version: String,
    /// Its format, such as `OpenAPI 3.1.0`.
    format: String,
    /// SHA-256 of the document, in hex.
    sha256: Option<String>,
    /// How many operations it has.
    operations: u32,
    /// Where the document says the API lives.
    servers: Vec<String>,
    /// What was lost, guessed or repaired outside any one operation.
    diagnostics: Vec<Diagnostic>,
    /// When it was given.
    created_at: Moment,
    /// When it was ready or failed.
    finished_at: Option<Moment>,
    /// A schedule began it, in the name of whoever set that.
    scheduled: bool,
}

/// One loss, guess or repair.
#[derive(SimpleObject)]
pub(crate) struct Diagnostic {
    /// How bad it is.
    severity: Severity,
    /// A stable code.
    code: String,
    /// JSON pointer into the document.
    pointer: String,
    /// One sentence for people.
    text: String,
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "ir::Severity")]
enum Severity {
    /// Worth knowing.
    Info,
    /// Something was guessed or repaired.
    Warning,
    /// Something cannot be used.
    Error,
}

/// A document, given in exactly one of two ways. Larger ones are uploaded in the dashboard.
#[derive(OneofObject)]
enum DocumentInput {
    /// Its text; pass it as a variable.
    Text(String),
    /// The address to fetch it from.
    Url(String),
}

/// An import that has begun.
#[derive(SimpleObject)]
struct ImportStarted {
    /// The API.
    source: ID,
    /// Its name in URLs.
    slug: String,
    /// The import; ask for it to see how far it is.
    revision: ID,
}

/// Changes to imported APIs.
#[derive(Default)]
pub(crate) struct ImportMutations;

#[Object]
impl ImportMutations {
    /// Imports an API for the first time. Its tools are off until somebody turns them on.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn import_source(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        name: String,
        document: DocumentInput,
    ) -> Result<ImportStarted> {
        let caller = enter(ctx, &tenant).await?;
        let start = StartImport {
            name: given("name", &name)?,
            given: document.into(),
        };
        let started = ctx.services().imports.start(&caller.scope, start).await;
        started.map(ImportStarted::from).map_err(to_graphql)
    }

    /// Imports another document of an API. Until it is ready, nothing changes.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn import_revision(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        source: ID,
        document: DocumentInput,
    ) -> Result<ImportStarted> {
        let caller = enter(ctx, &tenant).await?;
        let again = ImportAgain {
            source: known(&source)?,
            given: document.into(),
        };
        let imports = &ctx.services().imports;
        let started = imports.start_again(&caller.scope, again).await;
        started.map(ImportStarted::from).map_err(to_graphql)
    }
}

impl From<DocumentInput> for Given {
    fn from(document: DocumentInput) -> Self {
        match document {
            DocumentInput::Text(text) => Self::Paste(text),
            DocumentInput::Url(url) => Self::Url(url),
        }
    }
}

impl From<Started> for ImportStarted {
    fn from(started: Started) -> Self {
        Self {
            source: id(started.source),
            slug: started.slug.to_string(),
            revision: id(started.revision),
        }
    }
}

impl From<RevisionView> for Revision {
    fn from(view: RevisionView) -> Self {
        let (state, failure) = match view.state {
            RevisionState::Waiting => (ImportState::Waiting, None),
            RevisionState::Importing => (ImportState::Importing, None),
            RevisionState::Ready => (ImportState::Ready, None),
            RevisionState::Failed { code, text } => (ImportState::Failed, Some((code, text))),
        };
        let (failure_code, failure) = failure.unzip();
        let given_url = match view.given {
            GivenAs::Url(url) => Some(url),
            GivenAs::Upload | GivenAs::Paste => None,
        };
        Self {
            id: id(view.id),
            source: id(view.source),
            number: view.number,
            given_url,
            state,
            stage: view.stage,
            done: view.done,
            total: view.total,
            failure_code,
            failure,
            title: view.title,
            version: view.version,
            format: view.format,
            sha256: view.sha256.map(|digest| digest.to_string()),
            operations: view.operations,
            servers: view.servers.into_iter().map(|server| server.url).collect(),
            diagnostics: view.diagnostics.into_iter().map(Diagnostic::from).collect(),
            created_at: view.created_at.into(),
            finished_at: view.finished_at.map(Moment::from),
            scheduled: view.scheduled,
        }
    }
}

impl From<ir::Diagnostic> for Diagnostic {
    fn from(diagnostic: ir::Diagnostic) -> Self {
        Self {
            severity: diagnostic.severity.into(),
            code: diagnostic.code,
            pointer: diagnostic.pointer,
            text: diagnostic.text,
        }
    }
}
