//! Headers and cookies: nothing in them can begin another one.

use countersign_domain::{
    header,
    operation::{Bind, Place, Style},
};
use serde_json::{Map, Value};

use super::{
    BuildError, encode,
    query::Pairs,
    refused,
    style::{Pair, Parts},
    typed_value,
};

/// Refuses arguments for headers, cookies and parameters that no tool may set. One that is not
/// given does no harm, and leaves the rest of the tool useful.
pub(super) fn check(binds: &[Bind], arguments: &Map<String, Value>) -> Result<(), BuildError> {
    let is_given = |bind: &&Bind| {
        arguments
            .get(&bind.key)
            .is_some_and(|value| !value.is_null())
    };
    let refused = binds.iter().filter(is_given).find(|bind| match bind.place {
        Place::Header => header::is_reserved(&bind.wire) || !refused::is_token(&bind.wire),
        Place::Cookie => !refused::is_token(&bind.wire),
        Place::Query => header::overrides_method(&bind.wire),
        // What stands in the whole query is looked at when it is written.
        Place::Path | Place::Querystring => false,
    });
    refused.map_or(Ok(()), |bind| Err(BuildError::bind(&bind.key)))
}

/// Writes the headers that arguments fill, names in lowercase, in the order of the template.
pub(super) fn headers(
    binds: &[Bind],
    arguments: &Map<String, Value>,
) -> Result<Vec<(String, String)>, BuildError> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for bind in binds.iter().filter(|bind| bind.place == Place::Header) {
        let Some(value) = super::given(bind, arguments)? else {
            continue;
        };
        let value = typed_value(bind, value, encode::ascii_json)?;
        let Some(parts) = Parts::of(&value) else {
            continue;
        };
        let text = parts.spelled(bind.style, bind.explode, &bind.wire);
        if !text.bytes().all(|byte| matches!(byte, b'\t' | 0x20..=0x7e)) {
            return Err(BuildError::header_value(&bind.key));
        }
        let name = bind.wire.to_ascii_lowercase();
        if headers.iter().any(|(taken, _)| *taken == name) {
            return Err(BuildError::bind(&bind.key));
        }
        headers.push((name, text));
    }
    Ok(headers)
}

/// Writes the `Cookie` header. Values are percent-encoded, or refused where they have to stand as
/// they are and could not, so none can end its cookie.
pub(super) fn cookies(
    binds: &[Bind],
    arguments: &Map<String, Value>,
) -> Result<Option<String>, BuildError> {
    let in_cookies = || binds.iter().filter(|bind| bind.place == Place::Cookie);
    let mut names = Pairs::new(in_cookies().map(|bind| bind.wire.clone()));
    let mut written = Vec::new();
    for bind in in_cookies() {
        let Some(value) = super::given(bind, arguments)? else {
            continue;
        };
        let value = typed_value(bind, value, encode::json)?;
        let is_plain = bind.style == Style::Cookie;
        let escape = if is_plain {
            str::to_owned
        } else {
            encode::strict
        };
        for pair in names.write(&bind.key, &value, (bind.style, bind.explode, &bind.wire))? {
            let value = pair.value(escape);
            let fits = !is_plain || value.bytes().all(is_cookie_octet);
            if !refused::is_token(&pair.name) || holds_control(&pair) || !fits {
                return Err(BuildError::header_value(&bind.key));
            }
            written.push(format!("{}={value}", pair.name));
        }
    }
    Ok((!written.is_empty()).then(|| written.join("; ")))
}

/// What may stand in a cookie as it is (RFC 6265 section 4.1.1).
const fn is_cookie_octet(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\')
}

fn holds_control(pair: &Pair) -> bool {
    pair.values
        .iter()
        .any(|value| value.contains(char::is_control))
}
