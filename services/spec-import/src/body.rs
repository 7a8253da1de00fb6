//! The request body: which media type is sent, and how it is written.

use countersign_domain::operation::{Body, BodyKind, Method, PartEncoding, Style};
use serde_json::{Map, Value, json};

use crate::{
    arguments::Arguments, notes::At, operation::Reading, parameter, reference, schema::Links,
};

const BINARY: &str = "application/octet-stream";

/// Reads `requestBody` and adds the argument `body`.
pub(crate) fn read<'d>(
    cx: &mut Reading<'_, 'd>,
    operation: &'d Value,
    method: Method,
    arguments: &mut Arguments,
) -> Option<Body> {
    let given = operation
        .get("requestBody")
        .filter(|body| !body.is_null())?;
    let place = format!("{}/requestBody", cx.pointer);
    let (given, pointer) = match reference::follow(cx.root, given, place.clone()) {
        Ok(found) => found,
        Err(bad) => {
            cx.refuse(
                bad.code(),
                &place,
                &format!("of the body, {}", bad.reason()),
            );
            return None;
        }
    };
    let required = given.get("required") == Some(&Value::Bool(true));
    let Some(content) = given
        .get("content")
        .and_then(Value::as_object)
        .filter(|c| !c.is_empty())
    else {
        cx.lose(
            "body_without_content",
            &pointer,
            "the body, which has no media type,",
            required,
        );
        return None;
    };
    let Some((kind, media, value)) = choose(content) else {
        let media: Vec<&str> = content.keys().map(String::as_str).take(6).collect();
        let reason = format!(
            "its body can only be sent as {}, which is not written yet",
            media.join(", ")
        );
        cx.refuse("body_media_unsupported", &pointer, &reason);
        return None;
    };
    let schema = value.get("schema");
    if matches!(method, Method::Get | Method::Delete | Method::Head) {
        if !required && schema.is_some_and(is_empty_object) {
            cx.notes.info(
                "body_empty",
                &pointer,
                "the body has no properties and is not sent",
            );
            return None;
        }
        let text = format!("a {method} request with a body; some servers ignore it");
        cx.notes.info("body_on_get", &pointer, &text);
    }
    if content.len() > 1 {
        let text = format!("of {} media types, {media:?} is used", content.len());
        cx.notes.info("body_media_chosen", &pointer, &text);
    }
    let at = At::Pointer(&pointer);
    let at = at.key("content");
    let at = at.key(media);
    let (schema, links) = body_schema(cx, kind, schema, &at)?;
    let encoding = encoding(cx, kind, value, &at);
    let schema = described(schema, given);
    arguments.add("body", schema, links, required);
    Some(Body {
        required,
        media_type: sent_as(media, kind),
        kind,
        encoding,
    })
}

fn body_schema(
    cx: &mut Reading<'_, '_>,
    kind: BodyKind,
    schema: Option<&Value>,
    at: &At<'_>,
) -> Option<(Value, Links)> {
    let schema = match (kind, schema) {
        (BodyKind::Binary, _) => {
            let schema = json!({
                "type": "string",
                "contentEncoding": "base64",
                "description": "The bytes to send, in base64.",
            });
            return Some((schema, Links::default()));
        }
        (BodyKind::Text, None) => return Some((json!({ "type": "string" }), Links::default())),
        (_, None) => {
            cx.notes.warning(
                "body_without_schema",
                at,
                "the body has no schema; any value is allowed",
            );
            return Some((json!({}), Links::default()));
        }
        (_, Some(schema)) => schema,
    };
    if matches!(kind, BodyKind::Form | BodyKind::Multipart) && !may_be_object(cx.root, schema) {
        cx.refuse(
            "form_not_an_object",
            at,
            "its form body is not an object, so it has no fields",
        );
        return None;
    }
    Some(
        cx.definitions
            .inline(schema, &at.key("schema"), &mut cx.notes),
    )
}

/// The body's own description, where its schema has none.
fn described(mut schema: Value, body: &Value) -> Value {
    let words = body
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if let Value::Object(members) = &mut schema
        && !words.is_empty()
        && !members.contains_key("description")
    {
        let words = countersign_domain::text::strip(words, 1_024);
        members.insert("description".to_owned(), words.into());
    }
    schema
}

/// JSON before +json, form, multipart, bytes and text.
fn choose(content: &Map<String, Value>) -> Option<(BodyKind, &str, &Value)> {
    content
        .iter()
        .filter_map(|(media, value)| {
            let (rank, kind) = kind_of(media, value)?;
            Some((rank, kind, media.as_str(), value))
        })
        .min_by_key(|(rank, ..)| *rank)
        .map(|(_, kind, media, value)| (kind, media, value))
}

fn kind_of(media: &str, value: &Value) -> Option<(u8, BodyKind)> {
    let essence = essence(media);
    let format = value.pointer("/schema/format").and_then(Value::as_str);
    Some(match essence.as_str() {
        "application/json" => (0, BodyKind::Json),
        // A list of changes, which an object is not: Kubernetes offers both under one schema.
        "application/json-patch+json" => (2, BodyKind::Json),
        _ if is_json(media) => (1, BodyKind::Json),
        "application/x-www-form-urlencoded" => (3, BodyKind::Form),
        "multipart/form-data" => (4, BodyKind::Multipart),
        BINARY => (5, BodyKind::Binary),
        // Base64 is what goes over the wire here, so it is text.
        _ if is_bytes(&essence) && format == Some("byte") => (6, BodyKind::Text),
        _ if is_bytes(&essence) => (6, BodyKind::Binary),
        "*/*" | "application/*" if format == Some("binary") => (7, BodyKind::Binary),
        "*/*" | "application/*" => (7, BodyKind::Json),
        other if other.starts_with("text/") && !other.ends_with('*') && other != "text/xml" => {
            (8, BodyKind::Text)
        }
        _ => return None,
    })
}

