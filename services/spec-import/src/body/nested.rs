//! Parts that have parts themselves, as `OpenAPI` 3.2 has them.
//!
//! One level of them is written, which is what it demands. Where a part is a property that is a
//! list, each item of it is one part, and it is the item that has parts.

use countersign_domain::{
    media_type::essence,
    operation::{Body, BodyKind, PartEncoding, Style},
};
use serde_json::Value;

use super::{
    encoding, form,
    media::Content,
    parts::{self, each},
};
use crate::{notes::At, operation::Reading};

/// Larger definitions are not written out.
const WRITTEN_OUT: usize = 16 << 10;
/// What may stand beside a reference without narrowing what it refers to.
const WORDS: [&str; 3] = ["$ref", "title", "description"];

pub(super) fn is_multipart(media: &str) -> bool {
    essence(media).starts_with("multipart/")
}

/// Adds how the parts of a part are written. Where they cannot be, the operation is refused.
pub(super) fn read(
    cx: &mut Reading<'_, '_>,
    part: &mut PartEncoding,
    (content, is_inner): (Content<'_>, bool),
    at: &At<'_>,
) {
    // A style that is written down is meant, and a media type beside it is not.
    if part.style == Style::DeepObject {
        return;
    }
    let media = part.content_type.clone();
    let Some(media) = media.filter(|media| is_multipart(media)) else {
        if content.has_encoding() {
            let reason = "of a part of its body it is said how its parts are written, and not that \
                          it is a multipart one";
            cx.refuse("body_media_unsupported", at, reason);
        }
        return;
    };
    let said = kind(cx, content);
    // Whoever gives such a part whole writes the boundary that is named.
    if said.is_err() && !content.has_encoding() && media.contains("boundary=") {
        return;
    }
    let kind = if is_inner {
        Err("a part of its body has parts that have parts themselves, which is not written yet")
    } else if part.is_sent_as_given() {
        Err("a part of its body has parts itself and is to be written in another alphabet, too")
    } else {
        said
    };
    match kind {
        Err(reason) => cx.refuse("body_media_unsupported", at, reason),
        Ok(kind) => {
            let encoding = encoding(cx, (kind, &media), content, at);
            part.parts = Some(Box::new(Body {
                required: true,
                media_type: media,
                kind,
                encoding,
            }));
        }
    }
}

fn kind(cx: &Reading<'_, '_>, content: Content<'_>) -> Result<BodyKind, &'static str> {
    if parts::are_described(cx.root, content) {
        Ok(BodyKind::Parts)
    } else if !parts::go_by_order(content) && !form::declared(cx.root, content.schema).is_empty() {
        Ok(BodyKind::Multipart)
    } else {
        Err("a part of its body has parts itself, and its schema does not say which")
    }
}

/// The parts that are asked for in base64, and those in other parts.
pub(super) fn in_base64(kind: BodyKind, parts: &[PartEncoding]) -> Vec<String> {
    let own = form::in_base64(kind, parts);
    let mut names: Vec<String> = own.into_iter().map(str::to_owned).collect();
    for (part, inner) in with_parts(parts) {
        for name in in_base64(inner.kind, &inner.encoding) {
            let dot = if name.starts_with('[') { "" } else { "." };
            names.push(format!("{}{dot}{name}", part.property));
        }
    }
    names
}

/// Asks for each part, and for the parts of each, as they are sent.
pub(super) fn as_sent(
    cx: &mut Reading<'_, '_>,
    (kind, content): (BodyKind, Content<'_>),
    (encoding, at): (&[PartEncoding], &At<'_>),
    schema: &mut Value,
) {
    if encoding.is_empty() {
        return;
    }
    form::as_texts(kind, schema, &form::in_base64(kind, encoding));
    if kind == BodyKind::Parts {
        parts::close(schema, encoding);
    }
    let places = parts::apart(cx.root, (kind, content), at);
    form::as_written(cx, (kind, &places), (encoding, at), schema);
    for (part, inner) in with_parts(encoding) {
        let Some(place) = places.iter().find(|place| place.name == part.property) else {
            continue;
        };
        let mut nothing = Value::Null;
        let asked = form::asked(kind, schema, &part.property).unwrap_or(&mut nothing);
        let asked = written_out(cx, asked);
        let asked = match asked.get("items") {
            Some(_) if kind == BodyKind::Multipart => written_out(cx, &mut asked["items"]),
            _ => asked,
        };
        let content = inside(cx.root, kind, (place.schema, place.encoding));
        as_sent(cx, (inner.kind, content), (&inner.encoding, at), asked);
        if let Some(members) = asked
            .as_object_mut()
            .filter(|_| inner.kind == BodyKind::Parts)
        {
            let words = || format!("The parts of a {} part, in order.", inner.media_type).into();
            members.entry("description").or_insert_with(words);
        }
    }
}

/// What is said of the parts of a part.
pub(super) fn inside<'d>(
    root: &'d Value,
    kind: BodyKind,
    (schema, written): (&'d Value, Option<&'d Value>),
) -> Content<'d> {
    let is_named = kind == BodyKind::Multipart;
    let schema = if is_named { each(root, schema) } else { schema };
    Content {
        schema: Some(schema),
        item: None,
        written: written.unwrap_or(&Value::Null),
        is_part: true,
    }
}

fn with_parts(parts: &[PartEncoding]) -> impl Iterator<Item = (&PartEncoding, &Body)> {
    let inner = |part: &PartEncoding| part.parts.is_some();
    let parts = parts.iter().filter(move |part| inner(part));
    parts.filter_map(|part| Some((part, part.parts.as_deref()?)))
}

/// Puts what is referred to in the place of the reference, so that it can be asked for otherwise.
fn written_out<'s>(cx: &mut Reading<'_, '_>, asked: &'s mut Value) -> &'s mut Value {
    let name = asked.get("$ref").and_then(Value::as_str);
    let name = name.and_then(|text| text.strip_prefix("#/$defs/"));
    let is_word = |(key, _): (&String, &Value)| WORDS.contains(&key.as_str());
    let Some(name) = name.filter(|_| asked.as_object().is_some_and(|all| all.iter().all(is_word)))
    else {
        return asked;
    };
    if let Some((Value::Object(definition), text)) = cx.definitions.usable(name)
        && text.get().len() <= WRITTEN_OUT
    {
        let mut whole = definition.clone();
        let words = asked.as_object().into_iter().flatten();
        let words = words.filter(|(key, _)| *key != "$ref");
        whole.extend(words.map(|(key, value)| (key.clone(), value.clone())));
        *asked = Value::Object(whole);
    }
    asked
}
