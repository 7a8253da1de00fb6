//! The way of a whole document: version, security, every path and method, names.

use std::{collections::HashMap, mem, rc::Rc};

use countersign_domain::{
    digest::Digest,
    operation::{ImportedDocument, Method, Severity},
};
use serde_json::Value;

use crate::{
    ImportError, Limits, Listener, Progress, Stage, arguments,
    bundle::{
        self, Files, Packed,
        tree::{self, Tree},
    },
    evidence::Outlines,
    input, name,
    notes::{At, Notes},
    older,
    operation::Shared,
    origin::Origins,
    output::Answers,
    own_address,
    path::Template,
    paths, reference,
    schema::{Definitions, Side},
    security::Schemes,
    server,
    stopwatch::Stopwatch,
    twofold::{self, Outcome, Second},
    version,
    words::one_line,
    written::Written,
};

/// Which rules schemas follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `OpenAPI` 3.0: an older JSON Schema with `nullable`.
    V30,
    /// `OpenAPI` 3.1 and later: JSON Schema 2020-12.
    V31,
}

/// A value and the pointer to it.
pub(crate) type Place<'d> = (&'d Value, String);

/// A method of a path, found.
#[derive(Debug)]
pub(crate) struct Found<'d> {
    pub(crate) method: Method,
    pub(crate) path: &'d str,
    /// What describes the path: its item, and behind it whatever that refers to.
    pub(crate) items: Rc<[Place<'d>]>,
    pub(crate) value: &'d Value,
    pub(crate) pointer: String,
    /// The path, read; the same for all its methods.
    pub(crate) template: Rc<Result<Template<'d>, &'static str>>,
}

/// Imports a document, an archive or a gzip file; see [`crate::import_with_progress`]. Only an
/// archive can be begun with a file that is named.
pub(crate) fn import(
    bytes: &[u8],
    root: Option<&str>,
    limits: &Limits,
    listener: &mut dyn Listener,
) -> Result<Written, ImportError> {
    let watch = Stopwatch::start(limits);
    let mut notes = Notes::of_document();
    tell(listener, Stage::Reading, (0, bytes.len()));
    let tree = match (bundle::unpack(bytes, limits)?, root) {
        (Some(Packed::Files(mut files)), root) => {
            let root = bundle::root_of(&mut files, root, limits, &watch)?;
            tree::grow((&mut files, &root), limits, &watch, &mut notes)?.0
        }
        (_, Some(root)) => {
            return Err(ImportError::RootNotFound {
                name: bundle::name::shown(root),
            });
        }
        (None, None) => tree::alone(bytes, limits, &mut notes)?,
        (Some(Packed::Document(document)), None) => tree::alone(&document, limits, &mut notes)?,
    };
    tell(listener, Stage::Reading, (bytes.len(), bytes.len()));
    let sha256 = || Digest::of(bytes);
    finish((tree, &sha256), (limits, &watch), notes, listener)
}

/// Imports a bundle; see [`crate::import_files`].
pub(crate) fn import_files(
    files: &mut dyn Files,
    root: Option<&str>,
    limits: &Limits,
    listener: &mut dyn Listener,
) -> Result<Written, ImportError> {
    let watch = Stopwatch::start(limits);
    let mut notes = Notes::of_document();
    let root = bundle::root_of(files, root, limits, &watch)?;
    let (tree, sha256) = tree::grow((files, &root), limits, &watch, &mut notes)?;
    finish((tree, &|| sha256), (limits, &watch), notes, listener)
}

fn tell(listener: &mut dyn Listener, stage: Stage, (done, total): (usize, usize)) {
    listener.progress(Progress { stage, done, total });
}

/// From one tree to a document: format, operations, names, and the places people look at.
fn finish(
    (tree, sha256): (Tree, &(dyn Fn() -> Digest + Sync)),
    (limits, watch): (&Limits, &Stopwatch),
    mut notes: Notes,
    listener: &mut dyn Listener,
) -> Result<Written, ImportError> {
    watch.check(|| "reading".to_owned())?;
    let openapi = openapi(tree.root, limits, &mut notes)?;
    // These point into what was given already.
    let said = notes.count();
    let root = &openapi.root;
    let found = paths::find(root, limits, &mut notes)?;
    if !openapi.is_saved {
        note_reserved(&found, &mut notes);
    }
    let definitions = Definitions::new(root, openapi.dialect, Side::Request);
    let second = Second {
        answers: Answers::of(Definitions::beside(&definitions, Side::Answer)),
        digest: sha256,
        dialect: openapi.dialect,
        collects: listener.collects(),
        servers: server::paths_of_document(root),
        is_saved: openapi.is_saved,
    };
    let mut shared = Shared {
        root,
        definitions,
        schemes: Schemes::read(root, &mut notes),
        limits: limits.clone(),
        schema_bytes: 0,
        parsed: arguments::Made::default(),
        inputs: input::Looked::default(),
        outlines: Outlines::of_document(root, openapi.dialect),
    };
    let Outcome {
        mut operations,
        schemas,
        sha256,
        answers,
    } = twofold::read(&mut shared, second, &found, (watch, listener))?;
    name::make_unique(&mut operations, &found);
    paths::flag_ambiguous(&mut operations, &found);
    paths::join_risks(&mut operations, (&schemas, &found));
    tell(listener, Stage::Naming, (found.len(), found.len()));

    let mut document = describe(root, openapi.format, &mut notes);
    if let Some(written) = &tree.written_version {
        document.version = one_line(written);
    }
    document.sha256 = sha256;
    document.operations = operations;
    server::settle(&mut document, &found);
    document.diagnostics = notes.finish(&At::ROOT);
    let of_definitions = mem::replace(&mut shared.definitions.notes, Notes::of_document());
    let of_definitions = of_definitions.finish(&At::Pointer("/components"));
    document.diagnostics.extend(of_definitions);
    let of_operations = document.operations.iter_mut();
    let of_operations = of_operations.flat_map(|one| &mut one.diagnostics);
    for note in document
        .diagnostics
        .iter_mut()
        .skip(said)
        .chain(of_operations)
    {
        let place = reference::nearest(root, &note.pointer);
        note.pointer.truncate(place.len());
    }
    beside(&mut document, &found, said);
    // First back to the format that was given, then to the file.
    openapi.origins.show(&mut document);
    tree.origins.show(&mut document);
    if listener.is_last() {
        mem::forget((shared, answers, found));
        mem::forget(openapi.root);
    }
    Ok(Written { document, schemas })
}

