//! What a tool costs the context of an agent that is told of it, in bytes.
//!
//! It takes the whole definition to say so, and for the schema of the answers work on all of it.
//! Definitions never change, so each is weighed once and what it weighs is remembered: a list of a
//! thousand tools is not read and written for the sake of one number. Nothing is stored; what is
//! forgotten is weighed again, by the same code that writes the lists.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use countersign_access::{ActionName, TenantScope};
use countersign_domain::{
    decision::Handling,
    id::{TenantId, ToolVersionId},
    operation::{ImportedOperation, Judged},
    schema,
    tool::ToolState,
};
use moka::sync::Cache;
use serde_json::Value;
use tokio::task::spawn_blocking;

use crate::{
    ReadError, Registry, ToolBrief, ToolView,
    lists::{INPUT_STEPS, Listed, Room, Told},
    output::Published,
    shown,
};

/// Definitions whose weight is remembered, of all tenants.
const REMEMBERED: u64 = 50_000;
/// Definitions that are in memory at once to be weighed.
const CHUNK: usize = 250;
/// What stands before the schema of the answers.
const OUTPUT_KEY: usize = r#","outputSchema":"#.len();

/// What one tool costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// The whole schema of its arguments.
    pub input: usize,
    /// The schema of its answers, as it is published; 0 where nothing can be.
    pub output: usize,
    /// All that an agent is told of it where nothing has to be trimmed for room.
    pub listed: usize,
}

/// What each of some definitions weighs.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    known: HashMap<ToolVersionId, Weighed>,
    unreadable: HashSet<ToolVersionId>,
}

/// What has been weighed before, by any request.
#[derive(Clone)]
pub(crate) struct Remembered(Cache<(TenantId, ToolVersionId), Weighed>);

/// All of a definition's weight that a list of any length can ask for.
#[derive(Clone, Copy, Debug)]
struct Weighed {
    input: usize,
    /// The schema of its arguments as it is shown in each room.
    inputs: [usize; INPUT_STEPS.len()],
    output: usize,
    /// Everything else but the name.
    told: usize,
    told_when_held: usize,
}

impl Weight {
    /// Weighs a tool by itself.
    #[must_use]
    pub fn of(view: &ToolView) -> Self {
        Weighed::of(&view.tool.operation).of_one(view)
    }
}

impl Weights {
    /// What one of them costs by itself; nothing is known of one that was not weighed.
    #[must_use]
    pub fn of<O: Judged>(&self, view: &ToolView<O>) -> Weight {
        let weighed = self.known.get(&view.tool.version);
        weighed.map_or_else(Weight::default, |weighed| weighed.of_one(view))
    }

    /// Says whether its definition was to be weighed and cannot be read, as where a newer version of
    /// the server wrote it. Agents do not see such a tool.
    #[must_use]
    pub fn is_unreadable<O>(&self, view: &ToolView<O>) -> bool {
        self.unreadable.contains(&view.tool.version)
    }

    /// What an agent is told of all of these tools that are on, as one list.
    #[must_use]
    pub fn list_bytes<O: Judged>(&self, tools: &[ToolView<O>]) -> usize {
        let on: Vec<&ToolView<O>> = tools.iter().filter(|view| is_on(view)).collect();
        let room = Room::of(on.len());
        let bytes = on.iter().filter_map(|view| {
            let weighed = self.known.get(&view.tool.version)?;
            Some(weighed.listed(view, &room))
        });
        // Each but the first follows a comma, all stand in brackets.
        bytes.sum::<usize>() + on.len().max(1) + 1
    }
}

