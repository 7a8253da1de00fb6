//! The same decision about many tools, in one form.

use std::{collections::BTreeSet, mem::take};

use actix_web::http::StatusCode;
use countersign_access::ActionName;
use countersign_domain::{
    decision::Handling,
    id::{EnablementId, ToolId},
    name::{Slug, Statement},
    risk::RiskClass,
    tool::Choice,
};
use countersign_edge::{Form, Problem, Routes, WhoMay};
use countersign_tool_registry::{DecideTools, DecidedTools, LookedAt, ToolBrief, UndoDecision};
use serde::Deserialize;

use super::{
    Filter, May, Reviewed, SourcePage,
    outcome::{Deed, Outcome, Stale, Told},
    rows,
};
use crate::{
    answer::{Answer, done, go, page, page_with},
    field::Field,
    frame::Here,
    notice::Done,
};

/// As many boxes as a document may have operations.
const FORM_BYTES: usize = 1024 * 1024;

pub(super) fn routes() -> Routes {
    Routes::new()
        .post(
            "/t/{tenant}/sources/{source}/turn-on-reads",
            WhoMay::Member(ActionName::EnableTool),
            turn_on_reads,
        )
        // Which right is needed depends on what is decided and on each tool; the registry asks.
        .post(
            "/t/{tenant}/sources/{source}/decide",
            WhoMay::Member(ActionName::ReadTenant),
            decide,
        )
        .post(
            "/t/{tenant}/sources/{source}/undo",
            WhoMay::Member(ActionName::DisableTool),
            undo,
        )
        // The address of the review itself, so that what is drawn here leads where that leads.
        .post(
            "/t/{tenant}/sources/{source}",
            WhoMay::Member(ActionName::ReadTenant),
            narrow,
        )
}

/// What is filled in below the rows.
pub(crate) struct Bulk {
    tools: BTreeSet<ToolId>,
    groups: Vec<RiskClass>,
    pub(crate) choice: String,
    pub(crate) reason: Field,
    pub(crate) error: Option<String>,
}

impl Default for Bulk {
    fn default() -> Self {
        Self {
            tools: BTreeSet::new(),
            groups: Vec::new(),
            choice: String::new(),
            reason: Field::text("reason", "Reason")
                .id("decide-reason")
                .hint("Kept in the audit log with each of them: 3 to 500 characters."),
            error: None,
        }
    }
}

impl Bulk {
    pub(super) fn has_tool(&self, tool: ToolId) -> bool {
        self.tools.contains(&tool)
    }

    pub(super) fn has_group(&self, class: RiskClass) -> bool {
        self.groups.contains(&class)
    }

    /// Leaves chosen what was refused: a whole group if nothing of it was decided, or else each by
    /// itself.
    fn keep_refused(&mut self, outcome: &DecidedTools, offered: &[&ToolBrief]) {
        self.tools = outcome.refused.iter().map(|one| one.tool).collect();
        let tools = &self.tools;
        self.groups.retain(|class| {
            let all = rows::of_class(offered, *class);
            all.iter().all(|view| tools.contains(&view.tool.id))
        });
    }

    /// Whether this was chosen.
    pub(crate) fn chose(&self, choice: &str) -> bool {
        self.choice == choice
    }
}

#[derive(Deserialize)]
struct DecideForm {
    environment: String,
    choice: String,
    /// What a button beside a refusal decides, whatever stands in the list.
    instead: Option<String>,
    reason: String,
    #[serde(default)]
    tool: Vec<String>,
    #[serde(default)]
    group: Vec<String>,
    /// What is to be shown, which is read where it is asked for.
    #[serde(default)]
    text: String,
    #[serde(default)]
    class: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    risk: String,
    #[serde(default)]
    sensitivity: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    changed: String,
    place: Option<String>,
}

impl DecideForm {
    fn filter(&mut self) -> Filter {
        Filter {
            text: take(&mut self.text),
            class: take(&mut self.class),
            state: take(&mut self.state),
            risk: take(&mut self.risk),
            sensitivity: take(&mut self.sensitivity),
            note: take(&mut self.note),
            changed: take(&mut self.changed),
            environment: Some(
                self.place
                    .take()
                    .unwrap_or_else(|| self.environment.clone()),
            ),
            page: String::new(),
        }
    }
}

/// What a form chooses, made out against what is there now.
struct Chosen {
    tools: Vec<LookedAt>,
    stale: Vec<Stale>,
}

