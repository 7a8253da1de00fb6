//! An API at one look: how many operations of each class, and what was decided about them.

use countersign_domain::{decision::Handling, risk::RiskClass, tool::ToolState};
use countersign_tool_registry::ToolBrief;

use crate::{chart::Stack, parts::Badge};

/// The operations of one class, as a bar.
pub(crate) struct ClassBar {
    pub(crate) class: &'static str,
    pub(crate) badge: Badge,
    pub(crate) count: usize,
    pub(crate) bar: Stack,
}

/// What a tool can be here: colour and word, in the order of the bar.
pub(crate) const PARTS: [(&str, &str); 6] = [
    ("on", "on"),
    ("held", "on, each call held"),
    ("review", "needs review"),
    ("off", "turned off"),
    ("open", "undecided"),
    ("closed", "cannot be called"),
];

fn part(view: &ToolBrief) -> usize {
    match (view.state, view.decided.is_some()) {
        (ToolState::On(Handling::Run), _) => 0,
        (ToolState::On(Handling::Hold), _) => 1,
        (ToolState::NeedsReview, _) => 2,
        (ToolState::Off, true) => 3,
        (ToolState::Off, false) => 4,
        (ToolState::Unsupported, _) => 5,
    }
}

/// A bar for each class that the API has, as long as its share of the largest.
pub(super) fn bars(tools: &[ToolBrief]) -> Vec<ClassBar> {
    let mut counts = [[0_usize; PARTS.len()]; RiskClass::ALL.len()];
    for view in tools {
        let class = view.tool.operation.risk.class;
        let place = RiskClass::ALL.iter().position(|known| *known == class);
        if let Some(place) = place {
            counts[place][part(view)] += 1;
        }
    }
    let all = |parts: &[usize; PARTS.len()]| parts.iter().sum::<usize>();
    let most = counts.iter().map(all).max().unwrap_or(0);
    let classes = RiskClass::ALL.into_iter().zip(&counts);
    classes
        .filter(|(_, parts)| all(parts) > 0)
        .map(|(class, parts)| ClassBar {
            class: class.as_str(),
            badge: Badge::class(class),
            count: all(parts),
            bar: Stack::new(class.as_str(), &PARTS, parts, most),
        })
        .collect()
}
