//! The way of a whole document: version, security, every path and method, names.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use countersign_domain::{
    digest::Digest,
    operation::{Diagnostic, ImportedDocument, ImportedOperation, Method, Severity},
};
use serde_json::{Map, Value};

use crate::{
    ImportError, Limits, Progress, Stage, name,
    notes::{At, Notes},
    operation::{self, Shared},
    path,
    read::{self, Source},
    reference,
    schema::Definitions,
    security::Schemes,
    server,
    words::one_line,
};

/// Which rules schemas follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `OpenAPI` 3.0: an older JSON Schema with `nullable`.
    V30,
    /// `OpenAPI` 3.1 and later: JSON Schema 2020-12.
    V31,
}

/// A method of a path, found.
#[derive(Debug)]
pub(crate) struct Found<'d> {
    pub(crate) root: &'d Value,
    pub(crate) method: Method,
    pub(crate) path: &'d str,
    pub(crate) item: &'d Value,
    pub(crate) item_pointer: String,
    pub(crate) value: &'d Value,
    pub(crate) pointer: String,
}

/// Measures one import. Time is a limit here, never a value: no result depends on it.
struct Stopwatch {
    started: Instant,
    limit: Duration,
}

impl Stopwatch {
    fn check(&self, at: impl Fn() -> String) -> Result<(), ImportError> {
        if self.started.elapsed() > self.limit {
            return Err(ImportError::TooSlow {
                seconds: self.limit.as_secs(),
                at: at(),
            });
        }
        Ok(())
    }
}

/// Imports a document; see [`crate::import_with_progress`].
pub(crate) fn import(
    bytes: &[u8],
    limits: &Limits,
    progress: &mut dyn FnMut(Progress),
) -> Result<ImportedDocument, ImportError> {
    let watch = Stopwatch {
        started: Instant::now(),
        limit: limits.elapsed,
    };
    let mut tell = |stage, done, total| progress(Progress { stage, done, total });
    tell(Stage::Reading, 0, bytes.len());
    let source = read::read(bytes, limits)?;
    watch.check(|| "reading".to_owned())?;
    tell(Stage::Reading, bytes.len(), bytes.len());

    let mut notes = Notes::of_document();
    let (format, dialect) = version(&source.root, &mut notes)?;
    let found = find(&source.root, limits, &mut notes)?;
    let mut shared = Shared {
        root: &source.root,
        definitions: Definitions::new(&source.root, dialect),
        schemes: Schemes::read(&source.root, &mut notes),
        limits: limits.clone(),
        schema_bytes: 0,
    };
    let mut operations = Vec::with_capacity(found.len());
    for (index, one) in found.iter().enumerate() {
        if index % 32 == 0 {
            tell(Stage::Operations, index, found.len());
        }
        watch.check(|| format!("operation {index} of {}", found.len()))?;
        operations.push(operation::read(&mut shared, one));
    }
    tell(Stage::Operations, found.len(), found.len());
    name::make_unique(&mut operations);
    flag_ambiguous(&mut operations, &found);
    tell(Stage::Naming, found.len(), found.len());

    let mut document = describe(&source, format, &mut notes);
    document.sha256 = Digest::of(bytes);
    document.operations = operations;
    server::settle(&mut document, &found);
    document.diagnostics = notes.finish(&At::ROOT);
    document
        .diagnostics
        .extend(shared.definitions.notes.finish(&At::Pointer("/components")));
    Ok(document)
}

fn version(root: &Value, notes: &mut Notes) -> Result<(String, Dialect), ImportError> {
    let Some(members) = root.as_object() else {
        return Err(ImportError::NotOpenapi {
            found: "it is not an object at its root".to_owned(),
        });
    };
    if let Some(version) = members.get("swagger") {
        let version = version
            .as_str()
            .map_or_else(|| version.to_string(), str::to_owned);
        return Err(ImportError::Swagger2 {
            version: one_line(&version),
        });
    }
    let at = At::ROOT;
    let at = at.key("openapi");
    let version = match members.get("openapi") {
        Some(Value::String(version)) => version.trim().to_owned(),
        Some(Value::Number(number)) => {
            let text = format!("the version {number} is a number and should be a text");
            notes.warning("version_is_a_number", &at, &text);
            number.to_string()
        }
        Some(_) => {
            return Err(ImportError::UnknownVersion {
                version: "something else".to_owned(),
            });
        }
        None => {
            return Err(ImportError::NotOpenapi {
                found: keys(members),
            });
        }
    };
    let dialect = match version.get(..3) {
        Some("3.0") => Dialect::V30,
        Some("3.1") => Dialect::V31,
        Some("3.2") => {
            notes.warning(
                "version_newer",
                &at,
                "OpenAPI 3.2 is read as if it were 3.1",
            );
            Dialect::V31
        }
        _ => {
            return Err(ImportError::UnknownVersion {
                version: one_line(&version),
            });
        }
    };
    let rest = version[3..].trim_start_matches('.');
    if rest.parse::<u32>().is_err() && members["openapi"].is_string() {
        notes.warning(
            "version_odd",
            &at,
            &format!("the version {version:?} is not a proper version"),
        );
    }
    Ok((format!("OpenAPI {}", one_line(&version)), dialect))
}