impl Chosen {
    /// Boxes of tools say which definition and which decision were shown, boxes of groups which
    /// tools and which decisions about them. Turning off needs no look at the decisions.
    fn of((form, choice): (&DecideForm, Choice), offered: &[&ToolBrief]) -> Result<Self, Problem> {
        let tools = form.tool.iter().map(|text| rows::looked_at(text));
        let mut tools: Vec<LookedAt> = tools.collect::<Option<_>>().ok_or_else(unreadable)?;
        let mut stale = Vec::new();
        for text in &form.group {
            let (class, seen) = text.split_once('@').ok_or_else(unreadable)?;
            let (seen, decisions) = seen.split_once('@').unwrap_or((seen, ""));
            let class = RiskClass::parse(class).ok_or_else(unreadable)?;
            let all = rows::of_class(offered, class);
            if rows::seen(&all).to_string() != seen {
                stale.push(Stale::defined(class));
            } else if choice != Choice::Off && rows::decisions(&all).to_string() != decisions {
                stale.push(Stale::decided(class, &all));
            } else {
                tools.extend(rows::all_of(&all));
            }
        }
        Ok(Self { tools, stale })
    }

    fn is_empty(&self) -> bool {
        self.tools.is_empty() && self.stale.is_empty()
    }

    fn is_stale(&self, class: RiskClass) -> bool {
        self.stale.iter().any(|one| one.class == class)
    }
}

fn unreadable() -> Problem {
    Problem::invalid(
        "invalid_form",
        "the form names a tool in a way that cannot be read",
    )
}

fn choice(text: &str) -> Result<Choice, Problem> {
    match text {
        "off" => Ok(Choice::Off),
        handling => Handling::parse(handling)
            .map(Choice::On)
            .ok_or_else(|| Problem::invalid("invalid_form", "the choice is run, hold or off")),
    }
}

