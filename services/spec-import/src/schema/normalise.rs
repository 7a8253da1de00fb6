//! One schema of the document becomes one of 2020-12, keyword by keyword.
//!
//! Only keywords that are known are kept, and only with values that their meta-schema allows, so
//! whatever comes out compiles. What says something about the value and is lost is noted.

use countersign_domain::text;
use serde_json::{Map, Value, json};

use super::{
    choices,
    definitions::{Definitions, Links, Side},
    discriminator,
    joined::Neighbours,
    keyword::{self, Keyword},
    older::{bounds as older_bounds, nullable},
};
use crate::{
    document::Dialect,
    notes::{At, Notes},
    reference::member,
};

const TITLE: usize = 120;
/// A pattern that every name of a property fits.
const ANY_NAME: &str = "";
pub(super) const DESCRIPTION: usize = 1_024;

/// Normalises one schema that stands by itself: a definition, or one inside an operation.
pub(super) struct Walk<'w, 'd> {
    pub(super) definitions: &'w mut Definitions<'d>,
    pub(super) notes: &'w mut Notes,
    /// Where the schema begins; `#` of a recursive reference means this place.
    pub(super) base: &'w str,
    pub(super) links: Links,
}

/// How a schema is reached from the one that holds it.
#[derive(Clone, Copy)]
pub(super) struct Reach<'r> {
    /// It describes the same value, not a part of it.
    same: bool,
    /// Nothing but an `allOf` stands between the two.
    builds_on: bool,
    /// Properties that neighbours declare; nobody can be asked for a read-only one.
    beside: &'r [&'r Map<String, Value>],
}

impl Reach<'static> {
    const PART: Self = Self {
        same: false,
        builds_on: false,
        beside: &[],
    };
    const SAME: Self = Self {
        same: true,
        builds_on: false,
        beside: &[],
    };
}

impl<'w, 'd> Walk<'w, 'd> {
    pub(super) fn over(
        definitions: &'w mut Definitions<'d>,
        base: &'w str,
        notes: &'w mut Notes,
    ) -> Self {
        Self {
            definitions,
            notes,
            base,
            links: Links::default(),
        }
    }

    pub(super) fn run(mut self, value: &Value, at: &At<'_>) -> (Value, Links) {
        let schema = self.schema(value, at, Reach::SAME);
        (schema, self.links)
    }