impl Default for Remembered {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl Registry {
    /// Says what tools cost: of these, and of all that are on among `tools`, as it takes for
    /// [`Weights::list_bytes`]. Only what nobody asked for before is loaded.
    ///
    /// # Errors
    /// When the caller may not read, or the database does not answer.
    pub async fn weigh(
        &self,
        scope: &TenantScope,
        shown: &[ToolVersionId],
        tools: &[ToolBrief],
    ) -> Result<Weights, ReadError> {
        scope.check(ActionName::ReadTenant)?;
        let tenant = scope.tenant();
        let on = tools.iter().filter(|view| is_on(view));
        let wanted = on
            .map(|view| view.tool.version)
            .chain(shown.iter().copied());
        let mut weights = Weights::default();
        let mut missing = Vec::new();
        // Most of what is shown is also on.
        let each_once: HashSet<ToolVersionId> = wanted.collect();
        for version in each_once {
            match self.remembered.0.get(&(tenant, version)) {
                Some(weighed) => drop(weights.known.insert(version, weighed)),
                None => missing.push(version),
            }
        }
        for chunk in missing.chunks(CHUNK) {
            for (version, weighed) in self.weigh_anew(scope, chunk).await? {
                self.remembered.0.insert((tenant, version), weighed);
                weights.known.insert(version, weighed);
            }
        }
        missing.retain(|version| !weights.known.contains_key(version));
        weights.unreadable = missing.into_iter().collect();
        Ok(weights)
    }

    /// On a thread that answers nobody.
    async fn weigh_anew(
        &self,
        scope: &TenantScope,
        versions: &[ToolVersionId],
    ) -> Result<Vec<(ToolVersionId, Weighed)>, ReadError> {
        let tx = self.store.begin(scope).await?;
        let definitions = tx.definitions(versions).await?;
        drop(tx);
        let weighing = spawn_blocking(move || {
            let weighed = definitions.iter();
            weighed
                .map(|(version, operation)| (*version, Weighed::of(operation)))
                .collect()
        });
        Ok(weighing.await?)
    }
}

impl Weighed {
    fn of(operation: &ImportedOperation) -> Self {
        let output = operation.output.as_ref().and_then(Published::of);
        let input = schema::bytes(&operation.input_schema);
        let shown = |room| {
            if input <= room {
                return input;
            }
            schema::bytes(&shown::within(&operation.input_schema, room))
        };
        Self {
            input,
            inputs: INPUT_STEPS.map(shown),
            output: output.as_ref().map_or(0, Published::bytes),
            told: told(operation, false),
            told_when_held: told(operation, true),
        }
    }

    fn of_one<O: Judged>(&self, view: &ToolView<O>) -> Weight {
        Weight {
            input: self.input,
            output: self.output,
            listed: self.listed(view, &Room::of(1)),
        }
    }

    /// Its part of a list.
    fn listed<O: Judged>(&self, view: &ToolView<O>, room: &Room) -> usize {
        let is_held =
            view.tool.operation.risk().high_risk || view.state == ToolState::On(Handling::Hold);
        let told = if is_held {
            self.told_when_held
        } else {
            self.told
        };
        let output = match self.output {
            0 => 0,
            bytes if bytes > room.output => 0,
            bytes => OUTPUT_KEY + bytes,
        };
        told + view.tool.name.len() + self.inputs[room.step] + output
    }
}

fn is_on<O>(view: &ToolView<O>) -> bool {
    matches!(view.state, ToolState::On(_))
}

/// What is told but the name and the schemas.
fn told(operation: &ImportedOperation, is_held: bool) -> usize {
    let told = Told {
        name: "",
        operation,
        output: None,
        is_held,
    };
    let mut listed = Listed::of(&told, &Room::of(1));
    listed.input_schema = Cow::Owned(Value::Null);
    // Texts and JSON are JSON; there is nothing that can go wrong.
    let json = serde_json::to_vec(&listed).map_or(0, |json| json.len());
    json.saturating_sub("null".len())
}

impl ToolView {
    /// The schema of its answers as agents are told it, where there is one.
    #[must_use]
    pub fn answer_schema(&self) -> Option<Value> {
        let output = self.tool.operation.output.as_ref()?;
        Published::of(output).map(|answer| answer.schema().clone())
    }
}