async fn decide(here: Here, Form(mut form): Form<DecideForm, FORM_BYTES>) -> Answer {
    if let Some(instead) = form.instead.take() {
        form.choice = instead;
    }
    let filter = Filter {
        environment: Some(form.environment.clone()),
        ..here.query()
    };
    let reviewed = Reviewed::load(&here, filter.clone()).await?;
    let choice = choice(&form.choice)?;
    let chosen = Chosen::of((&form, choice), &reviewed.offered(May::of(&here)))?;
    let mut bulk = bulk(&form, &chosen);
    let reason = bulk.reason.parse::<Statement>();
    if chosen.is_empty() {
        bulk.error = Some("Choose at least one tool, or a whole group.".to_owned());
    }
    let Some(reason) = reason.filter(|_| !chosen.is_empty()) else {
        let drawn = SourcePage::of(&here, reviewed, bulk);
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let command = DecideTools {
        source: reviewed.source.source.id,
        environment: reviewed.environment.chosen.id,
        choice,
        tools: chosen.tools,
        reason,
    };
    let registry = &here.services().registry;
    let outcome = registry.decide_tools(here.scope(), command).await?;
    let deed = Deed::Decided(choice);
    told(here, (filter, bulk), (deed, &outcome, &chosen.stale)).await
}

#[derive(Deserialize)]
struct UndoForm {
    environment: String,
    decision: EnablementId,
}

/// Sets back what one decision did to many tools, and goes back to the list as it was filtered.
async fn undo(here: Here, Form(form): Form<UndoForm>) -> Answer {
    let filter = Filter {
        environment: Some(form.environment),
        ..here.query()
    };
    let reviewed = Reviewed::load(&here, filter.clone()).await?;
    let command = UndoDecision {
        source: reviewed.source.source.id,
        environment: reviewed.environment.chosen.id,
        decision: form.decision,
    };
    let registry = &here.services().registry;
    let outcome = registry.undo_decision(here.scope(), command).await?;
    told(
        here,
        (filter, Bulk::default()),
        (Deed::Undone, &outcome, &[]),
    )
    .await
}

/// Shows other tools of the list, with what was typed and ticked for a decision still there: here and
/// not in an address, as the words are nobody else's. What is no longer as it was drawn is not ticked.
async fn narrow(here: Here, Form(mut form): Form<DecideForm, FORM_BYTES>) -> Answer {
    let filter = form.filter();
    if form.reason.is_empty() && form.tool.is_empty() && form.group.is_empty() {
        let slug: Slug = here.part("source")?;
        let query = filter.with(&[]);
        return Ok(go(&here.path(&format!("/sources/{slug}?{query}#h-tools"))));
    }
    let reviewed = Reviewed::load(&here, filter).await?;
    let offered = reviewed.offered(May::of(&here));
    let mut chosen = Chosen::of((&form, Choice::On(Handling::Hold)), &offered)?;
    let is_so = |one: &LookedAt| offered.iter().any(|view| view.looked_at() == *one);
    chosen.tools.retain(is_so);
    let mut bulk = bulk(&form, &chosen);
    bulk.groups.retain(|class| !chosen.is_stale(*class));
    page(&SourcePage::of(&here, reviewed, bulk))
}

fn bulk(form: &DecideForm, chosen: &Chosen) -> Bulk {
    let empty = Bulk::default();
    let classes = form.group.iter().filter_map(|text| text.split_once('@'));
    Bulk {
        tools: chosen.tools.iter().map(|one| one.tool).collect(),
        groups: classes
            .filter_map(|(class, _)| RiskClass::parse(class))
            .collect(),
        choice: form.choice.clone(),
        reason: empty.reason.value(form.reason.clone()),
        error: None,
    }
}

/// Goes back to the list; or, where something was refused, says what, with it still chosen.
async fn told(
    here: Here,
    (filter, mut bulk): (Filter, Bulk),
    (deed, outcome, stale): (Deed, &DecidedTools, &[Stale]),
) -> Answer {
    if outcome.refused.is_empty() && stale.is_empty() {
        let slug: Slug = here.part("source")?;
        let told = Told::new(deed, outcome).fields();
        let told = told.iter().map(|(name, value)| (*name, value.as_str()));
        let page = ("page", filter.page.as_str());
        let query = filter.with(&told.chain([page]).collect::<Vec<_>>());
        return Ok(go(&here.path(&format!("/sources/{slug}?{query}"))));
    }
    let reviewed = Reviewed::load(&here, filter).await?;
    bulk.keep_refused(outcome, &reviewed.offered(May::of(&here)));
    let undo = reviewed.undo(&here, &Told::new(deed, outcome)).await?;
    let mut drawn = SourcePage::of(&here, reviewed, bulk);
    drawn.undo = undo;
    drawn.outcome = Some(Outcome {
        lost: outcome.refused.len().saturating_sub(drawn.chosen()),
        ..Outcome::new(deed, outcome, stale)
    });
    let status = if outcome.decided.is_empty() {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    };
    page_with(status, &drawn)
}

/// Why all READ tools are turned on.
pub(super) fn reads_reason() -> Field {
    Field::text("reason", "Reason")
        .id("reads-reason")
        .hint("Kept in the audit log: 3 to 500 characters.")
}

#[derive(Deserialize)]
struct ReadsForm {
    environment: String,
    /// Which tools were counted on the button.
    seen: String,
    reason: String,
}

async fn turn_on_reads(here: Here, Form(form): Form<ReadsForm>) -> Answer {
    let filter = Filter {
        environment: Some(form.environment),
        ..Filter::default()
    };
    let reviewed = Reviewed::load(&here, filter.clone()).await?;
    let reads = rows::plain_reads(&reviewed.tools);
    if reads.is_empty() {
        let slug = &reviewed.source.source.slug;
        return done(&here.path(&format!("/sources/{slug}")), Done::NoReads);
    }
    let mut reason = reads_reason().value(form.reason);
    if rows::seen(&reads).to_string() != form.seen {
        reason.wrong("these tools have changed since you looked at them; look again");
        return undecided(&here, reviewed, (StatusCode::CONFLICT, reason));
    }
    let Some(stated) = reason.parse::<Statement>() else {
        return undecided(&here, reviewed, (StatusCode::BAD_REQUEST, reason));
    };
    let command = DecideTools {
        source: reviewed.source.source.id,
        environment: reviewed.environment.chosen.id,
        choice: Choice::On(Handling::Run),
        tools: rows::all_of(&reads),
        reason: stated,
    };
    let deed = Deed::Decided(command.choice);
    let registry = &here.services().registry;
    let outcome = registry.decide_tools(here.scope(), command).await?;
    told(here, (filter, Bulk::default()), (deed, &outcome, &[])).await
}

/// Draws the review again, with what is wrong said at the reason for all READ tools.
fn undecided(here: &Here, reviewed: Reviewed, (status, reason): (StatusCode, Field)) -> Answer {
    let mut drawn = SourcePage::of(here, reviewed, Bulk::default());
    drawn.reason = reason;
    page_with(status, &drawn)
}
