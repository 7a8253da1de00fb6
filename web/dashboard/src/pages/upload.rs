//! A document that a browser sends: one file, or a folder of them.
//!
//! A browser names each file of a folder by its path below the folder's top. What such a name may
//! be is for the reader of bundles to say; nothing here touches a disk.

use actix_multipart::{Field as Part, Multipart};
use actix_web::{http::StatusCode, web::Bytes};
use countersign_edge::{CSRF_FIELD, Problem, SameOrigin, still_signed_in};
use countersign_spec_import::{Given, Limits};
use futures_util::TryStreamExt as _;

use super::imports::DOCUMENT_BYTES;
use crate::frame::Here;

/// What was sent.
pub(crate) struct Uploaded {
    /// What to call the API.
    pub(crate) name: String,
    /// Its document.
    pub(crate) given: Given,
}

impl Uploaded {
    /// Reads the parts of an upload in the order our forms send them: the token first, so that
    /// nothing larger is read for somebody else's page.
    pub(crate) async fn read(
        here: &Here,
        origin: SameOrigin,
        mut parts: Multipart,
    ) -> Result<Self, Problem> {
        let token = next_part(&mut parts, CSRF_FIELD, 256).await?;
        origin.verify(&String::from_utf8_lossy(&token))?;
        let name = next_part(&mut parts, "name", 4096).await?;
        let given = read_files(&mut parts).await?;
        still_signed_in(&here.visit.request).await?;
        Ok(Self {
            name: String::from_utf8_lossy(&name).into_owned(),
            given,
        })
    }
}

/// One file whose name has no folder is a document; all else is a folder.
async fn read_files(parts: &mut Multipart) -> Result<Given, Problem> {
    let limits = Limits::default();
    let mut room = limits.unpacked_bytes;
    let mut files: Vec<(String, Bytes)> = Vec::new();
    let mut seen = 0_usize;
    while let Some(mut part) = parts.try_next().await.map_err(unreadable)? {
        if part.name() != Some("file") {
            return Err(unexpected());
        }
        seen += 1;
        let name = file_name(&part);
        if is_hidden(&name) {
            continue;
        }
        if files.len() >= limits.files {
            return Err(too_large("the folder has more than 10,000 files"));
        }
        let content = read_part(&mut part, room.min(DOCUMENT_BYTES)).await?;
        room = room.saturating_sub(content.len());
        files.push((name, content));
    }
    match files.as_slice() {
        [] if seen == 0 => Err(unexpected()),
        [(name, only)] if seen == 1 && !name.contains('/') => Ok(Given::Upload(only.clone())),
        _ => Ok(Given::Folder(files)),
    }
}

fn file_name(part: &Part) -> String {
    let named = part
        .content_disposition()
        .and_then(|one| one.get_filename());
    named.unwrap_or_default().to_owned()
}

/// What tools keep for themselves, such as `.git`, is no part of a document, and may be large.
fn is_hidden(name: &str) -> bool {
    name.contains('/')
        && name
            .split('/')
            .any(|part| part.starts_with('.') && part != "." && part != "..")
}

async fn next_part(parts: &mut Multipart, name: &str, limit: usize) -> Result<Bytes, Problem> {
    let part: Option<Part> = parts.try_next().await.map_err(unreadable)?;
    let mut part = part
        .filter(|part| part.name() == Some(name))
        .ok_or_else(unexpected)?;
    read_part(&mut part, limit).await
}

async fn read_part(part: &mut Part, limit: usize) -> Result<Bytes, Problem> {
    let read = part.bytes(limit).await;
    read.map_err(|_| too_large("a file is larger than 32 MB, or all together than 64 MB"))?
        .map_err(unreadable)
}

fn too_large(text: &'static str) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", text)
}

fn unreadable(_error: impl std::fmt::Display) -> Problem {
    Problem::invalid("invalid_form", "the upload cannot be read")
}

fn unexpected() -> Problem {
    Problem::invalid("unknown_field", "the form has other parts than it should")
}
