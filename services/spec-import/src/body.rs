//! The request body: which media type is sent, and how it is written.

mod by_schema;
mod form;
mod headers;
mod kept_back;
mod media;
mod nested;
mod parts;
mod whole_query;

use std::fmt::Write as _;

use countersign_domain::{
    media_type::{essence, is_json},
    operation::{Body, BodyKind, Method, PartEncoding, Style},
    text,
};
use serde_json::{Map, Value, json};

use self::media::{Chosen, Content};
pub(crate) use self::whole_query::whole_query;
use crate::{
    arguments::{Argument, Arguments},
    evidence::Fields,
    marks::Marks,
    notes::At,
    operation::Reading,
    reference,
    schema::Links,
    version::{ITEM_SCHEMA, newer},
    words::{FIELDS, shown},
};

const DESCRIPTION: usize = 1_024;

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
    let beside = cx.beside_reference(given);
    let (given, pointer) = cx.follow("the body", given, &place)?;
    let required = cx.flag(given, "required", &pointer);
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
    let at = At::Pointer(&pointer);
    let at = at.key("content");
    let broken = broken_media(cx, content, &at);
    let Some(chosen) = media::choose(cx.root, content) else {
        let reason = broken.unwrap_or_else(|| cannot_be_sent(content));
        cx.refuse("body_media_unsupported", &pointer, &reason);
        return None;
    };
    let schema = chosen.value.get("schema");
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
    if let Some(meant) = &chosen.meant {
        let text = format!(
            "{:?} is no media type and is read as {meant:?}",
            chosen.media
        );
        cx.notes.warning("media_type_guessed", &pointer, &text);
    }
    if chosen.media.contains('*') {
        let (range, sent) = (chosen.media, chosen.sent_as());
        let text = format!("any media type of {range:?} will do; the body is sent as {sent:?}");
        cx.notes.info("body_media_guessed", &pointer, &text);
    }
    if content.len() > 1 {
        let text = format!(
            "of {} media types, {:?} is used",
            content.len(),
            chosen.media
        );
        cx.notes.info("body_media_chosen", &pointer, &text);
    }
    let at = at.key(chosen.media);
    let at = chosen.place.as_deref().map_or(at, At::Pointer);
    let (schema, mut links) = body_schema(cx, &chosen, schema, &at)?;
    let words = beside.or_else(|| given.get("description")?.as_str());
    let marks = cx.definitions.texts.of(words.unwrap_or_default());
    links.marks = links.marks.and(marks);
    let content = Content::of(chosen.value);
    let encoding = encoding(cx, (chosen.kind, &chosen.sent_as()), content, &at);
    let mut schema = described(schema, (beside, words), hint(cx, &chosen, &encoding));
    let told = schema.get("description").and_then(Value::as_str);
    links.marks = links.marks.and(Marks::of_names(told.unwrap_or_default()));
    let sent = (chosen.kind, content);
    nested::as_sent(cx, sent, (&encoding, &at), &mut schema);
    arguments.add("body", Argument::new(schema, links), required);
    Some(Body {
        required,
        media_type: chosen.sent_as(),
        kind: chosen.kind,
        encoding,
    })
}

/// The names that headers give to parts, and to those in them: they are fields, too.
pub(crate) fn names_of_parts(body: &Body) -> Vec<String> {
    let parts = body.encoding.iter();
    let names = parts.flat_map(|part| {
        let inner = part.parts.as_deref().map(names_of_parts);
        [part.names(), inner.unwrap_or_default()].concat()
    });
    names.collect()
}

/// Since `OpenAPI` 3.2 a media type may be referred to. Says which ones are in vain, and why the
/// first is.
fn broken_media(
    cx: &mut Reading<'_, '_>,
    content: &Map<String, Value>,
    at: &At<'_>,
) -> Option<String> {
    let mut first = None;
    for (media, value) in content {
        if let Err(bad) = reference::follow(cx.root, value, String::new()) {
            let text = format!("of the body, {}", bad.reason());
            cx.notes.warning(bad.code(), &at.key(media), &text);
            first.get_or_insert(text);
        }
    }
    first
}

/// Why none of these media types can be sent.
fn cannot_be_sent(content: &Map<String, Value>) -> String {
    let named = content.keys().map(|media| media.trim());
    let named: Vec<&str> = named.filter(|media| !media.is_empty()).take(6).collect();
    if named.is_empty() {
        return "it does not say which media type its body is".to_owned();
    }
    let named = named.join(", ");
    let go_by_order = |media: &Value| parts::go_by_order(Content::of(media));
    if content.values().any(go_by_order) {
        return format!("the parts of its body have no names ({named}) and no schema either");
    }
    format!("its body can only be sent as {named}, which is not written yet")
}

