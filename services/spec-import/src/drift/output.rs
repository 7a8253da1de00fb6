//! What an operation answers.

use countersign_domain::{
    drift::{Breaking, ChangeKind},
    operation::Output,
};

use super::{
    findings::{Findings, Found},
    place::{Part, Root},
    schema::Walk,
};

/// Compares what a successful answer is.
pub(super) fn compare(old: Option<&Output>, new: Option<&Output>, found: &mut Findings<'_>) {
    let answer = |code: &'static str, words: &str, breaking: Breaking| {
        Found::new(ChangeKind::Output, code, words)
            .at("answer")
            .breaking(breaking)
    };
    let (old, new) = match (old, new) {
        (None, None) => return,
        (None, Some(_)) => {
            let words = "answer: the document says now what it is.";
            return found.add(answer("response_described", words, Breaking::No));
        }
        (Some(_), None) => {
            let words = "answer: the document does not say any more what it is.";
            return found.add(answer(
                "response_not_described",
                words,
                Breaking::Potentially,
            ));
        }
        (Some(old), Some(new)) => (old, new),
    };
    let mut changed = |code: &'static str, words: &str, sides: (&str, &str)| {
        if sides.0 != sides.1 {
            let one = answer(code, words, Breaking::Breaking);
            found.add(one.values(Some(sides.0), Some(sides.1)));
        }
    };
    let words = "answer: success has another status.";
    changed("response_status_changed", words, (&old.status, &new.status));
    let words = "answer: it comes as another media type.";
    changed(
        "response_media_type_changed",
        words,
        (&old.media_type, &new.media_type),
    );
    match (&old.schema, &new.schema) {
        (Some(one), Some(other)) => {
            let root = Root {
                words: "answer".to_owned(),
                part: Part::Answer,
                nested: false,
            };
            Walk::new((one, other), found).compare(one, other, &root);
        }
        (Some(_), None) => {
            let words = "answer: it has no schema any more.";
            found.add(answer(
                "response_schema_removed",
                words,
                Breaking::Potentially,
            ));
        }
        (None, Some(_)) => {
            let words = "answer: it has a schema now.";
            found.add(answer("response_schema_added", words, Breaking::No));
        }
        (None, None) => {}
    }
}
