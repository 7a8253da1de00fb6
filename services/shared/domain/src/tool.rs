//! What an agent sees of an operation, and what a member decided about it.

use crate::{
    clock::Timestamp,
    decision::Handling,
    digest::Digest,
    id::{EnablementId, MemberId, RevisionId, SourceId, ToolId, ToolVersionId},
    operation::{ImportedOperation, Judged},
    overrides::SaidRisk,
};

/// A tool with its present definition, or with the brief of it.
#[derive(Clone, Debug)]
pub struct Tool<O = ImportedOperation> {
    /// Stable over revisions; follows method and path.
    pub id: ToolId,
    /// The API it belongs to.
    pub source: SourceId,
    /// What agents call it.
    pub name: String,
    /// The present definition.
    pub version: ToolVersionId,
    /// The revision that made the present definition.
    pub revision: RevisionId,
    /// Digest of the definition.
    pub fingerprint: Digest,
    /// The definition.
    pub operation: O,
}

/// A recorded decision about a tool in an environment.
#[derive(Clone, Debug)]
pub struct Enablement {
    /// Its id, which is the policy version approvals are bound to.
    pub id: EnablementId,
    /// The tool.
    pub tool: ToolId,
    /// The definition that was looked at.
    pub version: ToolVersionId,
    /// What was decided.
    pub choice: Choice,
    /// Why, in the member's words.
    pub reason: String,
    /// Who.
    pub by: MemberId,
    /// What to show for them.
    pub by_label: String,
    /// When.
    pub at: Timestamp,
}

/// What was decided about a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Choice {
    /// Agents do not see it.
    Off,
    /// Agents see it.
    On(Handling),
}

/// What a tool was held to be when somebody decided about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecidedRisk {
    /// With what people said of it.
    pub risk: SaidRisk,
    /// By its document alone.
    pub imported: SaidRisk,
    /// It was turned on, in the environment that is asked about.
    pub turned_on_here: bool,
}

impl DecidedRisk {
    /// What of it was more than the tool is now.
    #[must_use]
    pub fn above(&self, now: SaidRisk) -> Option<SaidRisk> {
        let mut both = [self.risk, self.imported].into_iter();
        both.find(|was| was.lowers(now))
    }
}

/// What a tool was, the last time that somebody decided about it while it was more than it is now,
/// unless it was turned on here since as no more than that: a document that is worded more mildly
/// does not take the decision from who had it (T59). The decisions come oldest first.
#[must_use]
pub fn lowered_from(decisions: &[DecidedRisk], now: SaidRisk) -> Option<SaidRisk> {
    let mut from = None;
    for decided in decisions {
        match decided.above(now) {
            Some(was) => from = Some(was),
            None if decided.turned_on_here => from = None,
            None => {}
        }
    }
    from
}

/// What a tool is in an environment, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolState {
    /// Nobody has turned it on.
    Off,
    /// On, and the definition is the one that was looked at.
    On(Handling),
    /// Turned on once, but its definition has changed since; agents do not see it.
    NeedsReview,
    /// Cannot be called faithfully.
    Unsupported,
}

impl ToolState {
    /// Works out the state from the present definition and the latest decision.
    #[must_use]
    pub fn of<O: Judged>(tool: &Tool<O>, decided: Option<&Enablement>) -> Self {
        if tool.operation.unsupported().is_some() {
            return Self::Unsupported;
        }
        match decided.map(|enablement| (enablement.choice, enablement.version)) {
            None | Some((Choice::Off, _)) => Self::Off,
            Some((Choice::On(handling), version)) if version == tool.version => Self::On(handling),
            Some((Choice::On(_), _)) => Self::NeedsReview,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::RiskClass::{Delete, Read, Write};

    const DELETE: SaidRisk = SaidRisk::new(Delete, true);
    const WRITE: SaidRisk = SaidRisk::new(Write, false);
    const READ: SaidRisk = SaidRisk::new(Read, false);

    fn decided(risk: SaidRisk, turned_on_here: bool) -> DecidedRisk {
        DecidedRisk {
            risk,
            imported: risk,
            turned_on_here,
        }
    }

    #[test]
    fn a_lowered_risk_is_one_until_the_tool_is_turned_on_here_as_what_it_is_now() {
        let (on, elsewhere) = (decided(WRITE, true), decided(WRITE, false));
        let off = decided(DELETE, false);
        let table: [(&[DecidedRisk], SaidRisk, Option<SaidRisk>); 10] = [
            (&[], READ, None),
            (&[off], DELETE, None),
            (&[off], WRITE, Some(DELETE)),
            (&[decided(DELETE, true)], WRITE, Some(DELETE)),
            (&[off, elsewhere], WRITE, Some(DELETE)),
            (&[off, on], WRITE, None),
            (&[off, on, elsewhere], WRITE, None),
            (&[off, on], READ, Some(WRITE)),
            (&[on, off], WRITE, Some(DELETE)),
            (&[off, on, off], WRITE, Some(DELETE)),
        ];
        for (decisions, now, expected) in table {
            assert_eq!(lowered_from(decisions, now), expected, "{decisions:?}");
        }
    }

    #[test]
    fn what_a_person_made_less_of_is_no_word_about_a_document_that_says_so() {
        let said = DecidedRisk {
            imported: DELETE,
            ..decided(WRITE, true)
        };
        assert_eq!(lowered_from(&[said], WRITE), Some(DELETE));
        let raised = DecidedRisk {
            imported: READ,
            ..decided(WRITE, true)
        };
        assert_eq!(lowered_from(&[raised], READ), Some(WRITE));
    }
}
