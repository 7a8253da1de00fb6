//! Imported APIs: the list, and the review of one.

use actix_web::http::StatusCode;
use askama::Template;
use countersign_access::ActionName;
use countersign_domain::{
    name::{Slug, Statement},
    operation::{Diagnostic, Severity},
    risk::RiskClass,
    tool::ToolState,
};
use countersign_edge::{Form, Routes, WhoMay};
use countersign_tool_registry::{
    ClassCount, RevisionState, RevisionView, SourceDetail, SourceView, ToolView, TurnOnReads,
};
use serde::Deserialize;

use crate::{
    answer::{Answer, done, page, page_with},
    environment::Environments,
    field::Field,
    frame::{Frame, Here, Section},
    inert::Inert,
    notice::Done,
    pages::schedule::ScheduleCard,
    parts::{Badge, When},
};

pub(crate) fn routes() -> Routes {
    let read = WhoMay::Member(ActionName::ReadTenant);
    Routes::new()
        .get("/t/{tenant}/sources", read, list)
        .get("/t/{tenant}/sources/{source}", read, review)
        .post(
            "/t/{tenant}/sources/{source}/turn-on-reads",
            WhoMay::Member(ActionName::EnableTool),
            turn_on_reads,
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
        let state = latest.map_or("no import", |latest| state_of(&latest.state));
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

/// What to show of an API's tools.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    pub(crate) text: String,
    pub(crate) class: String,
    pub(crate) state: String,
    pub(crate) environment: Option<String>,
}

impl Filter {
    fn keeps(&self, view: &ToolView) -> bool {
        let operation = &view.tool.operation;
        let text = self.text.trim().to_lowercase();
        let has = |part: &str| part.to_lowercase().contains(&text);
        let found = text.is_empty()
            || has(&operation.path)
            || has(&view.tool.name)
            || has(&operation.title)
            || has(operation.method.as_str());
        let class = self.class.is_empty() || self.class == operation.risk.class.as_str();
        let state = match self.state.as_str() {
            "on" => matches!(view.state, ToolState::On(_)),
            "off" => view.state == ToolState::Off,
            "review" => view.state == ToolState::NeedsReview,
            "unsupported" => view.state == ToolState::Unsupported,
            "high" => operation.risk.high_risk,
            _ => true,
        };
        found && class && state
    }
}

#[derive(Template)]
#[template(path = "pages/source.html")]
pub(crate) struct SourcePage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) slug: String,
    pub(crate) name: Inert,
    pub(crate) document: Inert,
    pub(crate) environment: Environments,
    pub(crate) filter: Filter,
    pub(crate) classes: Vec<(&'static str, Badge, u64)>,
    pub(crate) states: [(&'static str, &'static str); 6],
    pub(crate) total: usize,
    pub(crate) on: usize,
    pub(crate) unsupported: usize,
    pub(crate) reads_off: usize,
    pub(crate) groups: Vec<ToolGroup>,
    pub(crate) diagnostics: Vec<Note>,
    pub(crate) running: Option<String>,
    pub(crate) failed: Option<(String, Inert)>,
    pub(crate) may_enable: bool,
    pub(crate) may_connect: bool,
    pub(crate) may_import: bool,
    pub(crate) revisions: Vec<RevisionRow>,
    pub(crate) schedule: Option<ScheduleCard>,
    pub(crate) reason: Field,
}

/// One import of the API.
pub(crate) struct RevisionRow {
    pub(crate) id: String,
    pub(crate) number: u32,
    pub(crate) version: Inert,
    pub(crate) format: Inert,
    pub(crate) operations: u32,
    pub(crate) state: &'static str,
    pub(crate) when: When,
    pub(crate) scheduled: bool,
}

impl RevisionRow {
    fn new(view: &RevisionView) -> Self {
        Self {
            id: view.id.to_string(),
            number: view.number,
            version: Inert::new(&view.version),
            format: Inert::new(&view.format),
            operations: view.operations,
            state: state_of(&view.state),
            when: When::new(view.created_at),
            scheduled: view.scheduled,
        }
    }
}

const fn state_of(state: &RevisionState) -> &'static str {
    match state {
        RevisionState::Waiting => "waiting",
        RevisionState::Importing => "importing",
        RevisionState::Ready => "imported",
        RevisionState::Failed { .. } => "import failed",
    }
}

