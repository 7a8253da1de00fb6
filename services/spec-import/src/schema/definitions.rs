//! The definitions of a document, each normalised once, and the closures of them that
//! operations carry.

mod closure;
mod whole;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{Arc, OnceLock},
};

use countersign_domain::{digest::Digest, schema};
use foldhash::quality::RandomState;
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};

use super::{
    discriminator::Discriminators, family, identity::Identities, joined::joined, measure::depth,
    naming::name_of, normalise::Walk, pattern::Patterns, weight::Known,
};
use crate::{
    document::Dialect,
    marks::{self, Marks},
    notes::{At, Notes},
    reference::{self, BadReference},
};

const PLAIN: &str = "a schema is plain JSON";

/// Which way the values go that schemas describe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// To the upstream: nobody is asked for what only the server sets.
    Request,
    /// Back from it: nobody is shown what is only ever sent.
    Answer,
}

/// Everything that can be referred to.
pub(crate) struct Definitions<'d> {
    pub(crate) root: &'d Value,
    pub(super) side: Side,
    pub(crate) dialect: Dialect,
    pub(super) patterns: Patterns,
    /// What is remarkable about the texts that were read so far.
    pub(crate) texts: Arc<marks::Known>,
    /// What was lost inside definitions; it concerns the document, not one operation.
    pub(crate) notes: Notes,
    /// Where the document keeps schemas that have names.
    home: &'static str,
    by_pointer: HashMap<String, usize, RandomState>,
    names: HashMap<String, usize, RandomState>,
    list: Vec<Definition>,
    normalised: usize,
    weights: Known,
    identities: Option<Identities>,
    joined: Arc<OnceLock<HashSet<String>>>,
    /// By the place of a parent: what its list leads to.
    listed: HashMap<String, HashSet<String>>,
    /// By the place of a parent: the definition of it without its list.
    alone: HashMap<String, usize>,
    /// What each says with all it leads to, once somebody has asked.
    wholes: HashMap<usize, Digest, RandomState>,
}

struct Definition {
    pointer: String,
    /// Whether it is the parent without its list.
    is_alone: bool,
    name: String,
    schema: Value,
    /// The same as JSON: many operations carry it.
    text: Box<RawValue>,
    /// The same without words, once somebody has asked.
    wordless: Option<Box<RawValue>>,
    links: Links,
    depth: usize,
    /// What is remarkable about its texts, once somebody has asked.
    marks: Option<Marks>,
    /// The keys of what it refers to, once somebody has asked.
    leads_to: Option<Vec<String>>,
    /// Whether it compiles, what it refers to taken for granted, once somebody has asked.
    compiles: Option<bool>,
}

/// What a schema leads to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    /// Every definition it refers to; in order, so that the same document always gives the same
    /// reason where several of them are broken.
    pub(crate) all: BTreeSet<usize>,
    /// Those that describe the same value, as often as they are referred to.
    pub(crate) same: Vec<usize>,
    /// The first reference that leads nowhere.
    pub(crate) broken: Option<String>,
    /// What is remarkable about its titles and descriptions as they were written.
    pub(crate) marks: Marks,
    /// What chooses among its alternatives, by where that stands in it.
    pub(crate) discriminators: Discriminators,
    /// The patterns of an answer, by where they stand in it.
    pub(crate) patterns: BTreeMap<String, String>,
}

impl Links {
    pub(super) fn add(&mut self, target: usize, same_value: bool) {
        self.all.insert(target);
        if same_value {
            self.same.push(target);
        }
    }

    /// Takes in what a part of the same object leads to.
    pub(crate) fn join(&mut self, part: Self) {
        self.all.extend(part.all);
        self.same.extend(part.same);
        self.marks = self.marks.and(part.marks);
        self.discriminators.extend(part.discriminators);
        self.patterns.extend(part.patterns);
        self.broken = self.broken.take().or(part.broken);
    }
}

impl<'d> Definitions<'d> {
    pub(crate) fn new(root: &'d Value, dialect: Dialect, side: Side) -> Self {
        Self {
            root,
            side,
            dialect,
            // Swagger 2.0 has them elsewhere.
            home: if root.pointer("/components/schemas").is_some() {
                "/components/schemas/"
            } else {
                "/definitions/"
            },
            patterns: Patterns::default(),
            texts: Arc::default(),
            notes: Notes::of_document(),
            by_pointer: HashMap::default(),
            names: HashMap::default(),
            list: Vec::new(),
            normalised: 0,
            weights: Known::default(),
            identities: None,
            joined: Arc::default(),
            listed: HashMap::new(),
            alone: HashMap::new(),
            wholes: HashMap::default(),
        }
    }

    /// Those of the other side. What holds for both is found out once.
    pub(crate) fn beside(other: &Self, side: Side) -> Self {
        Self {
            texts: Arc::clone(&other.texts),
            joined: Arc::clone(&other.joined),
            ..Self::new(other.root, other.dialect, side)
        }
    }

    /// Normalises a schema that stands in an operation, and every definition it needs.
    pub(crate) fn inline(
        &mut self,
        value: &Value,
        at: &At<'_>,
        notes: &mut Notes,
    ) -> (Value, Links) {
        let pointer = at.to_string();
        let result = Walk::over(self, &pointer, notes).run(value, at);
        self.settle();
        result
    }

    /// The definition that stands at a pointer; new ones are normalised by [`Self::settle`].
    pub(super) fn at(&mut self, pointer: &str, text: &str) -> Result<usize, BadReference> {
        if let Some(known) = self.by_pointer.get(pointer) {
            return Ok(*known);
        }
        if reference::at(self.root, pointer).is_none() {
            return Err(BadReference::Missing(text.to_owned()));
        }
        let id = self.add(pointer, name_of(pointer, self.home), false);
        self.by_pointer.insert(pointer.to_owned(), id);
        Ok(id)
    }

