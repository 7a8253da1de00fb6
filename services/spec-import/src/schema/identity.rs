//! Schemas that are referred to by an address they give themselves. No such address is opened.

use serde_json::Value;

use crate::{
    bundle::anchor::{self, Anchors},
    reference,
};

/// Where each `$id` and each `$dynamicAnchor` of a document stands; nothing for one that is given
/// twice.
pub(crate) struct Identities {
    addresses: Anchors,
    dynamic: Anchors,
}

impl Identities {
    /// Looks through a whole document.
    pub(crate) fn of(root: &Value) -> Self {
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

    /// What a schema refers to by an address or a dynamic anchor, as far as there is only one.
    pub(crate) fn meant<'d>(&self, root: &'d Value, schema: &Value) -> Option<&'d Value> {
        let text = |name: &str| reference::member(schema.as_object()?, name)?.as_str();
        let pointer = if let Some(address) = text("$ref") {
            self.pointer(root, address)?
        } else {
            let anchor = text("$dynamicRef").or_else(|| text("$recursiveRef"))?;
            let anchor = anchor.strip_prefix('#').unwrap_or(anchor);
            self.dynamic(anchor)?.to_owned()
        };
        reference::at(root, &pointer)
    }
}
