//! What an agent sees of an operation, and what a member decided about it.

use crate::{
    clock::Timestamp,
    decision::Handling,
    digest::Digest,
    id::{EnablementId, MemberId, RevisionId, SourceId, ToolId, ToolVersionId},
    operation::{ImportedOperation, Judged},
};

/// A tool with its present definition, or with the brief of it.
#[derive(Clone, Debug)]
pub struct Tool<O = ImportedOperation> {
    /// Stable over revisions; follows method and path.
    pub id: ToolId,
    /// The API it belongs to.
    pub source: SourceId,
    /// What agents call it.
    pub name: String,
    /// The present definition.
    pub version: ToolVersionId,
    /// The revision that made the present definition.
    pub revision: RevisionId,
    /// Digest of the definition.
    pub fingerprint: Digest,
    /// The definition.
    pub operation: O,
}

/// A recorded decision about a tool in an environment.
#[derive(Clone, Debug)]
pub struct Enablement {
    /// Its id, which is the policy version approvals are bound to.
    pub id: EnablementId,
    /// The tool.
    pub tool: ToolId,
    /// The definition that was looked at.
    pub version: ToolVersionId,
    /// What was decided.
    pub choice: Choice,
    /// Why, in the member's words.
    pub reason: String,
    /// Who.
    pub by: MemberId,
    /// What to show for them.
    pub by_label: String,
    /// When.
    pub at: Timestamp,
}

/// What was decided about a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Agents do not see it.
    Off,
    /// Agents see it.
    On(Handling),
}

/// What a tool is in an environment, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolState {
    /// Nobody has turned it on.
    Off,
    /// On, and the definition is the one that was looked at.
    On(Handling),
    /// Turned on once, but its definition has changed since; agents do not see it.
    NeedsReview,
    /// Cannot be called faithfully.
    Unsupported,
}

impl ToolState {
    /// Works out the state from the present definition and the latest decision.
    #[must_use]
    pub fn of<O: Judged>(tool: &Tool<O>, decided: Option<&Enablement>) -> Self {
        if tool.operation.unsupported().is_some() {
            return Self::Unsupported;
        }
        match decided.map(|enablement| (enablement.choice, enablement.version)) {
            None | Some((Choice::Off, _)) => Self::Off,
            Some((Choice::On(handling), version)) if version == tool.version => Self::On(handling),
            Some((Choice::On(_), _)) => Self::NeedsReview,
        }
    }
}
