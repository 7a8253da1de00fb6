//! The changes of one operation while they are found.

use std::{borrow::Cow, collections::BTreeMap};

use countersign_domain::{
    drift::{Breaking, Change, ChangeKind, Endpoint, SecuritySeverity},
    operation::ImportedOperation,
    text,
};

use super::{budget::Budget, endpoint};

const TEXT: usize = 400;
const PLACE: usize = 200;
const VALUE: usize = 200;

/// One change, without the operation that it belongs to.
#[derive(Debug)]
pub(super) struct Found(Change);

impl Found {
    /// A change that breaks nothing and opens nothing, unless said otherwise.
    pub(super) fn new(
        kind: ChangeKind,
        code: impl Into<Cow<'static, str>>,
        words: impl AsRef<str>,
    ) -> Self {
        Self(Change {
            kind,
            code: code.into().into_owned(),
            operation: None,
            breaking: Breaking::No,
            security: SecuritySeverity::None,
            place: String::new(),
            text: one_line(words.as_ref(), TEXT),
            before: None,
            after: None,
        })
    }

    pub(super) const fn breaking(mut self, breaking: Breaking) -> Self {
        self.0.breaking = breaking;
        self
    }

    pub(super) const fn security(mut self, severity: SecuritySeverity) -> Self {
        self.0.security = severity;
        self
    }

    pub(super) fn at(mut self, place: &str) -> Self {
        self.0.place = one_line(place, PLACE);
        self
    }

    pub(super) fn values(mut self, before: Option<&str>, after: Option<&str>) -> Self {
        self.0.before = before.map(shown);
        self.0.after = after.map(shown);
        self
    }

    pub(super) fn change(mut self, operation: Option<Endpoint>) -> Change {
        self.0.operation = operation;
        self.0
    }
}

fn shown(value: &str) -> String {
    text::strip(value, VALUE)
}

fn one_line(words: &str, limit: usize) -> String {
    text::strip(&words.replace(['\n', '\t'], " "), limit)
}

/// Findings of one operation, or of the document. What there is no room for is counted by kind,
/// with the worst that was among it.
pub(super) struct Findings<'b> {
    pub(super) budget: &'b mut Budget,
    operation: Option<Endpoint>,
    kept: Vec<Change>,
    rest: BTreeMap<ChangeKind, (usize, Breaking, SecuritySeverity)>,
}

impl<'b> Findings<'b> {
    pub(super) fn of(operation: &ImportedOperation, budget: &'b mut Budget) -> Self {
        Self {
            operation: Some(endpoint(operation)),
            ..Self::of_document(budget)
        }
    }

    pub(super) const fn of_document(budget: &'b mut Budget) -> Self {
        Self {
            budget,
            operation: None,
            kept: Vec::new(),
            rest: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, found: Found) {
        if self.budget.room() {
            self.kept.push(found.change(self.operation.clone()));
            return;
        }
        let Change {
            kind,
            breaking,
            security,
            ..
        } = found.0;
        let (count, worst, open) =
            self.rest
                .entry(kind)
                .or_insert((0, Breaking::No, SecuritySeverity::None));
        *count += 1;
        *worst = breaking.max(*worst);
        *open = security.max(*open);
    }

    /// Says whether a text is shown already as what stands somewhere now.
    pub(super) fn shows(&self, words: &str) -> bool {
        let words = shown(words);
        let mut texts = self.kept.iter().filter(|one| one.kind == ChangeKind::Text);
        texts.any(|one| one.after.as_ref() == Some(&words))
    }

    /// Collects, and says at the end how much there was no room for.
    pub(super) fn run(mut self, collect: impl FnOnce(&mut Self)) -> Vec<Change> {
        collect(&mut self);
        for (kind, (count, breaking, security)) in self.rest {
            let words = format!("{count} more changes of this kind are not listed.");
            let found = Found::new(kind, "more_changes", words)
                .breaking(breaking)
                .security(security);
            self.kept.push(found.change(self.operation.clone()));
        }
        self.kept
    }
}
