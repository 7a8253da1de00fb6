//! The schema of an answer and the definitions that it brings along, as one text.

use std::{borrow::Cow, collections::HashSet};

use countersign_domain::schema;
use foldhash::quality::RandomState;
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};

use super::Attempt;
use crate::schema::Definitions;

const PLAIN: &str = "a schema is plain JSON";

/// The definitions that a schema brings along.
pub(super) struct Brought {
    pub(super) names: Vec<String>,
    /// The same to look them up, where others are referred to that it does not.
    known: Option<HashSet<String, RandomState>>,
}

impl Brought {
    pub(super) fn of(names: Vec<String>, all: bool) -> Self {
        let known = (!all).then(|| names.iter().cloned().collect());
        Self { names, known }
    }

    /// Whether none of these is left out.
    fn has_all(&self, names: &[String]) -> bool {
        let known = self.known.as_ref();
        known.is_none_or(|known| names.iter().all(|name| known.contains(name)))
    }

    /// Takes out references to others.
    pub(super) fn unlink(&self, schema: &mut Cow<'_, Value>) {
        if let Some(known) = &self.known {
            schema::unlink(schema.to_mut(), &|name| known.contains(name));
        }
    }

    /// Puts the definitions where a schema finds them; before that, nothing was copied in vain.
    pub(super) fn put(
        &self,
        definitions: &mut Definitions<'_>,
        root: &Value,
        attempt: Attempt,
    ) -> Box<RawValue> {
        let texts = self.names.iter();
        let texts = texts.filter_map(|name| Some((name, self.text(definitions, name, attempt)?)));
        let definitions = Named(texts.collect());
        to_raw_value(&StandingAlone { root, definitions }).expect(PLAIN)
    }

    fn text(
        &self,
        definitions: &mut Definitions<'_>,
        name: &str,
        attempt: Attempt,
    ) -> Option<Box<RawValue>> {
        if self.has_all(&definitions.leads_to(name)) {
            let text = match attempt {
                Attempt::Whole => definitions.usable(name).map(|(_, text)| text),
                Attempt::Wordless | Attempt::Parts => definitions.wordless(name),
            };
            return text.map(ToOwned::to_owned);
        }
        let (definition, _) = definitions.usable(name)?;
        let mut copy = definition.clone();
        if attempt != Attempt::Whole {
            schema::drop_words(&mut copy, 0);
        }
        let mut copy = Cow::Owned(copy);
        self.unlink(&mut copy);
        Some(to_raw_value(&copy).expect(PLAIN))
    }
}

/// A schema and its definitions, to be written.
struct StandingAlone<'a> {
    root: &'a Value,
    definitions: Named<'a>,
}

/// Definitions in the order in which they are brought along.
struct Named<'a>(Vec<(&'a String, Box<RawValue>)>);

impl Serialize for StandingAlone<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Value::Object(members) = self.root else {
            return self.root.serialize(to);
        };
        let mut to = to.serialize_map(None)?;
        for (key, member) in members {
            to.serialize_entry(key, member)?;
        }
        if !self.definitions.0.is_empty() {
            to.serialize_entry("$defs", &self.definitions)?;
        }
        to.end()
    }
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, text)| (name, text)))
    }
}
