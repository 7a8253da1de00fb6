//! Two JSON Schemas compared, keyword by keyword, with their direction in mind.
//!
//! Only inline nesting is walked by recursion, and the importer bounds that. Whatever is entered
//! through a reference waits in a queue, and a pair of definitions is walked once.

mod annotations;
mod bounds;
mod combine;
mod decided;
mod grade;
pub(super) mod hidden;
mod object;
mod partners;
mod rest;
pub(super) mod same;
mod types;
mod values;
mod view;

use std::{
    borrow::Cow,
    collections::{HashSet, VecDeque},
};

use countersign_domain::drift::{Breaking, ChangeKind};
use serde_json::{Map, Value};

use super::{
    findings::{Findings, Found},
    place::{At, Part, Root, whole},
};
use grade::Effect;
use view::{View, is_annotation};

/// A walk over the schemas of one side of an operation: all that is sent, or all that comes back.
pub(super) struct Walk<'c, 'f, 'b> {
    roots: (&'c Value, &'c Value),
    found: &'f mut Findings<'b>,
    seen: HashSet<(usize, usize)>,
    /// Of which definitions the words were compared.
    read: HashSet<(usize, usize)>,
    queue: VecDeque<(View<'c>, View<'c>, Root)>,
    /// Whether any definition differs, once somebody asked.
    definitions_differ: Option<bool>,
    /// Words that are gone are told all at once.
    pub(super) silent: bool,
    /// Nothing chooses among alternatives by what they are called.
    pub(super) nameless: bool,
    /// Something was not looked at, because there were no steps left.
    cut: bool,
}

/// What one check says.
struct Note {
    check: Cow<'static, str>,
    effect: Effect,
    words: String,
    before: Option<String>,
    after: Option<String>,
}

impl Note {
    fn new(check: impl Into<Cow<'static, str>>, effect: Effect, words: impl Into<String>) -> Self {
        Self {
            check: check.into(),
            effect,
            words: words.into(),
            before: None,
            after: None,
        }
    }

    fn values(mut self, before: Option<String>, after: Option<String>) -> Self {
        self.before = before;
        self.after = after;
        self
    }

    /// The values of a keyword on both sides.
    fn of(self, before: Option<&Value>, after: Option<&Value>) -> Self {
        self.values(before.map(whole), after.map(whole))
    }
}

impl<'c, 'f, 'b> Walk<'c, 'f, 'b> {
    /// Begins a walk; the roots are the schemas that hold `$defs`.
    pub(super) fn new(roots: (&'c Value, &'c Value), found: &'f mut Findings<'b>) -> Self {
        Self {
            roots,
            found,
            seen: HashSet::new(),
            read: HashSet::new(),
            queue: VecDeque::new(),
            definitions_differ: None,
            silent: false,
            nameless: false,
            cut: false,
        }
    }

    /// Compares two schemas, and whatever they lead to.
    pub(super) fn compare(&mut self, old: &'c Value, new: &'c Value, root: &Root) {
        self.node(old, new, &At::Root(root));
        while let Some((old, new, root)) = self.queue.pop_front() {
            self.shapes(&old, &new, &At::Root(&root));
        }
        if std::mem::take(&mut self.cut) {
            let found = Found::new(
                kind(root.part),
                "comparison_cut",
                "The schemas are too large to compare to the end.",
            );
            self.found
                .add(found.breaking(Breaking::Potentially).at(&root.words));
        }
    }

    fn node(&mut self, old: &'c Value, new: &'c Value, at: &At<'_>) {
        if !self.found.budget.step() {
            self.cut = true;
            return;
        }
        let views = (View::of(old, self.roots.0), View::of(new, self.roots.1));
        self.views(views.0, views.1, at);
    }

    fn views(&mut self, old: View<'c>, new: View<'c>, at: &At<'_>) {
        self.annotations(&old, &new, at);
        self.enter(old, new, at);
    }

    /// Compares what two schemas ask for, now or when the queue comes to it.
    fn enter(&mut self, old: View<'c>, new: View<'c>, at: &At<'_>) {
        if old.entry.is_none() && new.entry.is_none() {
            return self.shapes(&old, &new, at);
        }
        let pair = (old.identity(), new.identity());
        if self.seen.insert(pair) {
            self.queue.push_back((old, new, at.keep()));
            return;
        }
        // Another way leads there, on which more may be said.
        self.inner_annotations(&old, &new, at);
        if old.nulls != new.nulls {
            self.nullable(&old, &new, at);
        }
    }

    fn shapes(&mut self, old: &View<'c>, new: &View<'c>, at: &At<'_>) {
        if !self.found.budget.steps_for(old.weight() + new.weight()) {
            self.cut = true;
            return;
        }
        self.inner_annotations(old, new, at);
        if self.unions(old, new, at) || !self.types(old, new, at) {
            return;
        }
        self.object(old, new, at);
        self.values(old, new, at);
        for (name, before) in old.members {
            let after = new.members.get(name);
            self.keyword(name, (Some(before), after), at);
        }
        for (name, after) in new.members {
            if !old.members.contains_key(name) {
                self.keyword(name, (None, Some(after)), at);
            }
        }
    }

    fn keyword(&mut self, name: &'c str, sides: Sides<'c>, at: &At<'_>) {
        match name {
            "$ref" => self.reference(sides, at),
            "items" => self.part(("items", &At::Items(at)), sides, at),
            "propertyNames" => self.part(("property_names", at), sides, at),
            "contains" => self.part(("contains", &At::Items(at)), sides, at),
            "allOf" | "anyOf" | "oneOf" => self.members(name, sides, at),
            "prefixItems" => self.positions(sides, at),
            "patternProperties" | "dependentSchemas" => self.named(name, sides, at),
            "additionalProperties" | "unevaluatedProperties" | "unevaluatedItems" => {
                self.openness(name, sides, at);
            }
            "dependentRequired" => self.dependent(sides, at),
            "then" | "else" => self.part((name, at), sides, at),
            "not" | "if" => self.whole(name, sides, at),
            "pattern" => self.pattern(sides, at),
            "multipleOf" => self.step(sides, at),
            "uniqueItems" => self.unique(sides, at),
            "contentEncoding" | "contentMediaType" => self.content(name, sides, at),
            // Compared before, together with one another.
            "type" | "format" | "properties" | "required" | "enum" | "const" => {}
            name if is_annotation(name) => {}
            _ => self.bound(name, sides, at),
        }
    }

    fn note(&mut self, at: &At<'_>, note: Note) {
        let Note {
            check,
            effect,
            words,
            before,
            after,
        } = note;
        let breaking = effect.breaking(at.part());
        let code = format!("{}_{check}", at.prefix());
        let place = at.to_string();
        let words = format!("{place}: {words}.");
        self.found.add(
            Found::new(kind(at.part()), code, words)
                .breaking(breaking)
                .at(&place)
                .values(before.as_deref(), after.as_deref()),
        );
    }
}

/// A keyword's value before and after.
type Sides<'c> = (Option<&'c Value>, Option<&'c Value>);

fn kind(part: Part) -> ChangeKind {
    match part {
        Part::Parameter | Part::Body => ChangeKind::Input,
        Part::Answer => ChangeKind::Output,
    }
}

/// The members of an object, or of nothing.
fn entries(value: Option<&Value>) -> Option<&Map<String, Value>> {
    value.and_then(Value::as_object)
}
