//! Why a document is refused as a whole.

use countersign_domain::{Fault, Kind};

/// The document cannot be imported. Every message names the place or the limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Nothing but white space.
    #[error("the file is empty")]
    Empty,
    /// More bytes than the limit.
    #[error("the file has {size} bytes and the limit is {limit}")]
    TooLarge {
        /// Its size.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// A web page, usually a sign-in page or an error page saved under the wrong name.
    #[error(
        "the file is a web page or XML and starts with {start:?}; download the document itself"
    )]
    LooksLikeHtml {
        /// Its first characters.
        start: String,
    },
    /// The text cannot be read.
    #[error("the file is neither JSON nor YAML: {message} at line {line}, column {column}")]
    NotJsonOrYaml {
        /// What the reader says.
        message: String,
        /// Counted from 1.
        line: u64,
        /// Counted from 1.
        column: u64,
    },
    /// Two readers could see two different APIs.
    #[error("the key {key} is given twice in one object at line {line}, column {column}")]
    DuplicateKey {
        /// The key, quoted.
        key: String,
        /// Counted from 1.
        line: u64,
        /// Counted from 1.
        column: u64,
    },
    /// Nested deeper than the limit.
    #[error("nesting goes deeper than {limit} levels at line {line}, column {column}")]
    TooDeep {
        /// The limit.
        limit: usize,
        /// Counted from 1.
        line: u64,
        /// Counted from 1.
        column: u64,
    },
    /// More values than the limit.
    #[error("the document has more than {limit} values at line {line}, column {column}")]
    TooManyNodes {
        /// The limit.
        limit: usize,
        /// Counted from 1.
        line: u64,
        /// Counted from 1.
        column: u64,
    },
    /// YAML aliases that unfold into more than a person would write.
    #[error("aliases unfold to more than the limit at line {line}, column {column}: {message}")]
    TooManyAliases {
        /// Which limit.
        message: String,
        /// Counted from 1.
        line: u64,
        /// Counted from 1.
        column: u64,
    },
    /// Readable, but something else.
    #[error("this is not an OpenAPI document: {found}")]
    NotOpenapi {
        /// What was found instead.
        found: String,
    },
    /// An older format.
    #[error(
        "this is a Swagger {version} document, which is not read yet; convert it to OpenAPI 3.0 or 3.1"
    )]
    Swagger2 {
        /// The version it names.
        version: String,
    },
    /// A version nobody knows.
    #[error("the field openapi says {version:?}; versions 3.0, 3.1 and 3.2 are read")]
    UnknownVersion {
        /// The version it names.
        version: String,
    },
    /// More operations than the limit.
    #[error("the document has {found} operations and the limit is {limit}")]
    TooManyOperations {
        /// How many it has.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// More time than the limit.
    #[error("the import took longer than {seconds} s and was stopped at {at}")]
    TooSlow {
        /// The limit.
        seconds: u64,
        /// How far it got.
        at: String,
    },
    /// The system gave no thread to read on.
    #[error("the document cannot be read at the moment; try again")]
    NoThread,
}

impl Fault for ImportError {
    fn kind(&self) -> Kind {
        match self {
            Self::TooLarge { .. }
            | Self::TooDeep { .. }
            | Self::TooManyNodes { .. }
            | Self::TooManyAliases { .. }
            | Self::TooManyOperations { .. }
            | Self::TooSlow { .. } => Kind::TooLarge,
            Self::NoThread => Kind::Unavailable,
            Self::Empty
            | Self::LooksLikeHtml { .. }
            | Self::NotJsonOrYaml { .. }
            | Self::DuplicateKey { .. }
            | Self::NotOpenapi { .. }
            | Self::Swagger2 { .. }
            | Self::UnknownVersion { .. } => Kind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too_large",
            Self::LooksLikeHtml { .. } => "looks_like_html",
            Self::NotJsonOrYaml { .. } => "not_json_or_yaml",
            Self::DuplicateKey { .. } => "duplicate_key",
            Self::TooDeep { .. } => "too_deep",
            Self::TooManyNodes { .. } => "too_many_nodes",
            Self::TooManyAliases { .. } => "too_many_aliases",
            Self::NotOpenapi { .. } => "not_openapi",
            Self::Swagger2 { .. } => "swagger_2",
            Self::UnknownVersion { .. } => "unknown_version",
            Self::TooManyOperations { .. } => "too_many_operations",
            Self::TooSlow { .. } => "too_slow",
            Self::NoThread => "no_thread",
        }
    }
}
