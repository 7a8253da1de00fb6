//! When a tool may be turned on. Pure.

use countersign_access::{ActionName, EnableHighRiskTool, EnableTool, TenantScope};
use countersign_domain::{
    decision::Handling,
    id::ToolVersionId,
    operation::Judged,
    overrides::{Override, OverrideKind, SaidRisk},
    tool::{Choice, Enablement, Tool},
};
use countersign_store::enablements::TurnOnPermit;

use crate::{Seen, ToolDecisionError};

/// What whoever turns this tool on must be allowed: a high-risk one takes another right than the
/// rest, and so does one that is less dangerous than it was imported as since somebody says so, or
/// than it was when somebody decided about it (T59).
pub(crate) fn needed<'o, O: Judged>(
    tool: &Tool<O>,
    said: impl IntoIterator<Item = &'o Override>,
    was: Option<SaidRisk>,
) -> ActionName {
    if tool.operation.risk().high_risk || lowered(said).is_some() || was.is_some() {
        ActionName::EnableHighRiskTool
    } else {
        ActionName::EnableTool
    }
}

/// Asks for the permission that this tool needs.
pub(crate) fn permit<O: Judged>(
    scope: &TenantScope,
    tool: &Tool<O>,
    said: &[Override],
    was: Option<SaidRisk>,
) -> Result<TurnOnPermit, ToolDecisionError> {
    Ok(if tool.operation.risk().high_risk {
        TurnOnPermit::HighRisk(scope.allow(EnableHighRiskTool)?)
    } else if lowered(said).is_some() || was.is_some() {
        TurnOnPermit::Lowered(scope.allow(EnableHighRiskTool)?)
    } else {
        TurnOnPermit::Ordinary(scope.allow(EnableTool)?)
    })
}

/// What makes the risk of a tool less than it was imported as.
fn lowered<'o>(said: impl IntoIterator<Item = &'o Override>) -> Option<&'o Override> {
    said.into_iter()
        .find(|one| one.stands() && one.said.kind() == OverrideKind::Risk && !one.raises())
}

/// Says whether the tool may be on like this: its definition must be the one that was looked at,
/// it must be callable, and high risk must be held.
pub(crate) fn may_be_on<O: Judged>(
    tool: &Tool<O>,
    looked_at: ToolVersionId,
    handling: Handling,
) -> Result<(), ToolDecisionError> {
    if tool.version != looked_at {
        return Err(ToolDecisionError::ToolChanged);
    }
    if let Some(why) = tool.operation.unsupported() {
        return Err(ToolDecisionError::ToolUnsupported(why.to_owned()));
    }
    match (tool.operation.risk().high_risk, handling) {
        (true, Handling::Run) => Err(ToolDecisionError::HighRiskMustBeHeld),
        (true, Handling::Hold) | (false, Handling::Run | Handling::Hold) => Ok(()),
    }
}

/// Says whether the caller may turn on a tool of which people say this: whoever made its risk less
/// leaves that to somebody else, so that two people stand behind it (T59).
pub(crate) fn may_judge(scope: &TenantScope, said: &[Override]) -> Result<(), ToolDecisionError> {
    match lowered(said) {
        Some(one) if scope.member() == Some(one.by) => Err(ToolDecisionError::RiskLoweredByYou),
        Some(_) | None => Ok(()),
    }
}

/// Says whether a tool may be turned on after this decision: it must be the one that was seen, or say
/// the same. Turning off needs no such look.
pub(crate) fn may_follow(
    decided: Option<&Enablement>,
    seen: Seen,
    choice: Choice,
) -> Result<(), ToolDecisionError> {
    match decided {
        Some(one)
            if seen != Seen::Unsaid && seen != Seen::from(decided) && one.choice != choice =>
        {
            Err(ToolDecisionError::DecidedMeanwhile {
                by: one.by_label.clone(),
                what: match one.choice {
                    Choice::Off => "turned it off",
                    Choice::On(_) => "turned it on",
                },
                reason: one.reason.clone(),
            })
        }
        Some(_) | None => Ok(()),
    }
}
