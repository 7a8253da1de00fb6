//! What is known of an import.

use countersign_domain::{
    Timestamp,
    digest::Digest,
    id::{MemberId, RevisionId, SourceId},
    operation::{Diagnostic, Server},
};

use crate::{StoreError, entity::revision, row::At};

/// How a document came to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenAs {
    /// As a file.
    Upload,
    /// As text.
    Paste,
    /// As an address it is fetched from.
    Url(String),
}

impl GivenAs {
    /// The name in the database.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Paste => "paste",
            Self::Url(_) => "url",
        }
    }
}

/// Where an import is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevisionState {
    /// No worker has begun.
    Waiting,
    /// A worker is at it.
    Importing,
    /// Its operations are tools.
    Ready,
    /// It came to nothing, and nothing was changed by it.
    Failed {
        /// A stable code in `snake_case`.
        code: String,
        /// One sentence for people.
        text: String,
    },
}

/// One import of a source.
#[derive(Clone, Debug)]
pub struct RevisionView {
    /// Its id.
    pub id: RevisionId,
    /// The source.
    pub source: SourceId,
    /// Counted from 1 within the source.
    pub number: u32,
    /// How the document was given.
    pub given: GivenAs,
    /// SHA-256 of the document, once it is here.
    pub sha256: Option<Digest>,
    /// Where it is.
    pub state: RevisionState,
    /// What the importer is doing: `fetching`, `reading`, `operations`, `naming`, `writing`.
    pub stage: String,
    /// Steps of that stage that are done.
    pub done: u32,
    /// Steps of that stage in all.
    pub total: u32,
    /// What the document calls itself.
    pub title: String,
    /// The version it gives itself.
    pub version: String,
    /// Its format, such as `OpenAPI 3.1.0`.
    pub format: String,
    /// How many operations it has.
    pub operations: u32,
    /// Where the API may live.
    pub servers: Vec<Server>,
    /// What was lost, guessed or repaired outside any one operation.
    pub diagnostics: Vec<Diagnostic>,
    /// When it was given.
    pub created_at: Timestamp,
    /// Who gave it.
    pub created_by: MemberId,
    /// When it was ready or failed.
    pub finished_at: Option<Timestamp>,
    /// A schedule began it, in the name of whoever set that.
    pub scheduled: bool,
}

/// A revision to be imported.
#[derive(Clone, Debug)]
pub struct NewRevision {
    /// Its id.
    pub id: RevisionId,
    /// The source.
    pub source: SourceId,
    /// How the document was given.
    pub given: GivenAs,
    /// The document's digest, when it is here already.
    pub sha256: Option<Digest>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: MemberId,
    /// A schedule of theirs begins it.
    pub scheduled: bool,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportProgress {
    /// What is being done.
    pub stage: &'static str,
    /// Steps of it that are done.
    pub done: usize,
    /// Steps of it in all.
    pub total: usize,
}

impl TryFrom<revision::Model> for RevisionView {
    type Error = StoreError;

    fn try_from(row: revision::Model) -> Result<Self, StoreError> {
        let id = RevisionId::from(row.id);
        let at = At {
            table: "revision",
            row: id,
        };
        let number = |column, value: i32| at.need(column, u32::try_from(value).ok());
        let given = match (row.given_as.as_str(), row.given_url) {
            ("upload", _) => GivenAs::Upload,
            ("paste", _) => GivenAs::Paste,
            ("url", Some(url)) => GivenAs::Url(url),
            _ => return Err(at.unreadable("given_as")),
        };
        let state = match row.state.as_str() {
            "waiting" => RevisionState::Waiting,
            "importing" => RevisionState::Importing,
            "ready" => RevisionState::Ready,
            "failed" => RevisionState::Failed {
                code: at.need("failure_code", row.failure_code)?,
                text: at.need("failure_text", row.failure_text)?,
            },
            _ => return Err(at.unreadable("state")),
        };
        let sha256 = row
            .document_sha256
            .map(|bytes| Digest::try_from(bytes.as_slice()))
            .transpose()
            .map_err(|_| at.unreadable("document_sha256"))?;
        Ok(Self {
            id,
            source: row.source_id.into(),
            number: number("number", row.number)?,
            given,
            sha256,
            state,
            stage: row.stage,
            done: number("done", row.done)?,
            total: number("total", row.total)?,
            title: row.title,
            version: row.version,
            format: row.format,
            operations: number("operations", row.operations)?,
            servers: at.json("servers", row.servers)?,
            diagnostics: at.json("diagnostics", row.diagnostics)?,
            created_at: row.created_at,
            created_by: row.created_by.into(),
            finished_at: row.finished_at,
            scheduled: row.scheduled,
        })
    }
}