/// What was noted about a place inside an operation before there were operations belongs to it. An
/// error among the first, which a converter said, turns it off.
fn beside(document: &mut ImportedDocument, found: &[Found<'_>], said: usize) {
    let by_pointer: HashMap<&str, usize> = found
        .iter()
        .enumerate()
        .map(|(index, one)| (one.pointer.as_str(), index))
        .collect();
    for (at, note) in mem::take(&mut document.diagnostics).into_iter().enumerate() {
        // `/paths/~1a/get`, or one deeper: `/paths/~1a/additionalOperations/COPY`.
        let ends = note.pointer.match_indices('/').map(|(at, _)| at);
        let mut ends = ends.chain([note.pointer.len()]).skip(3).take(2);
        let index = ends.find_map(|end| by_pointer.get(&note.pointer[..end]));
        match index {
            Some(index) => {
                let operation = &mut document.operations[*index];
                if at < said && note.severity == Severity::Error {
                    let reason = || note.text.clone();
                    operation.unsupported.get_or_insert_with(reason);
                }
                operation.diagnostics.push(note);
            }
            None => document.diagnostics.push(note),
        }
    }
}

/// Says that what only a converter writes beside an operation is not read in another document.
fn note_reserved(found: &[Found<'_>], notes: &mut Notes) {
    for one in found {
        for name in older::RESERVED {
            if one.value.get(name).is_some() {
                let text = "this member is reserved and what the document says there is left out";
                notes.warning(
                    "member_reserved",
                    &At::Pointer(&one.pointer).key(name),
                    text,
                );
            }
        }
    }
}

/// A tree that is `OpenAPI`, whatever it was before.
struct Openapi {
    root: Value,
    /// Where its pieces stood before it was.
    origins: Origins,
    /// What people call the format that was given.
    format: String,
    dialect: Dialect,
    /// Whether it was made of saved requests.
    is_saved: bool,
}

impl Openapi {
    /// What was made of another format.
    fn converted(converted: older::Converted, format: String) -> Self {
        Self {
            root: converted.root,
            origins: converted.origins,
            format,
            dialect: Dialect::V30,
            is_saved: false,
        }
    }
}

/// Finds out the format, and makes an older one `OpenAPI`.
fn openapi(mut root: Value, limits: &Limits, notes: &mut Notes) -> Result<Openapi, ImportError> {
    if let Some(version) = root.get("swagger") {
        let format = version::swagger(version, notes)?;
        let converted = older::swagger::convert(root, limits, notes)?;
        return Ok(Openapi::converted(converted, format));
    }
    if older::postman::is_collection(&root) {
        let converted = older::postman::convert(&root, notes);
        return Ok(Openapi {
            is_saved: true,
            ..Openapi::converted(converted, "Postman collection".to_owned())
        });
    }
    if let Some(version) = root.get("discoveryVersion") {
        let version = version.as_str().unwrap_or_default();
        let format = format!("Google Discovery {}", one_line(version));
        let converted = older::discovery::convert(root, notes);
        return Ok(Openapi::converted(converted, format.trim_end().to_owned()));
    }
    let (format, dialect) = version::openapi(&root, notes)?;
    own_address::settle(&mut root);
    Ok(Openapi {
        root,
        origins: Origins::default(),
        format,
        dialect,
        is_saved: false,
    })
}

fn describe(root: &Value, format: String, notes: &mut Notes) -> ImportedDocument {
    let text = |pointer| match root.pointer(pointer) {
        Some(Value::String(text)) => one_line(text),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let mut title = text("/info/title");
    if title.is_empty() {
        notes.warning(
            "title_missing",
            &At::Pointer("/info/title"),
            "the document has no title",
        );
        "Untitled API".clone_into(&mut title);
    }
    let servers = server::of_document(root.get("servers"), &At::Pointer("/servers"), notes);
    if servers.is_empty() {
        let text = "the document names no server; the origin must be given";
        notes.info("servers_missing", &At::Pointer("/servers"), text);
    }
    if let Some(webhooks) = root.get("webhooks").and_then(Value::as_object) {
        let text = format!("{} webhooks are not tools and are left out", webhooks.len());
        notes.info("webhooks_left_out", &At::Pointer("/webhooks"), &text);
    }
    ImportedDocument {
        title,
        version: text("/info/version"),
        format,
        sha256: Digest::of(&[]),
        servers,
        operations: Vec::new(),
        diagnostics: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "it broke down")]
    fn what_breaks_the_second_thread_breaks_the_import_and_nothing_waits_for_it() {
        let text = br#"{"openapi": "3.1.0", "paths": {"/pets": {"get": {}, "delete": {}}}}"#;
        let limits = Limits::default();
        let mut notes = Notes::of_document();
        let tree = tree::alone(text, &limits, &mut notes).unwrap();
        let watch = Stopwatch::start(&limits);
        let broken = || panic!("it broke down");
        let _ = finish(
            (tree, &broken),
            (&limits, &watch),
            notes,
            &mut |_: Progress| {},
        );
    }
}
