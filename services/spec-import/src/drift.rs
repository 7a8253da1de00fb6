//! What changed between two imports of one API, as people read it and machines grade it.
//!
//! Operations match by method and path, whatever their variables are called; the document's own
//! names for them mean nothing. Schemas are compared with the direction in mind: an argument that
//! takes less breaks those who call, an answer that may hold more breaks those who read it. A pair
//! of definitions is compared once in an operation, and steps and findings have limits, so the
//! cost is that of the documents. What is beyond a limit is counted, never left out in silence.
//! Whatever agents may read counts as text, in an argument and in an answer alike.

mod arguments;
mod budget;
mod discriminators;
mod excerpts;
mod facts;
mod findings;
mod output;
mod place;
mod schema;
mod security;
mod server;
mod show;
mod unexplained;

use std::collections::HashMap;

use countersign_domain::{
    digest::NotCanonical,
    drift::{Breaking, Change, ChangeKind, Endpoint, SecuritySeverity, path_shape},
    operation::{ImportedOperation, Method, Server},
};

use budget::Budget;
use findings::{Findings, Found};
use unexplained::unexplained;

use crate::written::Written;

pub use countersign_domain::drift::needs_review;
pub use show::{report, table};

/// Compares two imports of one API: the document's own changes first, then each operation's in
/// the order of the newer document, then what is gone. What differs in an operation though no check
/// knows how is a change as well. No more than one operation of each has its schemas as values.
#[must_use]
pub fn compare(base: &Written, revision: &Written) -> Vec<Change> {
    let mut budget = Budget::of_document();
    let servers = (&*base.document.servers, &*revision.document.servers);
    let mut changes = document_servers(servers.0, servers.1, &mut budget);
    let (old, new) = (&base.document.operations, &revision.document.operations);
    let (partners, gone) = matched(old, new);
    for (index, partner) in partners.into_iter().enumerate() {
        let Some(partner) = partner else {
            changes.push(added(&new[index]));
            continue;
        };
        let pair = Pair {
            old: &base.operation(partner),
            new: &revision.operation(index),
            servers,
        };
        let mut found = pair.compare(&mut budget);
        if pair.differs() {
            let more = unexplained(&pair, &found, &mut budget);
            found.extend(more.unwrap_or_else(|_| vec![not_comparable(pair.new)]));
        }
        changes.extend(found);
    }
    changes.extend(gone.into_iter().map(removed));
    changes
}

/// Compares two versions of one operation, without the servers of their documents.
#[must_use]
pub fn compare_operation(old: &ImportedOperation, new: &ImportedOperation) -> Vec<Change> {
    Pair {
        old,
        new,
        servers: (&[], &[]),
    }
    .compare(&mut Budget::of_operation())
}

/// Compares two versions of one operation, each with the servers of its document. What differs
/// though no check knows how is a change as well.
///
/// # Errors
/// When an operation has no fingerprints, so that nobody can say what differs.
pub fn compare_placed(
    old: (&ImportedOperation, &[Server]),
    new: (&ImportedOperation, &[Server]),
) -> Result<Vec<Change>, NotCanonical> {
    let mut budget = Budget::of_operation();
    let inherit = old.0.servers.is_empty() && new.0.servers.is_empty();
    let mut changes = if inherit {
        document_servers(old.1, new.1, &mut budget)
    } else {
        Vec::new()
    };
    let pair = Pair {
        old: old.0,
        new: new.0,
        servers: (old.1, new.1),
    };
    changes.extend(pair.compare(&mut budget));
    changes.extend(unexplained(&pair, &changes, &mut budget)?);
    Ok(changes)
}

/// Compares the servers of two documents. Their order means nothing: a person pins one of them.
#[must_use]
pub fn compare_servers(old: &[Server], new: &[Server]) -> Vec<Change> {
    document_servers(old, new, &mut Budget::of_document())
}

fn document_servers(old: &[Server], new: &[Server], budget: &mut Budget) -> Vec<Change> {
    Findings::of_document(budget).run(|found| server::compare(old, new, found))
}

/// Compares the operations of one API with what is to replace them, at the cost of one document,
/// and lets nothing pass that it cannot explain.
#[derive(Debug)]
pub(crate) struct Replacing(Budget);

impl Replacing {
    /// Begins with everything that a document may cost.
    pub(crate) const fn new() -> Self {
        Self(Budget::of_document())
    }

    /// Compares two versions of one operation, each with the servers of its document, which are
    /// compared by themselves where both inherit them. What differs though no check knows how is a
    /// change as well.
    ///
    /// # Errors
    /// When an operation has no fingerprints, so that nobody can say what differs.
    pub(crate) fn compare(
        &mut self,
        (old, old_servers): (&ImportedOperation, &[Server]),
        (new, new_servers): (&ImportedOperation, &[Server]),
    ) -> Result<Vec<Change>, NotCanonical> {
        let servers = (old_servers, new_servers);
        let pair = Pair { old, new, servers };
        let mut changes = pair.compare(&mut self.0);
        changes.extend(unexplained(&pair, &changes, &mut self.0)?);
        Ok(changes)
    }
}

/// One operation in both documents.
struct Pair<'p> {
    old: &'p ImportedOperation,
    new: &'p ImportedOperation,
    /// What the documents say for operations without servers of their own.
    servers: (&'p [Server], &'p [Server]),
}

