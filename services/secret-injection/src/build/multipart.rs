//! Multipart bodies, with a boundary that is a digest of the parts.
//!
//! A random boundary would make two builds of one request differ, and a reviewer could not be
//! shown the bytes that will be sent.

use std::fmt::Write as _;

use countersign_domain::{
    digest::Digest,
    header,
    media_type::{essence, is_bytes, is_json, is_well_formed},
    operation::{Body, BodyKind, PartEncoding, Style},
};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{
    BuildError,
    body::{ARGUMENT, Written, from_base64, media_type, only_utf8},
    encode,
    fields::Fields,
    query::Pairs,
    refused,
};

const FORM_DATA: &str = "multipart/form-data";
const RELATED: &str = "multipart/related";
/// What a text without a type of its own is; without a charset it would be ASCII.
const TEXT: &str = "text/plain; charset=utf-8";

struct Part {
    media: Option<String>,
    head: String,
    content: Vec<u8>,
}

/// Writes a body of parts, or a part that has parts itself.
pub(super) fn write(
    argument: &str,
    body: &Body,
    (value, fields): (&Value, &Fields<'_>),
) -> Result<Written, BuildError> {
    if body.kind == BodyKind::Parts {
        let items = value.as_array();
        let items = items.ok_or_else(|| BuildError::wrong_type(argument, "a list"))?;
        in_order(argument, body, (items, fields))
    } else {
        let members = value.as_object();
        let members = members.ok_or_else(|| BuildError::wrong_type(argument, "an object"))?;
        named(argument, body, (members, fields))
    }
}

/// Writes the members of an object as parts: arrays as parts of one name, objects as JSON, unless
/// a style says otherwise.
fn named(
    of: &str,
    body: &Body,
    (object, fields): (&Map<String, Value>, &Fields<'_>),
) -> Result<Written, BuildError> {
    let whole = whole(body)?;
    let styled = body.encoding.iter().filter(|part| has_style(part));
    let mut names = Pairs::of_fields(of, (object, fields), styled)?;
    let mut parts = Vec::new();
    for (property, value) in encode::members(object) {
        if header::overrides_method(property) {
            return Err(BuildError::clash(of, property));
        }
        let argument = format!("{of}.{property}");
        let encoding = body.encoding.iter().find(|part| part.property == *property);
        if let Some(part) = encoding.filter(|part| has_style(part)) {
            for pair in names.write(&argument, value, (part.style, part.explode, property))? {
                let joint = percent_decode_str(pair.joint).decode_utf8_lossy();
                let text = Value::String(pair.values.join(&*joint));
                parts.push(part_of(
                    (&argument, Some(&pair.name)),
                    (&text, fields),
                    (None, encoding),
                )?);
            }
            continue;
        }
        let media = encoding.and_then(|part| part.content_type.as_deref());
        let as_given = encoding.is_some_and(PartEncoding::is_sent_as_given);
        let values = match value.as_array() {
            Some(items) if as_given || !media.is_some_and(is_json) => items.as_slice(),
            Some(_) | None => std::slice::from_ref(value),
        };
        let fields = fields.field(property);
        for value in values.iter().filter(|value| !value.is_null()) {
            parts.push(part_of(
                (&argument, Some(property)),
                (value, &fields),
                (media, encoding),
            )?);
        }
    }
    join(&whole, &parts)
        .ok_or_else(|| BuildError::wrong_type(of, "an object with at least one member"))
}

/// Writes the items of a list as parts, each as what is said of its place.
fn in_order(
    of: &str,
    body: &Body,
    (items, fields): (&[Value], &Fields<'_>),
) -> Result<Written, BuildError> {
    let whole = whole(body)?;
    let said = |place: &str| body.encoding.iter().find(|part| part.property == place);
    let mut parts = Vec::new();
    for (index, value) in items.iter().enumerate() {
        let place = format!("[{index}]");
        let Some(encoding) = said(&place).or_else(|| said("[]")) else {
            return Err(BuildError::wrong_type(of, "a list of fewer items"));
        };
        let argument = format!("{of}{place}");
        let media = encoding.content_type.as_deref();
        let media = media.or_else(|| (!value.is_array() && !value.is_object()).then_some(TEXT));
        if value.is_null() && !media.is_some_and(is_json) {
            // A part that is left out would move all others.
            return Err(BuildError::missing(&argument));
        }
        parts.push(part_of(
            (&argument, None),
            (value, fields),
            (media, Some(encoding)),
        )?);
    }
    join(&whole, &parts).ok_or_else(|| BuildError::wrong_type(of, "a list with at least one item"))
}

/// The media type of the whole, without a boundary that is not ours.
fn whole(body: &Body) -> Result<String, BuildError> {
    let declared = media_type(body, FORM_DATA)?;
    let plain = essence(&declared);
    if !plain.starts_with("multipart/") {
        return Err(BuildError::BodyUnsupported {
            reason: "its media type has no parts",
        });
    }
    let open = declared.contains('\\') || declared.matches('"').count() % 2 == 1;
    let bounded = declared.to_ascii_lowercase().contains("boundary");
    let is_bare = plain == FORM_DATA || open || bounded;
    Ok(if is_bare { plain } else { declared })
}

/// Whether a value is written as in a query: members in brackets or apart, or all in one piece.
fn has_style(part: &PartEncoding) -> bool {
    let in_style = !part.explode || part.by_member;
    part.style == Style::DeepObject || (in_style && part.content_type.is_none())
}

/// One part: as its media type has it, or as it is given where a header says how that is written.
fn part_of(
    (argument, name): (&str, Option<&str>),
    (value, fields): (&Value, &Fields<'_>),
    (media, encoding): (Option<&str>, Option<&PartEncoding>),
) -> Result<Part, BuildError> {
    let said = encoding.map_or_else(Vec::new, PartEncoding::names);
    if let Some(name) = said.iter().find(|name| header::overrides_method(name)) {
        return Err(BuildError::clash(argument, name));
    }
    let headers = encoding.map_or(&[][..], |encoding| &encoding.headers);
    if let Some(inner) = encoding.and_then(|encoding| encoding.parts.as_deref()) {
        let inner = write(argument, inner, (value, fields))?;
        return Ok(Part {
            media: Some(essence(&inner.content_type)),
            head: head((name, None), Some(&inner.content_type), headers)?,
            content: inner.bytes,
        });
    }
    let media = media.map(first_concrete);
    let as_given = encoding.is_some_and(PartEncoding::is_sent_as_given);
    if let Some(media) = media.filter(|media| !is_bytes(media)) {
        only_utf8(media)?;
    }
    let nested = value.is_array() || value.is_object();
    let mut file = None;
    let (media, content) = match media {
        Some(media) if is_bytes(media) && !as_given => {
            file = name;
            (Some(media), from_base64(argument, value)?)
        }
        None if nested && !as_given => (Some("application/json"), encode::json(value).into_bytes()),
        // A string that is declared to be JSON is a JSON string, quotes and all.
        Some(media) if is_json(media) && !as_given => {
            (Some(media), encode::json(value).into_bytes())
        }
        _ if nested => return Err(BuildError::wrong_type(argument, "text")),
        media => (media, encode::text(value).unwrap_or_default().into_bytes()),
    };
    Ok(Part {
        media: media.map(essence),
        head: head((name, file), media, headers)?,
        content,
    })
}

/// An encoding may name several types, or ranges of them.
fn first_concrete(content_type: &str) -> &str {
    content_type
        .split(',')
        .map(str::trim)
        .find(|media| !media.contains('*') && !media.is_empty())
        .unwrap_or("application/octet-stream")
}

fn head(
    (name, file): (Option<&str>, Option<&str>),
    media: Option<&str>,
    headers: &[(String, String)],
) -> Result<String, BuildError> {
    let mut head = String::new();
    if let Some(name) = name {
        if name.contains(char::is_control) {
            return Err(BuildError::header_value(&format!("{ARGUMENT}.{name}")));
        }
        let _ = write!(
            head,
            "Content-Disposition: form-data; name=\"{}\"",
            quoted(name)
        );
        if let Some(file) = file {
            let _ = write!(head, "; filename=\"{}\"", quoted(file));
        }
        head.push_str("\r\n");
    }
    if let Some(media) = media {
        if !is_well_formed(media) {
            return Err(BuildError::BodyUnsupported {
                reason: "a part's media type is malformed",
            });
        }
        let _ = write!(head, "Content-Type: {media}\r\n");
    }
    for (name, value) in headers {
        if !refused::is_token(name) || !value.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
            return Err(BuildError::BodyUnsupported {
                reason: "a part's header is malformed",
            });
        }
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head.push_str("\r\n");
    Ok(head)
}

/// As browsers do it: a quote is the only visible character that would end the name.
fn quoted(name: &str) -> String {
    name.replace('"', "%22")
}

/// All parts in one, if there are any.
fn join(whole: &str, parts: &[Part]) -> Option<Written> {
    let first = parts.first()?;
    let boundary = boundary(parts);
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(format!("--{boundary}\r\n{}", part.head).as_bytes());
        bytes.extend_from_slice(&part.content);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    // RFC 2387 section 3.1: the type of the first part, which is what the others belong to.
    let root = first
        .media
        .as_ref()
        .filter(|_| whole.eq_ignore_ascii_case(RELATED));
    let root = root.map_or_else(String::new, |media| format!("; type=\"{media}\""));
    Some(Written {
        content_type: format!("{whole}{root}; boundary={boundary}"),
        bytes,
    })
}

/// Nobody can put a digest of the parts into the parts, so the boundary is in none of them.
fn boundary(parts: &[Part]) -> String {
    let mut seed = Vec::new();
    for part in parts {
        for bytes in [part.head.as_bytes(), &part.content] {
            seed.extend_from_slice(&Digest::of(bytes).as_bytes()[..]);
        }
    }
    let digest = Digest::of(&seed).to_string();
    format!("countersign-{}", &digest[..40])
}
