//! `multipart/form-data`, with a boundary that is a digest of the parts.
//!
//! A random boundary would make two builds of one request differ, and a reviewer could not be
//! shown the bytes that will be sent.

use std::fmt::Write as _;

use countersign_domain::{
    digest::Digest,
    media_type::{is_bytes, is_json, is_well_formed},
    operation::{Body, PartEncoding, Style},
};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::{
    BuildError,
    body::{ARGUMENT, Written, from_base64},
    encode,
    query::Pairs,
};

struct Part {
    head: String,
    content: Vec<u8>,
}

/// Writes the members of an object as parts: arrays as parts of one name, objects as JSON, unless
/// a style says otherwise.
pub(super) fn write(body: &Body, object: &Map<String, Value>) -> Result<Written, BuildError> {
    if !body
        .media_type
        .trim()
        .to_ascii_lowercase()
        .starts_with("multipart/form-data")
        && !body.media_type.contains('*')
    {
        return Err(BuildError::BodyUnsupported {
            reason: "only multipart/form-data is known",
        });
    }
    let mut names = Pairs::new(object.keys().cloned());
    let mut parts = Vec::new();
    for (property, value) in encode::members(object) {
        let encoding = body.encoding.iter().find(|part| part.property == *property);
        if let Some(part) = encoding.filter(|part| has_style(part)) {
            let argument = format!("{ARGUMENT}.{property}");
            for pair in names.write(&argument, value, (part.style, part.explode, property))? {
                let joint = percent_decode_str(pair.joint).decode_utf8_lossy();
                parts.push(Part {
                    head: head(&pair.name, None, None)?,
                    content: pair.values.join(&*joint).into_bytes(),
                });
            }
            continue;
        }
        let content_type = encoding.and_then(|part| part.content_type.as_deref());
        let values = match value.as_array() {
            Some(items) if !content_type.is_some_and(is_json) => items.as_slice(),
            Some(_) | None => std::slice::from_ref(value),
        };
        for value in values.iter().filter(|value| !value.is_null()) {
            parts.push(part(property, value, content_type.map(first_concrete))?);
        }
    }
    if parts.is_empty() {
        return Err(BuildError::wrong_type(
            ARGUMENT,
            "an object with at least one member",
        ));
    }
    Ok(join(&parts))
}

/// Whether a value is written as in a query: members in brackets, or a list in one piece.
fn has_style(part: &PartEncoding) -> bool {
    part.style == Style::DeepObject || (!part.explode && part.content_type.is_none())
}

fn part(property: &str, value: &Value, content_type: Option<&str>) -> Result<Part, BuildError> {
    match (content_type, value) {
        (Some(media), value) if is_bytes(media) => Ok(Part {
            head: head(property, Some(media), Some(property))?,
            content: from_base64(&format!("{ARGUMENT}.{property}"), value)?,
        }),
        (None, Value::Object(_) | Value::Array(_)) => Ok(Part {
            head: head(property, Some("application/json"), None)?,
            content: encode::json(value).into_bytes(),
        }),
        (Some(media), Value::Object(_) | Value::Array(_)) if !is_json(media) => Err(
            BuildError::wrong_type(&format!("{ARGUMENT}.{property}"), "text"),
        ),
        (media, value) => {
            // A string that is declared to be JSON is a JSON string, quotes and all.
            let text = if media.is_some_and(is_json) {
                encode::json(value)
            } else {
                encode::text(value).unwrap_or_default()
            };
            Ok(Part {
                head: head(property, media, None)?,
                content: text.into_bytes(),
            })
        }
    }
}

/// An encoding may name several types, or ranges of them.
fn first_concrete(content_type: &str) -> &str {
    content_type
        .split(',')
        .map(str::trim)
        .find(|media| !media.contains('*') && !media.is_empty())
        .unwrap_or("application/octet-stream")
}

fn head(name: &str, media: Option<&str>, file: Option<&str>) -> Result<String, BuildError> {
    if name.contains(char::is_control) {
        return Err(BuildError::header_value(&format!("{ARGUMENT}.{name}")));
    }
    let mut head = format!("Content-Disposition: form-data; name=\"{}\"", quoted(name));
    if let Some(file) = file {
        let _ = write!(head, "; filename=\"{}\"", quoted(file));
    }
    if let Some(media) = media {
        if !is_well_formed(media) {
            return Err(BuildError::BodyUnsupported {
                reason: "a part's media type is malformed",
            });
        }
        let _ = write!(head, "\r\nContent-Type: {media}");
    }
    head.push_str("\r\n\r\n");
    Ok(head)
}

/// As browsers do it: a quote is the only visible character that would end the name.
fn quoted(name: &str) -> String {
    name.replace('"', "%22")
}

fn join(parts: &[Part]) -> Written {
    let boundary = boundary(parts);
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(format!("--{boundary}\r\n{}", part.head).as_bytes());
        bytes.extend_from_slice(&part.content);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Written {
        content_type: format!("multipart/form-data; boundary={boundary}"),
        bytes,
    }
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
