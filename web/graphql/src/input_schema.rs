//! The schemas of arguments: most of what is known of a tool, and what few ask for.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Result};
use countersign_access::TenantScope;
use countersign_domain::id::ToolVersionId;
use countersign_edge::Problem;
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::{context::ContextExt as _, fault::to_graphql};

/// The schema of a tool's arguments.
pub(crate) enum InputSchema {
    /// It was read with the tool.
    Known(Value),
    /// It is read with those of all tools of the list, once the first of them is asked for.
    Listed(Arc<Schemas>, ToolVersionId),
}

/// The schemas of one list of tools, as whoever asked for the list may see them.
pub(crate) struct Schemas {
    scope: TenantScope,
    versions: Vec<ToolVersionId>,
    /// A failure is every tool's, and is not tried again for each.
    read: OnceCell<Result<HashMap<ToolVersionId, Value>>>,
}

impl InputSchema {
    /// One for each definition of a list, in its order.
    pub(crate) fn of_list(scope: &TenantScope, versions: Vec<ToolVersionId>) -> Vec<Self> {
        let schemas = Arc::new(Schemas {
            scope: scope.clone(),
            versions: versions.clone(),
            read: OnceCell::new(),
        });
        let listed = |version| Self::Listed(Arc::clone(&schemas), version);
        versions.into_iter().map(listed).collect()
    }

    pub(crate) async fn read(&self, ctx: &Context<'_>) -> Result<&Value> {
        let (schemas, version) = match self {
            Self::Known(schema) => return Ok(schema),
            Self::Listed(schemas, version) => (schemas, version),
        };
        let all = schemas.read.get_or_init(|| schemas.load(ctx)).await;
        let found = all.as_ref().map_err(Clone::clone)?.get(version);
        found.ok_or_else(|| to_graphql(Problem::not_found()))
    }
}

impl Schemas {
    async fn load(&self, ctx: &Context<'_>) -> Result<HashMap<ToolVersionId, Value>> {
        let registry = &ctx.services().registry;
        let read = registry.input_schemas(&self.scope, &self.versions).await;
        read.map_err(to_graphql)
    }
}
