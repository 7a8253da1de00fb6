//! Decides what an import changes. Pure.
//!
//! A tool is method + path, whatever it is called. One whose definition is the same keeps its
//! version, and with it every decision; one whose definition differs gets a new version, so no
//! decision fits it any more; one that comes back after it was gone gets a new version too, even
//! if it is as it was. Names are kept, so that agents' prompts go on working.

use std::collections::{HashMap, HashSet};

use countersign_domain::{
    World,
    id::{ToolId, ToolVersionId},
    operation::Method,
};
use countersign_store::tools::{ChangedTool, KnownTool, NewTool, NewToolVersion, ToolChanges};

use crate::job::prepare::PreparedOperation;

/// The longest name of a tool.
const NAME_LENGTH: usize = 64;

/// What is to be written, and how much it is.
pub(super) struct Plan {
    pub(super) changes: ToolChanges,
    pub(super) counts: Counts,
}

/// How many operations are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) operations: usize,
    pub(super) new: usize,
    pub(super) changed: usize,
    pub(super) unchanged: usize,
    pub(super) removed: usize,
}

/// Compares what a source has with what a document says.
pub(super) fn plan(world: &World, known: &[KnownTool], operations: Vec<PreparedOperation>) -> Plan {
    let by_identity: HashMap<(Method, &str), &KnownTool> = known
        .iter()
        .map(|tool| ((tool.method, tool.path.as_str()), tool))
        .collect();
    let mut planning = Planning::default();
    let mut rest = Vec::new();
    for prepared in operations {
        let identity = (prepared.operation.method, prepared.operation.path.clone());
        if !planning.seen.insert(identity) {
            continue;
        }
        let at = (prepared.operation.method, prepared.operation.path.as_str());
        match by_identity.get(&at) {
            // Names in use are taken before any name is given out.
            Some(tool) if !tool.removed => planning.keep(world, tool, prepared),
            other => rest.push((other.copied(), prepared)),
        }
    }
    for (back, prepared) in rest {
        planning.add(world, back, prepared);
    }
    for tool in known.iter().filter(|tool| !tool.removed) {
        if !planning.seen.contains(&(tool.method, tool.path.clone())) {
            planning.changes.removed.push(tool.id);
        }
    }
    planning.counts.operations = planning.seen.len();
    planning.counts.removed = planning.changes.removed.len();
    Plan {
        changes: planning.changes,
        counts: planning.counts,
    }
}

#[derive(Default)]
struct Planning {
    seen: HashSet<(Method, String)>,
    names: HashSet<String>,
    changes: ToolChanges,
    counts: Counts,
}

impl Planning {
    /// A tool that was there before and still is.
    fn keep(&mut self, world: &World, tool: &KnownTool, prepared: PreparedOperation) {
        self.names.insert(tool.name.clone());
        if tool.fingerprint == prepared.fingerprint {
            self.counts.unchanged += 1;
            return;
        }
        self.counts.changed += 1;
        let version = self.version(world, tool.id, prepared);
        self.changes.changed.push(ChangedTool {
            id: tool.id,
            version,
            name: tool.name.clone(),
        });
    }

    /// A tool that is new, or back.
    fn add(&mut self, world: &World, back: Option<&KnownTool>, prepared: PreparedOperation) {
        self.counts.new += 1;
        if let Some(tool) = back {
            let name = self.free_name(&tool.name);
            let version = self.version(world, tool.id, prepared);
            self.changes.changed.push(ChangedTool {
                id: tool.id,
                version,
                name,
            });
            return;
        }
        let id = world.id();
        let (method, path) = (prepared.operation.method, prepared.operation.path.clone());
        let name = self.free_name(&prepared.operation.name);
        let version = self.version(world, id, prepared);
        self.changes.new.push(NewTool {
            id,
            method,
            path,
            name,
            version,
        });
    }

    fn version(
        &mut self,
        world: &World,
        tool: ToolId,
        prepared: PreparedOperation,
    ) -> ToolVersionId {
        let id = world.id();
        let risk = &prepared.operation.risk;
        self.changes.versions.push(NewToolVersion {
            id,
            tool,
            fingerprint: prepared.fingerprint,
            class: risk.class.as_str(),
            high_risk: risk.high_risk,
            confidence: risk.confidence.as_str(),
            unsupported: prepared.operation.unsupported.clone(),
            definition: prepared.definition,
        });
        id
    }

    /// The name itself, or with the first number that makes it unlike all others.
    fn free_name(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 2_u32;
        while !self.names.insert(name.clone()) {
            let ending = format!("_{number}");
            let kept = wanted.len().min(NAME_LENGTH - ending.len());
            name = format!("{}{ending}", &wanted[..kept]);
            number += 1;
        }
        name
    }
}
