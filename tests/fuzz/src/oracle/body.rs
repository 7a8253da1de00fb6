//! The body: read back, it is the argument.

use base64::Engine as _;
use countersign_domain::operation::{Body, BodyKind};
use countersign_secret_injection::BuiltRequest;
use serde_json::Value;
use url::form_urlencoded;

use super::{hold, means, same, scalar};
use crate::tool::Tool;

pub(super) fn check(tool: &Tool, request: &BuiltRequest) -> Result<(), String> {
    let (given, sent) = (tool.arguments.get("body"), request.body());
    let Some((declared, sent)) = tool.body.as_ref().zip(sent) else {
        return hold(sent.is_none(), || "a body that nobody declared".to_owned());
    };
    let given = given.ok_or("a body that nobody gave")?;
    let same = match declared.kind {
        BodyKind::Json => {
            serde_json::from_slice::<Value>(sent).is_ok_and(|read| same(&read, given))
        }
        BodyKind::Text => std::str::from_utf8(sent).is_ok_and(|read| means(read, given)),
        BodyKind::Binary => {
            let text = given.as_str().unwrap_or_default().trim_end_matches('=');
            base64::engine::general_purpose::STANDARD_NO_PAD.encode(sent) == text
        }
        BodyKind::Form => form(tool, given, sent),
        BodyKind::Multipart => {
            let names = named(declared, given, sent, request.content_type())?;
            return hold(are_given(tool, given, &names), || {
                format!("a declared field that was not given is among {names:?}")
            });
        }
        BodyKind::Parts => return in_order(declared, given, sent, request.content_type()),
    };
    hold(same, || {
        format!("{:?} is not {given}", String::from_utf8_lossy(sent))
    })
}

/// No member of a member became a field that the schema declares.
fn are_given(tool: &Tool, given: &Value, names: &[String]) -> bool {
    let is_given = |name: &str| given.get(name).is_some_and(|value| !value.is_null());
    let declared = names
        .iter()
        .filter(|name| tool.fields.contains(&name.as_str()));
    declared.into_iter().all(|name| is_given(name))
}

/// Every plain member stands there once, with its value.
fn form(tool: &Tool, given: &Value, sent: &[u8]) -> bool {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(sent).into_owned().collect();
    let names: Vec<String> = pairs.iter().map(|(name, _)| name.clone()).collect();
    if !are_given(tool, given, &names) {
        return false;
    }
    let members = given.as_object().into_iter().flatten();
    members
        .filter_map(|(name, value)| Some((name, scalar(value)?)))
        .all(|(name, value)| {
            let own: Vec<_> = pairs.iter().filter(|(own, _)| own == name).collect();
            matches!(own.as_slice(), [(_, text)] if means(text, value))
        })
}

/// Parts begin only where the builder began one, and each is named like a member, or like one of a
/// member that is written so. Returns the names.
fn named(
    declared: &Body,
    given: &Value,
    sent: &[u8],
    content_type: Option<&str>,
) -> Result<Vec<String>, String> {
    let members = given.as_object().ok_or("a form that is no object")?;
    let apart = declared.encoding.iter().filter(|part| part.by_member);
    let apart: Vec<_> = apart
        .filter_map(|part| members.get(&part.property)?.as_object())
        .flat_map(|object| object.keys())
        .map(|key| key.replace('"', "%22"))
        .collect();
    let text = String::from_utf8_lossy(sent);
    let mut names = Vec::new();
    for (lines, _) in parts(&text, content_type)? {
        hold(lines.len() <= 2, || format!("the head {lines:?}"))?;
        let name = lines[0].strip_prefix("Content-Disposition: form-data; name=\"");
        let name = name
            .and_then(|rest| rest.split('"').next())
            .unwrap_or_default();
        let known = members.keys().any(|key| {
            let quoted = key.replace('"', "%22");
            name == quoted
                || name
                    .strip_prefix(&quoted)
                    .is_some_and(|rest| rest.starts_with('['))
        });
        hold(known || apart.iter().any(|key| key == name), || {
            format!("the part {name:?} is no member")
        })?;
        names.push(name.to_owned());
    }
    Ok(names)
}

/// There are as many parts as items, each with a type and the headers of its place.
fn in_order(
    declared: &Body,
    given: &Value,
    sent: &[u8],
    content_type: Option<&str>,
) -> Result<(), String> {
    let items = given.as_array().ok_or("parts that are no list")?;
    let text = String::from_utf8_lossy(sent);
    let parts = parts(&text, content_type)?;
    hold(parts.len() == items.len(), || {
        format!("{} parts", parts.len())
    })?;
    for (index, ((lines, content), item)) in parts.into_iter().zip(items).enumerate() {
        let of = |place: &str| declared.encoding.iter().find(|one| one.property == place);
        let place = of(&format!("[{index}]")).or_else(|| of("[]"));
        let headers = place.map_or(0, |place| place.headers.len());
        let fits = lines[0].starts_with("Content-Type: ") && lines.len() == 1 + headers;
        hold(fits, || format!("the head {lines:?}"))?;
        if let Some(inner) = place.and_then(|place| place.parts.as_deref()) {
            let (sent, media) = (content.strip_suffix("\r\n"), Some(lines[0]));
            let sent = sent.unwrap_or_default().as_bytes();
            if inner.kind == BodyKind::Parts {
                in_order(inner, item, sent, media)?;
            } else {
                named(inner, item, sent, media)?;
            }
            continue;
        }
        let is_text = item.is_string() && lines[0].contains("text/plain");
        let content = content.strip_suffix("\r\n").unwrap_or_default();
        hold(!is_text || Some(content) == item.as_str(), || {
            format!("{content:?} is not {item}")
        })?;
    }
    Ok(())
}

/// The lines of the head of each part, and its content with the line break behind it.
fn parts<'t>(
    text: &'t str,
    content_type: Option<&str>,
) -> Result<Vec<(Vec<&'t str>, &'t str)>, String> {
    let boundary = content_type.and_then(|text| text.split_once("boundary="));
    let (_, boundary) = boundary.ok_or("a form without a boundary")?;
    let body = text.strip_suffix(&format!("--{boundary}--\r\n"));
    let body = body.ok_or_else(|| format!("{text:?} does not end with its boundary"))?;
    let start = format!("--{boundary}\r\n");
    let mut parts = body.split(&start);
    hold(parts.next() == Some(""), || {
        "something before the first part".to_owned()
    })?;
    let mut found = Vec::new();
    for part in parts {
        let (head, content) = part.split_once("\r\n\r\n").ok_or("a part without a head")?;
        let lines: Vec<&str> = head.split("\r\n").collect();
        let plain = lines.iter().all(|line| !line.contains(['\r', '\n', '\0']));
        hold(plain, || format!("the head {head:?}"))?;
        found.push((lines, content));
    }
    Ok(found)
}
