//! Every method of every path of a document.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
    slice,
};

use countersign_domain::{
    operation::{self, Bind, ImportedOperation, Method, OtherMethod, Severity},
    risk::Risk,
};
use serde_json::{Map, Value};

use crate::{
    ImportError, Limits,
    document::{Found, Place},
    notes::{At, Notes, diagnostic},
    path, reference, risk,
    words::one_line,
    written::Schemas,
};

/// Since `OpenAPI` 3.2, methods that have no field of their own stand under this one.
pub(crate) const ADDITIONAL: &str = "additionalOperations";

/// The same in the versions before, in which QUERY has no field either.
const ADDITIONAL_EARLIER: &str = "x-oai-additionalOperations";

/// Where Azure writes the paths that differ by their query only.
pub(crate) const MORE_PATHS: &str = "/x-ms-paths";

/// What is said of an operation that stands where another one does.
pub(crate) const METHOD_TWICE: &str = "the method is given twice; the first one counts";
pub(crate) const PATH_TWICE: &str = "the path is given twice; the first one counts";

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
        let given = reference::at(root, home).filter(|given| !given.is_null());
        let Some(given) = given else { continue };
        let (maps, bad) = reference::chain(root, given, home.to_owned());
        if let Some(bad) = bad {
            notes.error(
                bad.code(),
                &home,
                &format!("of the paths, {}", bad.reason()),
            );
        }
        let mut seen = HashSet::new();
        for (map, place) in maps {
            let at = At::Pointer(&place);
            let Some(paths) = map.as_object() else {
                notes.error("paths_not_an_object", &at, "the paths are not an object");
                continue;
            };
            for (path, item) in paths {
                if path.starts_with("x-") || path == "$ref" && item.is_string() {
                    continue;
                }
                if seen.insert(path) {
                    find_in(root, (path, &at.key(path)), item, (&mut found, notes));
                } else {
                    notes.warning("operation_twice", &at.key(path), PATH_TWICE);
                }
            }
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
    let (items, bad) = reference::chain(root, item, at.to_string());
    if let Some(bad) = bad {
        notes.error(bad.code(), at, &format!("of a path, {}", bad.reason()));
    }
    let items: Rc<[Place<'d>]> = items.into();
    conflicts(&items, notes);
    let mut seen = HashSet::new();
    let mut template = None;
    for (item, pointer) in &*items {
        let place = At::Pointer(pointer);
        let Some(members) = item.as_object() else {
            let text = "a path is not described by an object";
            notes.warning("path_not_an_object", &place, text);
            continue;
        };
        for Described {
            method,
            value,
            pointer,
        } in operations(members, &place, notes)
        {
            if !is_first((method, value), &pointer, &mut seen, notes) {
                continue;
            }
            let template = template.get_or_insert_with(|| Rc::new(path::parse(path)));
            found.push(Found {
                method,
                path,
                items: Rc::clone(&items),
                value,
                pointer,
                template: Rc::clone(template),
            });
        }
    }
}

/// A method, and what stands under it.
struct Described<'d> {
    method: Method,
    value: &'d Value,
    pointer: String,
}

/// Every method of a path item, those with a field of their own first.
fn operations<'d>(
    members: &'d Map<String, Value>,
    place: &At<'_>,
    notes: &mut Notes,
) -> Vec<Described<'d>> {
    let mut found = Vec::new();
    let mut add = |method: Option<Method>, value, at: &At<'_>| {
        found.extend(method.map(|method| Described {
            method,
            value,
            pointer: at.to_string(),
        }));
    };
    for (key, value) in members {
        let at = place.key(key);
        add(of_field(key, &at, notes), value, &at);
    }
    for home in [ADDITIONAL, ADDITIONAL_EARLIER] {
        let place = place.key(home);
        match members.get(home) {
            Some(Value::Object(more)) => {
                for (name, value) in more {
                    let at = place.key(name);
                    add(of_entry((home, name), &at, notes), value, &at);
                }
            }
            None | Some(Value::Null) => {}
            Some(_) => {
                let text = "these are not described by an object and are left out";
                notes.error("additional_operations_not_an_object", &place, text);
            }
        }
    }
    found
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

/// Whether an operation is there, and no other has its method.
fn is_first(
    (method, value): (Method, &Value),
    place: &str,
    seen: &mut HashSet<Method>,
    notes: &mut Notes,
) -> bool {
    if value.is_null() {
        let text = "nothing stands under this method";
        notes.warning("operation_empty", &place, text);
        return false;
    }
    if !seen.insert(method) {
        notes.warning("operation_twice", &place, METHOD_TWICE);
        return false;
    }
    true
}

