//! What happens to a call: allow, hold or deny, and the rule that said so.

use serde::{Deserialize, Serialize};

use crate::risk::RiskClass;

/// What a member chose for a tool that is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Handling {
    /// Calls run at once.
    Run,
    /// Each call waits for a countersignature.
    Hold,
}

impl Handling {
    /// The name in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Hold => "hold",
        }
    }

    /// Reads the name that [`Handling::as_str`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Run, Self::Hold]
            .into_iter()
            .find(|handling| handling.as_str() == text)
    }
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// It runs.
    Allow,
    /// It waits for a human.
    Hold,
    /// It is refused.
    Deny,
}

impl Decision {
    /// The name in the record.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Hold => "hold",
            Self::Deny => "deny",
        }
    }
}

/// The rule that decided. Codes are stable; the record keeps them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A READ tool is on.
    ReadIsOn,
    /// A changing tool is on and its decision says that calls run.
    RunByDecision,
    /// The tool is high-risk: every call needs a countersignature.
    HighRisk,
    /// The tool's decision says that every call waits.
    HoldByDecision,
    /// A countersignature for exactly this call was consumed.
    Countersigned,
    /// The name is unknown, off, not of this endpoint or not of this tenant: all the same.
    UnknownTool,
    /// The token has no scope for tools of this class.
    ScopeMissing,
    /// The arguments do not fit the schema.
    ArgumentsRefused,
    /// The request could not be built as the document says.
    RequestRefused,
    /// The token or the tenant is over its rate.
    RateLimited,
    /// The hold was rejected by a reviewer.
    Rejected,
    /// The hold expired before it was used.
    Expired,
    /// Something changed since the hold was made.
    ApprovalStale,
    /// There is no connection to send it to.
    NotConnected,
}

impl Rule {
    /// The code in the record.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadIsOn => "read_is_on",
            Self::RunByDecision => "run_by_decision",
            Self::HighRisk => "high_risk",
            Self::HoldByDecision => "hold_by_decision",
            Self::Countersigned => "countersigned",
            Self::UnknownTool => "unknown_tool",
            Self::ScopeMissing => "scope_missing",
            Self::ArgumentsRefused => "arguments_refused",
            Self::RequestRefused => "request_refused",
            Self::RateLimited => "rate_limited",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::ApprovalStale => "approval_stale",
            Self::NotConnected => "not_connected",
        }
    }
}

/// A decision with its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What happens.
    pub decision: Decision,
    /// Why.
    pub rule: Rule,
}

/// Decides about a call of a tool that is on, whose arguments fit.
///
/// High risk waits whatever the member's choice says, and a missing scope refuses before all else.
#[must_use]
pub fn decide(
    class: RiskClass,
    high_risk: bool,
    handling: Handling,
    scopes: &[RiskClass],
) -> Verdict {
    let (decision, rule) = if !scopes.contains(&class) {
        (Decision::Deny, Rule::ScopeMissing)
    } else if high_risk {
        (Decision::Hold, Rule::HighRisk)
    } else {
        match (handling, class) {
            (Handling::Hold, _) => (Decision::Hold, Rule::HoldByDecision),
            (Handling::Run, RiskClass::Read) => (Decision::Allow, Rule::ReadIsOn),
            (Handling::Run, _) => (Decision::Allow, Rule::RunByDecision),
        }
    };
    Verdict { decision, rule }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_high_risk_call_never_runs_by_decision_alone() {
        for class in RiskClass::ALL {
            for handling in [Handling::Run, Handling::Hold] {
                let verdict = decide(class, true, handling, &RiskClass::ALL);
                assert_eq!(
                    verdict,
                    Verdict {
                        decision: Decision::Hold,
                        rule: Rule::HighRisk
                    }
                );
            }
        }
    }

    #[test]
    fn no_scope_means_no() {
        for class in RiskClass::ALL {
            let verdict = decide(class, false, Handling::Run, &[]);
            assert_eq!(verdict.decision, Decision::Deny);
        }
    }
}
