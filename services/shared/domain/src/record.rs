//! One row of the audit log.

mod redact;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    clock::Timestamp,
    decision::Verdict,
    digest::Digest,
    id::{
        CallId, ClientId, EndpointId, HoldId, MemberId, PersonId, RecordId, SourceId, TenantId,
        ToolId, ToolVersionId,
    },
    name::Slug,
    risk::RiskClass,
};

pub use redact::{KEPT_BYTES, redact};

/// What a row is about. The text is stable: `subject.what_happened`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "the name says it, and `as_str` is the documented text"
)]
pub enum Act {
    CallAnswered,
    CallIntended,
    CallFinished,
    CallDenied,
    CallHeld,
    HoldCountersigned,
    HoldRejected,
    HoldExpired,
    HoldStale,
    SignedUp,
    SignedIn,
    SignInFailed,
    SignedOut,
    MemberInvited,
    InvitationRevoked,
    MemberJoined,
    MemberChanged,
    MemberRemoved,
    SourceImported,
    ImportFailed,
    SourceRenamed,
    SourceRemoved,
    ScheduleSet,
    ScheduleTakenAway,
    ScheduleStopped,
    ScheduledFetchFailed,
    /// Kept to read old rows: each tool has a row of its own now.
    ToolsTurnedOn,
    ToolTurnedOn,
    ToolTurnedOff,
    ToolOverridden,
    OverrideWithdrawn,
    OverrideFell,
    ConnectionChanged,
    CredentialStored,
    CredentialSuspended,
    CredentialConfirmed,
    EndpointCreated,
    EndpointChanged,
    EndpointRenamed,
    EndpointRemoved,
    AgentConsented,
    AgentRefused,
    AgentRevoked,
    CallsStopped,
    CallsResumed,
    TokenIssued,
    TokenRefused,
    RefreshReused,
    CodeReused,
    AccessDenied,
    ReportRead,
}

impl Act {
    /// All acts, in the order a filter shows them.
    pub const ALL: [Self; 51] = [
        Self::CallAnswered,
        Self::CallIntended,
        Self::CallFinished,
        Self::CallDenied,
        Self::CallHeld,
        Self::HoldCountersigned,
        Self::HoldRejected,
        Self::HoldExpired,
        Self::HoldStale,
        Self::SignedUp,
        Self::SignedIn,
        Self::SignInFailed,
        Self::SignedOut,
        Self::MemberInvited,
        Self::InvitationRevoked,
        Self::MemberJoined,
        Self::MemberChanged,
        Self::MemberRemoved,
        Self::SourceImported,
        Self::ImportFailed,
        Self::SourceRenamed,
        Self::SourceRemoved,
        Self::ScheduleSet,
        Self::ScheduleTakenAway,
        Self::ScheduleStopped,
        Self::ScheduledFetchFailed,
        Self::ToolsTurnedOn,
        Self::ToolTurnedOn,
        Self::ToolTurnedOff,
        Self::ToolOverridden,
        Self::OverrideWithdrawn,
        Self::OverrideFell,
        Self::ConnectionChanged,
        Self::CredentialStored,
        Self::CredentialSuspended,
        Self::CredentialConfirmed,
        Self::EndpointCreated,
        Self::EndpointChanged,
        Self::EndpointRenamed,
        Self::EndpointRemoved,
        Self::AgentConsented,
        Self::AgentRefused,
        Self::AgentRevoked,
        Self::CallsStopped,
        Self::CallsResumed,
        Self::TokenIssued,
        Self::TokenRefused,
        Self::RefreshReused,
        Self::CodeReused,
        Self::AccessDenied,
        Self::ReportRead,
    ];

    /// The text in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CallAnswered => "call.answered",
            Self::CallIntended => "call.intended",
            Self::CallFinished => "call.finished",
            Self::CallDenied => "call.denied",
            Self::CallHeld => "call.held",
            Self::HoldCountersigned => "hold.countersigned",
            Self::HoldRejected => "hold.rejected",
            Self::HoldExpired => "hold.expired",
            Self::HoldStale => "hold.stale",
            Self::SignedUp => "member.signed_up",
            Self::SignedIn => "member.signed_in",
            Self::SignInFailed => "member.sign_in_failed",
            Self::SignedOut => "member.signed_out",
            Self::MemberInvited => "member.invited",
            Self::InvitationRevoked => "member.invitation_revoked",
            Self::MemberJoined => "member.joined",
            Self::MemberChanged => "member.changed",
            Self::MemberRemoved => "member.removed",
            Self::SourceImported => "source.imported",
            Self::ImportFailed => "source.import_failed",
            Self::SourceRenamed => "source.renamed",
            Self::SourceRemoved => "source.removed",
            Self::ScheduleSet => "source.schedule_set",
            Self::ScheduleTakenAway => "source.schedule_taken_away",
            Self::ScheduleStopped => "source.schedule_stopped",
            Self::ScheduledFetchFailed => "source.scheduled_fetch_failed",
            Self::ToolsTurnedOn => "tools.turned_on",
            Self::ToolTurnedOn => "tool.turned_on",
            Self::ToolTurnedOff => "tool.turned_off",
            Self::ToolOverridden => "tool.overridden",
            Self::OverrideWithdrawn => "tool.override_withdrawn",
            Self::OverrideFell => "tool.override_fell",
            Self::ConnectionChanged => "connection.changed",
            Self::CredentialStored => "credential.stored",
            Self::CredentialSuspended => "credential.suspended",
            Self::CredentialConfirmed => "credential.confirmed",
            Self::EndpointCreated => "endpoint.created",
            Self::EndpointChanged => "endpoint.changed",
            Self::EndpointRenamed => "endpoint.renamed",
            Self::EndpointRemoved => "endpoint.removed",
            Self::AgentConsented => "agent.consented",
            Self::AgentRefused => "agent.refused",
            Self::AgentRevoked => "agent.revoked",
            Self::CallsStopped => "calls.stopped",
            Self::CallsResumed => "calls.resumed",
            Self::TokenIssued => "token.issued",
            Self::TokenRefused => "token.refused",
            Self::RefreshReused => "token.refresh_reused",
            Self::CodeReused => "token.code_reused",
            Self::AccessDenied => "access.denied",
            Self::ReportRead => "report.read",
        }
    }

    /// Reads the text that [`Act::as_str`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.as_str() == text)
    }
}

