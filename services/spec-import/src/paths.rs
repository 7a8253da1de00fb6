//! Every method of every path of a document.

use std::collections::HashMap;

use countersign_domain::operation::{Diagnostic, ImportedOperation, Method, Severity};
use serde_json::Value;

use crate::{
    ImportError, Limits,
    document::Found,
    notes::{At, Notes},
    path, reference,
    words::one_line,
};

/// Finds every method of every path.
pub(crate) fn find<'d>(
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
pub(crate) fn flag_ambiguous(operations: &mut [ImportedOperation], found: &[Found<'_>]) {
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
