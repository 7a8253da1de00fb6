//! What was named on the command line: a file, a folder, an archive or the standard input.
//!
//! It is read as a server reads it, in a process of its own, so that a command refuses what an
//! import would. Two limits differ: that process has longer by the clock, and where a file or a
//! folder is named, it may open files.

use std::{
    ffi::{OsStr, OsString},
    fs,
    io::{self, Read as _},
    path::Path,
    time::Duration,
};

use countersign_spec_import::{ImportError, Limits, Written, apart::Program, bundle};

use super::folder::bounded;

/// Whoever waits can break it off; the processor time stays limited.
const PATIENCE: Duration = Duration::from_mins(10);
/// Bytes that tell an archive from all else.
const MAGIC: usize = 4;

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("it cannot be read: {0}")]
    System(#[from] io::Error),
    #[error("it is not a file or a folder; `-` reads the standard input")]
    NotAFile,
    #[error("it is not a folder")]
    NotAFolder,
    #[error("--root is for folders and archives")]
    RootOfOneFile,
    #[error("{0} with --root")]
    WhichRoot(ImportError),
    #[error(transparent)]
    Import(ImportError),
}

impl From<ImportError> for Unreadable {
    fn from(error: ImportError) -> Self {
        if matches!(error, ImportError::RootUnclear { .. }) {
            Self::WhichRoot(error)
        } else {
            Self::Import(error)
        }
    }
}

impl Unreadable {
    /// The stable code, where the importer has one.
    pub(super) fn code(&self) -> Option<&'static str> {
        use countersign_domain::Fault as _;
        match self {
            Self::WhichRoot(error) | Self::Import(error) => Some(error.code()),
            Self::System(_) | Self::NotAFile | Self::NotAFolder | Self::RootOfOneFile => None,
        }
    }
}

/// Imports whatever stands at a path.
pub(super) async fn import_at(
    path: &Path,
    root: Option<&str>,
    reader: &Program,
) -> Result<Written, Unreadable> {
    let most = Limits::default().raw_bytes;
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        let mut input = io::stdin().lock().take(most as u64 + 1);
        input.read_to_end(&mut bytes)?;
        drop(input);
        return import_bytes(&bytes, root, reader).await;
    }
    let about = fs::metadata(path)?;
    let path = path.canonicalize()?;
    if about.is_dir() {
        return import_folder(&path, root, reader).await;
    }
    if !about.is_file() {
        return Err(Unreadable::NotAFile);
    }
    let name = path.file_name().and_then(OsStr::to_str);
    let name = name.filter(|name| bundle::is_usable_name(name));
    let is_packed = bundle::is_packed(&bounded(&path, MAGIC)?);
    match (path.parent(), name, root) {
        // Read with the files that it refers to, in its own folder and below.
        (Some(folder), Some(name), None) if !is_packed => {
            import_folder(folder, Some(name), reader).await
        }
        _ => import_bytes(&bounded(&path, most)?, root, reader).await,
    }
}

/// Imports bytes that may be an archive.
pub(super) async fn import_bytes(
    bytes: &[u8],
    root: Option<&str>,
    reader: &Program,
) -> Result<Written, Unreadable> {
    if root.is_some() && !bundle::is_archive(bytes) {
        return Err(Unreadable::RootOfOneFile);
    }
    let reader = patient(reader).with_arguments(root.map(|root| option("--root", root)));
    Ok(reader.import(bytes, &mut |_| {}).await?)
}

/// Imports the files of a folder that refer to each other.
pub(super) async fn import_folder(
    folder: &Path,
    root: Option<&str>,
    reader: &Program,
) -> Result<Written, Unreadable> {
    let arguments = [
        Some(option("--folder", folder)),
        root.map(|root| option("--root", root)),
    ];
    let reader = patient(reader).with_arguments(arguments.into_iter().flatten());
    match (reader.import(&[], &mut |_| {}).await, root) {
        (Ok(document), _) => Ok(document),
        (Err(error), Some(root)) => Err(error.of(root).into()),
        (Err(error), None) => Err(error.into()),
    }
}

fn patient(reader: &Program) -> Program {
    reader.clone().with_patience(PATIENCE)
}

/// In one word, so that no value is taken for another option.
fn option(name: &str, value: impl AsRef<OsStr>) -> OsString {
    let mut word = OsString::from(name);
    word.push("=");
    word.push(value);
    word
}
