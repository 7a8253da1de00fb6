//! A Google Discovery document becomes `OpenAPI` 3.0.
//!
//! Methods stand in resources inside resources; each has a path of its own. A path written with
//! `{+name}` takes a value that holds slashes, so the flat spelling beside it is used, in which
//! every segment is a variable; where one of these may hold slashes, too, nothing is sent. Schemas
//! are draft 3 and refer to each other by bare names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::{
    Converted, Converting,
    discovery_parameter::{Part, parameters, parts},
};
use crate::{
    notes::{At, Notes},
    origin::Origins,
    path::SEVERAL_SEGMENTS,
    paths::METHOD_TWICE,
};

/// Resources inside resources; nobody goes deeper.
const DEPTH: usize = 16;

/// Converts a document that names its `discoveryVersion`.
pub(crate) fn convert(mut root: Value, notes: &mut Notes) -> Converted {
    let mut cx = Converting {
        origins: Origins::default(),
        moved: HashMap::new(),
        notes,
    };
    let required = required(&root, cx.notes);
    if let Some(Value::Object(schemas)) = root.get_mut("schemas") {
        schemas.values_mut().for_each(modernise);
    }
    let mut paths = Map::new();
    let scopes = root.pointer("/auth/oauth2/scopes").cloned();
    if let Some(Value::Object(shared)) = root.get("parameters") {
        let names: Vec<&str> = shared.keys().map(String::as_str).collect();
        let text = format!(
            "parameters of every method are not arguments: {}",
            names.join(", ")
        );
        cx.notes.info(
            "shared_parameters_left_out",
            &At::Pointer("/parameters"),
            &text,
        );
    }
    collect(&mut root, &At::ROOT, 0, (&mut paths, &mut cx));
    let asked = ask(&mut paths, &required);
    for ((id, name), names) in required.iter().filter(|(key, _)| !asked.contains(key)) {
        let text = format!(
            "what {id:?} requires inside of its body is not asked for: {}",
            names.join(", ")
        );
        let at = At::Pointer("/schemas");
        cx.notes
            .info("required_inside_left_out", &at.key(name), &text);
    }
    if let Value::Object(members) = &mut root {
        let info = json!({
            "title": members.get("title").or(members.get("name")).cloned().unwrap_or_default(),
            "version": members.get("version").cloned().unwrap_or_default(),
            "description": members.get("description").cloned().unwrap_or_default(),
        });
        members.insert("info".to_owned(), info);
        cx.origins.add("/info", "");
        if let Some(address) = address(members) {
            members.insert("servers".to_owned(), json!([{ "url": address }]));
            let given = ["/rootUrl", "/baseUrl"].into_iter();
            let given = given.filter(|place| members.contains_key(&place[1..]));
            cx.origins
                .add_made("/servers", given.take(1).collect::<String>());
        }
        if let Some(scopes) = scopes {
            let flow = json!({ "scopes": scopes });
            let scheme = json!({ "type": "oauth2", "flows": { "authorizationCode": flow } });
            let components = json!({ "securitySchemes": { "oauth2": scheme } });
            members.insert("components".to_owned(), components);
            cx.origins
                .add_made("/components/securitySchemes/oauth2", "/auth/oauth2");
        }
        members.insert("paths".to_owned(), Value::Object(paths));
    }
    Converted {
        root,
        origins: cx.origins,
    }
}

/// The properties that a method requires of what it is sent, by its id and the schema's name.
type Required = BTreeMap<(String, String), Vec<String>>;

/// Reads `annotations.required`, which says of a property which methods require it.
fn required(root: &Value, notes: &mut Notes) -> Required {
    let mut required = Required::new();
    let mut deeper = false;
    let schemas = root.get("schemas").and_then(Value::as_object);
    for (name, schema) in schemas.into_iter().flatten() {
        let properties = schema.get("properties").and_then(Value::as_object);
        for (property, value) in properties.into_iter().flatten() {
            for id in asking(value)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
            {
                let key = (id.to_owned(), name.clone());
                required.entry(key).or_default().push(property.clone());
            }
            let parts = value.as_object().into_iter().flatten();
            deeper = deeper || parts.map(|(_, part)| part).any(is_asked_inside);
        }
    }
    if deeper {
        let text = "of properties inside of others, agents are not told which method requires them";
        notes.info("required_inside_left_out", &At::Pointer("/schemas"), text);
    }
    required
}

