//! What services tell one another, written in the transaction that made it true.

use serde::{Deserialize, Serialize};

use crate::id::{EndpointId, GrantId, HoldId, SourceId, StopId, ToolId};

/// Something that has happened in a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A source has a new revision.
    SourceImported {
        /// Which.
        source: SourceId,
    },
    /// A source was removed, with its tools.
    SourceRemoved {
        /// Which.
        source: SourceId,
    },
    /// Tools were turned on or off.
    ToolsDecided {
        /// Which.
        tools: Vec<ToolId>,
    },
    /// A source's address or credential changed.
    ConnectionChanged {
        /// Whose.
        source: SourceId,
    },
    /// An endpoint was made or its tools changed.
    EndpointChanged {
        /// Which.
        endpoint: EndpointId,
    },
    /// A grant was revoked; its tokens are dead.
    GrantRevoked {
        /// Which.
        grant: GrantId,
    },
    /// All calls were stopped.
    CallsStopped {
        /// By which stop.
        stop: StopId,
    },
    /// Calls go out again.
    CallsResumed {
        /// Which stop is over.
        stop: StopId,
    },
    /// A member was changed or removed.
    MembersChanged,
    /// A call waits for a human.
    HoldOpened {
        /// Which.
        hold: HoldId,
    },
    /// A human decided about a call.
    HoldDecided {
        /// Which.
        hold: HoldId,
    },
}

impl Event {
    /// Says whether what agents see or may do can have changed: gateways then reload.
    #[must_use]
    pub const fn changes_catalogue(&self) -> bool {
        match self {
            Self::SourceImported { .. }
            | Self::SourceRemoved { .. }
            | Self::ToolsDecided { .. }
            | Self::ConnectionChanged { .. }
            | Self::EndpointChanged { .. }
            | Self::GrantRevoked { .. }
            | Self::CallsStopped { .. }
            | Self::CallsResumed { .. }
            | Self::MembersChanged => true,
            Self::HoldOpened { .. } | Self::HoldDecided { .. } => false,
        }
    }
}
