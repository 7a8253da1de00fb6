//! What people and models read in an operation, beside its title and its description.

use serde_json::Value;

use super::prints::{DEPTH, sorted_members};
use crate::operation::ImportedOperation;

/// Whoever writes that many words after one another says something with them.
const SENTENCE: usize = 3;

/// The words of an operation's schemas, in the order of the names they stand under.
///
/// Titles and descriptions are words. So is whatever else is a whole sentence, such as a name, a
/// choice or a format: a value is a word or two, and what is longer is there to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words<'o> {
    /// Those of its arguments.
    pub input: Vec<&'o str>,
    /// Those of its answer.
    pub output: Vec<&'o str>,
}

impl<'o> Words<'o> {
    /// Collects the words of an operation.
    #[must_use]
    pub fn of(operation: &'o ImportedOperation) -> Self {
        let mut words = Self::default();
        collect(&operation.input_schema, &mut words.input, DEPTH);
        let output = operation.output.as_ref();
        if let Some(schema) = output.and_then(|output| output.schema.as_ref()) {
            collect(schema, &mut words.output, DEPTH);
        }
        words
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &'o str> {
        self.input.iter().chain(&self.output).copied()
    }
}

fn collect<'o>(schema: &'o Value, words: &mut Vec<&'o str>, depth: usize) {
    if depth == 0 {
        return;
    }
    for (name, value) in sorted_members(schema) {
        match name {
            "title" | "description" => words.extend(value.as_str()),
            "properties" | "patternProperties" | "$defs" | "dependentSchemas" => {
                for (name, part) in sorted_members(value) {
                    words.extend(Some(name).filter(|name| is_sentence(name)));
                    collect(part, words, depth - 1);
                }
            }
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                for part in value.as_array().into_iter().flatten() {
                    collect(part, words, depth - 1);
                }
            }
            "enum" => words.extend(sentences(value)),
            "required" | "type" | "dependentRequired" => {}
            "const" | "default" => words.extend(sentence(value)),
            _ => {
                words.extend(sentence(value));
                collect(value, words, depth - 1);
            }
        }
    }
}

fn sentence(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| is_sentence(text))
}

/// The choices that are sentences; their order means nothing.
fn sentences(choices: &Value) -> Vec<&str> {
    let choices = choices.as_array().into_iter().flatten();
    let mut found: Vec<&str> = choices.filter_map(sentence).collect();
    found.sort_unstable();
    found
}

fn is_sentence(text: &str) -> bool {
    text.split_whitespace().nth(SENTENCE - 1).is_some()
}