fn asking(property: &Value) -> Option<&Vec<Value>> {
    property.pointer("/annotations/required")?.as_array()
}

fn is_asked_inside(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(is_asked_inside),
        Value::Object(members) => asking(value).is_some() || members.values().any(is_asked_inside),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Asks for what each method requires, beside the schema that all methods share, and says for which
/// entries there was a body to ask in.
fn ask<'r>(
    paths: &mut Map<String, Value>,
    required: &'r Required,
) -> BTreeSet<&'r (String, String)> {
    let mut asked = BTreeSet::new();
    let items = paths.values_mut().filter_map(Value::as_object_mut);
    for operation in items.flat_map(Map::values_mut) {
        let id = operation["operationId"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let Some(body) = operation.get_mut("requestBody") else {
            continue;
        };
        let schema = &mut body["content"]["application/json"]["schema"];
        let name = schema["$ref"]
            .as_str()
            .and_then(|place| place.strip_prefix("#/schemas/"));
        let key = (id, name.unwrap_or_default().to_owned());
        if let Some((key, names)) = required.get_key_value(&key) {
            asked.insert(key);
            *schema = json!({ "allOf": [schema.take(), { "required": names }] });
            body["required"] = true.into();
        }
    }
    asked
}

fn address(members: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let whole = match text("rootUrl") {
        Some(root) => format!("{root}{}", text("servicePath").unwrap_or_default()),
        None => text("baseUrl")?.to_owned(),
    };
    Some(whole.trim_end_matches('/').to_owned())
}

