//! The importer through its front door: bytes in, a document or one clear error out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod archives;
mod bundles;
mod collections;
mod converted;
mod corpus;
mod credentials;
mod decoys;
mod documents;
mod drift;
mod entries;
mod fitting;
mod fragments;
mod guesses;
mod hostile;
mod hostile_table;
mod imports;
mod labels;
mod marks;
mod names;
mod newer;
mod notices;
mod older;
mod orders;
mod parts;
mod pointers;
mod pointing;
mod refusals;
mod reimports;
mod rewritten;
mod schedules;
mod seen_fields;
mod sensitivity;
mod shared_table;
mod smuggled;
mod spelled;
mod spellings;
mod suspensions;
mod taken_over;
mod trades;
mod unseen;

use std::time::Duration;

use countersign_domain::operation::{ImportedDocument, ImportedOperation};
use countersign_spec_import::{Limits, import};

/// Debug builds on a busy machine are slow; the limit on time has a test of its own.
fn patient() -> Limits {
    Limits {
        processor_time: Duration::from_mins(10),
        ..Limits::default()
    }
}

fn read(bytes: &[u8]) -> ImportedDocument {
    import(bytes, &patient()).unwrap()
}

fn at<'d>(document: &'d ImportedDocument, method: &str, path: &str) -> &'d ImportedOperation {
    let fits = |o: &&ImportedOperation| o.method.as_str() == method && o.path == path;
    document.operations.iter().find(fits).unwrap()
}

fn codes(operation: &ImportedOperation) -> Vec<&str> {
    operation
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.as_str())
        .collect()
}
