//! Shows tools with what was decided about them.

use std::collections::HashMap;

use countersign_access::TenantScope;
use countersign_domain::{
    id::{EnvironmentId, SourceId, ToolId},
    overrides::{Override, OverrideKind},
    tool::{Enablement, Tool, ToolState},
};
use countersign_store::{
    StoreError,
    overrides::OverridesOf,
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
    /// What people say about it instead of its document, of each kind the latest: it holds, or an
    /// import ended it.
    pub overrides: Vec<Override>,
}

impl ToolView {
    /// Puts tools together with what people say about them.
    pub(crate) fn all(tools: Vec<DecidedTool>, overrides: Vec<Override>) -> Vec<Self> {
        let mut of: HashMap<ToolId, Vec<Override>> = HashMap::new();
        for one in overrides {
            of.entry(one.tool).or_default().push(one);
        }
        let tools = tools.into_iter();
        tools
            .map(|DecidedTool { tool, decided }| Self {
                state: ToolState::of(&tool, decided.as_ref()),
                overrides: of.remove(&tool.id).unwrap_or_default(),
                tool,
                decided,
            })
            .collect()
    }

    /// What a person says about one part of it, if that holds.
    #[must_use]
    pub fn said(&self, kind: OverrideKind) -> Option<&Override> {
        let mut standing = self.overrides.iter().filter(|one| one.stands());
        standing.find(|one| one.said.kind() == kind)
    }

    /// Says whether a person has, or had until an import, said something about its risk: then it
    /// is turned on by itself and not among others.
    #[must_use]
    pub fn risk_was_said(&self) -> bool {
        let mut kinds = self.overrides.iter().map(|one| one.said.kind());
        kinds.any(|kind| kind == OverrideKind::Risk)
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
        let overrides = tx.overrides(OverridesOf::Source(source)).await?;
        Ok(ToolView::all(tools, overrides))
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
        let found = tx.tools(ToolsOf::One(tool), environment).await?;
        let overrides = tx.overrides(OverridesOf::Tool(tool)).await?;
        let found = ToolView::all(found, overrides).pop();
        Ok(found.ok_or(StoreError::NotFound)?)
    }
}
