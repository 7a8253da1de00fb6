//! What an agent may have of an answer.

use std::borrow::Cow;

use countersign_egress::InboundResponse;

use crate::{Scrubbed, Scrubber, ToolAnswer, shape, shape::status::named};

/// An answer, and what the record wants to know of it.
pub(super) struct Answered {
    pub(super) answer: ToolAnswer,
    pub(super) status: u16,
    pub(super) redacted: bool,
}

/// Scrubs, shapes, and scrubs again: characters that were taken out, and escapes that a reader
/// will undo, may have had a secret in pieces.
pub(super) fn read(response: &InboundResponse, scrubber: &Scrubber) -> Answered {
    let content_type = response
        .header("content-type")
        .map(|text| scrubber.text(text));
    let body = body(response, scrubber);
    let mut redacted = body.redacted || content_type.as_ref().is_some_and(|text| text.redacted);

    let declared = content_type.as_ref().map(|text| text.value.as_ref());
    let mut answer = shape(response.status, declared, &body.value);
    if let Some(clean) = rescrub(&answer.text, scrubber) {
        redacted = true;
        answer.text = clean;
    }
    if let Some(value) = &answer.structured {
        let clean = scrubber.value(value);
        redacted |= clean.redacted;
        answer.structured = Some(clean.value);
    }
    if response.is_cut {
        if body.value.is_empty() {
            answer.text = format!("HTTP {}", named(response.status));
        }
        answer.cut_short();
    }
    if let Some(seconds) = retry_after(response) {
        let wait = format!("The API asks to wait {seconds} seconds before the next request.\n\n");
        answer.text.insert_str(0, &wait);
    }
    Answered {
        answer,
        status: response.status,
        redacted,
    }
}

/// More of an answer that was cut than is shown of it.
const BEGINNING_BYTES: usize = 16 << 10;

/// Returns the body without secrets. Of one that was cut, only the beginning: it was cut for want of
/// room. The end is left out in which a secret may have begun that is not known without its own end.
fn body<'b>(response: &'b InboundResponse, scrubber: &Scrubber) -> Scrubbed<Cow<'b, [u8]>> {
    if !response.is_cut {
        return scrubber.bytes(&response.body);
    }
    let mut stream = scrubber.stream();
    let beginning = response
        .body
        .len()
        .min(BEGINNING_BYTES + scrubber.longest());
    let value = Cow::Owned(stream.push(&response.body[..beginning]));
    let (_, redacted) = stream.finish();
    Scrubbed { value, redacted }
}

/// Returns the text without secrets, if there still are any: as it stands, or once its escapes
/// are undone. In the second case the text is given with its escapes undone.
fn rescrub(text: &str, scrubber: &Scrubber) -> Option<String> {
    let clean = scrubber.text(text);
    if clean.value.contains('\\') {
        let plain = unescaped(&clean.value);
        let plain = scrubber.text(&plain);
        if plain.redacted {
            return Some(plain.value.into_owned());
        }
    }
    clean.redacted.then(|| clean.value.into_owned())
}

/// Undoes the escapes of JSON strings (RFC 8259 section 7) wherever they stand.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let (character, length) = escape(after);
        plain.push(character);
        rest = &after[length..];
    }
    plain.push_str(rest);
    plain
}

/// The character that an escape stands for, and how much of the text behind the backslash it is.
fn escape(after: &str) -> (char, usize) {
    match after.as_bytes().first() {
        Some(b'u') => unicode_escape(after).unwrap_or(('\\', 0)),
        Some(b'n') => ('\n', 1),
        Some(b't') => ('\t', 1),
        Some(b'r') => ('\r', 1),
        Some(b'b') => ('\u{8}', 1),
        Some(b'f') => ('\u{c}', 1),
        Some(&plain @ (b'"' | b'\\' | b'/')) => (char::from(plain), 1),
        Some(_) | None => ('\\', 0),
    }
}

fn unicode_escape(after: &str) -> Option<(char, usize)> {
    let unit = |at: usize| u16::from_str_radix(after.get(at..at + 4)?, 16).ok();
    let first = unit(1)?;
    if let Some(character) = char::from_u32(u32::from(first)) {
        return Some((character, 5));
    }
    // Half of a pair; the other half is an escape too.
    let second = (after.get(5..7)? == "\\u").then(|| unit(7)).flatten()?;
    let pair = char::decode_utf16([first, second]).next()?.ok()?;
    Some((pair, 11))
}

