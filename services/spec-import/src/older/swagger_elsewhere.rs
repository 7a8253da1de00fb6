//! Parts of a Swagger 2.0 document that stand elsewhere: in another file, or aside in the same one.
//!
//! What becomes of paths and operations depends on where they are used, so they are put there before
//! anything is converted. Parameters and answers are shared by many, so each of them is put once
//! among those that the document shares, which are converted where they stand.

use std::collections::HashMap;

use countersign_domain::operation::Method;
use serde_json::{Value, json};

use super::Converting;
use crate::{
    ImportError, Limits,
    bundle::tree::nodes,
    notes::At,
    paths::{METHOD_TWICE, MORE_PATHS, PATH_TWICE},
    reference::{self, pointer_of},
};

const PATHS: [&str; 2] = ["/paths", MORE_PATHS];
const OTHERS: [&str; 3] = ["/parameters", "/responses", "/securityDefinitions"];
const SHARED: [&str; 2] = ["/parameters/", "/responses/"];

/// Puts what is referred to where it is used: whole maps, then what is in them, then operations.
/// Then it shares their parameters and answers.
pub(super) fn bring_in(
    root: &mut Value,
    limits: &Limits,
    cx: &mut Converting<'_>,
) -> Result<(), ImportError> {
    let owned = |all: &[&str]| all.iter().map(|&one| one.to_owned()).collect();
    let (paths, others): (Vec<String>, Vec<String>) = (owned(&PATHS), owned(&OTHERS));
    let budget = &mut Budget {
        left: limits.nodes,
        limit: limits.nodes,
    };
    replace(root, (&paths, Holds::Paths), budget, cx)?;
    replace(root, (&others, Holds::Others), budget, cx)?;
    let items = members(root, &paths);
    replace(root, (&items, Holds::Methods), budget, cx)?;
    let others = members(root, &others);
    replace(root, (&others, Holds::Others), budget, cx)?;
    let inside = members(root, &items);
    replace(root, (&inside, Holds::Others), budget, cx)?;
    let is_list = |place: &String| place.ends_with("/parameters");
    let (mut lists, operations): (Vec<_>, Vec<_>) = inside.into_iter().partition(is_list);
    let of_operations = |name| {
        let operations = operations.iter();
        operations.map(move |operation| At::Pointer(operation).key(name).to_string())
    };
    lists.extend(of_operations("parameters"));
    let answers: Vec<String> = of_operations("responses").collect();
    for (home, lists) in [("parameters", lists), ("responses", answers)] {
        let details = members(root, &lists);
        share(root, (&details, home), budget, cx)?;
    }
    Ok(())
}

/// How many values may still be copied.
struct Budget {
    left: usize,
    limit: usize,
}

impl Budget {
    fn take(&mut self, value: &Value) -> Result<(), ImportError> {
        let left = self.left.checked_sub(nodes(value));
        self.left = left.ok_or(ImportError::TooManyNodes {
            limit: self.limit,
            line: 1,
            column: 1,
        })?;
        Ok(())
    }
}

/// What the members of an object are.
#[derive(Clone, Copy)]
enum Holds {
    Paths,
    Methods,
    Others,
}

impl Holds {
    /// What to say of a member that is given twice, if anything is lost with it.
    fn twice(self, name: &str) -> Option<&'static str> {
        match self {
            Self::Paths if !name.starts_with("x-") => Some(PATH_TWICE),
            Self::Methods if Method::of_field(name).is_some() => Some(METHOD_TWICE),
            Self::Paths | Self::Methods | Self::Others => None,
        }
    }
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

/// What a reference leads to and where that is, unless the document shares it anyway. One that leads
/// nowhere stays, and closes what needs it.
fn target<'r>(root: &'r Value, here: &'r Value, place: &str) -> Option<(&'r Value, String)> {
    let target = pointer_of(here.get("$ref")?.as_str()?).ok()?;
    if SHARED.iter().any(|shared| target.starts_with(shared)) {
        return None;
    }
    reference::follow(root, here, place.to_owned()).ok()
}

/// Replaces each reference in these places by what it leads to.
fn replace(
    root: &mut Value,
    (places, holds): (&[String], Holds),
    budget: &mut Budget,
    cx: &mut Converting<'_>,
) -> Result<(), ImportError> {
    for place in places {
        let Some(here) = root.pointer(place) else {
            continue;
        };
        if target(root, here, place).is_none() {
            continue;
        }
        let (mut way, _) = reference::chain(root, here, place.clone());
        let Some((end, origin)) = way.pop() else {
            continue;
        };
        budget.take(end)?;
        let mut whole = end.clone();
        let given: Vec<_> = way.iter().map(|(_, at)| cx.origins.place(at)).collect();
        cx.origins.add(place.clone(), cx.origins.place(&origin));
        for ((own, _), given) in way.iter().zip(&given).rev() {
            budget.take(own)?;
            beside((own, given), (&mut whole, place), holds, cx);
        }
        if let Some(here) = root.pointer_mut(place) {
            *here = whole;
        }
    }
    Ok(())
}

/// What stands beside a reference counts as well, and before what it leads to.
fn beside(
    (own, given): (&Value, &str),
    (whole, place): (&mut Value, &str),
    holds: Holds,
    cx: &mut Converting<'_>,
) {
    let (Some(own), Value::Object(members)) = (own.as_object(), whole) else {
        return;
    };
    let (at, given) = (At::Pointer(place), At::Pointer(given));
    for (name, value) in own.iter().filter(|(name, _)| *name != "$ref") {
        let (here, given) = (at.key(name), given.key(name));
        match (value, members.get_mut(name)) {
            (Value::Array(first), Some(Value::Array(then))) => {
                for index in (0..then.len()).rev() {
                    let from = cx.origins.place(&here.index(index).to_string());
                    let now = here.index(first.len() + index);
                    cx.origins.add(now.to_string(), from);
                }
                for index in 0..first.len() {
                    let from = given.index(index).to_string();
                    cx.origins.add(here.index(index).to_string(), from);
                }
                then.splice(0..0, first.iter().cloned());
            }
            (_, then) => {
                if let Some(text) = holds.twice(name).filter(|_| then.is_some()) {
                    let lost = cx.origins.place(&here.to_string());
                    cx.notes.warning("operation_twice", &lost, text);
                }
                cx.origins.add(here.to_string(), given.to_string());
                members.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Copies what references in these places lead to among what the document shares, each thing once,
/// and makes them lead there.
fn share(
    root: &mut Value,
    (places, home): (&[String], &str),
    budget: &mut Budget,
    cx: &mut Converting<'_>,
) -> Result<(), ImportError> {
    let mut made: HashMap<String, String> = HashMap::new();
    let mut names = (0_usize..).map(|number| format!("elsewhere-{number}"));
    for place in places {
        let Some(here) = root.pointer(place) else {
            continue;
        };
        let Some((end, origin)) = target(root, here, place) else {
            continue;
        };
        cx.origins.add(place.clone(), cx.origins.place(&origin));
        if !made.contains_key(&origin) {
            budget.take(end)?;
            let copy = end.clone();
            let shared = &mut root[home];
            if !shared.is_object() {
                *shared = json!({});
            }
            let Some(name) = names.find(|name| shared.get(name).is_none()) else {
                continue;
            };
            let pointer = format!("/{home}/{name}");
            cx.origins.add(pointer.clone(), cx.origins.place(&origin));
            shared[name] = copy;
            made.insert(origin.clone(), pointer);
        }
        if let Some(here) = root.pointer_mut(place) {
            here["$ref"] = format!("#{}", made[&origin]).into();
        }
    }
    Ok(())
}
