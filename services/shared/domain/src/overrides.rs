//! What people say about a tool instead of its document: its risk, its name, its words.
//!
//! An override never changes a definition. It makes another one, so that nothing that was decided
//! or countersigned about the one before covers more than it did.
//!
//! What makes a tool less dangerous is about one operation and falls away when an import changes
//! anything about it; other words are about one text and fall away with it. What makes a tool more
//! dangerous stands until a person takes it back: no document can talk a risk down (T59).

mod said_risk;

use serde::{Deserialize, Serialize};

use self::said_risk::said_risk;
use crate::{
    clock::Timestamp,
    digest::{Digest, NotCanonical},
    drift::Prints,
    id::{MemberId, OverrideId, ToolId},
    name::{Description, Headline, ToolName},
    operation::ImportedOperation,
    risk::{Confidence, Risk, RiskClass},
};

/// Which part of a tool an override is about. There is at most one of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OverrideKind {
    /// How dangerous it is held to be.
    Risk,
    /// What agents call it.
    Name,
    /// Its title and its description.
    Words,
}

impl OverrideKind {
    /// All kinds, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::Risk, Self::Name, Self::Words];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Risk => "risk",
            Self::Name => "name",
            Self::Words => "words",
        }
    }

    /// Reads the name that [`OverrideKind::as_str`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A class, and whether each call needs a countersignature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidRisk {
    /// The kind of effect.
    pub class: RiskClass,
    /// Each call needs a countersignature.
    pub high_risk: bool,
}

impl SaidRisk {
    /// Classes that take away, cost money or give power are high-risk whatever anybody says.
    #[must_use]
    pub const fn new(class: RiskClass, high_risk: bool) -> Self {
        Self {
            class,
            high_risk: high_risk || class.is_guarded(),
        }
    }

    /// Everything that can be said, from the least.
    #[must_use]
    pub const fn choices() -> [Self; 8] {
        [
            Self::new(RiskClass::Read, false),
            Self::new(RiskClass::Read, true),
            Self::new(RiskClass::Write, false),
            Self::new(RiskClass::Write, true),
            Self::new(RiskClass::Delete, true),
            Self::new(RiskClass::Billing, true),
            Self::new(RiskClass::Auth, true),
            Self::new(RiskClass::Admin, true),
        ]
    }

    /// What a classification comes down to.
    #[must_use]
    pub const fn of(risk: &Risk) -> Self {
        Self {
            class: risk.class,
            high_risk: risk.high_risk,
        }
    }

    /// In a few words, for people.
    #[must_use]
    pub fn summary(self) -> String {
        let held = if self.high_risk { ", high risk" } else { "" };
        format!("{}{held}", self.class.as_str())
    }

    /// Says whether anything about the second is less than about the first. Another class of the
    /// same weight counts: an agent that may not call the one may be let call the other.
    #[must_use]
    pub fn lowers(self, after: Self) -> bool {
        let is_other = self.class != after.class && weight(after.class) <= weight(self.class);
        is_other || (self.high_risk && !after.high_risk)
    }
}

/// What is said about one part of a tool, by a person or by its document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Said {
    /// How dangerous it is.
    Risk(SaidRisk),
    /// What agents call it.
    Name {
        /// The name.
        name: ToolName,
    },
    /// What people and agents read about it.
    Words {
        /// One line.
        title: String,
        /// All of it.
        description: String,
    },
}

impl Said {
    /// A title and a description.
    #[must_use]
    pub fn words(title: Headline, description: Description) -> Self {
        Self::Words {
            title: title.into(),
            description: description.into(),
        }
    }

    /// Which part it is about.
    #[must_use]
    pub const fn kind(&self) -> OverrideKind {
        match self {
            Self::Risk(_) => OverrideKind::Risk,
            Self::Name { .. } => OverrideKind::Name,
            Self::Words { .. } => OverrideKind::Words,
        }
    }

    /// What a definition says about the part, as it was imported.
    #[must_use]
    pub fn imported(kind: OverrideKind, operation: &ImportedOperation, name: &ToolName) -> Self {
        match kind {
            OverrideKind::Risk => Self::Risk(SaidRisk::of(&operation.risk)),
            OverrideKind::Name => Self::Name { name: name.clone() },
            OverrideKind::Words => Self::Words {
                title: operation.title.clone(),
                description: operation.description.clone(),
            },
        }
    }

    /// In a few words, for people.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::Risk(risk) => risk.summary(),
            Self::Name { name } => name.to_string(),
            Self::Words { title, .. } => title.clone(),
        }
    }
}

/// Why an override no longer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedWhy {
    /// Somebody said something else.
    Replaced,
    /// Somebody took it back.
    Withdrawn,
    /// An import changed the text that it was about.
    TextChanged,
    /// An import changed the operation that it was about.
    OperationChanged,
    /// An import weighs the risk otherwise than the one it was about.
    RiskChanged,
    /// An import no longer has the tool.
    Removed,
}

