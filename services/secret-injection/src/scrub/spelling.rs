//! The spellings in which a secret may come back.

use std::fmt::Write as _;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

/// Secrets shorter than this are looked for as they are only: their encodings are so short that
/// they would be found by chance.
const SHORT: usize = 6;

/// What `encodeURIComponent` leaves alone.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// What the unreserved characters leave.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What a query must escape at the least.
const QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'%');

/// Returns the secret in every spelling that is looked for.
pub(super) fn spellings(secret: &str) -> Vec<Zeroizing<Vec<u8>>> {
    if secret.len() < SHORT {
        let raw = (!secret.is_empty()).then(|| Zeroizing::new(secret.as_bytes().to_vec()));
        return raw.into_iter().collect();
    }
    let mut basic = vec![Zeroizing::new(secret.to_owned())];
    basic.extend(base64_forms(secret.as_bytes()));
    let mut all: Vec<Zeroizing<String>> = Vec::new();
    for form in &basic {
        all.push(form.clone());
        all.extend(json_forms(form));
        all.extend(percent_forms(form));
        all.extend(html_forms(form));
    }
    all.extend(hex_forms(secret.as_bytes()));
    all.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
    all.dedup();
    all.into_iter()
        .map(|text| Zeroizing::new(text.as_bytes().to_vec()))
        .collect()
}

/// By itself with and without padding; and within something longer, such as `user:secret`, where
/// only the digits that are the secret's alone are the same.
fn base64_forms(secret: &[u8]) -> Vec<Zeroizing<String>> {
    let mut forms = Vec::new();
    for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
        forms.push(Zeroizing::new(engine.encode(secret)));
    }
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        for before in 0..3 {
            let mut padded = Zeroizing::new(vec![0; before]);
            padded.extend_from_slice(secret);
            let digits = Zeroizing::new(engine.encode(padded.as_slice()));
            let (first, end) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
            forms.push(Zeroizing::new(digits[first..end].to_owned()));
        }
    }
    forms
}

fn hex_forms(bytes: &[u8]) -> [Zeroizing<String>; 2] {
    let mut lower = Zeroizing::new(String::with_capacity(bytes.len() * 2));
    for byte in bytes {
        let _ = write!(lower, "{byte:02x}");
    }
    let upper = Zeroizing::new(lower.to_ascii_uppercase());
    [lower, upper]
}

fn percent_forms(text: &str) -> Vec<Zeroizing<String>> {
    let mut forms = Vec::new();
    for set in [NON_ALPHANUMERIC, UNRESERVED, COMPONENT, QUERY] {
        let upper = Zeroizing::new(utf8_percent_encode(text, set).to_string());
        forms.push(Zeroizing::new(upper.replace("%20", "+")));
        forms.push(lower_escapes(&upper));
        forms.push(upper);
    }
    forms
}

/// `%2F` as `%2f`, and nothing else.
fn lower_escapes(text: &str) -> Zeroizing<String> {
    let mut lowered = Zeroizing::new(String::with_capacity(text.len()));
    let mut digits = 0;
    for character in text.chars() {
        if digits > 0 {
            lowered.push(character.to_ascii_lowercase());
            digits -= 1;
        } else {
            lowered.push(character);
            digits = if character == '%' { 2 } else { 0 };
        }
    }
    lowered
}

/// As JSON writers escape: what they must, the slash too, what is dangerous in HTML too, and all
/// but ASCII too.
fn json_forms(text: &str) -> Vec<Zeroizing<String>> {
    let is_html = |c: char| matches!(c, '<' | '>' | '&' | '\'' | '=' | '+');
    let few_html = |c: char| matches!(c, '<' | '>' | '&');
    let variants: [(&dyn Fn(char) -> bool, bool); 6] = [
        (&|_| false, false),
        (&|_| false, true),
        (&few_html, false),
        (&is_html, false),
        (&|c| !c.is_ascii(), false),
        (&|c| !c.is_ascii(), true),
    ];
    let mut forms = Vec::new();
    for (escaped, slash) in variants {
        let lower = json_escape(text, escaped, slash);
        forms.push(upper_unicode(&lower));
        forms.push(lower);
    }
    forms
}

fn json_escape(text: &str, also: &dyn Fn(char) -> bool, slash: bool) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(text.len() * 2));
    let mut units = [0; 2];
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' if slash => out.push_str("\\/"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            other if other < ' ' || also(other) => {
                for unit in other.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            other => out.push(other),
        }
    }
    out
}

/// `\u00fc` as `\u00FC`.
fn upper_unicode(text: &str) -> Zeroizing<String> {
    let mut raised = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\\u") {
        let (digits, behind) = after.split_at_checked(4).unwrap_or((after, ""));
        raised.push_str(before);
        raised.push_str("\\u");
        raised.push_str(&digits.to_ascii_uppercase());
        rest = behind;
    }
    raised.push_str(rest);
    raised
}

fn html_forms(text: &str) -> Vec<Zeroizing<String>> {
    let least = Zeroizing::new(
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;"),
    );
    let quoted = Zeroizing::new(least.replace('"', "&quot;"));
    vec![
        Zeroizing::new(quoted.replace('\'', "&#39;")),
        Zeroizing::new(quoted.replace('\'', "&#x27;")),
        Zeroizing::new(least.replace('"', "&#34;").replace('\'', "&#39;")),
        quoted,
        least,
    ]
}
