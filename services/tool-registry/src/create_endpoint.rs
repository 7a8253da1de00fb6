//! Makes an endpoint.

use countersign_access::{Action as _, Denied, ManageEndpoint, TenantScope};
use countersign_domain::{
    event::Event,
    id::{EnvironmentId, ToolId},
    name::{Slug, Title},
    record::{Act, Record},
};
use countersign_store::{StoreError, endpoints::Endpoint};

use crate::{
    EndpointError, Registry,
    set_endpoint_tools::{fitting, named},
};

/// The wish for an endpoint.
#[derive(Clone, Debug)]
pub struct CreateEndpoint {
    /// Its name for people.
    pub name: Title,
    /// Its name in the URL; made from the other when there is none.
    pub slug: Option<Slug>,
    /// The environment its calls go to.
    pub environment: EnvironmentId,
    /// The tools that agents may see there once they are on.
    pub tools: Vec<ToolId>,
}

impl Registry {
    /// Makes an endpoint. Its URL stays its own for ever: a removed one is not given again.
    ///
    /// # Errors
    /// When the caller may not, the URL name is taken, a tool does not exist, or two have one name.
    pub async fn create_endpoint(
        &self,
        scope: &TenantScope,
        cmd: CreateEndpoint,
    ) -> Result<Endpoint, EndpointError> {
        let (make, choose) = (scope.allow(ManageEndpoint)?, scope.allow(ManageEndpoint)?);
        let created_by = scope.member().ok_or(Denied {
            action: ManageEndpoint::NAME,
        })?;
        let slug = cmd
            .slug
            .or_else(|| Slug::from_title(cmd.name.as_str()))
            .ok_or(EndpointError::SlugMissing)?;
        let tx = self.store.begin(scope).await?;
        let environment = tx.environment(cmd.environment).await?;
        let tools = fitting(&tx, &cmd.tools).await?;

        let endpoint = Endpoint {
            id: self.world.id(),
            slug,
            name: cmd.name.into(),
            environment: cmd.environment,
            created_at: self.world.now(),
            created_by,
        };
        tx.insert_endpoint(make, &endpoint)
            .await
            .map_err(|error| taken(error, &endpoint.slug))?;
        tx.set_endpoint_tools(choose, endpoint.id, &cmd.tools)
            .await?;
        let record = Record::new(
            &self.world,
            scope.tenant(),
            Act::EndpointCreated,
            scope.who(),
        )
        .with("endpoint", endpoint.slug.as_str())
        .with("environment", environment.slug.as_str())
        .with("tools", named(tools.iter().map(|tool| &tool.name)));
        tx.append_record(&record).await?;
        tx.publish(&Event::EndpointChanged {
            endpoint: endpoint.id,
        })
        .await?;
        tx.commit().await?;
        self.tell(scope).await;
        Ok(endpoint)
    }
}

fn taken(error: StoreError, slug: &Slug) -> EndpointError {
    match error.constraint() {
        Some("endpoint_slug_unique") => EndpointError::SlugTaken(slug.to_string()),
        Some(_) | None => error.into(),
    }
}
