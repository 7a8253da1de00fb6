//! Reads a request as an upstream would, and says what should not be in it.
//!
//! Nothing here shares code with the builder: what it wrote is taken apart by rules of its own.

mod body;
mod headers;
mod neighbours;
mod query;
mod url;

use std::borrow::Cow;

use countersign_secret_injection::BuiltRequest;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::tool::Tool;

/// Checks a request that was built.
pub(crate) fn check(tool: &Tool, request: &BuiltRequest) -> Result<(), String> {
    url::check(tool, request)?;
    neighbours::check(tool, request)?;
    headers::check(tool, request)?;
    query::check(tool, request)?;
    body::check(tool, request)
}

fn hold(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// Whether a text on the wire is what a value means: equal texts, equal numbers, equal JSON.
fn means(text: &str, value: &Value) -> bool {
    match value {
        Value::String(given) => given == text,
        Value::Null => text == "null",
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            serde_json::from_str::<Value>(text).is_ok_and(|read| same(&read, value))
        }
    }
}

/// Equal as JSON, where `1.0` is `1`.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same(a, b))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, value)| other.get(key).is_some_and(|other| same(value, other)))
        }
        (one, other) => one == other,
    }
}

/// The value itself, where it is neither a list nor an object nor null.
fn scalar(value: &Value) -> Option<&Value> {
    match value {
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(value),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
