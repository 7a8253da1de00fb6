//! Who can call a tool: the endpoints that it was chosen for, and the agents there.

use std::{collections::BTreeMap, sync::Arc};

use countersign_access::{ActionName, TenantScope};
use countersign_domain::{
    id::{EnvironmentId, ToolId},
    name::Slug,
};
use countersign_store::{TenantTx, oauth_grants::Grant};

use crate::{AuditError, Reports};

/// One way to a tool, open while the tool is on.
#[derive(Clone, Debug)]
pub struct Way {
    /// The tool.
    pub tool: ToolId,
    /// The environment that its calls go to.
    pub environment: EnvironmentId,
    /// The endpoint in URLs.
    pub endpoint_slug: Slug,
    /// The endpoint's name.
    pub endpoint_name: String,
    /// The agents that can call there and were allowed tools of its class: one list for all ways
    /// that have it in common.
    pub agents: Arc<[Grant]>,
}

impl Reports {
    /// Lists the ways to a tool in an environment, by the name of the endpoint.
    ///
    /// # Errors
    /// When the role does not allow it or the database does not answer.
    pub async fn ways(
        &self,
        scope: &TenantScope,
        tool: ToolId,
        environment: EnvironmentId,
    ) -> Result<Vec<Way>, AuditError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        let mut ways = ways(&tx, &tx.grants().await?, &[tool]).await?;
        ways.retain(|way| way.environment == environment);
        Ok(ways)
    }
}

/// The ways to these tools, with those of the agents that may take them.
pub(crate) async fn ways(
    tx: &TenantTx,
    agents: &[Grant],
    tools: &[ToolId],
) -> Result<Vec<Way>, AuditError> {
    let mut alike: BTreeMap<_, Arc<[Grant]>> = BTreeMap::new();
    let places = tx.endpoints_of(tools).await?.into_iter();
    let way = places.map(|at| {
        let may = |agent: &&Grant| {
            agent.can_call && agent.endpoint == at.endpoint && agent.scopes.contains(&at.class)
        };
        let those = || agents.iter().filter(may).cloned().collect();
        let agents = alike.entry((at.endpoint, at.class)).or_insert_with(those);
        Way {
            tool: at.tool,
            environment: at.environment,
            agents: Arc::clone(agents),
            endpoint_slug: at.endpoint_slug,
            endpoint_name: at.endpoint_name,
        }
    });
    Ok(way.collect())
}
