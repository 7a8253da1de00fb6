//! Weaknesses, found by pure rules over facts that were loaded before.
//!
//! A finding names what it stands on: whoever doubts it can open the evidence. No rule reads a
//! clock, a database or another rule's result.

mod code;

use std::collections::BTreeMap;

use countersign_access::{Action, DecideHold, allows};
use countersign_domain::{
    decision::Handling,
    id::ToolId,
    overrides::{Override, SaidRisk},
    risk::{Confidence, RiskClass},
    role::Role,
};
use countersign_store::{
    credential_suspensions::Suspension,
    members::Member,
    reports::{PlainCredential, SameHand, ToolOn, UnresolvedCall},
};

pub use self::code::FindingCode;

/// How soon somebody should look. Order is urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth tidying up.
    Low,
    /// A control is weaker than it looks.
    Medium,
    /// A control does not hold, or something happened that nobody knows the end of.
    High,
}

impl Severity {
    /// The name people see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One thing that a finding stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Its id, as the rest of the product writes it: `tool_…`, `call_…`, `mem_…`, `con_…`.
    pub id: String,
    /// What to show for it. Text from outside may be in it.
    pub label: String,
}

/// One weakness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub code: FindingCode,
    /// How soon to look.
    pub severity: Severity,
    /// What is so, and why it matters, in a sentence. No text from outside is in it.
    pub sentence: String,
    /// What it stands on.
    pub evidence: Vec<Evidence>,
}

/// What the rules look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    /// The members.
    pub(crate) members: &'a [Member],
    /// What is on, or was until its definition changed.
    pub(crate) tools_on: &'a [ToolOn],
    /// What is on and is not called.
    pub(crate) unused: &'a [ToolOn],
    /// Credentials sent without TLS.
    pub(crate) plain_credentials: &'a [PlainCredential],
    /// Calls without a known outcome, the latest.
    pub(crate) unresolved_calls: &'a [UnresolvedCall],
    /// How many of them there are in all.
    pub(crate) unresolved: u64,
    /// High-risk tools that one person turned on and alone countersigns.
    pub(crate) same_hands: &'a [SameHand],
    /// What people said that made the risk of tools less, and holds.
    pub(crate) lowered: &'a [Override],
    /// What tools were that somebody decided about while they were more than they are.
    pub(crate) were_more: &'a BTreeMap<ToolId, SaidRisk>,
    /// Credentials that wait for a member.
    pub(crate) suspended: &'a [Suspension],
}

