//! Credentials that no call is sent with until a member has confirmed them.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use countersign_secret_injection::{self as secret_injection, ConfirmCredential};

use crate::{
    api::CALL,
    connection::Connection,
    context::{ContextExt as _, enter},
    fault::{given, id, known, to_graphql},
    revision_change::Change,
    scalar::Moment,
};

/// Why a credential is suspended: one import that changed where an API lives or what lets one in.
#[derive(SimpleObject)]
pub(crate) struct Suspension {
    /// The API.
    source: ID,
    /// Where.
    environment: ID,
    /// The credential, as the audit log names it.
    credential: String,
    /// The import.
    revision: ID,
    /// Since when.
    at: Moment,
    /// What changed, the first 50.
    #[graphql(complexity = "3 * child_complexity")]
    changes: Vec<Change>,
    /// How much changed in all.
    total: u32,
}

/// A member's word that a credential may be used again.
#[derive(InputObject)]
struct ConfirmCredentialInput {
    /// The API.
    source: ID,
    /// The environment.
    environment: ID,
    /// The latest import whose changes were looked at; what came after it keeps the credential
    /// suspended.
    seen: ID,
    /// Why; kept in the audit log.
    reason: String,
}

/// Changes to suspensions.
#[derive(Default)]
pub(crate) struct SuspensionMutations;

#[Object]
impl SuspensionMutations {
    /// Confirms that a suspended credential may be used again at the address it is bound to.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn confirm_credential(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        input: ConfirmCredentialInput,
    ) -> Result<Connection> {
        let caller = enter(ctx, &tenant).await?;
        let command = ConfirmCredential {
            source: known(&input.source)?,
            environment: known(&input.environment)?,
            seen: known(&input.seen)?,
            reason: given("reason", &input.reason)?,
        };
        let connections = &ctx.services().connections;
        let confirmed = connections.confirm_credential(&caller.scope, command).await;
        confirmed.map(Connection::from).map_err(to_graphql)
    }
}

impl From<secret_injection::Suspension> for Suspension {
    fn from(suspension: secret_injection::Suspension) -> Self {
        let (credential, version) = suspension.credential;
        Self {
            source: id(suspension.source),
            environment: id(suspension.environment),
            credential: format!("{credential}/{version}"),
            revision: id(suspension.revision),
            at: suspension.at.into(),
            changes: suspension.changes.into_iter().map(Change::from).collect(),
            total: suspension.total,
        }
    }
}
