//! The changes of one operation while they are found.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
};

use countersign_domain::{
    digest::Digest,
    drift::{Breaking, Change, ChangeKind, Endpoint, SecuritySeverity, Shown, Weight},
    operation::ImportedOperation,
    text,
};

use super::{budget::Budget, endpoint, excerpts::Room};

const TEXT: usize = 400;
const PLACE: usize = 200;

/// One change, without the operation that it belongs to.
#[derive(Debug)]
pub(super) struct Found {
    change: Change,
    /// It is about the operation as a whole: where it lives, what lets it in, how dangerous it is,
    /// what it is said to do.
    decides: bool,
    /// The text that agents read there now.
    text: Option<Digest>,
}

impl Found {
    /// A change that breaks nothing and opens nothing, unless said otherwise.
    pub(super) fn new(
        kind: ChangeKind,
        code: impl Into<Cow<'static, str>>,
        words: impl AsRef<str>,
    ) -> Self {
        Self {
            decides: !matches!(
                kind,
                ChangeKind::Input | ChangeKind::Output | ChangeKind::Text
            ),
            change: Change {
                kind,
                code: code.into().into_owned(),
                operation: None,
                breaking: Breaking::No,
                security: SecuritySeverity::None,
                weight: Weight::Counts,
                place: String::new(),
                text: one_line(words.as_ref(), TEXT),
                before: None,
                after: None,
                shown: Shown::All,
            },
            text: None,
        }
    }

    pub(super) const fn breaking(mut self, breaking: Breaking) -> Self {
        self.change.breaking = breaking;
        self
    }

    pub(super) const fn security(mut self, severity: SecuritySeverity) -> Self {
        self.change.security = severity;
        self
    }

    /// Says that it tells an agent or a credential nothing new.
    pub(super) const fn informing(mut self) -> Self {
        self.change.weight = Weight::Informs;
        self
    }

    /// Says that it is about the operation as a whole.
    pub(super) const fn deciding(mut self) -> Self {
        self.decides = true;
        self
    }

    pub(super) fn at(mut self, place: &str) -> Self {
        self.change.place = one_line(place, PLACE);
        self
    }

    pub(super) fn values(mut self, before: Option<&str>, after: Option<&str>) -> Self {
        let text = after.filter(|_| self.change.kind == ChangeKind::Text);
        self.text = text.map(|value| Digest::of(value.as_bytes()));
        self.change.before = before.map(str::to_owned);
        self.change.after = after.map(str::to_owned);
        self
    }

    /// Cuts the values to what is shown of them.
    fn cut(mut self, room: Room) -> Self {
        let values = [&self.change.before, &self.change.after].map(Option::as_deref);
        let (values, shown) = room.show(values);
        [self.change.before, self.change.after] = values;
        self.change.shown = shown;
        self
    }

    pub(super) fn change(mut self, operation: Option<Endpoint>) -> Change {
        self.change.operation = operation;
        self.change
    }
}

fn one_line(words: &str, limit: usize) -> String {
    text::strip(&text::reveal(&words.replace(['\n', '\t'], " ")), limit)
}

/// Findings of one operation, or of the document. What there is no room for is counted by kind,
/// with the worst that was among it; the first of each kind is always kept.
pub(super) struct Findings<'b> {
    pub(super) budget: &'b mut Budget,
    operation: Option<Endpoint>,
    kept: Vec<Change>,
    /// The texts that are among them.
    texts: HashSet<Digest>,
    rest: BTreeMap<ChangeKind, (usize, Breaking, SecuritySeverity)>,
}

impl<'b> Findings<'b> {
    pub(super) fn of(operation: &ImportedOperation, budget: &'b mut Budget) -> Self {
        Self {
            operation: Some(endpoint(operation)),
            ..Self::of_document(budget)
        }
    }

    pub(super) fn of_document(budget: &'b mut Budget) -> Self {
        Self {
            budget,
            operation: None,
            kept: Vec::new(),
            texts: HashSet::new(),
            rest: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, found: Found) {
        let kind = found.change.kind;
        let is_first = |kept: &[Change]| kept.iter().all(|change| change.kind != kind);
        if self.budget.room(found.decides) || is_first(&self.kept) {
            self.texts.extend(found.text);
            let found = found.cut(self.budget.values);
            self.kept.push(found.change(self.operation.clone()));
            return;
        }
        let Change {
            breaking, security, ..
        } = found.change;
        let (count, worst, open) =
            self.rest
                .entry(kind)
                .or_insert((0, Breaking::No, SecuritySeverity::None));
        *count += 1;
        *worst = breaking.max(*worst);
        *open = security.max(*open);
    }

    /// How many there are so far.
    pub(super) fn count(&self) -> usize {
        let rest = self.rest.values().map(|(count, ..)| count);
        self.kept.len() + rest.sum::<usize>()
    }

    /// Says whether a text is shown already as what stands somewhere now.
    pub(super) fn shows(&self, words: &str) -> bool {
        self.texts.contains(&Digest::of(words.as_bytes()))
    }

    /// Collects, and says at the end how much there was no room for.
    pub(super) fn run(mut self, collect: impl FnOnce(&mut Self)) -> Vec<Change> {
        collect(&mut self);
        for (kind, (count, breaking, security)) in self.rest {
            let words = format!("{count} more changes of this kind are not listed.");
            let found = Found::new(kind, "more_changes", words)
                .breaking(breaking)
                .security(security);
            let change = found.change(self.operation.clone());
            let shown = Shown::Part;
            self.kept.push(Change { shown, ..change });
        }
        self.kept
    }
}
