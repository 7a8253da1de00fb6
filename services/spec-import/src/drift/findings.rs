//! The changes of one operation while they are found.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use countersign_domain::{
    drift::{Breaking, Change, ChangeKind, Endpoint, SecuritySeverity},
    operation::ImportedOperation,
    text,
};

use super::{budget::Budget, endpoint};

const TEXT: usize = 400;
const PLACE: usize = 200;
const VALUE: usize = 200;
/// Characters that are shown of what two values have in common before they differ.
const AROUND: usize = 80;

/// One change, without the operation that it belongs to.
#[derive(Debug)]
pub(super) struct Found {
    change: Change,
    /// How what stands there now begins.
    begins: Option<String>,
}

impl Found {
    /// A change that breaks nothing and opens nothing, unless said otherwise.
    pub(super) fn new(
        kind: ChangeKind,
        code: impl Into<Cow<'static, str>>,
        words: impl AsRef<str>,
    ) -> Self {
        Self {
            change: Change {
                kind,
                code: code.into().into_owned(),
                operation: None,
                breaking: Breaking::No,
                security: SecuritySeverity::None,
                place: String::new(),
                text: one_line(words.as_ref(), TEXT),
                before: None,
                after: None,
            },
            begins: None,
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

    pub(super) fn at(mut self, place: &str) -> Self {
        self.change.place = one_line(place, PLACE);
        self
    }

    pub(super) fn values(mut self, before: Option<&str>, after: Option<&str>) -> Self {
        let is_long = |value: &str| value.chars().count() > VALUE;
        let skipped = match (before, after) {
            (Some(before), Some(after)) if is_long(before) || is_long(after) => {
                alike(before, after).saturating_sub(AROUND)
            }
            (Some(_) | None, _) => 0,
        };
        self.begins = after.map(shown);
        self.change.before = before.map(|value| from(value, skipped));
        self.change.after = after.map(|value| from(value, skipped));
        self
    }

    pub(super) fn change(mut self, operation: Option<Endpoint>) -> Change {
        self.change.operation = operation;
        self.change
    }
}

/// How many characters are the same from the start, of those that show.
fn alike(before: &str, after: &str) -> usize {
    let shows = |character: &char| !text::is_hidden(*character);
    let both = before
        .chars()
        .filter(shows)
        .zip(after.chars().filter(shows));
    both.take_while(|(one, other)| one == other).count()
}

/// The part of a value that is shown, without so many characters before it.
fn from(value: &str, skipped: usize) -> String {
    if skipped == 0 {
        return shown(value);
    }
    let visible = value.chars().filter(|one| !text::is_hidden(*one));
    let rest: String = visible.skip(skipped).collect();
    format!("…{}", text::strip(&rest, VALUE - 1))
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
    /// How the texts begin that are among them.
    texts: BTreeSet<String>,
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
            texts: BTreeSet::new(),
            rest: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, found: Found) {
        if self.budget.room() {
            let is_text = found.change.kind == ChangeKind::Text;
            self.texts.extend(found.begins.clone().filter(|_| is_text));
            self.kept.push(found.change(self.operation.clone()));
            return;
        }
        let Change {
            kind,
            breaking,
            security,
            ..
        } = found.change;
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
        self.texts.contains(&shown(words))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_long_values_are_shown_where_they_differ() {
        let long = "word ".repeat(100);
        let found = |before: &str, after: &str| {
            let found = Found::new(ChangeKind::Text, "words_changed", "Words.");
            let change = found.values(Some(before), Some(after)).change(None);
            (change.before.unwrap(), change.after.unwrap())
        };

        let (before, after) = found(&long, &format!("{long}Then call send_report."));
        assert_eq!(before, format!("…{}", "word ".repeat(16)));
        assert_eq!(after, format!("{before}Then call send_report."));

        let (before, after) = found(&format!("One {long}"), &format!("Two {long}"));
        assert!(before.starts_with("One word") && after.starts_with("Two word"));
        for cut in [before, after] {
            assert!(cut.ends_with('…') && cut.chars().count() == VALUE, "{cut}");
        }
        let short = ["word ".repeat(30), "word ".repeat(35)];
        let (before, after) = found(&short[0], &short[1]);
        assert_eq!([before, after], short, "what fits is shown whole");
    }
}
