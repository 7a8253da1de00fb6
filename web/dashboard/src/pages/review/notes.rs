//! What was lost, guessed or repaired: one by one beside its operation, and by kind for the whole
//! document.

use countersign_domain::{
    operation::{Diagnostic, Severity},
    persuasion::instructs,
};
use countersign_tool_registry::DiagnosticCount;

use crate::{inert::Inert, parts::Badge};

/// Something lost, guessed or repaired.
pub(crate) struct Note {
    pub(crate) severity: &'static str,
    pub(crate) text: Inert,
    pub(crate) pointer: Inert,
}

impl Note {
    pub(crate) fn new(diagnostic: &Diagnostic) -> Self {
        Self {
            severity: severity(diagnostic.severity),
            text: Inert::new(&diagnostic.text),
            pointer: Inert::new(&diagnostic.pointer),
        }
    }
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "Note",
        Severity::Warning => "Warning",
        Severity::Error => "Error",
    }
}

/// Letters of a text that is quoted.
const QUOTED: usize = 300;

/// The sentence that tells a model what to do, as it stands in one of these texts; nothing where it
/// takes more than these to find it.
pub(crate) fn to_read<'t>(texts: impl IntoIterator<Item = &'t str>) -> Inert {
    let mut texts = texts.into_iter().filter(|text| instructs(text));
    let text = texts.next().unwrap_or_default();
    let mut sentences = text.split_inclusive(['.', '!', '?', '\n']);
    let sentence = sentences.find(|sentence| instructs(sentence));
    let quoted = sentence.unwrap_or(text).trim();
    Inert::new(quoted.chars().take(QUOTED).collect::<String>())
}

/// All notes of one kind.
pub(crate) struct NoteKind {
    pub(crate) badge: Badge,
    pub(crate) code: String,
    pub(crate) means: &'static str,
    pub(crate) count: usize,
    pub(crate) tools: usize,
}

impl NoteKind {
    pub(super) fn new(count: &DiagnosticCount) -> Self {
        let means = countersign_spec_import::meaning(&count.code);
        Self {
            badge: Badge::severity(count.severity),
            code: Inert::new(&count.code).to_string(),
            means: means.unwrap_or("See the notes themselves."),
            count: count.count,
            tools: count.tools,
        }
    }
}

/// All of them in a few words: `2 errors, 14 warnings, 310 notes`.
pub(super) fn summary(counts: &[DiagnosticCount]) -> String {
    let of = |severity: Severity| -> usize {
        let such = counts.iter().filter(|count| count.severity == severity);
        such.map(|count| count.count).sum()
    };
    let words = [
        (of(Severity::Error), "error"),
        (of(Severity::Warning), "warning"),
        (of(Severity::Info), "note"),
    ];
    let words = words.into_iter().filter(|(number, _)| *number > 0);
    let words: Vec<_> = words
        .map(|(number, word)| format!("{number} {word}{}", if number == 1 { "" } else { "s" }))
        .collect();
    words.join(", ")
}
