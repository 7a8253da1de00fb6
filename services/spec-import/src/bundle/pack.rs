//! A folder that was uploaded becomes an archive, so that one reader reads both.

use std::io::{Cursor, Write as _};

use zip::{ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::{Bundle, name::shown};
use crate::{ImportError, Limits};

/// What a large folder costs to pack is time that somebody waits.
const QUICK: i64 = 1;

/// Packs the files of a folder, by their names below its top, into an archive as
/// [`Bundle::from_archive`] reads it. Names are checked as an archive's are.
///
/// # Errors
/// As [`Bundle::from_files`].
pub fn pack_folder(files: Vec<(String, Vec<u8>)>, limits: &Limits) -> Result<Vec<u8>, ImportError> {
    let bundle = Bundle::from_files(files, limits)?;
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_level(Some(QUICK));
    for (name, content) in bundle.0 {
        archive
            .start_file(name.as_str(), options)
            .map_err(unwritable)?;
        archive
            .write_all(&content)
            .map_err(|error| unwritable(ZipError::Io(error)))?;
    }
    let packed = archive.finish().map_err(unwritable)?.into_inner();
    if packed.len() > limits.raw_bytes {
        return Err(ImportError::TooLarge {
            size: packed.len(),
            limit: limits.raw_bytes,
        });
    }
    Ok(packed)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands where a function of the error is asked for"
)]
fn unwritable(error: ZipError) -> ImportError {
    ImportError::ArchiveUnreadable {
        message: shown(&error.to_string()),
    }
}
