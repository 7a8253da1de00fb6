//! What differs though no check says so.
//!
//! The checks know what schemas, servers and schemes mean; fingerprints know that something is
//! not what it was. A part that a reviewer relied on and whose fingerprint differs is shown to
//! them, whatever else was found: one change that is harmless explains no other.

use countersign_domain::{
    digest::{Digest, NotCanonical},
    drift::{Breaking, Change, ChangeKind, Prints, SecuritySeverity},
    operation::{ImportedOperation, Judged},
};

use super::{arguments::is_one_value, endpoint, findings::Found, output::falls_silent, server};

/// Finds the parts that differ without a change of their kind, and says whether the new words
/// must be read again.
pub(super) fn unexplained(
    old: &ImportedOperation,
    new: &ImportedOperation,
    changes: &[Change],
) -> Result<Vec<Change>, NotCanonical> {
    use ChangeKind as Kind;
    let (before, after) = (Prints::of(old, &[])?, Prints::of(new, &[])?);
    let parts = [
        (
            before.security != after.security,
            [Kind::Security, Kind::Scopes].as_slice(),
            "security_differs",
            "What it needs to be let in is not what it was.",
        ),
        (
            server::places(&old.servers) != server::places(&new.servers),
            &[Kind::Server],
            "server_differs",
            "Where it lives is not what it was.",
        ),
        (
            before.risk != after.risk,
            &[Kind::Risk],
            "risk_differs",
            "How dangerous it is held to be is not what it was.",
        ),
        (
            before.input != after.input && plain(old)? != plain(new)?,
            &[Kind::Input],
            "input_differs",
            "What it takes is not what it was, in a way that no check knows.",
        ),
        (
            before.text != after.text && reads_otherwise(old, new)?,
            &[Kind::Text],
            "text_differs",
            "What agents read about its parts is gone or stands elsewhere.",
        ),
        (
            new.must_be_read(),
            &[],
            "text_must_be_read",
            "Its words tell a model what to do or hide characters; read them again.",
        ),
    ];
    let told = |kinds: &[Kind]| {
        let mut of_kinds = changes.iter().filter(|change| kinds.contains(&change.kind));
        of_kinds.any(|change| !change.only_informs())
    };
    Ok(parts
        .into_iter()
        .filter(|(differs, kinds, ..)| *differs && !told(kinds))
        .map(|(_, kinds, code, text)| {
            Found::new(kinds.first().copied().unwrap_or(Kind::Text), code, text)
                .breaking(Breaking::Potentially)
                .security(SecuritySeverity::Medium)
                .change(Some(endpoint(new)))
        })
        .collect())
}

/// Whether agents read something else; of an answer that nothing describes any more they do not.
fn reads_otherwise(old: &ImportedOperation, new: &ImportedOperation) -> Result<bool, NotCanonical> {
    let answer = |one: &ImportedOperation| one.output.as_ref()?.schema.clone();
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
    Ok(!falls_silent(&before, &after) || unanswered(old)? != unanswered(new)?)
}

/// What it takes, without what means nothing of how that is sent.
fn plain(operation: &ImportedOperation) -> Result<Digest, NotCanonical> {
    let mut plain = operation.clone();
    for bind in &mut plain.binds {
        bind.explode &= !is_one_value(operation, bind);
    }
    Ok(Prints::of(&plain, &[])?.input)
}
