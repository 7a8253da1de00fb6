//! An `OpenAPI` document in; operations, schemas, risk and diagnostics out.
//!
//! [`import`] is pure: bytes go in, an [`ImportedDocument`] comes out, and nothing is read from a network or a
//! disk on the way. One bad operation never drops the document, and whatever is lost, guessed or
//! repaired is a diagnostic with a JSON pointer. An operation that could not be called faithfully
//! is listed with the reason and cannot be called at all.
//!
//! Only the jobs around it, [`ImportSpec`] and [`LookAgain`], and the services, [`Imports`] and
//! [`Notices`], know of a database. No job reads a document itself: a process of its own does, in
//! [`apart`]. Addresses are fetched through the one door that a job is given.
//!
//! Start at [`import`]; `document` goes through the paths and `operation` reads one of them.

pub mod apart;
mod arguments;
mod body;
pub mod bundle;
mod credential;
mod document;
pub mod drift;
mod error;
mod evidence;
mod imports;
mod input;
pub mod inspect;
mod job;
mod key;
mod limits;
mod marks;
mod markup;
mod meaning;
mod name;
mod notes;
mod notices;
mod older;
mod operation;
mod origin;
mod output;
mod own_address;
mod parameter;
mod path;
mod paths;
mod read;
mod reference;
pub mod risk;
mod schedules;
mod schema;
mod security;
mod server;
mod stopwatch;
mod survey;
mod twofold;
mod version;
mod words;
mod written;

use countersign_domain::operation::ImportedDocument;

pub use countersign_store::{
    import_notices::ImportNotice,
    revision_changes::{ChangedToolName, Outcome, RevisionChange},
    source_schedules::{LookFailure, Schedule},
};

pub use error::ImportError;
pub use imports::{Given, ImportAgain, Imports, StartError, StartImport, Started};
pub use job::{ImportPayload, ImportSpec, LookAgain, LookPayload};
pub(crate) use limits::{Last, Listener};
pub use limits::{Limits, Progress, Stage};
pub use meaning::meaning;
pub use notices::Notices;
pub use schedules::{Looking, SetSchedule};
pub use schema::compile::compile;
pub use written::{Schemas, Written};

/// Imports a document.
///
/// # Errors
/// When the document as a whole cannot be read, or costs more than the limits allow.
pub fn import(bytes: &[u8], limits: &Limits) -> Result<ImportedDocument, ImportError> {
    document::import(bytes, None, limits, &mut |_: Progress| {}).map(Written::read)
}

/// Imports a document and tells how far it is.
///
/// # Errors
/// As [`import`].
pub fn import_with_progress(
    bytes: &[u8],
    limits: &Limits,
    mut progress: &mut dyn FnMut(Progress),
) -> Result<ImportedDocument, ImportError> {
    document::import(bytes, None, limits, &mut progress).map(Written::read)
}

/// Imports the only document of a process, and tells how far it is. What was read is left to the
/// end of the process, which takes all of it back at once.
///
/// # Errors
/// As [`import`].
pub fn import_once(
    bytes: &[u8],
    limits: &Limits,
    progress: &mut dyn FnMut(Progress),
) -> Result<Written, ImportError> {
    document::import(bytes, None, limits, &mut Last(progress))
}

/// Imports the only document of several files of a process, as [`import_once`] does.
///
/// # Errors
/// As [`import_files`].
pub fn import_files_once(
    files: &mut dyn bundle::Files,
    root: Option<&str>,
    limits: &Limits,
    progress: &mut dyn FnMut(Progress),
) -> Result<Written, ImportError> {
    document::import_files(files, root, limits, &mut Last(progress))
}

/// What the operations of a document are classified by.
///
/// # Errors
/// As [`import`].
pub fn evidence(bytes: &[u8], limits: &Limits) -> Result<Vec<risk::Facts>, ImportError> {
    let mut collector = risk::Collector::default();
    document::import(bytes, None, limits, &mut collector)?;
    Ok(collector.finish())
}

/// What the operations of a document that is spread over files are classified by.
///
/// # Errors
/// As [`import_files`].
pub fn evidence_of_files(
    files: &mut dyn bundle::Files,
    root: &str,
    limits: &Limits,
) -> Result<Vec<risk::Facts>, ImportError> {
    let mut collector = risk::Collector::default();
    document::import_files(files, Some(root), limits, &mut collector)?;
    Ok(collector.finish())
}

/// Imports a document that is spread over files, beginning with `root` or with the file that is
/// evidently meant.
///
/// # Errors
/// When the root cannot be told or read, or the files cost more than the limits allow.
pub fn import_files(
    files: &mut dyn bundle::Files,
    root: Option<&str>,
    limits: &Limits,
) -> Result<ImportedDocument, ImportError> {
    document::import_files(files, root, limits, &mut |_: Progress| {}).map(Written::read)
}
