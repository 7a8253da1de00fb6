//! What a review shows, loaded.

use std::collections::HashMap;

use countersign_domain::{
    drift::Change,
    id::{EnablementId, RevisionId, ToolId, ToolVersionId},
    name::Slug,
};
use countersign_edge::Problem;
use countersign_tool_registry::{
    RevisionState, RevisionView, SourceDetail, ToolBrief, UndoDecision, Weights,
};

use super::{
    May, Told,
    filter::{self, Filter},
};
use crate::{
    environment::Environments,
    frame::Here,
    pages::{schedule::ScheduleCard, suspension::SuspendedLine},
};

/// What is known when a review is drawn.
pub(crate) struct Reviewed {
    pub(crate) source: SourceDetail,
    pub(crate) tools: Vec<ToolBrief>,
    pub(crate) weights: Weights,
    /// What differs in those of the page that wait for it.
    pub(crate) changes: HashMap<ToolId, Vec<Change>>,
    pub(crate) environment: Environments,
    pub(crate) suspended: Vec<SuspendedLine>,
    pub(crate) filter: Filter,
    pub(crate) schedule: Option<ScheduleCard>,
}

impl Reviewed {
    /// Loads what the address asks for.
    pub(super) async fn load(here: &Here, filter: Filter) -> Result<Self, Problem> {
        let slug: Slug = here.part("source")?;
        let registry = &here.services().registry;
        let source = registry.source(here.scope(), &slug).await?;
        let environment = Environments::choose(here, filter.environment.as_deref()).await?;
        let tools = registry
            .tool_briefs(here.scope(), source.source.id, environment.chosen.id)
            .await?;
        let schedule = ScheduleCard::of(here, source.source.id).await?;
        let place = environment.chosen.id;
        let suspended = SuspendedLine::of(here, &[source.source.id], Some(place)).await?;
        let mut reviewed = Self {
            source,
            tools,
            weights: Weights::default(),
            changes: HashMap::new(),
            environment,
            suspended,
            filter,
            schedule,
        };
        let (shown, waiting) = reviewed.shown();
        let weighed = registry
            .weigh(here.scope(), &shown, &reviewed.tools)
            .await?;
        let changes = registry
            .changes_to_review(here.scope(), &waiting, place)
            .await?;
        (reviewed.weights, reviewed.changes) = (weighed, changes);
        Ok(reviewed)
    }

    /// The member's own decision that an address tells of, and about how many tools it still stands: an
    /// address may say anything, and somebody else may have made it.
    pub(super) async fn undo(
        &self,
        here: &Here,
        told: &Told,
    ) -> Result<Option<(EnablementId, usize)>, Problem> {
        let Some(decision) = told.may_undo(May::of(here)) else {
            return Ok(None);
        };
        let command = UndoDecision {
            source: self.source.source.id,
            environment: self.environment.chosen.id,
            decision,
        };
        let registry = &here.services().registry;
        let count = registry.undoable(here.scope(), command).await?;
        Ok((count > 0).then_some((decision, count)))
    }

    /// The definitions that stand on this page, and the tools of it that wait.
    fn shown(&self) -> (Vec<ToolVersionId>, Vec<ToolId>) {
        let kept = self.kept();
        let pages = filter::Pages::new(kept.len(), &self.filter);
        let shown = &kept[pages.first..pages.last];
        let waiting = shown.iter().filter(|view| view.waits.is_some());
        (
            shown.iter().map(|view| view.tool.version).collect(),
            waiting.map(|view| view.tool.id).collect(),
        )
    }

    /// The import that is in force.
    pub(super) fn ready(&self) -> Option<&RevisionView> {
        ready(&self.source)
    }

    /// How many of its operations are none of the tools that were read.
    pub(super) fn unreadable(&self) -> usize {
        let present: u64 = self.source.classes.iter().map(|one| one.operations).sum();
        usize::try_from(present).map_or(0, |present| present.saturating_sub(self.tools.len()))
    }

    /// The import in force, unless it is the first, which changed nothing.
    pub(super) fn again(&self) -> Option<RevisionId> {
        again(&self.source)
    }

    /// Those of them that have a box for whoever may do this.
    pub(super) fn offered(&self, may: May) -> Vec<&ToolBrief> {
        let mut kept = self.kept();
        kept.retain(|view| may.choose(view));
        kept
    }

    /// The tools that the filter leaves, by class and then by name.
    pub(super) fn kept(&self) -> Vec<&ToolBrief> {
        let again = self.again();
        Filter::in_order(&self.tools, |view| self.filter.keeps(view, again))
    }
}

fn ready(source: &SourceDetail) -> Option<&RevisionView> {
    let mut revisions = source.revisions.iter();
    revisions.find(|one| one.state == RevisionState::Ready)
}

/// The import of an API that is in force, unless it is the first.
pub(crate) fn again(source: &SourceDetail) -> Option<RevisionId> {
    let again = ready(source).filter(|ready| ready.number > 1);
    again.map(|ready| ready.id)
}
