//! A tool's definition, for people.

use countersign_domain::{
    drift::Words,
    operation::{ImportedOperation, Judged as _, SchemeUse, Security},
    overrides::{OverrideKind, SaidRisk},
    risk::{Risk, Sensitivity},
    tool::ToolState,
};
use countersign_tool_registry::{ToolView, Weight};

use crate::{
    inert::Inert,
    pages::review::{Note, class_says, to_read},
    parts::{Badge, size},
};

/// A tool's definition, for people.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one sentence of the page, there or not"
)]
pub(crate) struct ToolFacts {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) path: Inert,
    pub(crate) title: Inert,
    pub(crate) description: Inert,
    pub(crate) class: Badge,
    pub(crate) says: &'static str,
    pub(crate) level: Badge,
    pub(crate) confidence: String,
    pub(crate) high_risk: bool,
    pub(crate) destructive: bool,
    pub(crate) sensitivity: String,
    pub(crate) state: Badge,
    pub(crate) is_on: bool,
    pub(crate) needs_review: bool,
    /// What it was when somebody decided about it, where that was more.
    pub(crate) lowered_from: Option<String>,
    pub(crate) unsupported: Option<Inert>,
    pub(crate) deprecated: bool,
    pub(crate) reasons: Vec<(Inert, Inert)>,
    pub(crate) notes: Vec<Note>,
    /// What in its text is read before it is turned on.
    pub(crate) unread: Option<Inert>,
    /// What a call takes: name, place, whether it is required.
    pub(crate) arguments: Vec<(Inert, &'static str, bool)>,
    pub(crate) body: Option<Inert>,
    pub(crate) security: Inert,
    /// Its own, where it has any.
    pub(crate) servers: Vec<Inert>,
    pub(crate) schema: Inert,
    /// The schema of its answers, as agents are told it.
    pub(crate) answer: Option<Inert>,
    /// What it costs an agent: in a list, its arguments alone, its answer alone.
    pub(crate) weight: (String, String, Option<String>),
}

impl ToolFacts {
    pub(crate) fn new(view: &ToolView) -> Self {
        let operation = &view.tool.operation;
        let risk = &operation.risk;
        let binds = operation.binds.iter();
        let weight = Weight::of(view);
        Self {
            id: view.tool.id.to_string(),
            version: view.tool.version.to_string(),
            name: view.tool.name.clone(),
            method: operation.method.to_string(),
            path: Inert::new(&operation.path),
            title: Inert::new(&operation.title),
            description: Inert::new(&operation.description),
            class: Badge::class(risk.class),
            says: said_of(risk),
            level: Badge::level(risk.level()),
            confidence: match view.said(OverrideKind::Risk) {
                Some(_) => "a person says so".to_owned(),
                None => format!("{} confidence", risk.confidence.as_str()),
            },
            high_risk: risk.high_risk,
            destructive: risk.destructive,
            sensitivity: Sensitivity::names(&risk.sensitivity).join(", "),
            state: Badge::state(view.state),
            is_on: matches!(view.state, ToolState::On(_)),
            needs_review: view.state == ToolState::NeedsReview,
            lowered_from: view.lowered_from.map(SaidRisk::summary),
            unsupported: operation.unsupported.as_ref().map(Inert::new),
            deprecated: operation.deprecated,
            reasons: risk
                .reasons
                .iter()
                .map(|reason| (Inert::new(&reason.text), Inert::new(&reason.evidence)))
                .collect(),
            notes: operation.diagnostics.iter().map(Note::new).collect(),
            unread: operation.must_be_read().then(|| {
                let words = Words::of(operation);
                let own = [operation.title.as_str(), &operation.description];
                to_read(own.into_iter().chain(words.all()))
            }),
            arguments: binds
                .map(|bind| (Inert::new(&bind.key), bind.place.as_str(), bind.required))
                .chain(body_fields(operation))
                .collect(),
            body: operation
                .body
                .as_ref()
                .map(|body| Inert::new(&body.media_type)),
            security: security(&operation.security),
            servers: operation
                .servers
                .iter()
                .map(|server| Inert::new(&server.url))
                .collect(),
            schema: Inert::json(&operation.input_schema),
            answer: view.answer_schema().as_ref().map(Inert::json),
            weight: (
                size(weight.listed),
                size(weight.input),
                (weight.output > 0).then(|| size(weight.output)),
            ),
        }
    }
}

/// The members of the body, where it is an object.
fn body_fields(operation: &ImportedOperation) -> Vec<(Inert, &'static str, bool)> {
    let schema = &operation.input_schema;
    let body = &schema["properties"]["body"];
    let named = body["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
    let body = named.and_then(|to| schema.pointer(to)).unwrap_or(body);
    let required = body["required"].as_array();
    let is_required = |name: &str| {
        required.is_some_and(|names| names.iter().any(|one| one.as_str() == Some(name)))
    };
    let fields = body["properties"].as_object().into_iter().flatten();
    let field = |(name, _): (&String, _)| (Inert::new(name), "body", is_required(name));
    operation
        .body
        .iter()
        .flat_map(|_| fields.clone().map(field))
        .collect()
}

fn security(security: &Security) -> Inert {
    match security {
        Security::Undeclared => Inert::new("the document does not say"),
        Security::Public => Inert::new("nothing; it is public"),
        Security::AnyOf(alternatives) => {
            let together = |uses: &Vec<SchemeUse>| {
                let names: Vec<_> = uses.iter().map(scheme).collect();
                names.join(" and ")
            };
            let all: Vec<_> = alternatives.iter().map(together).collect();
            Inert::new(all.join(", or "))
        }
    }
}

/// A scheme and what it asks for.
fn scheme(one: &SchemeUse) -> String {
    if one.scopes.is_empty() {
        return one.name.clone();
    }
    format!("{} ({})", one.name, one.scopes.join(", "))
}

/// What the class means, unless a reason below says the same.
fn said_of(risk: &Risk) -> &'static str {
    let says = class_says(risk.class);
    let is_it = |text: &str| text.trim_end_matches('.').eq_ignore_ascii_case(says);
    if risk.reasons.iter().any(|reason| is_it(&reason.text)) {
        ""
    } else {
        says
    }
}
