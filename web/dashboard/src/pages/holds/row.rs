//! A held call in a list: enough to tell it from others.

use countersign_approvals::{HoldBrief, HoldOutcome};
use countersign_domain::{Timestamp, hold::HoldState, id::PersonId, record::Status};
use url::Url;

use crate::{
    field::sentence,
    inert::Inert,
    parts::{Badge, When, span},
};

/// One held call of the list.
pub(crate) struct HoldRow {
    pub(crate) id: String,
    pub(crate) tool: Inert,
    pub(crate) class: Badge,
    pub(crate) request: RequestLine,
    pub(crate) given: Inert,
    pub(crate) agent: Inert,
    pub(crate) requester: Inert,
    pub(crate) own: bool,
    pub(crate) why: Inert,
    pub(crate) age: String,
    pub(crate) left: String,
    pub(crate) left_seconds: i64,
    pub(crate) state: Badge,
    /// What the API answered.
    pub(crate) upstream: Option<i32>,
    pub(crate) by: Option<Inert>,
    pub(crate) at: When,
}

/// Method and final URL, the host apart so that it can be looked at.
pub(crate) struct RequestLine {
    pub(crate) method: Inert,
    pub(crate) before: Inert,
    pub(crate) host: Inert,
    pub(crate) after: Inert,
}

impl RequestLine {
    pub(crate) fn new(method: &str, url: &str) -> Self {
        let (before, host, after) = split(url);
        Self {
            method: Inert::new(method),
            before: Inert::new(before),
            host: Inert::new(host),
            after: Inert::new(after),
        }
    }
}

/// Splits a URL around its host, as a parser reads it; what cannot be read is shown as it is.
fn split(url: &str) -> (&str, &str, &str) {
    let parsed = Url::parse(url).ok();
    let host = parsed.as_ref().and_then(Url::host_str);
    let at = host.and_then(|host| {
        let start = url.find("://")? + 3;
        url[start..]
            .starts_with(host)
            .then_some((start, start + host.len()))
    });
    at.map_or((url, "", ""), |(start, end)| {
        (&url[..start], &url[start..end], &url[end..])
    })
}

fn state(state: &HoldState) -> Badge {
    match state {
        HoldState::Pending => Badge::new("held", "waiting"),
        HoldState::Countersigned(_) => Badge::new("on", "countersigned"),
        HoldState::Rejected(_) => Badge::new("delete", "rejected"),
        HoldState::Expired => Badge::new("quiet", "expired"),
        HoldState::Stale => Badge::new("quiet", "stale"),
        HoldState::Consumed(_) => Badge::new("held", "countersigned, no outcome yet"),
    }
}

/// How the call of a countersignature that was used ended.
fn ended(outcome: &HoldOutcome) -> Option<Badge> {
    let is = |status: Status| outcome.status.as_deref() == Some(status.as_str());
    let badges = [
        (Status::Ok, "on", "countersigned and sent"),
        (Status::Error, "delete", "countersigned, failed"),
        (Status::Unknown, "review", "countersigned, outcome unknown"),
        (Status::Refused, "delete", "countersigned, not sent"),
    ];
    let badge = badges.into_iter().find(|(status, ..)| is(*status));
    badge.map(|(_, kind, text)| Badge::new(kind, text))
}

impl HoldRow {
    pub(crate) fn new(hold: &HoldBrief, now: Timestamp, viewer: Option<PersonId>) -> Self {
        Self {
            id: hold.id.to_string(),
            tool: Inert::new(&hold.tool_name),
            class: Badge::class(hold.class),
            request: RequestLine::new(&hold.method, &hold.url),
            given: Inert::new(&hold.given),
            agent: Inert::new(&hold.client_label),
            requester: Inert::new(&hold.requester_label),
            own: viewer == Some(hold.requester),
            why: Inert::new(sentence(&hold.why)),
            age: span(now - hold.created_at),
            left: span(hold.expires_at - now),
            left_seconds: (hold.expires_at - now).num_seconds(),
            state: state(&hold.state),
            upstream: None,
            by: hold.decided_label.as_ref().map(Inert::new),
            at: When::new(hold.created_at),
        }
    }

    /// Says what became of it, where that is known.
    pub(crate) fn with_outcome(mut self, outcome: Option<&HoldOutcome>) -> Self {
        if let Some((outcome, badge)) = outcome.and_then(|one| Some((one, ended(one)?))) {
            self.state = badge;
            self.upstream = outcome.upstream;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn the_host_that_is_shown_is_the_host_that_is_called() {
        for (url, host) in [
            ("https://api.example.com/v1?x=1", "api.example.com"),
            ("https://api.example.com:8443/v1", "api.example.com"),
            ("http://[::1]:9000/", "[::1]"),
            (
                "https://xn--pypal-4ve.com/@bank.example",
                "xn--pypal-4ve.com",
            ),
            ("https://user@evil.example/", ""),
            ("not a url", ""),
        ] {
            let (before, found, after) = split(url);
            assert_eq!(found, host, "{url}");
            assert_eq!(format!("{before}{found}{after}"), url);
        }
    }
}
