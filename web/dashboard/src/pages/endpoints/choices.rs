//! The boxes to choose an endpoint's tools with.

use countersign_domain::{id::ToolId, risk::RiskClass, tool::ToolState};
use countersign_edge::Problem;
use countersign_tool_registry::ToolBrief;

use crate::{environment::Environments, frame::Here, inert::Inert, parts::Badge};

/// The boxes to choose tools with, grouped by class.
pub(crate) struct ToolChoice {
    pub(crate) class: &'static str,
    pub(crate) badge: Badge,
    pub(crate) boxes: Vec<ToolBox>,
}

/// One box.
pub(crate) struct ToolBox {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) path: Inert,
    /// The API it belongs to.
    pub(crate) source: Inert,
    pub(crate) state: Badge,
    pub(crate) checked: bool,
}

/// A tool that can be chosen, and the API it belongs to.
pub(crate) type Offered = (String, ToolBrief);

/// Groups what can be chosen: what is on, and what already is of the endpoint.
pub(crate) fn choices(tools: &[Offered], chosen: &[ToolId]) -> Vec<ToolChoice> {
    let is_chosen = |view: &ToolBrief| chosen.contains(&view.tool.id);
    let group = |class: RiskClass| {
        let of_class = tools
            .iter()
            .filter(|(_, view)| view.tool.operation.risk.class == class);
        ToolChoice {
            class: class.as_str(),
            badge: Badge::class(class),
            boxes: of_class
                .map(|(source, view)| ToolBox {
                    id: view.tool.id.to_string(),
                    name: view.tool.name.clone(),
                    method: view.tool.operation.method.to_string(),
                    path: Inert::new(&view.tool.operation.path),
                    source: Inert::new(source),
                    state: Badge::state(view.state),
                    checked: is_chosen(view),
                })
                .collect(),
        }
    };
    let groups = RiskClass::ALL.into_iter().map(group);
    groups.filter(|group| !group.boxes.is_empty()).collect()
}

/// Every tool that can be called, and those already chosen.
pub(super) async fn offered(
    here: &Here,
    environment: &Environments,
    chosen: &[ToolId],
) -> Result<Vec<Offered>, Problem> {
    let registry = &here.services().registry;
    let mut offered = Vec::new();
    for view in registry.sources(here.scope()).await? {
        let source = view.source;
        let tools = registry
            .tool_briefs(here.scope(), source.id, environment.chosen.id)
            .await?;
        let tools = tools.into_iter().filter(|view| {
            let is_on = matches!(view.state, ToolState::On(_));
            is_on || chosen.contains(&view.tool.id)
        });
        offered.extend(tools.map(|view| (source.name.clone(), view)));
    }
    Ok(offered)
}
