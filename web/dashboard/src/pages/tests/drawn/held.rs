//! Calls that are held, drawn.

use countersign_approvals::HoldBrief;
use countersign_domain::{hold::HoldState, risk::RiskClass};
use countersign_tool_registry::Named;

use super::{BASE, around, frame, now, s};
use crate::pages::{holds, whereabouts::Whereabouts};

pub(super) fn holds_page(text: &str) -> holds::HoldsPage {
    let row = |number, state| {
        holds::HoldRow::new(&HoldBrief::from(&s::hold(number, state, text)), now(), None)
    };
    holds::HoldsPage {
        frame: frame("Held calls", text),
        base: BASE.to_owned(),
        query: holds::Query::default(),
        total: 1,
        waiting: vec![row(1, HoldState::Pending)],
        later: None,
        decided: vec![
            row(2, HoldState::Consumed(s::judgement(text))).with_outcome(Some(&s::outcome(text))),
            row(3, HoldState::Rejected(s::judgement(text))),
            row(4, HoldState::Expired),
        ],
        older: None,
    }
}

pub(super) fn hold_page(state: HoldState, text: &str) -> holds::HoldPage {
    let hold = s::hold(1, state, text);
    let row = holds::HoldRow::new(&HoldBrief::from(&hold), now(), None);
    let mut page = holds::HoldPage::new(around("Held calls", text), &hold, row, now());
    page.may = holds::May::Decide;
    if matches!(hold.state, HoldState::Consumed(_)) {
        page = page.with_outcome(Some(&s::outcome(text)), true);
    }
    page.whereabouts = Some(whereabouts(text));
    page.with_reasons(&hold, &s::tool(8, RiskClass::Billing, text))
}

pub(super) fn whereabouts(text: &str) -> Whereabouts {
    let named = |removed| Named {
        slug: "orders".to_owned(),
        name: text.to_owned(),
        removed,
    };
    Whereabouts::new(countersign_tool_registry::Whereabouts {
        endpoint: named(false),
        environment: text.to_owned(),
        api: Some(named(true)),
    })
}