/// The tools of one class.
pub(crate) struct ToolGroup {
    pub(crate) class: &'static str,
    pub(crate) badge: Badge,
    pub(crate) says: &'static str,
    pub(crate) rows: Vec<ToolRow>,
}

/// One tool of the review.
pub(crate) struct ToolRow {
    pub(crate) id: String,
    pub(crate) method: &'static str,
    pub(crate) path: Inert,
    pub(crate) name: String,
    pub(crate) title: Inert,
    pub(crate) level: Badge,
    pub(crate) confidence: &'static str,
    pub(crate) state: Badge,
    pub(crate) reasons: Vec<(Inert, Inert)>,
    pub(crate) notes: Vec<Note>,
    pub(crate) unsupported: Option<Inert>,
    pub(crate) deprecated: bool,
}

/// Something lost, guessed or repaired.
pub(crate) struct Note {
    pub(crate) severity: &'static str,
    pub(crate) text: Inert,
    pub(crate) pointer: Inert,
}

impl Note {
    pub(crate) fn new(diagnostic: &Diagnostic) -> Self {
        Self {
            severity: match diagnostic.severity {
                Severity::Info => "Note",
                Severity::Warning => "Warning",
                Severity::Error => "Error",
            },
            text: Inert::new(&diagnostic.text),
            pointer: Inert::new(&diagnostic.pointer),
        }
    }
}

impl ToolRow {
    pub(crate) fn new(view: &ToolView) -> Self {
        let operation = &view.tool.operation;
        let reasons = operation.risk.reasons.iter();
        Self {
            id: view.tool.id.to_string(),
            method: operation.method.as_str(),
            path: Inert::new(&operation.path),
            name: view.tool.name.clone(),
            title: Inert::new(&operation.title),
            level: Badge::level(operation.risk.level()),
            confidence: operation.risk.confidence.as_str(),
            state: Badge::state(view.state),
            reasons: reasons
                .map(|reason| (Inert::new(&reason.text), Inert::new(&reason.evidence)))
                .collect(),
            notes: operation.diagnostics.iter().map(Note::new).collect(),
            unsupported: operation.unsupported.as_ref().map(Inert::new),
            deprecated: operation.deprecated,
        }
    }
}

/// Says what a class means, for people.
pub(crate) const fn class_says(class: RiskClass) -> &'static str {
    match class {
        RiskClass::Read => "changes nothing that anyone would notice",
        RiskClass::Write => "changes ordinary business data",
        RiskClass::Delete => "removes stored data",
        RiskClass::Billing => "moves money, or changes what somebody pays",
        RiskClass::Auth => "issues, reveals or revokes credentials",
        RiskClass::Admin => "changes who may do what, or how things are governed",
    }
}

fn groups(tools: &[ToolView], filter: &Filter) -> Vec<ToolGroup> {
    let kept: Vec<_> = tools.iter().filter(|view| filter.keeps(view)).collect();
    let group = |class: RiskClass| {
        let of_class = kept
            .iter()
            .filter(|view| view.tool.operation.risk.class == class);
        ToolGroup {
            class: class.as_str(),
            badge: Badge::class(class),
            says: class_says(class),
            rows: of_class.map(|view| ToolRow::new(view)).collect(),
        }
    };
    let groups = RiskClass::ALL.into_iter().map(group);
    groups.filter(|group| !group.rows.is_empty()).collect()
}

/// What is known when a review is drawn.
pub(crate) struct Reviewed {
    pub(crate) source: SourceDetail,
    pub(crate) tools: Vec<ToolView>,
    pub(crate) environment: Environments,
    pub(crate) filter: Filter,
    pub(crate) schedule: Option<ScheduleCard>,
}

