//! What agents are told about the answer of a tool, and what keeps that true.
//!
//! Real APIs break the schemas of their own answers, and clients of MCP throw a result away that
//! does not fit its tool's `outputSchema`, or has no `structuredContent` at all. By then the call
//! has been made. So what is published never takes an answer from an agent, by construction:
//!
//! - It is relaxed. It says which properties there are and of what types; nothing is required,
//!   anything may be null, more may be there, and choices, formats, patterns and bounds are words
//!   for the reader. No word of the document is left that a client could trip over.
//! - Its root is an object and nothing else, in both eras: older ones know no other, and an object
//!   is the only value that can be empty without saying "there is none". An answer that is no
//!   object stands under `result`.
//! - Each answer is checked against exactly what is published. One that does not fit, or is no
//!   JSON, is given under [`OUTSIDE`], which every published schema allows; a failure has no
//!   structured answer, since clients do not look for one there.
//!
//! The check is a walk of its own with a limit on its steps: alternatives inside alternatives
//! could keep a general validator busy for as long as a hostile upstream likes. What it has not
//! finished does not fit.

use countersign_domain::{operation::Output, schema};
use serde_json::{Map, Value, json};

/// Where an answer stands that is not what was published.
pub const OUTSIDE: &str = "answer_outside_schema";
/// Where an answer stands that is no object.
const RESULT: &str = "result";
/// More of a text that is no JSON is left to the text of the result.
const TEXT_BYTES: usize = 16 << 10;
/// Visits of a part of an answer by a part of a schema.
const STEPS: u32 = 500_000;
/// Schemas inside one another, which is more than a JSON text can nest.
const DEPTH: u32 = 600;
/// Choices that are told.
const CHOICES: usize = 20;
const HINT: usize = 300;

/// The published schema of a tool's answers.
#[derive(Debug)]
pub struct Published {
    schema: Value,
    wraps: bool,
    bytes: usize,
}

/// How an answer stands to what was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It is what was published.
    Yes,
    /// It is JSON and something else.
    Mismatch,
    /// It is no JSON, or was cut.
    NotJson,
}

impl Fit {
    /// The stable name, where there is something to say.
    #[must_use]
    pub const fn problem(self) -> Option<&'static str> {
        match self {
            Self::Yes => None,
            Self::Mismatch => Some("output_mismatch"),
            Self::NotJson => Some("output_not_json"),
        }
    }
}

impl Published {
    /// Makes what is published of what the document says; `None` where that is nothing.
    #[must_use]
    pub fn of(output: &Output) -> Option<Self> {
        let given = output.schema.as_ref()?;
        let definitions = given.get("$defs").and_then(Value::as_object);
        let known = |name: &str| definitions.is_some_and(|all| all.contains_key(name));
        let mut root = relaxed(given, &known);
        if !says_something(&root) {
            return None;
        }
        let wraps = !is_object(given, given, 0);
        if wraps {
            root = Map::from_iter([("properties".to_owned(), under(RESULT, root.into()))]);
        }
        root.insert("type".to_owned(), "object".into());
        if let Some(definitions) = definitions {
            let definitions: Map<String, Value> = definitions
                .iter()
                .map(|(name, part)| (name.clone(), Value::Object(relaxed(part, &known))))
                .collect();
            root.insert("$defs".to_owned(), Value::Object(definitions));
        }
        let schema = Value::Object(root);
        let bytes = schema::bytes(&schema);
        Some(Self {
            schema,
            wraps,
            bytes,
        })
    }

    /// The schema: JSON Schema 2020-12 whose root is an object.
    #[must_use]
    pub const fn schema(&self) -> &Value {
        &self.schema
    }

