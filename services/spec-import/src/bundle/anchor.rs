//! Plain names that a document gives to its own schemas, such as `#Pet`.

use std::collections::HashMap;

use serde_json::Value;

use crate::notes::At;

/// Where each name leads; nothing for one that is given twice.
pub(crate) type Anchors = HashMap<String, Option<String>>;

/// Collects the names of a whole file, with pointers into it.
pub(crate) fn anchors(root: &Value) -> Anchors {
    let mut found = Anchors::new();
    collect(root, &At::ROOT, &mut found);
    found
}

fn collect(value: &Value, at: &At<'_>, found: &mut Anchors) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                if let Some(name) = member.as_str().and_then(|text| name(key, text)) {
                    found
                        .entry(name.to_owned())
                        .and_modify(|place| *place = None)
                        .or_insert_with(|| Some(at.to_string()));
                }
                collect(member, &at.key(key), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &at.index(index), found);
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
