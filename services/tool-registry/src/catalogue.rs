//! What agents see at one endpoint: a snapshot that never changes.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use countersign_domain::{
    decision::Handling,
    id::{EnablementId, ToolId, ToolVersionId},
    operation::{ImportedOperation, Method},
    risk::RiskClass,
};
use countersign_store::catalogue::{ConnectionFacts, EndpointFacts};
use jsonschema::Validator;
use serde::Serialize;
use serde_json::Value;

use crate::{
    definition::{Definition, SchemaRefused},
    output::Published,
    shown,
};

/// Tools in one page of a list.
pub(crate) const PAGE: usize = 1_000;
/// Bytes of the input schemas of a list.
const INPUTS: usize = 2 << 20;
/// Bytes of the output schemas of a list.
const OUTPUTS: usize = 512 << 10;
/// Sets of classes there are.
const SCOPE_SETS: usize = 1 << RiskClass::ALL.len();
/// Said to agents of a tool whose calls wait.
const HELD: &str = "Each call waits for a human to countersign it.";

/// What agents see at one endpoint.
#[derive(Debug)]
pub struct Catalogue {
    endpoint: EndpointFacts,
    epoch: i64,
    tools: Vec<Arc<CatalogueTool>>,
    by_name: HashMap<String, usize>,
    lists: [OnceLock<Arc<[Bytes]>>; SCOPE_SETS],
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
    pub connection: Option<Arc<ConnectionFacts>>,
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

    /// Says whether each call waits for a countersignature.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.operation().risk.high_risk || self.handling == Handling::Hold
    }

    /// The compiled schema of its arguments.
    ///
    /// # Errors
    /// When the schema cannot be used; then the tool cannot be called.
    pub fn validator(&self) -> Result<&Validator, SchemaRefused> {
        self.definition.validator()
    }

    /// What agents may be told of it.
    fn told(&self) -> Told<'_> {
        Told {
            name: &self.name,
            operation: self.operation(),
            output: self.output(),
            is_held: self.is_held(),
        }
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
    pub(crate) fn new(endpoint: EndpointFacts, epoch: i64, mut tools: Vec<CatalogueTool>) -> Self {
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
            endpoint,
            epoch,
            tools: tools.into_iter().map(Arc::new).collect(),
            by_name,
            lists: [const { OnceLock::new() }; SCOPE_SETS],
        }
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
    /// each a JSON array, by name. Written once per set of scopes; there is always a first page.
    #[must_use]
    pub fn list(&self, scopes: &[RiskClass]) -> Arc<[Bytes]> {
        let set = RiskClass::ALL
            .iter()
            .enumerate()
            .filter(|(_, class)| scopes.contains(class))
            .fold(0, |set, (place, _)| set | 1 << place);
        Arc::clone(self.lists[set].get_or_init(|| self.pages(scopes)))
    }

    fn pages(&self, scopes: &[RiskClass]) -> Arc<[Bytes]> {
        let tools: Vec<&CatalogueTool> = self
            .tools
            .iter()
            .map(AsRef::as_ref)
            .filter(|tool| scopes.contains(&tool.class()))
            .collect();
        let room = Room::of(tools.len());
        let listed: Vec<Listed<'_>> = tools
            .into_iter()
            .map(|tool| Listed::of(&tool.told(), &room))
            .collect();
        if listed.is_empty() {
            return Arc::from([Bytes::from_static(b"[]")]);
        }
        listed
            .chunks(PAGE)
            .map(|page| Bytes::from(serde_json::to_vec(page).expect("texts and JSON are JSON")))
            .collect()
    }
}

/// What a schema of one tool may cost in a list, so that a list of a thousand tools stays one that
/// clients can take in. Calls are checked against the whole schema in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    input: usize,
    output: usize,
}

impl Room {
    /// A fair share of what all may cost together.
    pub(crate) fn of(tools: usize) -> Self {
        let share = |all: usize, least, most| (all / tools.max(1)).clamp(least, most);
        Self {
            input: share(INPUTS, 4 << 10, 24 << 10),
            output: share(OUTPUTS, 0, 16 << 10),
        }
    }
}

/// What there is to tell of a tool that is on.
pub(crate) struct Told<'a> {
    pub(crate) name: &'a str,
    pub(crate) operation: &'a ImportedOperation,
    pub(crate) output: Option<&'a Published>,
    pub(crate) is_held: bool,
}

/// A tool as MCP clients see it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Listed<'a> {
    name: &'a str,
    title: &'a str,
    description: Cow<'a, str>,
    input_schema: Cow<'a, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_schema: Option<&'a Value>,
    annotations: Annotations,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "these are the four hints of the protocol"
)]
struct Annotations {
    read_only_hint: bool,
    destructive_hint: bool,
    idempotent_hint: bool,
    open_world_hint: bool,
}

impl<'a> Listed<'a> {
    pub(crate) fn of(tool: &Told<'a>, room: &Room) -> Self {
        let operation = tool.operation;
        let description = match (tool.is_held, operation.description.as_str()) {
            (false, text) => Cow::Borrowed(text),
            (true, "") => Cow::Borrowed(HELD),
            (true, text) => Cow::Owned(format!("{text}\n\n{HELD}")),
        };
        Self {
            name: tool.name,
            title: &operation.title,
            description,
            input_schema: shown::within(&operation.input_schema, room.input),
            output_schema: tool
                .output
                .filter(|output| output.bytes() <= room.output)
                .map(Published::schema),
            annotations: Annotations {
                read_only_hint: operation.risk.read_only,
                destructive_hint: operation.risk.destructive,
                idempotent_hint: operation.risk.read_only || is_idempotent(operation.method),
                open_world_hint: true,
            },
        }
    }
}

/// RFC 9110 section 9.2.2.
const fn is_idempotent(method: Method) -> bool {
    match method {
        Method::Get
        | Method::Head
        | Method::Options
        | Method::Trace
        | Method::Query
        | Method::Put
        | Method::Delete => true,
        Method::Post | Method::Patch => false,
    }
}
