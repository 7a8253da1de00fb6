//! Why a document is refused as a whole.

use countersign_domain::{Fault, Kind};
use serde::{Deserialize, Serialize};

/// The document cannot be imported. Every message names the place or the limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportError {
    /// Nothing but white space.
    #[error("the file is empty")]
    Empty,
    /// More bytes than the limit.
    #[error("the file is larger than the limit of {limit} bytes")]
    TooLarge {
        /// How many bytes were looked at.
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
    /// The text is neither JSON nor YAML.
    #[error("the file {message} at line {line}, column {column}")]
    NotJsonOrYaml {
        /// Which of the two it is not, and what the reader says.
        message: String,
        /// Counted from 1.
        line: u64,
        /// Counted from 1.
        column: u64,
    },
    /// No text, or one that is JSON or YAML and cannot be kept as it is written.
    #[error("the file cannot be read: {message} at line {line}, column {column}")]
    Unreadable {
        /// What is in the way.
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
    /// A version nobody knows.
    #[error(
        "the document says that it is {version:?}; Swagger 2.0 and OpenAPI 3.0, 3.1 and 3.2 are read"
    )]
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
    /// An archive that is broken, or that two readers would unpack differently.
    #[error("the archive cannot be read: {message}")]
    ArchiveUnreadable {
        /// What is wrong with it.
        message: String,
    },
    /// An archive with a password.
    #[error("{name:?} in the archive is encrypted; pack it without a password")]
    ArchiveEncrypted {
        /// The file.
        name: String,
    },
    /// A link or a device, which could lead out of the archive.
    #[error("{name:?} in the archive is not a plain file or folder")]
    ArchiveLink {
        /// The file.
        name: String,
    },
    /// A name that leads out of the bundle, or that systems read differently.
    #[error("the file name {name:?} is absolute, leads out of the bundle or is not usable")]
    UnsafeFileName {
        /// The name.
        name: String,
    },
    /// Two files under one name.
    #[error("the bundle has two files named {name:?}")]
    DuplicateFile {
        /// The name.
        name: String,
    },
    /// More files than the limit.
    #[error("the bundle has more than {limit} files")]
    TooManyFiles {
        /// The limit.
        limit: usize,
    },
    /// Unpacked, it has more bytes than the limit.
    #[error("unpacked, this is more than the limit of {limit} bytes")]
    UnpackedTooLarge {
        /// The limit.
        limit: usize,
    },
    /// No file of the bundle is an API description.
    #[error("{}", without_root(*files))]
    RootMissing {
        /// How many files were looked at.
        files: usize,
    },
    /// Several files could be the root.
    #[error("the root could be {candidates}; say which one it is")]
    RootUnclear {
        /// Their names, quoted.
        candidates: String,
    },
    /// The file that should be the root is not there.
    #[error("there is no file {name:?} in the bundle")]
    RootNotFound {
        /// The name.
        name: String,
    },
    /// The system does not let a file be read.
    #[error("the file {name:?} cannot be read: {message}")]
    FileUnreadable {
        /// The file.
        name: String,
        /// Why.
        message: String,
    },
    /// One file of a bundle has a problem.
    #[error("{file}: {error}")]
    InFile {
        /// The file.
        file: String,
        /// The problem.
        error: Box<ImportError>,
    },
    /// More memory than the limit.
    #[error("the import needed more than {limit} MiB of memory and was stopped")]
    TooMuchMemory {
        /// The limit.
        limit: u64,
    },
    /// The process that read it ended in the middle.
    #[error("the reading of the document broke off before its end, and nothing of it was kept")]
    Interrupted,
    /// The system gave no thread and no process to read on.
    #[error("the document cannot be read at the moment; try again")]
    NoThread,
}

fn without_root(files: usize) -> String {
    if files == 0 {
        return "there is no file in it".to_owned();
    }
    format!("none of the {files} files is an API description that could be the root")
}

impl ImportError {
    /// The error itself where it is about `file`, whose name is shown anyway.
    #[must_use]
    pub fn of(self, file: &str) -> Self {
        if let Self::InFile { file: of, error } = &self
            && of == file
        {
            return error.as_ref().clone();
        }
        self
    }
}

impl Fault for ImportError {
    fn kind(&self) -> Kind {
        match self {
            Self::TooLarge { .. }
            | Self::TooDeep { .. }
            | Self::TooManyNodes { .. }
            | Self::TooManyAliases { .. }
            | Self::TooManyOperations { .. }
            | Self::TooManyFiles { .. }
            | Self::UnpackedTooLarge { .. }
            | Self::TooSlow { .. }
            | Self::TooMuchMemory { .. } => Kind::TooLarge,
            Self::InFile { error, .. } => error.kind(),
            Self::NoThread | Self::Interrupted => Kind::Unavailable,
            Self::Empty
            | Self::LooksLikeHtml { .. }
            | Self::NotJsonOrYaml { .. }
            | Self::Unreadable { .. }
            | Self::DuplicateKey { .. }
            | Self::NotOpenapi { .. }
            | Self::ArchiveUnreadable { .. }
            | Self::ArchiveEncrypted { .. }
            | Self::ArchiveLink { .. }
            | Self::UnsafeFileName { .. }
            | Self::DuplicateFile { .. }
            | Self::RootMissing { .. }
            | Self::RootUnclear { .. }
            | Self::RootNotFound { .. }
            | Self::FileUnreadable { .. }
            | Self::UnknownVersion { .. } => Kind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too_large",
            Self::LooksLikeHtml { .. } => "looks_like_html",
            Self::NotJsonOrYaml { .. } => "not_json_or_yaml",
            Self::Unreadable { .. } => "unreadable",
            Self::DuplicateKey { .. } => "duplicate_key",
            Self::TooDeep { .. } => "too_deep",
            Self::TooManyNodes { .. } => "too_many_nodes",
            Self::TooManyAliases { .. } => "too_many_aliases",
            Self::NotOpenapi { .. } => "not_openapi",
            Self::UnknownVersion { .. } => "unknown_version",
            Self::TooManyOperations { .. } => "too_many_operations",
            Self::TooSlow { .. } => "too_slow",
            Self::ArchiveUnreadable { .. } => "archive_unreadable",
            Self::ArchiveEncrypted { .. } => "archive_encrypted",
            Self::ArchiveLink { .. } => "archive_link",
            Self::UnsafeFileName { .. } => "unsafe_file_name",
            Self::DuplicateFile { .. } => "duplicate_file",
            Self::TooManyFiles { .. } => "too_many_files",
            Self::UnpackedTooLarge { .. } => "unpacked_too_large",
            Self::RootMissing { .. } => "root_missing",
            Self::RootUnclear { .. } => "root_unclear",
            Self::RootNotFound { .. } => "root_not_found",
            Self::FileUnreadable { .. } => "file_unreadable",
            Self::InFile { error, .. } => error.code(),
            Self::TooMuchMemory { .. } => "too_much_memory",
            Self::Interrupted => "import_interrupted",
            Self::NoThread => "no_thread",
        }
    }
}
