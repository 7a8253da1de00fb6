//! Documents that are spread over several files: a folder, or an archive.
//!
//! Which file a reference means is decided by names alone, inside the bundle: nothing above its
//! top, no link, no network. What arrives packed is unpacked under limits, byte by byte.

pub(crate) mod anchor;
mod archive;
mod gzip;
pub(crate) mod name;
mod pack;
mod root;
pub(crate) mod tree;

use std::collections::BTreeMap;

use crate::{ImportError, Limits, stopwatch::Stopwatch};

pub use pack::pack_folder;
pub(crate) use root::Root;
pub use root::is_document;

/// The files that a document may refer to, in memory or on a disk.
pub trait Files {
    /// Names every file, with `/` between folders.
    ///
    /// # Errors
    /// When there are more than the limit, or the place cannot be read.
    fn names(&mut self) -> Result<Vec<String>, ImportError>;

    /// Reads a file, or says that there is none. More than `most` bytes need not be read: one
    /// more is enough to refuse it.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    fn open(&mut self, name: &str, most: usize) -> Result<Option<Vec<u8>>, ImportError>;
}

/// Files in memory, such as an upload.
#[derive(Clone, Debug, Default)]
pub struct Bundle(BTreeMap<String, Vec<u8>>);

impl Bundle {
    /// Takes files with their names in.
    ///
    /// # Errors
    /// When a name is absolute, leads out of the bundle or is given twice, or there are more
    /// files or bytes than the limits.
    pub fn from_files(files: Vec<(String, Vec<u8>)>, limits: &Limits) -> Result<Self, ImportError> {
        let (mut bundle, mut bytes) = (Self::default(), 0_usize);
        for (name, content) in files {
            bytes = bytes.saturating_add(content.len());
            if bytes > limits.unpacked_bytes {
                return Err(ImportError::UnpackedTooLarge {
                    limit: limits.unpacked_bytes,
                });
            }
            bundle.add(&name, content, limits)?;
        }
        Ok(bundle)
    }

    /// Unpacks a ZIP archive; other bytes are nothing.
    ///
    /// # Errors
    /// When it is broken, encrypted, holds links or names that lead out, or unpacks to more than
    /// the limits.
    pub fn from_archive(bytes: &[u8], limits: &Limits) -> Result<Option<Self>, ImportError> {
        match unpack(bytes, limits)? {
            Some(Packed::Files(bundle)) => Ok(Some(bundle)),
            Some(Packed::Document(_)) | None => Ok(None),
        }
    }

    fn add(&mut self, name: &str, content: Vec<u8>, limits: &Limits) -> Result<(), ImportError> {
        let name = name::checked(name)?;
        if self.0.len() >= limits.files {
            return Err(ImportError::TooManyFiles {
                limit: limits.files,
            });
        }
        if self.0.contains_key(&name) {
            return Err(ImportError::DuplicateFile { name });
        }
        self.0.insert(name, content);
        Ok(())
    }
}

impl Files for Bundle {
    fn names(&mut self) -> Result<Vec<String>, ImportError> {
        Ok(self.0.keys().cloned().collect())
    }

    fn open(&mut self, name: &str, _most: usize) -> Result<Option<Vec<u8>>, ImportError> {
        Ok(self.0.get(name).cloned())
    }
}

/// Whether bytes are a ZIP archive, in which there may be several files.
#[must_use]
pub fn is_archive(bytes: &[u8]) -> bool {
    archive::is(bytes)
}

/// Whether bytes are a ZIP archive or a gzip file.
#[must_use]
pub fn is_packed(bytes: &[u8]) -> bool {
    archive::is(bytes) || gzip::is(bytes)
}

/// Whether a file of this name can be part of a bundle.
#[must_use]
pub fn is_usable_name(name: &str) -> bool {
    name::checked(name).is_ok()
}

/// What some bytes turned out to be.
pub(crate) enum Packed {
    /// One document.
    Document(Vec<u8>),
    /// Several files.
    Files(Bundle),
}

/// Unpacks a ZIP archive or a gzip file; `None` is any other thing.
pub(crate) fn unpack(bytes: &[u8], limits: &Limits) -> Result<Option<Packed>, ImportError> {
    let is_archive = archive::is(bytes);
    if !is_archive && !gzip::is(bytes) {
        return Ok(None);
    }
    if bytes.len() > limits.raw_bytes {
        return Err(ImportError::TooLarge {
            size: bytes.len(),
            limit: limits.raw_bytes,
        });
    }
    if is_archive {
        archive::unpack(bytes, limits).map(|bundle| Some(Packed::Files(bundle)))
    } else {
        gzip::unpack(bytes, limits).map(|document| Some(Packed::Document(document)))
    }
}

/// The root of a bundle: the one that was asked for, or the one that is evident.
pub(crate) fn root_of(
    files: &mut dyn Files,
    wish: Option<&str>,
    limits: &Limits,
    watch: &Stopwatch,
) -> Result<Root, ImportError> {
    match wish {
        Some(wish) => name::checked(wish).map(Root::wished),
        None => root::find(files, limits, watch),
    }
}
