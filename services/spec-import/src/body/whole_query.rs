//! A query that is one value, written as a body would be: a form, JSON or a text.

use countersign_domain::{
    media_type::{essence, is_json, is_text, is_well_formed},
    operation::BodyKind,
    text,
};
use serde_json::{Value, json};

use super::{form, is_scalar, kept_back, media::Content};
use crate::{
    arguments::Written, notes::At, operation::Reading, parameter::Parameter, schema::Links,
};

/// Reads the `content` of a parameter with `in: querystring`.
pub(crate) fn whole_query(cx: &mut Reading<'_, '_>, parameter: &Parameter<'_>) -> Option<Written> {
    let content = parameter.value.get("content").and_then(Value::as_object);
    let is_form = |media: &str| essence(media) == form::FORM;
    let mut entries = content.into_iter().flatten();
    let chosen = content
        .and_then(|content| content.iter().find(|(media, _)| is_form(media)))
        .or_else(|| entries.next());
    let Some((media, value)) = chosen else {
        return lose(
            cx,
            parameter,
            "querystring_without_content",
            "no media type",
        );
    };
    if content.is_some_and(|content| content.len() > 1) {
        let text = format!("of several media types of the query, {media:?} is used");
        cx.notes
            .warning("querystring_media_chosen", &parameter.pointer, &text);
    }
    let at = At::Pointer(&parameter.pointer);
    let at = at.key("content");
    let place = at.key(media).to_string();
    let (value, place) = cx.follow("the query", value, &place)?;
    let at = At::Pointer(&place);
    let schema = value.get("schema");
    let scalar = schema.is_none_or(|schema| is_scalar(cx.root, schema));
    let fields = schema.is_none_or(|schema| form::may_be_object(cx.root, schema));
    let kind = match media.as_str() {
        media if is_form(media) && fields => BodyKind::Form,
        media if is_json(media) => BodyKind::Json,
        media if is_text(media) || is_well_formed(media) && scalar && !is_form(media) => {
            BodyKind::Text
        }
        _ => {
            let what = "a media type that is not written there";
            return lose(cx, parameter, "querystring_media_unsupported", what);
        }
    };
    let (schema, links) = match (kind, schema) {
        (BodyKind::Form, None) => (json!({ "type": "object" }), Links::default()),
        (BodyKind::Text, _) if schema.is_none() || !scalar => {
            (json!({ "type": "string" }), Links::default())
        }
        (_, None) => (json!({}), Links::default()),
        (BodyKind::Form, Some(schema)) => {
            let (schema, place) = kept_back::take_out(cx, schema, at.key("schema").to_string());
            let at = At::Pointer(&place);
            cx.definitions.inline(&schema, &at, &mut cx.notes)
        }
        (_, Some(schema)) => {
            let at = at.key("schema");
            cx.definitions.inline(schema, &at, &mut cx.notes)
        }
    };
    Some(Written {
        schema,
        links,
        content_type: Some(text::strip(media, 120)),
        encoding: form::encoding(cx, kind, Content::of(value), &at),
    })
}

fn lose(
    cx: &mut Reading<'_, '_>,
    parameter: &Parameter<'_>,
    code: &str,
    has: &str,
) -> Option<Written> {
    let what = format!("the whole query {:?}, which has {has},", parameter.wire);
    cx.lose(code, &parameter.pointer, &what, parameter.required);
    None
}