/// How many seconds a busy upstream asks to wait.
///
/// Only the number form of RFC 9110 section 10.2.3: a date would be by the upstream's clock.
fn retry_after(response: &InboundResponse) -> Option<u32> {
    matches!(response.status, 429 | 503)
        .then(|| response.header("retry-after")?.trim().parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use countersign_domain::secret::Secret;

    use super::*;
    use crate::scrub::REDACTED;

    #[test]
    fn of_an_answer_that_was_cut_no_part_of_a_secret_is_given() {
        let secret = "k3y-".repeat(500);
        let scrubber = Scrubber::new(&[Secret::new(secret.clone())]);
        let words = "word ".repeat(1_000);
        let read_of = |body: String, is_cut| {
            let headers = vec![("content-type".to_owned(), b"text/plain".to_vec())];
            let response = InboundResponse {
                status: 200,
                headers,
                body: body.into(),
                is_cut,
            };
            read(&response, &scrubber).answer
        };
        let short = read_of(format!("word {}", &secret[..1_900]), true);
        assert!(!short.text.contains("k3y"), "{}", short.text);
        let long = read_of(format!("{words}{}", &secret[..1_900]), true);
        assert!(long.text.starts_with("word word") && long.truncated);
        assert!(!long.text.contains("k3y"), "{}", long.text);
        let whole = read_of(words.clone(), false);
        assert_eq!((whole.text, whole.truncated), (words, false));
    }

    #[test]
    fn of_an_answer_that_was_cut_only_the_beginning_is_copied_and_its_absence_is_told() {
        let cut = |body: String| InboundResponse {
            status: 200,
            headers: vec![("content-type".to_owned(), b"text/plain".to_vec())],
            body: body.into(),
            is_cut: true,
        };
        let secret = "k3y-".repeat(500);
        let scrubber = Scrubber::new(&[Secret::new(secret.clone())]);
        let long = cut("word ".repeat(1 << 20));
        let copied = body(&long, &scrubber).value.len();
        assert!(
            (BEGINNING_BYTES..2 * BEGINNING_BYTES).contains(&copied),
            "{copied}"
        );
        assert_eq!(
            read(&cut(secret[..1_000].to_owned()), &scrubber)
                .answer
                .text,
            "HTTP 200 OK\n\n[cut: there was no room for more of this answer]"
        );
    }

    #[test]
    fn a_secret_that_is_whole_in_an_answer_that_was_cut_is_not_given_in_part() {
        let numbers: Vec<String> = (0..1_000).map(|n| format!("{n:07x}")).collect();
        let secret = numbers.concat();
        let scrubber = Scrubber::new(&[Secret::new(secret.clone())]);
        let mut body = format!("{}{secret}", "word ".repeat(40));
        body.push_str(&"word ".repeat(2_000));
        body.truncate(16_384);
        let response = InboundResponse {
            status: 200,
            headers: vec![("content-type".to_owned(), b"text/plain".to_vec())],
            body: body.into(),
            is_cut: true,
        };
        let answered = read(&response, &scrubber);
        let text = answered.answer.text;
        assert!(answered.redacted && text.contains(REDACTED), "{text}");
        let mut parts = (0..=secret.len() - 16).map(|at| &secret[at..at + 16]);
        assert_eq!(parts.find(|part| text.contains(part)), None);
    }

    #[test]
    fn escapes_are_undone_and_what_is_none_stays() {
        for (text, plain) in [
            (r"\u0073\u006b", "sk"),
            (r#"a\/b\"c\\d\n"#, "a/b\"c\\d\n"),
            (r"\ud83c\udf0d!", "🌍!"),
            (r"\ud83c", r"\ud83c"),
            (r"\u00", r"\u00"),
            (r"C:\x \", r"C:\x \"),
            ("\\u00\u{e9}9", "\\u00\u{e9}9"),
        ] {
            assert_eq!(unescaped(text), plain);
        }
    }
}
