//! Rows of one decision about many tools, as one.

use countersign_reporting::RecordRow;

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

/// What rows of one decision say alike.
const ALIKE: [&str; 5] = [
    "environment",
    "reason",
    "handling",
    "source",
    "chosen_together",
];

/// What was decided about tools that were chosen together says how many, and by whom, where and
/// why.
pub(super) fn same_decision(one: &RecordRow, other: &RecordRow) -> bool {
    let is_of_many = one.detail["chosen_together"].as_u64() > Some(1);
    is_of_many
        && matches!(one.act.as_str(), "tool.turned_on" | "tool.turned_off")
        && (&one.act, one.member) == (&other.act, other.member)
        && ALIKE
            .iter()
            .all(|key| one.detail[*key] == other.detail[*key])
}
