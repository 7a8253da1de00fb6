//! Parts of a Swagger 2.0 document that stand elsewhere: in another file, or aside in the same one.
//!
//! What becomes of them depends on where they are used, so they are put there before anything is
//! converted. Parameters and answers that the document shares are converted where they stand.

use serde_json::Value;

use super::Converting;
use crate::{
    notes::At,
    paths::MORE_PATHS,
    reference::{self, pointer_of},
};

const PATHS: [&str; 2] = ["/paths", MORE_PATHS];
const OTHERS: [&str; 3] = ["/parameters", "/responses", "/securityDefinitions"];
const SHARED: [&str; 2] = ["/parameters/", "/responses/"];

/// Puts what is referred to where it is used: whole maps, then what is in them, then operations,
/// then their parameters and answers.
pub(super) fn bring_in(root: &mut Value, cx: &mut Converting<'_>) {
    let owned = |all: &[&str]| all.iter().map(|&one| one.to_owned()).collect();
    let (paths, others): (Vec<String>, Vec<String>) = (owned(&PATHS), owned(&OTHERS));
    let maps = [paths.clone(), others].concat();
    replace(root, &maps, cx);
    let entries = members(root, &maps);
    replace(root, &entries, cx);
    let items = members(root, &paths);
    let inside = members(root, &items);
    replace(root, &inside, cx);
    let is_list = |place: &String| place.ends_with("/parameters");
    let (lists, operations): (Vec<_>, Vec<_>) = inside.into_iter().partition(is_list);
    let of_operations = operations.iter().flat_map(|operation| {
        let operation = At::Pointer(operation);
        ["parameters", "responses"].map(|name| operation.key(name).to_string())
    });
    let lists: Vec<String> = lists.into_iter().chain(of_operations).collect();
    let details = members(root, &lists);
    replace(root, &details, cx);
}

/// The pointers to whatever stands in some places.
fn members(root: &Value, places: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for place in places {
        let at = At::Pointer(place);
        match root.pointer(place) {
            Some(Value::Object(members)) => {
                found.extend(members.keys().map(|name| at.key(name).to_string()));
            }
            Some(Value::Array(items)) => {
                found.extend((0..items.len()).map(|index| at.index(index).to_string()));
            }
            Some(_) | None => {}
        }
    }
    found
}

/// Replaces each reference in these places by what it leads to. One that leads nowhere stays, and
/// closes what needs it.
fn replace(root: &mut Value, places: &[String], cx: &mut Converting<'_>) {
    for place in places {
        let Some(here) = root.pointer(place) else {
            continue;
        };
        let target = here.get("$ref").and_then(Value::as_str);
        let Some(Ok(target)) = target.map(pointer_of) else {
            continue;
        };
        if SHARED.iter().any(|shared| target.starts_with(shared)) {
            continue;
        }
        let Ok((end, origin)) = reference::follow(root, here, place.clone()) else {
            continue;
        };
        let whole = beside(here, end.clone());
        cx.origins.add(place.clone(), origin);
        if let Some(here) = root.pointer_mut(place) {
            *here = whole;
        }
    }
}

/// What stands beside a reference counts as well, and before what it leads to.
fn beside(here: &Value, mut end: Value) -> Value {
    if let (Some(own), Value::Object(members)) = (here.as_object(), &mut end) {
        for (name, value) in own.iter().filter(|(name, _)| *name != "$ref") {
            let mut value = value.clone();
            if let (Value::Array(first), Some(Value::Array(then))) =
                (&mut value, members.get_mut(name))
            {
                first.append(then);
            }
            members.insert(name.clone(), value);
        }
    }
    end
}
