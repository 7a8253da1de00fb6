//! Turns the arguments of a tool into the exact bytes of one request.
//!
//! What must always hold: the same template and equal arguments give the same bytes, so what a
//! reviewer is shown is what is sent; and no argument can move the request to another origin,
//! another path, another operation, another method or another parameter than its own. Start at
//! [`build`].

mod body;
mod encode;
mod fault;
mod fields;
mod header;
mod multipart;
mod path;
mod query;
mod refused;
mod request;
mod style;

use std::collections::HashSet;

use countersign_domain::{
    media_type::is_json,
    operation::{Bind, Body, Method, Place},
    path::{Addresses, Taken},
};
use serde_json::{Map, Value};
use url::Url;

use self::path::Template;
pub use self::{
    fault::BuildError,
    request::{BuiltRequest, RequestParts},
};

/// What we can read, in the order we like it.
const ACCEPT: &str = "application/json, */*;q=0.8";

/// Everything about a request but its arguments.
#[derive(Clone, Copy, Debug)]
pub struct RequestTemplate<'a> {
    /// The method.
    pub method: Method,
    /// The pinned origin and the prefix of every path.
    pub base: &'a Url,
    /// The path template, which is appended to the prefix.
    pub path: &'a str,
    /// Where each argument goes.
    pub binds: &'a [Bind],
    /// What becomes of the argument `body`.
    pub body: Option<&'a Body>,
    /// The schema of all arguments, whose names no member of another takes.
    pub input_schema: &'a Value,
    /// What else of the API is there.
    pub addresses: &'a Addresses,
}

/// Builds the one request that these arguments mean. It carries no credential.
///
/// # Errors
/// When an argument is missing, unknown or of the wrong type, when its value could change another
/// part of the request than its own, or when the template itself is no good.
pub fn build(
    template: &RequestTemplate<'_>,
    arguments: &Map<String, Value>,
) -> Result<BuiltRequest, BuildError> {
    if template.method.is_never_sent() {
        return Err(BuildError::TemplateUnusable {
            reason: "its method is never sent",
        });
    }
    refuse_unknown(template, arguments)?;
    header::check(template.binds, arguments)?;
    let url = address(template, arguments)?;

    let mut headers = vec![("accept".to_owned(), ACCEPT.to_owned())];
    headers.extend(header::headers(template.binds, arguments)?);
    if let Some(cookies) = header::cookies(template.binds, arguments)? {
        headers.push(("cookie".to_owned(), cookies));
    }
    let body = body::write(template, arguments)?.map(|written| {
        headers.push(("content-type".to_owned(), written.content_type));
        written.bytes
    });
    Ok(BuiltRequest {
        method: template.method,
        url,
        headers,
        body,
    })
}

/// Builds the address of the request, which is no other operation's.
///
/// # Errors
/// As for [`build`], but for what is not in the address.
pub(crate) fn address(
    template: &RequestTemplate<'_>,
    arguments: &Map<String, Value>,
) -> Result<Url, BuildError> {
    let path = Template::parse(template.path)?;
    let query = query::query(path.fixed_query.as_deref(), template, arguments)?;
    let filled = path.expand(template.binds, arguments)?;
    let url = locate(template.base, &path, &filled, query.as_deref())?;
    let own = (template.base, template.path);
    match template.addresses.taken(template.method, own, &url) {
        Some(taken) => Err(BuildError::other_operation(argument_of(
            &taken,
            template.binds,
        ))),
        None => Ok(url),
    }
}

/// The argument that brings a parameter; of a member of an object, the member.
fn argument_of<'t>(taken: &'t Taken, binds: &'t [Bind]) -> &'t str {
    let is_it = |bind: &&Bind| {
        let is_named = bind.wire.eq_ignore_ascii_case(&taken.name);
        bind.place == taken.place && is_named
            || taken.place == Place::Query && bind.place == Place::Querystring
    };
    let mut found = binds.iter().filter(is_it);
    found.next().map_or(&taken.name, |bind| &bind.key)
}

fn refuse_unknown(
    template: &RequestTemplate<'_>,
    arguments: &Map<String, Value>,
) -> Result<(), BuildError> {
    let mut known: HashSet<&str> = template
        .binds
        .iter()
        .map(|bind| bind.key.as_str())
        .collect();
    known.extend(template.body.map(|_| body::ARGUMENT));
    match arguments.keys().find(|key| !known.contains(key.as_str())) {
        Some(unknown) => Err(BuildError::unknown(unknown)),
        None => Ok(()),
    }
}

/// Puts the URL together, and reads it again as an upstream will: whatever that changes is an
/// escape.
fn locate(
    base: &Url,
    template: &Template<'_>,
    path: &str,
    query: Option<&str>,
) -> Result<Url, BuildError> {
    let is_plain = matches!(base.scheme(), "https" | "http")
        && base.username().is_empty()
        && base.password().is_none()
        && base.query().is_none()
        && base.fragment().is_none();
    if !is_plain {
        return Err(BuildError::TemplateUnusable {
            reason: "its base is not a plain origin with a prefix",
        });
    }
    let prefix = base.path().trim_end_matches('/');
    let whole_path = format!("{prefix}{path}");
    let mut text = base.origin().ascii_serialization();
    text.push_str(&whole_path);
    if let Some(query) = query {
        text.push('?');
        text.push_str(query);
    }
    let url = Url::parse(&text).map_err(|_| BuildError::PathEscape)?;
    let segments = prefix.matches('/').count() + template.segment_count();
    let is_same = url.origin() == base.origin()
        && url.as_str() == text
        && url.path() == whole_path
        && url.query() == query
        && url.fragment().is_none()
        && url
            .path_segments()
            .is_some_and(|found| found.count() == segments);
    if is_same {
        Ok(url)
    } else {
        Err(BuildError::PathEscape)
    }
}

/// Returns the value of an argument that is to be sent. Null is not sent.
fn given<'v>(
    bind: &Bind,
    arguments: &'v Map<String, Value>,
) -> Result<Option<&'v Value>, BuildError> {
    match arguments.get(&bind.key) {
        Some(value) if !value.is_null() => Ok(Some(value)),
        Some(_) | None if bind.required => Err(BuildError::missing(&bind.key)),
        Some(_) | None => Ok(None),
    }
}

/// Writes a value in the media type of its bind, if it has one: JSON becomes one string. Lists in
/// a list are joined, where it is said how.
fn typed_value(
    bind: &Bind,
    value: &Value,
    json: fn(&Value) -> String,
) -> Result<Value, BuildError> {
    let Some(media_type) = &bind.content_type else {
        let items = bind.encoding.iter().find(|part| part.property == "[]");
        return match (items, value) {
            (Some(items), Value::Array(all)) => style::joined(&bind.key, items.style, all),
            _ => Ok(value.clone()),
        };
    };
    if is_json(media_type) {
        return Ok(Value::String(json(value)));
    }
    if value.is_array() || value.is_object() {
        return Err(BuildError::wrong_type(&bind.key, "text"));
    }
    Ok(value.clone())
}
