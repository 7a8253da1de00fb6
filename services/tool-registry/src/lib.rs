//! What agents may see: imported APIs, decisions about their tools, endpoints, and the catalogue
//! that gateways read.
//!
//! What always holds:
//!
//! - Everything is off until a member turns it on, in one environment, for a stated reason.
//! - A decision is about one definition. When an import changes the definition, agents do not see
//!   the tool until somebody has looked again.
//! - A high-risk tool is turned on only by those who may, and only so that each call waits for a
//!   countersignature; the database refuses anything else.
//! - Deciding about many tools at once is deciding about each: the same rules, a row and a record
//!   each, and what is refused stands in nobody else's way.
//! - What a person says about a tool instead of its document makes another definition, so that no
//!   decision and no approval covers it that was not about it. Less risk takes an administrator.
//! - A change is seen by every gateway within a second: see [`Catalogues`].
//!
//! People's side starts at [`Registry`], the gateway's at [`Catalogues`].

mod catalogue;
mod catalogues;
mod create_endpoint;
mod decide_tools;
mod definition;
mod destination;
mod diagnostics;
mod endpoints;
mod error;
mod lists;
mod output;
mod overriding;
mod registry;
mod remove_endpoint;
mod remove_source;
mod rename;
mod rule;
mod set_endpoint_tools;
mod shown;
mod sources;
mod stop_calls;
mod tools;
mod turn_off;
mod turn_on;
mod turn_on_reads;
mod undo_decision;
mod weight;

pub use catalogue::{Catalogue, CatalogueTool};
pub use catalogues::{Catalogues, Found};
pub use countersign_store::{
    call_stops::CallStop,
    catalogue::{ConnectionFacts, CredentialFacts, EndpointFacts},
    endpoints::{Endpoint, NamedTool},
    environments::Environment,
    reports::ReviewProgress,
    revisions::{GivenAs, RevisionState, RevisionView},
    sources::{ClassCount, Source},
    whereabouts::{Named, Whereabouts},
};
pub use create_endpoint::CreateEndpoint;
pub use decide_tools::{DecideTools, DecidedTools, LookedAt, RefusedTool, Seen};
pub use definition::SchemaRefused;
pub use destination::Destination;
pub use diagnostics::{DiagnosticCount, count_diagnostics};
pub use endpoints::{EndpointDetail, EndpointView};
pub use error::{EndpointError, ReadError, SourceError, StopError, ToolDecisionError};
pub use lists::ListLost;
pub use output::{Fit, OUTSIDE, Published};
pub use overriding::{OverrideError, SetOverride, WithdrawOverride};
pub use registry::Registry;
pub use remove_endpoint::RemoveEndpoint;
pub use remove_source::RemoveSource;
pub use rename::{RenameEndpoint, RenameSource};
pub use set_endpoint_tools::SetEndpointTools;
pub use sources::{SourceDetail, SourceView};
pub use stop_calls::ResumeCalls;
pub use tools::{ToolBrief, ToolView};
pub use turn_off::TurnOff;
pub use turn_on::TurnOn;
pub use turn_on_reads::TurnOnReads;
pub use undo_decision::UndoDecision;
pub use weight::{Weight, Weights};