impl Facts<'_> {
    /// Applies every rule; the most urgent first.
    #[must_use]
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = [
            self.outcome_unknown(),
            self.too_few_reviewers(),
            self.credential_over_plain_http(),
            self.lowered_tool_on(),
            self.same_hand_on_both_keys(),
            self.credential_suspended(),
            self.writes_run_at_once(),
            self.low_confidence_tool_on(),
            self.tools_need_review(),
            self.single_owner(),
            self.tool_on_without_connection(),
            self.unused_tools_on(),
        ]
        .into_iter()
        .flatten()
        .collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        findings
    }

    /// Tools that agents see at this moment.
    fn visible(&self) -> impl Iterator<Item = &ToolOn> {
        self.tools_on.iter().filter(|tool| !tool.needs_review)
    }

    fn outcome_unknown(&self) -> Option<Finding> {
        let evidence = self.unresolved_calls.iter().map(|call| Evidence {
            id: call.call.to_string(),
            label: format!("{} at {}", call.tool_name, call.at.to_rfc3339()),
        });
        finding(
            (FindingCode::OutcomeUnknown, Severity::High),
            evidence,
            |_| {
                format!(
                    "It is not known what became of {}; look upstream before anybody repeats it.",
                    n_are(self.unresolved, "call", "calls")
                )
            },
        )
    }

    fn too_few_reviewers(&self) -> Option<Finding> {
        self.visible().find(|tool| tool.high_risk)?;
        let reviewers: Vec<&Member> = self
            .members
            .iter()
            .filter(|member| allows(member.role, DecideHold::NAME))
            .collect();
        let sentence = match reviewers.len() {
            0 => "High-risk tools are on and no member can countersign their calls.",
            1 => {
                "High-risk tools are on and one member alone can countersign; calls made for that member can never run."
            }
            _ => return None,
        };
        Some(Finding {
            code: FindingCode::TooFewReviewers,
            severity: Severity::High,
            sentence: sentence.to_owned(),
            evidence: reviewers.into_iter().map(of_member).collect(),
        })
    }

    fn credential_over_plain_http(&self) -> Option<Finding> {
        let away = self
            .plain_credentials
            .iter()
            .filter(|plain| !stays_here(plain));
        let evidence = away.map(|plain| Evidence {
            id: plain.connection.to_string(),
            label: format!(
                "{} in {}: {}",
                plain.source_name, plain.environment_name, plain.base_url
            ),
        });
        finding(
            (FindingCode::CredentialOverPlainHttp, Severity::High),
            evidence,
            |n| {
                format!(
                    "{} without TLS; anybody on the way can read and reuse it.",
                    n_are(n, "credential is sent", "credentials are sent")
                )
            },
        )
    }

    fn same_hand_on_both_keys(&self) -> Option<Finding> {
        let evidence = self.same_hands.iter().map(|hand| Evidence {
            id: hand.tool.to_string(),
            label: format!("{}: {}", hand.tool_name, hand.label),
        });
        finding(
            (FindingCode::SameHandOnBothKeys, Severity::Medium),
            evidence,
            |n| {
                format!(
                    "{} turned on and countersigned by one and the same person only.",
                    n_are(n, "high-risk tool was", "high-risk tools were")
                )
            },
        )
    }

    fn lowered_tool_on(&self) -> Option<Finding> {
        let evidence = self.visible().filter_map(|tool| {
            let said = self.lowered.iter().find(|one| one.tool == tool.tool);
            let why = said.map(|said| {
                let what = said.said.summary();
                format!("{} made it {what} (“{}”)", said.by_label, said.reason)
            });
            let why = why.or_else(|| {
                let was = self.were_more.get(&tool.tool)?.summary();
                Some(format!("it was {was} when somebody decided about it"))
            })?;
            Some(Evidence {
                id: tool.tool.to_string(),
                label: format!(
                    "{} of {} in {}: {why}, {} turned it on (“{}”)",
                    tool.name,
                    tool.source_name,
                    tool.environment_name,
                    tool.decided_label,
                    tool.reason,
                ),
            })
        });
        finding(
            (FindingCode::LoweredToolOn, Severity::High),
            evidence,
            |n| {
                format!(
                    "{} on with less risk than before, because people or a newer document said so.",
                    n_are(n, "tool is", "tools are")
                )
            },
        )
    }

    fn credential_suspended(&self) -> Option<Finding> {
        let mut evidence: Vec<Evidence> = self
            .suspended
            .iter()
            .map(|one| Evidence {
                id: one.credential.0.to_string(),
                label: format!("{} in {}", one.source_name, one.environment_name),
            })
            .collect();
        // One may be suspended by several imports.
        evidence.dedup();
        finding(
            (FindingCode::CredentialSuspended, Severity::Medium),
            evidence.into_iter(),
            |n| {
                format!(
                    "{} suspended by what an import changed; no call is sent until somebody confirms.",
                    n_are(n, "credential is", "credentials are")
                )
            },
        )
    }

    fn writes_run_at_once(&self) -> Option<Finding> {
        let found = self.visible().filter(|tool| {
            tool.class != RiskClass::Read && !tool.high_risk && tool.handling == Handling::Run
        });
        finding(
            (FindingCode::WritesRunAtOnce, Severity::Medium),
            found.map(of_tool),
            |n| {
                format!(
                    "{} something without waiting for a countersignature.",
                    n_are(n, "tool changes", "tools change")
                )
            },
        )
    }

    fn low_confidence_tool_on(&self) -> Option<Finding> {
        let found = self
            .visible()
            .filter(|tool| tool.confidence == Confidence::Low);
        finding(
            (FindingCode::LowConfidenceToolOn, Severity::Medium),
            found.map(of_tool),
            |n| {
                format!(
                    "{} on although it is not clear what a call does.",
                    n_are(n, "tool is", "tools are")
                )
            },
        )
    }

    fn tools_need_review(&self) -> Option<Finding> {
        let found = self.tools_on.iter().filter(|tool| tool.needs_review);
        finding(
            (FindingCode::ToolsNeedReview, Severity::Medium),
            found.map(of_tool),
            |n| {
                format!(
                    "{} changed after being turned on; agents do not see what nobody has looked at.",
                    n_are(n, "tool has", "tools have")
                )
            },
        )
    }

    fn single_owner(&self) -> Option<Finding> {
        let owners: Vec<&Member> = self
            .members
            .iter()
            .filter(|member| member.role == Role::Owner)
            .collect();
        let [only] = owners.as_slice() else {
            return None;
        };
        Some(Finding {
            code: FindingCode::SingleOwner,
            severity: Severity::Low,
            sentence: "There is one owner; if that person is gone, nobody can make another."
                .to_owned(),
            evidence: vec![of_member(only)],
        })
    }

    fn tool_on_without_connection(&self) -> Option<Finding> {
        let found = self.visible().filter(|tool| !tool.connected);
        finding(
            (FindingCode::ToolOnWithoutConnection, Severity::Low),
            found.map(of_tool),
            |n| {
                format!(
                    "{} on in an environment where the API has no address; calls are refused.",
                    n_are(n, "tool is", "tools are")
                )
            },
        )
    }

    fn unused_tools_on(&self) -> Option<Finding> {
        finding(
            (FindingCode::UnusedToolsOn, Severity::Low),
            self.unused.iter().map(of_tool),
            |n| {
                format!(
                    "{} on without a call for 30 days; what is not needed is better off.",
                    n_are(n, "tool is", "tools are")
                )
            },
        )
    }
}

/// Makes a finding if there is evidence for one.
fn finding(
    (code, severity): (FindingCode, Severity),
    evidence: impl Iterator<Item = Evidence>,
    sentence: impl FnOnce(u64) -> String,
) -> Option<Finding> {
    let evidence: Vec<Evidence> = evidence.collect();
    (!evidence.is_empty()).then(|| Finding {
        code,
        severity,
        sentence: sentence(evidence.len() as u64),
        evidence,
    })
}

/// What is sent to this very machine crosses no network.
fn stays_here(plain: &PlainCredential) -> bool {
    let host = plain.base_url.as_url().host_str();
    matches!(host, Some("localhost" | "127.0.0.1" | "[::1]"))
}

fn of_tool(tool: &ToolOn) -> Evidence {
    Evidence {
        id: tool.tool.to_string(),
        label: format!(
            "{} of {} in {}",
            tool.name, tool.source_name, tool.environment_name
        ),
    }
}

fn of_member(member: &Member) -> Evidence {
    Evidence {
        id: member.id.to_string(),
        label: member.email.to_string(),
    }
}

fn n_are(n: u64, one: &str, several: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { several })
}

#[cfg(test)]
mod tests;
