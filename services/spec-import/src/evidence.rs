//! Which names of fields an operation takes and gives back: evidence of what it touches.

use std::collections::HashSet;

use foldhash::quality::RandomState;
use serde_json::{Map, Value};

use crate::reference;

const NAMES: usize = 300;
const VISITS: usize = 1_500;
const NESTING: usize = 16;
/// An object with no more properties wraps what it holds: `{"data": {…}, "links": {…}}`.
const WRAPPED: usize = 3;

/// What a page says of the pages around it has no more properties: `{"next": …, "previous": …}`.
const PAGING: usize = 6;

/// Collects names of properties, in order, each once.
pub(crate) struct Fields<'d> {
    root: &'d Value,
    names: Vec<String>,
    seen: HashSet<(bool, &'d str), RandomState>,
    visits: usize,
}

impl<'d> Fields<'d> {
    pub(crate) fn of(root: &'d Value) -> Self {
        Self {
            root,
            names: Vec::new(),
            seen: HashSet::default(),
            visits: 0,
        }
    }

    pub(crate) fn finish(self) -> Vec<String> {
        self.names
    }

    pub(crate) fn name(&mut self, name: &'d str) {
        self.put(name, false);
    }

    /// What hangs on another field has a dot before it.
    fn put(&mut self, name: &'d str, hangs: bool) {
        if self.names.len() < NAMES && self.seen.insert((hangs, name)) {
            let name = if hangs {
                [".", name].concat()
            } else {
                name.to_owned()
            };
            self.names.push(name);
        }
    }

    /// Adds the properties of a schema, so many levels down. Lists and alternatives are no level.
    pub(crate) fn schema(&mut self, schema: &'d Value, levels: usize) {
        self.visit(schema, (levels, false), NESTING);
    }

    fn visit(&mut self, schema: &'d Value, (levels, hangs): (usize, bool), nesting: usize) {
        self.visits += 1;
        if nesting == 0 || levels == 0 || self.visits > VISITS || self.names.len() >= NAMES {
            return;
        }
        let Some(schema) = reference::end(self.root, schema) else {
            return;
        };
        let Shape {
            properties,
            alike: [all, any, one, items, additional],
        } = Shape::of(schema);
        for (name, _) in properties.into_iter().flatten() {
            self.put(name, hangs);
        }
        let lists = [all, any, one].into_iter().flatten();
        let branches = lists.filter_map(Value::as_array).flatten();
        for part in branches.chain(items).chain(additional) {
            self.visit(part, (levels, hangs), nesting - 1);
        }
        // An answer that only wraps another is that other, and so is a page of them.
        let wraps =
            properties.is_some_and(|all| all.len() <= WRAPPED || !hangs && self.is_page(all));
        for (_, property) in properties.into_iter().flatten() {
            let levels = if wraps { levels } else { levels - 1 };
            self.visit(property, (levels, hangs || !wraps), nesting - 1);
        }
    }

    /// Whether one list is all that an object holds beside plain values, such as counts and links.
    fn is_page(&self, properties: &'d Map<String, Value>) -> bool {
        let mut lists = 0;
        for property in properties.values() {
            let Some(schema) = reference::end(self.root, property) else {
                return false;
            };
            let shape = Shape::of(schema);
            let [.., items, _] = shape.alike;
            match (items, shape.properties) {
                (Some(_), _) => lists += 1,
                (None, Some(inner)) if inner.len() > PAGING => return false,
                (None, _) => {}
            }
        }
        lists == 1
    }

    /// Adds what the answers of success hold, two levels down, whatever they are sent as.
    pub(crate) fn responses(&mut self, responses: Option<&'d Value>) {
        let Some(all) = responses.and_then(Value::as_object) else {
            return;
        };
        for (_, response) in all.iter().filter(|(status, _)| status.starts_with('2')) {
            let Some(response) = reference::end(self.root, response) else {
                continue;
            };
            let content = response.get("content").and_then(Value::as_object);
            let content = content.into_iter().flat_map(Map::values);
            for schema in content.filter_map(|media| media.get("schema")) {
                self.schema(schema, 2);
            }
        }
    }
}

/// What of a schema leads to names, found in one go.
#[derive(Default)]
struct Shape<'d> {
    properties: Option<&'d Map<String, Value>>,
    /// Parts whose properties are as good as its own.
    alike: [Option<&'d Value>; 5],
}

impl<'d> Shape<'d> {
    fn of(schema: &'d Value) -> Self {
        let mut found = Self::default();
        for (keyword, value) in schema.as_object().into_iter().flatten() {
            let at = match keyword.as_str() {
                "properties" => {
                    found.properties = value.as_object();
                    continue;
                }
                "allOf" => 0,
                "anyOf" => 1,
                "oneOf" => 2,
                "items" => 3,
                "additionalProperties" => 4,
                _ => continue,
            };
            found.alike[at] = Some(value);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(answer: &Value, media: &str) -> Vec<String> {
        let root = json!({"200": {"content": {media: {"schema": answer}}}});
        let mut fields = Fields::of(&root);
        fields.responses(Some(&root));
        fields.finish()
    }

    #[test]
    fn a_page_of_things_is_the_things() {
        let things = json!({"type": "array", "items": {"properties": {"secret": {}}}});
        let page = json!({"properties": {
            "results": things, "count": {}, "page": {}, "size": {},
            "links": {"properties": {"next": {}, "previous": {}}},
        }});
        assert!(names(&page, "application/json").contains(&"secret".to_owned()));
        let thing = json!({"properties": {
            "name": {}, "rooms": things, "doors": things, "colour": {},
        }});
        assert!(names(&thing, "application/json").contains(&".secret".to_owned()));
    }

    #[test]
    fn an_answer_of_any_media_type_is_looked_at() {
        for media in ["*/*", "application/xml", "text/json"] {
            let answer = json!({"properties": {"secret": {}}});
            assert_eq!(names(&answer, media), ["secret"], "{media}");
        }
    }
}