    /// Its bytes as JSON.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Makes an answer fit: the answer itself, its value under `result`, or what there is under
    /// [`OUTSIDE`].
    #[must_use]
    pub fn fit(&self, answer: Option<Value>, text: &str) -> (Value, Fit) {
        let Some(answer) = answer else {
            let end = text.floor_char_boundary(TEXT_BYTES);
            return (
                self.outside(under(OUTSIDE, text[..end].into())),
                Fit::NotJson,
            );
        };
        if self.wraps {
            let mut wrapped = under(RESULT, answer);
            if self.accepts(&wrapped) {
                return (wrapped, Fit::Yes);
            }
            let given = under(OUTSIDE, wrapped[RESULT].take());
            return (self.outside(given), Fit::Mismatch);
        }
        if self.accepts(&answer) {
            return (answer, Fit::Yes);
        }
        (self.outside(under(OUTSIDE, answer)), Fit::Mismatch)
    }

    /// Nothing at all, if even this does not fit: nothing is required.
    fn outside(&self, given: Value) -> Value {
        if self.accepts(&given) {
            given
        } else {
            json!({})
        }
    }

    fn accepts(&self, value: &Value) -> bool {
        let mut walk = Walk {
            root: &self.schema,
            steps: STEPS,
        };
        walk.accepts(&self.schema, value, 0)
    }
}

/// An object with one member; moves what may be large.
fn under(key: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), value)]))
}

/// Whether anything but the type is said.
fn says_something(relaxed: &Map<String, Value>) -> bool {
    relaxed
        .keys()
        .any(|keyword| !matches!(keyword.as_str(), "type" | "description"))
}

/// A schema that every honest answer fits, made anew from the few keywords that it may have.
fn relaxed(given: &Value, known: &dyn Fn(&str) -> bool) -> Map<String, Value> {
    let mut out = Map::new();
    let Some(given) = given.as_object() else {
        return out;
    };
    let part = |value: &Value| Value::Object(relaxed(value, known));
    let list = |list: &Value| list.as_array().map(|all| all.iter().map(part).collect());
    if let Some(types) = types(given) {
        out.insert("type".to_owned(), types);
    }
    if let Some(words) = words(given) {
        out.insert("description".to_owned(), words.into());
    }
    if let Some(target) = given.get("$ref").and_then(Value::as_str)
        && target.strip_prefix("#/$defs/").is_some_and(known)
    {
        out.insert("$ref".to_owned(), target.into());
    }
    if let Some(named) = given.get("properties").and_then(Value::as_object) {
        let named: Map<String, Value> = named
            .iter()
            .map(|(name, value)| (name.clone(), part(value)))
            .collect();
        out.insert("properties".to_owned(), named.into());
    }
    for keyword in ["items", "additionalProperties"] {
        if let Some(value) = given.get(keyword).filter(|value| value.is_object()) {
            out.insert(keyword.to_owned(), part(value));
        }
    }
    if let Some(all) = given.get("allOf").and_then(list) {
        out.insert("allOf".to_owned(), all);
    }
    // Where both stand in one schema, which nobody writes, the first is enough for a reader.
    for keyword in ["anyOf", "oneOf"] {
        if let Some(any) = given.get(keyword).and_then(list)
            && !out.contains_key("anyOf")
        {
            out.insert("anyOf".to_owned(), any);
        }
    }
    out
}

/// The types of a schema, null among them.
fn types(given: &Map<String, Value>) -> Option<Value> {
    let name = given.get("type")?;
    let mut names = name
        .as_array()
        .map_or_else(|| vec![name.clone()], Clone::clone);
    let null = Value::from("null");
    if !names.contains(&null) {
        names.push(null);
    }
    Some(Value::Array(names))
}

/// The description, and in words what is no longer a rule.
fn words(given: &Map<String, Value>) -> Option<String> {
    let mut words: Vec<String> = given
        .get("description")
        .and_then(Value::as_str)
        .map(str::to_owned)
        .into_iter()
        .collect();
    if let Some(choices) = given.get("enum").and_then(Value::as_array) {
        let told: Vec<String> = choices.iter().take(CHOICES).map(Value::to_string).collect();
        let more = if choices.len() > CHOICES { ", …" } else { "" };
        words.push(hint(&format!("One of {}{more}.", told.join(", "))));
    }
    if let Some(only) = given.get("const") {
        words.push(hint(&format!("Always {only}.")));
    }
    if let Some(format) = given.get("format").and_then(Value::as_str) {
        words.push(hint(&format!("Format: {format}.")));
    }
    (!words.is_empty()).then(|| words.join(" "))
}

