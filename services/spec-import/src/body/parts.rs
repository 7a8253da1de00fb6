//! Bodies of parts that have an order and no names, as `multipart/mixed` has them.
//!
//! The body is a list, and what is said of an item counts for the part in its place: `prefixItems`
//! and `prefixEncoding` for the first ones, `items` and `itemEncoding` for all that follow.

use countersign_domain::{
    header,
    media_type::essence,
    operation::{BodyKind, PartEncoding},
};
use serde_json::{Value, json};

use super::{
    by_schema,
    form::{self, list, resolve},
    headers,
    media::{Content, MULTIPART},
    nested,
};
use crate::{
    notes::At,
    operation::Reading,
    version::{ENCODING, ITEM_ENCODING, PREFIX_ENCODING, newer},
};

/// More places than these have nothing of their own that anybody could tell apart.
const PLACES: usize = 100;
pub(super) const ANY: &Value = &Value::Bool(true);

/// What is said of the part in one place.
pub(super) struct Place<'d> {
    /// `[0]`, or `[]` for all that have nothing of their own. Of a part with a name, that.
    pub(super) name: String,
    pub(super) schema: &'d Value,
    pub(super) encoding: Option<&'d Value>,
    /// Where the encoding stands, or would.
    at: String,
}

/// Whether the parts are told apart by their order, as `OpenAPI` 3.2 has it.
pub(super) fn go_by_order(content: Content<'_>) -> bool {
    let has = |names| newer(content.written, names).is_some();
    let of_items = content.item.is_some() && content.schema.is_none();
    has(PREFIX_ENCODING) || has(ITEM_ENCODING) || of_items
}

/// Whether the body is a list of parts, as far as its schema says so.
pub(super) fn are_described(root: &Value, content: Content<'_>) -> bool {
    let Some(schema) = content.schema else {
        return content.item.is_some();
    };
    of_one_value(root, schema).into_iter().any(is_list)
}

pub(super) fn is_list(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::String(name)) => name == "array",
        Some(Value::Array(names)) => {
            let has = |name: &str| names.iter().any(|one| one == name);
            has("array") && !has("object")
        }
        _ => schema.get("items").is_some() || schema.get("prefixItems").is_some(),
    }
}

/// What is one part: where a property is a list, each item of it.
pub(super) fn each<'d>(root: &'d Value, schema: &'d Value) -> &'d Value {
    let list = resolve(root, schema).filter(|schema| is_list(schema));
    list.map_or(schema, |list| list.get("items").unwrap_or(ANY))
}

/// What is written apart: each property, or the part in each place.
pub(super) fn apart<'d>(
    root: &'d Value,
    (kind, content): (BodyKind, Content<'d>),
    at: &At<'_>,
) -> Vec<Place<'d>> {
    if kind == BodyKind::Parts {
        return places(root, content, at);
    }
    let (home, all) = newer(content.written, ENCODING).unwrap_or((ENCODING[0], &Value::Null));
    let declared = form::declared(root, content.schema).into_iter();
    let named = declared.map(|(name, schema)| Place {
        name: name.clone(),
        schema,
        encoding: all.get(name),
        at: at.key(home).key(name).to_string(),
    });
    named.collect()
}

/// A schema and the branches of its `allOf`.
fn of_one_value<'d>(root: &'d Value, schema: &'d Value) -> Vec<&'d Value> {
    let Some(schema) = resolve(root, schema) else {
        return Vec::new();
    };
    let branches = list(schema, "allOf").filter_map(|branch| resolve(root, branch));
    std::iter::once(schema).chain(branches).collect()
}

