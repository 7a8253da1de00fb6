//! Plain names that a document gives to its own schemas, such as `#Pet`.

use std::collections::HashMap;

use serde_json::Value;

use super::tree::each_reference;
use crate::{notes::At, reference};

/// Where each name leads; nothing for one that is given twice.
pub(crate) type Anchors = HashMap<String, Option<String>>;

/// Collects the names of a whole file, with pointers into it. What has an address of its own is a
/// document of its own: a name inside it counts only where nothing outside has it.
pub(crate) fn anchors(root: &Value) -> Anchors {
    let mut found = named(root, &name);
    let mut own = Anchors::new();
    collect(root, &At::ROOT, (&name, false), &mut own);
    found.extend(own);
    found
}

/// The names inside a schema that has an address of its own, and the pointers by which it refers to
/// places inside itself, with pointers into the file.
pub(crate) fn of_resource(value: &Value, at: &At<'_>) -> Option<Anchors> {
    let inside = |(name, place): (String, Option<String>)| {
        let place = place.map(|place| format!("{at}{place}"));
        (name, place)
    };
    is_resource(value).then(|| {
        let mut found = anchors(value);
        each_reference(value, &mut |text| {
            if let Ok(pointer) = reference::pointer_of(text)
                && !found.contains_key(&text[1..])
                && reference::at(value, &pointer).is_some()
            {
                found.insert(text[1..].to_owned(), Some(pointer.into_owned()));
            }
        });
        found.into_iter().map(inside).collect()
    })
}

/// Whether a schema somewhere below has an address of its own.
pub(super) fn has_resource(value: &Value) -> bool {
    is_resource(value)
        || match value {
            Value::Object(members) => members.values().any(has_resource),
            Value::Array(items) => items.iter().any(has_resource),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
}

/// Whether a schema has an address of its own.
fn is_resource(value: &Value) -> bool {
    let address = value.get("$id").and_then(Value::as_str);
    address.is_some_and(|address| !address.starts_with('#'))
}

/// Collects what members of objects are called by, with pointers to those objects.
pub(crate) fn named<'v>(root: &'v Value, name: Name<'_, 'v>) -> Anchors {
    let mut found = Anchors::new();
    collect(root, &At::ROOT, (name, true), &mut found);
    found
}

/// What an object calls itself in a member with this key and this text, if it does.
type Name<'n, 'v> = &'n dyn Fn(&str, &'v str) -> Option<&'v str>;

fn collect<'v>(
    value: &'v Value,
    at: &At<'_>,
    (name, everywhere): (Name<'_, 'v>, bool),
    found: &mut Anchors,
) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                if let Some(name) = member.as_str().and_then(|text| name(key, text)) {
                    found
                        .entry(name.to_owned())
                        .and_modify(|place| *place = None)
                        .or_insert_with(|| Some(at.to_string()));
                }
                if everywhere || !is_resource(member) {
                    collect(member, &at.key(key), (name, everywhere), found);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if everywhere || !is_resource(item) {
                    collect(item, &at.index(index), (name, everywhere), found);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn name<'t>(key: &str, text: &'t str) -> Option<&'t str> {
    let name = match key {
        "$anchor" | "$dynamicAnchor" => text,
        "$id" | "id" => text.strip_prefix('#')?,
        _ => return None,
    };
    (!name.is_empty() && !name.starts_with('/')).then_some(name)
}