fn hint(text: &str) -> String {
    countersign_domain::text::strip(text, HINT)
}

/// Whether an answer is an object, as far as the schema says.
fn is_object(schema: &Value, root: &Value, depth: u8) -> bool {
    if depth > 16 {
        return false;
    }
    match schema.get("type") {
        Some(Value::String(name)) => return name == "object",
        Some(Value::Array(names)) => {
            return names.iter().any(|name| name == "object")
                && names.iter().all(|name| name == "object" || name == "null");
        }
        _ => {}
    }
    if schema.get("properties").is_some() {
        return true;
    }
    if let Some(name) = schema::target(schema) {
        let definition = root.get("$defs").and_then(|all| all.get(name));
        return definition.is_some_and(|definition| is_object(definition, root, depth + 1));
    }
    let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array);
    if let Some(all) = list("allOf")
        && all.iter().any(|part| is_object(part, root, depth + 1))
    {
        return true;
    }
    ["anyOf", "oneOf"].into_iter().filter_map(list).any(|any| {
        let mut any = any
            .iter()
            .filter(|part| part.get("type") != Some(&"null".into()));
        any.all(|part| is_object(part, root, depth + 1))
    })
}

/// Checks a value against a relaxed schema, within a number of steps.
struct Walk<'s> {
    root: &'s Value,
    steps: u32,
}

impl Walk<'_> {
    fn accepts(&mut self, schema: &Value, value: &Value, depth: u32) -> bool {
        let Some(left) = self.steps.checked_sub(1) else {
            return false;
        };
        self.steps = left;
        if depth > DEPTH {
            return false;
        }
        let depth = depth + 1;
        let Some(rules) = schema.as_object() else {
            return true;
        };
        rules.iter().all(|(keyword, rule)| match keyword.as_str() {
            "type" => has_type(rule, value),
            "$ref" => self.referred(schema, value, depth),
            "properties" => {
                pairs(rule, value).all(|(rule, value)| self.accepts(rule, value, depth))
            }
            "additionalProperties" => {
                let listed = rules.get("properties");
                let rest = value.as_object().into_iter().flatten();
                rest.filter(|(name, _)| listed.is_none_or(|all| all.get(name.as_str()).is_none()))
                    .all(|(_, value)| self.accepts(rule, value, depth))
            }
            "items" => {
                let items = value.as_array().into_iter().flatten();
                items
                    .into_iter()
                    .all(|item| self.accepts(rule, item, depth))
            }
            "allOf" => parts(rule).all(|part| self.accepts(part, value, depth)),
            "anyOf" => parts(rule).any(|part| self.accepts(part, value, depth)),
            _ => true,
        })
    }

    fn referred(&mut self, schema: &Value, value: &Value, depth: u32) -> bool {
        let root = self.root;
        let definition = schema::target(schema).and_then(|name| root.get("$defs")?.get(name));
        definition.is_none_or(|definition| self.accepts(definition, value, depth))
    }
}

fn parts(rule: &Value) -> impl Iterator<Item = &Value> {
    rule.as_array().into_iter().flatten()
}

/// The properties that are both described and there.
fn pairs<'v>(rule: &'v Value, value: &'v Value) -> impl Iterator<Item = (&'v Value, &'v Value)> {
    let members = value.as_object().into_iter().flatten();
    members.filter_map(move |(name, value)| Some((rule.get(name.as_str())?, value)))
}

fn has_type(names: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0)
        }
        _ => true,
    };
    names.as_str().is_some_and(is) || parts(names).filter_map(Value::as_str).any(is)
}

#[cfg(test)]
mod tests;
