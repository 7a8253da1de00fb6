//! One document, packed with gzip.

use std::io::Read as _;

use flate2::bufread::MultiGzDecoder;

use crate::{ImportError, Limits};

/// Whether the bytes begin like gzip.
pub(super) fn is(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1f\x8b")
}

/// Unpacks up to the limit of one document, and one byte more to see that there is more.
pub(super) fn unpack(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, ImportError> {
    let limit = limits.raw_bytes.min(limits.unpacked_bytes);
    let mut document = Vec::new();
    MultiGzDecoder::new(bytes)
        .take(limit as u64 + 1)
        .read_to_end(&mut document)
        .map_err(|error| ImportError::ArchiveUnreadable {
            message: super::name::shown(&error.to_string()),
        })?;
    if document.len() > limit {
        return Err(ImportError::UnpackedTooLarge { limit });
    }
    Ok(document)
}
