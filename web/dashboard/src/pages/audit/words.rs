//! The codes of the audit log, in words.

/// What an act is; nothing for one that this version does not know.
pub(super) fn of_act(act: &str) -> &'static str {
    match act {
        "call.answered" => "A READ call was answered",
        "call.intended" => "A call was about to be sent",
        "call.finished" => "A call came to its end",
        "call.denied" => "A call was refused",
        "call.held" => "A call waits for a countersignature",
        "hold.countersigned" => "A held call was countersigned",
        "hold.rejected" => "A held call was rejected",
        "hold.expired" => "A held call expired",
        "hold.stale" => "A held call went stale: something changed",
        "member.signed_up" => "Somebody signed up",
        "member.signed_in" => "A member signed in",
        "member.sign_in_failed" => "A sign-in failed",
        "member.signed_out" => "A member signed out",
        "member.invited" => "Somebody was invited",
        "member.invitation_revoked" => "An invitation was taken back",
        "member.joined" => "A member joined",
        "member.changed" => "A member’s role was changed",
        "member.removed" => "A member was removed",
        "source.imported" => "An API was imported",
        "source.import_failed" => "An import failed",
        "source.renamed" => "An API got another name",
        "source.removed" => "An API was removed",
        "source.schedule_set" => "A schedule was set",
        "source.schedule_taken_away" => "A schedule was taken away",
        "source.schedule_stopped" => "A schedule stopped",
        "source.scheduled_fetch_failed" => "A scheduled look at an address failed",
        "tools.turned_on" => "Tools were turned on",
        "tool.turned_on" => "A tool was turned on",
        "tool.turned_off" => "A tool was turned off",
        "tool.overridden" => "Somebody changed what a tool’s document says",
        "tool.override_withdrawn" => "An override was taken back",
        "tool.override_fell" => "An import ended an override",
        "connection.changed" => "The address of an API was changed",
        "credential.stored" => "A credential was stored",
        "credential.suspended" => "An import suspended a credential",
        "credential.confirmed" => "A suspended credential was confirmed",
        "endpoint.created" => "An endpoint was made",
        "endpoint.changed" => "The tools of an endpoint were changed",
        "endpoint.renamed" => "An endpoint got another name",
        "endpoint.removed" => "An endpoint was removed",
        "agent.consented" => "An agent was connected",
        "agent.refused" => "An agent was refused at the consent",
        "agent.revoked" => "An agent was disconnected",
        "calls.stopped" => "All calls were stopped",
        "calls.resumed" => "Calls were resumed",
        "token.issued" => "An agent got a token",
        "token.refused" => "An agent was refused a token",
        "token.refresh_reused" => "A refresh token was used twice",
        "token.code_reused" => "A code was used twice",
        "access.denied" => "Somebody was refused",
        "report.read" => "The report was read",
        _ => "",
    }
}

/// What the rule that decided about a call says.
pub(super) fn of_rule(rule: &str) -> &'static str {
    match rule {
        "read_is_on" => "the READ tool is on",
        "run_by_decision" => "the tool is on and runs at once",
        "high_risk" => "the tool is high-risk, so each call is held",
        "hold_by_decision" => "each call of the tool is held",
        "countersigned" => "exactly this call was countersigned",
        "unknown_tool" => "the tool is not there, off, or not of this endpoint",
        "scope_missing" => "the agent was not allowed tools of this class",
        "arguments_refused" => "the arguments do not fit the tool",
        "request_refused" => "no request could be built from them",
        "rate_limited" => "too many calls",
        "rejected" => "a reviewer rejected it",
        "expired" => "it expired before it was used",
        "approval_stale" => "something changed since it was held",
        "stopped" => "people had stopped all calls",
        "not_connected" => "the API has no address or credential here",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use countersign_domain::record::Act;

    use super::*;

    #[test]
    fn every_act_has_words() {
        for act in Act::ALL {
            assert!(!of_act(act.as_str()).is_empty(), "{}", act.as_str());
        }
    }
}
