//! Places inside an operation, in words, and values short enough to show.

use std::fmt;

use countersign_domain::text;
use serde_json::Value;

/// Nobody reads the end of a longer place.
const LONG: usize = 160;

/// Which part of an operation a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Parameter,
    Body,
    Answer,
}

impl Part {
    /// The first words of the codes of changes in it.
    pub(super) const fn prefix(self, nested: bool) -> &'static str {
        match (self, nested) {
            (Self::Parameter, false) => "request_parameter",
            (Self::Parameter, true) => "request_parameter_property",
            (Self::Body, false) => "request_body",
            (Self::Body, true) => "request_property",
            (Self::Answer, false) => "response_body",
            (Self::Answer, true) => "response_property",
        }
    }
}

/// Where a walk begins.
#[derive(Clone, Debug)]
pub(super) struct Root {
    pub(super) words: String,
    pub(super) part: Part,
    pub(super) nested: bool,
}

/// A place, made while walking and written only when something is found there.
#[derive(Clone, Copy, Debug)]
pub(super) enum At<'a> {
    Root(&'a Root),
    Member(&'a At<'a>, &'a str),
    Items(&'a At<'a>),
    Index(&'a At<'a>, usize),
    Values(&'a At<'a>),
}

impl At<'_> {
    /// A place that outlives the walk which made it. One that is long already grows no more.
    pub(super) fn keep(&self) -> Root {
        let before = &self.root().words;
        Root {
            words: if before.len() > LONG {
                before.clone()
            } else {
                self.to_string()
            },
            part: self.root().part,
            nested: self.is_nested(),
        }
    }

    pub(super) fn prefix(&self) -> &'static str {
        self.root().part.prefix(self.is_nested())
    }

    pub(super) fn part(&self) -> Part {
        self.root().part
    }

    fn root(&self) -> &Root {
        let mut at = self;
        loop {
            at = match at {
                At::Root(root) => return root,
                At::Member(inner, _)
                | At::Items(inner)
                | At::Index(inner, _)
                | At::Values(inner) => inner,
            };
        }
    }

    fn is_nested(&self) -> bool {
        match self {
            At::Root(root) => root.nested,
            At::Member(..) | At::Items(_) | At::Index(..) | At::Values(_) => true,
        }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Root(root) => f.write_str(&root.words),
            At::Member(inner, name) => write!(f, "{inner}.{name}"),
            At::Items(inner) => write!(f, "{inner}[]"),
            At::Index(inner, index) => write!(f, "{inner}[{index}]"),
            At::Values(inner) => write!(f, "{inner}.*"),
        }
    }
}

/// A value: texts as they are, everything else as JSON.
pub(super) fn whole(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// A value in few characters.
pub(super) fn short(value: &Value) -> String {
    match value {
        Value::String(words) => few(words),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items) if items.len() > 20 => format!("a list of {} values", items.len()),
        Value::Object(members) if members.len() > 20 => {
            format!("an object of {} members", members.len())
        }
        Value::Array(_) | Value::Object(_) => few(&value.to_string()),
    }
}

/// The first characters, of which hidden ones are drawn.
fn few(words: &str) -> String {
    text::strip(&text::reveal(words), 60)
}

/// Some values, and how many more there are.
pub(super) fn list<S: AsRef<str>>(values: &[S]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<String> = values
        .iter()
        .take(SHOWN)
        .map(|value| few(value.as_ref()))
        .collect();
    let shown = shown.join(", ");
    match values.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
