//! What can go wrong, one enum per family of use cases.

use countersign_access::Denied;
use countersign_domain::{Fault, Kind};
use countersign_store::StoreError;
use tokio::task::JoinError;

/// Something could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// It is not there, or the database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What it costs could not be said.
    #[error("the tools could not be weighed")]
    Unweighed(#[from] JoinError),
}

impl Fault for ReadError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Unweighed(_) => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Denied(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::Unweighed(_) => "internal",
        }
    }
}

/// An API could not be renamed or removed.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// It is not there, or the database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for SourceError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Denied(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

/// Calls could not be stopped, or not be let go out again.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Somebody was first.
    #[error("all calls are stopped already")]
    AlreadyStopped,
    /// The stop is over.
    #[error("this stop is over already; look again")]
    NotStopped,
    /// It is not there, or the database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for StopError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(error) => error.kind(),
            Self::AlreadyStopped | Self::NotStopped => Kind::Conflict,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Denied(error) => error.code(),
            Self::AlreadyStopped => "calls_already_stopped",
            Self::NotStopped => "calls_not_stopped",
            Self::Store(error) => error.code(),
        }
    }
}

/// A tool could not be turned on or off.
#[derive(Debug, thiserror::Error)]
pub enum ToolDecisionError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// What was looked at is not the present definition.
    #[error("the tool has changed since you looked at it; look again")]
    ToolChanged,
    /// The tool cannot be called faithfully.
    #[error("the tool cannot be turned on: {0}")]
    ToolUnsupported(String),
    /// A high-risk tool would run without a countersignature.
    #[error(
        "a high-risk tool can only be turned on so that each call waits for a countersignature"
    )]
    HighRiskMustBeHeld,
    /// Its text hides characters or tells a model what to do, and it was chosen among others.
    #[error(
        "its text hides characters or tells a model what to do; read it on the tool's own page and decide there"
    )]
    TextUnread,
    /// A person said something about its risk, and it was chosen among others.
    #[error(
        "somebody overrode its risk, or did until its text changed; look at it on the tool's own page and decide there"
    )]
    RiskOverridden,
    /// It was more dangerous when somebody decided about it, and it was chosen among others.
    #[error(
        "its risk is less than when somebody decided about it; look at it on the tool's own page and decide there"
    )]
    RiskLowered,
    /// An import changed what lets one in or where it lives, and it was chosen among others.
    #[error(
        "what lets one in, or where it lives, has changed; look at it on the tool's own page and decide there"
    )]
    AccessChanged,
    /// Another version of the server wrote its definition.
    #[error(
        "another version of Countersign wrote its definition, which this one cannot read; it can be turned on once all servers are of one version"
    )]
    ToolUnreadable,
    /// More of it changed than a list shows, and it was chosen among others.
    #[error(
        "more of it has changed than a list shows; look at it on the tool's own page and decide there"
    )]
    ChangesCut,
    /// Somebody decided otherwise about it since it was looked at.
    #[error("{by} {what} since you looked at it: “{reason}”; look again")]
    DecidedMeanwhile {
        /// Who.
        by: String,
        /// What they did.
        what: &'static str,
        /// Why, in their words.
        reason: String,
    },
    /// The caller made its risk less.
    #[error("you lowered its risk; somebody else has to turn it on")]
    RiskLoweredByYou,
    /// It is not there, or the database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for ToolDecisionError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(error) => error.kind(),
            Self::ToolChanged
            | Self::ToolUnsupported(_)
            | Self::TextUnread
            | Self::RiskOverridden
            | Self::RiskLowered
            | Self::AccessChanged
            | Self::ToolUnreadable
            | Self::ChangesCut
            | Self::DecidedMeanwhile { .. }
            | Self::RiskLoweredByYou => Kind::Conflict,
            Self::HighRiskMustBeHeld => Kind::Invalid,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Denied(error) => error.code(),
            Self::ToolChanged => "tool_changed",
            Self::ToolUnsupported(_) => "tool_unsupported",
            Self::HighRiskMustBeHeld => "high_risk_must_be_held",
            Self::TextUnread => "tool_text_unread",
            Self::RiskOverridden => "tool_risk_overridden",
            Self::RiskLowered => "tool_risk_lowered",
            Self::AccessChanged => "tool_access_changed",
            Self::ToolUnreadable => "tool_unreadable",
            Self::ChangesCut => "tool_changes_cut",
            Self::DecidedMeanwhile { .. } => "tool_decided_meanwhile",
            Self::RiskLoweredByYou => "risk_lowered_by_you",
            Self::Store(error) => error.code(),
        }
    }
}

/// An endpoint could not be made, changed or removed.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The name has nothing in it that can stand in a URL.
    #[error("choose a short name for the URL: lowercase letters, digits and hyphens")]
    SlugMissing,
    /// The URL is or was another endpoint's.
    #[error("the URL name {0} is taken or was used before; choose another")]
    SlugTaken(String),
    /// Its tools are not those that were seen.
    #[error("its tools were changed since you looked at them; look again")]
    ToolsChanged,
    /// A tool that was chosen is not there.
    #[error("one of the tools does not exist")]
    ToolUnknown,
    /// Two tools that were chosen have one name.
    #[error("the tool name {name} is in both {first} and {second}; an endpoint can have only one")]
    ToolNameTaken {
        /// The name.
        name: String,
        /// A source that has it.
        first: String,
        /// Another source that has it.
        second: String,
    },
    /// Two tools that were chosen have names that look alike.
    #[error(
        "the tool names {first} and {second} look alike, so that one could be taken for the other; rename one of the tools"
    )]
    ToolNamesAlike {
        /// One name.
        first: String,
        /// The other.
        second: String,
    },
    /// It is not there, or the database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for EndpointError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(error) => error.kind(),
            Self::SlugMissing | Self::ToolUnknown => Kind::Invalid,
            Self::SlugTaken(_)
            | Self::ToolsChanged
            | Self::ToolNameTaken { .. }
            | Self::ToolNamesAlike { .. } => Kind::Conflict,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Denied(error) => error.code(),
            Self::SlugMissing => "endpoint_slug_missing",
            Self::SlugTaken(_) => "endpoint_slug_taken",
            Self::ToolsChanged => "endpoint_tools_changed",
            Self::ToolUnknown => "tool_unknown",
            Self::ToolNameTaken { .. } => "tool_name_taken",
            Self::ToolNamesAlike { .. } => "tool_names_alike",
            Self::Store(error) => error.code(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[tokio::test]
    async fn why_nothing_was_weighed_is_for_the_log_and_not_for_who_asked() {
        let panicked = tokio::spawn(async { panic!("row 7") });
        let error = ReadError::from(panicked.await.unwrap_err());
        assert_eq!(error.to_string(), "the tools could not be weighed");
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        assert!(cause.contains("row 7"), "{cause}");
    }
}
