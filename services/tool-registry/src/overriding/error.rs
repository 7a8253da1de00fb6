//! What can go wrong when somebody says something about a tool.

use countersign_access::Denied;
use countersign_domain::{Fault, Kind, digest::NotCanonical};
use countersign_store::StoreError;

/// Something could not be said about a tool, or not be taken back.
#[derive(Debug, thiserror::Error)]
pub enum OverrideError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The caller may say that a tool is more risky, and not that it is less.
    #[error("this lowers the tool's risk, which only owners and admins may do")]
    MayNotLower(#[source] Denied),
    /// What was looked at is not the present definition.
    #[error("the tool has changed since you looked at it; look again")]
    ToolChanged,
    /// Nothing was said that could be taken back.
    #[error("nothing was said about this instead of the document")]
    NothingSaid,
    /// The name looks like that of another tool.
    #[error(
        "the name {name} looks like {like} in {source_name}, so that one could be taken for the other; choose another"
    )]
    NameTaken {
        /// The name.
        name: String,
        /// The other tool's.
        like: String,
        /// Whose tool that is.
        source_name: String,
    },
    /// The words tell a model what to do.
    #[error("this text tells a model what to do; say what the tool does instead")]
    TextInstructs,
    /// The words have links, images or HTML in them.
    #[error("write plain text, without links, images or HTML")]
    TextMarkup,
    /// The definition cannot be written down as it would have to be.
    #[error("stored data is not readable")]
    Definition(#[from] NotCanonical),
    /// It is not there, or the database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for OverrideError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(error) | Self::MayNotLower(error) => error.kind(),
            Self::ToolChanged | Self::NothingSaid | Self::NameTaken { .. } => Kind::Conflict,
            Self::TextInstructs | Self::TextMarkup => Kind::Invalid,
            Self::Definition(_) => Kind::Internal,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Denied(error) => error.code(),
            Self::MayNotLower(_) => "risk_lowering_forbidden",
            Self::ToolChanged => "tool_changed",
            Self::NothingSaid => "override_missing",
            Self::NameTaken { .. } => "tool_name_alike",
            Self::TextInstructs => "text_instructs",
            Self::TextMarkup => "text_markup",
            Self::Definition(_) => "internal",
            Self::Store(error) => error.code(),
        }
    }
}