/// `application/json; charset=utf-8` is `application/json`.
fn essence(media: &str) -> String {
    media
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// Whether a media type is JSON or built on it.
pub(crate) fn is_json(media: &str) -> bool {
    let essence = essence(media);
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// The JSON entry of a `content` object, or its first.
pub(crate) fn prefer_json(content: &Map<String, Value>) -> Option<(&String, &Value)> {
    content
        .iter()
        .find(|(media, _)| is_json(media))
        .or_else(|| content.iter().next())
}

fn is_bytes(essence: &str) -> bool {
    let kinds = ["image/", "audio/", "video/"];
    let files = [
        "application/zip",
        "application/gzip",
        "application/pdf",
        "application/x-tar",
    ];
    (kinds.iter().any(|kind| essence.starts_with(kind))
        && !essence.ends_with('*')
        && !essence.ends_with("+xml"))
        || files.contains(&essence)
}

/// A wildcard cannot be sent.
fn sent_as(media: &str, kind: BodyKind) -> String {
    let plain = media.bytes().all(|b| b.is_ascii_graphic() || b == b' ') && media.len() <= 200;
    match kind {
        _ if plain && !media.contains('*') => media.to_owned(),
        BodyKind::Binary => BINARY.to_owned(),
        BodyKind::Json => "application/json".to_owned(),
        BodyKind::Form | BodyKind::Multipart | BodyKind::Text => essence(media),
    }
}

/// An object whose properties are listed, and there are none.
fn is_empty_object(schema: &Value) -> bool {
    const MORE: [&str; 8] = [
        "$ref",
        "allOf",
        "anyOf",
        "oneOf",
        "enum",
        "items",
        "patternProperties",
        "additionalProperties",
    ];
    let Some(members) = schema.as_object() else {
        return false;
    };
    members.get("type").is_none_or(|name| name == "object")
        && members
            .get("properties")
            .and_then(Value::as_object)
            .is_some_and(Map::is_empty)
        && !MORE
            .iter()
            .any(|keyword| members.get(*keyword).is_some_and(|value| value != false))
}

fn may_be_object(root: &Value, schema: &Value) -> bool {
    let Ok((schema, _)) = reference::follow(root, schema, String::new()) else {
        return true;
    };
    match schema.get("type") {
        Some(Value::String(name)) => name == "object",
        Some(Value::Array(names)) => names.iter().any(|name| name == "object"),
        _ => true,
    }
}

/// How each property of a form is written, where that is not the default.
fn encoding(
    cx: &mut Reading<'_, '_>,
    kind: BodyKind,
    media: &Value,
    at: &At<'_>,
) -> Vec<PartEncoding> {
    if !matches!(kind, BodyKind::Form | BodyKind::Multipart) {
        return Vec::new();
    }
    let mut parts: Vec<PartEncoding> = Vec::new();
    let given = media.get("encoding").and_then(Value::as_object);
    for (property, value) in given.into_iter().flatten() {
        let named = value.get("style").and_then(Value::as_str);
        let style = named.and_then(parameter::read_style);
        if named.is_some() && style.is_none() {
            let at = at.key("encoding");
            cx.notes.warning(
                "style_unknown",
                &at.key(property),
                "the style does not exist; the default is used",
            );
        }
        let style = style.unwrap_or(Style::Form);
        parts.push(PartEncoding {
            property: property.clone(),
            style,
            explode: parameter::explode(style, value.get("explode")),
            content_type: part_type(value),
        });
    }
    if kind == BodyKind::Multipart {
        for property in binary_properties(cx.root, media.get("schema")) {
            match parts.iter_mut().find(|part| part.property == property) {
                Some(part) => {
                    part.content_type = part.content_type.take().or(Some(BINARY.to_owned()));
                }
                None => parts.push(PartEncoding {
                    property,
                    style: Style::Form,
                    explode: true,
                    content_type: Some(BINARY.to_owned()),
                }),
            }
        }
    }
    parts
}

/// The first of several allowed media types; a wildcard says nothing.
fn part_type(encoding: &Value) -> Option<String> {
    let first = encoding
        .get("contentType")?
        .as_str()?
        .split(',')
        .next()?
        .trim();
    let fits = first.bytes().all(|b| b.is_ascii_graphic() || b == b' ') && !first.contains('*');
    (fits && first.contains('/') && first.len() <= 120).then(|| first.to_owned())
}

/// Properties whose values are bytes, or lists of bytes.
fn binary_properties(root: &Value, schema: Option<&Value>) -> Vec<String> {
    let resolve = |value| {
        reference::follow(root, value, String::new())
            .ok()
            .map(|found| found.0)
    };
    let is_binary = |value: &Value| value.get("format").is_some_and(|format| format == "binary");
    let Some(schema) = schema.and_then(resolve) else {
        return Vec::new();
    };
    let branches = schema
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    branches
        .filter_map(resolve)
        .chain([schema])
        .filter_map(|part| part.get("properties").and_then(Value::as_object))
        .flatten()
        .filter(|(_, property)| {
            resolve(property).is_some_and(|property| {
                let items = property.get("items").and_then(resolve);
                is_binary(property) || items.is_some_and(is_binary)
            })
        })
        .map(|(name, _)| name.clone())
        .collect()
}
