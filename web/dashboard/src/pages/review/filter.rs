//! Which tools a review shows: everything in the address, and everything combines.

use std::collections::BTreeMap;

use countersign_domain::{
    decision::Handling,
    drift::ReviewReason,
    id::RevisionId,
    operation::{Judged as _, Severity},
    risk::{Confidence, RiskClass, Sensitivity},
    tool::ToolState,
};
use countersign_tool_registry::{DiagnosticCount, ToolBrief};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::{Reviewed, rows::is_read_apart, search};

/// Rows of one page; a whole group can be chosen all the same.
pub(crate) const PAGE: usize = 100;

/// What to show of an API's tools. What is empty does not narrow.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    pub(crate) text: String,
    pub(crate) class: String,
    pub(crate) state: String,
    pub(crate) risk: String,
    pub(crate) sensitivity: String,
    pub(crate) note: String,
    pub(crate) changed: String,
    pub(crate) environment: Option<String>,
    pub(crate) page: String,
}

const STATES: [(&str, &str); 10] = [
    ("on", "on"),
    ("run", "on, runs at once"),
    ("hold", "on, each call held"),
    ("off", "off"),
    ("undecided", "off, nobody decided"),
    ("plain", "off, READ turned on together"),
    ("apart", "off, READ to look at by itself"),
    ("turned-off", "off, by decision"),
    ("review", "changed, needs review"),
    ("unsupported", "cannot be called"),
];

const RISKS: [(&str, &str); 5] = [
    ("high", "high risk"),
    ("low-confidence", "low confidence"),
    ("destructive", "destructive"),
    ("unread", "text to be read first"),
    ("deprecated", "deprecated"),
];

impl Filter {
    /// One class and nothing else.
    fn of_class(class: &str) -> Self {
        Self {
            class: class.to_owned(),
            ..Self::default()
        }
    }

    /// Says whether a tool is shown. `latest` is the import in force, unless it is the first.
    pub(crate) fn keeps(&self, view: &ToolBrief, latest: Option<RevisionId>) -> bool {
        let risk = &view.tool.operation.risk;
        let is = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        let touches = |kind: &Sensitivity| kind.as_str() == self.sensitivity;
        let sensitive = self.sensitivity.is_empty()
            || self.sensitivity == "any" && !risk.sensitivity.is_empty()
            || risk.sensitivity.iter().any(touches);
        is(&self.class, risk.class.as_str())
            && self.is_in_state(view)
            && self.is_of_risk(view)
            && sensitive
            && self.has_note(view)
            && self.is_changed(view, latest)
            && search::finds(&self.text, view)
    }

    /// In the last import, or waiting for one kind of change.
    fn is_changed(&self, view: &ToolBrief, latest: Option<RevisionId>) -> bool {
        match self.changed.as_str() {
            "" => true,
            "last" => latest == Some(view.tool.revision),
            reason => view.waits.is_some_and(|waits| waits.as_str() == reason),
        }
    }

    fn is_in_state(&self, view: &ToolBrief) -> bool {
        let (state, decided) = (view.state, view.decided.is_some());
        match self.state.as_str() {
            "on" => matches!(state, ToolState::On(_)),
            "run" => state == ToolState::On(Handling::Run),
            "hold" => state == ToolState::On(Handling::Hold),
            "off" => state == ToolState::Off,
            "undecided" => state == ToolState::Off && !decided,
            "plain" => view.is_plain_read(),
            "apart" => is_read_apart(view),
            "turned-off" => state == ToolState::Off && decided,
            "review" => state == ToolState::NeedsReview,
            "unsupported" => state == ToolState::Unsupported,
            _ => true,
        }
    }

    fn is_of_risk(&self, view: &ToolBrief) -> bool {
        let operation = &view.tool.operation;
        match self.risk.as_str() {
            "high" => operation.risk.high_risk,
            "low-confidence" => operation.risk.confidence == Confidence::Low,
            "destructive" => operation.risk.destructive,
            "unread" => operation.must_be_read(),
            "deprecated" => operation.deprecated,
            _ => true,
        }
    }

    fn has_note(&self, view: &ToolBrief) -> bool {
        let mut notes = view.tool.operation.diagnostics.iter();
        match self.note.as_str() {
            "" => true,
            "any" => notes.next().is_some(),
            "warning" => notes.any(|note| note.severity >= Severity::Warning),
            code => notes.any(|note| note.code == code),
        }
    }

