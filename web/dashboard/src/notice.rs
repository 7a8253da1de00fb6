//! What a page says after a change. A fixed table: the address says which sentence, never the
//! words, so that a link cannot put words into our mouth.

macro_rules! notices {
    ($($name:ident $code:literal $text:literal;)*) => {
        /// Something that was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Done { $($name),* }

        impl Done {
            const ALL: &'static [Self] = &[$(Self::$name),*];

            /// What stands in the address.
            pub(crate) const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// What the page says.
            pub(crate) const fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

notices! {
    NoReads "no-reads" "There was no READ tool left to turn on.";
    ToolOn "tool-on" "The tool is on.";
    ToolOff "tool-off" "The tool is off. Agents no longer see it.";
    BeforeOn "before-on" "The tool before this one is on.";
    BeforeOff "before-off" "The tool before this one is off. Agents no longer see it.";
    Overridden "overridden" "The tool is changed. Where it needs review now, agents do not see it until it is turned on again.";
    Renamed "renamed" "The tool has its new name. Agents know it by that name only.";
    SaidAlready "said-already" "The tool is like that already. Nothing has changed.";
    OverrideWithdrawn "override-withdrawn" "The override is withdrawn; what the document says holds again. Where the tool needs review now, agents do not see it until it is turned on again.";
    AddressSaved "address-saved" "The address is saved.";
    CredentialConfirmed "credential-confirmed" "The credential is confirmed. Calls are sent with it again.";
    CredentialStored "credential-stored" "The credential is stored. It is never shown again.";
    ImportsLooked "imports-looked" "Noted. What imports change from now on is told again.";
    ScheduleSet "schedule-set" "The schedule is set. What it finds is imported like any other document.";
    ScheduleOff "schedule-off" "Nobody looks at the address by itself any more.";
    SourceRenamed "source-renamed" "The name is saved. Addresses and the names of tools are as they were.";
    SourceRemoved "source-removed" "The API is removed. What was recorded of it stays in the audit log.";
    EndpointCreated "endpoint-created" "The endpoint is ready. Connect an agent with one of the snippets below.";
    EndpointChanged "endpoint-changed" "The endpoint's tools are saved.";
    EndpointRenamed "endpoint-renamed" "The name is saved. The URL is as it was.";
    EndpointRemoved "endpoint-removed" "The endpoint is removed, and its agents are disconnected.";
    AgentRevoked "agent-revoked" "The agent is disconnected.";
    Countersigned "countersigned" "Countersigned. The agent's next identical call runs, once.";
    Rejected "rejected" "Rejected. The call will not run.";
    CallsStopped "calls-stopped" "Done. All calls are stopped until somebody resumes them.";
    CallsResumed "calls-resumed" "Calls go out again.";
    InvitationRevoked "invitation-revoked" "The invitation is taken back.";
    RoleChanged "role-changed" "The role is changed.";
    MemberRemoved "member-removed" "The member is removed, and their agents are disconnected.";
    Joined "joined" "Welcome. You are a member now.";
    SignedOut "signed-out" "You are signed out.";
}

impl Done {
    /// Finds the sentence that an address asks for.
    pub(crate) fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|done| done.code() == code)
    }
}
