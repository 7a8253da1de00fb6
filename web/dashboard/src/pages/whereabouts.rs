//! Where a call was made: at which endpoint, in which environment, of which API.

use countersign_domain::{
    Fault as _, Kind,
    id::{EndpointId, EnvironmentId, ToolId},
};
use countersign_edge::Problem;

use crate::{frame::Here, inert::Inert};

/// What these are called now. What is gone by now has no name.
#[derive(Default)]
pub(crate) struct Whereabouts {
    /// The endpoint, and its environment.
    pub(crate) endpoint: Option<(String, Inert, Inert)>,
    pub(crate) api: Option<(String, Inert)>,
}

impl Whereabouts {
    /// Looks them up.
    pub(crate) async fn of(
        here: &Here,
        endpoint: EndpointId,
        tool: Option<ToolId>,
    ) -> Result<Self, Problem> {
        let mut found = Self::default();
        let endpoints = here.services().registry.endpoints(here.scope()).await?;
        let known = endpoints.iter().find(|one| one.endpoint.id == endpoint);
        let Some(known) = known else {
            return Ok(found);
        };
        let (slug, name) = (known.endpoint.slug.to_string(), &known.endpoint.name);
        let environment = Inert::new(&known.environment.name);
        found.endpoint = Some((slug, Inert::new(name), environment));
        if let Some(tool) = tool {
            let environment = known.environment.id;
            found.api = api(here, tool, environment).await?;
        }
        Ok(found)
    }
}

/// The API of a tool, unless a later import took the tool away.
async fn api(
    here: &Here,
    tool: ToolId,
    environment: EnvironmentId,
) -> Result<Option<(String, Inert)>, Problem> {
    let registry = &here.services().registry;
    let view = match registry.tool(here.scope(), tool, environment).await {
        Ok(view) => view,
        Err(error) if error.kind() == Kind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let sources = registry.sources(here.scope()).await?;
    let sources = sources.into_iter().map(|known| known.source);
    let mut sources = sources.filter(|source| source.id == view.tool.source);
    let source = sources.next();
    Ok(source.map(|source| (source.slug.to_string(), Inert::new(source.name))))
}
