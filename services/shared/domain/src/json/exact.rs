//! JSON as a tree in which no list and no object has room to spare.
//!
//! A list that grows takes up to twice the room it needs, and moves each time it grows. Here its
//! items wait on a pile until their number is known. What is wrong with a text is not said.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::Strict;

/// Parses one JSON document in which no object has two equal keys.
pub(super) fn parse(text: &str) -> Option<Value> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Exact(&mut Pile::default()).deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(value)
}

/// Members and items of what is still open; those of the innermost lie on top.
#[derive(Default)]
struct Pile {
    members: Vec<(String, Value)>,
    items: Vec<Value>,
}

struct Exact<'p>(&'p mut Pile);

impl<'de> DeserializeSeed<'de> for Exact<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Exact<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Visitor::expecting(&Strict, f)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Strict.visit_bool(value)
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Strict.visit_i64(value)
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Strict.visit_u64(value)
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Strict.visit_f64(value)
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Strict.visit_str(value)
    }
    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Strict.visit_unit()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut given: A) -> Result<Value, A::Error> {
        let start = self.0.items.len();
        while let Some(item) = given.next_element_seed(Exact(&mut *self.0))? {
            self.0.items.push(item);
        }
        Ok(self.0.items.drain(start..).collect())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> Result<Value, A::Error> {
        let start = self.0.members.len();
        while let Some(key) = given.next_key()? {
            let value = given.next_value_seed(Exact(&mut *self.0))?;
            self.0.members.push((key, value));
        }
        let members = self.0.members.drain(start..);
        let mut map = Map::with_capacity(members.len());
        for (key, value) in members {
            if map.insert(key, value).is_some() {
                return Err(A::Error::custom("duplicate key"));
            }
        }
        Ok(Value::Object(map))
    }
}
