//! Who may use which field: said in one table, kept by the use cases, proved by a test that tries
//! every field as every role.

use std::fmt::Write as _;

use countersign_access::{ActionName, allows};
use countersign_domain::role::Role;

use ActionName as A;

/// What somebody needs for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// A session.
    SignedIn,
    /// Membership of the tenant, with a role that allows any of these.
    AnyOf(&'static [ActionName]),
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldAccess {
    /// The type.
    pub on: &'static str,
    /// The field.
    pub field: &'static str,
    /// What it needs.
    pub needs: Needs,
}

impl FieldAccess {
    /// Says whether a member with this role may use the field.
    #[must_use]
    pub fn allows(&self, role: Role) -> bool {
        match self.needs {
            Needs::SignedIn => true,
            Needs::AnyOf(actions) => actions.iter().any(|action| allows(role, *action)),
        }
    }
}

const fn line(on: &'static str, field: &'static str, needs: Needs) -> FieldAccess {
    FieldAccess { on, field, needs }
}

const fn tenant(field: &'static str, actions: &'static [ActionName]) -> FieldAccess {
    line("Tenant", field, Needs::AnyOf(actions))
}

const fn mutation(field: &'static str, actions: &'static [ActionName]) -> FieldAccess {
    line("Mutation", field, Needs::AnyOf(actions))
}

/// Every field of the three types that authority is asked for at.
pub const ACCESS: &[FieldAccess] = &[
    line("Query", "viewer", Needs::SignedIn),
    line("Query", "tenant", Needs::AnyOf(&[A::ReadTenant])),
    tenant("slug", &[A::ReadTenant]),
    tenant("name", &[A::ReadTenant]),
    tenant("role", &[A::ReadTenant]),
    tenant("members", &[A::ReadTenant]),
    tenant("invitations", &[A::ManageMembers]),
    tenant("environments", &[A::ReadTenant]),
    tenant("sources", &[A::ReadTenant]),
    tenant("source", &[A::ReadTenant]),
    tenant("revision", &[A::ReadTenant]),
    tenant("revisionChanges", &[A::ReadTenant]),
    tenant("importNotices", &[A::ReadTenant]),
    tenant("tool", &[A::ReadTenant]),
    tenant("connections", &[A::ReadTenant]),
    tenant("suspensions", &[A::ReadTenant]),
    tenant("callStop", &[A::ReadTenant]),
    tenant("endpoints", &[A::ReadTenant]),
    tenant("endpoint", &[A::ReadTenant]),
    tenant("grants", &[A::ReadTenant]),
    tenant("holds", &[A::ReadHolds]),
    tenant("hold", &[A::ReadHolds]),
    tenant("records", &[A::ReadRecords]),
    tenant("record", &[A::ReadRecords]),
    tenant("report", &[A::ReadRecords]),
    mutation("importSource", &[A::ImportSource]),
    mutation("importRevision", &[A::ImportSource]),
    mutation("setSchedule", &[A::ImportSource]),
    mutation("renameSource", &[A::ImportSource]),
    mutation("removeSource", &[A::RemoveSource]),
    mutation("turnOnReads", &[A::EnableTool]),
    // Which of the two depends on the tool.
    mutation("turnOnTool", &[A::EnableTool, A::EnableHighRiskTool]),
    mutation("turnOffTool", &[A::DisableTool]),
    // Depends on the choice and on each tool; who may turn nothing on may still turn off.
    mutation("decideTools", &[A::DisableTool]),
    mutation("undoDecision", &[A::DisableTool]),
    // Lowering a risk takes LowerToolRisk, which depends on what is said.
    mutation("overrideToolRisk", &[A::OverrideTool]),
    mutation("renameTool", &[A::OverrideTool]),
    mutation("describeTool", &[A::OverrideTool]),
    mutation("withdrawOverride", &[A::OverrideTool]),
    mutation("setBaseUrl", &[A::ManageConnection]),
    mutation("storeCredential", &[A::ManageConnection]),
    mutation("confirmCredential", &[A::ManageConnection]),
    mutation("stopCalls", &[A::StopCalls]),
    mutation("resumeCalls", &[A::ResumeCalls]),
    mutation("createEndpoint", &[A::ManageEndpoint]),
    mutation("setEndpointTools", &[A::ManageEndpoint]),
    mutation("renameEndpoint", &[A::ManageEndpoint]),
    mutation("removeEndpoint", &[A::RemoveEndpoint]),
    // One's own agents, or anybody's: only who may connect one has any of their own.
    mutation("revokeGrant", &[A::ConnectAgent, A::RevokeAgent]),
    mutation("decideHold", &[A::DecideHold]),
    mutation("inviteMember", &[A::ManageMembers]),
    mutation("revokeInvitation", &[A::ManageMembers]),
    mutation("changeRole", &[A::ManageMembers]),
    mutation("removeMember", &[A::ManageMembers]),
    // Only for oneself.
    mutation("lookedAtImports", &[A::ReadTenant]),
];

/// Prints the table, a row a field and a column a role. Its printed form is a golden file.
#[must_use]
pub fn access_table() -> String {
    let mut table = format!("{:<28}", "");
    for role in Role::ALL {
        let _ = write!(table, "{:<11}", role.as_str());
    }
    for line in ACCESS {
        let _ = write!(table, "\n{:<28}", format!("{}.{}", line.on, line.field));
        for role in Role::ALL {
            let cell = if line.allows(role) { "yes" } else { "-" };
            let _ = write!(table, "{cell:<11}");
        }
    }
    let lines: Vec<&str> = table.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}
