//! What people say about a tool instead of its document: its risk, its name, its words.
//!
//! An override never changes a definition. It makes another one, so that nothing that was decided
//! or countersigned about the one before covers more than it did. It is about one text: when an
//! import changes the text, what was said about risk and words falls away.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Timestamp,
    digest::{Digest, NotCanonical},
    drift::Prints,
    id::{MemberId, OverrideId, ToolId},
    name::{Description, Headline, ToolName},
    operation::ImportedOperation,
    risk::{Confidence, Reason, Risk, RiskClass},
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
            Self::Risk(SaidRisk { class, high_risk }) if *high_risk => {
                format!("{}, high risk", class.as_str())
            }
            Self::Risk(SaidRisk { class, .. }) => class.as_str().to_owned(),
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
    /// An import weighs the risk otherwise than the one it was about.
    RiskChanged,
    /// An import no longer has the tool.
    Removed,
}

impl EndedWhy {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Replaced,
        Self::Withdrawn,
        Self::TextChanged,
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
    /// The fingerprint of the text it is about.
    pub text: Digest,
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

    /// Says why it does not hold for what an import makes of its tool; a name holds for anything.
    ///
    /// # Errors
    /// When the text cannot be written as JSON.
    pub fn falls(&self, new: &ImportedOperation) -> Result<Option<EndedWhy>, NotCanonical> {
        Ok(match &self.instead_of {
            Said::Risk(_) | Said::Words { .. } if Prints::text_of(new)? != self.text => {
                Some(EndedWhy::TextChanged)
            }
            Said::Risk(was) if *was != SaidRisk::of(&new.risk) => Some(EndedWhy::RiskChanged),
            Said::Risk(_) | Said::Name { .. } | Said::Words { .. } => None,
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
            Said::Risk(said) => operation.risk = said_risk(&imported.risk, *said, &one.reason),
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

fn said_risk(imported: &Risk, said: SaidRisk, reason: &str) -> Risk {
    let was = Said::Risk(SaidRisk::of(imported)).summary();
    let first = Reason {
        code: "said_by_a_person".to_owned(),
        text: format!("A person says so: {reason}"),
        evidence: format!("imported as {was}"),
    };
    let mut reasons = vec![first];
    reasons.extend(imported.reasons.iter().cloned());
    Risk {
        class: said.class,
        read_only: said.class == RiskClass::Read,
        destructive: said.class == RiskClass::Delete
            || (imported.destructive && said.class != RiskClass::Read),
        high_risk: said.high_risk || said.class.is_guarded(),
        confidence: Confidence::High,
        sensitivity: imported.sensitivity.clone(),
        reasons,
    }
}

/// Says whether anything about the second is less than about the first. Another class of the same
/// weight counts: an agent that may not call the one may be let call the other.
#[must_use]
pub fn lowers(before: &Risk, after: &Risk) -> bool {
    const fn weight(class: RiskClass) -> u8 {
        match class {
            RiskClass::Read => 0,
            RiskClass::Write => 1,
            RiskClass::Delete | RiskClass::Billing | RiskClass::Auth | RiskClass::Admin => 2,
        }
    }
    let class = before.class != after.class && weight(after.class) <= weight(before.class);
    class
        || (before.high_risk && !after.high_risk)
        || (before.destructive && !after.destructive)
        || (!before.read_only && after.read_only)
}

/// Says whether what a person says lowers what several kinds of evidence agree about.
#[must_use]
pub fn against_evidence(imported: &Risk, after: &Risk) -> bool {
    imported.confidence == Confidence::High && lowers(imported, after)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::drift::tests::operation;

    fn risk(class: RiskClass, high_risk: bool) -> Risk {
        let base = operation(&json!({})).risk;
        said_risk(&base, SaidRisk::new(class, high_risk), "because")
    }

    #[test]
    fn only_more_in_every_respect_is_not_a_lowering() {
        let all = SaidRisk::choices();
        let mut raises = 0;
        for (place, before) in all.iter().enumerate() {
            for (other, after) in all.iter().enumerate() {
                let (before, after) = (
                    risk(before.class, before.high_risk),
                    risk(after.class, after.high_risk),
                );
                if place == other {
                    assert!(!lowers(&before, &after));
                } else if !lowers(&before, &after) {
                    raises += 1;
                    assert!(lowers(&after, &before), "what was raised is lowered again");
                    assert!(after.level() >= before.level());
                }
            }
        }
        // READ below all seven others, READ held below WRITE held and the four, and so on.
        assert_eq!(raises, 7 + 5 + 5 + 4);
        println!("N = {} pairs, {raises} of them raise", 8 * 7);
    }

    #[test]
    fn a_class_that_takes_away_or_gives_power_cannot_be_said_to_run_at_once() {
        for class in RiskClass::ALL {
            assert_eq!(SaidRisk::new(class, false).high_risk, class.is_guarded());
        }
    }

    #[test]
    fn what_is_said_reads_back() {
        let all = [
            Said::Risk(SaidRisk::new(RiskClass::Billing, true)),
            Said::Name {
                name: "refund".parse().unwrap(),
            },
            Said::Words {
                title: "Refund".to_owned(),
                description: String::new(),
            },
        ];
        for said in all {
            let written = json!(said);
            assert_eq!(written["kind"], said.kind().as_str());
            assert_eq!(serde_json::from_value::<Said>(written).unwrap(), said);
        }
    }

    #[test]
    fn an_override_holds_for_the_text_and_the_risk_it_was_given_for() {
        let mut imported = operation(&json!({"properties": {"a": {"description": "One."}}}));
        let given = Override {
            id: uuid::Uuid::nil().into(),
            tool: uuid::Uuid::nil().into(),
            said: Said::Risk(SaidRisk::new(RiskClass::Write, true)),
            instead_of: Said::Risk(SaidRisk::of(&imported.risk)),
            text: Prints::text_of(&imported).unwrap(),
            reason: "it sends mail".to_owned(),
            by: uuid::Uuid::nil().into(),
            by_label: String::new(),
            at: Timestamp::UNIX_EPOCH,
            ended: None,
        };
        let now = overridden(&imported, [&given]);
        assert!(now.risk.high_risk && !now.risk.read_only);
        let falls = |imported: &ImportedOperation| given.falls(imported).unwrap();
        assert_eq!(falls(&imported), None);

        imported.input_schema["properties"]["b"] = json!({"type": "string"});
        assert_eq!(falls(&imported), None, "another argument without words");
        imported.risk.class = RiskClass::Auth;
        assert_eq!(falls(&imported), Some(EndedWhy::RiskChanged));
        imported.input_schema["properties"]["a"]["description"] = json!("Another.");
        assert_eq!(falls(&imported), Some(EndedWhy::TextChanged));
    }
}