    fn schema(&mut self, value: &Value, at: &At<'_>, reach: Reach<'_>) -> Value {
        match value {
            Value::Object(source) => self.object(source, at, reach),
            Value::Bool(any) => Value::Bool(*any),
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                self.notes.warning(
                    "schema_not_an_object",
                    at,
                    "something stands here that is not a schema; any value is allowed",
                );
                json!({})
            }
        }
    }

    fn object(&mut self, source: &Map<String, Value>, at: &At<'_>, reach: Reach<'_>) -> Value {
        let mut out = Map::with_capacity(source.len());
        if self.reference(source, at, (reach.same, reach.builds_on), &mut out)
            && self.definitions.dialect == Dialect::V30
        {
            return self.reference_alone(source, at, out);
        }
        let beside = self.beside(source, reach.beside);
        for (name, value) in source {
            let place = at.key(name);
            self.keyword(name, value, &place, &mut out);
            match name.as_str() {
                "properties" => self.properties(value, &place, &mut out),
                "items" => self.items(value, &place, &mut out),
                // What comes behind such a list stood here.
                "additionalItems" if member(source, "items").is_some_and(Value::is_array) => {
                    out.insert("items".to_owned(), self.schema(value, &place, Reach::PART));
                }
                "allOf" => {
                    let reach = Reach {
                        same: reach.same,
                        builds_on: reach.same,
                        beside: &beside,
                    };
                    self.list(name, value, &place, reach, &mut out);
                }
                "anyOf" | "oneOf" => {
                    let reach = Reach {
                        same: reach.same,
                        builds_on: false,
                        beside: &[],
                    };
                    // A discriminator chooses among schemas that often accept each other's values.
                    let several = source.contains_key("discriminator")
                        || (name == "oneOf" && self.no_longer_exclude(value, &place));
                    let any = several && !source.contains_key("anyOf");
                    let name = if any { "anyOf" } else { name };
                    self.list(name, value, &place, reach, &mut out);
                }
                "not" | "if" | "then" | "else" => {
                    let reach = Reach {
                        same: reach.same,
                        builds_on: false,
                        beside: &[],
                    };
                    out.insert(name.clone(), self.schema(value, &place, reach));
                }
                "dependentSchemas" => {
                    let reach = Reach {
                        same: reach.same,
                        builds_on: false,
                        beside: &[],
                    };
                    self.named(name, value, &place, reach, &mut out);
                }
                "required" => self.required(value, &place, &beside, &mut out),
                _ => {}
            }
        }
        older_bounds(source, &mut out);
        choices::settle_all(&mut out, at, self.notes);
        let around = Neighbours {
            all: &beside,
            outside: reach.beside,
        };
        self.open(at, (member(source, "properties"), around), &mut out);
        if member(source, "nullable") == Some(&Value::Bool(true)) {
            return nullable(out);
        }
        Value::Object(out)
    }

    fn keyword(&mut self, name: &str, value: &Value, at: &At<'_>, out: &mut Map<String, Value>) {
        let kind = keyword::kind(name);
        let meant = keyword::number_in(kind, value);
        if meant.is_some() {
            let text = format!("{name:?} is a text and is read as the number that it is");
            self.notes.info("number_is_a_text", at, &text);
        }
        let value = meant.as_ref().unwrap_or(value);
        let kept = match kind {
            Keyword::Part => Some(self.schema(value, at, Reach::PART)),
            Keyword::Parts => return self.list(name, value, at, Reach::PART, out),
            Keyword::NamedParts => return self.patterns(value, at, out),
            Keyword::Count => keyword::count(value),
            Keyword::Number => value.is_number().then(|| value.clone()),
            Keyword::Step => keyword::step(value).map(|number| Value::Number(number.clone())),
            Keyword::Bound if value.is_boolean() => return,
            Keyword::Bound => value.is_number().then(|| value.clone()),
            Keyword::Text => {
                let limit = if name == "title" { TITLE } else { DESCRIPTION };
                value.as_str().map(|words| {
                    let (marks, shown) = self.definitions.texts.read(words);
                    self.links.marks = self.links.marks.and(marks);
                    text::strip(&shown, limit).into()
                })
            }
            Keyword::Word => value.as_str().map(|word| text::strip(word, 80).into()),
            Keyword::Flag => value.is_boolean().then(|| value.clone()),
            Keyword::Any => Some(value.clone()),
            Keyword::Special => return self.special(name, value, at, out),
            Keyword::Same | Keyword::Sames | Keyword::NamedSames | Keyword::Dropped => return,
            Keyword::Unknown => {
                let text = format!("{name:?} is not a keyword and is left out");
                return self.notes.info("schema_keyword_unknown", at, &text);
            }
        };
        match kept {
            Some(kept) => {
                out.insert(name.to_owned(), kept);
            }
            None => self.odd(name, at),
        }
    }

    pub(super) fn odd(&mut self, name: &str, at: &At<'_>) {
        let text = format!("{name:?} has a value that it cannot have and is left out");
        self.notes.warning("schema_keyword_invalid", at, &text);
    }

    fn special(&mut self, name: &str, value: &Value, at: &At<'_>, out: &mut Map<String, Value>) {
        match name {
            "type" => self.types(value, at, out),
            "enum" => self.choices(value, at, out),
            "pattern" if self.definitions.side == Side::Answer => {
                self.put_aside(value.as_str().unwrap_or_default(), at);
            }
            "pattern" => match value.as_str() {
                Some(pattern) if self.definitions.patterns.compiles(pattern) => {
                    out.insert(name.to_owned(), value.clone());
                }
                Some(_) => self.not_checked(at),
                None => self.odd(name, at),
            },
            "dependentRequired" => {
                let fits = value.as_object().is_some_and(|all| {
                    all.values()
                        .all(|v| v.as_array().is_some_and(|l| l.iter().all(Value::is_string)))
                });
                if fits {
                    out.insert(name.to_owned(), value.clone());
                } else {
                    self.odd(name, at);
                }
            }
            "nullable" if !value.is_boolean() => self.odd(name, at),
            "discriminator" => {
                let words = discriminator::words(value);
                self.links.discriminators.insert(self.inside(at), words);
                let text =
                    "the discriminator is a hint; it is checked that one of the alternatives fits";
                self.notes.info("discriminator_left_out", at, text);
            }
            _ => {}
        }
    }

    fn types(&mut self, value: &Value, at: &At<'_>, out: &mut Map<String, Value>) {
        if let Some(name) = value.as_str()
            && keyword::types(value).1
            && let Some(meant) = keyword::meant(name)
        {
            let text = format!("{name:?} is no type and is read as {meant:?}");
            self.notes.warning("type_guessed", at, &text);
            out.insert("type".to_owned(), meant.into());
            return;
        }
        let (mut known, odd) = keyword::types(value);
        if odd {
            self.odd("type", at);
        }
        match known.as_slice() {
            [] => {}
            [single] => {
                out.insert("type".to_owned(), (*single).into());
            }
            // One unknown name among several would make the rest too narrow.
            _ if odd => known.clear(),
            several => {
                out.insert("type".to_owned(), json!(several));
            }
        }
    }

    fn choices(&mut self, value: &Value, at: &At<'_>, out: &mut Map<String, Value>) {
        let Some(items) = value.as_array().filter(|items| !items.is_empty()) else {
            return self.odd("enum", at);
        };
        let mut seen = std::collections::HashSet::new();
        let different: Vec<Value> = items
            .iter()
            .filter(|item| seen.insert(item.to_string()))
            .cloned()
            .collect();
        if different.len() < items.len() {
            self.notes.info(
                "enum_repeats",
                at,
                "values that are listed twice are listed once",
            );
        }
        out.insert("enum".to_owned(), Value::Array(different));
    }

    fn properties(&mut self, value: &Value, at: &At<'_>, out: &mut Map<String, Value>) {
        let Some(members) = value.as_object() else {
            return self.odd("properties", at);
        };
        let mut kept = Map::with_capacity(members.len());
        let mut left_out = Vec::new();
        for (name, property) in members {
            if self.is_of_the_other_side(property) {
                left_out.push(format!("{name:?}"));
            } else {
                kept.insert(
                    name.clone(),
                    self.schema(property, &at.key(name), Reach::PART),
                );
            }
        }
        if !left_out.is_empty() {
            let text = format!("read-only properties are not sent: {}", left_out.join(", "));
            self.notes.info("read_only_left_out", at, &text);
        }
        out.insert("properties".to_owned(), Value::Object(kept));
    }

    /// Before 2020-12 a list of schemas stood under `items`.
    fn items(&mut self, value: &Value, at: &At<'_>, out: &mut Map<String, Value>) {
        if value.is_array() {
            self.list("prefixItems", value, at, Reach::PART, out);
        } else {
            out.insert("items".to_owned(), self.schema(value, at, Reach::PART));
        }
    }

    fn list(
        &mut self,
        name: &str,
        value: &Value,
        at: &At<'_>,
        reach: Reach<'_>,
        out: &mut Map<String, Value>,
    ) {
        let Some(items) = value.as_array().filter(|items| !items.is_empty()) else {
            return self.odd(name, at);
        };
        let schemas = items
            .iter()
            .enumerate()
            .map(|(index, item)| self.schema(item, &at.index(index), reach))
            .collect();
        out.insert(name.to_owned(), Value::Array(schemas));
    }

    fn named(
        &mut self,
        name: &str,
        value: &Value,
        at: &At<'_>,
        reach: Reach<'_>,
        out: &mut Map<String, Value>,
    ) {
        let Some(members) = value.as_object() else {
            return self.odd(name, at);
        };
        let schemas = members
            .iter()
            .map(|(key, member)| (key.clone(), self.schema(member, &at.key(key), reach)))
            .collect();
        out.insert(name.to_owned(), Value::Object(schemas));
    }

    fn patterns(&mut self, value: &Value, at: &At<'_>, out: &mut Map<String, Value>) {
        if self.definitions.side == Side::Answer {
            return self.put_aside_all(value, at);
        }
        let Some(members) = value.as_object() else {
            return self.odd("patternProperties", at);
        };
        let mut kept = Map::new();
        for (pattern, member) in members {
            let schema = self.schema(member, &at.key(pattern), Reach::PART);
            if self.definitions.patterns.compiles(pattern) {
                kept.insert(pattern.clone(), schema);
            } else {
                self.not_checked(&at.key(pattern));
                // Its properties would otherwise be too many.
                kept.insert(ANY_NAME.to_owned(), true.into());
            }
        }
        out.insert("patternProperties".to_owned(), Value::Object(kept));
    }

    fn not_checked(&mut self, at: &At<'_>) {
        let text = "the pattern is none that we can compile, or none that any text fits; \
                    it is not checked";
        self.notes.warning("pattern_not_checked", at, text);
    }
}
