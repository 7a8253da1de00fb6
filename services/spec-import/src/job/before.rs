//! What a source was before an import.

use std::{collections::HashMap, sync::Arc};

use countersign_domain::{
    drift::Change,
    id::{ToolId, ToolVersionId},
    operation::{ImportedOperation, Server},
    record::RecordedTool,
};
use countersign_store::tools::KnownTool;
use serde_json::value::RawValue;

use crate::{drift::compare_servers, job::said::People};

/// What a source was before this import.
pub(super) struct Before {
    pub(super) known: Vec<KnownTool>,
    /// The definitions of its tools that are compared, as they were imported.
    pub(super) definitions: HashMap<ToolVersionId, Box<RawValue>>,
    /// What people say instead.
    pub(super) people: People,
    /// The document before.
    pub(super) document: DocumentBefore,
    /// The document that a definition came with.
    pub(super) since: HashMap<ToolVersionId, Arc<DocumentBefore>>,
    /// Where the document that is imported says that its operations live.
    pub(super) servers: Vec<Server>,
}

/// An earlier document, as far as its operations have no servers of their own.
#[derive(Default)]
pub(super) struct DocumentBefore {
    pub(super) servers: Vec<Server>,
    /// What is different by now.
    pub(super) changes: Vec<Change>,
}

impl DocumentBefore {
    /// Compares its servers with those of the document that is imported.
    pub(super) fn new(servers: Vec<Server>, now: &[Server]) -> Self {
        let changes = compare_servers(&servers, now);
        Self { servers, changes }
    }
}

impl Before {
    /// A tool as it was, for the record.
    pub(super) fn recorded(&self, id: ToolId) -> Option<RecordedTool> {
        let tool = self.known.iter().find(|tool| tool.id == id)?;
        Some(RecordedTool {
            tool: id,
            version: tool.version,
            name: tool.name.clone(),
            class: self.definition(tool.imported)?.risk.class,
            endpoint: None,
        })
    }

    /// A definition as it was imported.
    pub(super) fn definition(&self, imported: ToolVersionId) -> Option<ImportedOperation> {
        let written = self.definitions.get(&imported)?;
        serde_json::from_str(written.get()).ok()
    }
}
