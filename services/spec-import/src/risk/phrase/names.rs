//! Where an operationId has its verb, and what a generated one is worth.

use countersign_domain::operation::Method;

use crate::risk::{
    lexicon::Lexicon,
    path::Path,
    tokens::{is_edition, words},
    verbs::Act,
};

/// `DELETE_lists-id-contacts`: the method and the path once more.
pub(super) fn repeats(name: &[String], path: &Path) -> bool {
    let Some(("delete", rest)) = name
        .split_first()
        .map(|(first, rest)| (first.as_str(), rest))
    else {
        return false;
    };
    rest.len() > 2
        && rest
            .iter()
            .zip(rest.iter().skip(1))
            .any(|(_, word)| word == "id" || word == "name")
        && rest
            .iter()
            .filter(|word| path.words().any(|other| other == *word))
            .count()
            * 2
            >= rest.len()
}

/// `postListsIdWebhooks`: a name made of a changing method and its path is no witness that the
/// call reads.
pub(super) fn is_generated(name: &[String], method: Method, path: &Path) -> bool {
    let changes = matches!(method, Method::Post | Method::Put | Method::Patch);
    let rest = match name {
        [first, rest @ ..] if is_method(first, method) => rest,
        [rest @ .., last] if is_method(last, method) => rest,
        _ => return false,
    };
    let repeated = |word: &String| {
        let filler = matches!(
            word.as_str(),
            "id" | "uuid" | "name" | "api" | "by" | "rest"
        );
        filler || is_edition(word) || path.words().any(|other| other == word)
    };
    changes && rest.iter().all(repeated)
}

/// `GET_DeleteQueue`: the method stands before the name, and the name has a verb of its own or
/// begins as names of calls do.
pub(super) fn behind_the_method<'n>(name: &'n str, method: Method, lexicon: &Lexicon) -> &'n str {
    let rest = name.strip_prefix(method.as_str());
    let rest = rest.and_then(|rest| rest.strip_prefix(|c: char| !c.is_alphanumeric()));
    let is_name = |rest: &&str| {
        let ordered = words(rest).first().and_then(|word| lexicon.verb(word));
        ordered.is_some_and(|found| found.clear) || rest.starts_with(char::is_uppercase)
    };
    rest.filter(is_name).unwrap_or(name)
}

/// `setTextUsingGET_1`, `stop_job_jobs__job_id__stop_get`: a generator wrote the method behind the
/// name, or the path and the method.
pub(super) fn without_the_method<'n>(
    name: &'n str,
    (method, path): (Method, &Path),
    lexicon: &Lexicon,
) -> &'n str {
    let called = name.strip_suffix("_get").filter(|called| {
        let mut called = words(called);
        let along = path.words().collect::<Vec<_>>();
        let behind = along.iter().rev().all(|word| {
            let found = called.iter().rposition(|other| other == *word);
            found.inspect(|at| called.truncate(*at)).is_some()
        });
        let ordered = called.first().and_then(|first| lexicon.verb(first));
        behind && called.len() > 1 && ordered.is_some_and(|found| found.clear)
    });
    if let Some(called) = called.filter(|_| method == Method::Get) {
        return called;
    }
    let counted = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let bare = counted.strip_suffix('_').unwrap_or(name);
    let before = bare.strip_suffix(method.as_str());
    before
        .and_then(|before| before.strip_suffix("Using"))
        .unwrap_or(name)
}

/// `compute.instances.insert`: the whole API stands before the name, and is called as what only
/// reads is.
pub(super) fn without_the_api<'n>(name: &'n str, lexicon: &Lexicon) -> &'n str {
    let reads = |api: &str| {
        lexicon
            .verb(api)
            .is_some_and(|found| found.act.only_reads())
    };
    let behind = name.split_once('.').filter(|(api, _)| reads(api));
    let behind = behind.map(|(_, rest)| rest);
    behind.filter(|rest| rest.contains('.')).unwrap_or(name)
}

/// `BookShelf lists every shelf`, of what is named `Shelf_BookShelf`: the sentence behind the name.
pub(super) fn behind_the_name<'t>(sentence: &'t str, name: &str) -> &'t str {
    let own = name.rsplit(['/', '.', '_']).next().unwrap_or(name);
    let behind = sentence.strip_prefix(own);
    let behind = behind.filter(|rest| rest.starts_with(' ') && words(own).len() > 1);
    behind.unwrap_or(sentence)
}

/// Whether a word is the method.
pub(super) fn is_method(word: &str, method: Method) -> bool {
    method.as_str().eq_ignore_ascii_case(word)
}

/// Index of the verb in the words of an operationId, which may stand first
/// (`deleteUser`), after a group (`users/delete`), in the middle or last (`userDelete`).
pub(super) fn verb_of_name(
    (name, all): (&str, &[String]),
    method: Method,
    lexicon: &Lexicon,
) -> Option<usize> {
    let is = |at: usize, clear: bool| {
        let found = all.get(at).and_then(|word| lexicon.verb(word));
        found.is_some_and(|found| found.clear || !clear)
    };
    if begins_with_a_read((name, all), method, lexicon) {
        return Some(0);
    }
    let last_chunk = name
        .rsplit(['/', '.', '_'])
        .next()
        .map_or(0, |chunk| words(chunk).len());
    let chunk_start = all.len().saturating_sub(last_chunk);
    if is(chunk_start, true) {
        return Some(chunk_start);
    }
    let first_clear = (0..all.len()).find(|at| is(*at, true));
    first_clear
        .or_else(|| (!is_plural_first(name, all) && is(0, false)).then_some(0))
        .or_else(|| is(chunk_start, false).then_some(chunk_start))
        .or_else(|| all.len().checked_sub(1).filter(|last| is(*last, false)))
}

/// `usersDelete`: the first word is written in the plural, so it is no verb.
fn is_plural_first(name: &str, all: &[String]) -> bool {
    let lower = name.to_lowercase();
    let after = all.first().and_then(|first| lower.strip_prefix(first));
    after.is_some_and(|after| after.starts_with('s'))
}

/// Whether the name begins with a verb that reads, and no later word makes that a thing.
fn begins_with_a_read((name, all): (&str, &[String]), method: Method, lexicon: &Lexicon) -> bool {
    let [word, rest @ ..] = all else {
        return false;
    };
    let reads = lexicon.verb(word).filter(|found| found.act.only_reads());
    let Some(first) = reads.filter(|_| !is_plural_first(name, all)) else {
        return false;
    };
    if method == Method::Get {
        return true;
    }
    let outweighs = |word: &String| {
        let found = lexicon.verb(word);
        found
            .is_some_and(|found| found.clear && !found.act.only_reads() && found.act != Act::Change)
    };
    // "check_create" creates a check, "verification_email" is a mail.
    let ordered = |word: &String| lexicon.verb(word).is_some_and(|found| found.clear);
    let thing = !first.clear && matches!(rest, [only] if ordered(only));
    let qualifies = word.ends_with("tion") && !rest.is_empty();
    !thing && !qualifies && !rest.iter().any(outweighs)
}
