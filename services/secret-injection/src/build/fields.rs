//! The names that the schema of an object declares, whether they are given or not.
//!
//! A member of an object that is written apart may not take one of them: it would be another field
//! than the one that was asked for, and past what the schema says of that.

use std::{collections::HashSet, ptr};

use countersign_domain::schema;
use serde_json::{Map, Value};

/// Members that hold schemas of the same value, or of each in a list.
const ALIKE: [&str; 9] = [
    "allOf",
    "anyOf",
    "oneOf",
    "if",
    "then",
    "else",
    "$ref",
    "items",
    "prefixItems",
];

/// All schemas of one value.
pub(super) struct Fields<'s> {
    definitions: Option<&'s Map<String, Value>>,
    schemas: Vec<&'s Value>,
}

impl<'s> Fields<'s> {
    /// Those of an argument, by its key.
    pub(super) fn of(arguments: &'s Value, key: &str) -> Self {
        let whole = Self {
            definitions: arguments.get("$defs").and_then(Value::as_object),
            schemas: vec![arguments],
        };
        whole.field(key)
    }

    /// Those of one field.
    pub(super) fn field(&self, name: &str) -> Self {
        let fields = self.properties().filter(|field| field.0 == name);
        let mut waiting: Vec<&Value> = fields.map(|field| field.1).collect();
        let (mut seen, mut schemas) = (HashSet::new(), Vec::new());
        while let Some(schema) = waiting.pop() {
            if seen.insert(ptr::from_ref(schema)) {
                schemas.push(schema);
                waiting.extend(self.alike(schema));
            }
        }
        Self {
            definitions: self.definitions,
            schemas,
        }
    }

    /// Its names, each as often as it is declared.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.properties().map(|(name, _)| name.clone())
    }

    fn properties(&self) -> impl Iterator<Item = (&'s String, &'s Value)> {
        let schemas = self.schemas.iter().copied();
        let properties = schemas.filter_map(|schema| schema.get("properties")?.as_object());
        properties.flatten()
    }

    /// The schemas that the same value has to fit or may fit.
    fn alike(&self, schema: &'s Value) -> Vec<&'s Value> {
        let parts = ALIKE.iter().filter_map(|name| schema.get(name));
        let parts = parts.flat_map(|part| match part {
            Value::Array(parts) => parts.iter().collect(),
            Value::String(_) => {
                let target = schema::target(schema);
                let found = target.and_then(|name| self.definitions?.get(name));
                found.into_iter().collect()
            }
            Value::Object(_) => vec![part],
            Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
        });
        let dependent = schema.get("dependentSchemas").and_then(Value::as_object);
        parts
            .chain(dependent.into_iter().flat_map(Map::values))
            .collect()
    }
}
