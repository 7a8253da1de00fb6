//! Which names of fields an operation takes and gives back: evidence of what it touches.

mod callbacks;
mod choices;
mod outlines;

use std::collections::HashSet;

use countersign_domain::operation::Place;
use foldhash::quality::RandomState;
use serde_json::{Map, Value};

pub(crate) use callbacks::calls_back;
pub(crate) use choices::{ORDERS, choices, flag, picks, says_what_is_done};
use outlines::Outline;
pub(crate) use outlines::Outlines;

use crate::{
    output,
    parameter::Parameter,
    reference,
    version::{ITEM_SCHEMA, newer},
};

const NAMES: usize = 300;
const VISITS: usize = 1_500;
const NESTING: usize = 16;
/// An object with no more properties wraps what it holds: `{"data": {…}, "links": {…}}`.
const WRAPPED: usize = 3;

/// How many things of an example's list are looked at.
const SHOWN: usize = 3;

/// What of a parameter is evidence.
pub(crate) struct Sent<'d> {
    wire: &'d str,
    place: Place,
    value: &'d Value,
    required: bool,
}

impl<'d> Sent<'d> {
    pub(crate) const fn of(parameter: &Parameter<'d>) -> Self {
        Self {
            wire: parameter.wire,
            place: parameter.place,
            value: parameter.value,
            required: parameter.required,
        }
    }
}

