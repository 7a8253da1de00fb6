//! What kinds of weakness are looked for.

/// The kinds of weakness there are. Codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingCode {
    /// A call was sent, or was about to be, and its outcome is not known.
    OutcomeUnknown,
    /// High-risk tools are on and fewer than two members can countersign.
    TooFewReviewers,
    /// A credential is sent without TLS.
    CredentialOverPlainHttp,
    /// Whoever turned a high-risk tool on is the only one who countersigns it.
    SameHandOnBothKeys,
    /// Tools are on whose risk a person made less.
    LoweredToolOn,
    /// A credential waits for a member after an import.
    CredentialSuspended,
    /// Tools that change something run at once.
    WritesRunAtOnce,
    /// Tools are on whose classification is a guess.
    LowConfidenceToolOn,
    /// Tools were on until their definition changed.
    ToolsNeedReview,
    /// There is one owner.
    SingleOwner,
    /// Tools are on whose API has no address.
    ToolOnWithoutConnection,
    /// Tools are on that no agent has called for a long time.
    UnusedToolsOn,
}

impl FindingCode {
    /// The stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OutcomeUnknown => "outcome_unknown",
            Self::TooFewReviewers => "too_few_reviewers",
            Self::CredentialOverPlainHttp => "credential_over_plain_http",
            Self::SameHandOnBothKeys => "same_hand_on_both_keys",
            Self::LoweredToolOn => "lowered_tool_on",
            Self::CredentialSuspended => "credential_suspended",
            Self::WritesRunAtOnce => "writes_run_at_once",
            Self::LowConfidenceToolOn => "low_confidence_tool_on",
            Self::ToolsNeedReview => "tools_need_review",
            Self::SingleOwner => "single_owner",
            Self::ToolOnWithoutConnection => "tool_on_without_connection",
            Self::UnusedToolsOn => "unused_tools_on",
        }
    }
}