/// Who did it. Labels are kept as they were then: a later rename does not rewrite history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// The human being, or the one behind the agent.
    pub person: Option<PersonId>,
    /// That person's membership.
    pub member: Option<MemberId>,
    /// What to show for the person.
    pub person_label: String,
    /// The OAuth client, when an agent acted.
    pub client: Option<ClientId>,
    /// The client's own name for itself: a claim, not a fact.
    pub client_label: String,
}

/// The tool that a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedTool {
    /// The tool.
    pub tool: ToolId,
    /// Its exact definition.
    pub version: ToolVersionId,
    /// Its name then.
    pub name: String,
    /// Its class then.
    pub class: RiskClass,
    /// The endpoint it was called at.
    pub endpoint: Option<EndpointId>,
}

/// One row of the audit log. Rows are only ever added.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its id; sorts by time.
    pub id: RecordId,
    /// Whose log.
    pub tenant: TenantId,
    /// When, by the clock of the process that wrote it.
    pub at: Timestamp,
    /// What happened.
    pub act: Act,
    /// Who did it.
    pub who: Who,
    /// The call it belongs to; intent and outcome share it.
    pub call: Option<CallId>,
    /// The hold it belongs to.
    pub hold: Option<HoldId>,
    /// The tool it is about.
    pub tool: Option<RecordedTool>,
    /// The name that was called, where it is not known to be a tool's.
    pub called: Option<String>,
    /// Arguments with sensitive values replaced.
    pub arguments: Option<Map<String, Value>>,
    /// Digest of the arguments as they were.
    pub arguments_digest: Option<Digest>,
    /// The decision and the rule that decided.
    pub verdict: Option<Verdict>,
    /// How it ended: `ok`, `error`, `unknown`, `refused`.
    pub status: Option<Status>,
    /// A stable error code, where there is one.
    pub code: Option<String>,
    /// The upstream's HTTP status.
    pub upstream_status: Option<u16>,
    /// How long it took, in microseconds.
    pub latency_us: Option<i64>,
    /// Which credential was used, as `id/version`.
    pub credential: Option<String>,
    /// Whatever else belongs to this act; never a secret.
    pub detail: Map<String, Value>,
}

impl Record {
    /// A row that says only who did what, and when.
    #[must_use]
    pub fn new(world: &crate::World, tenant: TenantId, act: Act, who: Who) -> Self {
        Self {
            id: world.id(),
            tenant,
            at: world.now(),
            act,
            who,
            call: None,
            hold: None,
            tool: None,
            called: None,
            arguments: None,
            arguments_digest: None,
            verdict: None,
            status: None,
            code: None,
            upstream_status: None,
            latency_us: None,
            credential: None,
            detail: Map::new(),
        }
    }

    /// Says which API it is about.
    #[must_use]
    pub fn of_source(self, slug: &Slug, source: SourceId) -> Self {
        self.with("source", slug.as_str())
            .with("source_id", source.to_string())
    }

    /// Says which hold it is about, and of which tool.
    #[must_use]
    pub fn of_hold(self, hold: HoldId, tool: RecordedTool) -> Self {
        Self {
            hold: Some(hold),
            tool: Some(tool),
            ..self
        }
    }

    /// Adds one detail.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.detail.insert(key.to_owned(), value.into());
        self
    }
}

/// How something ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// As asked.
    Ok,
    /// The upstream or the request failed; what was sent is known.
    Error,
    /// Sent, but what became of it is not known. Never retried by us.
    Unknown,
    /// Nothing was sent, or the answer was withheld.
    Refused,
}

impl Status {
    /// The name in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Unknown => "outcome_unknown",
            Self::Refused => "refused",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_reads_back() {
        for act in Act::ALL {
            assert_eq!(Act::parse(act.as_str()), Some(act));
        }
    }
}
