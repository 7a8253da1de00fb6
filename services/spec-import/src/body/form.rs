//! How the properties of a form are written, and which of them are bytes.

use countersign_domain::{
    media_type::{self, essence, is_json, is_text, is_utf8, is_well_formed},
    operation::{BodyKind, PartEncoding, Style},
    text,
};
use serde_json::{Map, Value, json};

use super::{
    by_schema,
    headers::{self, TRANSFER},
    media::Content,
    nested,
    parts::{self, ANY, Place},
};
use crate::{
    document::Dialect,
    notes::At,
    operation::Reading,
    parameter, reference,
    version::{ENCODING, newer},
};

pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// How each property of a form body is written, where that is not the default.
pub(super) fn encoding(
    cx: &mut Reading<'_, '_>,
    kind: BodyKind,
    content: Content<'_>,
    at: &At<'_>,
) -> Vec<PartEncoding> {
    if !matches!(kind, BodyKind::Form | BodyKind::Multipart) {
        return Vec::new();
    }
    let mut parts: Vec<PartEncoding> = Vec::new();
    let (name, given) = newer(content.written, ENCODING).unwrap_or((ENCODING[0], &Value::Null));
    let (given, home) = (given.as_object(), at.key(name));
    let declared = declared(cx.root, content.schema);
    for (property, value) in given.into_iter().flatten() {
        let at = home.key(property);
        let mut part = part(cx, (kind, property), value, &at);
        if kind == BodyKind::Multipart {
            let schema = declared.iter().find(|(name, _)| *name == property);
            let schema = schema.map_or(ANY, |(_, schema)| schema);
            part.by_member = goes_by_member(cx, &part, (schema, value), &at);
            let inside = nested::inside(cx.root, kind, (schema, Some(value)));
            nested::read(cx, &mut part, (inside, content.is_part), &at);
        }
        parts.push(part);
    }
    if kind == BodyKind::Multipart {
        let more = content.schema.and_then(|schema| resolve(cx.root, schema));
        let more = more.and_then(|schema| schema.get("additionalProperties"));
        if more.is_some_and(|each| by_schema::is_bytes(cx.root, each, (true, 4))) {
            let reason = "it takes files by names that it does not tell, which is not written yet";
            let at = at.key("schema");
            cx.refuse(
                "body_media_unsupported",
                &at.key("additionalProperties"),
                reason,
            );
        }
        for (property, schema) in declared {
            if let Some(part) = parts.iter_mut().find(|part| part.property == *property) {
                by_schema::add(cx, kind, part, schema);
                continue;
            }
            let mut part = PartEncoding::plain(property);
            by_schema::add(cx, kind, &mut part, schema);
            if part.content_type.is_some() {
                parts.push(part);
            }
        }
    }
    parts
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
    let mut fixed = Vec::new();
    if kind == BodyKind::Multipart {
        let what = format!("the part {property:?}");
        fixed = headers::fixed(cx, (&what, true), value.get("headers"), &at.key("headers"));
    }
    if kind == BodyKind::Form && value.get("allowReserved") == Some(&Value::Bool(true)) {
        let text = "reserved characters are always encoded in a form";
        let at = at.key("allowReserved");
        cx.notes.info("allow_reserved_left_out", &at, text);
    }
    let media = part_type(value);
    let several = value.get("contentType").and_then(Value::as_str);
    let several = several.filter(|several| several.contains(',') && kind == BodyKind::Multipart);
    if let Some((several, media)) = several.zip(media.as_deref()) {
        let several = text::strip(several, 120);
        let text = format!("of the media types {several:?}, {media:?} is used");
        cx.notes
            .info("body_media_chosen", &at.key("contentType"), &text);
    }
    if kind == BodyKind::Multipart {
        refuse_charset(cx, property, media.as_deref(), at);
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
        style,
        explode,
        content_type: media.filter(|media| is_json(media) || !styled),
        headers: fixed,
        ..PartEncoding::plain(property)
    }
}

/// Whether an object is a part for each of its members: since `OpenAPI` 3.1 it is where a style is
/// written down, and not a media type.
fn goes_by_member(
    cx: &mut Reading<'_, '_>,
    part: &PartEncoding,
    (schema, given): (&Value, &Value),
    at: &At<'_>,
) -> bool {
    let mut styles = ["style", "explode", "allowReserved"].into_iter();
    let is_styled = styles.any(|name| given.get(name).is_some());
    let stands_alone = part.explode && part.style != Style::DeepObject;
    let is_typed = part.content_type.is_some();
    if cx.definitions.dialect != Dialect::V31 || !is_styled || !stands_alone || is_typed {
        return false;
    }
    let is_object = is_nested(cx.root, schema, (false, 4));
    if !is_object && is_nested(cx.root, schema, (true, 4)) {
        let text = "each object of a list is one part, in JSON; OpenAPI does not define how it is \
                    written in a style";
        cx.notes.warning("style_left_out", at, text);
    }
    is_object
}

/// What is sent is UTF-8: under the name of another charset it would be other text.
pub(super) fn refuse_charset(
    cx: &mut Reading<'_, '_>,
    part: &str,
    media: Option<&str>,
    at: &At<'_>,
) {
    if let Some(media) = media.filter(|media| !media_type::is_bytes(media) && !is_utf8(media)) {
        let part = text::strip(part, 60);
        let reason = format!("its part {part:?} is {media}, and only UTF-8 is written");
        cx.refuse("body_media_unsupported", &at.key("contentType"), &reason);
    }
}

