//! How values become text, the same text for equal values.
//!
//! An approval is a digest over canonical JSON, in which the order of members and the spelling of
//! a number do not count. So they must not count here either: members are written in the order of
//! their keys, and `1.0` as `1`. Otherwise one approval could stand for two different requests.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Number, Value};

/// Everything but the unreserved characters of RFC 3986 section 2.3.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// As [`STRICT`], but keeps the reserved characters that cannot end a value, begin another one or
/// be read as a space. A percent sign is a character of the value, never an escape.
const RESERVED_ALLOWED: &AsciiSet = &STRICT
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b'=');

/// Literal text of a path template: `pchar` of RFC 3986, escapes left as they are.
const LITERAL: &AsciiSet = &STRICT
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'%');

/// Percent-encodes everything but unreserved characters.
pub(super) fn strict(text: &str) -> String {
    utf8_percent_encode(text, STRICT).to_string()
}

/// Percent-encodes a query value whose reserved characters are to be kept.
pub(super) fn reserved_allowed(text: &str) -> String {
    utf8_percent_encode(text, RESERVED_ALLOWED).to_string()
}

/// Percent-encodes what may not stand in a path, leaving escapes alone.
pub(super) fn literal(text: &str) -> String {
    utf8_percent_encode(text, LITERAL).to_string()
}

/// Returns the text of a scalar as it is, and of anything else its JSON; nothing for null.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Some(json(value)),
    }
}

/// Writes JSON, equal text for values with equal canonical JSON.
pub(super) fn json(value: &Value) -> String {
    ordered(value).to_string()
}

/// Writes JSON with nothing but visible ASCII in it, as a header needs.
pub(super) fn ascii_json(value: &Value) -> String {
    let mut ascii = String::new();
    let mut units = [0; 2];
    for character in json(value).chars() {
        if character.is_ascii() && character != '\u{7f}' {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(ascii, "\\u{unit:04x}");
            }
        }
    }
    ascii
}

/// Returns the members in the order of their keys.
pub(super) fn members(object: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut members: Vec<_> = object.iter().collect();
    members.sort_unstable_by_key(|(key, _)| *key);
    members
}

fn ordered(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
        Value::Number(number) => Value::Number(plain(number)),
        Value::Array(items) => items.iter().map(ordered).collect(),
        Value::Object(object) => {
            let sorted = members(object).into_iter();
            Value::Object(
                sorted
                    .map(|(key, value)| (key.clone(), ordered(value)))
                    .collect(),
            )
        }
    }
}

/// Writes a double without a fraction as an integer, as long as both mean the same everywhere.
fn plain(number: &Number) -> Number {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(double) if number.is_f64() && double.fract() == 0.0 && double.abs() < EXACT => {
            let digits = format!("{double:.0}");
            digits
                .parse::<i64>()
                .map_or_else(|_| number.clone(), Number::from)
        }
        Some(_) | None => number.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_canonical_values_are_written_with_equal_bytes() {
        let one = json!({"b": [1.0, -0.0, 2.5], "a": {"z": 1, "y": 1e3}});
        let other = json!({"a": {"y": 1000, "z": 1.0}, "b": [1, 0, 2.5]});

        assert_eq!(json(&one), r#"{"a":{"y":1000,"z":1},"b":[1,0,2.5]}"#);
        assert_eq!(json(&one), json(&other));
    }

    #[test]
    fn json_for_a_header_is_ascii_and_means_the_same() {
        let value = json!({"name": "Grüße 🌍\u{7f}\n"});
        let ascii = ascii_json(&value);

        assert!(
            ascii.bytes().all(|byte| (0x20..0x7f).contains(&byte)),
            "{ascii}"
        );
        assert_eq!(serde_json::from_str::<Value>(&ascii).unwrap(), value);
    }
}
