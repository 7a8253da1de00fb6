//! What is said of an answer beside its schema, kept to be compared with the next import.

use std::collections::BTreeMap;

use countersign_domain::text;
use serde_json::Value;

use crate::{
    reference,
    schema::discriminator::{self, Discriminators},
};

/// Headers of one answer that are looked at.
const HEADERS: usize = 100;
/// What says which values a header has.
const KEYWORDS: [&str; 13] = [
    "type",
    "format",
    "enum",
    "const",
    "pattern",
    "default",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "contentEncoding",
];
/// Choices that are told one by one.
const CHOICES: usize = 20;
/// Characters of a value.
const LONG: usize = 120;

/// The headers of an answer, in words, by name.
pub(super) fn headers(root: &Value, answer: &Value) -> BTreeMap<String, String> {
    let all = answer.get("headers").and_then(Value::as_object);
    let all = all.into_iter().flatten().take(HEADERS);
    // What the body is, its own description says.
    let all = all.filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
    let told = all.map(|(name, header)| {
        let header = reference::follow(root, header, String::new()).map_or(header, |(it, _)| it);
        (
            text::strip(&name.to_ascii_lowercase(), 80),
            words(root, header),
        )
    });
    discriminator::kept(told.collect())
}

fn words(root: &Value, header: &Value) -> String {
    let is_required = header.get("required") == Some(&Value::Bool(true));
    let mut words = vec![if is_required { "always" } else { "maybe" }.to_owned()];
    let content = header.get("content").and_then(Value::as_object);
    let content = content.and_then(|content| content.iter().next());
    if let Some((media, _)) = content {
        words.push(text::strip(media, LONG));
    }
    // Swagger 2.0 says of the header what others say of its schema.
    let schema = content.map_or(header, |(_, value)| value).get("schema");
    let schema = schema.and_then(|schema| reference::end(root, schema));
    let schema = schema.unwrap_or(header);
    let items = schema
        .get("items")
        .and_then(|items| reference::end(root, items));
    for (of, schema) in [("", Some(schema)), ("items ", items)] {
        for keyword in KEYWORDS {
            if let Some(value) = schema.and_then(|schema| schema.get(keyword)) {
                words.push(format!("{of}{keyword} {}", shown(value)));
            }
        }
    }
    discriminator::cut(&words.join(", "), 200)
}

/// A value in few characters, however much there is of it.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(all) if all.len() > CHOICES => format!("{} values", all.len()),
        Value::Array(all) => {
            let all: Vec<String> = all.iter().map(plain).collect();
            all.join(" | ")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            plain(value)
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(words) if words.len() > LONG => {
            format!("{}… of {} bytes", text::strip(words, LONG), words.len())
        }
        Value::String(words) => words.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(all) => format!("a list of {}", all.len()),
        Value::Object(all) => format!("an object of {}", all.len()),
    }
}

/// What stands in a schema beside what stands in the definitions that it brings along.
pub(super) fn placed(brought: Discriminators, inline: &Discriminators) -> Discriminators {
    let inline = inline.iter();
    let inline =
        inline.map(|(inside, words)| (discriminator::place("answer", inside), words.clone()));
    discriminator::kept(inline.chain(brought).collect())
}
