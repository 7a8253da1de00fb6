//! What a call can do to the world, and why we think so.

use serde::{Deserialize, Serialize};

/// What kind of effect a call has. Order is not severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RiskClass {
    /// Changes nothing that anyone would notice.
    Read,
    /// Changes ordinary business data.
    Write,
    /// Removes stored data.
    Delete,
    /// Moves money, or changes what somebody pays or is paid.
    Billing,
    /// Issues, reveals or revokes credentials.
    Auth,
    /// Changes who may do what, or how the system is governed.
    Admin,
}

impl RiskClass {
    /// All classes, in the order they are shown.
    pub const ALL: [Self; 6] = [
        Self::Read,
        Self::Write,
        Self::Delete,
        Self::Billing,
        Self::Auth,
        Self::Admin,
    ];

    /// The name people see: `READ`, `WRITE`, …
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::Delete => "DELETE",
            Self::Billing => "BILLING",
            Self::Auth => "AUTH",
            Self::Admin => "ADMIN",
        }
    }

    /// Reads the name that [`RiskClass::as_str`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == text)
    }

    /// Takes away, costs money or gives power: high-risk, whatever else is known.
    #[must_use]
    pub const fn is_guarded(self) -> bool {
        match self {
            Self::Read | Self::Write => false,
            Self::Delete | Self::Billing | Self::Auth | Self::Admin => true,
        }
    }

    /// The OAuth scope that lets a token call tools of this class.
    #[must_use]
    pub const fn scope(self) -> &'static str {
        match self {
            Self::Read => "tools:read",
            Self::Write => "tools:write",
            Self::Delete => "tools:delete",
            Self::Billing => "tools:billing",
            Self::Auth => "tools:auth",
            Self::Admin => "tools:admin",
        }
    }

    /// The class whose [`RiskClass::scope`] this is.
    #[must_use]
    pub fn of_scope(scope: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.scope() == scope)
    }
}

/// How much a call can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing.
    Low,
    /// Something that can be put back.
    Medium,
    /// Something that needs a human first.
    High,
}

impl Level {
    /// The name people see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// How sure the classification is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// The evidence is missing or disagrees; treated as high risk.
    Low,
    /// Most of the evidence agrees.
    Medium,
    /// Several kinds of evidence agree.
    High,
}

impl Confidence {
    /// The name people see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A kind of data whose loss hurts somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sensitivity {
    /// Who somebody is.
    Personal,
    /// What somebody has or owes.
    Financial,
    /// How somebody is.
    Health,
    /// What opens a door.
    Credentials,
}

impl Sensitivity {
    /// All kinds, in the order they are shown.
    pub const ALL: [Self; 4] = [
        Self::Personal,
        Self::Financial,
        Self::Health,
        Self::Credentials,
    ];

    /// The name people see.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Financial => "financial",
            Self::Health => "health",
            Self::Credentials => "credentials",
        }
    }

    /// The names of some kinds, sorted: what a comparison or a fingerprint is made of.
    #[must_use]
    pub fn names(kinds: &[Self]) -> Vec<&'static str> {
        let mut names: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
        names.sort_unstable();
        names
    }
}

/// One reason for a classification, with the words of the document that led to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable code, for machines.
    pub code: String,
    /// One sentence for people.
    pub text: String,
    /// The words that are the evidence.
    pub evidence: String,
}

/// The classification of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// The kind of effect.
    pub class: RiskClass,
    /// A call changes nothing anyone would notice.
    pub read_only: bool,
    /// A call takes away something that an ordinary call cannot give back.
    pub destructive: bool,
    /// Needs a countersignature for each call.
    pub high_risk: bool,
    /// How sure we are.
    pub confidence: Confidence,
    /// Kinds of sensitive data touched.
    pub sensitivity: Vec<Sensitivity>,
    /// Why.
    pub reasons: Vec<Reason>,
}

impl Risk {
    /// How much a call can change: READ is low, whatever is high-risk is high.
    #[must_use]
    pub const fn level(&self) -> Level {
        match (self.high_risk, self.class) {
            (true, _) => Level::High,
            (false, RiskClass::Read) => Level::Low,
            (false, _) => Level::Medium,
        }
    }
}
