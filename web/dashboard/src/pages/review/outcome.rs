//! What became of a decision about many tools.

use countersign_domain::{decision::Handling, id::EnablementId, risk::RiskClass, tool::Choice};
use countersign_tool_registry::{DecidedTools, RefusedTool, ToolBrief, ToolDecisionError};
use serde::Deserialize;

use super::May;
use crate::{field::sentence, frame::roles_that_may, inert::Inert};

/// What was decided, as an address says it: what, numbers and an id, but no words.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Told {
    choice: String,
    decided: usize,
    were_on: usize,
    same: usize,
    pub(crate) decision: Option<EnablementId>,
}

/// What was done about many tools.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed {
    Decided(Choice),
    Undone,
}

impl Deed {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Decided(Choice::Off) => "off",
            Self::Decided(Choice::On(handling)) => handling.as_str(),
            Self::Undone => "undone",
        }
    }
}

impl Told {
    pub(crate) fn new(deed: Deed, outcome: &DecidedTools) -> Self {
        Self {
            choice: deed.as_str().to_owned(),
            decided: outcome.decided.len(),
            were_on: outcome.were_on,
            same: outcome.same,
            decision: outcome.decision,
        }
    }

    /// What stands in the address.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let decision = self.decision.map(|id| ("decision", id.to_string()));
        let rest = [
            ("choice", self.choice.clone()),
            ("decided", self.decided.to_string()),
            ("were_on", self.were_on.to_string()),
            ("same", self.same.to_string()),
        ];
        rest.into_iter().chain(decision).collect()
    }

    /// Whether there is anything to say.
    pub(crate) fn is_said(&self) -> bool {
        ["off", "undone"].contains(&&*self.choice) || Handling::parse(&self.choice).is_some()
    }

    /// The decision that a button may undo: what the rows say of it decides whether one is drawn.
    pub(super) fn may_undo(&self, may: May) -> Option<EnablementId> {
        let may = match &*self.choice {
            "off" => may.turn_on(),
            _ => may.disable,
        };
        self.decision.filter(|_| may && !self.is_undone())
    }

    pub(crate) fn is_undone(&self) -> bool {
        self.choice == "undone"
    }

    pub(crate) fn says(&self) -> String {
        let tools = |count: usize| format!("{count} tool{}", if count == 1 { "" } else { "s" });
        let what = match Handling::parse(&self.choice) {
            None if self.is_undone() && self.decided == 1 => "is as it was before",
            None if self.is_undone() => "are as they were before",
            None => "turned off",
            Some(Handling::Run) => "turned on",
            Some(Handling::Hold) => "turned on, each call held",
        };
        let mut says = format!("{} {what}.", tools(self.decided));
        if what == "turned off" && self.were_on < self.decided {
            says = format!("{says} {} of them had been on.", self.were_on);
        }
        if self.same > 0 {
            says = format!("{says} {} had been decided so before.", tools(self.same));
        }
        says
    }
}

/// More names than these are folded away.
const FEW: usize = 12;

/// What became of a decision of which some part was refused.
pub(crate) struct Outcome {
    pub(crate) decided: String,
    /// What was decided, with what the rows of the audit log name.
    pub(crate) told: Told,
    pub(crate) count: usize,
    pub(crate) refused: Vec<Refused>,
    /// Some of it can be turned on if each call is held.
    pub(crate) can_hold: bool,
    /// Refused, and chosen neither in a row of this page nor with a group.
    pub(crate) lost: usize,
    /// A group has changed, so that it is no longer chosen.
    pub(crate) has_stale: bool,
}

/// The tools about which nothing was decided for one reason: each with its name, and its id where
/// it is there.
pub(crate) struct Refused {
    pub(crate) why: Inert,
    pub(crate) tools: Vec<(String, Option<String>)>,
}

impl Refused {
    pub(crate) fn are_many(&self) -> bool {
        self.tools.len() > FEW
    }
}

impl Outcome {
    pub(crate) fn new(deed: Deed, outcome: &DecidedTools, stale: &[Stale]) -> Self {
        let told = Told::new(deed, outcome);
        let mut refused: Vec<Refused> = Vec::new();
        for Stale { class, why } in stale {
            let name = format!("all {} tools", class.as_str());
            refuse(&mut refused, why, (name, None));
        }
        for one in &outcome.refused {
            refuse(&mut refused, &sentence(&why(&one.why)), named(one));
        }
        Self {
            decided: told.says(),
            told,
            count: outcome.refused.len() + stale.len(),
            refused,
            can_hold: outcome
                .refused
                .iter()
                .any(|one| matches!(one.why, ToolDecisionError::HighRiskMustBeHeld)),
            lost: 0,
            has_stale: !stale.is_empty(),
        }
    }
}

/// Why one was refused; and who may, where the role may not.
fn why(error: &ToolDecisionError) -> String {
    if let ToolDecisionError::Denied(denied) = error {
        format!("{denied}: {} can", roles_that_may(denied.action))
    } else {
        error.to_string()
    }
}

fn refuse(refused: &mut Vec<Refused>, why: &str, tool: (String, Option<String>)) {
    let why = Inert::new(why);
    match refused.iter_mut().find(|known| known.why == why) {
        Some(known) => known.tools.push(tool),
        None => refused.push(Refused {
            why,
            tools: vec![tool],
        }),
    }
}

fn named(refused: &RefusedTool) -> (String, Option<String>) {
    match &refused.name {
        Some(name) => (name.clone(), Some(refused.tool.to_string())),
        None => ("a tool that is no longer there".to_owned(), None),
    }
}

/// A group that is not what it was when it was drawn.
pub(crate) struct Stale {
    pub(super) class: RiskClass,
    why: String,
}

impl Stale {
    pub(crate) fn defined(class: RiskClass) -> Self {
        let why = "The group has changed since you looked at it; look again.".to_owned();
        Self { class, why }
    }

    /// Names the newest decision, of which there is one more than were shown.
    pub(super) fn decided(class: RiskClass, all: &[&ToolBrief]) -> Self {
        let decided = all
            .iter()
            .filter_map(|view| Some((view, view.decided.as_ref()?)));
        let newest = decided.max_by_key(|(_, decided)| decided.at);
        let Some((view, decided)) = newest else {
            return Self::defined(class);
        };
        let (by, name, reason) = (&decided.by_label, &view.tool.name, &decided.reason);
        let on = if decided.choice == Choice::Off {
            "off"
        } else {
            "on"
        };
        let why =
            format!("{by} turned {name} {on} since you looked at it: “{reason}”; look again.");
        Self { class, why }
    }
}
