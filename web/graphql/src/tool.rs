//! Tools, and pages of them.

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Json, Result, SimpleObject};
use countersign_access::TenantScope;
use countersign_domain::{decision, drift::ReviewReason, overrides::Said, risk, tool as domain};
use countersign_tool_registry::{ToolBrief, ToolView};
use serde_json::Value;

use crate::{
    api::SHARED,
    fault::{id, invalid, known},
    import::Diagnostic,
    input_schema::InputSchema,
    override_tool::{ToolOverride, ToolSaid},
    scalar::Moment,
    tenant::RiskClass,
};

/// Most tools in one page.
const PAGE: u32 = 200;

/// What a tool is in an environment.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
pub(crate) enum ToolState {
    /// Agents do not see it.
    Off,
    /// On, and calls run at once.
    Run,
    /// On, and each call waits for a countersignature.
    Hold,
    /// Was on, but its definition has changed since; agents do not see it.
    NeedsReview,
    /// Cannot be called faithfully.
    Unsupported,
}

/// What happens to the calls of a tool that is on.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "decision::Handling")]
pub(crate) enum Handling {
    /// Calls run at once.
    Run,
    /// Each call waits for a countersignature.
    Hold,
}

/// How much a call can change.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "risk::Level")]
enum Level {
    /// Nothing.
    Low,
    /// Something that can be put back.
    Medium,
    /// Something that needs a human first.
    High,
}

/// How sure the classification is.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "risk::Confidence")]
enum Confidence {
    /// The evidence is missing or disagrees.
    Low,
    /// Most of the evidence agrees.
    Medium,
    /// Several kinds of evidence agree.
    High,
}

/// A kind of data whose loss hurts somebody.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "risk::Sensitivity")]
enum Sensitivity {
    /// Who somebody is.
    Personal,
    /// What somebody has or owes.
    Financial,
    /// How somebody is.
    Health,
    /// What opens a door.
    Credentials,
}

/// What an agent sees of an operation, as it is in an environment. Titles and descriptions are the
/// imported document's words, or a person's where `overrides` says so.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Tool {
    /// Names it; stable over imports.
    id: ID,
    /// The API.
    source: ID,
    /// What agents call it.
    name: String,
    /// Its present definition: what turning it on says yes to.
    version: ID,
    /// The HTTP method.
    method: String,
    /// The path in the document.
    path: String,
    /// One line about it.
    title: String,
    /// What agents are told about it.
    description: String,
    /// The document says not to use it any more.
    deprecated: bool,
    /// What a call can do, and why we think so.
    risk: Classification,
    /// What it is in this environment.
    state: ToolState,
    /// The latest decision about it.
    decided: Option<ToolDecision>,
    /// What people say about it instead of its document, of each part the latest: it holds, or an
    /// import ended it.
    overrides: Vec<ToolOverride>,
    /// Why somebody has to look again where it needs review, the weightiest reason: `security`,
    /// `scopes`, `server`, `risk`, `path`, `support`, `required_input`, `high_risk_input` or `text`.
    waits: Option<&'static str>,
    /// What it was when somebody decided about it, where that was more than it is now.
    lowered_from: Option<ToolSaid>,
    /// Why it cannot be called.
    unsupported: Option<String>,
    /// What was lost, guessed or repaired when it was imported.
    diagnostics: Vec<Diagnostic>,
    #[graphql(skip)]
    input: InputSchema,
}

#[ComplexObject]
impl Tool {
    /// JSON Schema of its arguments.
    #[graphql(complexity = "SHARED")]
    async fn input_schema(&self, ctx: &Context<'_>) -> Result<Json<&Value>> {
        self.input.read(ctx).await.map(Json)
    }
}

/// The classification of an operation.
#[derive(SimpleObject)]
struct Classification {
    /// The kind of effect.
    class: RiskClass,
    /// How much a call can change.
    level: Level,
    /// A call changes nothing anyone would notice.
    read_only: bool,
    /// A call takes away something that an ordinary call cannot give back.
    destructive: bool,
    /// Each call needs a countersignature.
    high_risk: bool,
    /// How sure we are.
    confidence: Confidence,
    /// Kinds of sensitive data touched.
    sensitivity: Vec<Sensitivity>,
    /// Why.
    reasons: Vec<Reason>,
}

/// One reason for a classification.
#[derive(SimpleObject)]
struct Reason {
    /// A stable code.
    code: String,
    /// One sentence for people.
    text: String,
    /// The document's words that are the evidence.
    evidence: String,
}

/// A recorded decision about a tool.
#[derive(SimpleObject)]
pub(crate) struct ToolDecision {
    /// Names it; approvals are bound to it.
    id: ID,
    /// The definition that was looked at.
    version: ID,
    /// Agents were to see the tool.
    on: bool,
    /// What its calls were to do, if it was turned on.
    handling: Option<Handling>,
    /// Why, in the member's words.
    reason: String,
    /// Who.
    by: String,
    /// When.
    at: Moment,
}

/// Which tools to list. What is absent does not narrow.
#[derive(Default, InputObject)]
pub(crate) struct ToolFilter {
    /// Of this class.
    class: Option<RiskClass>,
    /// In this state.
    state: Option<ToolState>,
    /// With this in their name, title or path, in any case.
    text: Option<String>,
}

