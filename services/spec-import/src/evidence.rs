//! Which names of fields an operation takes and gives back: evidence of what it touches.

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
    ptr,
    rc::Rc,
};

use countersign_domain::operation::Place;
use foldhash::quality::RandomState;
use serde_json::{Map, Value};

use crate::{parameter::Parameter, reference, risk::names_a_secret};

const NAMES: usize = 300;
const VISITS: usize = 1_500;
const NESTING: usize = 16;
/// An object with no more properties wraps what it holds: `{"data": {…}, "links": {…}}`.
const WRAPPED: usize = 3;

/// What a page says of the pages around it has no more properties: `{"next": …, "previous": …}`.
const PAGING: usize = 6;

/// A parameter that is sent: its name, and what describes the fields of one that is the whole
/// query, which are parameters themselves.
pub(crate) type Sent<'d> = (&'d str, Option<&'d Value>);

/// What of a parameter is evidence.
pub(crate) fn sent<'d>(parameter: &Parameter<'d>) -> Sent<'d> {
    let is_query = parameter.place == Place::Querystring;
    (parameter.wire, is_query.then_some(parameter.value))
}

/// The names of the fields that are sent, and of those that come back.
pub(crate) fn fields<'d>(
    outlines: &mut Outlines<'d>,
    value: &'d Value,
    parameters: &[Sent<'d>],
) -> [Vec<String>; 2] {
    let root = outlines.root;
    let mut request = Fields::of(outlines);
    for (wire, query) in parameters {
        request.name(wire);
        if let Some(query) = query {
            request.content(root, query);
        }
    }
    let body = value.get("requestBody");
    if let Some(body) = body.and_then(|body| reference::end(root, body)) {
        request.content(root, body);
    }
    let request = request.finish();
    let mut response = Fields::of(outlines);
    response.responses(value.get("responses"));
    [request, response.finish()]
}

/// Whether many things are sent at once: the body of some media type is a list of them.
pub(crate) fn sends_a_list<'d>(outlines: &mut Outlines<'d>, value: &'d Value) -> bool {
    let root = outlines.root;
    let body = value.get("requestBody");
    let body = body.and_then(|body| reference::end(root, body));
    let content = body.and_then(|body| body.get("content")?.as_object());
    let media = content.into_iter().flat_map(Map::values);
    let mut schemas = media
        .filter_map(|media| reference::end(root, media))
        .filter_map(|media| media.get("schema"));
    schemas.any(|schema| outlines.is_list_of_things(schema))
}

/// Collects names of properties, in order, each once.
pub(crate) struct Fields<'o, 'd> {
    outlines: &'o mut Outlines<'d>,
    names: Vec<String>,
    seen: HashSet<(bool, &'d str), RandomState>,
    visits: usize,
    /// Of an answer.
    answers: bool,
}

impl<'o, 'd> Fields<'o, 'd> {
    pub(crate) fn of(outlines: &'o mut Outlines<'d>) -> Self {
        Self {
            outlines,
            names: Vec::new(),
            seen: HashSet::default(),
            visits: 0,
            answers: false,
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
        let Outline::Shape(shape) = self.outlines.of(schema) else {
            return;
        };
        let answers = self.answers;
        let counts = |(_, property): &(&'d String, &'d Value)| !answers || holds_a_value(property);
        let all = shape.properties.into_iter().flatten();
        for (name, property) in all.filter(counts) {
            if !answers || !names_a_secret(name) || self.is_value(property) {
                self.put(name, hangs);
            }
        }
        let [all, any, one, items, additional] = shape.alike;
        let lists = [all, any, one].into_iter().flatten();
        let branches = lists.filter_map(Value::as_array).flatten();
        for part in branches.chain(items).chain(additional) {
            self.visit(part, (levels, hangs), nesting - 1);
        }
        let Some(properties) = shape.properties else {
            return;
        };
        // An answer that only wraps another is that other, and so is a page of them.
        let wraps = properties.len() <= WRAPPED || !hangs && self.outlines.is_page(&shape);
        let levels = if wraps { levels } else { levels - 1 };
        for (name, property) in properties {
            // What a secret is made of is no further away than the secret.
            let opens = answers && names_a_secret(name);
            let levels = if opens { levels.max(1) } else { levels };
            self.visit(property, (levels, hangs || !wraps && !opens), nesting - 1);
        }
    }

    /// Whether a property is a value, or has a part that is one: `credentials` that hold a name are
    /// no secret, and `{"token": {"value": …}}` is one.
    fn is_value(&mut self, property: &'d Value) -> bool {
        const VALUES: [&str; 12] = [
            "value",
            "values",
            "data",
            "plain",
            "plaintext",
            "raw",
            "text",
            "key",
            "token",
            "secret",
            "code",
            "number",
        ];
        let mut part = property;
        for _ in 0..NESTING {
            let Outline::Shape(shape) = self.outlines.of(part) else {
                return true;
            };
            if let Some(properties) = shape.properties {
                return properties
                    .keys()
                    .any(|name| VALUES.contains(&name.as_str()));
            }
            let [.., items, _] = shape.alike;
            let Some(items) = items else {
                return true;
            };
            part = items;
        }
        true
    }

    /// Adds what the answers of success hold, two levels down, whatever they are sent as.
    pub(crate) fn responses(&mut self, responses: Option<&'d Value>) {
        self.answers = true;
        let Some(all) = responses.and_then(Value::as_object) else {
            return;
        };
        for (_, response) in all.iter().filter(|(status, _)| status.starts_with('2')) {
            let Some(response) = reference::end(self.outlines.root, response) else {
                continue;
            };
            self.content(self.outlines.root, response);
        }
    }

    /// Adds what each media type of a `content` holds, two levels down, whole or item by item.
    fn content(&mut self, root: &'d Value, of: &'d Value) {
        let content = of.get("content").and_then(Value::as_object);
        let content = content.into_iter().flat_map(Map::values);
        for media in content.filter_map(|media| reference::end(root, media)) {
            let schemas = ["schema", "itemSchema"].map(|name| media.get(name));
            for schema in schemas.into_iter().flatten() {
                self.schema(schema, 2);
            }
        }
    }
}

/// Whether a property can hold what it is named after: whether there is a secret is none.
fn holds_a_value(property: &Value) -> bool {
    property.get("type").and_then(Value::as_str) != Some("boolean")
}

/// The schemas of a document as far as somebody asked for their fields. The same schema stands in
/// many operations, and many times in one; each is looked at once.
pub(crate) struct Outlines<'d> {
    root: &'d Value,
    /// By where a schema lies in memory: the document stays where it is while it is read.
    known: HashMap<*const Value, Outline<'d>, RandomState>,
}

/// What a schema, or what it refers to, has that leads to names.
#[derive(Clone)]
enum Outline<'d> {
    /// It refers to nothing that is there.
    Missing,
    /// A plain value.
    Plain,
    Shape(Rc<Shape<'d>>),
}

impl<'d> Outlines<'d> {
    pub(crate) fn of_document(root: &'d Value) -> Self {
        Self {
            root,
            known: HashMap::default(),
        }
    }

