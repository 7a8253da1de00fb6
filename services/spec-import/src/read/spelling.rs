//! Whole numbers of YAML that are not written as they are printed, such as `16_9`, `0x1F` and `+1`.
//!
//! The reader of YAML makes `169` of the first, which is a text since YAML 1.2, and what was meant
//! as a text is sent as it was written or not at all. So such a scalar is marked before the document
//! is read, which makes it a text, and each mark is taken away again: where a schema asks for texts
//! the scalar stays as it is written, and elsewhere it is the number that it means, if it is one.

use std::{collections::HashSet, ops::RangeInclusive};

use serde_json::{Map, Number, Value};

/// Characters for private use. The mark is one that the document does not have.
const MARKS: RangeInclusive<char> = '\u{e000}'..='\u{f8ff}';
/// What a schema lists values under.
const VALUES: [&str; 3] = ["enum", "const", "default"];

/// The document with marks, and what they are, if it has something to mark.
pub(super) fn marked(text: &str) -> Option<(String, char)> {
    if !text.split(is_between).any(is_odd) {
        return None;
    }
    let used = private(text);
    let mark = MARKS.into_iter().find(|one| !used.contains(one))?;
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut is_told = false;
    for word in text.split_inclusive(is_between) {
        let bare = word.trim_end_matches(is_between);
        if is_odd(bare) && !is_told {
            out.push(mark);
        }
        // A name for later use may stand between the two.
        if !bare.is_empty() && !bare.starts_with('&') {
            is_told = tells(bare);
        }
        out.push_str(word);
    }
    Some((out, mark))
}

/// The characters for private use that a document has, written as they are or as an escape.
fn private(text: &str) -> HashSet<char> {
    let decoded = |(at, _): (usize, &str)| {
        let rest = &text[at + 1..];
        let digits = match rest.as_bytes().first()? {
            b'u' => rest.get(1..5)?,
            b'U' => rest.get(1..9)?,
            _ => return None,
        };
        char::from_u32(u32::from_str_radix(digits, 16).ok()?)
    };
    let escapes = text.match_indices('\\').filter_map(decoded);
    let all = text.chars().chain(escapes);
    all.filter(|one| MARKS.contains(one)).collect()
}

/// Whether a word says what follows: a tag, or the head of a block of text.
fn tells(word: &str) -> bool {
    let is_more = |byte: &u8| matches!(byte, b'+' | b'-' | b'1'..=b'9');
    match word.as_bytes() {
        [b'!', ..] => true,
        [b'|' | b'>', more @ ..] => more.iter().all(is_more),
        _ => false,
    }
}

/// The document without its marks; none where two of its names would become one.
pub(super) fn settled(mut root: Value, mark: char) -> Option<Value> {
    unmark(&mut root, mark, false).then_some(root)
}

fn unmark(value: &mut Value, mark: char, is_text: bool) -> bool {
    match value {
        Value::String(text) if text.contains(mark) => {
            let written = text.replace(mark, "");
            let whole = text.strip_prefix(mark) == Some(&written) && !is_text;
            let number = whole.then(|| number(&written)).flatten();
            *value = number.map_or(Value::String(written), Value::Number);
            true
        }
        Value::Array(items) => items.iter_mut().all(|item| unmark(item, mark, is_text)),
        Value::Object(members) => {
            let texts = asks_for_texts(members);
            let mut each = members.iter_mut();
            each.all(|(name, member)| {
                unmark(member, mark, texts && VALUES.contains(&name.as_str()))
            }) && rename(members, mark)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

fn rename(members: &mut Map<String, Value>, mark: char) -> bool {
    if !members.keys().any(|name| name.contains(mark)) {
        return true;
    }
    let mut named = std::mem::take(members).into_iter();
    named.all(|(name, it)| members.insert(name.replace(mark, ""), it).is_none())
}

fn asks_for_texts(schema: &Map<String, Value>) -> bool {
    match schema.get("type") {
        Some(Value::String(name)) => name == "string",
        Some(Value::Array(names)) => {
            let has = |name: &str| names.iter().any(|one| one == name);
            has("string") && !has("integer") && !has("number")
        }
        _ => false,
    }
}

const fn is_between(letter: char) -> bool {
    matches!(
        letter,
        ' ' | '\t' | '\r' | '\n' | ',' | '[' | ']' | '{' | '}'
    )
}

/// Whether a word is read as a whole number that is printed otherwise.
fn is_odd(word: &str) -> bool {
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    match unsigned.as_bytes() {
        [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B', digits @ ..] => {
            let is_digit = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'_';
            !digits.is_empty() && digits.iter().all(is_digit)
        }
        [b'0'..=b'9', rest @ ..] => {
            let is_respelled = unsigned.len() < word.len() && !word.starts_with('-')
                || unsigned.starts_with('0') && word != "0"
                || rest.contains(&b'_');
            is_respelled
                && rest
                    .iter()
                    .all(|byte| byte.is_ascii_digit() || *byte == b'_')
        }
        _ => false,
    }
}

/// The number that a word is to YAML 1.2.
fn number(word: &str) -> Option<Number> {
    if let Some(digits) = word.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    if let Some(digits) = word.strip_prefix("0o") {
        return u64::from_str_radix(digits, 8).ok().map(Number::from);
    }
    word.parse::<i64>().ok().map(Number::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_that_are_printed_otherwise_are_odd() {
        for word in [
            "16_9", "1_000", "0x1F", "0X1f", "0o17", "0b11", "+1", "-0", "007", "-1_0",
        ] {
            assert!(is_odd(word), "{word}");
        }
        for word in [
            "0",
            "1",
            "-1",
            "169",
            "1.10",
            "+1.5",
            "1e3",
            "_1",
            "5GB",
            "0x",
            "0xyz",
            "a_1",
            "-",
            "",
            "2026-01-01",
            "1_a",
        ] {
            assert!(!is_odd(word), "{word}");
        }
    }
}
