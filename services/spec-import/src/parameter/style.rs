//! How the value of a parameter is written.

use countersign_domain::operation::{PartEncoding, Place, Style};
use serde_json::{Map, Value};

use super::{NOT_ENCODED, Parameter};
use crate::{notes::At, older, operation::Reading, reference};

/// Style and explode, with the defaults of the place.
pub(crate) fn style(cx: &mut Reading<'_, '_>, parameter: &Parameter<'_>) -> (Style, bool) {
    let default = match parameter.place {
        Place::Path | Place::Header => Style::Simple,
        Place::Query | Place::Querystring | Place::Cookie => Style::Form,
    };
    let style = match parameter.value.get("style") {
        None | Some(Value::Null) => default,
        Some(given) => match given.as_str().and_then(read_style) {
            Some(style) if fits(style, parameter.place) => style,
            Some(_) | None => {
                let text = format!("the style {given} does not exist here; the default is used");
                cx.notes.warning(
                    "style_unknown",
                    &At::Pointer(&parameter.pointer).key("style"),
                    &text,
                );
                default
            }
        },
    };
    let explode = explode(style, parameter.value.get("explode"));
    if style == Style::Cookie && !explode {
        let text = "no comma may stand in a cookie, so each value is a cookie of its own";
        let at = At::Pointer(&parameter.pointer);
        cx.notes
            .warning("cookie_exploded", &at.key("explode"), text);
    }
    (style, explode || style == Style::Cookie)
}

/// Whether reserved characters are sent as they are. What could change the request is encoded all
/// the same, as are the escapes in what Azure takes as it is.
pub(crate) fn allows_reserved(cx: &mut Reading<'_, '_>, parameter: &Parameter<'_>) -> bool {
    let says = |name: &str| parameter.value.get(name) == Some(&Value::Bool(true));
    let (in_query, at) = (parameter.place == Place::Query, &parameter.pointer);
    let code = "allow_reserved_left_out";
    if says("allowReserved") && !in_query {
        let text = "reserved characters are always encoded outside the query";
        cx.notes.warning(code, at, text);
    }
    if says(NOT_ENCODED) && in_query {
        let text = "it is given without escapes; what could change the request is encoded";
        cx.notes.warning(code, at, text);
    }
    in_query && (says("allowReserved") || says(NOT_ENCODED))
}

/// Says where a value may not be sent as it was meant: without one, or in a form that `OpenAPI` does
/// not define for the style.
pub(crate) fn note_guesses(cx: &mut Reading<'_, '_>, parameter: &Parameter<'_>, style: Style) {
    if parameter.value.get("allowEmptyValue") == Some(&Value::Bool(true)) {
        let text =
            "it may be sent without a value; an empty one is sent where its schema takes one";
        cx.notes
            .info("empty_value_left_out", &parameter.pointer, text);
    }
    let root = cx.root;
    let end = |schema| reference::end(root, schema);
    let is = |schema: &Value, kinds: &[&str]| {
        let kind = schema.get("type").and_then(Value::as_str);
        kind.is_some_and(|kind| kinds.contains(&kind))
    };
    let single = ["string", "number", "integer", "boolean"];
    let Some(schema) = parameter.value.get("schema").and_then(end) else {
        return;
    };
    let properties = schema.get("properties").and_then(Value::as_object);
    let properties = properties.into_iter().flat_map(Map::values);
    // Swagger 2.0 says how each list in a list is joined.
    let items = schema
        .get("items")
        .filter(|_| cx.root.get("swagger").is_none());
    let mut inside = properties.chain(items);
    let is_nested = inside.any(|one| end(one).is_some_and(|one| is(one, &["array", "object"])));
    let is_undefined = match style {
        Style::DeepObject => is(schema, &single) || is(schema, &["array"]),
        Style::SpaceDelimited | Style::PipeDelimited => is(schema, &single),
        Style::Simple | Style::Label | Style::Matrix | Style::Form | Style::Cookie => false,
    };
    if is_nested || is_undefined {
        let text = "OpenAPI does not define how such a value is written in this style; the API may \
                    expect it otherwise";
        cx.notes.info("style_undefined", &parameter.pointer, text);
    }
}

/// Form values stand one by one unless said otherwise; a deep object always does.
pub(crate) fn explode(style: Style, given: Option<&Value>) -> bool {
    match (style, given.and_then(Value::as_bool)) {
        (Style::DeepObject, _) => true,
        (_, Some(given)) => given,
        (style, None) => matches!(style, Style::Form | Style::Cookie),
    }
}

/// How each list in a list is joined. Only Swagger 2.0 says that of parameters.
pub(crate) fn of_items(cx: &Reading<'_, '_>, parameter: &Parameter<'_>) -> Option<PartEncoding> {
    cx.root.get("swagger")?;
    let items = parameter.value.get("schema")?.get("items")?;
    items.get("type").filter(|kind| *kind == "array")?;
    Some(PartEncoding {
        style: older::style_of_items(items)?,
        explode: false,
        ..PartEncoding::plain("[]")
    })
}

/// Reads a style as the document spells it.
pub(crate) fn read_style(text: &str) -> Option<Style> {
    let mut all = Style::ALL.into_iter();
    all.find(|style| style.as_str() == text)
}

const fn fits(style: Style, place: Place) -> bool {
    match place {
        Place::Path => matches!(style, Style::Simple | Style::Label | Style::Matrix),
        Place::Query => matches!(
            style,
            Style::Form | Style::SpaceDelimited | Style::PipeDelimited | Style::DeepObject
        ),
        Place::Header => matches!(style, Style::Simple),
        Place::Cookie => matches!(style, Style::Form | Style::Cookie),
        Place::Querystring => false,
    }
}
