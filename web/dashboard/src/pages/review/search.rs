//! What a search of a review finds: all of its words, in any order.

use countersign_tool_registry::ToolBrief;

use crate::{inert::Inert, parts::Badge};

/// What follows so many words is one phrase, so that a long text costs no more.
const WORDS: usize = 8;
/// Characters of a description before what was found in it, and after.
const AROUND: usize = 60;

/// Says whether a tool has each of the words, in what its row shows or in its description.
pub(super) fn finds(text: &str, view: &ToolBrief) -> bool {
    let unseen = unseen(text, view);
    unseen.is_empty() || {
        let description = view.tool.operation.description.to_lowercase();
        unseen.iter().all(|word| description.contains(word))
    }
}

/// What the description says around a word that the row does not show.
pub(super) fn excerpt(text: &str, view: &ToolBrief) -> Option<Inert> {
    let unseen = unseen(text, view);
    let word = unseen.first()?;
    let description = &view.tool.operation.description;
    let lower = description.to_lowercase();
    let before = lower[..lower.find(word)?].chars().count();
    let from = before.saturating_sub(AROUND);
    let shown = 2 * AROUND + word.chars().count();
    let cut: String = description.chars().skip(from).take(shown).collect();
    let start = if from > 0 { "…" } else { "" };
    let ends = description.chars().nth(from + shown).is_none();
    let end = if ends { "" } else { "…" };
    let cut: Vec<_> = cut.split_whitespace().collect();
    Some(Inert::new(format!("{start}{}{end}", cut.join(" "))))
}

/// The words that the row does not show.
fn unseen(text: &str, view: &ToolBrief) -> Vec<String> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return Vec::new();
    }
    let row = row(view).to_lowercase();
    let words = text.splitn(WORDS, char::is_whitespace);
    let unseen = words.filter(|word| !row.contains(word));
    unseen.map(str::to_owned).collect()
}

/// What can be searched of what a row shows.
fn row(view: &ToolBrief) -> String {
    let operation = &view.tool.operation;
    let kinds = operation.risk.sensitivity.iter();
    let kinds: Vec<_> = kinds.map(|kind| kind.as_str()).collect();
    [
        view.tool.name.as_str(),
        &operation.title,
        &operation.method.to_string(),
        &operation.path,
        operation.risk.class.as_str(),
        Badge::level(operation.risk.level()).text(),
        &kinds.join(" "),
    ]
    .join("\n")
}
