//! Older formats and those of others become `OpenAPI` first; then there is one way to read them.
//!
//! Converters move what they can and copy only what is small: a document of four megabytes stays
//! one. Schemas stay where they are, so references to them go on leading there, or references follow
//! them. Whatever ends up elsewhere is written into [`Origins`], so that people find it where they
//! put it.

pub(crate) mod discovery;
mod discovery_parameter;
pub(crate) mod postman;
mod postman_request;
mod postman_saved;
pub(crate) mod swagger;
mod swagger_elsewhere;
mod swagger_parameter;

use std::collections::HashMap;

use serde_json::Value;

pub(crate) use self::swagger_parameter::style_of_items;

use crate::{notes::Notes, origin::Origins};

/// Beside an operation: the name and the description of each other request that was saved with its
/// method and path. It does what any of them does.
pub(crate) const ALSO: &str = "x-countersign-also";
/// Beside an operation: the field of its body that says what is done.
pub(crate) const DECIDES: &str = "x-countersign-decides";

/// Beside an operation: each name that picks what is done, and the verbs of a value that was saved
/// for it.
pub(crate) const ORDERED: &str = "x-countersign-ordered";
/// All that is read only where a converter wrote it.
pub(crate) const RESERVED: [&str; 3] = [ALSO, DECIDES, ORDERED];

/// A document that is `OpenAPI` 3.0 now.
pub(crate) struct Converted {
    /// The tree.
    pub(crate) root: Value,
    /// Where its pieces stood before.
    pub(crate) origins: Origins,
}

/// What a converter writes to while it goes through a document.
pub(crate) struct Converting<'n> {
    pub(crate) origins: Origins,
    /// Where schemas are now, by where they stood: others may refer to what is in them.
    pub(crate) moved: HashMap<String, String>,
    pub(crate) notes: &'n mut Notes,
}
