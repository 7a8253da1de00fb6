//! Strict JSON: one reading only.
//!
//! `serde_json` keeps the last of two equal keys; another reader may keep the first, and then
//! what was approved is not what runs. Here a document with duplicate keys is refused.

mod exact;

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value, map::Entry};

/// The text is not JSON, or can be read in two ways.
#[derive(Debug, thiserror::Error)]
#[error("{message} at line {line}, column {column}")]
pub struct InvalidJson {
    /// What is wrong.
    pub message: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1.
    pub column: usize,
}

/// Parses one JSON document. Duplicate keys, trailing text, nesting deeper than 128 and numbers
/// beyond the range of a double are errors.
///
/// # Errors
/// Says what is wrong and where.
pub fn parse(bytes: &[u8]) -> Result<Value, InvalidJson> {
    // Looked through once, its texts need not be looked at one by one.
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Some(value) = exact::parse(text)
    {
        return Ok(value);
    }
    // Which of two equal keys is at fault is only known to who looks at each as it comes.
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict
        .deserialize(&mut reader)
        .map_err(|error| explain(&error, bytes))?;
    reader.end().map_err(|error| explain(&error, bytes))?;
    Ok(value)
}

fn explain(error: &serde_json::Error, bytes: &[u8]) -> InvalidJson {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text).to_owned();
    let (line, column) = place(error, bytes);
    InvalidJson {
        message,
        line,
        column,
    }
}

/// The reader counts what it has read: behind the end of a line, nothing of the next one.
fn place(error: &serde_json::Error, bytes: &[u8]) -> (usize, usize) {
    let (line, column) = (error.line(), error.column());
    if column > 0 || line < 2 || error.is_eof() {
        return (line.max(1), column.max(1));
    }
    // The end of the line is itself what cannot stand there.
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let before = lines.nth(line - 2).unwrap_or_default();
    (line - 1, before.len() + 1)
}

/// Deserializes a [`Value`] from any format, refusing duplicate keys.
#[derive(Clone, Copy)]
pub struct Strict;

/// A [`Value`] read with [`Strict`]; lets other formats' `from_str` be used.
pub struct StrictValue(pub Value);

impl<'de> Deserialize<'de> for StrictValue {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        Strict.deserialize(reader).map(Self)
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }
    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }
    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        self.deserialize(reader)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Self)? {
            list.push(item);
        }
        // Most lists are short, and room is made for four.
        list.shrink_to_fit();
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Self)?;
            match map.entry(key) {
                Entry::Vacant(room) => {
                    room.insert(value);
                }
                Entry::Occupied(taken) => {
                    let key = taken.key();
                    return Err(A::Error::custom(format_args!("duplicate key {key:?}")));
                }
            }
        }
        Ok(Value::Object(map))
    }
}

/// Says whether a value means the same to every reader: integers beyond ±(2^53 − 1) do not
/// (RFC 8259 section 6), and two of them could share one canonical digest; and texts with U+0000
/// cannot be kept by everybody, PostgreSQL among them.
#[must_use]
pub fn is_interoperable(value: &Value) -> bool {
    const LIMIT: u64 = (1 << 53) - 1;
    match value {
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(positive), _) => positive <= LIMIT,
            (None, Some(negative)) => negative.unsigned_abs() <= LIMIT,
            (None, None) => true,
        },
        Value::Array(items) => items.iter().all(is_interoperable),
        Value::Object(members) => members
            .iter()
            .all(|(key, member)| !key.contains('\0') && is_interoperable(member)),
        Value::String(text) => !text.contains('\0'),
        Value::Null | Value::Bool(_) => true,
    }
}

