//! What becomes of the words of people when a document is imported again. Pure.
//!
//! Who said that a tool is less dangerous said it about an operation, and who described it about a
//! text. When that is another, or the risk is weighed otherwise, it falls away and somebody has to
//! look again. A name holds whatever the document says, and so does more risk: not even an
//! operation that is gone for a while comes back without it.

use std::{borrow::Cow, collections::HashMap};

use countersign_domain::{
    drift::{
        Breaking, Change, ChangeKind, Endpoint, ReviewReason, SecuritySeverity, Shown, Weight,
    },
    id::ToolId,
    name::ToolName,
    operation::ImportedOperation,
    overrides::{EndedWhy, Override, OverrideKind, Said},
};

/// What people say about the tools of a source.
#[derive(Default)]
pub(super) struct People(HashMap<ToolId, Vec<Override>>);

/// Something that a person said and that no longer holds.
#[derive(Clone, Debug)]
pub(super) struct Fallen {
    pub(super) given: Override,
    pub(super) why: EndedWhy,
}

/// What people said about one tool, by what the import makes of it.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) kept: Vec<Override>,
    pub(super) fallen: Vec<Fallen>,
}

impl People {
    /// Those that hold.
    pub(super) fn of(overrides: Vec<Override>) -> Self {
        let mut people = Self::default();
        for one in overrides.into_iter().filter(Override::stands) {
            people.0.entry(one.tool).or_default().push(one);
        }
        people
    }

    /// What is said about one tool.
    pub(super) fn about(&self, tool: ToolId) -> &[Override] {
        self.0.get(&tool).map_or(&[], Vec::as_slice)
    }

    /// The name that an import gave a tool, where a person gave it another.
    pub(super) fn imported_name(&self, tool: ToolId) -> Option<&ToolName> {
        let mut said = self.about(tool).iter().map(|one| &one.instead_of);
        said.find_map(|said| match said {
            Said::Name { name } => Some(name),
            Said::Risk(_) | Said::Words { .. } => None,
        })
    }

    /// Sorts what is said about a tool by whether it holds for its new definition.
    pub(super) fn sorted(&self, tool: ToolId, new: &ImportedOperation) -> Sorted {
        let mut sorted = Sorted::default();
        for one in self.about(tool) {
            // Of what has no fingerprint nobody knows that it is the same.
            match one.falls(new).unwrap_or(Some(EndedWhy::OperationChanged)) {
                None => sorted.kept.push(one.clone()),
                Some(why) => sorted.fallen.push(Fallen {
                    given: one.clone(),
                    why,
                }),
            }
        }
        sorted
    }

    /// What is said about a tool that is gone; its name is its own still, and its risk no less.
    pub(super) fn removed(&self, tool: ToolId) -> impl Iterator<Item = Fallen> {
        self.gone(tool, |one| {
            one.said.kind() != OverrideKind::Name && !one.raises()
        })
    }

    /// The name of a tool that is back, when another has it by now.
    pub(super) fn name_lost(&self, tool: ToolId) -> impl Iterator<Item = Fallen> {
        self.gone(tool, |one| one.said.kind() == OverrideKind::Name)
    }

    fn gone(
        &self,
        tool: ToolId,
        which: impl Fn(&Override) -> bool,
    ) -> impl Iterator<Item = Fallen> {
        let about = self.about(tool).iter();
        about.filter(move |one| which(one)).map(|one| Fallen {
            given: one.clone(),
            why: EndedWhy::Removed,
        })
    }

    /// The definition as reviewers know it: high-risk if a person or the importer says so.
    pub(super) fn reviewed<'o>(
        &self,
        tool: ToolId,
        old: &'o ImportedOperation,
    ) -> Cow<'o, ImportedOperation> {
        let raised = self.about(tool).iter().any(|one| match &one.said {
            Said::Risk(said) => said.high_risk,
            Said::Name { .. } | Said::Words { .. } => false,
        });
        if !raised || old.risk.high_risk {
            return Cow::Borrowed(old);
        }
        let mut reviewed = old.clone();
        reviewed.risk.high_risk = true;
        Cow::Owned(reviewed)
    }
}

impl Sorted {
    /// Whether the definition of agents differs from the imported one.
    pub(super) fn changes_definition(&self) -> bool {
        let mut kinds = self.kept.iter().map(|one| one.said.kind());
        kinds.any(|kind| kind != OverrideKind::Name)
    }

    /// Why somebody has to look again, if anything fell away.
    pub(super) fn review(&self) -> Option<ReviewReason> {
        self.fallen
            .iter()
            .map(|one| match one.given.said.kind() {
                OverrideKind::Risk => ReviewReason::Risk,
                OverrideKind::Name | OverrideKind::Words => ReviewReason::Text,
            })
            .min()
    }
}

impl Fallen {
    /// The same as people read it among the changes of an import.
    pub(super) fn change(&self, new: &ImportedOperation) -> Change {
        let (kind, what) = match self.given.said.kind() {
            OverrideKind::Risk => (ChangeKind::Risk, "risk"),
            OverrideKind::Name => (ChangeKind::Text, "name"),
            OverrideKind::Words => (ChangeKind::Text, "words"),
        };
        Change {
            kind,
            code: "override_fell".to_owned(),
            operation: Some(Endpoint {
                method: new.method,
                path: new.path.clone(),
            }),
            breaking: Breaking::No,
            security: SecuritySeverity::Medium,
            weight: Weight::Counts,
            place: String::new(),
            text: format!(
                "What {} said of its {what} on {} no longer holds: {}.",
                self.given.by_label,
                self.given.at.format("%-d %b %Y"),
                self.why.text()
            ),
            before: Some(self.given.said.summary()),
            after: None,
            shown: Shown::All,
        }
    }
}
