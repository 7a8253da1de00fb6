//! What a process can do. A role is a value; each has one module that starts it.

pub(crate) mod gateway;
pub(crate) mod oauth;
pub(crate) mod web;
pub(crate) mod worker;

use std::{fmt, str::FromStr};

pub(crate) use worker::document_reader;

/// One thing a process can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The dashboard and GraphQL.
    Web,
    /// The authorization server for agents.
    Oauth,
    /// The MCP endpoints.
    Gateway,
    /// Imports, expiry and other work nobody waits for.
    Worker,
}

/// The text is no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the roles are web, oauth, gateway and worker")]
pub struct InvalidRole;

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Web, Self::Oauth, Self::Gateway, Self::Worker];

    /// The role's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Oauth => "oauth",
            Self::Gateway => "gateway",
            Self::Worker => "worker",
        }
    }

    /// Says whether it seals or opens credentials.
    #[must_use]
    pub const fn needs_vault(self) -> bool {
        match self {
            Self::Web | Self::Gateway => true,
            Self::Oauth | Self::Worker => false,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = InvalidRole;

    fn from_str(text: &str) -> Result<Self, InvalidRole> {
        let known = Self::ALL.into_iter().find(|role| role.as_str() == text);
        known.ok_or(InvalidRole)
    }
}
