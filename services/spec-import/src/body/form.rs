//! How the properties of a form are written, and which of them are bytes.

use countersign_domain::{
    media_type::{self, essence, is_json, is_text, is_well_formed},
    operation::{BodyKind, PartEncoding, Style},
    text,
};
use serde_json::{Map, Value, json};

use super::media::BINARY;
use crate::{document::Dialect, notes::At, operation::Reading, parameter, reference};

/// What says nothing about which values fit.
const ANNOTATIONS: [&str; 9] = [
    "title",
    "description",
    "example",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "externalDocs",
    "$comment",
];
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// How each property of a form body is written, where that is not the default.
pub(super) fn encoding(
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
    let home = at.key("encoding");
    for (property, value) in given.into_iter().flatten() {
        let part = part(cx, (kind, property), value, &home.key(property));
        parts.push(part);
    }
    if kind == BodyKind::Multipart {
        for (property, schema) in declared(cx.root, media.get("schema")) {
            let part = parts.iter_mut().find(|part| part.property == *property);
            if is_in_base64(cx, schema) {
                if let Some(part) = part {
                    send_as_text(cx, part, &home.key(property));
                }
                continue;
            }
            let Some(media) = default_type(cx, schema) else {
                continue;
            };
            match part {
                Some(part) => part.content_type = part.content_type.take().or(Some(media)),
                None => parts.push(PartEncoding {
                    property: property.clone(),
                    style: Style::Form,
                    explode: true,
                    content_type: Some(media),
                }),
            }
        }
    }
    parts
}

/// Since `OpenAPI` 3.1 a text that is declared to be in base64 is in base64 when it is sent, too.
fn is_in_base64(cx: &Reading<'_, '_>, schema: &Value) -> bool {
    let is_encoded = |one: &Value| one.get("contentEncoding").is_some();
    cx.definitions.dialect == Dialect::V31 && resolve(cx.root, schema).is_some_and(is_encoded)
}

/// Bytes of a media type would be taken out of their base64.
fn send_as_text(cx: &mut Reading<'_, '_>, part: &mut PartEncoding, at: &At<'_>) {
    let bytes = in_base64(BodyKind::Multipart, std::slice::from_ref(part));
    if !bytes.is_empty()
        && let Some(media) = part.content_type.take()
    {
        let media = text::strip(&media, 80);
        let text = format!(
            "the part {:?} is a text in base64 and is sent as that, without the type {media}",
            part.property
        );
        let at = at.key("contentType");
        cx.notes.warning("part_headers_left_out", &at, &text);
    }
}

/// The media type of a part for which none is given: that of its content, or that of bytes, which
/// since `OpenAPI` 3.1 is also that of a property about which nothing is said.
fn default_type(cx: &Reading<'_, '_>, schema: &Value) -> Option<String> {
    let (root, bytes) = (cx.root, || Some(BINARY.to_owned()));
    let is_annotation = |key: &String| key.starts_with("x-") || ANNOTATIONS.contains(&&**key);
    let says_nothing = |one: &Value| {
        let members = one.as_object();
        members.is_some_and(|members| members.keys().all(is_annotation))
    };
    if cx.definitions.dialect == Dialect::V31 && resolve(root, schema).is_some_and(says_nothing) {
        return bytes();
    }
    let is_bytes = is_bytes(root, schema, 4);
    is_bytes
        .then(|| content_type(root, schema, 4))
        .and_then(|media| media.or_else(bytes))
}

/// The media type that the content of a text, or of each text of a list, is said to have.
fn content_type(root: &Value, schema: &Value, levels: u8) -> Option<String> {
    let (schema, levels) = (resolve(root, schema)?, levels.checked_sub(1)?);
    let named = schema.get("contentMediaType").and_then(Value::as_str);
    let fits = |media: &&str| is_raw(media) && is_well_formed(media) && media.len() <= 120;
    let of_items = || content_type(root, schema.get("items")?, levels);
    named.filter(fits).map(str::to_owned).or_else(of_items)
}

/// `OpenAPI` 3.1 names the media type of bytes that are not encoded.
fn is_raw(media: &str) -> bool {
    !is_text(media) && !is_json(media) && !media.contains('*')
}

