//! The body, in the media type that the document declares.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use countersign_domain::{
    header,
    media_type::{is_json, is_utf8, is_well_formed},
    operation::{Body, BodyKind, PartEncoding, Style},
};
use serde_json::{Map, Value};

use super::{BuildError, RequestTemplate, encode, fields::Fields, multipart, query::Pairs};

/// The key of the argument that becomes the body.
pub(super) const ARGUMENT: &str = "body";

/// A body as it goes out.
pub(super) struct Written {
    pub(super) content_type: String,
    pub(super) bytes: Vec<u8>,
}

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Writes the body, if there is one.
pub(super) fn write(
    template: &RequestTemplate<'_>,
    arguments: &Map<String, Value>,
) -> Result<Option<Written>, BuildError> {
    let Some(body) = template.body else {
        return Ok(None);
    };
    let value = match arguments.get(ARGUMENT) {
        Some(Value::Null) if !body.required => return Ok(None),
        // Only JSON has a null; the schema has let it through.
        Some(Value::Null) if body.kind != BodyKind::Json => {
            return Err(BuildError::missing(ARGUMENT));
        }
        Some(value) => value,
        None if body.required => return Err(BuildError::missing(ARGUMENT)),
        None => return Ok(None),
    };
    if let Value::Object(members) = value
        && let Some(name) = members.keys().find(|name| header::overrides_method(name))
    {
        return Err(BuildError::clash(ARGUMENT, name));
    }
    if body.kind != BodyKind::Binary {
        only_utf8(&body.media_type)?;
    }
    let fields = || Fields::of(template.input_schema, ARGUMENT);
    let written = match body.kind {
        BodyKind::Json => Written {
            content_type: media_type(body, "application/json")?,
            bytes: encode::json(value).into_bytes(),
        },
        BodyKind::Form => Written {
            content_type: media_type(body, "application/x-www-form-urlencoded")?,
            bytes: form(ARGUMENT, (object(value)?, &fields()), &body.encoding)?.into_bytes(),
        },
        BodyKind::Multipart | BodyKind::Parts => {
            multipart::write(ARGUMENT, body, (value, &fields()))?
        }
        BodyKind::Binary => Written {
            content_type: media_type(body, "application/octet-stream")?,
            bytes: from_base64(ARGUMENT, value)?,
        },
        BodyKind::Text => Written {
            content_type: media_type(body, "text/plain")?,
            bytes: as_text(value)?.into_bytes(),
        },
    };
    Ok(Some(written))
}

/// Returns the declared media type, or `default` where a range such as `*/*` is declared.
pub(super) fn media_type(body: &Body, default: &str) -> Result<String, BuildError> {
    let declared = body.media_type.trim();
    if declared.is_empty() || declared.contains('*') {
        return Ok(default.to_owned());
    }
    if !is_well_formed(declared) {
        return Err(BuildError::BodyUnsupported {
            reason: "its media type is malformed",
        });
    }
    Ok(declared.to_owned())
}

/// What is written is UTF-8: under the name of another charset it would be other text.
pub(super) fn only_utf8(media: &str) -> Result<(), BuildError> {
    is_utf8(media)
        .then_some(())
        .ok_or(BuildError::BodyUnsupported {
            reason: "its charset is not UTF-8",
        })
}

/// Decodes what was given in base64.
pub(super) fn from_base64(argument: &str, value: &Value) -> Result<Vec<u8>, BuildError> {
    let decoded = value.as_str().and_then(|text| BASE64.decode(text).ok());
    decoded.ok_or_else(|| BuildError::wrong_type(argument, "bytes in base64"))
}

fn object(value: &Value) -> Result<&Map<String, Value>, BuildError> {
    value
        .as_object()
        .ok_or_else(|| BuildError::wrong_type(ARGUMENT, "an object"))
}

fn as_text(value: &Value) -> Result<String, BuildError> {
    let scalar = (!value.is_array() && !value.is_object())
        .then(|| encode::text(value))
        .flatten();
    scalar.ok_or_else(|| BuildError::wrong_type(ARGUMENT, "text"))
}

/// Writes an object as a form: `name=value` pairs, in the order of their names.
pub(super) fn form(
    argument: &str,
    (object, fields): (&Map<String, Value>, &Fields<'_>),
    encoding: &[PartEncoding],
) -> Result<String, BuildError> {
    let mut names = Pairs::of_fields(argument, (object, fields), encoding.iter())?;
    let mut written = Vec::new();
    for (property, value) in encode::members(object) {
        let spelling = encoding.iter().find(|part| part.property == *property);
        let as_json = match spelling.map(|part| part.content_type.as_deref()) {
            None => value.is_object(),
            Some(media) => (value.is_object() || value.is_array()) && media.is_some_and(is_json),
        };
        let (style, explode) =
            spelling.map_or((Style::Form, true), |part| (part.style, part.explode));
        let value = if as_json {
            &Value::String(encode::json(value))
        } else {
            value
        };
        let argument = format!("{argument}.{property}");
        let media = spelling.and_then(|part| part.content_type.as_deref());
        if media.is_some_and(|media| !is_json(media)) && value.is_object() {
            return Err(BuildError::wrong_type(&argument, "text"));
        }
        for pair in names.write(&argument, value, (style, explode, property))? {
            let (name, value) = (encode::strict(&pair.name), pair.value(encode::strict));
            written.push(format!("{name}={value}"));
        }
    }
    Ok(written.join("&"))
}
