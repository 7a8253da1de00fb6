//! Decides what an import changes. Pure.
//!
//! A tool is method + path, whatever it and the variables of its path are called. One whose
//! definition is the same keeps its version, and with it every decision; one whose definition
//! differs gets a new version, and a decision goes over to it only if nothing differs that needs a
//! person to look; one that comes back after it was gone gets a new version too, even if it is as
//! it was, and is off. Where somebody's word keeps an older definition turned on, people are shown
//! what differs from that one, the servers of its document with it, however many imports lie
//! between. Names are kept, so that agents' prompts go on working.

mod given;

use std::collections::{HashMap, HashSet};

use countersign_domain::{
    World,
    drift::{Change, ReviewReason, needs_review, path_shape},
    id::ToolId,
    operation::{ImportedOperation, Judged as _, Method},
};
use countersign_store::{
    revision_changes::{Carried, NewRevisionChange, Outcome},
    tools::{ChangedTool, KnownTool, NewTool, ToolChanges},
};

use crate::{
    drift::{Replacing, removed_while_on, written_otherwise},
    job::{
        before::{Before, DocumentBefore},
        numbers::long_numbers,
        prepare::PreparedOperation,
        said::Fallen,
    },
};

/// What is to be written, and how much it is.
pub(super) struct Plan {
    pub(super) changes: ToolChanges,
    pub(super) counts: Counts,
    /// What people are shown, what needs them first.
    pub(super) told: Vec<NewRevisionChange>,
    /// Decisions that live on.
    pub(super) carried: Vec<Carried>,
    /// What people said and what does not hold any more.
    pub(super) fallen: Vec<Fallen>,
}

/// How many operations are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) operations: usize,
    pub(super) new: usize,
    pub(super) changed: usize,
    pub(super) unchanged: usize,
    pub(super) removed: usize,
    pub(super) review: usize,
}

/// Compares what a source has with what a document says.
pub(super) fn plan(world: &World, before: &Before, operations: Vec<PreparedOperation>) -> Plan {
    let known = &before.known;
    let by_identity: HashMap<(Method, &str), &KnownTool> = known
        .iter()
        .map(|tool| ((tool.method, tool.path.as_str()), tool))
        .collect();
    let mut planning = Planning {
        before,
        moved: !before.document.changes.iter().all(Change::only_informs),
        replacing: Replacing::new(),
        seen: HashSet::new(),
        kept: HashSet::new(),
        names: HashSet::new(),
        changes: ToolChanges::default(),
        counts: Counts::default(),
        told: Vec::new(),
        carried: Vec::new(),
        fallen: Vec::new(),
    };
    let (mut rest, mut fresh) = (Vec::new(), Vec::new());
    for prepared in operations {
        if !planning
            .seen
            .insert((prepared.method, prepared.path.clone()))
        {
            continue;
        }
        match by_identity.get(&(prepared.method, prepared.path.as_str())) {
            // Names in use are taken before any name is given out.
            Some(tool) if !tool.removed => planning.keep(world, tool, prepared),
            other => rest.push((other.copied(), prepared)),
        }
    }
    let mut left = planning.left_over();
    for (back, prepared) in rest {
        let shape = (prepared.method, path_shape(&prepared.path));
        let same_shape = left.get_mut(&shape).filter(|_| back.is_none());
        match same_shape.and_then(Vec::pop) {
            Some(tool) => planning.keep(world, tool, prepared),
            None => fresh.push((back, prepared)),
        }
    }
    for (back, prepared) in fresh {
        planning.add(world, back, prepared);
    }
    for tool in known.iter().filter(|tool| !tool.removed) {
        if !planning.kept.contains(&tool.id) {
            planning.changes.removed.push(tool.id);
            planning.fallen.extend(before.people.removed(tool.id));
            let lost = tool.turned_on.map(|_| removed_while_on());
            planning.tell(tool.id, Outcome::Removed, Vec::from_iter(lost));
        }
    }
    planning.counts.operations = planning.seen.len();
    planning.counts.removed = planning.changes.removed.len();
    // Of a first import everything is new, which says nothing.
    let mut told = if known.is_empty() {
        Vec::new()
    } else {
        planning.told
    };
    told.sort_by_key(|change| change.outcome);
    if !before.document.changes.is_empty() {
        let whole = NewRevisionChange {
            tool: None,
            outcome: Outcome::Informed,
            changes: before.document.changes.clone(),
        };
        told.insert(0, whole);
    }
    Plan {
        changes: planning.changes,
        counts: planning.counts,
        told,
        carried: planning.carried,
        fallen: planning.fallen,
    }
}

