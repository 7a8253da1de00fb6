//! One saved request of a Postman collection.

use std::collections::HashMap;

use countersign_domain::media_type::is_json;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{Converting, postman::words};
use crate::{notes::At, path::names_in_braces};

/// How often a variable may stand for another one.
const ROUNDS: usize = 4;
/// The longest beginning of an address, in bytes.
const LONGEST: usize = 8_192;
/// Levels of a saved body that are looked at.
const LEVELS: usize = 12;

/// What a request is sent to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Host {
    /// Scheme and host.
    Known(String),
    /// A host as it was saved, in which a variable has no value.
    Open(String),
}

/// Where a request goes.
pub(super) struct Address {
    pub(super) host: Host,
    /// The path as a template.
    pub(super) path: String,
    query: Vec<(String, String)>,
    /// Its text and its pieces name two paths.
    pub(super) differs: bool,
}

/// Takes an address apart, whether it was saved as a text or in pieces.
pub(super) fn url(given: &Value, variables: &HashMap<String, String>) -> Address {
    let raw = given
        .as_str()
        .or_else(|| given.get("raw").and_then(Value::as_str))
        .map_or_else(|| joined(given), str::to_owned);
    let filled = fill(&raw, variables);
    let without = filled.split('#').next().unwrap_or_default();
    let (place, query) = without.split_once('?').unwrap_or((without, ""));
    let (host, path) = apart(place);
    Address {
        host,
        path: template(path),
        query: pairs(given, query),
        differs: given.get("path").is_some() && !ends_alike(&raw, &joined(given)),
    }
}

/// Whether the path of the one is the end of the other's, segment by segment: the address before it
/// may be cut in two ways.
fn ends_alike(raw: &str, joined: &str) -> bool {
    let [raw, joined] = [raw, joined].map(|text| {
        let place = text.split(['?', '#']).next().unwrap_or_default();
        apart(place).1.trim_matches('/')
    });
    let before = raw.strip_suffix(joined);
    before.is_some_and(|before| before.is_empty() || before.ends_with('/') && !joined.is_empty())
}

fn joined(given: &Value) -> String {
    // A segment may be an object that holds its text.
    let segment = |one: &Value| {
        let text = one.as_str().or_else(|| one.get("value")?.as_str());
        text.map(str::to_owned)
    };
    let list = |name: &str, with: &str| match given.get(name) {
        Some(Value::Array(parts)) => {
            let parts: Vec<String> = parts.iter().filter_map(segment).collect();
            parts.join(with)
        }
        Some(Value::String(text)) => text.clone(),
        Some(_) | None => String::new(),
    };
    let mut host = list("host", ".");
    let port = list("port", "");
    if !port.is_empty() {
        host = format!("{host}:{port}");
    }
    let scheme = given.get("protocol").and_then(Value::as_str);
    let scheme = scheme.map_or(String::new(), |scheme| format!("{scheme}://"));
    format!("{scheme}{host}/{}", list("path", "/"))
}

/// Puts values in the place of `{{variables}}` that have one. One in the path is an argument; only
/// the beginning is an address, and none where a password may stand in it.
fn fill(text: &str, variables: &HashMap<String, String>) -> String {
    let mut text = text.to_owned();
    for _ in 0..ROUNDS {
        let (head, rest) = text.split_at(end_of_host(&text));
        if head.contains('@') {
            break;
        }
        let Some(filled) = filled(head, variables) else {
            break;
        };
        text = filled + rest;
    }
    text
}

/// The beginning with its values, unless it becomes longer than any address.
fn filled(head: &str, variables: &HashMap<String, String>) -> Option<String> {
    let open = "{{".to_owned();
    let mut pieces = head.split(&open);
    let mut filled = pieces.next()?.to_owned();
    for piece in pieces {
        let named = piece.split_once("}}");
        let named = named.and_then(|(name, behind)| Some((variables.get(name)?, behind)));
        let (value, behind) = named.unwrap_or((&open, piece));
        filled.push_str(value);
        filled.push_str(behind);
        if filled.len() > LONGEST {
            return None;
        }
    }
    Some(filled)
}

/// Where the path begins. A variable at the beginning may hold some of it already.
fn end_of_host(text: &str) -> usize {
    // What stands behind a path, such as an address in the query, is no host.
    let scheme = text.find(['/', '?', '#']).filter(|at| {
        let (before, behind) = text.split_at(*at);
        before.ends_with(':') && behind.starts_with("//")
    });
    let start = scheme.map_or(0, |at| at + 2);
    let end = text[start..].find(['/', '?', '#']);
    let end = end.map_or(text.len(), |at| start + at);
    match text[..end].find("}}").filter(|_| text.starts_with("{{")) {
        Some(at) if !text[at + 2..].starts_with([':', '.']) => at + 2,
        Some(_) | None => end,
    }
}