fn part(
    cx: &mut Reading<'_, '_>,
    (kind, property): (BodyKind, &str),
    value: &Value,
    at: &At<'_>,
) -> PartEncoding {
    let named = value.get("style").and_then(Value::as_str);
    let style = named.and_then(parameter::read_style);
    let style = style.filter(|style| *style != Style::Cookie);
    if named.is_some() && style.is_none() {
        let text = "the style does not exist; the default is used";
        cx.notes.warning("style_unknown", at, text);
    }
    if kind == BodyKind::Multipart {
        headers(cx, property, value.get("headers"), &at.key("headers"));
    }
    if value.get("allowReserved") == Some(&Value::Bool(true)) {
        let text = "reserved characters are always encoded in a form";
        let at = at.key("allowReserved");
        cx.notes.info("allow_reserved_left_out", &at, text);
    }
    let style = style.unwrap_or(Style::Form);
    let (style, explode) = if kind == BodyKind::Form || style_counts_in_parts(cx, style) {
        (style, parameter::explode(style, value.get("explode")))
    } else {
        (Style::Form, true)
    };
    // A style that is written down is meant, and a media type beside it is not.
    let styled = kind == BodyKind::Form && (named.is_some() || value.get("explode").is_some());
    PartEncoding {
        property: property.to_owned(),
        style,
        explode,
        content_type: part_type(value).filter(|media| is_json(media) || !styled),
    }
}

/// Agents cannot give the headers of a part; those that say what it is are ours to set.
fn headers(cx: &mut Reading<'_, '_>, property: &str, given: Option<&Value>, at: &At<'_>) {
    for (name, header) in given.and_then(Value::as_object).into_iter().flatten() {
        let ours = ["content-type", "content-disposition"];
        if !ours.iter().any(|one| name.eq_ignore_ascii_case(one)) {
            let at = at.key(name);
            let header = resolve(cx.root, header).unwrap_or(header);
            let required = cx.flag(header, "required", &at);
            let what = format!("the header {name:?} of the part {property:?}");
            cx.lose("part_headers_left_out", &at, &what, required);
        }
    }
}

/// `OpenAPI` 3.0 ignores the style of a part of a multipart body; 3.1 does not, and a list of
/// Swagger has its `collectionFormat` there too. Nobody writes `deepObject` without meaning it.
fn style_counts_in_parts(cx: &Reading<'_, '_>, style: Style) -> bool {
    style == Style::DeepObject
        || cx.definitions.dialect == Dialect::V31
        || cx.root.get("swagger").is_some()
}

/// The properties that are asked for in base64.
pub(super) fn in_base64(kind: BodyKind, parts: &[PartEncoding]) -> Vec<&str> {
    parts
        .iter()
        .filter(|part| kind == BodyKind::Multipart && part.style != Style::DeepObject)
        .filter(|part| {
            part.content_type
                .as_deref()
                .is_some_and(media_type::is_bytes)
        })
        .map(|part| part.property.as_str())
        .collect()
}

/// Bytes without any schema, as `OpenAPI` 3.1 has them, are given as a text.
pub(super) fn as_texts(schema: &mut Value, names: &[&str]) {
    for name in names {
        let property = schema
            .get_mut("properties")
            .and_then(|all| all.get_mut(*name))
            .and_then(Value::as_object_mut);
        if let Some(property) = property
            && !["type", "$ref", "anyOf", "oneOf", "allOf"]
                .iter()
                .any(|keyword| property.contains_key(*keyword))
        {
            property.insert("type".to_owned(), "string".into());
            property.insert("contentEncoding".to_owned(), "base64".into());
        }
    }
}

