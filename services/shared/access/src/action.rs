//! The kinds of thing that somebody may be allowed to do, a type each.

mod sealed {
    pub trait Sealed {}
}

/// A kind of thing that needs permission. Sealed: the list below is all there is.
pub trait Action: sealed::Sealed + Send + Sync + 'static {
    /// The action's entry in the table.
    const NAME: ActionName;
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        /// Every action, as a value; the rows of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ActionName { $($(#[$doc])* $name),* }

        impl ActionName {
            /// All actions, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
        }

        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;
            impl sealed::Sealed for $name {}
            impl Action for $name { const NAME: ActionName = ActionName::$name; }
        )*
    };
}

actions! {
    /// See APIs, tools, endpoints, connections and members.
    ReadTenant;
    /// Read the audit log and reports.
    ReadRecords;
    /// Invite, change and remove members.
    ManageMembers;
    /// Import an API or a new revision of one.
    ImportSource;
    /// Remove an API with all that belongs to it.
    RemoveSource;
    /// Turn tools on that are not high-risk.
    EnableTool;
    /// Turn high-risk tools on.
    EnableHighRiskTool;
    /// Turn any tool off.
    DisableTool;
    /// Say something about a tool instead of its document: more risk, a name, words.
    OverrideTool;
    /// Say that a tool is less risky than it is held to be.
    LowerToolRisk;
    /// Say where an API lives and store its credential.
    ManageConnection;
    /// Make endpoints and choose their tools.
    ManageEndpoint;
    /// Remove an endpoint and disconnect its agents.
    RemoveEndpoint;
    /// Let an agent act for oneself.
    ConnectAgent;
    /// Revoke any agent's grant.
    RevokeAgent;
    /// Stop all calls of all agents.
    StopCalls;
    /// Let calls go out again.
    ResumeCalls;
    /// See held calls with their arguments.
    ReadHolds;
    /// Countersign or reject held calls.
    DecideHold;
    /// Call tools, as an agent.
    CallTool;
    /// Do what the system does by itself: expire, import, finish.
    RunJob;
}
