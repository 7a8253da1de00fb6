//! Which changes put a tool back to review.

use serde::{Deserialize, Serialize};

use super::{Breaking, Change, ChangeKind, Weight};
use crate::operation::ImportedOperation;

/// Why a person must look at a tool again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewReason {
    /// What it needs to be let in changed.
    Security,
    /// It asks for other permissions.
    Scopes,
    /// It lives elsewhere.
    Server,
    /// It is held to be more, less or otherwise dangerous.
    Risk,
    /// Its path is written differently.
    Path,
    /// It can be called now, or cannot any more.
    Support,
    /// Calls as before may be refused, or mean something else.
    RequiredInput,
    /// It is high-risk, and what it takes changed at all.
    HighRiskInput,
    /// What people and models read about it changed.
    Text,
}

impl ReviewReason {
    /// All reasons, the weightiest first.
    pub const ALL: [Self; 9] = [
        Self::Security,
        Self::Scopes,
        Self::Server,
        Self::Risk,
        Self::Path,
        Self::Support,
        Self::RequiredInput,
        Self::HighRiskInput,
        Self::Text,
    ];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Scopes => "scopes",
            Self::Server => "server",
            Self::Risk => "risk",
            Self::Path => "path",
            Self::Support => "support",
            Self::RequiredInput => "required_input",
            Self::HighRiskInput => "high_risk_input",
            Self::Text => "text",
        }
    }

    /// Reads the name that [`ReviewReason::as_str`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    /// Reads it where it was kept. One that only a newer version of the server knows counts as the
    /// weightiest, so that somebody looks at the tool by itself.
    #[must_use]
    pub fn stored(text: &str) -> Self {
        Self::parse(text).unwrap_or(Self::ALL[0])
    }

    /// Says whether it is about who is let in, as what, or where: what one looks at by itself.
    #[must_use]
    pub const fn is_of_access(self) -> bool {
        matches!(self, Self::Security | Self::Scopes | Self::Server)
    }

    /// A word or two for people, for lists.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Scopes => "permissions",
            Self::Server => "server",
            Self::Risk => "risk",
            Self::Path => "path",
            Self::Support => "support",
            Self::RequiredInput => "required input",
            Self::HighRiskInput => "high-risk input",
            Self::Text => "text",
        }
    }

    /// One sentence for people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Security => "The credential that a call needs has changed.",
            Self::Scopes => "It asks for other permissions than before.",
            Self::Server => "It lives at another address than before.",
            Self::Risk => "Its risk has changed.",
            Self::Path => "Its path is written differently.",
            Self::Support => "Whether it can be called at all has changed.",
            Self::RequiredInput => "Calls as before may be refused or mean something else.",
            Self::HighRiskInput => "It is high-risk, and its input has changed.",
            Self::Text => "What people and agents read about it has changed.",
        }
    }
}

/// Decides whether the changes of one operation put its tool back to review, and gives the
/// weightiest reason.
///
/// Changes of other operations are not looked at; a change of the document's servers concerns
/// every operation that has none of its own. An optional argument that is added and an input that
/// is widened only inform, unless the tool is high-risk; changes of what the answer holds always
/// only inform. Words are text wherever they stand.
#[must_use]
pub fn needs_review(old: &ImportedOperation, changes: &[Change]) -> Option<ReviewReason> {
    changes
        .iter()
        .filter(|change| concerns(old, change))
        .filter_map(|change| reason(old, change))
        .min()
}

/// Says whether a change concerns a credential that is used there: where the API lives, or what
/// lets one in.
#[must_use]
pub fn concerns_credential(change: &Change) -> bool {
    matches!(change.kind, ChangeKind::Server | ChangeKind::Security) && !change.only_informs()
}

impl Change {
    /// Says whether it is of a part that counts and yet says nothing new to an agent or a
    /// credential.
    #[must_use]
    pub fn only_informs(&self) -> bool {
        self.weight == Weight::Informs
    }
}

fn concerns(old: &ImportedOperation, change: &Change) -> bool {
    match &change.operation {
        Some(of) => of.method == old.method && same_path(&of.path, &old.path),
        None => change.kind == ChangeKind::Server && old.servers.is_empty(),
    }
}