impl Pair<'_> {
    /// Whether anything of the operation itself is written otherwise.
    fn differs(&self) -> bool {
        let written = |one| serde_json::to_string(one).expect("an operation is plain JSON");
        written(self.old) != written(self.new)
    }

    fn compare(&self, budget: &mut Budget) -> Vec<Change> {
        let (old, new) = (self.old, self.new);
        budget.begin_operation();
        Findings::of(new, budget).run(|found| {
            // What there can be only so much of goes first: nothing takes its room.
            facts::words(old, new, found);
            facts::risk(old, new, found);
            facts::support(old, new, found);
            self.own_servers(found);
            security::compare(&old.security, &new.security, found);
            facts::path(old, new, found);
            arguments::compare(old, new, found);
            output::compare(old, new, found);
            facts::new_words(old, new, found);
        })
    }

    fn own_servers(&self, found: &mut Findings<'_>) {
        if let Some((old, new)) = self.lives() {
            server::compare(old, new, found);
            server::order(old, new, found);
        }
    }

    /// Where both live. Servers that both inherit are compared once, for the document.
    fn lives(&self) -> Option<(&[Server], &[Server])> {
        let (old, new) = (&self.old.servers, &self.new.servers);
        if old.is_empty() && new.is_empty() {
            return None;
        }
        let old = if old.is_empty() { self.servers.0 } else { old };
        let new = if new.is_empty() { self.servers.1 } else { new };
        Some((old, new))
    }
}

/// Pairs operations by method and path: first as written, then without the variables' names. Says
/// which old one is the partner of each new one, and which have none.
fn matched<'m>(
    old: &'m [ImportedOperation],
    new: &[ImportedOperation],
) -> (Vec<Option<usize>>, Vec<&'m ImportedOperation>) {
    let exact: HashMap<(Method, &str), usize> = old
        .iter()
        .enumerate()
        .map(|(index, one)| ((one.method, one.path.as_str()), index))
        .collect();
    let mut partner: Vec<Option<usize>> = vec![None; new.len()];
    let mut taken = vec![false; old.len()];
    for (slot, one) in partner.iter_mut().zip(new) {
        *slot = exact
            .get(&(one.method, one.path.as_str()))
            .copied()
            .filter(|index| !std::mem::replace(&mut taken[*index], true));
    }
    let mut open: HashMap<(Method, String), Vec<usize>> = HashMap::new();
    for (index, one) in old.iter().enumerate().rev() {
        if !taken[index] {
            let key = (one.method, path_shape(&one.path));
            open.entry(key).or_default().push(index);
        }
    }
    for (slot, one) in partner.iter_mut().zip(new) {
        if slot.is_none() {
            let key = (one.method, path_shape(&one.path));
            *slot = open.get_mut(&key).and_then(Vec::pop);
            if let Some(index) = *slot {
                taken[index] = true;
            }
        }
    }
    let gone = old.iter().zip(&taken).filter(|(_, taken)| !**taken);
    (partner, gone.map(|(one, _)| one).collect())
}

fn added(new: &ImportedOperation) -> Change {
    let severity = if new.risk.high_risk {
        SecuritySeverity::Medium
    } else {
        SecuritySeverity::Low
    };
    let text = format!("The operation is new; it is {}.", new.risk.class.as_str());
    Found::new(ChangeKind::OperationAdded, "operation_added", text)
        .security(severity)
        .change(Some(endpoint(new)))
}

fn removed(old: &ImportedOperation) -> Change {
    let found = if old.deprecated {
        let text = "The operation is gone; it was marked as deprecated.";
        Found::new(
            ChangeKind::OperationRemoved,
            "deprecated_operation_removed",
            text,
        )
        .breaking(Breaking::Potentially)
    } else {
        let text = "The operation is gone, and was never marked as deprecated.";
        Found::new(ChangeKind::OperationRemoved, "operation_removed", text)
            .breaking(Breaking::Breaking)
    };
    found.change(Some(endpoint(old)))
}

/// What people are told of a tool that is gone and was turned on.
pub(crate) fn removed_while_on() -> Change {
    let text = "It was turned on, and agents that had it have lost it.";
    Found::new(ChangeKind::OperationRemoved, "removed_while_on", text)
        .breaking(Breaking::Breaking)
        .security(SecuritySeverity::Medium)
        .change(None)
}

/// What people are told of an operation that holds a number too large for a fingerprint.
fn not_comparable(new: &ImportedOperation) -> Change {
    let text = "It cannot be compared to the end: one of its numbers is too large.";
    Found::new(ChangeKind::Support, "not_comparable", text)
        .breaking(Breaking::Potentially)
        .change(Some(endpoint(new)))
}

/// What people are told of a tool that is another definition now, of which every part that anybody
/// relied on is as it was.
pub(crate) fn written_otherwise(new: &ImportedOperation) -> Change {
    let text = "It is written otherwise, and means what it meant.";
    Found::new(ChangeKind::Output, "written_otherwise", text)
        .informing()
        .change(Some(endpoint(new)))
}

fn endpoint(operation: &ImportedOperation) -> Endpoint {
    Endpoint {
        method: operation.method,
        path: operation.path.clone(),
    }
}