/// A page of tools.
#[derive(SimpleObject)]
pub(crate) struct ToolPage {
    /// The tools.
    nodes: Vec<Tool>,
    /// How many the filter leaves in all.
    total: usize,
    /// Ask with this `after` for the next page, if there is one.
    next: Option<ID>,
}

impl ToolPage {
    /// Narrows and cuts a list. A cursor that is in no list any more begins nowhere.
    pub(crate) fn cut(
        scope: &TenantScope,
        tools: Vec<ToolBrief>,
        filter: &ToolFilter,
        (first, after): (u32, Option<&ID>),
    ) -> Result<Self> {
        if !(1..=PAGE).contains(&first) {
            return Err(invalid("first", "ask for 1 to 200 tools"));
        }
        let fitting: Vec<ToolBrief> = tools.into_iter().filter(|t| filter.fits(t)).collect();
        let total = fitting.len();
        let begin = match after {
            None => 0,
            Some(after) => {
                let after = known(after)?;
                let place = fitting.iter().position(|view| view.tool.id == after);
                place.map_or(total, |place| place + 1)
            }
        };
        let page = fitting.into_iter().skip(begin).take(first as usize);
        let nodes = Tool::all(scope, page.collect());
        let more = begin + nodes.len() < total;
        let next = nodes.last().map(|tool| tool.id.clone()).filter(|_| more);
        Ok(Self { nodes, total, next })
    }
}

impl ToolFilter {
    fn fits(&self, view: &ToolBrief) -> bool {
        let operation = &view.tool.operation;
        let named = |text: &String| {
            let text = text.to_lowercase();
            [&view.tool.name, &operation.title, &operation.path]
                .iter()
                .any(|part| part.to_lowercase().contains(&text))
        };
        self.class
            .is_none_or(|class| class == operation.risk.class.into())
            && self.state.is_none_or(|state| state == view.state.into())
            && self.text.as_ref().is_none_or(named)
    }
}

impl From<ToolView> for Tool {
    fn from(mut view: ToolView) -> Self {
        let schema = view.tool.operation.input_schema.take();
        Self::new(view.into(), InputSchema::Known(schema))
    }
}

impl Tool {
    /// Shapes a list, the schemas of whose arguments are read only if somebody asks for them.
    pub(crate) fn all(scope: &TenantScope, tools: Vec<ToolBrief>) -> Vec<Self> {
        let versions = tools.iter().map(|view| view.tool.version).collect();
        let inputs = InputSchema::of_list(scope, versions);
        let tools = tools.into_iter().zip(inputs);
        tools.map(|(view, input)| Self::new(view, input)).collect()
    }

    fn new(view: ToolBrief, input: InputSchema) -> Self {
        let ToolBrief {
            tool,
            state,
            decided,
            overrides,
            waits,
            changed: _,
            lowered_from,
        } = view;
        let operation = tool.operation;
        Self {
            id: id(tool.id),
            source: id(tool.source),
            name: tool.name,
            version: id(tool.version),
            method: operation.method.to_string(),
            path: operation.path,
            title: operation.title,
            description: operation.description,
            deprecated: operation.deprecated,
            risk: operation.risk.into(),
            state: state.into(),
            decided: decided.map(ToolDecision::from),
            overrides: overrides.into_iter().map(ToolOverride::from).collect(),
            waits: waits.map(ReviewReason::as_str),
            lowered_from: lowered_from.map(|was| Said::Risk(was).into()),
            unsupported: operation.unsupported,
            diagnostics: operation
                .diagnostics
                .into_iter()
                .map(Diagnostic::from)
                .collect(),
            input,
        }
    }
}

impl From<risk::Risk> for Classification {
    fn from(risk: risk::Risk) -> Self {
        Self {
            level: risk.level().into(),
            class: risk.class.into(),
            read_only: risk.read_only,
            destructive: risk.destructive,
            high_risk: risk.high_risk,
            confidence: risk.confidence.into(),
            sensitivity: risk.sensitivity.into_iter().map(Into::into).collect(),
            reasons: risk
                .reasons
                .into_iter()
                .map(|reason| Reason {
                    code: reason.code,
                    text: reason.text,
                    evidence: reason.evidence,
                })
                .collect(),
        }
    }
}

impl From<domain::ToolState> for ToolState {
    fn from(state: domain::ToolState) -> Self {
        match state {
            domain::ToolState::Off => Self::Off,
            domain::ToolState::On(decision::Handling::Run) => Self::Run,
            domain::ToolState::On(decision::Handling::Hold) => Self::Hold,
            domain::ToolState::NeedsReview => Self::NeedsReview,
            domain::ToolState::Unsupported => Self::Unsupported,
        }
    }
}

impl From<domain::Enablement> for ToolDecision {
    fn from(decided: domain::Enablement) -> Self {
        let handling = match decided.choice {
            domain::Choice::Off => None,
            domain::Choice::On(handling) => Some(handling.into()),
        };
        Self {
            id: id(decided.id),
            version: id(decided.version),
            on: handling.is_some(),
            handling,
            reason: decided.reason,
            by: decided.by_label,
            at: decided.at.into(),
        }
    }
}
