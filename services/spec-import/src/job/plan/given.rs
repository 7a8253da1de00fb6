//! What an import gives to tools: definitions, and names that nobody takes for another.

use countersign_domain::{
    World,
    confusable::skeleton,
    digest::Digest,
    id::{ToolId, ToolVersionId},
    operation::ImportedOperation,
    overrides::overridden,
};
use countersign_store::tools::{KnownTool, NewToolVersion};
use serde_json::value::{RawValue, to_raw_value};

use super::Planning;
use crate::job::{prepare::PreparedOperation, said::Sorted};

/// The longest name of a tool.
const NAME_LENGTH: usize = 64;

impl Planning<'_> {
    pub(super) fn version(
        &mut self,
        world: &World,
        tool: ToolId,
        (prepared, operation): (PreparedOperation, &ImportedOperation),
    ) -> ToolVersionId {
        let id = world.id();
        let fingerprint = prepared.fingerprint;
        let version = new_version((id, tool), (operation, fingerprint), prepared.definition);
        self.changes.versions.push(version);
        id
    }

    /// A definition with what people say in it, beside the one that was imported.
    pub(super) fn version_as_said(
        &mut self,
        world: &World,
        tool: ToolId,
        (prepared, operation): (PreparedOperation, &ImportedOperation),
        said: &Sorted,
    ) -> ToolVersionId {
        if !said.changes_definition() {
            return self.version(world, tool, (prepared, operation));
        }
        let (id, fingerprint) = (world.id(), prepared.fingerprint);
        let imported = self.version(world, tool, (prepared, operation));
        let operation = overridden(operation, &said.kept);
        let definition = to_raw_value(&operation).expect("an operation is plain JSON");
        self.changes.versions.push(NewToolVersion {
            imported: Some(imported),
            ..new_version((id, tool), (&operation, fingerprint), definition)
        });
        id
    }

    /// Keeps a tool's name from others, and the one that an import gave it.
    pub(super) fn take_names(&mut self, tool: &KnownTool) {
        self.names.insert(skeleton(&tool.name));
        if let Some(imported) = self.before.people.imported_name(tool.id) {
            self.names.insert(skeleton(imported.as_str()));
        }
    }

    /// The name itself, or with the first number that makes it look unlike all others.
    pub(super) fn free_name(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 2_u32;
        while !self.names.insert(skeleton(&name)) {
            let ending = format!("_{number}");
            let kept = wanted.len().min(NAME_LENGTH - ending.len());
            name = format!("{}{ending}", &wanted[..kept]);
            number += 1;
        }
        name
    }
}

fn new_version(
    (id, tool): (ToolVersionId, ToolId),
    (operation, fingerprint): (&ImportedOperation, Digest),
    definition: Box<RawValue>,
) -> NewToolVersion {
    let risk = &operation.risk;
    NewToolVersion {
        id,
        tool,
        fingerprint,
        class: risk.class.as_str(),
        high_risk: risk.high_risk,
        confidence: risk.confidence.as_str(),
        unsupported: operation.unsupported.clone(),
        definition,
        imported: None,
    }
}