/// The method that a field of a path item is for.
fn of_field(key: &str, place: &At<'_>, notes: &mut Notes) -> Option<Method> {
    let method = Method::of_field(key);
    if method.is_none() && key == ANY_METHOD {
        let text = "the path takes every method; since none is named, none is imported";
        notes.warning("any_method_left_out", place, text);
    } else if method.is_none() && !is_known(key) {
        let text = "this is not a method that could be sent and is left out";
        notes.warning("path_member_unknown", place, text);
    }
    method
}

/// The method that an entry beside the fields is for, to the letter.
fn of_entry((home, name): (&str, &str), place: &At<'_>, notes: &mut Notes) -> Option<Method> {
    let fixed = Method::of_field(name);
    let method = Method::as_written(name);
    match (method, fixed) {
        (Some(Method::Query), _) if home == ADDITIONAL_EARLIER => {}
        (Some(method), Some(_)) => {
            let text = format!("{method} has a field of its own and is read as if it stood there");
            notes.warning("method_has_a_field", place, &text);
        }
        (None, Some(fixed)) => {
            let text = format!(
                "the method differs from {fixed} by its case only, so nobody can tell which is meant; it is left out"
            );
            notes.error("method_ambiguous", place, &text);
        }
        (None, None) => {
            let text = format!(
                "this is no name of a method, or longer than {} characters; it is left out",
                OtherMethod::BYTES
            );
            notes.error("method_invalid", place, &text);
        }
        (Some(_), None) => {}
    }
    method
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

/// What stands behind a `#` is not sent, and names of variables are not either: of operations that have
/// the same method and address what is sent says which is done, so each is as grave as the gravest
/// that no fixed argument keeps it from.
pub(crate) fn join_risks(
    operations: &mut [ImportedOperation],
    (schemas, found): (&[Schemas], &[Found<'_>]),
) {
    let mut shared: HashMap<(Method, String), Vec<usize>> = HashMap::new();
    for (at, one) in found.iter().enumerate() {
        let Ok(template) = one.template.as_ref() else {
            continue;
        };
        if template.has_fragment {
            let text = "what stands behind the # is not sent";
            let note = diagnostic(Severity::Info, "path_fragment", &one.pointer, text);
            operations[at].diagnostics.push(note);
        }
        let address = template.shape.to_lowercase();
        shared.entry((one.method, address)).or_default().push(at);
    }
    for same in shared.into_values().filter(|same| same.len() > 1) {
        let all: Vec<(Vec<Fixed>, Risk)> = same
            .iter()
            .map(|at| {
                (
                    fixed(&operations[*at].binds, &schemas[*at]),
                    operations[*at].risk.clone(),
                )
            })
            .collect();
        for (at, (own, _)) in same.iter().zip(&all) {
            let others = same.iter().zip(&all);
            let others = others.filter(|(other, (fixed, _))| *other != at && !apart(own, fixed));
            let others = others.map(|(other, (_, risk))| (found[*other].path, risk));
            risk::join_all(&mut operations[*at].risk, others);
        }
    }
}

/// A parameter that every call gives, with the only texts that it may be.
type Fixed = ((operation::Place, String), Vec<String>);

fn fixed(binds: &[Bind], schemas: &Schemas) -> Vec<Fixed> {
    let input: Value = serde_json::from_str(schemas.input.get()).unwrap_or_default();
    let needed = binds.iter().filter(|bind| bind.required);
    let texts = needed.filter_map(|bind| {
        let schema = input.get("properties")?.get(&bind.key)?;
        let all = match schema.get("const") {
            Some(one) => slice::from_ref(one),
            None => schema.get("enum")?.as_array()?.as_slice(),
        };
        let texts: Option<Vec<String>> = all
            .iter()
            .map(|one| Some(one.as_str()?.to_owned()))
            .collect();
        Some(((bind.place, bind.wire.to_lowercase()), texts?))
    });
    texts.collect()
}

/// Whether no request of one can be one of the other.
fn apart(one: &[Fixed], other: &[Fixed]) -> bool {
    one.iter().any(|(name, texts)| {
        let mut same = other.iter().filter(|(other, _)| other == name);
        same.any(|(_, others)| !texts.iter().any(|text| others.contains(text)))
    })
}

/// The shape of a path that no fragment tells apart from others.
fn shape<'f>(found: &'f Found<'_>) -> Option<&'f str> {
    let template = found.template.as_ref().as_ref().ok()?;
    (!template.has_fragment).then_some(template.shape.as_str())
}