    /// The number of the page that is asked for, from 1.
    fn number(&self) -> usize {
        self.page.parse().unwrap_or(1).max(1)
    }

    fn parts(&self) -> [(&'static str, &str); 8] {
        [
            ("text", self.text.trim()),
            ("class", &self.class),
            ("state", &self.state),
            ("risk", &self.risk),
            ("sensitivity", &self.sensitivity),
            ("note", &self.note),
            ("changed", &self.changed),
            ("environment", self.environment.as_deref().unwrap_or("")),
        ]
    }

    /// The filter as it stands in an address, with other values for some of its parts.
    pub(super) fn with(&self, others: &[(&'static str, &str)]) -> String {
        let mut query = Serializer::new(String::new());
        for (name, value) in self.parts() {
            let other = others.iter().find(|(other, _)| *other == name);
            let value = other.map_or(value, |(_, value)| value);
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        // What narrows nothing, such as the page.
        for (name, value) in others {
            if self.parts().iter().all(|(part, _)| part != name) {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }

    /// What the address of a tool carries of the review that it is opened from.
    pub(crate) fn carried(&self, environment: &str) -> String {
        let page = self.number().to_string();
        self.with(&[("environment", environment), ("page", &page)])
    }

    /// An address carries it: that of a review may be without, that of a tool names the page.
    pub(crate) const fn is_carried(&self) -> bool {
        !self.page.is_empty()
    }

    /// The tools of which this is so, in the order of a review: by class and then by name.
    pub(crate) fn in_order(
        tools: &[ToolBrief],
        keeps: impl Fn(&ToolBrief) -> bool,
    ) -> Vec<&ToolBrief> {
        let mut kept: Vec<_> = tools.iter().filter(|view| keeps(view)).collect();
        // Stable: they come by name.
        kept.sort_by_key(|view| view.tool.operation.risk.class);
        kept
    }

    /// The whole address of what is shown now.
    pub(crate) fn query(&self) -> String {
        self.with(&[("page", &self.number().to_string())])
    }

    /// Something narrows what is shown.
    pub(crate) fn is_narrow(&self) -> bool {
        let mut parts = self.parts().into_iter();
        parts.any(|(name, value)| name != "environment" && !value.is_empty())
    }
}

/// One choice of the filter form.
pub(crate) struct Select {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) any: &'static str,
    pub(crate) options: Vec<(String, String, bool)>,
}

impl Select {
    fn new(
        (name, label, any): (&'static str, &'static str, &'static str),
        chosen: &str,
        options: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let options = options.into_iter();
        Self {
            name,
            label,
            any,
            options: options
                .map(|(value, text)| {
                    let is_chosen = value == chosen;
                    (value, text, is_chosen)
                })
                .collect(),
        }
    }
}

/// The choices that there are, each with how many tools it leaves by itself. One that leaves none
/// is not offered.
pub(super) fn selects(reviewed: &Reviewed, notes: &[DiagnosticCount]) -> Vec<Select> {
    let (filter, again) = (&reviewed.filter, reviewed.again());
    let told = |value: &str, text: &str, narrow: Filter| {
        let tools = reviewed.tools.iter();
        let number = tools.filter(|view| narrow.keeps(view, again)).count();
        (number > 0).then(|| (value.to_owned(), format!("{text} ({number})")))
    };
    let classes = RiskClass::ALL.iter().filter_map(|class| {
        let class = class.as_str();
        told(class, class, Filter::of_class(class))
    });
    let states = STATES.iter().filter_map(|(value, text)| {
        let state = (*value).to_owned();
        let narrow = Filter {
            state,
            ..Filter::default()
        };
        told(value, text, narrow)
    });
    let risks = RISKS.iter().filter_map(|(value, text)| {
        let risk = (*value).to_owned();
        let narrow = Filter {
            risk,
            ..Filter::default()
        };
        told(value, text, narrow)
    });
    let kinds = Sensitivity::ALL.map(|kind| (kind.as_str(), kind.as_str()));
    let any = [("any", "any of these")].into_iter();
    let kinds = any.chain(kinds).filter_map(|(kind, text)| {
        let narrow = Filter {
            sensitivity: kind.to_owned(),
            ..Filter::default()
        };
        told(kind, text, narrow)
    });
    let waits = ReviewReason::ALL.map(|reason| (reason.as_str(), word("changed", reason.as_str())));
    let last = ("last", "in the last import".to_owned());
    let changed = [last].into_iter().chain(waits);
    let changed = changed.filter_map(|(value, text)| {
        let changed = value.to_owned();
        let narrow = Filter {
            changed,
            ..Filter::default()
        };
        told(value, &text, narrow)
    });
    let mut selects = vec![
        Select::new(("class", "Class", "any class"), &filter.class, classes),
        Select::new(("state", "Decision", "any decision"), &filter.state, states),
        Select::new(("risk", "Risk", "any risk"), &filter.risk, risks),
        Select::new(
            ("sensitivity", "Touches", "any data"),
            &filter.sensitivity,
            kinds,
        ),
        notes_select(reviewed, notes),
    ];
    if again.is_some() {
        let name = ("changed", "Changed", "at any time");
        selects.push(Select::new(name, &filter.changed, changed));
    }
    selects
}

/// By note: any, any but the harmless, or one kind.
fn notes_select(reviewed: &Reviewed, notes: &[DiagnosticCount]) -> Select {
    let of = |note: &str| Filter {
        note: note.to_owned(),
        ..Filter::default()
    };
    let first = [("any", "any note"), ("warning", "warnings and errors")];
    let first = first.into_iter().map(|(value, text)| {
        let narrow = of(value);
        let tools = reviewed.tools.iter();
        let number = tools.filter(|view| narrow.keeps(view, None)).count();
        (value.to_owned(), format!("{text} ({number})"))
    });
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for note in notes.iter().filter(|note| note.tools > 0) {
        *codes.entry(&note.code).or_default() += note.tools;
    }
    let codes = codes.into_iter().map(|(code, tools)| {
        let text = format!("{} ({tools})", code.replace('_', " "));
        (code.to_owned(), text)
    });
    let name = ("note", "Notes", "with or without");
    Select::new(name, &reviewed.filter.note, first.chain(codes))
}

/// One part of the filter that narrows, and the address without it.
pub(crate) struct Chip {
    pub(crate) text: String,
    pub(crate) without: String,
}

/// The parts that narrow.
pub(super) fn chips(filter: &Filter) -> Vec<Chip> {
    let narrows = filter.parts().into_iter();
    let narrows = narrows.filter(|(name, value)| *name != "environment" && !value.is_empty());
    narrows
        .map(|(name, value)| Chip {
            text: word(name, value),
            without: filter.with(&[(name, "")]),
        })
        .collect()
}

fn word(name: &str, value: &str) -> String {
    let listed = |list: &[(&str, &str)]| {
        let known = list.iter().find(|(known, _)| *known == value);
        known.map_or_else(|| value.to_owned(), |(_, text)| (*text).to_owned())
    };
    let text = match name {
        "text" => format!("“{value}”"),
        "state" => listed(&STATES),
        "risk" => listed(&RISKS),
        "sensitivity" if value == "any" => "sensitive data".to_owned(),
        "sensitivity" => format!("{value} data"),
        "note" if value == "any" => "with notes".to_owned(),
        "note" => value.replace('_', " "),
        "changed" if value == "last" => "changed in the last import".to_owned(),
        "changed" => match ReviewReason::parse(value) {
            Some(reason) => format!("waits for {}", reason.word()),
            None => value.to_owned(),
        },
        _ => value.to_owned(),
    };
    countersign_domain::text::reveal(&text)
}

/// The pages that the rows are cut into.
pub(crate) struct Pages {
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) number: usize,
    pub(crate) count: usize,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    /// Rows of the page after this one.
    pub(crate) next: usize,
}

impl Pages {
    pub(super) fn new(rows: usize, filter: &Filter) -> Self {
        let count = rows.div_ceil(PAGE).max(1);
        let number = filter.number().min(count);
        let link = |number: usize| filter.with(&[("page", &number.to_string())]);
        let last = (number * PAGE).min(rows);
        Self {
            first: (number - 1) * PAGE,
            last,
            next: (rows - last).min(PAGE),
            number,
            count,
            before: (number > 1).then(|| link(number - 1)),
            after: (number < count).then(|| link(number + 1)),
        }
    }
}
