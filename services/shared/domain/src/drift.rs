//! How two imports of one API differ, as values: what changed, whom it breaks, who must look.
//!
//! The comparison itself is the importer's. What it finds is [`Change`]; whether a person must
//! look at a tool again is decided here by [`needs_review`], from the changes alone, and what was
//! unknown or could be misused always counts as a reason to look. [`Prints`] are the same parts
//! as fingerprints, for what holds only as long as a part stays as it is.

mod prints;
mod review;
mod runs;
mod words;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::operation::Method;

pub use prints::Prints;
pub use review::{ReviewReason, concerns_credential, needs_review};
pub use runs::{Run, runs};
pub use words::{Words, choices_of};

/// One difference between two imports of one API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which part of the operation it concerns.
    pub kind: ChangeKind,
    /// Stable code in `snake_case`, one for each check.
    pub code: String,
    /// The operation, as the newer document has it; `None` for the whole document.
    pub operation: Option<Endpoint>,
    /// What it does to those who call as before.
    pub breaking: Breaking,
    /// How much it matters for who may do what.
    pub security: SecuritySeverity,
    /// Whether it can be a reason to look; what is read back is no less of one than it was.
    #[serde(default, skip_serializing_if = "Weight::counts")]
    pub weight: Weight,
    /// Where in the operation, in words: `body.items[].price`; empty for all of it.
    pub place: String,
    /// One sentence for people.
    pub text: String,
    /// What stood there, cut and with hidden characters drawn.
    pub before: Option<String>,
    /// What stands there now, cut and with hidden characters drawn.
    pub after: Option<String>,
    /// How much of what differs these two show.
    #[serde(default)]
    pub shown: Shown,
}

/// How much of a difference is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// It was kept before this was.
    #[default]
    Unsaid,
    /// All of it; what is left out is the same on both sides.
    All,
    /// Some of it is left out.
    Part,
}

impl Change {
    /// Stands for changes that another version of the server wrote and this one cannot read: nothing
    /// of them is shown, and they may be of any weight.
    #[must_use]
    pub fn unreadable() -> Self {
        Self {
            kind: ChangeKind::Support,
            code: "changes_unreadable".to_owned(),
            operation: None,
            breaking: Breaking::Potentially,
            security: SecuritySeverity::Medium,
            weight: Weight::Counts,
            place: String::new(),
            text: "Another version of Countersign wrote what changed, which this one cannot read."
                .to_owned(),
            before: None,
            after: None,
            shown: Shown::Part,
        }
    }

    /// Says whether some of what differs may have been left out.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        let is_cut = |value: &Option<String>| {
            let value = value.as_deref().unwrap_or_default();
            value.trim_matches('…').contains('…')
        };
        match self.shown {
            Shown::All => false,
            Shown::Part => true,
            Shown::Unsaid => is_cut(&self.before) || is_cut(&self.after),
        }
    }
}

/// One method and path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Endpoint {
    /// The method.
    pub method: Method,
    /// The path template as it stands in the document.
    pub path: String,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Writes a path template without the names of its variables: `/pets/{}/toys/{}`.
///
/// Two operations with one method and one shape are the same operation.
#[must_use]
pub fn path_shape(path: &str) -> String {
    let mut shape = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((_, behind)) = after.split_once('}') else {
            break;
        };
        shape.push_str(before);
        shape.push_str("{}");
        rest = behind;
    }
    shape.push_str(rest);
    shape
}

/// Which part of an operation a change concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is new.
    OperationAdded,
    /// It is gone.
    OperationRemoved,
    /// Its path is written differently.
    Path,
    /// Which arguments it takes, and how they are sent.
    Input,
    /// What it answers.
    Output,
    /// What it needs to be let in.
    Security,
    /// Which permissions it asks for.
    Scopes,
    /// Where it lives.
    Server,
    /// What people and models read about it.
    Text,
    /// How dangerous it is held to be.
    Risk,
    /// Whether it is marked as deprecated.
    Deprecation,
    /// Whether it can be called faithfully.
    Support,
}

