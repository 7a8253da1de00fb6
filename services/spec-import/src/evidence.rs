//! Which names of fields an operation takes and gives back: evidence of what it touches.

use std::collections::HashSet;

use countersign_domain::media_type;
use serde_json::Value;

use crate::reference;

const NAMES: usize = 300;
const VISITS: usize = 1_500;
const NESTING: usize = 16;

/// Collects names of properties, in order, each once.
pub(crate) struct Fields<'d> {
    root: &'d Value,
    names: Vec<String>,
    seen: HashSet<&'d str>,
    visits: usize,
}

impl<'d> Fields<'d> {
    pub(crate) fn of(root: &'d Value) -> Self {
        Self {
            root,
            names: Vec::new(),
            seen: HashSet::new(),
            visits: 0,
        }
    }

    pub(crate) fn finish(self) -> Vec<String> {
        self.names
    }

    pub(crate) fn name(&mut self, name: &'d str) {
        if self.names.len() < NAMES && self.seen.insert(name) {
            self.names.push(name.to_owned());
        }
    }

    /// Adds the properties of a schema, so many levels down. Lists and alternatives are no level.
    pub(crate) fn schema(&mut self, schema: &'d Value, levels: usize) {
        self.visit(schema, levels, NESTING);
    }

    fn visit(&mut self, schema: &'d Value, levels: usize, nesting: usize) {
        self.visits += 1;
        if nesting == 0 || levels == 0 || self.visits > VISITS || self.names.len() >= NAMES {
            return;
        }
        let Ok((schema, _)) = reference::follow(self.root, schema, String::new()) else {
            return;
        };
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, _) in properties.into_iter().flatten() {
            self.name(name);
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for branch in schema
                .get(keyword)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                self.visit(branch, levels, nesting - 1);
            }
        }
        for keyword in ["items", "additionalProperties"] {
            if let Some(part) = schema.get(keyword) {
                self.visit(part, levels, nesting - 1);
            }
        }
        for (_, property) in properties.into_iter().flatten() {
            self.visit(property, levels - 1, nesting - 1);
        }
    }

    /// Adds what the JSON answers of success hold, two levels down.
    pub(crate) fn responses(&mut self, responses: Option<&'d Value>) {
        let Some(all) = responses.and_then(Value::as_object) else {
            return;
        };
        for (_, response) in all.iter().filter(|(status, _)| status.starts_with('2')) {
            let Ok((response, _)) = reference::follow(self.root, response, String::new()) else {
                continue;
            };
            let content = response.get("content").and_then(Value::as_object);
            for (media, value) in content.into_iter().flatten() {
                if media_type::is_json(media)
                    && let Some(schema) = value.get("schema")
                {
                    self.schema(schema, 2);
                }
            }
        }
    }
}
