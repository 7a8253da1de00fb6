//! Small pieces of pages that are templates themselves, and so the only values that other
//! templates need not escape.

use askama::{Template, filters::HtmlSafe};
use chrono::TimeDelta;
use countersign_domain::{
    Timestamp,
    decision::Handling,
    operation::Severity,
    risk::{Level, RiskClass},
    tool::ToolState,
};

/// A moment: UTC for the eye, RFC 3339 for machines. A line may break between day and hour.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/when.html")]
pub(crate) struct When {
    machine: String,
    day: String,
    hour: String,
}

impl HtmlSafe for When {}

impl When {
    /// To the minute.
    pub(crate) fn new(at: Timestamp) -> Self {
        Self::written(at, "%H:%M")
    }

    /// To the second.
    pub(crate) fn exact(at: Timestamp) -> Self {
        Self::written(at, "%H:%M:%S")
    }

    fn written(at: Timestamp, hour: &str) -> Self {
        Self {
            machine: at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            day: at.format("%-d %b %Y").to_string(),
            hour: at.format(hour).to_string(),
        }
    }
}

/// Says how many a list lacks, as another version of the server wrote what this one cannot read.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/left_out.html")]
pub(crate) struct LeftOut {
    count: usize,
    id: &'static str,
    one: &'static str,
    many: &'static str,
}

impl HtmlSafe for LeftOut {}

impl LeftOut {
    /// So many agents, at whichever endpoint.
    pub(crate) const fn agents(count: usize) -> Self {
        Self {
            count,
            id: "agents",
            one: "agent of the organisation is",
            many: "agents of the organisation are",
        }
    }

    /// So many invitations.
    pub(crate) const fn invitations(count: usize) -> Self {
        Self {
            count,
            id: "invitations",
            one: "open invitation is",
            many: "open invitations are",
        }
    }
}

/// How long something takes or is away, in one unit.
pub(crate) fn span(length: TimeDelta) -> String {
    let seconds = length.num_seconds().max(0);
    let (number, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..86400 => (seconds / 3600, "hour"),
        _ => (seconds / 86400, "day"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

/// A number of bytes, for people: `812 B`, `1.4 KB`, `318 KB`, `3.0 MB`.
pub(crate) fn size(bytes: usize) -> String {
    let (unit, name) = match bytes {
        0..1024 => return format!("{bytes} B"),
        1024..1_048_576 => (1024, "KB"),
        _ => (1 << 20, "MB"),
    };
    match (bytes / unit, bytes % unit * 10 / unit) {
        (whole @ 0..100, tenth) => format!("{whole}.{tenth} {name}"),
        (whole, _) => format!("{whole} {name}"),
    }
}

/// A word with a colour; the word alone says all of it.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/badge.html")]
pub(crate) struct Badge {
    kind: &'static str,
    text: &'static str,
}

impl HtmlSafe for Badge {}

impl Badge {
    pub(crate) const fn new(kind: &'static str, text: &'static str) -> Self {
        Self { kind, text }
    }

    /// The word.
    pub(crate) const fn text(&self) -> &'static str {
        self.text
    }

    /// A risk class.
    pub(crate) const fn class(class: RiskClass) -> Self {
        let kind = match class {
            RiskClass::Read => "read",
            RiskClass::Write => "write",
            RiskClass::Delete => "delete",
            RiskClass::Billing => "billing",
            RiskClass::Auth => "auth",
            RiskClass::Admin => "admin",
        };
        Self::new(kind, class.as_str())
    }

    /// A side-effect level.
    pub(crate) const fn level(level: Level) -> Self {
        match level {
            Level::Low => Self::new("quiet", "low risk"),
            Level::Medium => Self::new("quiet", "medium risk"),
            Level::High => Self::new("high", "high risk"),
        }
    }

    /// What a tool is in an environment.
    pub(crate) const fn state(state: ToolState) -> Self {
        match state {
            ToolState::Off => Self::new("quiet", "off"),
            ToolState::On(Handling::Run) => Self::new("on", "on"),
            ToolState::On(Handling::Hold) => Self::new("held", "on, each call held"),
            ToolState::NeedsReview => Self::new("waits", "changed, needs review"),
            ToolState::Unsupported => Self::new("quiet", "unsupported"),
        }
    }

    /// How bad a note is.
    pub(crate) const fn severity(severity: Severity) -> Self {
        match severity {
            Severity::Info => Self::new("quiet", "note"),
            Severity::Warning => Self::new("review", "warning"),
            Severity::Error => Self::new("delete", "error"),
        }
    }

    /// A decision, by its name in the record.
    pub(crate) fn decision(name: &str) -> Self {
        match name {
            "allow" => Self::new("on", "allow"),
            "hold" => Self::new("held", "hold"),
            "deny" => Self::new("delete", "deny"),
            _ => Self::new("quiet", "none"),
        }
    }
}

/// The hidden field that proves that a form is ours.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/csrf.html")]
pub(crate) struct CsrfField {
    token: String,
}

impl HtmlSafe for CsrfField {}

impl CsrfField {
    pub(crate) fn new(token: &str) -> Self {
        Self {
            token: token.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_said_in_one_unit() {
        for (bytes, said) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1434, "1.4 KB"),
            (99 << 10, "99.0 KB"),
            (1_048_575, "1023 KB"),
            (3 << 20, "3.0 MB"),
        ] {
            assert_eq!(size(bytes), said);
        }
    }

    #[test]
    fn a_span_is_said_in_one_unit() {
        for (seconds, said) in [
            (-5, "0 seconds"),
            (1, "1 second"),
            (119, "1 minute"),
            (7200, "2 hours"),
            (200_000, "2 days"),
        ] {
            assert_eq!(span(TimeDelta::seconds(seconds)), said);
        }
    }
}
