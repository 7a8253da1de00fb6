//! Where a call was made: at which endpoint, in which environment, of which API.

use countersign_domain::id::{EndpointId, ToolId};
use countersign_edge::Problem;
use countersign_tool_registry::{self as registry, Named};

use crate::{frame::Here, inert::Inert};

/// What these are called now, or were when they were removed.
pub(crate) struct Whereabouts {
    pub(crate) endpoint: Place,
    pub(crate) environment: Inert,
    pub(crate) api: Option<Place>,
}

/// An endpoint or an API; what was removed has no page to lead to.
pub(crate) struct Place {
    pub(crate) slug: String,
    pub(crate) name: Inert,
    pub(crate) removed: bool,
}

impl Place {
    fn new(named: Named) -> Self {
        Self {
            slug: named.slug,
            name: Inert::new(named.name),
            removed: named.removed,
        }
    }
}

impl Whereabouts {
    pub(crate) fn new(found: registry::Whereabouts) -> Self {
        Self {
            endpoint: Place::new(found.endpoint),
            environment: Inert::new(found.environment),
            api: found.api.map(Place::new),
        }
    }

    /// Looks them up.
    pub(crate) async fn of(
        here: &Here,
        endpoint: EndpointId,
        tool: Option<ToolId>,
    ) -> Result<Self, Problem> {
        let registry = &here.services().registry;
        let found = registry.whereabouts(here.scope(), endpoint, tool).await?;
        Ok(Self::new(found))
    }
}