    fn add(&mut self, pointer: &str, mut name: String, is_alone: bool) -> usize {
        let id = self.list.len();
        while self.names.contains_key(&name) {
            name.push_str("_2");
        }
        self.names.insert(name.clone(), id);
        self.list.push(Definition {
            pointer: pointer.to_owned(),
            is_alone,
            name,
            schema: Value::Null,
            text: Box::default(),
            wordless: None,
            links: Links::default(),
            depth: 0,
            marks: None,
            leads_to: None,
            compiles: None,
        });
        id
    }

    /// What the schema at `child` takes over of a definition that it builds on: all of it, or
    /// where the definition lists this child, all but the list.
    pub(super) fn taken_over(&mut self, parent: usize, child: &str) -> usize {
        let pointer = &self.list[parent].pointer;
        let Some(value) = reference::at(self.root, pointer).filter(|v| family::has_list(v)) else {
            return parent;
        };
        let pointer = pointer.clone();
        let root = self.root;
        let listed = self.listed.entry(pointer.clone());
        let listed = listed.or_insert_with(|| family::listed(root, value));
        if !listed.contains(child) {
            return parent;
        }
        if let Some(known) = self.alone.get(&pointer) {
            return *known;
        }
        let name = format!("{}_alone", self.list[parent].name);
        let id = self.add(&pointer, name, true);
        self.alone.insert(pointer, id);
        id
    }

    /// The schema of this name, where a reference is a name and nothing else.
    pub(super) fn named(&mut self, text: &str) -> Option<usize> {
        if text.contains(['/', '#', '.', ':']) {
            return None;
        }
        let pointer = format!("{}{text}", self.home);
        self.at(&pointer, text).ok()
    }

    /// Whether an `allOf` joins the schema at a pointer to others.
    pub(super) fn is_joined(&self, pointer: &str) -> bool {
        let joined = self.joined.get_or_init(|| joined(self.root));
        joined.contains(pointer)
    }

    /// The definition that calls itself by an address, which is never opened.
    pub(super) fn called(&mut self, text: &str) -> Result<usize, BadReference> {
        let root = self.root;
        match self.identities().pointer(root, text) {
            Some(pointer) => self.at(&pointer, text),
            None => Err(BadReference::Outside(text.to_owned())),
        }
    }

    /// What the schemas of the document call themselves.
    pub(super) fn identities(&mut self) -> &Identities {
        let root = self.root;
        self.identities.get_or_insert_with(|| Identities::of(root))
    }

    /// The key of a definition in `$defs`.
    pub(super) fn name(&self, id: usize) -> &str {
        &self.list[id].name
    }

    /// A definition by its key in `$defs`, and the same as JSON, unless it cannot be used.
    pub(crate) fn usable(&mut self, name: &str) -> Option<(&Value, &RawValue)> {
        let id = *self.names.get(name)?;
        self.check(id).ok()?;
        let definition = &self.list[id];
        Some((&definition.schema, &definition.text))
    }

    /// The keys of the definitions that a definition refers to, in order.
    pub(crate) fn leads_to(&mut self, name: &str) -> Vec<String> {
        let Some(id) = self.names.get(name).copied() else {
            return Vec::new();
        };
        let Definition {
            schema, leads_to, ..
        } = &mut self.list[id];
        let leads_to = leads_to.get_or_insert_with(|| schema::references(schema));
        leads_to.clone()
    }

    /// A definition without its words, as JSON, unless it cannot be used.
    pub(crate) fn wordless(&mut self, name: &str) -> Option<&RawValue> {
        let id = *self.names.get(name)?;
        self.check(id).ok()?;
        let Definition {
            schema, wordless, ..
        } = &mut self.list[id];
        let text = wordless.get_or_insert_with(|| {
            let mut schema = schema.clone();
            schema::drop_words(&mut schema, 0);
            to_raw_value(&schema).expect(PLAIN)
        });
        Some(text)
    }

    /// What is remarkable about the texts of a definition, by its key in `$defs`.
    pub(crate) fn marks(&mut self, name: &str) -> Marks {
        let id = self.names.get(name).copied();
        id.map_or_else(Marks::default, |id| self.marks_of(id))
    }

    fn marks_of(&mut self, id: usize) -> Marks {
        let Definition {
            pointer,
            name,
            schema,
            links,
            marks,
            ..
        } = &mut self.list[id];
        *marks.get_or_insert_with(|| {
            // As it was written, and as agents get it.
            let written = pointer.rsplit('/').next().unwrap_or_default();
            let of_names = Marks::of(written).and(Marks::of_name(name));
            links.marks.and(Marks::of_schema(schema)).and(of_names)
        })
    }

    fn settle(&mut self) {
        while self.normalised < self.list.len() {
            let pointer = self.list[self.normalised].pointer.clone();
            let root = self.root;
            let mut notes = std::mem::replace(&mut self.notes, Notes::of_document());
            if let Some(value) = reference::at(root, &pointer) {
                let at = At::Pointer(&pointer);
                let alone = self.list[self.normalised].is_alone;
                let alone = alone.then(|| family::alone(value));
                let value = alone.as_ref().unwrap_or(value);
                let (schema, links) = Walk::over(self, &pointer, &mut notes).run(value, &at);
                let definition = &mut self.list[self.normalised];
                definition.text = to_raw_value(&schema).expect(PLAIN);
                definition.depth = depth(&schema);
                definition.schema = schema;
                definition.links = links;
            }
            self.notes = notes;
            self.normalised += 1;
        }
    }
}
