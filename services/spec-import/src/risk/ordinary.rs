//! Things that anybody may change without asking: ordinary business data.
//!
//! An acting call is an ordinary change only where its own path names one of these. Whatever is
//! not known is not ordinary, so an API of a trade nobody thought of asks for a human instead of
//! slipping through.

mod content;
mod machines;
mod people;
mod talk;
mod trade;
mod work;

use super::{
    grave::{CAPACITY, JOBS, MAILINGS, RUNNABLE},
    lexicon::{Lexicon, List},
    reading::Reading,
    things::{DETAILS, GENERIC, MARKS, MEETING_PLACES, PARTICIPATION},
    tokens::is_edition,
    topics::context::is_audience,
};

/// Things of many trades that are plain data there. No principals, money, credentials or switches.
static ORDINARY: List = List::new(
    "ordinary",
    &[
        content::WORDS,
        talk::WORDS,
        trade::WORDS,
        work::WORDS,
        machines::WORDS,
        people::WORDS,
    ],
);

/// Whether a word names ordinary data.
pub(super) fn is_plain(lexicon: &Lexicon, word: &str) -> bool {
    static LISTS: [&List; 9] = [
        &ORDINARY,
        &DETAILS,
        &MARKS,
        &PARTICIPATION,
        &MEETING_PLACES,
        &CAPACITY,
        &RUNNABLE,
        &JOBS,
        &MAILINGS,
    ];
    LISTS.into_iter().any(|list| lexicon.has(list, word))
}

/// Whether the path names ordinary data as what is acted on: the last word that says anything,
/// or, where none does, the last one.
pub(super) fn is_ordinary(reading: &Reading<'_>) -> bool {
    if is_audience(reading) {
        return true;
    }
    let (path, lexicon) = (&reading.path, reading.lexicon);
    let tells = |word: &&String| !lexicon.has(&GENERIC, word) && !is_edition(word);
    for at in (0..path.segments.len()).rev() {
        let words = || path.things(at).rev();
        let word = words().find(tells);
        let plain = |word: &String| is_plain(lexicon, word);
        if word.is_some() || words().next().is_some_and(plain) {
            return word.is_none_or(plain);
        }
    }
    false
}