/// `OpenAPI` 3.0 ignores the style of a part of a multipart body; 3.1 does not, and a list of
/// Swagger has its `collectionFormat` there too. Nobody writes `deepObject` without meaning it.
fn style_counts_in_parts(cx: &Reading<'_, '_>, style: Style) -> bool {
    style == Style::DeepObject
        || cx.definitions.dialect == Dialect::V31
        || cx.root.get("swagger").is_some()
}

/// The parts that are asked for in base64.
pub(super) fn in_base64(kind: BodyKind, parts: &[PartEncoding]) -> Vec<&str> {
    let is_base64 = |(name, value): &(String, String)| {
        name.eq_ignore_ascii_case(TRANSFER) && value.eq_ignore_ascii_case("base64")
    };
    let asked = |part: &&PartEncoding| {
        if part.is_sent_as_given() {
            return part.headers.iter().any(is_base64);
        }
        part.content_type
            .as_deref()
            .is_some_and(media_type::is_bytes)
    };
    let has_parts = matches!(kind, BodyKind::Multipart | BodyKind::Parts);
    parts
        .iter()
        .filter(|part| has_parts && part.style != Style::DeepObject && part.parts.is_none())
        .filter(asked)
        .map(|part| part.property.as_str())
        .collect()
}

/// What is asked for as a property, or as the item in a place.
pub(super) fn asked<'s>(
    kind: BodyKind,
    schema: &'s mut Value,
    name: &str,
) -> Option<&'s mut Value> {
    if kind != BodyKind::Parts {
        return schema.get_mut("properties")?.get_mut(name);
    }
    match name.trim_matches(['[', ']']).parse::<usize>() {
        Ok(index) => schema.get_mut("prefixItems")?.get_mut(index),
        Err(_) => schema.get_mut("items"),
    }
}

/// Bytes without any schema, as `OpenAPI` 3.1 has them, are given as a text, and so is each item of
/// a list of them.
pub(super) fn as_texts(kind: BodyKind, schema: &mut Value, names: &[&str]) {
    for name in names {
        let mut property = asked(kind, schema, name);
        if kind == BodyKind::Multipart {
            property = property.map(|one| {
                if one.get("items").is_some() {
                    &mut one["items"]
                } else {
                    one
                }
            });
        }
        if let Some(property) = property.and_then(Value::as_object_mut)
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
/// JSON, or as JSON that is encoded once more: neither is written here. Where it cannot be asked for
/// otherwise, nothing is sent.
pub(super) fn as_written(
    cx: &mut Reading<'_, '_>,
    (kind, described): (BodyKind, &[Place<'_>]),
    (parts, at): (&[PartEncoding], &At<'_>),
    schema: &mut Value,
) {
    let written = |part: &&PartEncoding| part.style != Style::DeepObject && part.parts.is_none();
    for part in parts.iter().filter(written) {
        let name = part.property.as_str();
        let as_given = part.is_sent_as_given();
        let written = |media: &&str| as_given || !is_json(media);
        let Some(media) = part.content_type.as_deref().filter(written) else {
            continue;
        };
        let mut described = described.iter().filter(|place| place.name == name);
        let is_list = |schema: &Value| kind == BodyKind::Parts && parts::is_list(schema);
        let is_nested = |place: &Place<'_>| {
            resolve(cx.root, place.schema).is_some_and(is_list)
                || is_nested(cx.root, place.schema, (true, 4))
        };
        if !described.any(is_nested) {
            continue;
        }
        let media = text::strip(media, 80);
        let Some(asked) = asked(kind, schema, name) else {
            let reason =
                format!("an object of its body is sent as {media}, which is not written yet");
            cx.refuse("body_media_unsupported", at, &reason);
            continue;
        };
        let text = format!("{name:?} is sent as {media} as it is given; its schema is not checked");
        cx.notes.info("body_as_text", at, &text);
        let alphabet = part
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(TRANSFER));
        *asked = if let Some((_, alphabet)) = alphabet.filter(|_| as_given) {
            let words = format!("The content to send as {media}, written in {alphabet}.");
            json!({ "type": "string", "contentEncoding": alphabet, "description": words })
        } else if is_text(&media) || essence(&media) == FORM {
            let words = format!("The text to send as {media}, as it is.");
            json!({ "type": "string", "description": words })
        } else {
            let words = format!("The bytes to send as {media}, in base64.");
            json!({ "type": "string", "contentEncoding": "base64", "description": words })
        };
    }
}

/// An object, or with `items` a list of objects or of lists, as far as the schema says so.
fn is_nested(root: &Value, value: &Value, (items, levels): (bool, u8)) -> bool {
    let (Some(value), Some(levels)) = (resolve(root, value), levels.checked_sub(1)) else {
        return false;
    };
    let is = |name: &str| match value.get("type") {
        Some(Value::String(only)) => only == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    };
    let each = value.get("items").filter(|_| items);
    is("object")
        || value.get("properties").is_some()
        || each.is_some_and(|each| is_nested(root, each, (items, levels)))
        || ["anyOf", "oneOf", "allOf"]
            .into_iter()
            .flat_map(|keyword| list(value, keyword))
            .any(|branch| is_nested(root, branch, (items, levels)))
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
pub(super) fn part_type(encoding: &Value) -> Option<String> {
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
pub(super) fn declared<'d>(
    root: &'d Value,
    schema: Option<&'d Value>,
) -> Vec<(&'d String, &'d Value)> {
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

pub(super) fn resolve<'d>(root: &'d Value, value: &'d Value) -> Option<&'d Value> {
    reference::follow(root, value, String::new())
        .ok()
        .map(|found| found.0)
}

pub(super) fn list<'d>(value: &'d Value, keyword: &str) -> impl Iterator<Item = &'d Value> {
    let items = value.get(keyword).and_then(Value::as_array);
    items.into_iter().flatten()
}