impl SourcePage {
    pub(crate) fn new(frame: Frame, base: String, reviewed: Reviewed) -> Self {
        let Reviewed {
            source,
            tools,
            environment,
            filter,
            schedule,
        } = reviewed;
        let is_ready = |state: &RevisionState| *state == RevisionState::Ready;
        let ready = source.revisions.iter().find(|one| is_ready(&one.state));
        let latest = source.revisions.first();
        let latest = latest.filter(|latest| !is_ready(&latest.state));
        let (running, failed) = latest.map_or((None, None), |latest| match &latest.state {
            RevisionState::Failed { text, .. } => {
                (None, Some((latest.id.to_string(), Inert::new(text))))
            }
            RevisionState::Waiting | RevisionState::Importing | RevisionState::Ready => {
                (Some(latest.id.to_string()), None)
            }
        });
        let count = |keep: fn(&ToolView) -> bool| tools.iter().filter(|view| keep(view)).count();
        Self {
            frame,
            base,
            slug: source.source.slug.to_string(),
            name: Inert::new(&source.source.name),
            document: Inert::new(ready.map_or_else(String::new, |ready| {
                format!("{} {} ({})", ready.title, ready.version, ready.format)
            })),
            classes: source
                .classes
                .iter()
                .map(|one| (one.class.as_str(), Badge::class(one.class), one.operations))
                .collect(),
            states: [
                ("", "any state"),
                ("on", "on"),
                ("off", "off"),
                ("high", "high risk"),
                ("review", "needs review"),
                ("unsupported", "unsupported"),
            ],
            total: tools.len(),
            on: count(|view| matches!(view.state, ToolState::On(_))),
            unsupported: count(|view| view.state == ToolState::Unsupported),
            reads_off: count(|view| {
                view.state == ToolState::Off
                    && view.tool.operation.risk.class == RiskClass::Read
                    && !view.tool.operation.risk.high_risk
                    && !view.tool.operation.must_be_read()
            }),
            groups: groups(&tools, &filter),
            diagnostics: ready
                .map(|ready| ready.diagnostics.iter().map(Note::new).collect())
                .unwrap_or_default(),
            running,
            failed,
            may_enable: false,
            may_connect: false,
            may_import: false,
            revisions: source.revisions.iter().map(RevisionRow::new).collect(),
            reason: Field::reason().value("Reading only"),
            environment,
            filter,
            schedule,
        }
    }

    async fn load(here: &Here, filter: Filter) -> Result<Reviewed, countersign_edge::Problem> {
        let slug: Slug = here.part("source")?;
        let registry = &here.services().registry;
        let source = registry.source(here.scope(), &slug).await?;
        let environment = Environments::choose(here, filter.environment.as_deref()).await?;
        let tools = registry
            .tools(here.scope(), source.source.id, environment.chosen.id)
            .await?;
        let schedule = ScheduleCard::of(here, source.source.id).await?;
        Ok(Reviewed {
            source,
            tools,
            environment,
            filter,
            schedule,
        })
    }

    fn of(here: &Here, reviewed: Reviewed) -> Self {
        let title = reviewed.source.source.name.clone();
        let mut drawn = Self::new(
            here.frame(Inert::new(title).as_str(), Section::Sources),
            here.path(""),
            reviewed,
        );
        drawn.may_enable = here.may(ActionName::EnableTool);
        drawn.may_connect = here.may(ActionName::ManageConnection);
        drawn.may_import = here.may(ActionName::ImportSource);
        drawn
    }

    pub(crate) fn shown(&self) -> usize {
        self.groups.iter().map(|group| group.rows.len()).sum()
    }
}

async fn review(here: Here) -> Answer {
    let reviewed = SourcePage::load(&here, here.query()).await?;
    page(&SourcePage::of(&here, reviewed))
}

#[derive(Deserialize)]
struct ReadsForm {
    environment: String,
    reason: String,
}

async fn turn_on_reads(here: Here, Form(form): Form<ReadsForm>) -> Answer {
    let registry = &here.services().registry;
    let slug: Slug = here.part("source")?;
    let environment = Environments::choose(&here, Some(&form.environment)).await?;
    let mut field = Field::reason().value(form.reason);
    let Some(reason) = field.parse::<Statement>() else {
        let filter = Filter {
            environment: Some(form.environment),
            ..Filter::default()
        };
        let mut drawn = SourcePage::of(&here, SourcePage::load(&here, filter).await?);
        drawn.reason = field;
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let command = TurnOnReads {
        source: registry.source(here.scope(), &slug).await?.source.id,
        environment: environment.chosen.id,
        reason,
    };
    let count = registry.turn_on_reads(here.scope(), command).await?;
    let what = if count == 0 {
        Done::NoReads
    } else {
        Done::ReadsOn
    };
    done(&here.path(&format!("/sources/{slug}")), what)
}
