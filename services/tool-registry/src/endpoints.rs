//! Shows endpoints.

use std::collections::HashMap;

use countersign_access::{ActionName, TenantScope};
use countersign_domain::{digest::Digest, id::ToolId, name::Slug};
use countersign_store::{
    endpoints::{Endpoint, EndpointCount, NamedTool},
    environments::Environment,
    overrides::OverridesOf,
    tools::ToolsOf,
};

use crate::{ReadError, Registry, ToolBrief, tools::all_briefs};

/// An endpoint, for a list.
#[derive(Clone, Debug)]
pub struct EndpointView {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// The environment its calls go to.
    pub environment: Environment,
    /// Tools that were chosen for it.
    pub tools: u64,
    /// Those that agents see.
    pub tools_on: u64,
}

/// An endpoint with the tools that were chosen for it.
#[derive(Clone, Debug)]
pub struct EndpointDetail {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// The environment its calls go to.
    pub environment: Environment,
    /// Its tools by name, also those that are off.
    pub tools: Vec<ToolBrief>,
    /// The others that were chosen for it: what they are cannot be read, and agents do not see them.
    pub unreadable: Vec<NamedTool>,
}

impl EndpointDetail {
    /// Which tools were chosen for it, in one value for a form to carry.
    #[must_use]
    pub fn chosen(&self) -> Digest {
        chosen(self.ids())
    }

    /// The tools that were chosen for it.
    pub fn ids(&self) -> impl Iterator<Item = ToolId> {
        let readable = self.tools.iter().map(|view| view.tool.id);
        readable.chain(self.unreadable.iter().map(|one| one.id))
    }
}

/// One value for the same tools in any order.
pub(crate) fn chosen(tools: impl Iterator<Item = ToolId>) -> Digest {
    let mut lines: Vec<String> = tools.map(|tool| format!("{tool}\n")).collect();
    lines.sort_unstable();
    Digest::of(lines.concat().as_bytes())
}

impl Registry {
    /// Lists the tenant's endpoints by name.
    ///
    /// # Errors
    /// When the caller may not read, or the database does not answer.
    pub async fn endpoints(&self, scope: &TenantScope) -> Result<Vec<EndpointView>, ReadError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        let environments: HashMap<_, _> = tx
            .environments()
            .await?
            .into_iter()
            .map(|environment| (environment.id, environment))
            .collect();
        let counts = tx.endpoint_counts().await?;
        let views = tx.endpoints().await?.into_iter().filter_map(|endpoint| {
            let count = counts.iter().find(|count| count.endpoint == endpoint.id);
            let (tools, tools_on) =
                count.map_or((0, 0), |EndpointCount { tools, on, .. }| (*tools, *on));
            Some(EndpointView {
                environment: environments.get(&endpoint.environment)?.clone(),
                endpoint,
                tools,
                tools_on,
            })
        });
        Ok(views.collect())
    }

    /// Shows one endpoint with its tools.
    ///
    /// # Errors
    /// When the caller may not read, or this tenant has none of that name.
    pub async fn endpoint(
        &self,
        scope: &TenantScope,
        slug: &Slug,
    ) -> Result<EndpointDetail, ReadError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        let endpoint = tx.endpoint_by_slug(slug).await?;
        let of = (
            ToolsOf::Endpoint(endpoint.id),
            OverridesOf::Endpoint(endpoint.id),
        );
        let tools = all_briefs(&tx, of, endpoint.environment).await?;
        let mut unreadable = tx.chosen_tools(endpoint.id).await?;
        unreadable.retain(|one| tools.iter().all(|view| view.tool.id != one.id));
        Ok(EndpointDetail {
            environment: tx.environment(endpoint.environment).await?,
            tools,
            unreadable,
            endpoint,
        })
    }
}
