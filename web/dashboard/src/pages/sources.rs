//! Imported APIs.

use askama::Template;
use countersign_access::ActionName;
use countersign_edge::{Routes, WhoMay};
use countersign_tool_registry::{
    ClassCount, ReviewProgress, RevisionState, RevisionView, SourceView,
};
use serde::Deserialize;

use crate::{
    answer::{Answer, page},
    chart::Stack,
    environment::Environments,
    frame::{Frame, Here, Section},
    inert::Inert,
    pages::review::{PARTS, state_of},
    parts::{Badge, When},
};

pub(crate) fn routes() -> Routes {
    Routes::new().get(
        "/t/{tenant}/sources",
        WhoMay::Member(ActionName::ReadTenant),
        list,
    )
}

#[derive(Template)]
#[template(path = "pages/sources.html")]
pub(crate) struct SourcesPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) may_import: bool,
    pub(crate) environment: Environments,
    pub(crate) rows: Vec<SourceRow>,
}

impl SourcesPage {
    pub(crate) fn legend(&self) -> Vec<(&'static str, &'static str)> {
        let is_drawn = |fill: &str| self.rows.iter().any(|row| row.bar.has(fill));
        let parts = PARTS.into_iter();
        parts.filter(|(fill, _)| is_drawn(fill)).collect()
    }
}

/// One API of the list.
pub(crate) struct SourceRow {
    pub(crate) slug: String,
    pub(crate) name: Inert,
    pub(crate) title: Inert,
    pub(crate) operations: u64,
    pub(crate) classes: Vec<(Badge, u64)>,
    /// What was decided about its tools.
    pub(crate) bar: Stack,
    pub(crate) needs_review: u64,
    pub(crate) state: &'static str,
    pub(crate) import: Option<String>,
    /// The last import.
    pub(crate) at: Option<When>,
}

/// The name of an API, with its part of the address where another has the same.
pub(crate) fn told_apart(view: &SourceView, all: &[SourceView]) -> Inert {
    let (name, slug) = (&view.source.name, &view.source.slug);
    let same = all.iter().filter(|other| is_named(other, name));
    if same.count() > 1 {
        Inert::new(format!("{name} ({slug})"))
    } else {
        Inert::new(name)
    }
}

/// Says whether somebody who reads a list would take it for this one.
pub(crate) fn is_named(view: &SourceView, name: &str) -> bool {
    view.source.name.to_lowercase() == name.to_lowercase()
}

impl SourceRow {
    pub(crate) fn new(view: &SourceView, all: &[SourceView], progress: &[ReviewProgress]) -> Self {
        let progress = progress.iter().find(|one| one.source == view.source.id);
        let decided = progress.map_or([0; 6], |one| {
            let counts = [
                one.run,
                one.held,
                one.needs_review,
                one.off,
                one.undecided,
                one.unsupported,
            ];
            counts.map(|count| usize::try_from(count).unwrap_or(usize::MAX))
        });
        let latest = view.latest.as_ref();
        let failed = |latest: &RevisionView| matches!(latest.state, RevisionState::Failed { .. });
        let state = match latest {
            None => "no import",
            Some(latest) if view.classes.is_empty() && failed(latest) => "nothing imported",
            Some(latest) => state_of(&latest.state),
        };
        Self {
            slug: view.source.slug.to_string(),
            name: told_apart(view, all),
            title: Inert::new(latest.map_or("", |latest| &latest.title)),
            operations: view.classes.iter().map(|count| count.operations).sum(),
            classes: counts(&view.classes),
            bar: Stack::new("Tools", &PARTS, &decided, decided.iter().sum()),
            needs_review: progress.map_or(0, |one| one.needs_review),
            state,
            import: latest
                .filter(|latest| latest.state != RevisionState::Ready)
                .map(|latest| latest.id.to_string()),
            at: latest.map(|latest| When::new(latest.finished_at.unwrap_or(latest.created_at))),
        }
    }
}

/// The operations of an API by class.
pub(crate) fn counts(classes: &[ClassCount]) -> Vec<(Badge, u64)> {
    let counts = classes.iter();
    counts
        .map(|count| (Badge::class(count.class), count.operations))
        .collect()
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EnvironmentQuery {
    environment: Option<String>,
}

async fn list(here: Here) -> Answer {
    let query: EnvironmentQuery = here.query();
    let registry = &here.services().registry;
    let environment = Environments::choose(&here, query.environment.as_deref()).await?;
    let place = environment.chosen.id;
    let progress = registry.review_progress(here.scope(), place).await?;
    let sources = registry.sources(here.scope()).await?;
    let rows = sources.iter();
    let rows = rows.map(|one| SourceRow::new(one, &sources, &progress));
    page(&SourcesPage {
        frame: here.frame("APIs and tools", Section::Sources),
        base: here.path(""),
        may_import: here.may(ActionName::ImportSource),
        environment,
        rows: rows.collect(),
    })
}
