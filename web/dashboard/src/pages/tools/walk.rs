//! The way from one tool of a review to the next, as far as its filter leaves them.

use countersign_domain::{
    id::{RevisionId, ToolId},
    name::Slug,
};
use countersign_edge::Problem;
use countersign_tool_registry::ToolBrief;

use crate::{
    environment::Environments,
    frame::Here,
    pages::review::{Filter, again},
};

/// Where a tool stands in the review that it was opened from.
pub(crate) struct Walk {
    /// What stands in the address of each of them: the filter, and the page of the list.
    pub(crate) query: String,
    /// Something narrows the list.
    pub(crate) is_narrow: bool,
    /// Which of them it is, from 1; nothing once the filter does not leave it.
    pub(crate) number: Option<usize>,
    /// How many the filter leaves.
    pub(crate) count: usize,
    /// Its neighbours, each with its name.
    pub(crate) before: Option<(ToolId, String)>,
    pub(crate) after: Option<(ToolId, String)>,
}

impl Walk {
    /// Finds the place of a tool, if the address says that it was opened from a review.
    pub(super) async fn load(
        here: &Here,
        environment: &Environments,
        (tool, source): (ToolId, &Slug),
    ) -> Result<Option<Self>, Problem> {
        let filter: Filter = here.query();
        if !filter.is_carried() {
            return Ok(None);
        }
        let (registry, place) = (&here.services().registry, environment.chosen.id);
        let source = registry.source(here.scope(), source).await?;
        let tools = registry.tool_briefs(here.scope(), source.source.id, place);
        let tools = tools.await?;
        let around = (filter.carried(environment.slug()), again(&source));
        Ok(Some(Self::new(&filter, around, (tool, &tools))))
    }

    pub(crate) fn new(
        filter: &Filter,
        (query, again): (String, Option<RevisionId>),
        (tool, tools): (ToolId, &[ToolBrief]),
    ) -> Self {
        let is_it = |view: &&ToolBrief| view.tool.id == tool;
        let keeps = |view: &ToolBrief| filter.keeps(view, again);
        // Among them, although the filter may not leave it.
        let order = Filter::in_order(tools, |view| is_it(&view) || keeps(view));
        let at = order.iter().position(is_it);
        let is_kept = at.is_some_and(|at| keeps(order[at]));
        let named = |view: &&ToolBrief| (view.tool.id, view.tool.name.clone());
        let next_to = |by: fn(usize) -> Option<usize>| order.get(by(at?)?).map(named);
        Self {
            query,
            is_narrow: filter.is_narrow(),
            number: at.filter(|_| is_kept).map(|at| at + 1),
            count: order.len() - usize::from(at.is_some() && !is_kept),
            before: next_to(|at| at.checked_sub(1)),
            after: next_to(|at| at.checked_add(1)),
        }
    }
}
