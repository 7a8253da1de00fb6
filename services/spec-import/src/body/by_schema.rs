//! What the schema of a part says of how it is written.

use countersign_domain::{
    media_type::{is_json, is_text, is_well_formed},
    operation::{BodyKind, PartEncoding},
};
use serde_json::Value;

use super::{
    form::{list, resolve},
    headers::{TRANSFER, is_token},
    media::BINARY,
};
use crate::{document::Dialect, operation::Reading};

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

/// Adds what the schema of a part says of how it is written. Since `OpenAPI` 3.1 a text that is
/// declared to be in base64 is in base64 when it is sent, too, and a header says so. A list is a
/// part for each item where parts have names, and else it is one value.
pub(super) fn add(cx: &Reading<'_, '_>, kind: BodyKind, part: &mut PartEncoding, schema: &Value) {
    if part.parts.is_some() {
        return;
    }
    let items = kind == BodyKind::Multipart;
    let own = part.content_type.take();
    let Some(alphabet) = content_encoding(cx, schema, (items, 4)) else {
        part.content_type = own.or_else(|| default_type(cx, schema, items));
        return;
    };
    let named = || content_type(cx.root, schema, (items, 4));
    part.content_type = own.or_else(named).or_else(|| Some(BINARY.to_owned()));
    part.headers
        .retain(|(name, _)| !name.eq_ignore_ascii_case(TRANSFER));
    part.headers.push((TRANSFER.to_owned(), alphabet));
}

/// Whether every value fits a schema.
pub(super) fn says_nothing(schema: &Value) -> bool {
    let is_annotation = |key: &String| key.starts_with("x-") || ANNOTATIONS.contains(&&**key);
    let members = schema.as_object();
    schema == &Value::Bool(true) || members.is_some_and(|all| all.keys().all(is_annotation))
}

/// What a text, or each text of a list, is declared to be written in.
fn content_encoding(
    cx: &Reading<'_, '_>,
    schema: &Value,
    (items, levels): (bool, u8),
) -> Option<String> {
    let (schema, levels) = (resolve(cx.root, schema)?, levels.checked_sub(1)?);
    let named = schema.get("contentEncoding").and_then(Value::as_str);
    let fits = |name: &&str| is_token(name) && cx.definitions.dialect == Dialect::V31;
    let items = schema.get("items").filter(|_| items);
    let of_items = || content_encoding(cx, items?, (true, levels));
    named.filter(fits).map(str::to_owned).or_else(of_items)
}

/// The media type of a part for which none is given: that of its content, or that of bytes, which
/// since `OpenAPI` 3.1 is also that of a property about which nothing is said.
fn default_type(cx: &Reading<'_, '_>, schema: &Value, items: bool) -> Option<String> {
    let (root, bytes) = (cx.root, || Some(BINARY.to_owned()));
    let one = resolve(root, schema).filter(|_| cx.definitions.dialect == Dialect::V31);
    let each = one.and_then(|list| resolve(root, list.get("items").filter(|_| items)?));
    if one.is_some_and(says_nothing) || each.is_some_and(says_nothing) {
        return bytes();
    }
    let is_bytes = is_bytes(root, schema, (items, 4));
    is_bytes
        .then(|| content_type(root, schema, (items, 4)))
        .and_then(|media| media.or_else(bytes))
}

/// The media type that the content of a text, or of each text of a list, is said to have.
fn content_type(root: &Value, schema: &Value, (items, levels): (bool, u8)) -> Option<String> {
    let (schema, levels) = (resolve(root, schema)?, levels.checked_sub(1)?);
    let named = schema.get("contentMediaType").and_then(Value::as_str);
    let fits = |media: &&str| is_raw(media) && is_well_formed(media) && media.len() <= 120;
    let items = schema.get("items").filter(|_| items);
    let of_items = || content_type(root, items?, (true, levels));
    named.filter(fits).map(str::to_owned).or_else(of_items)
}

/// `OpenAPI` 3.1 names the media type of bytes that are not encoded.
fn is_raw(media: &str) -> bool {
    !is_text(media) && !is_json(media) && !media.contains('*')
}

/// Bytes, a list of them, or one of these where there may also be nothing.
pub(super) fn is_bytes(root: &Value, value: &Value, (items, levels): (bool, u8)) -> bool {
    let (Some(value), Some(levels)) = (resolve(root, value), levels.checked_sub(1)) else {
        return false;
    };
    let told = |keyword: &str| value.get(keyword).and_then(Value::as_str);
    told("format") == Some("binary")
        || told("contentEncoding").is_none() && told("contentMediaType").is_some_and(is_raw)
        || items
            && value
                .get("items")
                .is_some_and(|each| is_bytes(root, each, (items, levels)))
        || ["anyOf", "oneOf", "allOf"]
            .into_iter()
            .flat_map(|keyword| list(value, keyword))
            .any(|branch| is_bytes(root, branch, (items, levels)))
}