/// Compares paths without the names of their variables.
fn same_path(one: &str, other: &str) -> bool {
    one == other || super::path_shape(one) == super::path_shape(other)
}

fn reason(old: &ImportedOperation, change: &Change) -> Option<ReviewReason> {
    if change.only_informs() {
        return None;
    }
    match change.kind {
        ChangeKind::Security => Some(ReviewReason::Security),
        ChangeKind::Scopes => Some(ReviewReason::Scopes),
        ChangeKind::Server => Some(ReviewReason::Server),
        ChangeKind::Risk => Some(ReviewReason::Risk),
        ChangeKind::Path => Some(ReviewReason::Path),
        ChangeKind::Support => Some(ReviewReason::Support),
        ChangeKind::Text => Some(ReviewReason::Text),
        ChangeKind::Input if change.breaking != Breaking::No => Some(ReviewReason::RequiredInput),
        ChangeKind::Input if old.risk.high_risk => Some(ReviewReason::HighRiskInput),
        ChangeKind::Input
        | ChangeKind::Output
        | ChangeKind::Deprecation
        | ChangeKind::OperationAdded
        | ChangeKind::OperationRemoved => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::drift::{
        Endpoint, SecuritySeverity,
        tests::{change, operation},
    };

    #[test]
    fn only_what_can_mislead_or_stop_somebody_puts_a_tool_back_to_review() {
        use Breaking::{Breaking as Stops, No, Potentially};
        use ChangeKind as K;
        let table = [
            (K::Security, No, Some(ReviewReason::Security), true),
            (K::Scopes, No, Some(ReviewReason::Scopes), true),
            (K::Server, No, Some(ReviewReason::Server), true),
            (K::Risk, No, Some(ReviewReason::Risk), true),
            (K::Path, No, Some(ReviewReason::Path), true),
            (K::Support, No, Some(ReviewReason::Support), true),
            (K::Text, No, Some(ReviewReason::Text), true),
            (K::Input, Stops, Some(ReviewReason::RequiredInput), true),
            (
                K::Input,
                Potentially,
                Some(ReviewReason::RequiredInput),
                true,
            ),
            (K::Input, No, None, true),
            (K::Output, Stops, None, false),
            (K::Deprecation, No, None, false),
        ];
        let mut old = operation(&json!({}));
        for (kind, breaking, expected, when_high_risk) in table {
            let changes = [change(kind, breaking)];
            old.risk.high_risk = false;
            assert_eq!(needs_review(&old, &changes), expected, "{kind:?}");
            old.risk.high_risk = true;
            let [mut one] = changes;
            let found = needs_review(&old, std::slice::from_ref(&one));
            assert_eq!(found.is_some(), when_high_risk, "{kind:?}");
            one.weight = Weight::Informs;
            assert_eq!(needs_review(&old, &[one]), None, "{kind:?}");
        }
    }

    #[test]
    fn changes_of_others_do_not_count_but_those_of_the_document_do() {
        let old = operation(&json!({}));
        let mut one = change(ChangeKind::Security, Breaking::No);
        one.operation = Some(Endpoint {
            method: old.method,
            path: "/other".to_owned(),
        });
        assert_eq!(needs_review(&old, std::slice::from_ref(&one)), None);

        one.operation = None;
        one.kind = ChangeKind::Server;
        one.security = SecuritySeverity::High;
        assert_eq!(needs_review(&old, &[one]), Some(ReviewReason::Server));
    }

    #[test]
    fn a_change_that_was_kept_without_its_weight_counts() {
        let kept = serde_json::to_value(change(ChangeKind::Text, Breaking::No)).unwrap();
        assert_eq!(kept.get("weight"), None);
        let read: Change = serde_json::from_value(kept).unwrap();
        assert_eq!(read, change(ChangeKind::Text, Breaking::No));
        assert!(!read.only_informs());
    }

    #[test]
    fn a_renamed_variable_is_still_the_same_operation() {
        let old = operation(&json!({}));
        let mut one = change(ChangeKind::Path, Breaking::No);
        one.operation = Some(Endpoint {
            method: old.method,
            path: "/pets/{pet_id}".to_owned(),
        });
        assert_eq!(needs_review(&old, &[one]), Some(ReviewReason::Path));
    }
}