    fn of(&mut self, schema: &'d Value) -> Outline<'d> {
        let root = self.root;
        let known = self.known.entry(ptr::from_ref(schema));
        let outline = known.or_insert_with(|| match reference::end(root, schema) {
            Some(schema) => {
                Shape::of(schema).map_or(Outline::Plain, |shape| Outline::Shape(Rc::new(shape)))
            }
            None => Outline::Missing,
        });
        outline.clone()
    }

    /// Whether a schema is of a list of things that have fields.
    fn is_list_of_things(&mut self, schema: &'d Value) -> bool {
        let Outline::Shape(shape) = self.of(schema) else {
            return false;
        };
        let [.., items, _] = shape.alike;
        items.is_some_and(|items| matches!(self.of(items), Outline::Shape(_)))
    }

    /// Whether one list of things is all that an object holds beside plain values, such as counts
    /// and links.
    fn is_page(&mut self, shape: &Shape<'d>) -> bool {
        if let Some(known) = shape.is_page.get() {
            return *known;
        }
        let properties = shape.properties.into_iter().flat_map(Map::values);
        let is_page = self.lists_of(properties) == Some(1);
        *shape.is_page.get_or_init(|| is_page)
    }

    /// How many of the properties are lists of things, unless one of them is a thing of its own.
    fn lists_of(&mut self, properties: impl Iterator<Item = &'d Value>) -> Option<usize> {
        let mut lists = 0;
        for property in properties {
            match self.of(property) {
                Outline::Missing => return None,
                Outline::Plain => {}
                Outline::Shape(shape) => {
                    let [.., items, _] = shape.alike;
                    let inner = shape.properties.map_or(0, Map::len);
                    match items {
                        // The tags of a thing are a list of plain values.
                        Some(items) if matches!(self.of(items), Outline::Plain) => {}
                        Some(_) => lists += 1,
                        None if inner > PAGING => return None,
                        None => {}
                    }
                }
            }
        }
        Some(lists)
    }
}

/// What of a schema leads to names, found in one go.
#[derive(Default)]
struct Shape<'d> {
    properties: Option<&'d Map<String, Value>>,
    /// Parts whose properties are as good as its own.
    alike: [Option<&'d Value>; 5],
    /// Whether it is a page of things, once somebody has asked.
    is_page: OnceCell<bool>,
}

impl<'d> Shape<'d> {
    /// Nothing for a schema of a plain value.
    fn of(schema: &'d Value) -> Option<Self> {
        let mut found = Self::default();
        for (keyword, value) in schema.as_object()? {
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
        let leads = found.properties.is_some() || found.alike.iter().any(Option::is_some);
        leads.then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(answer: &Value, media: &str) -> Vec<String> {
        let root = json!({"200": {"content": {media: {"schema": answer}}}});
        let mut outlines = Outlines::of_document(&root);
        let mut fields = Fields::of(&mut outlines);
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
        let tagged = json!({"properties": {
            "name": {}, "colour": {}, "tags": {"type": "array", "items": {"type": "string"}},
            "owner": {"oneOf": [{"type": "string"}, {"properties": {"secret": {}}}]},
        }});
        assert!(names(&tagged, "application/json").contains(&".secret".to_owned()));
    }

    #[test]
    fn a_list_that_is_sent_is_one_of_things() {
        for (items, expected) in [
            (json!({"properties": {"text": {}}}), true),
            (json!({"type": "string"}), false),
        ] {
            let schema = json!({"type": "array", "items": items});
            let media = json!({"application/json": {"schema": schema}});
            let value = json!({"requestBody": {"content": media}});
            let mut outlines = Outlines::of_document(&value);
            assert_eq!(sends_a_list(&mut outlines, &value), expected, "{value}");
        }
    }

    #[test]
    fn an_answer_of_any_media_type_is_looked_at() {
        for media in ["*/*", "application/xml", "text/json"] {
            let answer = json!({"properties": {"secret": {}}});
            assert_eq!(names(&answer, media), ["secret"], "{media}");
        }
    }
}
