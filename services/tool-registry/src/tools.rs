//! Shows tools with what was decided about them.

use countersign_access::TenantScope;
use countersign_domain::{
    id::{EnvironmentId, SourceId, ToolId},
    tool::{Enablement, Tool, ToolState},
};
use countersign_store::{
    StoreError,
    tools::{DecidedTool, ToolsOf},
};

use crate::{ReadError, Registry, registry::reading};

/// A tool in an environment.
#[derive(Clone, Debug)]
pub struct ToolView {
    /// The tool with its present definition.
    pub tool: Tool,
    /// What it is in this environment.
    pub state: ToolState,
    /// The latest decision, if there is one.
    pub decided: Option<Enablement>,
}

impl From<DecidedTool> for ToolView {
    fn from(DecidedTool { tool, decided }: DecidedTool) -> Self {
        Self {
            state: ToolState::of(&tool, decided.as_ref()),
            tool,
            decided,
        }
    }
}

impl Registry {
    /// Lists the present tools of a source by name, as they are in an environment.
    ///
    /// # Errors
    /// When the caller may not read, or there is no such source or environment.
    pub async fn tools(
        &self,
        scope: &TenantScope,
        source: SourceId,
        environment: EnvironmentId,
    ) -> Result<Vec<ToolView>, ReadError> {
        reading(scope)?;
        let tx = self.store.begin(scope).await?;
        tx.source(source).await?;
        tx.environment(environment).await?;
        let tools = tx.tools(ToolsOf::Source(source), environment).await?;
        Ok(tools.into_iter().map(ToolView::from).collect())
    }

    /// Shows one tool, as it is in an environment.
    ///
    /// # Errors
    /// When the caller may not read, or there is no such tool or environment.
    pub async fn tool(
        &self,
        scope: &TenantScope,
        tool: ToolId,
        environment: EnvironmentId,
    ) -> Result<ToolView, ReadError> {
        reading(scope)?;
        let tx = self.store.begin(scope).await?;
        tx.environment(environment).await?;
        let found = tx.tools(ToolsOf::One(tool), environment).await?.pop();
        Ok(found.ok_or(StoreError::NotFound)?.into())
    }
}
