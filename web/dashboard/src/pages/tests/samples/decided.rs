//! What became of decisions.

use countersign_approvals::HoldOutcome;
use countersign_domain::tool::Choice;
use countersign_tool_registry::{DecidedTools, RefusedTool, ToolDecisionError};

use super::id;
use crate::pages::review::{Told, outcome::Deed};

pub(crate) fn refused(text: &str) -> DecidedTools {
    let refused = |number, why| RefusedTool {
        tool: id("tool", number),
        name: Some(format!("create_refund_{number}")),
        why,
    };
    DecidedTools {
        decided: vec!["get_order_1".to_owned()],
        were_on: 0,
        decision: Some(id("enb", 4)),
        same: 1,
        refused: vec![
            refused(8, ToolDecisionError::HighRiskMustBeHeld),
            refused(7, ToolDecisionError::ToolUnsupported(text.to_owned())),
        ],
    }
}

/// A decision about many tools, as an address says it.
pub(crate) fn told() -> Told {
    let outcome = DecidedTools {
        decided: vec!["list_orders".to_owned(); 7],
        were_on: 1,
        same: 3,
        decision: Some(id("enb", 5)),
        ..DecidedTools::default()
    };
    Told::new(Deed::Decided(Choice::Off), &outcome)
}

/// A countersigned call that the API refused.
pub(crate) fn outcome(text: &str) -> HoldOutcome {
    HoldOutcome {
        record: id("rec", 9),
        status: Some("error".to_owned()),
        code: Some(text.to_owned()),
        upstream: Some(405),
    }
}
