//! Who can call a tool: the endpoints that it was chosen for, and the agents there.

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
    /// The agents connected there that were allowed tools of its class.
    pub agents: Vec<Grant>,
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
        let mut ways = ways(&tx, &[tool], &tx.grants().await?).await?;
        ways.retain(|way| way.environment == environment);
        Ok(ways)
    }
}

/// The ways to these tools, with those of the agents that may take them.
pub(crate) async fn ways(
    tx: &TenantTx,
    tools: &[ToolId],
    agents: &[Grant],
) -> Result<Vec<Way>, AuditError> {
    let places = tx.endpoints_of(tools).await?.into_iter();
    let way = places.map(|at| {
        let may =
            |agent: &&Grant| agent.endpoint == at.endpoint && agent.scopes.contains(&at.class);
        Way {
            tool: at.tool,
            environment: at.environment,
            agents: agents.iter().filter(may).cloned().collect(),
            endpoint_slug: at.endpoint_slug,
            endpoint_name: at.endpoint_name,
        }
    });
    Ok(way.collect())
}