/// Says whether JSON that was read without a fault has an integer in it that its value lost: one
/// beyond 64 bits, written out, is read as the nearest double. What is written with a fraction or
/// an exponent asks for a double.
#[must_use]
pub fn loses_an_integer(bytes: &[u8]) -> bool {
    let (mut rest, mut in_text) = (bytes, false);
    while let Some((first, after)) = rest.split_first() {
        rest = match first {
            b'\\' => after.get(1..).unwrap_or_default(),
            b'"' => {
                in_text = !in_text;
                after
            }
            b'-' | b'0'..=b'9' if !in_text => {
                let is_of_it = |byte: &u8| b"+-.eE0123456789".contains(byte);
                let end = rest.iter().position(|byte| !is_of_it(byte));
                let (number, after) = rest.split_at(end.unwrap_or(rest.len()));
                if is_lost(number) {
                    return true;
                }
                after
            }
            _ => after,
        };
    }
    false
}

fn is_lost(number: &[u8]) -> bool {
    let is_integer = !number.iter().any(|byte| b".eE".contains(byte));
    let text = std::str::from_utf8(number).unwrap_or_default();
    is_integer && text.parse::<i64>().is_err() && text.parse::<u64>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duplicate_key_is_refused_at_any_depth() {
        let error = parse(br#"{"a": [{"b": 1, "b": 2}]}"#).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(r#"duplicate key "b" at line 1"#),
            "{error}"
        );
    }

    #[test]
    fn anything_but_one_json_document_is_refused() {
        let cases: [&[u8]; 8] = [
            b"",
            b"{} {}",
            b"{\"a\":1,}",
            b"\xef\xbb\xbf{}",
            b"{\"a\": 1e400}",
            b"\"\\ud800\"",
            b"{\"a\0\": 1}",
            &[b'['; 200],
        ];
        for case in cases {
            assert!(parse(case).is_err(), "{}", String::from_utf8_lossy(case));
        }
    }

    #[test]
    fn lines_and_columns_are_counted_from_1() {
        let cases: [(&str, (usize, usize)); 6] = [
            ("", (1, 1)),
            ("{\"a\": 1,\n", (2, 1)),
            ("{\n\"a\": \"b\nc\"}", (2, 8)),
            ("{\n\"a\": \"b\\\nc\"}", (2, 9)),
            ("{\n}\n}", (3, 1)),
            ("[1,\n\n,2]", (3, 1)),
        ];
        for (text, place) in cases {
            let error = parse(text.as_bytes()).unwrap_err();
            assert_eq!((error.line, error.column), place, "{text:?}: {error}");
        }
    }

    #[test]
    fn a_document_is_read_as_everybody_reads_it() {
        let deep = format!("{}1{}", "[".repeat(126), "]".repeat(126));
        let cases = [
            "null",
            " -0.5e3 ",
            "\"\\u00e9\\n\u{1F600}\"",
            "[[], {}, [1, [2, 3], 4], {\"a\": {\"b\": [], \"c\": [{}]}, \"\": 18446744073709551615}]",
            r#"{"z": 1, "a": {"z": 2, "y": [3, {"z": 4}]}, "m": -9007199254740993}"#,
            &deep,
        ];
        for case in cases {
            let everybody: Value = serde_json::from_str(case).unwrap();
            let read = parse(case.as_bytes()).unwrap();
            // Order too.
            assert_eq!(read.to_string(), everybody.to_string());
            assert_eq!(read, everybody);
        }
    }

    #[test]
    fn an_integer_that_no_number_here_can_hold_is_told_from_a_double() {
        let lost = [
            "123456789012345678901234567890",
            "[-9223372036854775809]",
            r#"{"a\\": "\"", "b": [1, {"c": 18446744073709551616}]}"#,
        ];
        let kept = [
            "18446744073709551615",
            "[-9223372036854775808, -0, 0]",
            "[1e29, 123456789012345678901234567890.0, 1.2E+30]",
            r#"{"123456789012345678901234567890": "\" 123456789012345678901234567890"}"#,
        ];
        for (texts, expected) in [(&lost[..], true), (&kept[..], false)] {
            for text in texts {
                parse(text.as_bytes()).unwrap();
                assert_eq!(loses_an_integer(text.as_bytes()), expected, "{text}");
            }
        }
    }

    #[test]
    fn keys_that_differ_in_case_are_different_keys() {
        let value = parse(br#"{"method": 1, "Method": 2}"#).unwrap();
        assert_eq!((&value["method"], &value["Method"]), (&1.into(), &2.into()));
    }
}
