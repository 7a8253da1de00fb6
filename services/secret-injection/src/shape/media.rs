//! What an answer says it is.

use countersign_domain::media_type::{is_json, is_text};

/// Forms and grammars are read like text.
const ALSO_TEXT: [&str; 2] = ["application/x-www-form-urlencoded", "application/xml-dtd"];

/// The kinds of answers that are shown differently.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Media {
    Json,
    Html,
    Text,
    /// Text whose bytes are the first 256 characters of Unicode.
    Latin1Text,
    /// Anything else, by a name that is safe to show.
    Binary(String),
}

impl Media {
    /// Goes by the declared type; by the bytes only where none is declared, or where they cannot
    /// be the text that is declared.
    pub(super) fn of(content_type: Option<&str>, body: &[u8]) -> Self {
        let declared = content_type.unwrap_or_default().to_ascii_lowercase();
        let (essence, parameters) = declared.split_once(';').unwrap_or((&declared, ""));
        let essence = essence.trim();
        let kind = if is_json(essence) {
            Self::Json
        } else if essence == "text/html" || essence == "application/xhtml+xml" {
            Self::Html
        } else if essence.is_empty() && std::str::from_utf8(body).is_err() {
            Self::Binary("an undeclared type".to_owned())
        } else if essence.is_empty()
            || essence.starts_with("text/")
            || essence.ends_with("+xml")
            || is_text(essence)
            || ALSO_TEXT.contains(&essence)
        {
            if is_latin1(parameters) {
                Self::Latin1Text
            } else {
                Self::Text
            }
        } else {
            Self::Binary(shown(essence))
        };
        // No text has a NUL in it.
        if matches!(kind, Self::Binary(_)) || !body.contains(&0) {
            kind
        } else {
            Self::Binary("an undeclared type".to_owned())
        }
    }
}

fn is_latin1(parameters: &str) -> bool {
    let charset = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        (name.trim() == "charset").then(|| value.trim().trim_matches('"'))
    });
    matches!(
        charset,
        Some("iso-8859-1" | "latin1" | "us-ascii" | "windows-1252")
    )
}

fn shown(essence: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '+' | '-' | '_');
    essence.chars().filter(|c| is_plain(*c)).take(80).collect()
}
