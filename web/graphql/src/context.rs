//! What resolvers reach: the services, and who asks. A request's own; nothing is kept between
//! requests.

use std::sync::Arc;

use async_graphql::{Context, Result};
use countersign_accounts::Accounts;
use countersign_approvals::Approvals;
use countersign_edge::{Caller, Edge, Problem, SignedInUser};
use countersign_oauth_server::Grants;
use countersign_reporting::{Audit, Reports};
use countersign_secret_injection::Connections;
use countersign_spec_import::Imports;
use countersign_tool_registry::Registry;
use tokio::sync::Mutex;

use crate::fault::to_graphql;

/// The services behind the schema. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// People, members, invitations.
    pub accounts: Accounts,
    /// Importing APIs.
    pub imports: Imports,
    /// Sources, tools, endpoints.
    pub registry: Registry,
    /// Addresses and credentials.
    pub connections: Connections,
    /// Held calls.
    pub approvals: Approvals,
    /// Agents that are connected.
    pub grants: Grants,
    /// The audit log.
    pub audit: Audit,
    /// The report.
    pub reports: Reports,
}

/// Who asks, and how they get into a tenant.
pub(crate) struct Asker {
    pub(crate) user: Arc<SignedInUser>,
    pub(crate) edge: Edge,
    /// The tenants that were entered, for what is denied there.
    pub(crate) entered: Mutex<Vec<Caller>>,
}

/// The one way of resolvers to what they need.
pub(crate) trait ContextExt {
    /// The services.
    fn services(&self) -> &Services;
    /// Who asks.
    fn asker(&self) -> &Asker;
}

impl ContextExt for Context<'_> {
    fn services(&self) -> &Services {
        self.data_unchecked::<Services>()
    }

    fn asker(&self) -> &Asker {
        self.data_unchecked::<Arc<Asker>>()
    }
}

/// Lets whoever asks into a tenant. One that is not theirs and one that is not there, or could not
/// be, are the same.
pub(crate) async fn enter(ctx: &Context<'_>, tenant: &str) -> Result<Caller> {
    let Ok(slug) = tenant.parse() else {
        return Err(to_graphql(Problem::not_found()));
    };
    let asker = ctx.asker();
    let entered = asker.edge.enter(&asker.user, &slug).await;
    let caller = entered.map_err(to_graphql)?;
    asker.entered.lock().await.push(caller.clone());
    Ok(caller)
}
