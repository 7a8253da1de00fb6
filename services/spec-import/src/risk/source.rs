//! Where a word was found: what it says counts more in some places than in others.

use std::fmt;

/// One place of the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::risk) enum Source {
    /// The path, as every client has to write it.
    Path,
    /// The method, where it is one by its own name.
    Method,
    /// The operation's name.
    Name,
    /// Its first words.
    Text,
    /// The rest of them.
    Description,
    /// Its tags.
    Tags,
    /// The permissions it asks for.
    Scopes,
    /// The names of what is sent.
    RequestFields,
}

impl Source {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Method => "method",
            Self::Name => "name",
            Self::Text => "text",
            Self::Description => "description",
            Self::Tags => "tags",
            Self::Scopes => "scopes",
            Self::RequestFields => "request fields",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
