//! A folder on a disk whose files may refer to each other. Nothing outside it is ever opened,
//! whatever a reference or a link says, and nothing that is not a plain file.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use countersign_spec_import::{ImportError, bundle::Files};

const DEPTH: usize = 32;

/// The files below a folder.
#[derive(Debug)]
pub(super) struct Folder {
    base: PathBuf,
    most_files: usize,
}

impl Folder {
    pub(super) fn at(base: &Path, most_files: usize) -> io::Result<Self> {
        Ok(Self {
            base: base.canonicalize()?,
            most_files,
        })
    }

    /// A file inside; nothing where it is missing, leads out or is no plain file.
    fn plain(&self, name: &str) -> Option<PathBuf> {
        let path = self.base.join(name).canonicalize().ok()?;
        let inside = path.starts_with(&self.base);
        (inside && path.metadata().is_ok_and(|about| about.is_file())).then_some(path)
    }

    fn walk(&self) -> io::Result<Option<Vec<String>>> {
        let mut names = Vec::new();
        let mut open = vec![(self.base.clone(), String::new(), 0)];
        while let Some((folder, prefix, depth)) = open.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                // A name that is not text cannot be referred to.
                let Ok(name) = entry.file_name().into_string() else {
                    continue;
                };
                if name.starts_with('.') {
                    continue;
                }
                let name = format!("{prefix}{name}");
                if entry.file_type()?.is_dir() {
                    if depth < DEPTH {
                        open.push((entry.path(), format!("{name}/"), depth + 1));
                    }
                } else if self.plain(&name).is_some() {
                    names.push(name);
                }
                if names.len() > self.most_files {
                    return Ok(None);
                }
            }
        }
        names.sort_unstable();
        Ok(Some(names))
    }
}

impl Files for Folder {
    fn names(&mut self) -> Result<Vec<String>, ImportError> {
        match self.walk() {
            Ok(Some(names)) => Ok(names),
            Ok(None) => Err(ImportError::TooManyFiles {
                limit: self.most_files,
            }),
            Err(error) => Err(ImportError::FileUnreadable {
                name: self.base.display().to_string(),
                message: error.to_string(),
            }),
        }
    }

    fn open(&mut self, name: &str, most: usize) -> Result<Option<Vec<u8>>, ImportError> {
        let Some(path) = self.plain(name) else {
            return Ok(None);
        };
        bounded(&path, most)
            .map(Some)
            .map_err(|error| ImportError::FileUnreadable {
                name: name.to_owned(),
                message: error.to_string(),
            })
    }
}

/// Reads a file up to a limit, and one byte more to see that there is more.
pub(super) fn bounded(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?
        .take(most as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
