//! One definition of a tool, kept as long as anybody uses it: definitions never change.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use countersign_domain::{
    id::{TenantId, ToolVersionId},
    operation::ImportedOperation,
};
use countersign_store::{
    Store, StoreError,
    catalogue::{EndpointFacts, LoadedTool},
};
use jsonschema::{Draft, PatternOptions, Validator};
use moka::sync::Cache;
use serde_json::Value;

use crate::output::Published;

/// Most definitions kept for the next catalogue; those in use are kept in any case.
const DEFINITIONS: u64 = 20_000;
/// Definitions read in one query.
const CHUNK: usize = 1_000;
const PATTERN_BYTES: usize = 1 << 20;
const BACKTRACKS: usize = 100_000;

/// The schema of a tool's arguments cannot be used; the importer lets none such through.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tool's schema cannot be used")]
pub struct SchemaRefused;

/// A definition with its compiled schema, shared by all catalogues that have the tool.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) operation: ImportedOperation,
    // Compiled at the first call: of a thousand tools that are on, an agent uses a few.
    validator: OnceLock<Result<Validator, SchemaRefused>>,
    output: OnceLock<Option<Published>>,
}

impl Definition {
    pub(crate) const fn new(operation: ImportedOperation) -> Self {
        Self {
            operation,
            validator: OnceLock::new(),
            output: OnceLock::new(),
        }
    }

    pub(crate) fn validator(&self) -> Result<&Validator, SchemaRefused> {
        self.validator
            .get_or_init(|| compile(&self.operation.input_schema))
            .as_ref()
            .map_err(Clone::clone)
    }

    /// What agents are told about its answers, where anything can be.
    pub(crate) fn output(&self) -> Option<&Published> {
        self.output
            .get_or_init(|| self.operation.output.as_ref().and_then(Published::of))
            .as_ref()
    }
}

/// Definitions in memory.
pub(crate) struct Definitions {
    known: Cache<(TenantId, ToolVersionId), Arc<Definition>>,
}

impl Default for Definitions {
    fn default() -> Self {
        let known = Cache::new(DEFINITIONS);
        Self { known }
    }
}

impl Definitions {
    /// Definitions from memory where they are, from the database where not: turning one tool on
    /// reads and compiles one, however many there are.
    pub(crate) async fn of(
        &self,
        (store, endpoint): (&Store, &EndpointFacts),
        tools: &[LoadedTool],
    ) -> Result<HashMap<ToolVersionId, Arc<Definition>>, StoreError> {
        let tenant = endpoint.tenant();
        let mut found = HashMap::with_capacity(tools.len());
        let mut missing = Vec::new();
        for version in tools.iter().map(|tool| tool.version) {
            match self.known.get(&(tenant, version)) {
                Some(definition) => drop(found.insert(version, definition)),
                None => missing.push(version),
            }
        }
        for chunk in missing.chunks(CHUNK) {
            for (version, operation) in store.load_definitions(endpoint, chunk).await? {
                let definition = Arc::new(Definition::new(operation));
                self.known
                    .insert((tenant, version), Arc::clone(&definition));
                found.insert(version, definition);
            }
        }
        Ok(found)
    }
}

/// Compiles offline, and with patterns that cannot run away: on a linear-time engine, or where one
/// needs look-around on the other one with a limit on its steps. As the importer does.
fn compile(schema: &Value) -> Result<Validator, SchemaRefused> {
    let options = || {
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .offline()
    };
    let linear = PatternOptions::regex().size_limit(PATTERN_BYTES);
    let backtracking = PatternOptions::fancy_regex()
        .backtrack_limit(BACKTRACKS)
        .size_limit(PATTERN_BYTES);
    options()
        .with_pattern_options(linear)
        .build(schema)
        .or_else(|_| options().with_pattern_options(backtracking).build(schema))
        .map_err(|_| SchemaRefused)
}
