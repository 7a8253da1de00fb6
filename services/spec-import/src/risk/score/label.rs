//! What a person says about an operation.

use countersign_domain::{operation::Method, risk::RiskClass};
use serde::Deserialize;

use super::ScoreError;
use crate::risk::{Evidence, Facts};

/// An operation and what a person says about it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the labels are four independent answers"
)]
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Label {
    #[serde(default)]
    pub(super) spec: String,
    pub(super) api: String,
    pub(super) method: Method,
    pub(super) path: String,
    operation_id: Option<String>,
    #[serde(default)]
    summary: Option<String>,
    #[serde(default)]
    description: Option<String>,
    pub(super) class: RiskClass,
    pub(super) read_only: bool,
    pub(super) destructive: bool,
    pub(super) high_risk: bool,
    #[serde(default)]
    pub(super) hard: bool,
}

impl Label {
    /// What the label itself tells about the operation.
    pub(super) fn facts(&self) -> Facts {
        Facts::of(&Evidence {
            operation_id: self.operation_id.as_deref(),
            summary: self.summary.as_deref().unwrap_or_default(),
            description: self.description.as_deref().unwrap_or_default(),
            ..Evidence::of(self.method, &self.path)
        })
    }
}

/// Reads labels, one JSON object a line.
pub(super) fn read(labels: &str) -> Result<Vec<Label>, ScoreError> {
    let lines = labels.lines().enumerate();
    let written = lines.filter(|(_, line)| !line.trim().is_empty());
    let read = written.map(|(at, line)| {
        serde_json::from_str(line).map_err(|source| ScoreError::Malformed {
            line: at + 1,
            source,
        })
    });
    read.collect()
}
