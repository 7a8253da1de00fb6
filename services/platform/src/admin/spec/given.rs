//! What was named on the command line: a file, a folder, an archive or the standard input.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

use countersign_domain::{digest::Digest, operation::ImportedDocument};
use countersign_spec_import::{
    ImportError, Limits,
    bundle::{self, Bundle},
    import, import_files,
};

use super::folder::{Folder, bounded};

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
pub(super) fn import_at(
    path: &Path,
    root: Option<&str>,
    limits: &Limits,
) -> Result<ImportedDocument, Unreadable> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        let most = limits.raw_bytes as u64 + 1;
        io::stdin().lock().take(most).read_to_end(&mut bytes)?;
        return import_bytes(&bytes, root, limits);
    }
    let about = fs::metadata(path)?;
    if about.is_dir() {
        let mut folder = Folder::at(path, limits.files)?;
        return Ok(import_files(&mut folder, root, limits)?);
    }
    if !about.is_file() {
        return Err(Unreadable::NotAFile);
    }
    let bytes = bounded(path, limits.raw_bytes)?;
    if root.is_some() || bundle::is_packed(&bytes) {
        return import_bytes(&bytes, root, limits);
    }
    import_file(path, &bytes, limits)
}

/// Imports bytes that may be an archive.
fn import_bytes(
    bytes: &[u8],
    root: Option<&str>,
    limits: &Limits,
) -> Result<ImportedDocument, Unreadable> {
    let Some(root) = root else {
        return Ok(import(bytes, limits)?);
    };
    let Some(mut bundle) = Bundle::from_archive(bytes, limits)? else {
        return Err(Unreadable::RootOfOneFile);
    };
    let mut document = import_files(&mut bundle, Some(root), limits)?;
    document.sha256 = Digest::of(bytes);
    Ok(document)
}

/// Imports one file with those that it refers to in its own folder and below.
fn import_file(path: &Path, bytes: &[u8], limits: &Limits) -> Result<ImportedDocument, Unreadable> {
    let path = path.canonicalize()?;
    let name = path.file_name().and_then(|name| name.to_str());
    let (Some(folder), Some(name)) = (path.parent(), name.filter(|n| bundle::is_usable_name(n)))
    else {
        return Ok(import(bytes, limits)?);
    };
    let mut folder = Folder::at(folder, limits.files)?;
    import_files(&mut folder, Some(name), limits).map_err(|error| error.of(name).into())
}
