//! What changed between two imports of one API, as people read it and machines grade it.
//!
//! Operations match by method and path, whatever their variables are called; the document's own
//! names for them mean nothing. Schemas are compared with the direction in mind: an argument that
//! takes less breaks those who call, an answer that may hold more breaks those who read it. A pair
//! of definitions is compared once in an operation, and steps and findings have limits, so the
//! cost is that of the documents. What is beyond a limit is counted, never left out in silence.

mod arguments;
mod budget;
mod facts;
mod findings;
mod output;
mod place;
mod schema;
mod security;
mod server;
mod show;

use std::collections::HashMap;

use countersign_domain::{
    drift::{Breaking, Change, ChangeKind, Endpoint, SecuritySeverity, path_shape},
    operation::{ImportedDocument, ImportedOperation, Method, Server},
};

use budget::Budget;
use findings::{Findings, Found};

pub use countersign_domain::drift::needs_review;
pub use show::{report, table};

/// Compares two imports of one API: the document's own changes first, then each operation's in
/// the order of the newer document, then what is gone.
#[must_use]
pub fn compare(base: &ImportedDocument, revision: &ImportedDocument) -> Vec<Change> {
    let mut budget = Budget::of_document();
    let mut changes = Findings::of_document(&mut budget)
        .run(|found| server::compare(&base.servers, &revision.servers, found));
    let (pairs, gone) = matched(&base.operations, &revision.operations);
    for (old, new) in pairs {
        let Some(old) = old else {
            changes.push(added(new));
            continue;
        };
        let pair = Pair {
            old,
            new,
            servers: (&base.servers, &revision.servers),
        };
        changes.extend(pair.compare(&mut budget));
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

/// One operation in both documents.
struct Pair<'p> {
    old: &'p ImportedOperation,
    new: &'p ImportedOperation,
    /// What the documents say for operations without servers of their own.
    servers: (&'p [Server], &'p [Server]),
}

impl Pair<'_> {
    fn compare(&self, budget: &mut Budget) -> Vec<Change> {
        let (old, new) = (self.old, self.new);
        budget.begin_operation();
        Findings::of(new, budget).run(|found| {
            facts::path(old, new, found);
            security::compare(&old.security, &new.security, found);
            self.own_servers(found);
            facts::risk(old, new, found);
            facts::support(old, new, found);
            arguments::compare(old, new, found);
            output::compare(old.output.as_ref(), new.output.as_ref(), found);
            facts::words(old, new, found);
        })
    }

    /// Servers that both inherit are compared once, for the document.
    fn own_servers(&self, found: &mut Findings<'_>) {
        let (old, new) = (&self.old.servers, &self.new.servers);
        if old.is_empty() && new.is_empty() {
            return;
        }
        let or = |own: &'_ [Server], inherited: &'_ [Server]| {
            if own.is_empty() { inherited } else { own }.to_vec()
        };
        server::compare(&or(old, self.servers.0), &or(new, self.servers.1), found);
    }
}

type Matched<'m> = (
    Vec<(Option<&'m ImportedOperation>, &'m ImportedOperation)>,
    Vec<&'m ImportedOperation>,
);

/// Pairs operations by method and path: first as written, then without the variables' names.
fn matched<'m>(old: &'m [ImportedOperation], new: &'m [ImportedOperation]) -> Matched<'m> {
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
    let pairs = partner
        .into_iter()
        .zip(new)
        .map(|(index, one)| (index.map(|index| &old[index]), one))
        .collect();
    let gone = old.iter().zip(&taken).filter(|(_, taken)| !**taken);
    (pairs, gone.map(|(one, _)| one).collect())
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

fn endpoint(operation: &ImportedOperation) -> Endpoint {
    Endpoint {
        method: operation.method,
        path: operation.path.clone(),
    }
}
