//! What was lost, guessed or repaired in an API's document, counted by kind.

use std::collections::BTreeMap;

use countersign_domain::operation::{Diagnostic, Judged, Severity};

use crate::ToolView;

/// How often one kind of diagnostic occurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiagnosticCount {
    /// How bad it is.
    pub severity: Severity,
    /// Its stable code.
    pub code: String,
    /// How often it occurs.
    pub count: usize,
    /// In how many tools; the rest is about the whole document.
    pub tools: usize,
}

/// Counts the diagnostics of a document and of its tools, the worst and then the most frequent
/// first.
#[must_use]
pub fn count_diagnostics<O: Judged>(
    document: &[Diagnostic],
    tools: &[ToolView<O>],
) -> Vec<DiagnosticCount> {
    let mut counts: BTreeMap<(Severity, &str), (usize, usize)> = BTreeMap::new();
    for note in document {
        counts.entry((note.severity, &note.code)).or_default().0 += 1;
    }
    for view in tools {
        let notes = view.tool.operation.diagnostics();
        for (place, note) in notes.iter().enumerate() {
            let (count, with) = counts.entry((note.severity, &note.code)).or_default();
            let is_first = |earlier: &Diagnostic| {
                earlier.severity == note.severity && earlier.code == note.code
            };
            *count += 1;
            *with += usize::from(!notes[..place].iter().any(is_first));
        }
    }
    let mut counts: Vec<_> = counts
        .into_iter()
        .map(|((severity, code), (count, tools))| DiagnosticCount {
            severity,
            code: code.to_owned(),
            count,
            tools,
        })
        .collect();
    counts.sort_by(|a, b| (b.severity, b.count, &a.code).cmp(&(a.severity, a.count, &b.code)));
    counts
}
