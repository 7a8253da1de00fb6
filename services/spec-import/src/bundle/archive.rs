//! A ZIP archive. One that two readers would unpack differently is refused.

use std::io::{Cursor, Read as _};

use zip::{ZipArchive, read::ZipFile, result::ZipError};

use super::{
    Bundle,
    name::{self, shown},
};
use crate::{ImportError, Limits};

/// Every entry has one of these in the archive's directory.
const ENTRY: &[u8] = b"PK\x01\x02";
const KIND_OF_FILE: u32 = 0o170_000;
const PLAIN_FILE: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;

type Archive<'b> = ZipArchive<Cursor<&'b [u8]>>;
type Entry<'e, 'b> = ZipFile<'e, Cursor<&'b [u8]>>;

/// Whether the bytes begin like an archive, or like an empty one.
pub(super) fn is(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Unpacks every file, into memory only.
pub(super) fn unpack(bytes: &[u8], limits: &Limits) -> Result<Bundle, ImportError> {
    // Before the reader builds its list of them.
    if memchr::memmem::find_iter(bytes, ENTRY).count() > limits.files {
        return Err(ImportError::TooManyFiles {
            limit: limits.files,
        });
    }
    let mut archive = Archive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut names = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        names.push(name_of(&archive.by_index_raw(index).map_err(unreadable)?)?);
    }
    archive.validate_header_consistency().map_err(unreadable)?;
    let mut bundle = Bundle::default();
    let mut room = limits.unpacked_bytes;
    for (index, name) in names.iter().enumerate() {
        let Some(name) = name else { continue };
        let entry = archive.by_index(index).map_err(unreadable)?;
        let mut content = Vec::new();
        entry
            .take(room as u64 + 1)
            .read_to_end(&mut content)
            .map_err(|error| unreadable(ZipError::Io(error)))?;
        room = room
            .checked_sub(content.len())
            .ok_or(ImportError::UnpackedTooLarge {
                limit: limits.unpacked_bytes,
            })?;
        bundle.add(name, content, limits)?;
    }
    Ok(bundle)
}

/// The name of a plain file, nothing for a folder, and a refusal for all else.
fn name_of(entry: &Entry<'_, '_>) -> Result<Option<String>, ImportError> {
    let raw = entry.name_raw();
    let lossy = || shown(&String::from_utf8_lossy(raw));
    if entry.encrypted() {
        return Err(ImportError::ArchiveEncrypted { name: lossy() });
    }
    let kind = entry.unix_mode().unwrap_or(0) & KIND_OF_FILE;
    if entry.is_symlink() || ![0, PLAIN_FILE, FOLDER].contains(&kind) {
        return Err(ImportError::ArchiveLink { name: lossy() });
    }
    let text =
        std::str::from_utf8(raw).map_err(|_| ImportError::UnsafeFileName { name: lossy() })?;
    if let Some(folder) = text.strip_suffix('/') {
        return name::checked(folder).map(|_| None);
    }
    name::checked(text).map(Some)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands where a function of the error is asked for"
)]
fn unreadable(error: ZipError) -> ImportError {
    let message = match error.to_string() {
        said if said.contains("EOCD") => "its end is missing".to_owned(),
        said => shown(&said),
    };
    ImportError::ArchiveUnreadable { message }
}
