//! Whole numbers of YAML that are not written as they are printed, such as `16_9`, `0x1F` and `+1`.
//!
//! The reader of YAML makes `169` of the first, which is a text since YAML 1.2, and what was meant
//! as a text is sent as it was written or not at all. So such a scalar is marked before the document
//! is read, which makes it a text, and each mark is taken away again: where a schema asks for texts
//! the scalar stays as it is written, and elsewhere it is the number that it means, if it is one.

use serde_json::{Map, Number, Value};

/// A character for private use. Of a document that uses it nothing is marked.
const MARK: char = '\u{e0c5}';
/// What a schema lists values under.
const VALUES: [&str; 3] = ["enum", "const", "default"];

/// The document with marks, if it has something to mark.
pub(super) fn marked(text: &str) -> Option<String> {
    if !text.split(is_between).any(is_odd) || text.contains(MARK) {
        return None;
    }
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut is_told = false;
    for word in text.split_inclusive(is_between) {
        let bare = word.trim_end_matches(is_between);
        if is_odd(bare) && !is_told {
            out.push(MARK);
        }
        // A name for later use may stand between the two.
        if !bare.is_empty() && !bare.starts_with('&') {
            is_told = tells(bare);
        }
        out.push_str(word);
    }
    Some(out)
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

/// The document without its marks; none where two of its names would become one, or where it has
/// marks of its own, as an escape can make them.
pub(super) fn settled(mut root: Value) -> Option<Value> {
    unmark(&mut root, false).then_some(root)
}

fn unmark(value: &mut Value, is_text: bool) -> bool {
    match value {
        Value::String(text) if text.contains(MARK) => {
            let written = text.replace(MARK, "");
            let whole = text.strip_prefix(MARK) == Some(&written) && !is_text;
            let number = whole.then(|| number(&written)).flatten();
            let is_ours = is_ours(text);
            *value = number.map_or(Value::String(written), Value::Number);
            is_ours
        }
        Value::Array(items) => items.iter_mut().all(|item| unmark(item, is_text)),
        Value::Object(members) => {
            let texts = asks_for_texts(members);
            let mut each = members.iter_mut();
            each.all(|(name, member)| unmark(member, texts && VALUES.contains(&name.as_str())))
                && rename(members)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

fn rename(members: &mut Map<String, Value>) -> bool {
    if !members.keys().any(|name| name.contains(MARK)) {
        return true;
    }
    let mut named = std::mem::take(members).into_iter();
    named.all(|(name, it)| is_ours(&name) && members.insert(name.replace(MARK, ""), it).is_none())
}

/// Whether every mark stands before an odd word, where they were put.
fn is_ours(text: &str) -> bool {
    let mut marked = text.split(MARK).skip(1);
    marked.all(|rest| rest.split(is_between).next().is_some_and(is_odd))
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