struct Planning<'a> {
    before: &'a Before,
    /// The document names other servers than before.
    moved: bool,
    replacing: Replacing,
    told: Vec<NewRevisionChange>,
    carried: Vec<Carried>,
    fallen: Vec<Fallen>,
    seen: HashSet<(Method, String)>,
    kept: HashSet<ToolId>,
    /// Names in use and kept back, as [`skeleton`] writes them.
    names: HashSet<String>,
    changes: ToolChanges,
    counts: Counts,
}

impl<'a> Planning<'a> {
    /// Tools whose paths are not in the document, by what these are without the names of their
    /// variables, which a document may change.
    fn left_over(&self) -> HashMap<(Method, String), Vec<&'a KnownTool>> {
        let mut left: HashMap<_, Vec<_>> = HashMap::new();
        for tool in self.before.known.iter().rev().filter(|tool| !tool.removed) {
            if !self.kept.contains(&tool.id) {
                let shape = (tool.method, path_shape(&tool.path));
                left.entry(shape).or_default().push(tool);
            }
        }
        left
    }

    /// A tool that was there before and still is.
    fn keep(&mut self, world: &World, tool: &KnownTool, prepared: PreparedOperation) {
        self.take_names(tool);
        self.kept.insert(tool.id);
        let (old, new) = (self.before.definition(tool.imported), prepared.read());
        let moved = self.moved && new.servers.is_empty();
        let same = tool.fingerprint == prepared.fingerprint && !moved;
        let is_as =
            |old: &ImportedOperation| !has_other_numbers(old, &new) && !is_newly_marked(old, &new);
        if same && old.as_ref().is_some_and(is_as) {
            self.counts.unchanged += 1;
            return;
        }
        self.counts.changed += 1;
        let said = self.before.people.sorted(tool.id, &new);
        let (mut outcome, mut changes) =
            self.weigh(tool.id, (old.as_ref(), &new), &self.before.document);
        if let (Outcome::Informed, Some(reason)) = (outcome, said.review()) {
            outcome = Outcome::Review(reason);
        }
        let lives_on = outcome == Outcome::Informed;
        // Where an earlier definition was turned on, a person has to look still, at all of it.
        if let Some(waits) = tool.waits {
            let (weighed, since) = self.since_turned_on(tool, &new);
            if !since.is_empty() {
                (outcome, changes) = (weighed, since);
            }
            let reason = outcome.reason().into_iter().chain(said.review()).min();
            outcome = Outcome::Review(reason.unwrap_or(waits));
        }
        // What nobody has turned on stays off: there is nothing to look at again.
        if tool.turned_on.is_none() {
            outcome = Outcome::Informed;
        }
        let fallen = said.fallen.iter();
        changes.extend(fallen.map(|one| one.change(&new)));
        if let Outcome::Review(_) = outcome {
            self.counts.review += 1;
        }
        self.tell(tool.id, outcome, changes);
        let path = prepared.path.clone();
        let version = self.version_as_said(world, tool.id, (prepared, &new), &said);
        self.fallen.extend(said.fallen);
        if lives_on {
            self.carried.push(Carried {
                tool: tool.id,
                from: tool.version,
                to: version,
            });
        }
        self.changes.changed.push(ChangedTool {
            id: tool.id,
            version,
            path,
            name: tool.name.clone(),
        });
    }

    /// A tool that is new, or back.
    fn add(&mut self, world: &World, back: Option<&KnownTool>, prepared: PreparedOperation) {
        let operation = prepared.read();
        if let Some(tool) = back {
            let (outcome, changes) = self.come_back(tool, &operation);
            self.tell(tool.id, outcome, changes);
            let name = self.free_name(&tool.name);
            if name == tool.name {
                self.take_names(tool);
            } else {
                self.fallen.extend(self.before.people.name_lost(tool.id));
            }
            let said = self.before.people.sorted(tool.id, &operation);
            let version = self.version_as_said(world, tool.id, (prepared, &operation), &said);
            self.changes.changed.push(ChangedTool {
                id: tool.id,
                version,
                path: tool.path.clone(),
                name,
            });
            return;
        }
        self.counts.new += 1;
        let id = world.id();
        self.tell(id, Outcome::Added, Vec::new());
        let name = self.free_name(&operation.name);
        let version = self.version(world, id, (prepared, &operation));
        self.changes.new.push(NewTool {
            id,
            method: operation.method,
            path: operation.path,
            name,
            version,
        });
    }

    /// What comes of a tool that is back. It is off; if somebody's word says that it is on, that
    /// was of what it was before, so a person looks again.
    fn come_back(&mut self, tool: &KnownTool, new: &ImportedOperation) -> (Outcome, Vec<Change>) {
        let (weighed, changes) = self.since_turned_on(tool, new);
        if tool.turned_on.is_none() {
            self.counts.new += 1;
            return (Outcome::Added, changes);
        }
        self.counts.changed += 1;
        self.counts.review += 1;
        let reason = weighed.reason().unwrap_or(ReviewReason::Support);
        (Outcome::Review(reason), changes)
    }

    /// What differs from the definition that somebody's word keeps turned on, or from the last one,
    /// and what comes of it.
    fn since_turned_on(
        &mut self,
        tool: &KnownTool,
        new: &ImportedOperation,
    ) -> (Outcome, Vec<Change>) {
        let seen = tool.turned_on.unwrap_or(tool.imported);
        let old = self.before.definition(seen);
        let none = DocumentBefore::default();
        let document = self.before.since.get(&seen).map_or(&none, |one| one);
        let (outcome, mut changes) = self.weigh(tool.id, (old.as_ref(), new), document);
        let inherits = |one: &ImportedOperation| one.servers.is_empty();
        if inherits(new) && old.as_ref().is_some_and(inherits) {
            let moved = document
                .changes
                .iter()
                .filter(|change| !change.only_informs());
            changes.extend(moved.cloned());
        }
        (outcome, changes)
    }

    /// What differs, and what comes of it and of what differs in the document. Of a definition that
    /// cannot be compared, or that differs in a way no check knows, somebody has to look.
    fn weigh(
        &mut self,
        tool: ToolId,
        (old, new): (Option<&ImportedOperation>, &ImportedOperation),
        document: &DocumentBefore,
    ) -> (Outcome, Vec<Change>) {
        let unknown = Outcome::Review(ReviewReason::Support);
        let Some(old) = old else {
            return (unknown, Vec::new());
        };
        let Ok(mut changes) = self
            .replacing
            .compare((old, &document.servers), (new, &self.before.servers))
        else {
            return (unknown, Vec::new());
        };
        let reviewed = self.before.people.reviewed(tool, old);
        let reasons = [&changes, &document.changes].map(|all| needs_review(&reviewed, all));
        let outcome = match reasons.into_iter().flatten().min() {
            Some(reason) => Outcome::Review(reason),
            None if changes.is_empty() && has_other_numbers(old, new) => unknown,
            None => Outcome::Informed,
        };
        if changes.is_empty() && outcome == Outcome::Informed {
            changes.push(written_otherwise(new));
        }
        (outcome, changes)
    }

    fn tell(&mut self, tool: ToolId, outcome: Outcome, changes: Vec<Change>) {
        self.told.push(NewRevisionChange {
            tool: Some(tool),
            outcome,
            changes,
        });
    }
}

/// Whether an importer that looks closer than the one before marks a text that is the same.
fn is_newly_marked(old: &ImportedOperation, new: &ImportedOperation) -> bool {
    new.must_be_read() && !old.must_be_read()
}

/// Whether whole numbers differ that a fingerprint cannot tell apart.
fn has_other_numbers(old: &ImportedOperation, new: &ImportedOperation) -> bool {
    long_numbers(&old.input_schema) != long_numbers(&new.input_schema)
}
