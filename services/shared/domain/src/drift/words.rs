//! What people and models read in an operation, beside its title and its description.

use serde_json::Value;

use super::prints::{DEPTH, sorted_members};
use crate::{
    operation::ImportedOperation,
    persuasion::instructs,
    schema::{self, Holds, holds},
};

/// Whoever writes that many words after one another says something with them.
const SENTENCE: usize = 3;
/// The same where they are written together, as names are: one in a hundred has as many.
const LONG_NAME: usize = 6;
/// The same of choices, which agents may be told in one sentence: words of those with a space.
const TOLD_TOGETHER: usize = 6;
/// The same in letters without capitals: most of their scripts are written without spaces.
const UNSPACED: usize = 8;
/// How deep alternatives stand in one another that are read as one list.
const NESTED: usize = 4;

/// The words of an operation's schemas, in the order of the names they stand under.
///
/// Titles and descriptions are words. So is whatever else is a whole sentence, such as a name, a
/// choice or a format, however its words are set apart: a value is a word or two, and what is
/// longer is there to be read.
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
        match (name, holds(name)) {
            ("title" | "description", _) => words.extend(value.as_str()),
            (_, Holds::Named) => {
                let is_definition = name == "$defs";
                let members = value.as_object().into_iter().flatten();
                let names: Vec<&str> = members.map(|(name, _)| name.as_str()).collect();
                let together = are_told_together(&names);
                for (name, part) in sorted_members(value) {
                    let name = if is_definition {
                        unnumbered(name)
                    } else {
                        name
                    };
                    words.extend(Some(name).filter(|name| together || is_sentence(name)));
                    collect(part, words, depth - 1);
                }
            }
            (_, Holds::List) => {
                let mut choices = choices_of(value);
                if are_told_together(&choices) {
                    choices.sort_unstable();
                    words.extend(choices);
                }
                for part in value.as_array().into_iter().flatten() {
                    collect(part, words, depth - 1);
                }
            }
            ("enum" | "const" | "default" | "required" | "dependentRequired", _) => {
                words.extend(sentences(value));
            }
            // The name of a definition, which is looked at where the definition stands.
            ("$ref", _) if schema::target(schema).is_some() => {}
            (_, Holds::One | Holds::None) => {
                words.extend(value.as_str().filter(|text| is_sentence(text)));
                collect(value, words, depth - 1);
            }
        }
    }
}

/// The name of a definition without the ten digits behind it, which an import puts there where the
/// document's own name does not do: they are others where the definition stands elsewhere.
fn unnumbered(name: &str) -> &str {
    let is_digit = |one: u8| one.is_ascii_digit() || (b'a'..=b'f').contains(&one);
    match name.rsplit_once('_') {
        Some((kept, digits)) if digits.len() == 10 && digits.bytes().all(is_digit) => kept,
        _ => name,
    }
}

/// The texts that alternatives allow, one after another.
#[must_use]
pub fn choices_of(alternatives: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    gather(alternatives, &mut found, NESTED);
    found
}

fn gather<'v>(alternatives: &'v Value, found: &mut Vec<&'v str>, depth: usize) {
    let parts = alternatives.as_array().into_iter().flatten();
    for (name, value) in parts.filter_map(Value::as_object).flatten() {
        match name.as_str() {
            "const" => found.extend(value.as_str()),
            "enum" => {
                let choices = value.as_array().into_iter().flatten();
                found.extend(choices.filter_map(Value::as_str));
            }
            "allOf" | "anyOf" | "oneOf" | "prefixItems" if depth > 0 => {
                gather(value, found, depth - 1);
            }
            _ => {}
        }
    }
}

/// The texts and names in a value that are sentences, however deep; their order means nothing.
fn sentences(value: &Value) -> Vec<&str> {
    let (mut found, mut open) = (Vec::new(), vec![value]);
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => found.push(text.as_str()),
            Value::Array(items) => open.extend(items.iter().rev()),
            Value::Object(members) => {
                found.extend(members.keys().map(String::as_str));
                open.extend(members.values());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    if !are_told_together(&found) {
        found.retain(|text| is_sentence(text));
    }
    found.sort_unstable();
    found
}

/// Whether texts that are no sentences say something one after another.
fn are_told_together(texts: &[&str]) -> bool {
    let words = texts.iter().map(|text| text.split_whitespace().count());
    let phrases: usize = words.filter(|words| *words > 1).sum();
    phrases >= TOLD_TOGETHER || texts.len() > 1 && instructs(&texts.join(" "))
}

fn is_sentence(text: &str) -> bool {
    text.split_whitespace().nth(SENTENCE - 1).is_some()
        || joined_words(text) >= LONG_NAME
        || text
            .chars()
            .filter(|one| is_unspaced(*one))
            .nth(UNSPACED - 1)
            .is_some()
}

/// How many words are written together: `so_far`, `so-far`, `soFar`. A letter alone is none.
fn joined_words(text: &str) -> usize {
    let (mut words, mut length, mut lower) = (0, 0, false);
    for character in text.chars() {
        let begins = lower && character.is_uppercase();
        length = match (character.is_alphabetic(), begins) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => length + 1,
        };
        words += usize::from(length == 2);
        lower = character.is_lowercase();
    }
    words
}

fn is_unspaced(character: char) -> bool {
    character.is_alphabetic() && !character.is_lowercase() && !character.is_uppercase()
}
