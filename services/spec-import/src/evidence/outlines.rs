//! The schemas of a document as far as they lead to names of fields.

use std::{cell::OnceCell, collections::HashMap, ptr, rc::Rc};

use foldhash::quality::RandomState;
use serde_json::{Map, Value};

use crate::{document::Dialect, reference, schema::identity::Identities};

/// What a page says of the pages around it has no more properties: `{"next": …, "previous": …}`.
const PAGING: usize = 6;

/// How many references are followed to a schema that has a shape of its own.
const HOPS: usize = 32;

/// Keywords by which a schema refers to another.
const REFERENCES: [&str; 3] = ["$ref", "$recursiveRef", "$dynamicRef"];

/// Keywords whose schemas have properties as good as those of the schema they stand in. What is
/// under `not` is kept away.
pub(super) const ALIKE: [&str; 15] = [
    "allOf",
    "anyOf",
    "oneOf",
    "prefixItems",
    "items",
    "additionalProperties",
    "if",
    "then",
    "else",
    "contains",
    "additionalItems",
    "unevaluatedItems",
    "unevaluatedProperties",
    "patternProperties",
    "dependentSchemas",
];

/// Those of them that combine schemas of the same value.
const COMBINING: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// Members beside a combination that leave what it says as it is.
const BESIDE: [&str; 10] = [
    "type",
    "title",
    "description",
    "nullable",
    "deprecated",
    "readOnly",
    "writeOnly",
    "default",
    "example",
    "examples",
];

/// The schemas of a document as far as somebody asked for their fields. The same schema stands in
/// many operations, and many times in one; each is looked at once.
pub(crate) struct Outlines<'d> {
    pub(super) root: &'d Value,
    dialect: Dialect,
    /// By where a schema lies in memory: the document stays where it is while it is read.
    known: HashMap<*const Value, Outline<'d>, RandomState>,
    /// What schemas call themselves, once one refers to another by that.
    identities: OnceCell<Identities>,
}

/// What a schema, or what it refers to, has that leads to names.
#[derive(Clone)]
pub(super) enum Outline<'d> {
    /// It refers to nothing that is there.
    Missing,
    /// A plain value.
    Plain,
    Shape(Rc<Shape<'d>>),
}

impl<'d> Outlines<'d> {
    pub(crate) fn of_document(root: &'d Value, dialect: Dialect) -> Self {
        Self {
            root,
            dialect,
            known: HashMap::default(),
            identities: OnceCell::new(),
        }
    }

    /// What a schema leads to. It stands in one that begins at `base`.
    pub(super) fn of(&mut self, schema: &'d Value, base: &'d Value) -> Outline<'d> {
        if let Some(known) = self.known.get(&ptr::from_ref(schema)) {
            return known.clone();
        }
        let outline = self.look(schema, base);
        self.known.insert(ptr::from_ref(schema), outline.clone());
        outline
    }

    fn look(&self, schema: &'d Value, base: &'d Value) -> Outline<'d> {
        let (mut schema, mut base) = (schema, base);
        for _ in 0..HOPS {
            if let Some(only) = only_part(schema) {
                schema = only;
                continue;
            }
            let refers = refers(schema);
            let target = refers.then(|| self.target(schema, base)).flatten();
            // In 3.0 nothing beside a reference counts.
            let counts = !refers || self.dialect != Dialect::V30;
            match (Shape::of(schema, base).filter(|_| counts), target) {
                (Some(shape), target) => {
                    return Outline::Shape(Rc::new(Shape { target, ..shape }));
                }
                (None, Some(next)) => (schema, base) = (next, next),
                (None, None) if refers => return Outline::Missing,
                (None, None) => return Outline::Plain,
            }
        }
        Outline::Missing
    }

    /// What a schema refers to, found as [`crate::schema`] finds it.
    pub(super) fn target(&self, schema: &'d Value, base: &'d Value) -> Option<&'d Value> {
        let root = self.root;
        let text = || reference::member(schema.as_object()?, "$ref")?.as_str();
        let identities = || self.identities.get_or_init(|| Identities::of(root));
        reference::next(root, schema)
            // A schema written for itself counts from its own beginning.
            .or_else(|| base.pointer(&reference::pointer_of(text()?).ok()?))
            .or_else(|| identities().meant(root, schema))
            // A reference may be a name and nothing else.
            .or_else(|| root.get("components")?.get("schemas")?.get(text()?))
    }

    /// Whether a schema is of a list of things that have fields.
    pub(super) fn is_list_of_things(&mut self, schema: &'d Value) -> bool {
        let Outline::Shape(shape) = self.of(schema, schema) else {
            return false;
        };
        let mut listed = Rc::clone(&shape);
        // It may be what a schema refers to that is a list.
        if shape.items.is_none()
            && let Some(Outline::Shape(meant)) = shape.target.map(|meant| self.of(meant, meant))
        {
            listed = meant;
        }
        let items = listed.items;
        items.is_some_and(|items| matches!(self.of(items, listed.base), Outline::Shape(_)))
    }

    /// Whether one list of things is all that an object holds beside plain values, such as counts
    /// and links.
    pub(super) fn is_page(&mut self, shape: &Shape<'d>) -> bool {
        if let Some(known) = shape.is_page.get() {
            return *known;
        }
        let properties = shape.properties.into_iter().flat_map(Map::values);
        let is_page = self.lists_of(properties, shape.base) == Some(1);
        *shape.is_page.get_or_init(|| is_page)
    }

    /// How many of the properties are lists of things, unless one of them is a thing of its own.
    fn lists_of(
        &mut self,
        properties: impl Iterator<Item = &'d Value>,
        base: &'d Value,
    ) -> Option<usize> {
        let mut lists = 0;
        for property in properties {
            match self.of(property, base) {
                Outline::Missing => return None,
                Outline::Plain => {}
                Outline::Shape(shape) => {
                    let inner = shape.properties.map_or(0, Map::len);
                    match shape.items {
                        // The tags of a thing are a list of plain values.
                        Some(items) if matches!(self.of(items, shape.base), Outline::Plain) => {}
                        Some(_) => lists += 1,
                        None if inner > PAGING => return None,
                        None => {}
                    }
                }
            }
        }
        Some(lists)
    }
}

