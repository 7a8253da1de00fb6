//! Schemas that are referred to by an address they give themselves. No such address is opened.

use serde_json::Value;

use crate::{
    bundle::anchor::{self, Anchors},
    notes::At,
};

/// Where each `$id` and each `$dynamicAnchor` of a document stands; nothing for one that is given
/// twice.
pub(super) struct Identities {
    addresses: Anchors,
    dynamic: Anchors,
}

impl Identities {
    /// Looks through a whole document.
    pub(super) fn of(root: &Value) -> Self {
        Self {
            addresses: anchor::named(root, &|key, text| {
                (key == "$id").then(|| text.trim_end_matches('#'))
            }),
            dynamic: anchor::named(root, &|key, text| (key == "$dynamicAnchor").then_some(text)),
        }
    }

    /// Whether several schemas have a dynamic anchor, so that who refers to them says which is meant.
    pub(super) fn is_shared(&self, anchor: &str) -> bool {
        self.dynamic.get(anchor) == Some(&None)
    }

    /// The only schema with a dynamic anchor.
    pub(super) fn dynamic(&self, anchor: &str) -> Option<&str> {
        self.dynamic.get(anchor)?.as_deref()
    }

    /// Where the nearest schema around a place begins that has an address of its own.
    pub(super) fn around(&self, root: &Value, at: &At<'_>) -> Option<String> {
        if self.addresses.is_empty() {
            return None;
        }
        let pointer = at.to_string();
        let ends = pointer.match_indices('/').map(|(end, _)| end).skip(1);
        let (mut value, mut begin, mut home) = (root, 0, None);
        for end in ends.chain([pointer.len()]) {
            let Some(inner) = value.pointer(&pointer[begin..end]) else {
                break;
            };
            if anchor::is_resource(inner) {
                home = Some(pointer[..end].to_owned());
            }
            (value, begin) = (inner, end);
        }
        home
    }

    /// The pointer that a reference by such an address means.
    pub(super) fn pointer(&self, root: &Value, text: &str) -> Option<String> {
        let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
        let home = self.addresses.get(address)?.as_deref()?;
        if fragment.is_empty() || fragment.starts_with('/') {
            return Some(format!("{home}{fragment}"));
        }
        let names = anchor::anchors(root.pointer(home)?);
        let place = names.get(fragment)?.as_deref()?;
        Some(format!("{home}{place}"))
    }
}