fn keys(members: &Map<String, Value>) -> String {
    let names: Vec<String> = members
        .keys()
        .take(5)
        .map(|name| format!("{:?}", one_line(name)))
        .collect();
    format!("there is no field openapi, only {}", names.join(", "))
}

fn describe(source: &Source, format: String, notes: &mut Notes) -> ImportedDocument {
    let root = &source.root;
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
    let version = source
        .written_version
        .as_deref()
        .map_or_else(|| text("/info/version"), one_line);
    let servers = server::servers(root.get("servers"), &At::Pointer("/servers"), notes);
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
        version,
        format,
        sha256: Digest::of(&[]),
        servers,
        operations: Vec::new(),
        diagnostics: Vec::new(),
    }
}

fn find<'d>(
    root: &'d Value,
    limits: &Limits,
    notes: &mut Notes,
) -> Result<Vec<Found<'d>>, ImportError> {
    let mut found = Vec::new();
    let home = At::Pointer("/paths");
    match root.get("paths") {
        Some(Value::Object(paths)) => {
            for (path, item) in paths {
                find_in(root, path, item, (&mut found, notes));
            }
        }
        None | Some(Value::Null) => {}
        Some(_) => notes.error("paths_not_an_object", &home, "the paths are not an object"),
    }
    if found.is_empty() {
        notes.warning(
            "no_operations",
            &home,
            "the document has no operation that could be imported",
        );
    }
    if found.len() > limits.operations {
        return Err(ImportError::TooManyOperations {
            found: found.len(),
            limit: limits.operations,
        });
    }
    Ok(found)
}

fn find_in<'d>(
    root: &'d Value,
    path: &'d str,
    item: &'d Value,
    (found, notes): (&mut Vec<Found<'d>>, &mut Notes),
) {
    if path.starts_with("x-") {
        return;
    }
    let home = At::Pointer("/paths");
    let at = home.key(path);
    let mut layers = vec![(item, at.to_string())];
    if item.get("$ref").is_some() {
        match reference::follow(root, item, at.to_string()) {
            Ok(target) => layers.push(target),
            Err(bad) => notes.error(bad.code(), &at, &format!("of a path, {}", bad.reason())),
        }
    }
    let mut seen: Vec<Method> = Vec::new();
    for (item, pointer) in layers {
        let Some(members) = item.as_object() else {
            notes.warning(
                "path_not_an_object",
                &At::Pointer(&pointer),
                "a path is not described by an object",
            );
            continue;
        };
        for (key, value) in members {
            let place = At::Pointer(&pointer);
            let place = place.key(key);
            match Method::parse(key) {
                Some(_) if value.is_null() => {
                    notes.warning(
                        "operation_empty",
                        &place,
                        "nothing stands under this method",
                    );
                }
                Some(method) if seen.contains(&method) => {
                    notes.warning(
                        "operation_twice",
                        &place,
                        "the method is given twice; the first one counts",
                    );
                }
                Some(method) => {
                    seen.push(method);
                    found.push(Found {
                        root,
                        method,
                        path,
                        item,
                        item_pointer: pointer.clone(),
                        value,
                        pointer: place.to_string(),
                    });
                }
                None if is_known(key) => {}
                None => notes.info(
                    "path_member_unknown",
                    &place,
                    "this is not a method and is left out",
                ),
            }
        }
    }
}

fn is_known(key: &str) -> bool {
    matches!(
        key,
        "$ref" | "summary" | "description" | "servers" | "parameters"
    ) || key.starts_with("x-")
}

/// Two paths that differ only in the names of variables or a slash answer to the same requests.
fn flag_ambiguous(operations: &mut [ImportedOperation], found: &[Found<'_>]) {
    let mut shapes: HashMap<String, Vec<&str>> = HashMap::new();
    let shape = |path: &str| {
        path::parse(path)
            .ok()
            .filter(|t| !t.has_fragment)
            .map(|t| t.shape)
    };
    for one in found {
        let paths = shape(one.path).map(|shape| shapes.entry(shape).or_default());
        if let Some(paths) = paths.filter(|paths| !paths.contains(&one.path)) {
            paths.push(one.path);
        }
    }
    for (operation, one) in operations.iter_mut().zip(found) {
        let Some(paths) = shape(one.path).and_then(|shape| shapes.get(&shape)) else {
            continue;
        };
        if let Some(other) = paths.iter().find(|path| **path != one.path) {
            operation.diagnostics.push(Diagnostic {
                severity: Severity::Warning,
                code: "path_ambiguous".to_owned(),
                pointer: one.pointer.clone(),
                text: format!(
                    "the path {:?} answers to the same requests",
                    one_line(other)
                ),
            });
        }
    }
}
