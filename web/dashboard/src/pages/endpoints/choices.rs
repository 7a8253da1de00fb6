//! The boxes to choose an endpoint's tools with.

use countersign_domain::{id::ToolId, risk::RiskClass, tool::ToolState};
use countersign_edge::Problem;
use countersign_tool_registry::{EndpointDetail, NamedTool, ToolBrief};

use crate::{environment::Environments, frame::Here, inert::Inert, parts::Badge};

/// More boxes than these are folded away.
const MANY: usize = 20;

/// The boxes to choose tools with.
pub(crate) struct Choices {
    pub(crate) apis: Vec<ApiChoices>,
}

/// Those of one API, grouped by class.
pub(crate) struct ApiChoices {
    pub(crate) name: Inert,
    pub(crate) groups: Vec<ToolChoice>,
}

/// Those of one class.
pub(crate) struct ToolChoice {
    pub(crate) badge: Badge,
    pub(crate) boxes: Vec<ToolBox>,
}

/// One box.
pub(crate) struct ToolBox {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) path: Inert,
    pub(crate) state: Badge,
    pub(crate) checked: bool,
}

impl Choices {
    fn groups(&self) -> impl Iterator<Item = &ToolChoice> {
        self.apis.iter().flat_map(|api| &api.groups)
    }

    /// How many can be chosen.
    pub(crate) fn total(&self) -> usize {
        self.groups().map(|group| group.boxes.len()).sum()
    }

    /// How many are chosen.
    pub(crate) fn chosen(&self) -> usize {
        self.groups().map(ToolChoice::chosen).sum()
    }

    /// So many that they are searched rather than read.
    pub(crate) fn are_many(&self) -> bool {
        self.total() > MANY
    }
}

impl ToolChoice {
    pub(crate) fn chosen(&self) -> usize {
        self.boxes.iter().filter(|one| one.checked).count()
    }

    pub(crate) fn is_folded(&self) -> bool {
        self.boxes.len() > MANY
    }
}

/// A tool that can be chosen, and the API it belongs to.
pub(crate) type Offered = (String, ToolBrief);

/// Groups what can be chosen: what is on, and what already is of the endpoint.
pub(crate) fn choices(tools: &[Offered], chosen: &[ToolId]) -> Choices {
    let apis = tools.chunk_by(|(_, one), (_, next)| one.tool.source == next.tool.source);
    Choices {
        apis: apis.map(|tools| of_api(tools, chosen)).collect(),
    }
}

fn of_api(tools: &[Offered], chosen: &[ToolId]) -> ApiChoices {
    let one = |view: &ToolBrief| ToolBox {
        id: view.tool.id.to_string(),
        name: view.tool.name.clone(),
        method: view.tool.operation.method.to_string(),
        path: Inert::new(&view.tool.operation.path),
        state: Badge::state(view.state),
        checked: chosen.contains(&view.tool.id),
    };
    let group = |class: RiskClass| {
        let views = tools.iter().map(|(_, view)| view);
        let of_class = views.filter(|view| view.tool.operation.risk.class == class);
        ToolChoice {
            badge: Badge::class(class),
            boxes: of_class.map(one).collect(),
        }
    };
    let groups = RiskClass::ALL.into_iter().map(group);
    ApiChoices {
        name: Inert::new(tools.first().map_or("", |(api, _)| api)),
        groups: groups.filter(|group| !group.boxes.is_empty()).collect(),
    }
}

/// A tool of an endpoint of which only the name can be read: it stays, unless its box is unticked.
pub(crate) struct UnreadableTool {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) api: Inert,
    pub(crate) checked: bool,
}

/// Those of an endpoint.
pub(super) fn unreadable(detail: &EndpointDetail, chosen: &[ToolId]) -> Vec<UnreadableTool> {
    let one = |tool: &NamedTool| UnreadableTool {
        id: tool.id.to_string(),
        name: tool.name.clone(),
        api: Inert::new(&tool.source),
        checked: chosen.contains(&tool.id),
    };
    detail.unreadable.iter().map(one).collect()
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