fn body_schema(
    cx: &mut Reading<'_, '_>,
    chosen: &Chosen<'_>,
    schema: Option<&Value>,
    at: &At<'_>,
) -> Option<(Value, Links)> {
    let plain = |schema| Some((schema, Links::default()));
    let is_form = matches!(chosen.kind, BodyKind::Form | BodyKind::Multipart);
    let says_nothing =
        |schema: &&Value| form::resolve(cx.root, schema).is_some_and(by_schema::says_nothing);
    let schema = schema.filter(|schema| !is_form || !says_nothing(schema));
    let schema = match (chosen.kind, schema) {
        (BodyKind::Binary, _) => {
            return plain(json!({ "type": "string", "contentEncoding": "base64" }));
        }
        (BodyKind::Text, Some(schema)) if is_scalar(cx.root, schema) => schema,
        (BodyKind::Text, schema) => {
            let schema = schema.or_else(|| Some(newer(chosen.value, ITEM_SCHEMA)?.1));
            if schema.is_some_and(|schema| schema != &json!({})) {
                let text = "the body is a text that is sent as it is; its schema is not checked";
                cx.notes.info("body_as_text", at, text);
            }
            return plain(json!({ "type": "string" }));
        }
        (BodyKind::Form | BodyKind::Multipart, None) => {
            let text = "the form has no schema; any fields are allowed";
            cx.notes.warning("body_without_schema", at, text);
            return plain(json!({ "type": "object", "minProperties": 1 }));
        }
        (BodyKind::Json, None) => {
            let text = "the body has no schema; any value is allowed";
            cx.notes.warning("body_without_schema", at, text);
            return plain(json!({}));
        }
        (BodyKind::Parts, None) => {
            let (name, item) = newer(chosen.value, ITEM_SCHEMA)?;
            let at = at.key(name);
            let (item, links) = cx.definitions.inline(item, &at, &mut cx.notes);
            return Some((parts::listed(&item), links));
        }
        (_, Some(schema)) => schema,
    };
    if is_form && !form::may_be_object(cx.root, schema) {
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

/// How the parts of a body are written, or those of a part.
fn encoding(
    cx: &mut Reading<'_, '_>,
    (kind, media): (BodyKind, &str),
    content: Content<'_>,
    at: &At<'_>,
) -> Vec<PartEncoding> {
    if kind == BodyKind::Parts {
        return parts::encoding(cx, (media, content), at);
    }
    let mut parts = form::encoding(cx, kind, content, at);
    // A style means nothing in other bodies of parts.
    if kind == BodyKind::Multipart && essence(media) != media::MULTIPART {
        for part in &mut parts {
            (part.style, part.explode, part.by_member) = (Style::Form, true, false);
        }
    }
    parts
}

/// A text, a number or a truth value, which is written as it reads.
pub(crate) fn is_scalar(root: &Value, schema: &Value) -> bool {
    reference::follow(root, schema, String::new()).is_ok_and(|(schema, _)| {
        let name = schema.get("type").and_then(Value::as_str);
        name.is_some_and(|name| ["string", "number", "integer", "boolean"].contains(&name))
    })
}

/// What an agent has to know about a body that is not JSON.
fn hint<'d>(
    cx: &mut Reading<'_, 'd>,
    chosen: &Chosen<'d>,
    parts: &[PartEncoding],
) -> Option<String> {
    let media = text::strip(&chosen.sent_as(), 80);
    match chosen.kind {
        BodyKind::Json | BodyKind::Form => None,
        BodyKind::Binary => Some(format!("The bytes to send as {media}, in base64.")),
        BodyKind::Text => {
            let mut fields = Fields::of(cx.outlines);
            let Content { schema, item, .. } = Content::of(chosen.value);
            for schema in [schema, item].into_iter().flatten() {
                fields.schema(schema, 2);
            }
            let mut hint = format!("The text to send as {media}, as it is.");
            let fields = fields.finish();
            if !fields.is_empty() {
                let names = fields[..fields.len().min(FIELDS)].join(", ");
                let _ = write!(hint, " Its fields: {names}.");
            }
            Some(hint)
        }
        BodyKind::Multipart | BodyKind::Parts => {
            let bytes = nested::in_base64(chosen.kind, parts);
            let mut hint = String::new();
            if chosen.kind == BodyKind::Parts {
                let _ = write!(hint, "The parts of a {media} body, in order. ");
            }
            if !bytes.is_empty() {
                let names = bytes[..bytes.len().min(FIELDS)].join(", ");
                let _ = write!(hint, "Bytes are given in base64: {names}.");
            }
            let hint = hint.trim_end();
            (!hint.is_empty()).then(|| hint.to_owned())
        }
    }
}

/// The description beside a reference, else of the schema, else of the body, and behind it what an
/// agent has to know.
fn described(
    mut schema: Value,
    (beside, of_body): (Option<&str>, Option<&str>),
    hint: Option<String>,
) -> Value {
    let Value::Object(members) = &mut schema else {
        return schema;
    };
    let own = members.get("description").and_then(Value::as_str);
    let said = beside.or(own).or(of_body).map(str::to_owned);
    let said = said.filter(|words| !words.trim().is_empty());
    let words = match (said, hint) {
        (None, None) => return schema,
        (Some(words), None) => shown(&words, DESCRIPTION),
        (None, Some(hint)) => text::strip(&hint, DESCRIPTION),
        (Some(words), Some(hint)) => {
            let hint = text::strip(&hint, DESCRIPTION / 2);
            let room = DESCRIPTION - hint.chars().count() - 1;
            format!("{} {hint}", shown(words.trim(), room))
        }
    };
    members.insert("description".to_owned(), words.into());
    schema
}

/// The JSON entry of a `content` object, or its first.
pub(crate) fn prefer_json(content: &Map<String, Value>) -> Option<(&String, &Value)> {
    content
        .iter()
        .find(|(media, _)| is_json(media))
        .or_else(|| content.iter().next())
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
