//! What happens to a call: allow, hold or deny, and the rule that said so.

use serde::{Deserialize, Serialize};

use crate::{id::ToolVersionId, risk::RiskClass};

/// What a member chose for a tool that is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// People have stopped all calls of the tenant.
    Stopped,
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
            Self::Stopped => "stopped",
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

/// What is decided by: a tool that is on, in its exact definition.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The definition.
    pub version: ToolVersionId,
    /// Its class.
    pub class: RiskClass,
    /// It is classified as high-risk.
    pub high_risk: bool,
    /// What a member chose for it.
    pub handling: Handling,
}

impl Policy {
    /// Says whether each call waits for a countersignature: high risk does whatever the member's
    /// choice says.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        self.high_risk || matches!(self.handling, Handling::Hold)
    }
}

/// What was decided about one call.
#[must_use]
#[derive(Debug)]
pub enum Ruling {
    /// It is refused, by this rule.
    Deny(Rule),
    /// It waits for a human, by this rule.
    Hold(Rule),
    /// It runs.
    Run(Runs),
}

/// Proof that one call runs without a countersignature. Only [`decide`] makes these.
///
/// ```compile_fail,E0451
/// use countersign_domain::decision::Runs;
/// let forged = Runs { version: panic!(), class: panic!() };
/// ```
#[must_use]
#[derive(Debug)]
pub struct Runs {
    version: ToolVersionId,
    class: RiskClass,
}

impl Runs {
    /// Says whether it is for a call of this definition; a proof is spent by being looked at.
    #[must_use]
    pub fn is_of(self, version: ToolVersionId) -> bool {
        self.version == version
    }

    /// Says whether it is for a call of this definition, and that a READ.
    #[must_use]
    pub fn is_read_of(self, version: ToolVersionId) -> bool {
        self.class == RiskClass::Read && self.is_of(version)
    }
}

impl Ruling {
    /// The decision with its rule, as the record has it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let (decision, rule) = match self {
            Self::Deny(rule) => (Decision::Deny, *rule),
            Self::Hold(rule) => (Decision::Hold, *rule),
            Self::Run(runs) if runs.class == RiskClass::Read => (Decision::Allow, Rule::ReadIsOn),
            Self::Run(_) => (Decision::Allow, Rule::RunByDecision),
        };
        Verdict { decision, rule }
    }
}

/// Decides about a call of a tool that is on. A missing scope refuses before all else.
pub fn decide(policy: &Policy, scopes: &[RiskClass]) -> Ruling {
    if !scopes.contains(&policy.class) {
        Ruling::Deny(Rule::ScopeMissing)
    } else if policy.high_risk {
        Ruling::Hold(Rule::HighRisk)
    } else if policy.is_held() {
        Ruling::Hold(Rule::HoldByDecision)
    } else {
        Ruling::Run(Runs {
            version: policy.version,
            class: policy.class,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn policies() -> impl Iterator<Item = Policy> {
        let handlings = [Handling::Run, Handling::Hold].into_iter();
        let ways = handlings.flat_map(|handling| [(handling, false), (handling, true)]);
        ways.flat_map(|(handling, high_risk)| {
            RiskClass::ALL.map(|class| Policy {
                version: Uuid::from_u128(1).into(),
                class,
                high_risk,
                handling,
            })
        })
    }

    #[test]
    fn a_high_risk_call_never_runs_by_decision_alone() {
        for policy in policies().filter(|policy| policy.high_risk) {
            let ruling = decide(&policy, &RiskClass::ALL);
            assert!(matches!(ruling, Ruling::Hold(Rule::HighRisk)), "{policy:?}");
        }
    }

    #[test]
    fn what_agents_are_told_waits_is_what_waits() {
        for policy in policies() {
            let decision = decide(&policy, &RiskClass::ALL).verdict().decision;
            let told = [Decision::Allow, Decision::Hold][usize::from(policy.is_held())];
            assert_eq!(decision, told, "{policy:?}");
        }
    }

    #[test]
    fn no_scope_means_no() {
        for policy in policies() {
            let ruling = decide(&policy, &[]);
            assert!(matches!(ruling, Ruling::Deny(Rule::ScopeMissing)));
        }
    }
}
