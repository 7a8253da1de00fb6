//! Makes a tool answer of what an upstream answered.
//!
//! An answer is read by a model, and a model does what it reads. What must always hold: the text
//! has no characters that do not show, nothing is interpreted beyond its declared type, what was
//! cut or left out is said, and a failure is a failure. Scrub first; see [`crate::scrub`].

mod media;
pub(crate) mod status;

use std::{borrow::Cow, fmt::Write as _};

use countersign_domain::{json, text};
use serde_json::{Map, Value};

use self::media::Media;

/// A longer text is cut here.
pub const TEXT_LIMIT_BYTES: usize = 1 << 20;

/// What is given of an answer for which there is no more room.
const FIRST_WORDS_BYTES: usize = 4 << 10;

/// What an agent gets.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolAnswer {
    /// The answer as text.
    pub text: String,
    /// The answer as a value, where it is JSON and not a failure.
    pub structured: Option<Value>,
    /// Whether the upstream refused or failed.
    pub is_error: bool,
    /// Whether something was cut off.
    pub truncated: bool,
    /// What a reader should know about it, each flag once.
    pub flags: Vec<Flag>,
}

/// Something that a reader of an answer should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// Characters that do not show were taken out.
    HiddenCharacters,
    /// It is HTML, handed over as plain text.
    Html,
    /// It says that it is JSON and is not, or could be read in two ways.
    InvalidJson,
    /// It says that it is text, but some of its bytes are not.
    InvalidText,
    /// It is not text; only its type and size are told.
    Binary,
    /// The upstream pointed elsewhere; nobody went there.
    Redirect,
}

impl Flag {
    /// Returns the stable name of the flag.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HiddenCharacters => "hidden_characters",
            Self::Html => "html",
            Self::InvalidJson => "invalid_json",
            Self::InvalidText => "invalid_text",
            Self::Binary => "binary",
            Self::Redirect => "redirect",
        }
    }
}

/// Shapes an answer. The body must be scrubbed already.
#[must_use]
pub fn shape(status: u16, content_type: Option<&str>, body: &[u8]) -> ToolAnswer {
    let is_error = status >= 400;
    let mut answer = ToolAnswer {
        text: String::new(),
        structured: None,
        is_error,
        truncated: false,
        flags: Vec::new(),
    };
    if (300..400).contains(&status) {
        answer.flags.push(Flag::Redirect);
    }
    let media = Media::of(content_type, body);
    if body.is_empty() {
        "The answer has no body.".clone_into(&mut answer.text);
    } else if let Media::Binary(name) = &media {
        answer.flags.push(Flag::Binary);
        answer.text = format!(
            "The answer is {} bytes of {name}, which are not shown.",
            body.len()
        );
    } else {
        let readable = answer.read(&media, body);
        if matches!(media, Media::Json) && readable.len() <= TEXT_LIMIT_BYTES {
            answer.structure(&readable);
        }
        answer.text = readable;
        answer.cut(TEXT_LIMIT_BYTES);
        if answer.text.is_empty() {
            "The answer has only characters that do not show.".clone_into(&mut answer.text);
        }
    }
    if !(200..300).contains(&status) || body.is_empty() {
        answer.text = format!("HTTP {}\n\n{}", status::named(status), answer.text);
    }
    answer
}

impl ToolAnswer {
    /// Decodes the body and takes out what does not show.
    fn read(&mut self, media: &Media, body: &[u8]) -> String {
        let decoded = if matches!(media, Media::Latin1Text) {
            body.iter().copied().map(char::from).collect()
        } else {
            let text = String::from_utf8_lossy(body);
            if matches!(text, Cow::Owned(_)) {
                self.flags.push(Flag::InvalidText);
            }
            text.into_owned()
        };
        if matches!(media, Media::Html) {
            self.flags.push(Flag::Html);
        }
        // A carriage return before a line feed hides nothing.
        let lines = if decoded.contains('\r') {
            decoded.replace("\r\n", "\n")
        } else {
            decoded
        };
        if text::has_hidden(&lines) {
            self.flag_hidden();
            text::strip(&lines, usize::MAX)
        } else {
            lines
        }
    }

    /// Sets the structured answer, where the text is one JSON value that can be read in one way.
    fn structure(&mut self, readable: &str) {
        match json::parse(readable.as_bytes()) {
            Ok(value) if !self.is_error => {
                let mut hidden = false;
                match inert(value, &mut hidden) {
                    Some(value) => self.structured = Some(value),
                    None => self.flags.push(Flag::InvalidJson),
                }
                if hidden {
                    self.flag_hidden();
                }
            }
            Ok(_) => {}
            Err(_) => self.flags.push(Flag::InvalidJson),
        }
    }

    /// Leaves the first words of the answer, and nothing of it as a value.
    pub fn shorten(&mut self) {
        self.structured = None;
        self.cut(FIRST_WORDS_BYTES);
    }

    /// Leaves the first words of an answer whose end was never read: what is not all there says
    /// nothing about whether it was well made.
    pub(crate) fn cut_short(&mut self) {
        let is_told = |flag: &Flag| !matches!(flag, Flag::InvalidJson | Flag::InvalidText);
        self.flags.retain(is_told);
        self.structured = None;
        let first = self.text.floor_char_boundary(FIRST_WORDS_BYTES);
        self.text.truncate(first);
        self.text
            .push_str("\n\n[cut: there was no room for more of this answer]");
        self.truncated = true;
    }

    fn cut(&mut self, limit_bytes: usize) {
        let whole = self.text.len();
        if whole > limit_bytes {
            self.text
                .truncate(self.text.floor_char_boundary(limit_bytes));
            let kept = self.text.len();
            let _ = write!(
                self.text,
                "\n\n[cut: the first {kept} of {whole} bytes are shown]"
            );
            self.truncated = true;
        }
    }

    fn flag_hidden(&mut self) {
        if !self.flags.contains(&Flag::HiddenCharacters) {
            self.flags.push(Flag::HiddenCharacters);
        }
    }
}

/// Escapes in JSON can spell hidden characters too. `None` where two keys become one.
fn inert_members(members: Map<String, Value>, hidden: &mut bool) -> Option<Map<String, Value>> {
    let mut inert_ones = Map::new();
    for (key, value) in members {
        let value = inert(value, hidden)?;
        if inert_ones.insert(inert_text(key, hidden), value).is_some() {
            return None;
        }
    }
    Some(inert_ones)
}

fn inert(value: Value, hidden: &mut bool) -> Option<Value> {
    Some(match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
        Value::String(text) => Value::String(inert_text(text, hidden)),
        Value::Array(items) => {
            let items: Option<Vec<_>> = items.into_iter().map(|item| inert(item, hidden)).collect();
            Value::Array(items?)
        }
        Value::Object(members) => Value::Object(inert_members(members, hidden)?),
    })
}

fn inert_text(found: String, hidden: &mut bool) -> String {
    if !text::has_hidden(&found) {
        return found;
    }
    // As in a text: a carriage return before a line feed hides nothing.
    let lines = found.replace("\r\n", "\n");
    if !text::has_hidden(&lines) {
        return found;
    }
    *hidden = true;
    text::strip(&lines, usize::MAX)
}
