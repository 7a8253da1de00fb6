//! The table of roles and actions. Its printed form is a golden file in `tests/`.

use std::fmt::Write as _;

use countersign_domain::role::Role;

use crate::action::ActionName;

/// Says whether a member with this role may do this.
#[must_use]
pub const fn allows(role: Role, action: ActionName) -> bool {
    use ActionName as A;
    use Role::{Admin, Auditor, Developer, Owner, Reviewer};
    match action {
        A::ReadTenant | A::ReadHolds => true,
        A::ReadRecords => matches!(role, Owner | Admin | Reviewer | Auditor),
        A::ManageMembers | A::RemoveSource | A::RemoveEndpoint | A::LowerToolRisk => {
            matches!(role, Owner | Admin)
        }
        A::ImportSource | A::ManageConnection | A::ManageEndpoint | A::EnableTool => {
            matches!(role, Owner | Admin | Developer)
        }
        A::EnableHighRiskTool | A::RevokeAgent | A::ResumeCalls => {
            matches!(role, Owner | Admin | Reviewer)
        }
        A::DisableTool | A::OverrideTool | A::StopCalls => {
            matches!(role, Owner | Admin | Reviewer | Developer)
        }
        A::ConnectAgent => matches!(role, Owner | Admin | Reviewer | Developer),
        A::DecideHold => matches!(role, Owner | Admin | Reviewer),
        A::CallTool | A::RunJob => false,
    }
}

/// Prints the whole table, a row an action and a column a role.
#[must_use]
pub fn matrix() -> String {
    let mut table = format!("{:<20}", "");
    for role in Role::ALL {
        let _ = write!(table, "{:<11}", role.as_str());
    }
    for action in ActionName::ALL {
        let _ = write!(table, "\n{:<20}", format!("{action:?}"));
        for role in Role::ALL {
            let cell = if allows(role, *action) { "yes" } else { "-" };
            let _ = write!(table, "{cell:<11}");
        }
    }
    table
        .lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n")
        + "\n"
}