/// The host and the path behind it. What has the same open variable has the same host, whatever the
/// scheme before it.
fn apart(place: &str) -> (Host, &str) {
    let (head, path) = place.split_at(end_of_host(place));
    let (scheme, host) = head.split_once("://").unwrap_or(("https", head));
    let host = if host.is_empty() || host.contains(['{', '}']) {
        Host::Open(host.to_owned())
    } else {
        Host::Known(format!("{scheme}://{host}"))
    };
    (host, path)
}

/// `/a/:id/{{other}}` becomes `/a/{id}/{other}`.
fn template(path: &str) -> String {
    let segments = path.trim_start_matches('/').split('/');
    let segments: Vec<String> = segments
        .map(|segment| match segment.strip_prefix(':') {
            Some(name) if !name.is_empty() => format!("{{{name}}}"),
            Some(_) | None => segment.replace("{{", "{").replace("}}", "}"),
        })
        .collect();
    format!("/{}", segments.join("/"))
}

/// Names and descriptions of query parameters; of saved values nothing is kept.
fn pairs(given: &Value, query: &str) -> Vec<(String, String)> {
    let described = given.get("query").and_then(Value::as_array);
    let mut pairs: Vec<(String, String)> = described
        .into_iter()
        .flatten()
        .map(|one| {
            (
                decoded(&words(one.get("key"))),
                words(one.get("description")),
            )
        })
        .collect();
    for pair in query.split('&') {
        let name = decoded(pair.split('=').next().unwrap_or_default());
        if !pairs.iter().any(|(known, _)| *known == name) {
            pairs.push((name, String::new()));
        }
    }
    let mut seen = std::collections::HashSet::new();
    pairs.retain(|(name, _)| !name.is_empty() && !name.contains('{') && seen.insert(name.clone()));
    pairs
}

/// A name as it is meant, which is encoded again when it is sent.
pub(super) fn decoded(name: &str) -> String {
    let name = name.replace('+', " ");
    percent_decode_str(&name).decode_utf8_lossy().into_owned()
}

/// The headers, by name, value and description, whether they were saved as a text or in pieces. One
/// that is switched off has no value.
pub(super) fn headers(request: &Value) -> Vec<[String; 3]> {
    match request.get("header") {
        Some(Value::String(text)) => {
            let lines = text.lines().filter_map(|line| line.split_once(':'));
            let trimmed = |part: &str| part.trim().to_owned();
            lines
                .map(|(name, value)| [trimmed(name), trimmed(value), String::new()])
                .collect()
        }
        Some(Value::Array(list)) => {
            let one = |one: &Value| {
                let is_off = one.get("disabled") == Some(&Value::Bool(true));
                let value = one.get("value").filter(|_| !is_off);
                [one.get("key"), value, one.get("description")].map(words)
            };
            list.iter().map(one).collect()
        }
        Some(_) | None => Vec::new(),
    }
}

/// The parameters of the path, the query and the headers.
pub(super) fn parameters(given: &Value, url: &Address) -> Vec<Value> {
    let one = |name: &str, place: &str, words: &str| {
        json!({"name": name, "in": place, "required": place == "path", "description": words,
            "schema": {"type": "string"}})
    };
    let in_path = names_in_braces(&url.path)
        .map(|name| one(name, "path", &of_variable(given, name, "description")));
    let mut all: Vec<Value> = in_path.collect();
    all.extend(
        url.query
            .iter()
            .map(|(name, words)| one(name, "query", words)),
    );
    for [name, _, words] in headers(given) {
        if !name.is_empty() {
            all.push(one(&name, "header", &words));
        }
    }
    all
}

/// What the collection says about a variable of the path: its description, or its value.
pub(super) fn of_variable(given: &Value, name: &str, what: &str) -> String {
    let list = given.pointer("/url/variable").and_then(Value::as_array);
    let mut list = list.into_iter().flatten();
    let found = list.find(|one| one.get("key").is_some_and(|key| key == name));
    words(found.and_then(|one| one.get(what)))
}

/// What lets the request in; its scheme is added to those of the collection.
pub(super) fn security(auth: &Value, schemes: &mut Map<String, Value>) -> Value {
    let kind = auth.get("type").and_then(Value::as_str).unwrap_or_default();
    let detail = |name: &str| match auth.get(kind) {
        Some(Value::Array(list)) => {
            let found = list
                .iter()
                .find(|one| one.get("key").is_some_and(|key| key == name));
            words(found.and_then(|one| one.get("value")))
        }
        Some(object) => words(object.get(name)),
        None => String::new(),
    };
    let scheme = match kind {
        "noauth" => return json!([]),
        "bearer" => json!({ "type": "http", "scheme": "bearer" }),
        "basic" => json!({ "type": "http", "scheme": "basic" }),
        "oauth2" => json!({ "type": "oauth2", "flows": {} }),
        "apikey" => {
            let place = if detail("in") == "query" {
                "query"
            } else {
                "header"
            };
            json!({ "type": "apiKey", "in": place, "name": detail("key") })
        }
        other => json!({ "type": "http", "scheme": other }),
    };
    let name = match scheme.get("name").and_then(Value::as_str) {
        Some(key) => format!("{kind} {key}"),
        None => kind.to_owned(),
    };
    schemes.insert(name.clone(), scheme);
    json!([{ name: [] }])
}

