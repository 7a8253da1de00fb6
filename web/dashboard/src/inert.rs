//! Text from outside, as it may stand on a page.

use std::fmt;

use countersign_domain::text;
use serde_json::Value;

/// Text with its hidden characters drawn. Templates escape it on top of that.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Inert(String);

impl Inert {
    /// Takes any text.
    pub(crate) fn new(text: impl AsRef<str>) -> Self {
        Self(text::reveal(text.as_ref()))
    }

    /// Writes JSON over several lines, all of it.
    pub(crate) fn json(value: &Value) -> Self {
        // A `Value` has only string keys, which is all that can go wrong.
        Self::new(serde_json::to_string_pretty(value).unwrap_or_default())
    }

    /// Says whether there is anything to show.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The segments of a path, each with its slash: between two of them a line may break.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split_inclusive('/')
    }

    /// The words of a code, each with its underscore: between two of them a line may break.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.0.split_inclusive('_')
    }

    /// The parts of an e-mail address, each with its mark: between two of them a line may break.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &str> {
        self.0.split_inclusive(['@', '.'])
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Inert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