impl EndedWhy {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Replaced,
        Self::Withdrawn,
        Self::TextChanged,
        Self::OperationChanged,
        Self::RiskChanged,
        Self::Removed,
    ];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::Withdrawn => "withdrawn",
            Self::TextChanged => "text_changed",
            Self::OperationChanged => "operation_changed",
            Self::RiskChanged => "risk_changed",
            Self::Removed => "removed",
        }
    }

    /// Reads the name that [`EndedWhy::as_str`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.as_str() == text)
    }

    /// The rest of a sentence that begins with the override.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Replaced => "somebody said something else since",
            Self::Withdrawn => "it was withdrawn",
            Self::TextChanged => "an import changed the text it was about",
            Self::OperationChanged => "an import changed the operation it was about",
            Self::RiskChanged => "an import weighs the risk otherwise than before",
            Self::Removed => "an import no longer had the tool",
        }
    }
}

/// One thing that a person says about a tool instead of its document.
#[derive(Clone, Debug)]
pub struct Override {
    /// Its id.
    pub id: OverrideId,
    /// The tool.
    pub tool: ToolId,
    /// What the person says.
    pub said: Said,
    /// What the document said.
    pub instead_of: Said,
    /// The fingerprint of what it is about, as [`Override::about`] takes it.
    pub about: Digest,
    /// Why, in the person's words.
    pub reason: String,
    /// Who.
    pub by: MemberId,
    /// What to show for them.
    pub by_label: String,
    /// When.
    pub at: Timestamp,
    /// Since when it no longer holds, and why.
    pub ended: Option<(Timestamp, EndedWhy)>,
}

impl Override {
    /// Says whether it holds.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.ended.is_none()
    }

    /// Takes the fingerprint of what something that is said is about: of a risk the whole
    /// operation, whose answer may hand out more than before and whose path may name its variables
    /// the other way round, otherwise the text.
    ///
    /// # Errors
    /// When a part cannot be written as JSON.
    pub fn about(kind: OverrideKind, imported: &ImportedOperation) -> Result<Digest, NotCanonical> {
        match kind {
            OverrideKind::Risk => {
                let of = Prints::of(imported, &[])?;
                let path = Digest::of(imported.path.as_bytes());
                Digest::of_canonical(&[of.text, of.input, of.output, of.security, of.server, path])
            }
            OverrideKind::Name | OverrideKind::Words => Prints::text_of(imported),
        }
    }

    /// Says whether it makes a tool more dangerous than its document did, in every respect.
    #[must_use]
    pub fn raises(&self) -> bool {
        match (&self.instead_of, &self.said) {
            (Said::Risk(before), Said::Risk(after)) => !before.lowers(*after),
            _ => false,
        }
    }

    /// Says why it does not hold for what an import makes of its tool. A name holds for anything,
    /// and so does what makes a tool more dangerous.
    ///
    /// # Errors
    /// When a part cannot be written as JSON.
    pub fn falls(&self, new: &ImportedOperation) -> Result<Option<EndedWhy>, NotCanonical> {
        if self.raises() {
            return Ok(None);
        }
        let is_other = || Ok(Self::about(self.said.kind(), new)? != self.about);
        Ok(match &self.instead_of {
            Said::Name { .. } => None,
            Said::Words { .. } => is_other()?.then_some(EndedWhy::TextChanged),
            Said::Risk(was) if *was != SaidRisk::of(&new.risk) => Some(EndedWhy::RiskChanged),
            Said::Risk(_) => is_other()?.then_some(EndedWhy::OperationChanged),
        })
    }
}

/// What a tool is with what people say about it: the definition that decisions are about.
#[must_use]
pub fn overridden<'o>(
    imported: &ImportedOperation,
    overrides: impl IntoIterator<Item = &'o Override>,
) -> ImportedOperation {
    let mut operation = imported.clone();
    for one in overrides {
        match &one.said {
            Said::Risk(_) => operation.risk = one.risk(imported),
            Said::Words { title, description } => {
                operation.title.clone_from(title);
                operation.description.clone_from(description);
            }
            // The name is the tool's and not the definition's.
            Said::Name { .. } => {}
        }
    }
    operation
}

impl Override {
    /// The risk of a tool of which this is said; what raises never makes less of what an import
    /// finds by now.
    fn risk(&self, operation: &ImportedOperation) -> Risk {
        let imported = &operation.risk;
        let was = SaidRisk::of(imported);
        let said = match &self.said {
            Said::Risk(said) if self.raises() && was.lowers(*said) => SaidRisk {
                class: if weight(said.class) > weight(was.class) {
                    said.class
                } else {
                    was.class
                },
                high_risk: was.high_risk || said.high_risk,
            },
            Said::Risk(said) => *said,
            Said::Name { .. } | Said::Words { .. } => was,
        };
        said_risk(operation, said, &self.reason)
    }
}

/// Says whether anything about the second is less than about the first.
#[must_use]
pub fn lowers(before: &Risk, after: &Risk) -> bool {
    SaidRisk::of(before).lowers(SaidRisk::of(after))
        || (before.destructive && !after.destructive)
        || (!before.read_only && after.read_only)
}

const fn weight(class: RiskClass) -> u8 {
    match class {
        RiskClass::Read => 0,
        RiskClass::Write => 1,
        RiskClass::Delete | RiskClass::Billing | RiskClass::Auth | RiskClass::Admin => 2,
    }
}

/// Says whether what a person says lowers what several kinds of evidence agree about.
#[must_use]
pub fn against_evidence(imported: &Risk, after: &Risk) -> bool {
    imported.confidence == Confidence::High && lowers(imported, after)
}

#[cfg(test)]
mod tests;
