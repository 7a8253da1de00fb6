//! One id type per kind of thing, so that a hold's id cannot be passed for a tool's.
//!
//! An id prints as `prefix_` and 32 hex digits of a UUID version 7 (RFC 9562). Ids name
//! things; they are never secrets and possession of one proves nothing.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text was not an id of the kind that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid identifier")]
pub struct InvalidId;

/// What every id type can do; lets [`crate::World::id`] make any of them.
pub trait Id: From<Uuid> + Copy {
    /// The visible prefix, without the underscore.
    const PREFIX: &'static str;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// Returns the UUID as it stands in the database.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid { self.0 }
        }

        impl Id for $name { const PREFIX: &'static str = $prefix; }

        impl From<Uuid> for $name {
            fn from(value: Uuid) -> Self { Self(value) }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse($prefix, text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> { text.parse() }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self { id.to_string() }
        }
    )*};
}

ids! {
    /// An organisation.
    TenantId = "ten";
    /// A human being with an e-mail address; may be a member of several tenants.
    PersonId = "per";
    /// One person's membership of one tenant.
    MemberId = "mem";
    /// An open invitation to become a member.
    InvitationId = "inv";
    /// A signed-in browser.
    SessionId = "ses";
    /// Production, staging and so on, of one tenant.
    EnvironmentId = "env";
    /// An imported API.
    SourceId = "src";
    /// One immutable import of a source.
    RevisionId = "rev";
    /// What an agent sees of an operation; stable over revisions of its source.
    ToolId = "tool";
    /// One immutable definition of a tool, made by one revision.
    ToolVersionId = "ver";
    /// One recorded decision that turned a tool on or off in an environment. Its id is the
    /// policy version that an approval is bound to.
    EnablementId = "enb";
    /// What a member says about a tool instead of its document.
    OverrideId = "ovr";
    /// A source in an environment: a pinned origin and the credential to use there.
    ConnectionId = "con";
    /// A stored secret of a connection.
    CredentialId = "cred";
    /// One MCP URL.
    EndpointId = "end";
    /// An OAuth client, registered by an agent.
    ClientId = "client";
    /// What a member consented to for one client at one endpoint.
    GrantId = "grant";
    /// An authorization request that waits for sign-in and consent.
    AuthorizationId = "authz";
    /// One `tools/call`.
    CallId = "call";
    /// A call that waits for a human.
    HoldId = "hold";
    /// A time in which no call of a tenant goes out.
    StopId = "stop";
    /// One row of the audit log.
    RecordId = "rec";
    /// One unit of background work.
    JobId = "job";
    /// One HTTP request, for finding it again in the logs.
    RequestId = "req";
}

fn parse(prefix: &str, text: &str) -> Result<Uuid, InvalidId> {
    let hex = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .ok_or(InvalidId)?;
    let lower_hex = hex.len() == 32
        && hex
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !lower_hex {
        return Err(InvalidId);
    }
    Uuid::try_parse(hex).map_err(|_| InvalidId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_only_as_its_own_kind() {
        let hold = HoldId::from(Uuid::from_u128(7));
        let text = hold.to_string();

        assert_eq!(text.parse(), Ok(hold));
        assert_eq!(text.parse::<ToolId>(), Err(InvalidId));
    }

    #[test]
    fn an_id_has_one_spelling() {
        let text = HoldId::from(Uuid::from_u128(0xAB)).to_string();
        for other in [
            text.to_uppercase(),
            text.replace('_', "-"),
            format!("{text}0"),
            format!("hold_{}", Uuid::from_u128(0xAB)),
        ] {
            assert_eq!(other.parse::<HoldId>(), Err(InvalidId), "{other}");
        }
    }
}
