//! Schemas that are referred to by an address they give themselves. No such address is opened.

use std::collections::HashMap;

use serde_json::Value;

use crate::{bundle::anchor, notes::At};

/// Where each `$id` of a document stands; nothing for one that is given twice.
pub(super) struct Identities(HashMap<String, Option<String>>);

impl Identities {
    /// Looks through a whole document.
    pub(super) fn of(root: &Value) -> Self {
        let mut found = HashMap::new();
        collect(root, &At::ROOT, &mut found);
        Self(found)
    }

    /// The pointer that a reference by such an address means.
    pub(super) fn pointer(&self, root: &Value, text: &str) -> Option<String> {
        let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
        let home = self.0.get(address)?.as_deref()?;
        if fragment.is_empty() || fragment.starts_with('/') {
            return Some(format!("{home}{fragment}"));
        }
        let names = anchor::anchors(root.pointer(home)?);
        let place = names.get(fragment)?.as_deref()?;
        Some(format!("{home}{place}"))
    }
}

fn collect(value: &Value, at: &At<'_>, found: &mut HashMap<String, Option<String>>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                if key == "$id"
                    && let Some(address) = member.as_str()
                {
                    let address = address.trim_end_matches('#').to_owned();
                    found
                        .entry(address)
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
