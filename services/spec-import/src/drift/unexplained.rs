//! What differs though no check says so.
//!
//! The checks know what schemas, servers and schemes mean; fingerprints know that something is
//! not what it was. A part that a reviewer relied on and whose fingerprint differs is shown to
//! them, whatever else was found: one change that is harmless explains no other. Schemas that are
//! only written otherwise, under other names or in another order, are what they were.

use std::collections::BTreeSet;

use countersign_domain::{
    digest::{Digest, NotCanonical},
    drift::{Breaking, Change, ChangeKind, Prints, SecuritySeverity, Words},
    operation::{ImportedOperation, Judged},
};
use serde_json::Value;

use super::{
    Pair,
    arguments::{hide_more, is_one_value},
    budget::Budget,
    endpoint,
    findings::Found,
    output::falls_silent,
    schema::same::{What, mean_the_same},
    server,
};

/// Finds the parts that differ without a change of their kind, and says whether the new words
/// must be read again.
pub(super) fn unexplained(
    pair: &Pair<'_>,
    changes: &[Change],
    budget: &mut Budget,
) -> Result<Vec<Change>, NotCanonical> {
    use ChangeKind as Kind;
    let (old, new) = (pair.old, pair.new);
    let told = |kinds: &[Kind]| {
        let mut of_kinds = changes.iter().filter(|change| kinds.contains(&change.kind));
        of_kinds.any(|change| !change.only_informs())
    };
    let (before, after) = (Prints::of(old, &[])?, Prints::of(new, &[])?);
    // A variable that is called otherwise in the path is an argument that is called otherwise.
    let of_input = [Kind::Input, Kind::Path];
    let mut arguments = changes.iter().filter(|one| of_input.contains(&one.kind));
    let input = before.input != after.input
        && if told(&of_input) {
            // Whoever looks at one that counts looks at them all.
            arguments.all(|one| one.kind == Kind::Input && one.breaking == Breaking::No)
                && hide_more(old, new, budget)?
        } else {
            takes_otherwise(old, new, budget)?
        };
    let moved = |(old, new)| server::places(old) != server::places(new);
    let text = before.text != after.text && !told(&[Kind::Text]);
    let parts = [
        (
            before.security != after.security && !told(&[Kind::Security, Kind::Scopes]),
            Kind::Security,
            "security_differs",
            "What it needs to be let in is not what it was.",
        ),
        (
            pair.lives().is_some_and(moved) && !told(&[Kind::Server]),
            Kind::Server,
            "server_differs",
            "Where it lives is not what it was.",
        ),
        (
            before.risk != after.risk && !told(&[Kind::Risk]),
            Kind::Risk,
            "risk_differs",
            "How dangerous it is held to be is not what it was.",
        ),
        (
            input,
            Kind::Input,
            "input_differs",
            "What it takes is not what it was, in a way that no check knows.",
        ),
        (
            text && reads_otherwise(old, new, budget)?,
            Kind::Text,
            "text_differs",
            "What agents read about its parts is gone or stands elsewhere.",
        ),
        (
            new.must_be_read(),
            Kind::Text,
            "text_must_be_read",
            "Its words tell a model what to do or hide characters; read them again.",
        ),
    ];
    let differ = parts.into_iter().filter(|(differs, ..)| *differs);
    Ok(differ
        .map(|(_, kind, code, text)| {
            Found::new(kind, code, text)
                .breaking(Breaking::Potentially)
                .security(SecuritySeverity::Medium)
                .change(Some(endpoint(new)))
        })
        .collect())
}

/// Whether other values fit, or they are sent otherwise.
fn takes_otherwise(
    old: &ImportedOperation,
    new: &ImportedOperation,
    budget: &mut Budget,
) -> Result<bool, NotCanonical> {
    let schemas = (&old.input_schema, &new.input_schema);
    Ok(sent(old)? != sent(new)? || !mean_the_same(What::Values, schemas, budget)?)
}

/// Whether agents read something else; of an answer that nothing describes any more they do not.
fn reads_otherwise(
    old: &ImportedOperation,
    new: &ImportedOperation,
    budget: &mut Budget,
) -> Result<bool, NotCanonical> {
    if reads_the_same(old, new, budget)? {
        return Ok(false);
    }
    let (Some(before), Some(after)) = (answer(old), answer(new)) else {
        return Ok(true);
    };
    let unanswered = |one: &ImportedOperation| {
        let output = None;
        Prints::text_of(&ImportedOperation {
            output,
            ..one.clone()
        })
    };
    Ok(!falls_silent(before, after) || unanswered(old)? != unanswered(new)?)
}

/// Whether the same words stand at the same places, however the schemas are written. What a
/// definition is called is no text, unless that is a sentence: then it must have been there.
fn reads_the_same(
    old: &ImportedOperation,
    new: &ImportedOperation,
    budget: &mut Budget,
) -> Result<bool, NotCanonical> {
    let whole = |one: &ImportedOperation| (one.title.clone(), one.description.clone());
    let words = |one| Words::of(one).all().collect::<BTreeSet<_>>();
    if whole(old) != whole(new) || words(old) != words(new) {
        return Ok(false);
    }
    let mut is_same = |sides| mean_the_same(What::ValuesAndWords, sides, budget);
    let answers = match (answer(old), answer(new)) {
        (Some(before), Some(after)) => is_same((before, after))?,
        (before, after) => before == after,
    };
    Ok(answers && is_same((&old.input_schema, &new.input_schema))?)
}

fn answer(operation: &ImportedOperation) -> Option<&Value> {
    operation.output.as_ref()?.schema.as_deref()
}

/// How it is sent, without what means nothing of that.
fn sent(operation: &ImportedOperation) -> Result<Digest, NotCanonical> {
    let mut plain = operation.clone();
    for bind in &mut plain.binds {
        bind.explode &= !is_one_value(operation, bind);
    }
    plain.input_schema = Value::Null;
    Ok(Prints::of(&plain, &[])?.input)
}
