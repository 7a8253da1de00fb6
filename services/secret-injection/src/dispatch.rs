//! Sends one authorized call upstream and brings back what an agent may have of the answer.
//!
//! What must always hold: nothing is sent but what the [`Authorized`] is for; the request stays
//! below the connection's address, and is no other operation's of the API; a credential goes only
//! to the address it was stored for and is opened at the last moment; of what the agent sent us,
//! only what the tool binds goes out; and what comes back is scrubbed before anything else looks at
//! it. Nothing is ever sent twice.

mod answer;
mod error;
mod inject;
mod injector;
mod prepare;
mod preview;

use async_trait::async_trait;
use countersign_access::TenantScope;
use countersign_domain::{
    Fault as _, id::ToolVersionId, operation::ImportedOperation, path::Addresses, record::Status,
};
use countersign_egress::Room;
use countersign_store::{Authorized, catalogue::ConnectionFacts};
use serde_json::{Map, Value};

pub use error::{DispatchError, RequestRefused};
pub use injector::Injector;
pub use prepare::{credential_label, reaches_another};
pub use preview::{REVIEWABLE_BYTES, preview};

use crate::ToolAnswer;

/// Sends calls. In this process, or in one of its own.
#[async_trait]
pub trait Dispatch: Send + Sync {
    /// Sends one call, once. What went wrong is part of the outcome, because the record needs to
    /// say whether the upstream may have seen it.
    async fn send(&self, authorized: Authorized, call: OutboundCall<'_>) -> DispatchOutcome;
}

/// A call on its way out.
#[derive(Clone, Copy, Debug)]
pub struct OutboundCall<'a> {
    /// Whose it is.
    pub scope: &'a TenantScope,
    /// The exact definition of the tool; must be that of the authority.
    pub version: ToolVersionId,
    /// The definition itself.
    pub operation: &'a ImportedOperation,
    /// The arguments as parsed; must have the digest of the authority.
    pub arguments: &'a Map<String, Value>,
    /// Where it goes and what lets it in.
    pub connection: &'a ConnectionFacts,
    /// What else of its API is there.
    pub addresses: &'a Addresses,
    /// What its answer may take while it is read.
    pub room: &'a dyn Room,
}

/// How sending a call ended.
#[derive(Debug)]
pub struct DispatchOutcome {
    /// What the agent gets.
    pub result: Result<ToolAnswer, DispatchError>,
    /// The upstream's status.
    pub upstream_status: Option<u16>,
    /// The credential the upstream was or may have been shown, as `id/version`.
    pub credential: Option<String>,
    /// The upstream repeated the credential, and it was taken out.
    pub redacted: bool,
    /// Whether the upstream has seen the call.
    pub sent: Sent,
}

/// Whether the upstream has seen a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Not a byte of it.
    No,
    /// It answered.
    Yes,
    /// It cannot be ruled out; what became of the call is not known.
    Perhaps,
}

impl DispatchOutcome {
    /// How the record says that it ended.
    #[must_use]
    pub const fn status(&self) -> Status {
        match (&self.result, self.sent) {
            (Ok(answer), _) if answer.is_error => Status::Error,
            (Ok(_), _) => Status::Ok,
            (Err(_), Sent::No) => Status::Refused,
            (Err(_), Sent::Yes) => Status::Error,
            (Err(_), Sent::Perhaps) => Status::Unknown,
        }
    }

    /// The stable code of what went wrong.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        let answer = match &self.result {
            Err(error) => return Some(error.code()),
            Ok(answer) => answer,
        };
        match self.upstream_status {
            Some(401 | 403 | 407) if self.credential.is_some() => Some("upstream_auth"),
            Some(429 | 503) => Some("upstream_busy"),
            _ => answer.is_error.then_some("upstream_status"),
        }
    }
}
