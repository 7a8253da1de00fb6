//! What a member is told on the first page until they have looked, or until it is put right.

use countersign_access::ActionName;
use countersign_domain::id::RevisionId;
use countersign_edge::{Form, Problem, Routes, WhoMay};
use countersign_secret_injection::Suspension;
use countersign_spec_import::{ImportNotice, Notices, Schedule};
use countersign_tool_registry::Source;
use serde::Deserialize;

use crate::{
    answer::{Answer, done},
    field::sentence,
    frame::Here,
    inert::Inert,
    notice::Done,
    pages::suspension::SuspendedLine,
    parts::{Badge, When},
};

pub(crate) fn routes() -> Routes {
    Routes::new().post(
        "/t/{tenant}/notices/looked",
        WhoMay::Member(ActionName::ReadTenant),
        looked,
    )
}

/// Everything that a member is told.
pub(crate) struct NoticesCard {
    pub(crate) imports: Vec<ImportLine>,
    pub(crate) more: bool,
    /// The latest import of them.
    pub(crate) until: Option<String>,
    pub(crate) schedules: Vec<ScheduleLine>,
    pub(crate) suspended: Vec<SuspendedLine>,
}

/// An import that changed something.
pub(crate) struct ImportLine {
    pub(crate) revision: String,
    pub(crate) name: Inert,
    pub(crate) by: Inert,
    pub(crate) at: When,
    pub(crate) scheduled: bool,
    pub(crate) counts: String,
    pub(crate) badges: Vec<(Badge, u64)>,
}

/// A schedule that does not do its work.
pub(crate) struct ScheduleLine {
    pub(crate) slug: String,
    pub(crate) name: Inert,
    pub(crate) why: Inert,
    pub(crate) failures: u32,
    pub(crate) stopped: bool,
}

impl ImportLine {
    fn new(notice: &ImportNotice) -> Self {
        let counts = [
            (notice.review, "back to review"),
            (notice.removed, "gone"),
            (notice.added, "new"),
            (notice.informed, "changed with nothing to do"),
        ];
        let said = counts.iter().filter(|(count, _)| *count > 0);
        let said: Vec<_> = said
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let badges = [
            (Badge::new("delete", "breaking"), notice.breaking),
            (Badge::new("high", "security"), notice.security),
        ];
        Self {
            revision: notice.revision.to_string(),
            name: Inert::new(&notice.source_name),
            by: Inert::new(&notice.by),
            at: When::new(notice.at),
            scheduled: notice.scheduled,
            counts: if said.is_empty() {
                "the document itself".to_owned()
            } else {
                said.join(", ")
            },
            badges: badges.into_iter().filter(|(_, count)| *count > 0).collect(),
        }
    }
}

impl ScheduleLine {
    fn new((source, schedule): &(Source, Schedule)) -> Self {
        let failure = schedule.failure.as_ref();
        let failed = || failure.map_or_else(String::new, |one| sentence(&one.text));
        let why = schedule.stopped.map(|why| why.text().to_owned());
        Self {
            slug: source.slug.to_string(),
            name: Inert::new(&source.name),
            why: Inert::new(why.unwrap_or_else(failed)),
            failures: schedule.failures,
            stopped: schedule.stopped.is_some(),
        }
    }
}

impl NoticesCard {
    /// Draws it, unless there is nothing to tell.
    pub(crate) fn new(notices: &Notices, suspended: &[Suspension]) -> Option<Self> {
        let Notices {
            imports,
            more,
            schedules,
        } = notices;
        if imports.is_empty() && schedules.is_empty() && suspended.is_empty() {
            return None;
        }
        Some(Self {
            until: imports.first().map(|one| one.revision.to_string()),
            imports: imports.iter().map(ImportLine::new).collect(),
            more: *more,
            schedules: schedules.iter().map(ScheduleLine::new).collect(),
            suspended: SuspendedLine::all(suspended),
        })
    }

    pub(crate) async fn of(here: &Here) -> Result<Option<Self>, Problem> {
        let services = here.services();
        let notices = services.imports.notices(here.scope()).await?;
        let suspended = services.connections.suspended(here.scope()).await?;
        Ok(Self::new(&notices, &suspended))
    }
}

#[derive(Deserialize)]
struct LookedForm {
    until: String,
}

async fn looked(here: Here, Form(form): Form<LookedForm>) -> Answer {
    let until: RevisionId = form.until.parse().map_err(|_| Problem::not_found())?;
    let imports = &here.services().imports;
    imports.looked_at_imports(here.scope(), until).await?;
    done(&here.path(""), Done::ImportsLooked)
}
