//! What is drawn of what people say about a tool, and the forms to say it with.

use countersign_domain::{
    Timestamp,
    overrides::{EndedWhy, Override, OverrideKind, Said, SaidRisk},
    risk::Confidence,
    tool::ToolState,
};
use countersign_tool_registry::ToolView;

use crate::{field::Field, inert::Inert, parts::When};

/// What people say about the tool, and the forms to say something.
pub(crate) struct Overriding {
    /// The viewer's role may say something.
    pub(crate) may: bool,
    /// What holds.
    pub(crate) lines: Vec<Line>,
    /// What an import ended, until the tool is turned on again.
    pub(crate) fell: Vec<Fell>,
    pub(crate) parts: [Part; 3],
}

/// The form for one part of a tool.
pub(crate) struct Part {
    pub(crate) kind: OverrideKind,
    pub(crate) label: &'static str,
    /// What it is at present.
    pub(crate) now: Inert,
    pub(crate) action: &'static str,
    pub(crate) button: &'static str,
    pub(crate) fields: Vec<Field>,
    pub(crate) reason: Field,
    /// An override of it holds, which can be taken back.
    pub(crate) stands: bool,
    /// Something in it has to be mended.
    pub(crate) open: bool,
}

/// One thing that somebody says, or said.
pub(crate) struct Line {
    pub(crate) kind: OverrideKind,
    pub(crate) label: &'static str,
    pub(crate) said: Inert,
    pub(crate) imported: Inert,
    pub(crate) by: Inert,
    pub(crate) at: When,
    pub(crate) reason: Inert,
}

/// One thing that somebody said until an import ended it.
pub(crate) struct Fell {
    pub(crate) line: Line,
    pub(crate) at: When,
    pub(crate) why: &'static str,
}

impl Overriding {
    pub(crate) fn new(view: &ToolView) -> Self {
        let stands = OverrideKind::ALL.into_iter();
        let stands = stands.filter_map(|kind| view.said(kind));
        Self {
            may: false,
            lines: stands.map(Line::new).collect(),
            fell: fallen(view)
                .map(|(one, (at, why))| Fell {
                    line: Line::new(one),
                    at: When::new(at),
                    why: why.text(),
                })
                .collect(),
            parts: OverrideKind::ALL.map(|kind| Part::new(kind, view)),
        }
    }

    pub(crate) fn part(&mut self, kind: OverrideKind) -> &mut Part {
        let [risk, name, words] = &mut self.parts;
        match kind {
            OverrideKind::Risk => risk,
            OverrideKind::Name => name,
            OverrideKind::Words => words,
        }
    }
}

/// What an import ended about a tool that is not on: whoever turns it on looks at it without that.
fn fallen<O>(view: &ToolView<O>) -> impl Iterator<Item = (&Override, (Timestamp, EndedWhy))> {
    let off = !matches!(view.state, ToolState::On(_));
    let ended = view.overrides.iter().filter(move |_| off);
    ended.filter_map(|one| one.ended.map(|ended| (one, ended)))
}

/// How a list marks a tool that people say something about, or said until an import.
pub(crate) fn overridden<O>(view: &ToolView<O>) -> Option<&'static str> {
    if view.overrides.iter().any(Override::stands) {
        return Some("overridden");
    }
    fallen(view).next().map(|_| "override fell away")
}

const fn label(kind: OverrideKind) -> &'static str {
    match kind {
        OverrideKind::Risk => "Risk",
        OverrideKind::Name => "Name",
        OverrideKind::Words => "Title and description",
    }
}

impl Line {
    fn new(given: &Override) -> Self {
        Self {
            kind: given.said.kind(),
            label: label(given.said.kind()),
            said: Inert::new(given.said.summary()),
            imported: Inert::new(in_full(&given.instead_of)),
            by: Inert::new(&given.by_label),
            at: When::new(given.at),
            reason: Inert::new(&given.reason),
        }
    }
}

/// What the document says, so that nothing of it is out of sight.
fn in_full(said: &Said) -> String {
    match said {
        Said::Words { title, description } if !description.is_empty() => {
            format!("{title}: {description}")
        }
        Said::Risk(_) | Said::Name { .. } | Said::Words { .. } => said.summary(),
    }
}

impl Part {
    fn new(kind: OverrideKind, view: &ToolView) -> Self {
        let (fields, action, button) = match kind {
            OverrideKind::Risk => (vec![risk_field(view)], "override-risk", "Override risk"),
            OverrideKind::Name => (vec![name_field(view)], "rename", "Rename"),
            OverrideKind::Words => (words_fields(view).to_vec(), "describe", "Override text"),
        };
        let now = match kind {
            OverrideKind::Risk => Said::Risk(SaidRisk::of(&view.tool.operation.risk)).summary(),
            OverrideKind::Name => view.tool.name.clone(),
            OverrideKind::Words => view.tool.operation.title.clone(),
        };
        Self {
            kind,
            label: label(kind),
            now: Inert::new(now),
            action,
            button,
            fields,
            reason: Field::reason().id(&format!("{}-reason", kind.as_str())),
            stands: view.said(kind).is_some(),
            open: false,
        }
    }
}

/// `READ`, or `READ held`: what the list sends.
fn choice(said: SaidRisk) -> String {
    let held = if said.high_risk { " held" } else { "" };
    format!("{}{held}", said.class.as_str())
}

/// What was chosen from the list.
pub(super) fn chosen(sent: &str) -> Option<SaidRisk> {
    let mut choices = SaidRisk::choices().into_iter();
    choices.find(|said| choice(*said) == sent)
}

pub(super) fn risk_field(view: &ToolView) -> Field {
    let risk = &view.tool.operation.risk;
    let choices = SaidRisk::choices().map(|said| (choice(said), Said::Risk(said).summary()));
    let certain = view.said(OverrideKind::Risk).is_none() && risk.confidence == Confidence::High;
    let agree = if certain {
        " Several kinds of evidence agree about the present one; the audit log marks what goes against them."
    } else {
        ""
    };
    Field::select("risk", "New risk", choices)
        .id("override-risk")
        .value(choice(SaidRisk::of(risk)))
        .hint(format!(
            "Holds until the document's text changes. Wherever the tool is on, it waits to be turned on again. Less risk takes an owner or an admin.{agree}"
        ))
}

pub(super) fn name_field(view: &ToolView) -> Field {
    Field::text("name", "New name")
        .id("override-name")
        .value(&view.tool.name)
        .hint("Lowercase letters, digits and underscores. Agents know only this name from then on.")
}

pub(super) fn words_fields(view: &ToolView) -> [Field; 2] {
    let operation = &view.tool.operation;
    [
        Field::text("title", "Title")
            .id("override-title")
            .value(Inert::new(&operation.title).as_str()),
        Field::area("description", "Description", 4)
            .id("override-description")
            .value(Inert::new(&operation.description).as_str())
            .hint("Agents read it: plain text of at most 1,024 characters. It holds until the document's text changes.")
            .optional(),
    ]
}
