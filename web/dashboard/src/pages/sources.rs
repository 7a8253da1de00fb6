//! Imported APIs.

use askama::Template;
use countersign_access::ActionName;
use countersign_edge::{Routes, WhoMay};
use countersign_tool_registry::{ClassCount, RevisionState, RevisionView, SourceView};

use crate::{
    answer::{Answer, page},
    frame::{Frame, Here, Section},
    inert::Inert,
    pages::review::state_of,
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
    pub(crate) rows: Vec<SourceRow>,
}

/// One API of the list.
pub(crate) struct SourceRow {
    pub(crate) slug: String,
    pub(crate) name: Inert,
    pub(crate) title: Inert,
    pub(crate) operations: u64,
    pub(crate) classes: Vec<(Badge, u64)>,
    pub(crate) state: &'static str,
    pub(crate) import: Option<String>,
    pub(crate) since: When,
}

impl SourceRow {
    pub(crate) fn new(view: &SourceView) -> Self {
        let latest = view.latest.as_ref();
        let failed = |latest: &RevisionView| matches!(latest.state, RevisionState::Failed { .. });
        let state = match latest {
            None => "no import",
            Some(latest) if view.classes.is_empty() && failed(latest) => "nothing imported",
            Some(latest) => state_of(&latest.state),
        };
        Self {
            slug: view.source.slug.to_string(),
            name: Inert::new(&view.source.name),
            title: Inert::new(latest.map_or("", |latest| &latest.title)),
            operations: view.classes.iter().map(|count| count.operations).sum(),
            classes: counts(&view.classes),
            state,
            import: latest
                .filter(|latest| latest.state != RevisionState::Ready)
                .map(|latest| latest.id.to_string()),
            since: When::new(view.source.created_at),
        }
    }
}

fn counts(classes: &[ClassCount]) -> Vec<(Badge, u64)> {
    let counts = classes.iter();
    counts
        .map(|count| (Badge::class(count.class), count.operations))
        .collect()
}

async fn list(here: Here) -> Answer {
    let sources = here.services().registry.sources(here.scope()).await?;
    page(&SourcesPage {
        frame: here.frame("APIs and tools", Section::Sources),
        base: here.path(""),
        may_import: here.may(ActionName::ImportSource),
        rows: sources.iter().map(SourceRow::new).collect(),
    })
}
