//! What is remarkable about the texts of a document: they tell a model what to do, hide characters,
//! or are more than plain text (T58, T79).
//!
//! Agents are shown another text than the one that was written: without markup and hidden
//! characters. Both are looked at, because taking something out may join what is left to an
//! instruction, and because what is gone says something about whoever put it there.

use std::{
    borrow::Cow,
    collections::HashMap,
    ops::RangeInclusive,
    sync::{Mutex, MutexGuard, PoisonError},
};

use countersign_domain::{
    drift::choices_of,
    operation::TextMark,
    persuasion::instructs,
    schema::{Holds, holds},
    text,
};
use foldhash::quality::RandomState;
use serde_json::Value;

use crate::{
    markup::{self, Markup},
    notes::Notes,
};

/// Bytes of texts that are looked up: shorter ones are judged sooner, longer ones said once.
const LOOKED_UP: RangeInclusive<usize> = 16..=4_096;
/// Texts that are remembered.
const TEXTS: usize = 2_048;

/// What is remarkable about texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) instructs: bool,
    pub(crate) hidden: bool,
    pub(crate) markup: Markup,
}

impl Marks {
    /// Of one text as it was written.
    pub(crate) fn of(written: &str) -> Self {
        Self::read(written).0
    }

    /// The same, and the text without markup.
    pub(crate) fn read(written: &str) -> (Self, Cow<'_, str>) {
        if is_name(written) {
            let marks = Self {
                instructs: instructs(written),
                ..Self::default()
            };
            return (marks, Cow::Borrowed(written));
        }
        let (markup, shown) = markup::read(written);
        let marks = Self {
            instructs: instructs(written) || (*shown != *written && instructs(&shown)),
            hidden: text::conceals(written),
            markup,
        };
        (marks, shown)
    }

    /// Of a text that names were put into, and of each of them by itself.
    pub(crate) fn of_names(told: &str) -> Self {
        let names = told.split([',', '"', '=']).map(str::trim);
        Self::all(names.map(Self::of)).and(Self::of(told))
    }

    /// Of a name from any of its words on: what made it may have put a word before the others.
    pub(crate) fn of_name(name: &str) -> Self {
        let ends = name.match_indices('_').map(|(at, _)| &name[at + 1..]);
        Self::all(ends.map(Self::of)).and(Self::of(name))
    }

    /// Of every name and every value of a schema as agents get it, but for its titles and
    /// descriptions, which were looked at as they were written.
    pub(crate) fn of_schema(schema: &Value) -> Self {
        match schema {
            Value::Object(members) => Self::of_members(members.iter()),
            Value::Array(parts) => Self::all(parts.iter().map(Self::of_schema)),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {
                Self::of_value(schema)
            }
        }
    }

    /// The same of some members of a schema.
    pub(crate) fn of_members<'v>(members: impl Iterator<Item = (&'v String, &'v Value)>) -> Self {
        Self::all(members.map(|(key, member)| {
            let of_member = match (key.as_str(), holds(key), member) {
                ("title" | "description", _, Value::String(_)) => Self::default(),
                ("pattern" | "$ref", _, Value::String(word)) => Self {
                    markup: Markup::default(),
                    ..Self::of(word)
                },
                ("enum" | "const" | "default" | "examples", _, values) => Self::of_value(values),
                (_, Holds::List, parts) => {
                    Self::of_schema(parts).and(Self::of_list(&choices_of(parts)))
                }
                (_, Holds::Named, Value::Object(parts)) => {
                    let names: Vec<&str> = parts.keys().map(String::as_str).collect();
                    Self::of_members(parts.iter()).and(Self::of_list(&names))
                }
                (_, _, part) => Self::of_schema(part),
            };
            Self::of(key).and(of_member)
        }))
    }

    /// Of every key and every text in a value.
    fn of_value(value: &Value) -> Self {
        match value {
            Value::String(words) => Self::of(words),
            Value::Array(items) => {
                let texts: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                let each = Self::all(items.iter().map(Self::of_value));
                each.and(Self::of_list(&texts))
            }
            Value::Object(members) => {
                let members = members.iter();
                Self::all(members.map(|(key, value)| Self::of(key).and(Self::of_value(value))))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Self::default(),
        }
    }

    /// Of choices or names one after another, as agents may be told them.
    fn of_list(texts: &[&str]) -> Self {
        Self {
            instructs: texts.len() > 1 && instructs(&texts.join(" ")),
            ..Self::default()
        }
    }

    /// What is remarkable about any of them.
    pub(crate) fn all(marks: impl Iterator<Item = Self>) -> Self {
        marks.fold(Self::default(), Self::and)
    }

    /// What is remarkable about either.
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            instructs: self.instructs | other.instructs,
            hidden: self.hidden | other.hidden,
            markup: self.markup.and(other.markup),
        }
    }

    /// Notes what a person should read before a model does. What must be read is noted however
    /// much was noted before.
    pub(crate) fn tell(self, what: &str, at: &str, notes: &mut Notes) {
        if self.instructs {
            let text =
                format!("{what} tells a model what to do; read it before anybody may use it");
            notes.mark(TextMark::Instructs, &at, &text);
        }
        if self.hidden {
            let text = format!("{what} holds characters that do not show");
            notes.mark(TextMark::Hides, &at, &text);
        }
        let Markup {
            links,
            images,
            html,
        } = self.markup;
        for (has, code, kind) in [
            (links, "text_links", "links"),
            (images, "text_images", "images"),
            (html, "text_html", "HTML"),
        ] {
            if has {
                let text = format!("{what} holds {kind}, which agents are shown as plain text");
                notes.info(code, &at, &text);
            }
        }
    }
}

/// What nearly all keys are: nothing in it is a gap, a bracket, an address or hidden.
fn is_name(written: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./$".contains(&byte);
    written.bytes().all(is_plain)
}

/// Marks of texts that are said again and again, such as what a parameter is for.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<Texts>);

type Texts = HashMap<String, Marks, RandomState>;

impl Known {
    /// Of one text as it was written.
    pub(crate) fn of(&self, written: &str) -> Marks {
        self.known(written).unwrap_or_else(|| self.look(written).0)
    }

    /// The same, and the text without markup.
    pub(crate) fn read<'t>(&self, written: &'t str) -> (Marks, Cow<'t, str>) {
        match self.known(written) {
            Some(marks) => (marks, markup::plain(written)),
            None => self.look(written),
        }
    }

    fn known(&self, written: &str) -> Option<Marks> {
        let is_looked_up = LOOKED_UP.contains(&written.len());
        is_looked_up.then(|| self.texts().get(written).copied())?
    }

    fn look<'t>(&self, written: &'t str) -> (Marks, Cow<'t, str>) {
        let (marks, shown) = Marks::read(written);
        let mut known = self.texts();
        if LOOKED_UP.contains(&written.len()) && known.len() < TEXTS {
            known.insert(written.to_owned(), marks);
        }
        (marks, shown)
    }

    /// Whoever broke down while it held them left them as they should be.
    fn texts(&self) -> MutexGuard<'_, Texts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
