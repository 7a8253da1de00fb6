//! What a discriminator says, to be compared with what it says in the next import.

use std::{collections::BTreeMap, fmt::Write as _};

use countersign_domain::{digest::Digest, text};
use serde_json::Value;

/// Characters of a place and of what stands there.
const PLACE: usize = 120;
pub(crate) const WORDS: usize = 300;
/// How many of an operation are kept one by one.
const KEPT: usize = 20;

/// By where it stands, what each says.
pub(crate) type Discriminators = BTreeMap<String, String>;

/// The property and what each of its values stands for. Swagger 2.0 names the property alone.
pub(super) fn words(value: &Value) -> String {
    let name = value.get("propertyName").unwrap_or(value);
    let mapping = value.get("mapping").and_then(Value::as_object);
    let target = |target: &Value| {
        let text = target.as_str().unwrap_or_default();
        text.rsplit('/').next().unwrap_or_default().to_owned()
    };
    let mapping: BTreeMap<&String, String> = mapping
        .into_iter()
        .flatten()
        .map(|(value, schema)| (value, target(schema)))
        .collect();
    let mut words = name.as_str().unwrap_or_default().to_owned();
    for (value, schema) in mapping {
        let _ = write!(words, "; {value}: {schema}");
    }
    cut(&words, WORDS)
}

/// A place of a definition or an argument.
pub(crate) fn place(of: &str, inside: &str) -> String {
    cut(&format!("{of}{inside}"), PLACE)
}

/// Those of one operation. Of very many, the last are one digest.
pub(crate) fn kept(mut all: Discriminators) -> Discriminators {
    if let Some(first) = all.keys().nth(KEPT).cloned() {
        let others = all.split_off(&first);
        let digest = Digest::of(format!("{others:?}").as_bytes());
        all.insert("others".to_owned(), digest.to_string());
    }
    all
}

/// A text cut to size; a digest of all of it makes up for what is cut off.
pub(crate) fn cut(words: &str, limit: usize) -> String {
    if words.chars().nth(limit).is_none() {
        return text::strip(words, limit);
    }
    format!(
        "{} {}",
        text::strip(words, limit),
        Digest::of(words.as_bytes())
    )
}
