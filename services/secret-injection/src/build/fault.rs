//! Why a request could not be built.

use countersign_domain::{Fault, Kind, text};

/// A request could not be built from a template and its arguments.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A required argument was not given.
    #[error("the argument `{argument}` is missing")]
    ArgumentMissing {
        /// The argument.
        argument: String,
    },
    /// An argument that the tool does not have; to leave it out silently would hide that it has
    /// no effect.
    #[error("the argument `{argument}` does not exist")]
    ArgumentUnknown {
        /// The argument.
        argument: String,
    },
    /// An argument cannot be written the way the API wants it.
    #[error("the argument `{argument}` must be {expected}")]
    ArgumentType {
        /// The argument.
        argument: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A member of an object would become a parameter that is not the object's to set.
    #[error("the argument `{argument}` may not set the parameter `{name}`")]
    ArgumentClash {
        /// The argument.
        argument: String,
        /// The parameter.
        name: String,
    },
    /// A value that could make the path lead elsewhere.
    #[error("the argument `{argument}` is empty or could make the path lead elsewhere")]
    PathValueRefused {
        /// The argument.
        argument: String,
    },
    /// A value that makes the address of another operation, which people decide about by itself.
    #[error("the argument `{argument}` makes this the address of another operation of this API")]
    OtherOperation {
        /// The argument.
        argument: String,
    },
    /// A value that may not stand in a header or a cookie.
    #[error("the argument `{argument}` has characters that may not stand in a header")]
    HeaderValueRefused {
        /// The argument.
        argument: String,
    },
    /// The template binds an argument to a part of the request that is not an agent's to set.
    #[error("the argument `{argument}` would set a part of the request that no tool may set")]
    BindRefused {
        /// The argument.
        argument: String,
    },
    /// The finished URL does not lead to where the template says.
    #[error("the request would leave the path of this tool")]
    PathEscape,
    /// The body cannot be written in its media type.
    #[error("the body cannot be sent: {reason}")]
    BodyUnsupported {
        /// Why not.
        reason: &'static str,
    },
    /// The template is no good; the importer should have refused it.
    #[error("this tool cannot be called: {reason}")]
    TemplateUnusable {
        /// Why not.
        reason: &'static str,
    },
}

impl BuildError {
    pub(super) fn missing(argument: &str) -> Self {
        Self::ArgumentMissing {
            argument: shown(argument),
        }
    }

    pub(super) fn unknown(argument: &str) -> Self {
        Self::ArgumentUnknown {
            argument: shown(argument),
        }
    }

    pub(super) fn wrong_type(argument: &str, expected: &'static str) -> Self {
        Self::ArgumentType {
            argument: shown(argument),
            expected,
        }
    }

    pub(super) fn clash(argument: &str, name: &str) -> Self {
        Self::ArgumentClash {
            argument: shown(argument),
            name: shown(name),
        }
    }

    pub(super) fn path_value(argument: &str) -> Self {
        Self::PathValueRefused {
            argument: shown(argument),
        }
    }

    pub(super) fn other_operation(argument: &str) -> Self {
        Self::OtherOperation {
            argument: shown(argument),
        }
    }

    pub(super) fn header_value(argument: &str) -> Self {
        Self::HeaderValueRefused {
            argument: shown(argument),
        }
    }

    pub(super) fn bind(argument: &str) -> Self {
        Self::BindRefused {
            argument: shown(argument),
        }
    }
}

/// Names of arguments may come from an agent.
fn shown(name: &str) -> String {
    text::strip(name, 64)
}

impl Fault for BuildError {
    fn kind(&self) -> Kind {
        match self {
            Self::ArgumentMissing { .. }
            | Self::ArgumentUnknown { .. }
            | Self::ArgumentType { .. }
            | Self::ArgumentClash { .. }
            | Self::PathValueRefused { .. }
            | Self::OtherOperation { .. }
            | Self::HeaderValueRefused { .. }
            | Self::PathEscape => Kind::Invalid,
            Self::BindRefused { .. }
            | Self::BodyUnsupported { .. }
            | Self::TemplateUnusable { .. } => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::ArgumentMissing { .. } => "argument_missing",
            Self::ArgumentUnknown { .. } => "argument_unknown",
            Self::ArgumentType { .. } => "argument_type",
            Self::ArgumentClash { .. } => "argument_clash",
            Self::PathValueRefused { .. } => "path_value_refused",
            Self::OtherOperation { .. } => "other_operation",
            Self::HeaderValueRefused { .. } => "header_value_refused",
            Self::BindRefused { .. } => "bind_refused",
            Self::PathEscape => "path_escape",
            Self::BodyUnsupported { .. } => "body_unsupported",
            Self::TemplateUnusable { .. } => "template_unusable",
        }
    }
}