/// The body, with the types of the one that was saved.
pub(super) fn body(request: &Value, (at, cx): (&At<'_>, &mut Converting<'_>)) -> Option<Value> {
    let given = request
        .get("body")
        .filter(|body| body.get("disabled") != Some(&Value::Bool(true)))?;
    let declared = declared(request);
    let mode = given.get("mode").and_then(Value::as_str)?;
    let is_blank = |text: &str| text.trim().is_empty();
    if mode == "raw"
        && given
            .get("raw")
            .and_then(Value::as_str)
            .is_none_or(is_blank)
    {
        return None;
    }
    let (media, schema) = match mode {
        "raw" => raw(given, declared),
        "urlencoded" => (
            "application/x-www-form-urlencoded".to_owned(),
            fields(given, mode),
        ),
        "formdata" => ("multipart/form-data".to_owned(), fields(given, mode)),
        "file" => (
            declared.unwrap_or_else(|| "application/octet-stream".to_owned()),
            json!({ "type": "string", "format": "binary" }),
        ),
        "graphql" => (
            "application/json".to_owned(),
            json!({"type": "object", "required": ["query"], "properties": {
                "query": {"type": "string"}, "variables": {"type": "object"}}}),
        ),
        _ => {
            let text = format!("a body of the mode {mode:?} is left out");
            cx.notes
                .warning("body_mode_unknown", &at.key("request"), &text);
            return None;
        }
    };
    Some(json!({ "content": { media: { "schema": schema } } }))
}

/// The media type that the request's own headers name.
fn declared(request: &Value) -> Option<String> {
    let of_body = |name: &str| name.eq_ignore_ascii_case("content-type");
    let mut headers = headers(request).into_iter();
    let [_, media, _] = headers.find(|[name, value, _]| of_body(name) && !value.is_empty())?;
    (media.contains('/') && !media.contains("{{")).then_some(media)
}

fn raw(given: &Value, declared: Option<String>) -> (String, Value) {
    let text = given.get("raw").and_then(Value::as_str).unwrap_or_default();
    let language = given
        .pointer("/options/raw/language")
        .and_then(Value::as_str);
    let saved = serde_json::from_str::<Value>(text).ok();
    let media = declared.unwrap_or_else(|| {
        let media = match (language, &saved) {
            (Some("json"), _) | (None, Some(_)) => "application/json",
            (Some("xml"), _) => "application/xml",
            (Some("html"), _) => "text/html",
            (Some("javascript"), _) => "application/javascript",
            _ => "text/plain",
        };
        media.to_owned()
    });
    let schema = match saved {
        Some(saved) if is_json(&media) => shape(&saved, LEVELS),
        // Variables in the middle of it make it no JSON; then it may be anything.
        None if is_json(&media) => json!({}),
        _ => json!({ "type": "string" }),
    };
    (media, schema)
}

/// The types of a saved value, and none of its content.
fn shape(saved: &Value, levels: usize) -> Value {
    match saved {
        Value::String(_) => json!({ "type": "string" }),
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Number(_) => json!({ "type": "number" }),
        Value::Array(items) => match items.first() {
            Some(first) if levels > 0 => {
                json!({"type": "array", "items": shape(first, levels - 1)})
            }
            Some(_) | None => json!({ "type": "array" }),
        },
        Value::Object(members) if levels > 0 => {
            let properties: Map<String, Value> = members
                .iter()
                .map(|(name, value)| (name.clone(), shape(value, levels - 1)))
                .collect();
            json!({ "type": "object", "properties": properties })
        }
        Value::Object(_) => json!({ "type": "object" }),
        Value::Null => json!({}),
    }
}

fn fields(given: &Value, mode: &str) -> Value {
    let list = given.get(mode).and_then(Value::as_array);
    let mut properties = Map::new();
    for field in list.into_iter().flatten() {
        let name = words(field.get("key"));
        let mut schema =
            json!({ "type": "string", "description": words(field.get("description")) });
        if field.get("type").is_some_and(|kind| kind == "file") {
            schema["format"] = "binary".into();
        }
        if !name.is_empty() {
            properties.insert(name, schema);
        }
    }
    json!({ "type": "object", "properties": properties })
}
