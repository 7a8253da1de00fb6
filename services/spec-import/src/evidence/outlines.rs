//! The schemas of a document as far as they lead to names of fields.

use std::{cell::OnceCell, collections::HashMap, ptr, rc::Rc};

use foldhash::quality::RandomState;
use serde_json::{Map, Value};

use crate::{reference, schema::identity::Identities};

/// What a page says of the pages around it has no more properties: `{"next": …, "previous": …}`.
const PAGING: usize = 6;
/// Which of the parts of a shape are the items of a list.
const ITEMS: usize = 5;

/// The schemas of a document as far as somebody asked for their fields. The same schema stands in
/// many operations, and many times in one; each is looked at once.
pub(crate) struct Outlines<'d> {
    pub(super) root: &'d Value,
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
    pub(crate) fn of_document(root: &'d Value) -> Self {
        Self {
            root,
            known: HashMap::default(),
            identities: OnceCell::new(),
        }
    }

    pub(super) fn of(&mut self, schema: &'d Value) -> Outline<'d> {
        if let Some(known) = self.known.get(&ptr::from_ref(schema)) {
            return known.clone();
        }
        let outline = self.look(schema);
        self.known.insert(ptr::from_ref(schema), outline.clone());
        outline
    }

    fn look(&self, schema: &'d Value) -> Outline<'d> {
        let root = self.root;
        let identities = || self.identities.get_or_init(|| Identities::of(root));
        let end = reference::end(root, schema).or_else(|| {
            let (way, _) = reference::chain(root, schema, String::new());
            let meant = identities().meant(root, way.last()?.0)?;
            reference::end(root, meant)
        });
        let Some(end) = end else {
            return Outline::Missing;
        };
        let mut shape = Shape::of(end);
        if ["$dynamicRef", "$recursiveRef"]
            .iter()
            .any(|name| end.get(name).is_some())
            && let Some(meant) = identities().meant(root, end)
        {
            shape.get_or_insert_default().alike[0] = Some(meant);
        }
        shape.map_or(Outline::Plain, |shape| Outline::Shape(Rc::new(shape)))
    }

    /// Whether a schema is of a list of things that have fields.
    pub(super) fn is_list_of_things(&mut self, schema: &'d Value) -> bool {
        let Outline::Shape(shape) = self.of(schema) else {
            return false;
        };
        let mut items = shape.alike[ITEMS];
        // It is what a dynamic reference means that may be a list.
        if items.is_none()
            && let Some(Outline::Shape(meant)) = shape.alike[0].map(|meant| self.of(meant))
        {
            items = meant.alike[ITEMS];
        }
        items.is_some_and(|items| matches!(self.of(items), Outline::Shape(_)))
    }

    /// Whether one list of things is all that an object holds beside plain values, such as counts
    /// and links.
    pub(super) fn is_page(&mut self, shape: &Shape<'d>) -> bool {
        if let Some(known) = shape.is_page.get() {
            return *known;
        }
        let properties = shape.properties.into_iter().flat_map(Map::values);
        let is_page = self.lists_of(properties) == Some(1);
        *shape.is_page.get_or_init(|| is_page)
    }

    /// How many of the properties are lists of things, unless one of them is a thing of its own.
    fn lists_of(&mut self, properties: impl Iterator<Item = &'d Value>) -> Option<usize> {
        let mut lists = 0;
        for property in properties {
            match self.of(property) {
                Outline::Missing => return None,
                Outline::Plain => {}
                Outline::Shape(shape) => {
                    let [.., items, _] = shape.alike;
                    let inner = shape.properties.map_or(0, Map::len);
                    match items {
                        // The tags of a thing are a list of plain values.
                        Some(items) if matches!(self.of(items), Outline::Plain) => {}
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

/// What of a schema leads to names, found in one go.
#[derive(Default)]
pub(super) struct Shape<'d> {
    pub(super) properties: Option<&'d Map<String, Value>>,
    /// Parts whose properties are as good as its own; first what a dynamic reference means.
    pub(super) alike: [Option<&'d Value>; 7],
    /// Whether it is a page of things, once somebody has asked.
    is_page: OnceCell<bool>,
}

impl<'d> Shape<'d> {
    /// Nothing for a schema of a plain value.
    fn of(schema: &'d Value) -> Option<Self> {
        let mut found = Self::default();
        for (keyword, value) in schema.as_object()? {
            let at = match keyword.as_str() {
                "properties" => {
                    found.properties = value.as_object();
                    continue;
                }
                "allOf" => 1,
                "anyOf" => 2,
                "oneOf" => 3,
                "prefixItems" => 4,
                "items" => ITEMS,
                "additionalProperties" => 6,
                _ => continue,
            };
            found.alike[at] = Some(value);
        }
        let leads = found.properties.is_some() || found.alike.iter().any(Option::is_some);
        leads.then_some(found)
    }
}
