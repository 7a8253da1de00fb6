//! Reads a document in a process of its own, which can be killed.
//!
//! A document from outside is hostile, and the importer, careful as it is, is code. So the server
//! never reads one itself. It starts its own program again, gives it the document on standard
//! input and takes the result from standard output, one JSON object a line: how far it is, as
//! often as it likes, and then each operation and the document without them, or why there is none.
//! The parent keeps what it hears as text and makes sense of it one operation at a time.
//!
//! What always holds: the child has no environment, no argument with anything of a tenant in it,
//! and, before it reads the first byte, no way to open a file or a socket, to write a file, or to
//! take more memory or time than is stated in [`limits`]; see [`work`]. The parent believes
//! nothing but lines it can parse, kills the child when the time is over or nobody waits any more,
//! and always comes to an answer.
//!
//! What people inspect, survey or compare is read the same way, so that they see what an import
//! would do. Only a file or folder that they name is read by a child that may open files; see
//! [`work_on_files`].

mod limits;
mod program;
mod work;

use std::mem;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::{sync::watch, task::spawn_blocking};

use countersign_domain::operation::{ImportedDocument, ImportedOperation};

pub use program::Program;
pub use work::{work, work_on_files};

use crate::{ImportError, Limits, Progress, import_with_progress};

/// Where documents are read.
#[derive(Clone, Debug)]
pub enum Reader {
    /// In this process, on a thread that cannot be stopped: for tests.
    Here,
    /// In a process of its own.
    Apart(Program),
}

impl Reader {
    /// Reads a document and tells how far it is. Of each operation `make` keeps what is needed;
    /// the document comes without them.
    pub(crate) async fn import<T: Send + 'static>(
        &self,
        bytes: Vec<u8>,
        told: &watch::Sender<Option<Progress>>,
        make: fn(ImportedOperation) -> T,
    ) -> Result<(ImportedDocument, Vec<T>), ImportError> {
        match self {
            Self::Here => {
                let told = told.clone();
                let mut tell = move |progress| {
                    told.send_replace(Some(progress));
                };
                let work = move || {
                    let read = import_with_progress(&bytes, &Limits::default(), &mut tell);
                    let mut document = read?;
                    let operations = mem::take(&mut document.operations);
                    Ok((document, operations.into_iter().map(make).collect()))
                };
                let done = spawn_blocking(work).await;
                done.unwrap_or(Err(ImportError::Interrupted))
            }
            Self::Apart(program) => {
                program
                    .import_as(
                        &bytes,
                        &mut |progress| {
                            told.send_replace(Some(progress));
                        },
                        make,
                    )
                    .await
            }
        }
    }
}

/// A line that the child says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// How far it is.
    Progress(Progress),
    /// One operation of the document, in its order, and its schemas, which it comes without.
    Operation(Box<ImportedOperation>, Box<RawValue>, Option<Box<RawValue>>),
    /// The document, imported, without its operations; the last line.
    Document(Box<ImportedDocument>),
    /// Why there is none; the last line.
    Error(ImportError),
}
