//! Parameters of Swagger 2.0: those that stay parameters, and those that are a body.

use countersign_domain::operation::Style;
use serde_json::{Map, Value, json};

use super::{
    Converting,
    swagger::{Shared, resolve},
};
use crate::notes::At;

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";
/// Lost parts of a body that are told one by one.
const TOLD: usize = 20;
/// What a parameter says of itself; everything else in it is its schema.
const OF_PARAMETER: [&str; 11] = [
    "name",
    "in",
    "description",
    "required",
    "allowEmptyValue",
    "collectionFormat",
    "schema",
    "content",
    "style",
    "explode",
    "$ref",
];

/// A parameter that is part of the body.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    value: Value,
    /// Where it stood in the document.
    pointer: String,
    /// Where it stands.
    place: String,
}

impl Taken {
    /// Says whether it takes the place of one that the path gives.
    pub(super) fn replaces(&self, other: &Self) -> bool {
        let identity = |one: &Self| (one.text("in").to_owned(), one.text("name").to_owned());
        self.is_body() && other.is_body() || identity(self) == identity(other)
    }

    fn text(&self, member: &str) -> &str {
        self.value
            .get(member)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn is_body(&self) -> bool {
        self.text("in") == "body"
    }

    fn is_file(&self) -> bool {
        self.text("type") == "file"
    }

    /// Whether it is a list of files.
    fn has_files(&self) -> bool {
        let of_items = self.value.pointer("/items/type");
        self.text("type") == "array" && of_items.is_some_and(|kind| kind == "file")
    }

    fn is_required(&self) -> bool {
        self.value.get("required") == Some(&Value::Bool(true))
    }
}

/// Converts the parameters of a path or an operation in place and takes out those that are part of the body.
pub(super) fn take(
    members: &mut Map<String, Value>,
    shared: &Shared,
    at: &At<'_>,
    cx: &mut Converting<'_>,
) -> Vec<Taken> {
    let Some(Value::Array(items)) = members.get_mut("parameters") else {
        return Vec::new();
    };
    let mut taken = Vec::new();
    let mut kept = Vec::with_capacity(items.len());
    for (index, mut item) in std::mem::take(items).into_iter().enumerate() {
        let place = at.index(index);
        let meant = resolve(&item, shared);
        let kind = meant.get("in").and_then(Value::as_str).unwrap_or_default();
        if matches!(kind, "body" | "formData") {
            taken.push(Taken {
                value: meant.clone(),
                pointer: cx.origins.place(&place.to_string()),
                place: place.to_string(),
            });
            continue;
        }
        let now = at.index(kept.len());
        if kept.len() != index {
            let given = cx.origins.place(&place.to_string());
            cx.origins.add(now.to_string(), given);
        }
        convert(&mut item, &now, cx);
        kept.push(item);
    }
    *items = kept;
    taken
}

/// Gives a parameter a schema, a style and an explode.
pub(super) fn convert(value: &mut Value, at: &At<'_>, cx: &mut Converting<'_>) {
    let Some(members) = value.as_object_mut() else {
        return;
    };
    let kind = members
        .get("in")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if matches!(kind, "body" | "formData") || members.contains_key("$ref") {
        return;
    }
    let is_query = kind == "query";
    if members.contains_key("schema") {
        return;
    }
    let mut schema = schema(members);
    if members.get("type").is_some_and(|kind| kind == "array") {
        let (style, explode) = collection((members, &mut schema), (is_query, false), at, cx);
        members.insert("style".to_owned(), style.into());
        members.insert("explode".to_owned(), explode.into());
    }
    members.retain(|name, _| OF_PARAMETER.contains(&name.as_str()) || name.starts_with("x-"));
    members.insert("schema".to_owned(), schema);
    let given = cx.origins.place(&at.to_string());
    cx.origins.add(at.key("schema").to_string(), given);
}

/// Everything that is not about the parameter is about its values.
fn schema(members: &Map<String, Value>) -> Value {
    members
        .iter()
        .filter(|(name, _)| !OF_PARAMETER.contains(&name.as_str()) && !name.starts_with("x-"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// What `collectionFormat` means as style and explode; without one, values are joined by commas.
/// A list of one value is written the same in every format, so where a format cannot be written,
/// one value is what the schema allows.
fn collection(
    (members, schema): (&Map<String, Value>, &mut Value),
    (in_query, is_field): (bool, bool),
    at: &At<'_>,
    cx: &mut Converting<'_>,
) -> (&'static str, bool) {
    let plain = if in_query { "form" } else { "simple" };
    let format = members.get("collectionFormat").and_then(Value::as_str);
    inner(schema, is_field, at, cx);
    match (format.unwrap_or("csv"), in_query) {
        ("csv", _) => (plain, false),
        ("multi", true) => ("form", true),
        ("ssv", true) => ("spaceDelimited", false),
        ("pipes", true) => ("pipeDelimited", false),
        (other, _) => {
            let text = format!(
                "lists joined as {other:?} are not written here; a list of one value is allowed"
            );
            let place = at.key("collectionFormat");
            cx.notes.warning("collection_format_lost", &place, &text);
            if let Value::Object(schema) = schema {
                schema.insert("maxItems".to_owned(), 1.into());
            }
            (plain, false)
        }
    }
}

/// Where lists in a list cannot be joined as they are to be, each has one value: that is written the
/// same in every format, and is what the outer list is asked for.
fn inner(list: &mut Value, is_field: bool, at: &At<'_>, cx: &mut Converting<'_>) {
    let is_list = |list: &Value| list.get("type").is_some_and(|kind| kind == "array");
    let Some(items) = list.get_mut("items").filter(|items| is_list(items)) else {
        return;
    };
    let is_deeper = items.get("items").is_some_and(is_list);
    if !is_field && !is_deeper && style_of_items(items).is_some() {
        return;
    }
    let text =
        "lists in lists are not joined here as they are to be; each is asked for as one value";
    let place = at.key("items");
    cx.notes.warning("collection_format_inner", &place, text);
    while is_list(items) {
        *items = items.get("items").cloned().unwrap_or_else(|| json!({}));
    }
}

/// How a list in a list is joined: without a `collectionFormat`, by commas.
pub(crate) fn style_of_items(items: &Value) -> Option<Style> {
    match items
        .get("collectionFormat")
        .map_or(Some("csv"), Value::as_str)?
    {
        "csv" => Some(Style::Form),
        "ssv" => Some(Style::SpaceDelimited),
        "pipes" => Some(Style::PipeDelimited),
        _ => None,
    }
}

/// Makes a request body of the parameters that are one.
pub(super) fn body(
    taken: Vec<Taken>,
    consumes: &[String],
    at: &At<'_>,
    cx: &mut Converting<'_>,
) -> Option<Value> {
    let place = at.key("requestBody").to_string();
    let (mut bodies, mut fields): (Vec<Taken>, Vec<Taken>) =
        taken.into_iter().partition(Taken::is_body);
    let mut lost = bodies.split_off(bodies.len().min(1));
    if !bodies.is_empty() {
        lost.append(&mut fields);
    }
    // The first that is required turns the operation off.
    let refused = lost.iter().position(Taken::is_required);
    for (index, one) in lost.iter().enumerate() {
        if index >= TOLD && refused != Some(index) {
            continue;
        }
        // Another parameter may stand in its place by now.
        let there = At::Pointer(&place);
        let there = there.key("also");
        let there = there.index(index).to_string();
        cx.origins.add_made(there.clone(), one.pointer.clone());
        let what = format!(
            "a request has one body, and {:?} beside it",
            one.text("name")
        );
        if one.is_required() {
            let text = format!("{what} is required and cannot be sent");
            if refused == Some(index) {
                cx.notes.refuse("body_twice", &there, &text);
            } else {
                cx.notes.warning("body_twice", &there, &text);
            }
        } else {
            let text = format!("{what} is left out");
            cx.notes.warning("body_twice", &there, &text);
        }
    }
    if lost.len() > TOLD {
        let text = format!(
            "of {} parts of its body that are lost, the first are listed",
            lost.len()
        );
        cx.notes.warning("body_twice", &place, &text);
    }
    if let Some(body) = bodies.into_iter().next() {
        return Some(whole(body, consumes, &place, cx));
    }
    (!fields.is_empty()).then(|| form(&fields, consumes, &place, cx))
}

/// A body that one schema describes.
fn whole(body: Taken, consumes: &[String], place: &str, cx: &mut Converting<'_>) -> Value {
    let required = body.is_required();
    let description = body.text("description").to_owned();
    let pointer = body.pointer;
    let schema = match body.value {
        Value::Object(mut members) => members.shift_remove("schema").unwrap_or_else(|| json!({})),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            json!({})
        }
    };
    let mut content = Map::new();
    let default = ["application/json".to_owned()];
    let media = if consumes.is_empty() {
        &default[..]
    } else {
        consumes
    };
    cx.origins.add(place, pointer.clone());
    let there = At::Pointer(place);
    let there = there.key("content");
    cx.origins.add_made(there.to_string(), pointer.clone());
    for one in media {
        let now = there.key(one).key("schema").to_string();
        let moved = cx.moved.entry(format!("{}/schema", body.place));
        moved.or_insert_with(|| now.clone());
        cx.origins.add(now, format!("{pointer}/schema"));
        content.insert(one.clone(), json!({ "schema": schema }));
    }
    json!({ "description": description, "required": required, "content": content })
}

/// A body that is a form, a property for each field.
fn form(fields: &[Taken], consumes: &[String], place: &str, cx: &mut Converting<'_>) -> Value {
    let says = |media: &str| consumes.iter().any(|one| one.starts_with(media));
    let has_file = fields.iter().any(|one| one.is_file() || one.has_files());
    let media = if has_file || (says(MULTIPART) && !says(FORM)) {
        MULTIPART
    } else {
        FORM
    };
    let (mut properties, mut required, mut encoding) = (Map::new(), Vec::new(), Map::new());
    let pointer = At::Pointer(place);
    cx.origins.add_made(
        place,
        fields[0]
            .pointer
            .trim_end_matches(|c| c != '/')
            .trim_end_matches('/'),
    );
    for field in fields {
        let Some(members) = field.value.as_object() else {
            continue;
        };
        let name = field.text("name").to_owned();
        let mut schema = schema(members);
        let there = pointer.key("content");
        let there = there.key(media);
        let there = there.key("schema");
        let there = there.key("properties");
        let there = there.key(&name);
        cx.origins.add(there.to_string(), field.pointer.clone());
        if field.is_file() {
            schema = json!({ "type": "string", "format": "binary" });
        } else if field.has_files() {
            schema["items"] = json!({ "type": "string", "format": "binary" });
        } else if members.get("type").is_some_and(|kind| kind == "array") {
            let (style, explode) = collection((members, &mut schema), (true, true), &there, cx);
            encoding.insert(name.clone(), json!({ "style": style, "explode": explode }));
        }
        if let (Some(words), Value::Object(schema)) = (members.get("description"), &mut schema) {
            schema.insert("description".to_owned(), words.clone());
        }
        if field.is_required() {
            required.push(name.clone());
        }
        properties.insert(name, schema);
    }
    let is_required = !required.is_empty();
    let mut schema = json!({ "type": "object", "properties": properties });
    if is_required {
        schema["required"] = json!(required);
    }
    json!({
        "required": is_required,
        "content": { media: { "schema": schema, "encoding": encoding } },
    })
}
