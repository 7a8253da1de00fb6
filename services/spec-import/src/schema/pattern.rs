//! Regular expressions of the document: which of them can be checked.

use std::collections::HashMap;

use serde_json::json;

use super::compile::compile;

const CHARACTERS: usize = 4_096;

/// Remembers which patterns compile, so that each is tried once.
#[derive(Debug, Default)]
pub(crate) struct Patterns(HashMap<String, bool>);

impl Patterns {
    /// Whether a validator can be built with this pattern.
    pub(crate) fn compiles(&mut self, pattern: &str) -> bool {
        if pattern.len() > CHARACTERS {
            return false;
        }
        if let Some(known) = self.0.get(pattern) {
            return *known;
        }
        let compiles = compile(&json!({ "pattern": pattern })).is_ok();
        self.0.insert(pattern.to_owned(), compiles);
        compiles
    }
}
