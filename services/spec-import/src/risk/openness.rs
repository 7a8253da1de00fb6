//! Finds what a path leaves to whoever fills in its variables.
//!
//! A risk is given to what is called. Where a variable decides what that is (`/v1/refund{s}`,
//! `/{a}/{b}`, `/notes/{id}:{verb}`), no word of the document can say how far a call reaches, so
//! each call needs a human, whatever the texts claim.

use countersign_domain::{operation::Method, risk::Reason};

use super::{
    lexicon::Lexicon,
    reading::posts,
    reasons::reason,
    template::{Piece, pieces},
    tokens::{truncated, words},
};
use crate::evidence::ORDERS;

/// Longer paths are cut where they are shown.
const SHOWN_BYTES: usize = 200;

/// Says what a path leaves open, if that is more than which thing of a kind is meant.
///
/// `acts` is whether the call may change something: then a variable may not say what is done
/// either.
pub(super) fn open(path: &str, method: Method, acts: bool) -> Option<Reason> {
    let pieces = pieces(path);
    let (code, text) = if path
        .split_once('?')
        .is_some_and(|(_, query)| acts || orders(query))
    {
        let text = "What follows the path says more than the path does.";
        ("path_query_fixed", text)
    } else if is_escaped(&pieces) {
        let text = "The path is partly written in escapes, which hide its words.";
        ("path_escaped", text)
    } else if finishes_a_word(&pieces) {
        let text = "A variable finishes a word of the path, so the caller chooses what is called.";
        ("path_word_open", text)
    } else if names_the_thing(&pieces, acts) {
        let text = "The path names nothing, so a variable or the body says what is called.";
        ("path_thing_open", text)
    } else if acts && (gives_the_order(&pieces) || posts(method) && fills_a_place(&pieces)) {
        let text = "A variable stands where the path says what is done.";
        ("path_order_open", text)
    } else {
        return None;
    };
    Some(reason(code, text, truncated(path, SHOWN_BYTES)))
}

/// `/%72efunds`.
pub(super) fn is_escaped(pieces: &[Piece<'_>]) -> bool {
    let mut literals = pieces.iter().flat_map(|piece| &piece.literals);
    literals.any(|literal| literal.contains('%'))
}

/// `/refund{s}`. Before anything is named, `v{version}` is a version.
fn finishes_a_word(pieces: &[Piece<'_>]) -> bool {
    let mut named = pieces
        .iter()
        .skip_while(|piece| piece.is_version() || !piece.has_words());
    named.any(Piece::is_mixed)
}

/// `/{a}/{b}`, `/v1/{a}`, `/`. To read, it is enough that anything is named at all.
fn names_the_thing(pieces: &[Piece<'_>], acts: bool) -> bool {
    let mut things = pieces
        .iter()
        .filter(|piece| !piece.is_version() && (piece.is_variable() || piece.has_words()));
    if acts {
        things.next().is_none_or(Piece::is_variable)
    } else {
        things.all(Piece::is_variable)
    }
}

/// `?action=refund`, `?mode=delete`: what is written after the path says what is done. What is
/// escaped there nobody reads before the upstream does.
fn orders(query: &str) -> bool {
    let lexicon = Lexicon::whole();
    let acts = |word: &String| {
        let found = lexicon.verb(word);
        found.is_some_and(|found| found.clear && !found.act.only_reads())
    };
    let values = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut values = values.filter(|(_, value)| !value.contains('{'));
    if query.contains('%') || values.any(|(_, value)| words(value).iter().any(acts)) {
        return true;
    }
    let keys = query.split('&').filter_map(|pair| pair.split('=').next());
    let mut keys = keys.flat_map(words);
    keys.any(|key| {
        ORDERS.contains(&key.as_str()) || matches!(key.as_str(), "do" | "act" | "target")
    })
}

/// The path with a choice written into it, where that is an order and no filter.
pub(super) fn chosen(path: &str, name: &str, value: &str) -> Option<String> {
    let lexicon = Lexicon::whole();
    let variable = ["{", name, "}"].concat();
    let in_path = path.contains(&variable);
    let acts = |word: &String| {
        let found = lexicon.verb(word);
        found.is_some_and(|found| (found.clear || in_path) && !found.act.only_reads())
    };
    words(value).iter().any(acts).then(|| {
        if in_path {
            return path.replace(&variable, value);
        }
        let join = if path.contains('?') { '&' } else { '?' };
        format!("{path}{join}{name}={value}")
    })
}

/// The verbs of a text, which are words of ours whatever else stands in it.
pub(crate) fn verbs(text: &str) -> Vec<String> {
    let lexicon = Lexicon::whole();
    let mut words = words(text);
    words.retain(|word| lexicon.verb(word).is_some());
    words
}

/// `/console/{order}`: nobody posts to one of many where the place is not one of many.
fn fills_a_place(pieces: &[Piece<'_>]) -> bool {
    let written: Vec<_> = pieces.iter().filter(|piece| !piece.is_version()).collect();
    let [.., place, last] = written.as_slice() else {
        return false;
    };
    let many = |literal: &&str| literal.to_ascii_lowercase().ends_with('s');
    last.is_variable() && !place.is_variable() && !place.literals.last().is_some_and(many)
}

/// `/notes/{id}:{verb}`, `/notes.{order}`, `/notes/{id}/{order}`, `/notes/{action}`.
///
/// `.{format}` looks the same as `/api/files.{delete}`, and its name is only what the document
/// says, so it is an order too.
fn gives_the_order(pieces: &[Piece<'_>]) -> bool {
    let follows = pieces
        .iter()
        .any(|piece| piece.is_variable() && matches!(piece.after, '.' | ':'));
    let admits = pieces
        .iter()
        .flat_map(|piece| &piece.variables)
        .any(|name| matches!(words(name).as_slice(), [word] if ORDERS.contains(&word.as_str())));
    let written: Vec<_> = pieces.iter().filter(|piece| !piece.is_version()).collect();
    let ends_in_two = matches!(
        written.as_slice(),
        [.., one, other] if one.is_variable() && other.is_variable()
    );
    follows || admits || ends_in_two
}