/// Bare names become pointers; what only draft 3 says is taken away, or said as it is now.
pub(super) fn modernise(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(modernise),
        Value::Object(members) => {
            if let Some(Value::String(name)) = members.get_mut("$ref")
                && !name.contains(['#', '/'])
            {
                *name = format!("#/schemas/{name}");
            }
            if members.get("required").is_some_and(Value::is_boolean) {
                members.shift_remove("required");
            }
            if members.get("type").is_some_and(|kind| kind == "any") {
                members.shift_remove("type");
            }
            for name in ["enumDescriptions", "enumDeprecated"] {
                if members.get(name).is_some_and(Value::is_array) {
                    members.shift_remove(name);
                }
            }
            if members.get("id").is_some_and(Value::is_string) {
                members.shift_remove("id");
            }
            if members
                .get("annotations")
                .is_some_and(|a| a.get("required").is_some())
            {
                members.shift_remove("annotations");
            }
            let mut needed = Vec::new();
            for (name, member) in members.iter_mut() {
                // Any of these names may be that of a property too.
                if let Some(properties) = member.as_object_mut().filter(|_| name == "properties") {
                    let is_needed = |one: &Value| one.get("required") == Some(&Value::Bool(true));
                    let names = properties.iter().filter(|(_, one)| is_needed(one));
                    needed = names.map(|(name, _)| name.clone()).collect();
                    properties.values_mut().for_each(modernise);
                } else {
                    modernise(member);
                }
            }
            if !needed.is_empty() {
                members.insert("required".to_owned(), json!(needed));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Goes through the methods here and in the resources below.
fn collect(
    node: &mut Value,
    at: &At<'_>,
    depth: usize,
    (paths, cx): (&mut Map<String, Value>, &mut Converting<'_>),
) {
    if depth > DEPTH {
        cx.notes
            .error("resources_too_deep", at, "resources are nested too deeply");
        return;
    }
    if let Some(Value::Object(methods)) = node.get_mut("methods") {
        let at = at.key("methods");
        for (name, value) in methods {
            method(value, &at.key(name), (paths, cx));
        }
    }
    if let Some(Value::Object(resources)) = node.get_mut("resources") {
        let at = at.key("resources");
        for (name, value) in resources {
            collect(value, &at.key(name), depth + 1, (paths, cx));
        }
    }
}

fn method(
    value: &mut Value,
    at: &At<'_>,
    (paths, cx): (&mut Map<String, Value>, &mut Converting<'_>),
) {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let Some(path) = text("flatPath").or(text("path")) else {
        cx.notes.error(
            "method_without_path",
            at,
            "a method without a path is left out",
        );
        return;
    };
    let path = format!("/{}", path.trim_start_matches('/'));
    let verb = text("httpMethod").unwrap_or("GET").to_ascii_lowercase();
    let item = paths.entry(path.clone()).or_insert_with(|| json!({}));
    if item.get(&verb).is_some() {
        cx.notes.warning("operation_twice", at, METHOD_TWICE);
        return;
    }
    let place = At::Pointer("/paths");
    let place = place.key(&path);
    let here = place.key(&verb);
    cx.origins.add(here.to_string(), at.to_string());
    for (name, what) in [
        ("mediaUpload", "sending the content of a file with it"),
        ("supportsMediaDownload", "asking for the content itself"),
    ] {
        // Where nothing else is answered, the content itself is.
        let is_answer = name == "supportsMediaDownload" && value.get("response").is_none();
        let has = value.get(name).filter(|has| *has != &Value::Bool(false));
        if has.is_some() && !is_answer {
            let (there, text) = (here.key(name), format!("{what} goes by another way"));
            if name == "mediaUpload" && value.get("request").is_none() {
                let text = format!("{text}, which is not imported, and nothing else is sent");
                cx.notes.refuse("media_left_out", &there, &text);
            } else {
                let text = format!("{text}, which is left out");
                cx.notes.warning("media_left_out", &there, &text);
            }
        }
    }
    let parts = parts(value);
    let mut parts_of_many = parts.iter().filter(|part| part.piece.may_hold_slashes);
    if let Some(part) = parts_of_many.next() {
        let text = format!(
            "{SEVERAL_SEGMENTS}: {:?}, a part of {:?}",
            part.variable, part.of
        );
        cx.notes
            .refuse("path_unusable", &here.key("flatPath"), &text);
    }
    item[verb.as_str()] = operation(value, (&path, &parts), (&here, at), cx);
}

fn operation(
    value: &Value,
    of_path: (&str, &[Part<'_>]),
    (here, at): (&At<'_>, &At<'_>),
    cx: &mut Converting<'_>,
) -> Value {
    let id = value.get("id").and_then(Value::as_str).unwrap_or_default();
    let mut operation = json!({
        "operationId": id,
        "tags": id.rsplit_once('.').map(|(resource, _)| vec![resource]),
        "description": value.get("description").cloned().unwrap_or_default(),
        "deprecated": value.get("deprecated").cloned().unwrap_or(Value::Bool(false)),
        "parameters": parameters(value, of_path, (here, at), cx),
    });
    let mut origin = |now: &str, given: &str| {
        let (now, given) = (here.key(now).to_string(), at.key(given).to_string());
        cx.origins.add_made(now, given);
    };
    origin("operationId", "id");
    origin("tags", "id");
    if let Some(request) = value.get("request") {
        let content = json!({ "application/json": { "schema": named(request) } });
        operation["requestBody"] = json!({ "content": content });
        origin("requestBody", "request");
    }
    if let Some(response) = value.get("response") {
        let content = json!({ "application/json": { "schema": named(response) } });
        operation["responses"] = json!({ "200": { "description": "", "content": content } });
        origin("responses", "response");
    }
    if let Some(Value::Array(scopes)) = value.get("scopes") {
        // Any one of them lets a call in.
        operation["security"] = scopes
            .iter()
            .map(|scope| json!({ "oauth2": [scope] }))
            .collect();
        origin("security", "scopes");
    }
    operation
}

fn named(reference: &Value) -> Value {
    let mut reference = reference.clone();
    modernise(&mut reference);
    reference
}