/// Whether a schema may say something elsewhere, too.
pub(super) fn refers(schema: &Value) -> bool {
    let mut keys = schema.as_object().into_iter().flat_map(Map::keys);
    keys.any(|key| REFERENCES.contains(&key.as_str()))
}

/// What of a schema leads to names, found in one go.
pub(super) struct Shape<'d> {
    pub(super) whole: &'d Value,
    /// Where the schema begins that it stands in.
    pub(super) base: &'d Value,
    /// What it refers to, beside what it says itself.
    pub(super) target: Option<&'d Value>,
    pub(super) properties: Option<&'d Map<String, Value>>,
    items: Option<&'d Value>,
    /// Schemas whose properties are as good as its own.
    pub(super) alike: Vec<&'d Value>,
    /// Whether it is a page of things, once somebody has asked.
    is_page: OnceCell<bool>,
}

impl<'d> Shape<'d> {
    /// Nothing for a schema of a plain value.
    fn of(schema: &'d Value, base: &'d Value) -> Option<Self> {
        let members = schema.as_object()?;
        let mut found = Self {
            whole: schema,
            base,
            target: None,
            properties: None,
            items: reference::member(members, "items"),
            alike: Vec::new(),
            is_page: OnceCell::new(),
        };
        let mut alike = [None; ALIKE.len()];
        let mut has_names = false;
        for (keyword, value) in members {
            if keyword == "properties" {
                found.properties = value.as_object();
            } else if keyword == "const" || keyword == "enum" {
                let several = value.as_array().into_iter().flatten();
                has_names |= value.is_object() || several.into_iter().any(Value::is_object);
            } else if keyword == "required" {
                has_names |= value.is_array();
            } else if let Some(at) = ALIKE.iter().position(|known| known == keyword) {
                alike[at] = Some(value);
            }
        }
        for (keyword, value) in ALIKE.into_iter().zip(alike) {
            match (keyword, value) {
                (_, None) => {}
                (_, Some(Value::Array(several))) => found.alike.extend(several),
                ("patternProperties" | "dependentSchemas", Some(Value::Object(named))) => {
                    found.alike.extend(named.values());
                }
                (_, Some(schema)) => found.alike.push(schema),
            }
        }
        let leads = has_names || found.properties.is_some() || !found.alike.is_empty();
        leads.then_some(found)
    }
}

/// The one schema that a combination of nothing else stands for: `allOf: [{$ref: …}]`.
fn only_part(schema: &Value) -> Option<&Value> {
    let combined = |keyword: &&str| schema.get(*keyword).and_then(Value::as_array);
    let [only] = COMBINING.iter().find_map(combined)?.as_slice() else {
        return None;
    };
    let members = schema.as_object()?.keys();
    let says = |name: &&String| !BESIDE.contains(&name.as_str()) && !name.starts_with("x-");
    (members.filter(says).count() == 1).then_some(only)
}
