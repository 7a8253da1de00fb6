//! What a tool costs the context of an agent that is told of it, in bytes.

use countersign_domain::{decision::Handling, schema, tool::ToolState};
use serde_json::Value;

use crate::{
    ToolView,
    lists::{Listed, Room, Told},
    output::Published,
};

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

impl Weight {
    /// Weighs a tool by itself.
    #[must_use]
    pub fn of(view: &ToolView) -> Self {
        let output = published(view);
        Self {
            input: schema::bytes(&view.tool.operation.input_schema),
            output: output.as_ref().map_or(0, Published::bytes),
            listed: listed(view, output.as_ref(), &Room::of(1)),
        }
    }
}

/// What an agent is told of all of these tools that are on, as one list.
#[must_use]
pub fn list_bytes(tools: &[ToolView]) -> usize {
    let is_on = |view: &&ToolView| matches!(view.state, ToolState::On(_));
    let on: Vec<_> = tools.iter().filter(is_on).collect();
    let room = Room::of(on.len());
    let bytes = on
        .iter()
        .map(|view| listed(view, published(view).as_ref(), &room));
    // Each but the first follows a comma, all stand in brackets.
    bytes.sum::<usize>() + on.len().max(1) + 1
}

fn published(view: &ToolView) -> Option<Published> {
    view.tool.operation.output.as_ref().and_then(Published::of)
}

impl ToolView {
    /// The schema of its answers as agents are told it, where there is one.
    #[must_use]
    pub fn answer_schema(&self) -> Option<Value> {
        published(self).map(|answer| answer.schema().clone())
    }
}

fn listed(view: &ToolView, output: Option<&Published>, room: &Room) -> usize {
    let operation = &view.tool.operation;
    let told = Told {
        name: &view.tool.name,
        operation,
        output,
        is_held: operation.risk.high_risk || view.state == ToolState::On(Handling::Hold),
    };
    // Texts and JSON are JSON; there is nothing that can go wrong.
    serde_json::to_vec(&Listed::of(&told, room)).map_or(0, |json| json.len())
}