impl ChangeKind {
    /// All kinds, in the order they are shown.
    pub const ALL: [Self; 12] = [
        Self::OperationAdded,
        Self::OperationRemoved,
        Self::Path,
        Self::Security,
        Self::Scopes,
        Self::Server,
        Self::Risk,
        Self::Support,
        Self::Input,
        Self::Output,
        Self::Text,
        Self::Deprecation,
    ];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OperationAdded => "operation_added",
            Self::OperationRemoved => "operation_removed",
            Self::Path => "path",
            Self::Input => "input",
            Self::Output => "output",
            Self::Security => "security",
            Self::Scopes => "scopes",
            Self::Server => "server",
            Self::Text => "text",
            Self::Risk => "risk",
            Self::Deprecation => "deprecation",
            Self::Support => "support",
        }
    }

    /// Reads the name that [`ChangeKind::as_str`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What a change does to those who call as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Breaking {
    /// Nothing.
    No,
    /// It may stop them, or mean something else than before.
    Potentially,
    /// It stops some of them.
    Breaking,
}

impl Breaking {
    /// The name people see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Potentially => "potentially",
            Self::Breaking => "breaking",
        }
    }
}

/// How much a change matters for who may do what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecuritySeverity {
    /// Not at all.
    None,
    /// Worth knowing.
    Low,
    /// Somebody should look.
    Medium,
    /// It opens something, or moves it to another place.
    High,
}

impl SecuritySeverity {
    /// The name people see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// Whether a change can put a tool back to review.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// It can; its kind says whether it does.
    #[default]
    Counts,
    /// It is of a part that counts, and yet says nothing new to an agent or a credential.
    Informs,
}

impl Weight {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "this is how serde calls it"
    )]
    fn counts(&self) -> bool {
        *self == Self::Counts
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::operation::ImportedOperation;

    pub(crate) fn operation(input: &Value) -> ImportedOperation {
        serde_json::from_value(json!({
            "method": "GET", "path": "/pets/{id}", "operation_id": null, "name": "get_pet",
            "title": "Get a pet", "description": "", "input_schema": input, "binds": [],
            "body": null, "security": {"kind": "public"}, "servers": [], "deprecated": false,
            "risk": {
                "class": "READ", "read_only": true, "destructive": false, "high_risk": false,
                "confidence": "high", "sensitivity": [], "reasons": [],
            },
            "unsupported": null, "diagnostics": [],
        }))
        .unwrap()
    }

    pub(crate) fn change(kind: ChangeKind, breaking: Breaking) -> Change {
        Change {
            kind,
            code: "something_changed".to_owned(),
            operation: Some(Endpoint {
                method: Method::Get,
                path: "/pets/{id}".to_owned(),
            }),
            breaking,
            security: SecuritySeverity::None,
            weight: Weight::Counts,
            place: String::new(),
            text: "Something changed.".to_owned(),
            before: None,
            after: None,
            shown: Shown::All,
        }
    }

    #[test]
    fn what_was_kept_before_it_was_said_is_cut_where_something_is_left_out_within() {
        let mut kept = serde_json::to_value(change(ChangeKind::Text, Breaking::No)).unwrap();
        kept.as_object_mut().unwrap().remove("shown");
        for (after, is_cut) in [("…all of it…", false), ("Note … all of it!", true)] {
            kept["after"] = json!(after);
            let read: Change = serde_json::from_value(kept.clone()).unwrap();
            assert_eq!((read.shown, read.is_cut()), (Shown::Unsaid, is_cut));
        }
    }

    #[test]
    fn paths_have_one_shape_whatever_their_variables_are_called() {
        assert_eq!(path_shape("/a/{id}/b/{x}.{y}"), "/a/{}/b/{}.{}");
        assert_eq!(path_shape("/a/{id"), "/a/{id");
        assert_ne!(path_shape("/a/{id}"), path_shape("/a/id"));
    }

    #[test]
    fn kinds_are_read_back_by_their_names() {
        for kind in ChangeKind::ALL {
            assert_eq!(ChangeKind::parse(kind.as_str()), Some(kind));
            assert_eq!(json!(kind), json!(kind.as_str()));
        }
    }
}
