//! What a member is in a tenant.

use serde::{Deserialize, Serialize};

/// A member's role. What each may do is one table in `access`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything, and the only one who can make owners.
    Owner,
    /// Everything but making owners.
    Admin,
    /// Turns high-risk tools on and countersigns calls.
    Reviewer,
    /// Imports APIs, makes endpoints, connects agents.
    Developer,
    /// Reads everything, changes nothing.
    Auditor,
}

impl Role {
    /// All roles, in the order they are shown.
    pub const ALL: [Self; 5] = [
        Self::Owner,
        Self::Admin,
        Self::Reviewer,
        Self::Developer,
        Self::Auditor,
    ];

    /// The name people see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Reviewer => "reviewer",
            Self::Developer => "developer",
            Self::Auditor => "auditor",
        }
    }

    /// Reads the name that [`Role::as_str`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}
