//! What an operation answers.

use std::collections::{BTreeMap, BTreeSet};

use countersign_domain::{
    drift::{Breaking, ChangeKind},
    operation::{ImportedOperation, Output},
    schema,
};
use serde_json::Value;

use super::{
    findings::{Findings, Found},
    place::{Part, Root, list},
    schema::Walk,
};
use crate::output::BUDGET;

/// Compares what successful answers are.
pub(super) fn compare(old: &ImportedOperation, new: &ImportedOperation, found: &mut Findings<'_>) {
    answers(old.output.as_ref(), new.output.as_ref(), found);
    let codes = [
        "response_success_added",
        "response_success_removed",
        "response_success_changed",
    ];
    let what = "what else is a success";
    told((codes, what), (&old.successes, &new.successes), found);
}

/// Compares the answer that is described.
fn answers(old: Option<&Output>, new: Option<&Output>, found: &mut Findings<'_>) {
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
    let before = found.count();
    described((old, new), found);
    if old.whole != new.whole {
        let is_silent = found.count() == before;
        let is_untold = is_silent && old.schema.is_none() && new.schema.is_none();
        let change = match (&old.whole, &new.whole) {
            (Some(_), Some(_)) if is_silent => answer(
                "response_changed_deeper",
                "answer: it changed deeper than what is kept of it.",
                Breaking::Potentially,
            ),
            (None, _) if is_untold => answer(
                "response_schema_added",
                "answer: it has a schema now, or one that was not compared before.",
                Breaking::No,
            ),
            (_, None) if is_untold => without_schema(),
            _ => answer(
                "comparison_cut",
                "answer: it is or was too large to be kept whole, and is compared as far as it is kept.",
                Breaking::Potentially,
            ),
        };
        found.add(change);
    }
}

fn without_schema() -> Found {
    let words = "answer: it has no schema any more.";
    answer("response_schema_removed", words, Breaking::Potentially)
}

fn answer(code: &'static str, words: &str, breaking: Breaking) -> Found {
    Found::new(ChangeKind::Output, code, words)
        .at("answer")
        .breaking(breaking)
}

/// Compares what is kept of an answer.
fn described((old, new): (&Output, &Output), found: &mut Findings<'_>) {
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
    let codes = [
        "response_header_added",
        "response_header_removed",
        "response_header_changed",
    ];
    told((codes, "headers"), (&old.headers, &new.headers), found);
    let codes = [
        "response_discriminator_added",
        "response_discriminator_removed",
        "response_discriminator_changed",
    ];
    let what = "what chooses among its alternatives";
    let sides = (&old.discriminators, &new.discriminators);
    told((codes, what), sides, found);
    let codes = [
        "response_pattern_added",
        "response_pattern_removed",
        "response_pattern_changed",
    ];
    told((codes, "patterns"), (&old.patterns, &new.patterns), found);
    match (&old.schema, &new.schema) {
        (Some(one), Some(other)) => {
            let root = Root {
                words: "answer".to_owned(),
                part: Part::Answer,
                nested: false,
            };
            let silent = one != other && falls_silent(one, other);
            if silent {
                let words = "answer: nothing describes its parts any more.";
                let one = Found::new(ChangeKind::Text, "response_words_dropped", words);
                found.add(one.informing().at("answer"));
            }
            let mut walk = Walk::new((one, other), found);
            walk.silent = silent;
            walk.compare(one, other, &root);
        }
        (Some(_), None) => found.add(without_schema()),
        (None, Some(_)) => {
            let words = "answer: it has a schema now.";
            found.add(answer("response_schema_added", words, Breaking::No));
        }
        (None, None) => {}
    }
}

/// Whether nothing describes any part of a large answer any more, as where it grows beyond what is
/// kept with words: agents read nothing there that they did not read before.
pub(super) fn falls_silent(old: &Value, new: &Value) -> bool {
    let is_silent = |given: &Value| {
        let mut bare = given.clone();
        schema::drop_words(&mut bare, 0);
        bare == *given
    };
    schema::bytes(old) > BUDGET / 2 && is_silent(new) && !is_silent(old)
}

/// Compares what is told beside the schema, which an earlier import did not keep: one change for
/// all that is new, for all that is gone, and for all that is another.
fn told(
    (codes, what): ([&'static str; 3], &str),
    (old, new): (&BTreeMap<String, String>, &BTreeMap<String, String>),
    found: &mut Findings<'_>,
) {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut places: [Vec<&String>; 3] = Default::default();
    for name in names {
        match (old.get(name), new.get(name)) {
            (None, _) => places[0].push(name),
            (_, None) => places[1].push(name),
            (one, other) if one != other => places[2].push(name),
            _ => {}
        }
    }
    let said = ["told now", "not told any more", "other than before"];
    for ((code, said), names) in codes.into_iter().zip(said).zip(places) {
        if names.is_empty() {
            continue;
        }
        let of = |all: &BTreeMap<String, String>| -> Option<String> {
            let there = names
                .iter()
                .filter_map(|name| Some((name, all.get(*name)?)));
            let there: Vec<String> = there.map(|(name, it)| format!("{name}: {it}")).collect();
            (!there.is_empty()).then(|| there.join("; "))
        };
        let text = format!("answer: {what}, {said}: {}.", list(&names));
        found.add(
            Found::new(ChangeKind::Output, code, text)
                .at("answer")
                .values(of(old).as_deref(), of(new).as_deref()),
        );
    }
}
