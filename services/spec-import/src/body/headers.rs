//! The headers of a part, which belong to the document where it says all there is to say of them.

use countersign_domain::media_type::is_well_formed;
use serde_json::Value;

use super::form::resolve;
use crate::{notes::At, operation::Reading};

/// Says what a part is written in, such as base64.
pub(super) const TRANSFER: &str = "Content-Transfer-Encoding";

/// The headers of a part that have one value only; agents cannot give the others. The media type,
/// and the name that a part has, are ours to set.
pub(super) fn fixed(
    cx: &mut Reading<'_, '_>,
    (part, is_named): (&str, bool),
    given: Option<&Value>,
    at: &At<'_>,
) -> Vec<(String, String)> {
    let mut fixed: Vec<(String, String)> = Vec::new();
    for (name, header) in given.and_then(Value::as_object).into_iter().flatten() {
        let is = |one: &str| name.eq_ignore_ascii_case(one);
        if is("content-type") || is_named && is("content-disposition") {
            continue;
        }
        let at = at.key(name);
        let header = resolve(cx.root, header).unwrap_or(header);
        let is_taken = fixed.iter().any(|(other, _)| is(other));
        let only = only_value(cx.root, header);
        if let Some(value) = only.filter(|value| !is_taken && is_sent(name, value)) {
            let text = format!("the header {name:?} of {part} is always {value:?}");
            cx.notes.info("part_header_fixed", &at, &text);
            fixed.push((name.clone(), value));
            continue;
        }
        let required = cx.flag(header, "required", &at);
        let what = format!("the header {name:?} of {part}");
        cx.lose("part_headers_left_out", &at, &what, required);
    }
    fixed
}

/// The one text that a header may be.
fn only_value(root: &Value, header: &Value) -> Option<String> {
    let content = header.get("content").and_then(Value::as_object);
    let content = content.and_then(|content| content.values().next());
    let schema = resolve(root, content.unwrap_or(header).get("schema")?)?;
    let one_of = schema.get("enum").and_then(Value::as_array);
    let only = one_of.filter(|all| all.len() == 1).map(|all| &all[0]);
    let only = schema.get("const").or(only)?;
    only.as_str().map(str::to_owned)
}

/// Whether a header of a part can be sent as it is. Nothing is encoded here but by whoever gives it.
fn is_sent(name: &str, value: &str) -> bool {
    let alphabets = ["base64", "7bit", "8bit", "binary"];
    let is_visible = |byte: u8| matches!(byte, 0x20..=0x7e);
    is_token(name)
        && name.len() <= 100
        && (1..=300).contains(&value.len())
        && value.bytes().all(is_visible)
        && (!name.eq_ignore_ascii_case(TRANSFER) || alphabets.contains(&value))
}

pub(super) fn is_token(name: &str) -> bool {
    is_well_formed(&format!("a/{name}")) && !name.contains([';', ' '])
}
