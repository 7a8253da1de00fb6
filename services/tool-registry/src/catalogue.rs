//! What agents see at one endpoint: a snapshot that never changes.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use countersign_domain::{
    decision::{Handling, Policy},
    id::{EnablementId, ToolId, ToolVersionId},
    operation::ImportedOperation,
    risk::RiskClass,
};
use countersign_store::catalogue::EndpointFacts;
use jsonschema::Validator;

use crate::{
    definition::{Definition, SchemaRefused},
    destination::Destination,
    lists::{ListLost, Lists, Told},
    output::Published,
};

/// What agents see at one endpoint.
#[derive(Debug)]
pub struct Catalogue {
    endpoint: EndpointFacts,
    epoch: i64,
    stopped: bool,
    tools: Arc<[Arc<CatalogueTool>]>,
    by_name: HashMap<String, usize>,
    lists: Arc<Lists>,
}

/// A tool that is on, with everything a call of it needs but the secret.
#[derive(Debug)]
pub struct CatalogueTool {
    /// The tool.
    pub tool: ToolId,
    /// Its exact definition.
    pub version: ToolVersionId,
    /// What agents call it.
    pub name: String,
    /// The decision under which it is on: the policy version of approvals.
    pub enablement: EnablementId,
    /// What was decided.
    pub handling: Handling,
    /// Where its calls go, once somebody has said so.
    pub destination: Option<Destination>,
    pub(crate) definition: Arc<Definition>,
}

impl CatalogueTool {
    /// The operation it stands for.
    #[must_use]
    pub fn operation(&self) -> &ImportedOperation {
        &self.definition.operation
    }

    /// Its class.
    #[must_use]
    pub fn class(&self) -> RiskClass {
        self.operation().risk.class
    }

    /// Says whether its calls change nothing: by its words, and by all else that is known of it.
    #[must_use]
    pub fn only_reads(&self) -> bool {
        self.class() == RiskClass::Read && self.operation().risk.read_only
    }

    /// What is decided about its calls by.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy {
            version: self.version,
            class: self.class(),
            high_risk: self.operation().risk.high_risk,
            handling: self.handling,
        }
    }

    /// The compiled schema of its arguments.
    ///
    /// # Errors
    /// When the schema cannot be used; then the tool cannot be called.
    pub fn validator(&self) -> Result<&Validator, SchemaRefused> {
        self.definition.validator()
    }

    /// What agents may be told of it.
    pub(crate) fn told(&self) -> Told<'_> {
        Told {
            name: &self.name,
            operation: self.operation(),
            output: self.output(),
            is_held: self.policy().is_held(),
        }
    }

    /// Says whether agents are told the same of both; definitions never change.
    fn looks_like(&self, other: &Self) -> bool {
        (self.version, &self.name, self.handling) == (other.version, &other.name, other.handling)
    }

    /// What its answers have to fit, whether or not this catalogue has room to publish it: a
    /// client may have seen it in an earlier list.
    #[must_use]
    pub fn output(&self) -> Option<&Published> {
        self.definition.output()
    }
}

impl Catalogue {
    /// Puts a catalogue together. Two tools of one name are both left out: an agent that asks for
    /// one must never get the other.
    pub(crate) fn new(
        endpoint: EndpointFacts,
        (epoch, stopped): (i64, bool),
        mut tools: Vec<CatalogueTool>,
        lists: Lists,
    ) -> Self {
        tools.sort_by(|a, b| a.name.cmp(&b.name));
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for tool in &tools {
            *seen.entry(&tool.name).or_default() += 1;
        }
        let twice: Vec<String> = seen
            .into_iter()
            .filter(|(_, times)| *times > 1)
            .map(|(name, _)| name.to_owned())
            .collect();
        if !twice.is_empty() {
            tracing::warn!(
                endpoint.id = %endpoint.id(), tools = ?twice,
                "tools of one name are left out of an endpoint"
            );
            tools.retain(|tool| !twice.contains(&tool.name));
        }
        let by_name = tools
            .iter()
            .enumerate()
            .map(|(place, tool)| (tool.name.clone(), place))
            .collect();
        Self {
            lists: Arc::new(lists),
            endpoint,
            epoch,
            stopped,
            tools: tools.into_iter().map(Arc::new).collect(),
            by_name,
        }
    }

    /// Where nothing else is seen than in the one before, the lists are that one's.
    pub(crate) fn after(mut self, before: Option<&Self>) -> Self {
        let same = before.filter(|before| {
            before.tools.len() == self.tools.len()
                && (before.tools.iter().zip(self.tools.iter()))
                    .all(|(old, new)| old.looks_like(new))
        });
        if let Some(same) = same {
            self.lists = Arc::clone(&same.lists);
        }
        self
    }

    /// The endpoint: tenant, slugs, environment.
    #[must_use]
    pub const fn endpoint(&self) -> &EndpointFacts {
        &self.endpoint
    }

    /// The tenant's epoch that it shows.
    #[must_use]
    pub const fn epoch(&self) -> i64 {
        self.epoch
    }

    /// Says whether people have stopped all calls of the tenant. Its tools are listed all the same.
    #[must_use]
    pub const fn calls_are_stopped(&self) -> bool {
        self.stopped
    }

    /// Finds a tool by its exact name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<CatalogueTool>> {
        self.by_name.get(name).map(|place| &self.tools[*place])
    }

    /// All its tools by name.
    #[must_use]
    pub fn tools(&self) -> &[Arc<CatalogueTool>] {
        &self.tools
    }

    /// The tools that these scopes cover, as MCP clients are told of them: pages of at most 1,000,
    /// each a JSON array, by name. Written once per set of scopes, and not by the thread that asks;
    /// there is always a first page.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn list(&self, scopes: &[RiskClass]) -> Result<Arc<[Bytes]>, ListLost> {
        self.lists.list(&self.tools, scopes).await
    }
}