/// Asks for text, or for bytes in base64, where an object is to be sent as something that is no
/// JSON: no XML is written here. Where a property cannot be asked for otherwise, nothing is sent.
pub(super) fn as_written(
    cx: &mut Reading<'_, '_>,
    given: Option<&Value>,
    (parts, at): (&[PartEncoding], &At<'_>),
    schema: &mut Value,
) {
    let declared = declared(cx.root, given);
    for part in parts.iter().filter(|part| part.style != Style::DeepObject) {
        let name = part.property.as_str();
        let Some(media) = part.content_type.as_deref().filter(|media| !is_json(media)) else {
            continue;
        };
        let mut described = declared.iter().filter(|(of, _)| *of == name);
        if !described.any(|(_, property)| is_nested(cx.root, property, 4)) {
            continue;
        }
        let media = text::strip(media, 80);
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        let Some(asked) = properties.and_then(|all| all.get_mut(name)) else {
            let reason =
                format!("an object of its body is sent as {media}, which is not written yet");
            cx.refuse("body_media_unsupported", at, &reason);
            continue;
        };
        let text = format!("{name:?} is sent as {media} as it is given; its schema is not checked");
        cx.notes.info("body_as_text", at, &text);
        *asked = if is_text(&media) || essence(&media) == FORM {
            let words = format!("The text to send as {media}, as it is.");
            json!({ "type": "string", "description": words })
        } else {
            let words = format!("The bytes to send as {media}, in base64.");
            json!({ "type": "string", "contentEncoding": "base64", "description": words })
        };
    }
}

/// An object, or a list of objects or of lists, as far as the schema says so.
fn is_nested(root: &Value, value: &Value, levels: u8) -> bool {
    let (Some(value), Some(levels)) = (resolve(root, value), levels.checked_sub(1)) else {
        return false;
    };
    let is = |name: &str| match value.get("type") {
        Some(Value::String(only)) => only == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    };
    let items = value.get("items");
    is("object")
        || value.get("properties").is_some()
        || items.is_some_and(|items| is_nested(root, items, levels))
        || ["anyOf", "oneOf", "allOf"]
            .into_iter()
            .flat_map(|keyword| list(value, keyword))
            .any(|branch| is_nested(root, branch, levels))
}

/// Whether a schema may be that of an object.
pub(super) fn may_be_object(root: &Value, schema: &Value) -> bool {
    let Ok((schema, _)) = reference::follow(root, schema, String::new()) else {
        return true;
    };
    match schema.get("type") {
        Some(Value::String(name)) => name == "object",
        Some(Value::Array(names)) => names.iter().any(|name| name == "object"),
        _ => true,
    }
}

/// The first of several allowed media types; a wildcard says nothing.
fn part_type(encoding: &Value) -> Option<String> {
    let first = encoding
        .get("contentType")?
        .as_str()?
        .split(',')
        .next()?
        .trim();
    let fits = is_well_formed(first) && !first.contains('*') && first.len() <= 120;
    fits.then(|| first.to_owned())
}

/// The properties that a schema and the branches of its `allOf` declare.
fn declared<'d>(root: &'d Value, schema: Option<&'d Value>) -> Vec<(&'d String, &'d Value)> {
    let Some(schema) = schema.and_then(|schema| resolve(root, schema)) else {
        return Vec::new();
    };
    let branches = list(schema, "allOf");
    branches
        .filter_map(|branch| resolve(root, branch))
        .chain([schema])
        .filter_map(|part| part.get("properties").and_then(Value::as_object))
        .flat_map(Map::iter)
        .collect()
}

fn resolve<'d>(root: &'d Value, value: &'d Value) -> Option<&'d Value> {
    reference::follow(root, value, String::new())
        .ok()
        .map(|found| found.0)
}

fn list<'d>(value: &'d Value, keyword: &str) -> impl Iterator<Item = &'d Value> {
    let items = value.get(keyword).and_then(Value::as_array);
    items.into_iter().flatten()
}

/// Bytes, a list of them, or one of these where there may also be nothing.
fn is_bytes(root: &Value, value: &Value, levels: u8) -> bool {
    let (Some(value), Some(levels)) = (resolve(root, value), levels.checked_sub(1)) else {
        return false;
    };
    let told = |keyword: &str| value.get(keyword).and_then(Value::as_str);
    told("format") == Some("binary")
        || told("contentEncoding").is_none() && told("contentMediaType").is_some_and(is_raw)
        || value
            .get("items")
            .is_some_and(|items| is_bytes(root, items, levels))
        || ["anyOf", "oneOf", "allOf"]
            .into_iter()
            .flat_map(|keyword| list(value, keyword))
            .any(|branch| is_bytes(root, branch, levels))
}