/// The names of the fields that are sent, and of those that come back.
pub(crate) fn fields<'d>(
    outlines: &mut Outlines<'d>,
    value: &'d Value,
    parameters: &[Sent<'d>],
) -> [Vec<String>; 2] {
    let root = outlines.root;
    let mut request = Fields::of(outlines);
    for parameter in parameters {
        request.name(parameter.wire);
        // The fields of one that is the whole query are parameters themselves.
        if parameter.place == Place::Querystring {
            request.content(root, parameter.value);
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

/// The fields of each item of a stream that a success answers with, where nothing is said of the
/// stream as a whole.
pub(crate) fn items<'d>(outlines: &mut Outlines<'d>, value: &'d Value) -> Vec<String> {
    let root = outlines.root;
    let mut fields = Fields::of(outlines);
    fields.answers = true;
    for response in successes(root, value.get("responses")) {
        let streams = media(root, response).filter(|media| media.get("schema").is_none());
        for item in streams.filter_map(|media| newer(media, ITEM_SCHEMA)) {
            fields.schema(item.1, 2);
        }
    }
    fields.finish()
}

/// Whether many things are sent at once: the body of some media type is a list of them.
pub(crate) fn sends_a_list<'d>(outlines: &mut Outlines<'d>, value: &'d Value) -> bool {
    let root = outlines.root;
    let body = value.get("requestBody");
    let body = body.and_then(|body| reference::end(root, body));
    let media = body.into_iter().flat_map(|body| media(root, body));
    let mut schemas = media.filter_map(|media| media.get("schema"));
    schemas.any(|schema| outlines.is_list_of_things(schema))
}

/// Collects names of properties, in order, each once.
pub(crate) struct Fields<'o, 'd> {
    outlines: &'o mut Outlines<'d>,
    names: Vec<String>,
    seen: HashSet<(bool, &'d str), RandomState>,
    visits: usize,
    /// What comes back is read, and not what is sent.
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
        let name = name.trim_start_matches('.');
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
        self.visit((schema, schema), (levels, false), NESTING);
    }

    /// The same for a schema, and where the one begins that it stands in.
    fn visit(
        &mut self,
        (schema, base): (&'d Value, &'d Value),
        (levels, hangs): (usize, bool),
        nesting: usize,
    ) {
        self.visits += 1;
        if nesting == 0 || levels == 0 || self.visits > VISITS || self.names.len() >= NAMES {
            return;
        }
        let Outline::Shape(shape) = self.outlines.of(schema, base) else {
            return;
        };
        let answers = self.answers;
        let counts = |(_, property): &(&'d String, &'d Value)| !answers || holds_a_value(property);
        let all = shape.properties.into_iter().flatten();
        for (name, _) in all.filter(counts) {
            self.put(name, hangs);
        }
        if let Some(target) = shape.target {
            self.visit((target, target), (levels, hangs), nesting - 1);
        }
        for part in &shape.alike {
            self.visit((part, shape.base), (levels, hangs), nesting - 1);
        }
        let Some(properties) = shape.properties else {
            return;
        };
        // An answer that only wraps another is that other, and so is a page of them.
        let wraps = properties.len() <= WRAPPED || !hangs && self.outlines.is_page(&shape);
        let levels = if wraps { levels } else { levels - 1 };
        for (_, property) in properties {
            self.visit(
                (property, shape.base),
                (levels, hangs || !wraps),
                nesting - 1,
            );
        }
    }

    /// Adds what the answers of success hold, two levels down, whatever they are sent as. Where no
    /// schema names anything, examples show it.
    pub(crate) fn responses(&mut self, responses: Option<&'d Value>) {
        self.answers = true;
        let root = self.outlines.root;
        let success: Vec<_> = successes(root, responses).collect();
        for response in &success {
            self.content(root, response);
        }
        if self.names.is_empty() {
            for media in success.iter().flat_map(|response| media(root, response)) {
                self.examples(root, media);
            }
        }
    }

    /// Adds what each media type of a `content` holds, two levels down, whole or item by item.
    fn content(&mut self, root: &'d Value, of: &'d Value) {
        for schema in schemas(root, of) {
            self.schema(schema, 2);
        }
    }

    fn examples(&mut self, root: &'d Value, media: &'d Value) {
        let named = media.get("examples").and_then(Value::as_object);
        let named = named.into_iter().flat_map(Map::values);
        let named = named.filter_map(|example| reference::end(root, example)?.get("value"));
        for example in media.get("example").into_iter().chain(named) {
            self.shown(example, (2, false), NESTING);
        }
    }

    fn shown(&mut self, example: &'d Value, (levels, hangs): (usize, bool), nesting: usize) {
        self.visits += 1;
        if nesting == 0 || levels == 0 || self.visits > VISITS || self.names.len() >= NAMES {
            return;
        }
        match example {
            Value::Array(all) => {
                for one in all.iter().take(SHOWN) {
                    self.shown(one, (levels, hangs), nesting - 1);
                }
            }
            Value::Object(fields) => {
                let wraps = fields.len() <= WRAPPED;
                let levels = if wraps { levels } else { levels - 1 };
                for (name, value) in fields {
                    if !value.is_boolean() {
                        self.put(name, hangs);
                    }
                    if self.visits > VISITS {
                        return;
                    }
                    self.shown(value, (levels, hangs || !wraps), nesting - 1);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

/// The answers that agents are told of, and those whose status only begins like one of success.
fn successes<'d>(root: &'d Value, responses: Option<&'d Value>) -> impl Iterator<Item = &'d Value> {
    let told = output::successes(responses).into_iter();
    let all = responses.and_then(Value::as_object).into_iter().flatten();
    let other = all.filter(|(status, _)| status.starts_with('2') && output::rank(status).is_none());
    let other = other.map(|(_, response)| response);
    let success = told.map(|(_, response)| response).chain(other);
    success.filter_map(move |response| reference::end(root, response))
}

/// The media types of a `content`.
fn media<'d>(root: &'d Value, of: &'d Value) -> impl Iterator<Item = &'d Value> {
    let content = of.get("content").and_then(Value::as_object);
    let content = content.into_iter().flat_map(Map::values);
    content.filter_map(|media| reference::end(root, media))
}

/// What each media type of a `content` holds, whole or item by item.
fn schemas<'d>(root: &'d Value, of: &'d Value) -> impl Iterator<Item = &'d Value> {
    media(root, of).flat_map(|media| {
        let items = newer(media, ITEM_SCHEMA).map(|(_, schema)| schema);
        media.get("schema").into_iter().chain(items)
    })
}

/// Whether a property can hold what it is named after: whether there is a secret is none.
fn holds_a_value(property: &Value) -> bool {
    let kind = property
        .as_object()
        .and_then(|property| reference::member(property, "type"));
    kind.and_then(Value::as_str) != Some("boolean")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::Dialect;

    fn names(answer: &Value, media: &str) -> Vec<String> {
        let root = json!({"200": {"content": {media: {"schema": answer}}}});
        let mut outlines = Outlines::of_document(&root, Dialect::V31);
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
    fn a_name_that_begins_with_a_dot_hangs_on_nothing_by_that() {
        let answer = json!({"properties": {"name": {}, ".password": {}}});
        assert_eq!(names(&answer, "application/json"), ["name", "password"]);
    }

    #[test]
    fn whether_there_is_a_secret_is_none() {
        let answer = json!({"properties": {"secret": {"type": "boolean"}, "token": {}}});
        assert_eq!(names(&answer, "application/json"), ["token"]);
    }

    #[test]
    fn where_no_schema_says_what_comes_back_an_example_shows_it() {
        let answer = |media: Value| {
            let root = json!({"200": {"content": {"application/json": media}}});
            let mut outlines = Outlines::of_document(&root, Dialect::V31);
            let mut fields = Fields::of(&mut outlines);
            fields.responses(Some(&root));
            fields.finish()
        };
        let example = json!([{"name": "a", "psk": "b", "size": 1, "on": true}]);
        for media in [
            json!({"example": example}),
            json!({"examples": {"one": {"value": example}}}),
        ] {
            assert!(answer(media).contains(&"psk".to_owned()));
        }
        let schema = json!({"schema": {"properties": {"name": {}}}, "example": example});
        assert_eq!(answer(schema), ["name"]);
        let open = json!({"schema": {"type": "object"}, "example": {"recovery_codes": ["a"]}});
        assert_eq!(answer(open), ["recovery_codes"]);
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
            let mut outlines = Outlines::of_document(&value, Dialect::V31);
            assert_eq!(sends_a_list(&mut outlines, &value), expected, "{value}");
        }
    }

    #[test]
    fn a_list_that_a_dynamic_reference_leads_to_is_one_that_is_sent() {
        let thing = json!({"properties": {"text": {}}});
        let of = |target: Value| {
            let list = json!({"$dynamicAnchor": "rows", "type": "array", "items": thing});
            let media = json!({"application/json": {"schema": {"$dynamicRef": target}}});
            let root = json!({"components": {"schemas": {"Rows": list, "Own": {"$dynamicAnchor": "own", "$dynamicRef": "#own"}}},
                "requestBody": {"content": media}});
            let mut outlines = Outlines::of_document(&root, Dialect::V31);
            sends_a_list(&mut outlines, &root)
        };
        assert!(of(json!("#rows")));
        assert!(!of(json!("#own")) && !of(json!("#none")));
    }

    #[test]
    fn an_answer_of_any_media_type_is_looked_at() {
        for media in ["*/*", "application/xml", "text/json"] {
            let answer = json!({"properties": {"secret": {}}});
            assert_eq!(names(&answer, media), ["secret"], "{media}");
        }
    }
}
