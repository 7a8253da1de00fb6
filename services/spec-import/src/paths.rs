//! Every method of every path of a document.

use std::{collections::HashMap, rc::Rc};

use countersign_domain::operation::{ImportedOperation, Method, Severity};
use serde_json::Value;

use crate::{
    ImportError, Limits,
    document::{Found, Place},
    notes::{At, Notes, diagnostic},
    path, reference,
    words::one_line,
};

/// Since `OpenAPI` 3.2, methods that have no field of their own stand under this one.
const ADDITIONAL: &str = "additionalOperations";

/// Where Azure writes the paths that differ by their query only.
pub(crate) const MORE_PATHS: &str = "/x-ms-paths";

/// API Gateway's member for every method at once.
const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

/// Finds every method of every path.
pub(crate) fn find<'d>(
    root: &'d Value,
    limits: &Limits,
    notes: &mut Notes,
) -> Result<Vec<Found<'d>>, ImportError> {
    let mut found = Vec::new();
    for home in ["/paths", MORE_PATHS] {
        let at = At::Pointer(home);
        match root.pointer(home) {
            Some(Value::Object(paths)) => {
                for (path, item) in paths {
                    find_in(root, (path, &at.key(path)), item, (&mut found, notes));
                }
            }
            None | Some(Value::Null) => {}
            Some(_) => notes.error("paths_not_an_object", &at, "the paths are not an object"),
        }
    }
    let home = At::Pointer("/paths");
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
    (path, at): (&'d str, &At<'_>),
    item: &'d Value,
    (found, notes): (&mut Vec<Found<'d>>, &mut Notes),
) {
    if path.starts_with("x-") {
        return;
    }
    let (items, bad) = reference::chain(root, item, at.to_string());
    if let Some(bad) = bad {
        notes.error(bad.code(), at, &format!("of a path, {}", bad.reason()));
    }
    let items: Rc<[Place<'d>]> = items.into();
    conflicts(&items, notes);
    let mut seen: Vec<Method> = Vec::new();
    let mut template = None;
    for (item, pointer) in &*items {
        let place = At::Pointer(pointer);
        let Some(members) = item.as_object() else {
            let text = "a path is not described by an object";
            notes.warning("path_not_an_object", &place, text);
            continue;
        };
        let more = members.get(ADDITIONAL).and_then(Value::as_object);
        let more_place = place.key(ADDITIONAL);
        let more = more.into_iter().flatten().map(|one| (one, &more_place));
        for ((key, value), place) in members.iter().map(|one| (one, &place)).chain(more) {
            let place = place.key(key);
            let Some(method) = method_of((key, value), &place, &mut seen, notes) else {
                continue;
            };
            let template = template.get_or_insert_with(|| Rc::new(path::parse(path)));
            found.push(Found {
                method,
                path,
                items: Rc::clone(&items),
                value,
                pointer: place.to_string(),
                template: Rc::clone(template),
            });
        }
    }
}

/// What a path says beside its reference counts as well, and before what it refers to; only where
/// both say the same thing does the specification not tell which one is meant.
fn conflicts(items: &[Place<'_>], notes: &mut Notes) {
    for (index, (item, pointer)) in items.iter().enumerate() {
        for key in ["parameters", "servers"] {
            let later = &items[index + 1..];
            if item.get(key).is_some() && later.iter().any(|(item, _)| item.get(key).is_some()) {
                let text = format!(
                    "the path and what it refers to both have {key}; the path's own go first"
                );
                notes.warning("path_item_conflict", &At::Pointer(pointer).key(key), &text);
            }
        }
    }
}

/// The method that a member of a path describes, unless it was described before.
fn method_of(
    (key, value): (&str, &Value),
    place: &At<'_>,
    seen: &mut Vec<Method>,
    notes: &mut Notes,
) -> Option<Method> {
    match Method::parse(key) {
        Some(_) if value.is_null() => {
            let text = "nothing stands under this method";
            notes.warning("operation_empty", place, text);
        }
        Some(method) if seen.contains(&method) => {
            let text = "the method is given twice; the first one counts";
            notes.warning("operation_twice", place, text);
        }
        Some(method) => {
            seen.push(method);
            return Some(method);
        }
        None if key == ANY_METHOD => {
            let text = "the path takes every method; since none is named, none is imported";
            notes.warning("any_method_left_out", place, text);
        }
        None if is_known(key) => {}
        None => {
            let text = "this is not a method that could be sent and is left out";
            notes.warning("path_member_unknown", place, text);
        }
    }
    None
}

fn is_known(key: &str) -> bool {
    matches!(
        key,
        "$ref" | "summary" | "description" | "servers" | "parameters" | ADDITIONAL
    ) || key.starts_with("x-")
}

/// Two paths that differ only in the names of variables or a slash answer to the same requests.
pub(crate) fn flag_ambiguous(operations: &mut [ImportedOperation], found: &[Found<'_>]) {
    let mut shapes: HashMap<&str, Vec<&str>> = HashMap::new();
    for one in found {
        let paths = shape(one).map(|shape| shapes.entry(shape).or_default());
        if let Some(paths) = paths.filter(|paths| !paths.contains(&one.path)) {
            paths.push(one.path);
        }
    }
    for (operation, one) in operations.iter_mut().zip(found) {
        let Some(paths) = shape(one).and_then(|shape| shapes.get(shape)) else {
            continue;
        };
        if let Some(other) = paths.iter().find(|path| **path != one.path) {
            let other = one_line(other);
            let text = format!("the path {other:?} answers to the same requests");
            let note = diagnostic(Severity::Warning, "path_ambiguous", &one.pointer, &text);
            operation.diagnostics.push(note);
        }
    }
}

/// The shape of a path that no fragment tells apart from others.
fn shape<'f>(found: &'f Found<'_>) -> Option<&'f str> {
    let template = found.template.as_ref().as_ref().ok()?;
    (!template.has_fragment).then_some(template.shape.as_str())
}