/// Every place of which something is said.
fn places<'d>(root: &'d Value, content: Content<'d>, at: &At<'_>) -> Vec<Place<'d>> {
    let schemas = content
        .schema
        .map_or_else(Vec::new, |schema| of_one_value(root, schema));
    let told = |keyword: &str| schemas.iter().find_map(|schema| schema.get(keyword));
    let firsts = told("prefixItems")
        .or_else(|| told("items"))
        .and_then(Value::as_array);
    let firsts = firsts.map_or(&[][..], Vec::as_slice);
    let items = told("items").filter(|items| !items.is_array());
    let items = match content.schema {
        Some(_) => items,
        None => content.item,
    };
    let firsts_are = newer(content.written, PREFIX_ENCODING);
    let (home, encodings) = firsts_are.unwrap_or((PREFIX_ENCODING[0], &Value::Null));
    let encodings = encodings.as_array().map_or(&[][..], Vec::as_slice);
    let rest_is = newer(content.written, ITEM_ENCODING);
    let of_rest = rest_is.map(|(_, encoding)| encoding);
    let rest_at = at.key(rest_is.map_or(ITEM_ENCODING[0], |(name, _)| name));
    let is_closed = items == Some(&Value::Bool(false));
    let count = if is_closed {
        firsts.len()
    } else {
        firsts.len().max(encodings.len())
    };
    let own = (0..count.min(PLACES + 1)).map(|index| Place {
        name: format!("[{index}]"),
        schema: firsts.get(index).or(items).unwrap_or(ANY),
        encoding: encodings.get(index).or(of_rest),
        at: match encodings.get(index) {
            Some(_) => at.key(home).index(index).to_string(),
            None => rest_at.to_string(),
        },
    });
    let rest = Place {
        name: "[]".to_owned(),
        schema: items.unwrap_or(ANY),
        encoding: of_rest,
        at: rest_at.to_string(),
    };
    let is_said = !is_closed && (items.is_some() || of_rest.is_some());
    own.chain(is_said.then_some(rest)).collect()
}

/// How the part in each place is written. Where one of them cannot be, the operation is refused.
pub(super) fn encoding(
    cx: &mut Reading<'_, '_>,
    (media, content): (&str, Content<'_>),
    at: &At<'_>,
) -> Vec<PartEncoding> {
    let places = places(cx.root, content, at);
    let is_form = essence(media) == MULTIPART;
    if places.is_empty() || places.len() > PLACES {
        let reason = "nothing is said of the parts of its body, or of too many of them";
        cx.refuse("body_media_unsupported", at, reason);
        return Vec::new();
    }
    let mut parts = Vec::new();
    for place in places {
        let at = At::Pointer(&place.at);
        let part = part(cx, (&place, content.is_part), &at);
        let mut headers = part.headers.iter();
        if is_form && !headers.any(|(name, _)| name.eq_ignore_ascii_case("content-disposition")) {
            let reason = "the parts of its form have no names, which its headers do not say either";
            cx.refuse("body_media_unsupported", &at, reason);
        }
        if let Some(name) = part
            .names()
            .iter()
            .find(|one| header::overrides_method(one))
        {
            let reason =
                format!("a part is named {name:?}, which would make the request another one");
            cx.refuse("method_override_left_out", &at, &reason);
        }
        parts.push(part);
    }
    parts
}

fn part(
    cx: &mut Reading<'_, '_>,
    (place, is_inner): (&Place<'_>, bool),
    at: &At<'_>,
) -> PartEncoding {
    let given = place.encoding.unwrap_or(&Value::Null);
    let what = format!("the part {}", place.name);
    let headers = headers::fixed(cx, (&what, false), given.get("headers"), &at.key("headers"));
    let mut part = PartEncoding {
        content_type: form::part_type(given),
        headers,
        ..PartEncoding::plain(&place.name)
    };
    form::refuse_charset(cx, &place.name, part.content_type.as_deref(), at);
    let content = nested::inside(cx.root, BodyKind::Parts, (place.schema, place.encoding));
    nested::read(cx, &mut part, (content, is_inner), at);
    by_schema::add(cx, BodyKind::Parts, &mut part, place.schema);
    part
}

/// The list of what each part holds, where only its items are described.
pub(super) fn listed(item: &Value) -> Value {
    json!({ "type": "array", "items": item, "minItems": 1 })
}

/// Takes no more parts than something is said of.
pub(super) fn close(schema: &mut Value, parts: &[PartEncoding]) {
    if let Value::Object(members) = schema
        && members.contains_key("prefixItems")
        && parts.iter().all(|part| part.property != "[]")
    {
        members.entry("items").or_insert(Value::Bool(false));
    }
}
