//! The parent: starts the child, waits for so long and no longer, and makes sense of its end.

use std::{
    ffi::OsString,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    pin::pin,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use countersign_domain::operation::{ImportedDocument, ImportedOperation};
use rustix::process::Signal;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStdin, Command},
    sync::Semaphore,
    task::spawn_blocking,
    time::timeout,
};

use crate::{
    ImportError, Progress,
    apart::{
        Line,
        limits::{MEMORY_MIB, PATIENCE, SAID, processor_seconds},
        work::died_of,
    },
    written::{Schemas, Written, put},
};

/// Documents that are read at the same time.
const AT_ONCE: usize = 2;
/// How the lines begin that are long, and made sense of later.
const OPERATION: &[u8] = br#"{"operation":"#;
const DOCUMENT: &[u8] = br#"{"document":"#;
/// Bytes of the child's last words.
const LAST_WORDS: u64 = 4_096;

/// The program that reads documents, and how many of it may run.
#[derive(Clone, Debug)]
pub struct Program {
    file: PathBuf,
    arguments: Vec<OsString>,
    patience: Duration,
    room: Arc<Semaphore>,
}

impl Program {
    /// Names the program; with these arguments it must do [`super::work`].
    #[must_use]
    pub fn new(file: &Path, arguments: &[&str]) -> Self {
        Self {
            file: file.to_owned(),
            arguments: arguments.iter().map(OsString::from).collect(),
            patience: PATIENCE,
            room: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Gives it further arguments.
    #[must_use]
    pub fn with_arguments(mut self, more: impl IntoIterator<Item = OsString>) -> Self {
        self.arguments.extend(more);
        self
    }

    /// Waits so long for it instead, by the clock on the wall.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Has a document read; `told` hears how far it is. Dropped in the middle, it kills the child.
    ///
    /// # Errors
    /// As [`crate::import`], and when the child needs too much, breaks down, or says nothing that
    /// makes sense.
    pub async fn import(
        &self,
        document: &[u8],
        told: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Written, ImportError> {
        let apart = |mut operation| {
            let schemas = Schemas::take(&mut operation);
            (operation, schemas)
        };
        let (mut document, operations) = self.import_as(document, told, apart).await?;
        let (operations, schemas) = operations.into_iter().unzip();
        document.operations = operations;
        Ok(Written { document, schemas })
    }

    /// The same, but of each operation only what `make` keeps, and the document without them.
    /// They are made sense of one by one, on a thread that answers nobody.
    pub(super) async fn import_as<T: Send + 'static>(
        &self,
        document: &[u8],
        told: &mut (dyn FnMut(Progress) + Send),
        make: fn(ImportedOperation) -> T,
    ) -> Result<(ImportedDocument, Vec<T>), ImportError> {
        let Ok(_room) = self.room.acquire().await else {
            return Err(ImportError::NoThread);
        };
        let mut child = self.start()?;
        let Ok(end) = timeout(self.patience, attend(&mut child, document, told)).await else {
            // Waits for it too, so that nothing is left of it.
            if let Err(error) = child.kill().await {
                tracing::error!(%error, "a reader of documents could not be killed");
            }
            return Err(too_slow(self.patience.as_secs()));
        };
        match end {
            End::Said(said) => {
                let read = spawn_blocking(move || said.read(make)).await;
                read.unwrap_or(Err(ImportError::Interrupted))
            }
            End::Refused(error) => Err(error),
            End::Died(status, words) => Err(explain(status, &words)),
            End::Unclear => Err(ImportError::Interrupted),
        }
    }

    fn start(&self) -> Result<Child, ImportError> {
        Command::new(&self.file)
            .args(&self.arguments)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| {
                tracing::error!(%error, "no reader of documents could be started");
                ImportError::NoThread
            })
    }
}

fn explain(status: ExitStatus, words: &str) -> ImportError {
    if status.signal() == Some(Signal::XCPU.as_raw()) {
        return too_slow(processor_seconds());
    }
    let error = died_of(words);
    tracing::warn!(%status, error = %error, "a reader of documents broke down");
    error
}

fn too_slow(seconds: u64) -> ImportError {
    ImportError::TooSlow {
        seconds,
        at: "a point that is not known".to_owned(),
    }
}

/// How it ended.
enum End {
    /// With a document.
    Said(Said),
    /// With the reason why there is none.
    Refused(ImportError),
    /// Without one.
    Died(ExitStatus, String),
    /// It could not be made sense of.
    Unclear,
}

/// What the child said of a document: its lines, as they came.
struct Said {
    operations: Vec<Box<[u8]>>,
    document: Vec<u8>,
}

impl Said {
    /// Makes sense of it.
    fn read<T>(
        self,
        make: fn(ImportedOperation) -> T,
    ) -> Result<(ImportedDocument, Vec<T>), ImportError> {
        let Ok(Line::Document(document)) = serde_json::from_slice(&self.document) else {
            return Err(ImportError::Interrupted);
        };
        let operations = self.operations.into_iter();
        let all = operations.map(|line| match serde_json::from_slice(&line) {
            Ok(Line::Operation(mut operation, input, output)) => {
                match put(&mut operation, (&input, output.as_deref())) {
                    Ok(()) => Ok(make(*operation)),
                    Err(_) => Err(ImportError::Interrupted),
                }
            }
            _ => Err(ImportError::Interrupted),
        });
        Ok((*document, all.collect::<Result<_, _>>()?))
    }
}

/// Gives the child its document and hears it out, until it has ended.
async fn attend(
    child: &mut Child,
    document: &[u8],
    told: &mut (dyn FnMut(Progress) + Send),
) -> End {
    let (Some(into), Some(out), Some(words)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return End::Unclear;
    };
    let mut hearing = pin!(hear(out, told));
    let mut around = pin!(async { tokio::join!(give(into, document), last_words(words)).1 });
    let mut words = None;
    let heard = loop {
        tokio::select! {
            heard = &mut hearing => break heard,
            last = &mut around, if words.is_none() => words = Some(last),
        }
    };
    let end = match heard {
        Heard::Document(said) => End::Said(said),
        Heard::Error(error) => End::Refused(error),
        Heard::Nonsense => End::Unclear,
        Heard::Nothing => {
            let words = match words {
                Some(words) => words,
                None => around.await,
            };
            return match child.wait().await {
                Ok(status) => End::Died(status, words),
                Err(_) => End::Unclear,
            };
        }
    };
    // What it does after that is of no interest, but nothing may be left of it.
    let _ = child.start_kill();
    let _ = child.wait().await;
    end
}

/// A child that has seen enough, or is no more, is no failure here: its end is looked at.
async fn give(mut into: ChildStdin, document: &[u8]) {
    let _ = into.write_all(document).await;
}

/// What was heard of it.
enum Heard {
    Document(Said),
    Error(ImportError),
    Nothing,
    Nonsense,
}

async fn hear(out: impl AsyncRead + Unpin, told: &mut (dyn FnMut(Progress) + Send)) -> Heard {
    let mut lines = BufReader::new(out.take(SAID));
    let mut line = Vec::new();
    let mut operations = Vec::new();
    loop {
        line.clear();
        match lines.read_until(b'\n', &mut line).await {
            Ok(0) => return Heard::Nothing,
            Ok(_) if line.ends_with(b"\n") => {}
            // Cut off, by its end or by the limit.
            Ok(_) if lines.get_ref().limit() > 0 => return Heard::Nothing,
            Ok(_) => {
                let limit = MEMORY_MIB;
                return Heard::Error(ImportError::TooMuchMemory { limit });
            }
            Err(_) => return Heard::Nonsense,
        }
        if line.starts_with(OPERATION) {
            operations.push(line.as_slice().into());
            continue;
        }
        if line.starts_with(DOCUMENT) {
            let document = line;
            return Heard::Document(Said {
                operations,
                document,
            });
        }
        match serde_json::from_slice(&line) {
            Ok(Line::Progress(progress)) => told(progress),
            Ok(Line::Error(error)) => return Heard::Error(error),
            Ok(Line::Operation(..) | Line::Document(_)) | Err(_) => return Heard::Nonsense,
        }
    }
}

async fn last_words(err: impl AsyncRead + Unpin) -> String {
    let mut words = Vec::new();
    let _ = err.take(LAST_WORDS).read_to_end(&mut words).await;
    String::from_utf8_lossy(&words).into_owned()
}
