//! The changes of one operation while they are found.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    ops::RangeInclusive,
};

use countersign_domain::{
    digest::Digest,
    drift::{Breaking, Change, ChangeKind, Endpoint, SecuritySeverity, Weight},
    operation::ImportedOperation,
    text,
};

use super::{budget::Budget, endpoint};

const TEXT: usize = 400;
const PLACE: usize = 200;
/// Characters that are shown of a value.
pub(super) const VALUE: usize = 200;
/// Characters that are shown of what two values have in common, on either side of what differs.
const AROUND: RangeInclusive<usize> = 10..=80;

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
        let is_long = |value: &str| value.chars().count() > VALUE;
        let left_out = match (before, after) {
            (Some(before), Some(after)) if is_long(before) || is_long(after) => {
                common(before, after)
            }
            (Some(_) | None, _) => (0, 0),
        };
        let text = after.filter(|_| self.change.kind == ChangeKind::Text);
        self.text = text.map(|value| Digest::of(value.as_bytes()));
        self.change.before = before.map(|value| shown(value, left_out));
        self.change.after = after.map(|value| shown(value, left_out));
        self
    }

    pub(super) fn change(mut self, operation: Option<Endpoint>) -> Change {
        self.change.operation = operation;
        self.change
    }
}

/// How many characters two values have in common at the start and at the end, without those that
/// are shown around what differs.
fn common(before: &str, after: &str) -> (usize, usize) {
    let lengths = [before, after].map(|value| visible(value).count());
    let start = alike(visible(before), visible(after));
    let end = alike(visible(before).rev(), visible(after).rev());
    let end = end.min(lengths[0].min(lengths[1]) - start);
    let differs = lengths[0].max(lengths[1]) - start - end;
    let room = (VALUE - 2).saturating_sub(differs) / 2;
    let around = room.clamp(*AROUND.start(), *AROUND.end());
    (start.saturating_sub(around), end.saturating_sub(around))
}

fn visible(value: &str) -> impl DoubleEndedIterator<Item = char> {
    value.chars().filter(|one| !text::is_hidden(*one))
}

fn alike(one: impl Iterator<Item = char>, other: impl Iterator<Item = char>) -> usize {
    one.zip(other)
        .take_while(|(one, other)| one == other)
        .count()
}

/// A value without so many characters at its start and its end. Of what is too long even so, its
/// head and its tail.
fn shown(value: &str, (start, end): (usize, usize)) -> String {
    let length = visible(value).count() - start - end;
    let room = VALUE - usize::from(start > 0) - usize::from(end > 0);
    let (head, tail) = if length <= room {
        (length, 0)
    } else {
        (room / 2, (room - 1) / 2)
    };
    let mark = |is_cut: bool| is_cut.then_some('…');
    let rest = visible(value).skip(start);
    mark(start > 0)
        .into_iter()
        .chain(rest.take(head))
        .chain(mark(head < length))
        .chain(visible(value).skip(start + length - tail).take(tail))
        .chain(mark(end > 0))
        .collect()
}

fn one_line(words: &str, limit: usize) -> String {
    text::strip(&words.replace(['\n', '\t'], " "), limit)
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
        let rest = format!(" {}…", &long[..79]);
        assert_eq!(
            [before, after],
            ["One", "Two"].map(|one| format!("{one}{rest}"))
        );

        let (_, after) = found(&long, &format!("New {long}Then call send_report."));
        assert!(after.starts_with("New word") && after.ends_with("call send_report."));
        assert_eq!(after.chars().count(), VALUE, "{after}");

        let new = "other ".repeat(100);
        let (before, after) = found(&long.repeat(2), &format!("{long}{new}{long}"));
        assert_eq!(before, "…word word word word …");
        assert!(after.starts_with("…word word other other"), "{after}");
        assert!(after.ends_with("other word word …"), "{after}");
        assert_eq!(after.chars().count(), VALUE, "{after}");

        let short = ["word ".repeat(30), "word ".repeat(35)];
        let (before, after) = found(&short[0], &short[1]);
        assert_eq!([before, after], short, "what fits is shown whole");
    }
}
