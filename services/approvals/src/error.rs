//! What can go wrong, for the agent's side and for the reviewer's.

use countersign_access::Denied;
use countersign_domain::{Fault, Kind, digest::NotCanonical, hold::RefusedJudgement};
use countersign_store::StoreError;

/// A held call could not be looked up, made or consumed.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// Only agents hold calls.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The arguments have no canonical form, so nothing could be vouched for.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ApprovalError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(error) => error.kind(),
            Self::NotCanonical(_) => Kind::Invalid,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Denied(error) => error.code(),
            Self::NotCanonical(_) => "arguments_not_canonical",
            Self::Store(error) => error.code(),
        }
    }
}

/// A reviewer's decision was not taken.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// The role does not allow it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// This person cannot decide this, now.
    #[error(transparent)]
    Refused(#[from] RefusedJudgement),
    /// There is no such hold, or the database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for DecideError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(error) => error.kind(),
            Self::Refused(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Denied(error) => error.code(),
            Self::Refused(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}
