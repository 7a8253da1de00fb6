//! Rows of one decision about many tools, as one.

use countersign_reporting::RecordRow;

/// What names the decision in the detail of a row.
pub(super) const DECIDED_TOGETHER: &str = "decided_together";

/// A row, and how many after it are of the same decision.
pub(super) struct Folded {
    pub(super) row: RecordRow,
    pub(super) count: usize,
}

/// Puts the rows of one decision together; each of them can still be opened by itself.
pub(super) fn fold(rows: Vec<RecordRow>) -> Vec<Folded> {
    let mut folded: Vec<Folded> = Vec::new();
    for row in rows {
        match folded.last_mut() {
            Some(last) if same_decision(&last.row, &row) => last.count += 1,
            _ => folded.push(Folded { row, count: 1 }),
        }
    }
    folded
}

/// The decision about many tools that a row names.
pub(super) fn decision(row: &RecordRow) -> Option<&str> {
    row.detail[DECIDED_TOGETHER].as_str()
}

/// Whether two rows name the same decision.
pub(super) fn same_decision(one: &RecordRow, other: &RecordRow) -> bool {
    decision(one).is_some() && decision(one) == decision(other)
}
