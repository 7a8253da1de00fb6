//! Texts of a document that tell a model what to do or hide characters, to be marked (T79).

use std::collections::HashMap;

use countersign_domain::{persuasion::instructs, text};
use serde_json::Value;

use crate::markup::Markup;

/// What is remarkable about the texts of a schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Remarkable {
    pub(crate) instructs: bool,
    pub(crate) hidden: bool,
    pub(crate) markup: Markup,
}

impl Remarkable {
    /// Of one text.
    pub(crate) fn of(words: &str) -> Self {
        Self {
            instructs: instructs(words),
            hidden: text::has_hidden(words),
            markup: Markup::of(words),
        }
    }

    /// Of every key and every text below a value.
    pub(crate) fn below(value: &Value) -> Self {
        let mut found = Self::default();
        match value {
            Value::String(words) => found = Self::of(words),
            Value::Array(items) => {
                for item in items {
                    found.join(Self::below(item));
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    found.join(Self::of(key));
                    let mut part = Self::below(member);
                    if matches!(key.as_str(), "pattern" | "$ref") {
                        part.markup = Markup::default();
                    }
                    found.join(part);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        found
    }

    pub(crate) fn join(&mut self, other: Self) {
        self.instructs |= other.instructs;
        self.hidden |= other.hidden;
        self.markup.join(other.markup);
    }
}

/// What is remarkable about each definition; many operations share one.
#[derive(Debug, Default)]
pub(crate) struct Known(HashMap<String, Remarkable>);

impl Known {
    /// Of the definitions under these names.
    pub(crate) fn of<'v>(
        &mut self,
        definitions: impl Iterator<Item = (&'v String, &'v Value)>,
    ) -> Remarkable {
        let mut found = Remarkable::default();
        for (name, schema) in definitions {
            let of_this = *self
                .0
                .entry(name.clone())
                .or_insert_with(|| Remarkable::below(schema));
            found.join(of_this);
        }
        found
    }
}
