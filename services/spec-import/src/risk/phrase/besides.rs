//! What a text says that a call does besides reading.
//!
//! A summary says "Get messages" and the sentence behind it "Deletes all messages". Only what is said
//! of the call itself is heard: "Deleted messages are left out" and "Removing a user deletes their
//! keys" are said of others.

use super::{FILLERS, POINTERS, PREPOSITIONS};
use crate::risk::{
    lexicon::{Lexicon, Words},
    tokens::{singular, truncated},
    verbs::{Act, Verb},
};

/// Words before the verb that say that it is the call that does it: "Warning: this call also ends".
static OF_THE_CALL: Words = Words::new(&[
    "calling, call, this, the, endpoint, api, operation, method, request, it, also, then, and, \
    additionally, automatically, permanently, immediately, warning, note, caution, important",
]);

/// After one of these, what is said is said of a thing: "a job that runs once and deletes itself".
static OF_A_THING: Words = Words::new(&[
    "that, which, who, whose, when, if, whether, how, where, to, after, before, until, while, unless, not",
]);

/// What stands behind a noun, and not behind a verb: "Deletes are listed".
static BEHIND_A_NOUN: Words =
    Words::new(&["will, can, cannot, may, must, should, do, have, were, was, not"]);

/// One word as it is written, in small letters, and as it is compared.
struct Written {
    raw: String,
    word: String,
}

impl Written {
    fn read(text: &str) -> Vec<Self> {
        let raw = text.split(|c: char| !c.is_alphanumeric() && c != '\'');
        raw.filter(|raw| !raw.is_empty())
            .map(|raw| {
                let raw = raw.to_lowercase();
                let word = singular(raw.clone());
                Self { raw, word }
            })
            .collect()
    }

    /// "deletes", as a sentence about a call says it.
    fn in_third_person(&self) -> bool {
        self.raw != self.word
    }
}

/// The first verb that a text orders besides reading, and its word.
pub(in crate::risk) fn besides(text: &str, lexicon: &Lexicon) -> Option<(Verb, String)> {
    sentences(truncated(text, 2_000)).find_map(|sentence| {
        let said = Written::read(sentence);
        begins_gravely(&said, lexicon).or_else(|| joined_to_a_read(&said, lexicon))
    })
}

/// Cuts a text behind full stops, and at lines that begin with a capital letter.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let stops = text.split_inclusive(['.', '!', '?', ';']);
    stops.flat_map(|sentence| {
        let mut starts = vec![0];
        starts.extend(sentence.match_indices('\n').map(|(at, _)| at).filter(|at| {
            let behind = sentence[at + 1..].trim_start_matches(|c: char| !c.is_alphanumeric());
            behind.starts_with(char::is_uppercase)
        }));
        starts.push(sentence.len());
        let cuts = starts.windows(2).map(|two| &sentence[two[0]..two[1]]);
        cuts.collect::<Vec<_>>()
    })
}

/// "Deletes all messages", "This call also charges the card".
fn begins_gravely(said: &[Written], lexicon: &Lexicon) -> Option<(Verb, String)> {
    let at = said.iter().position(|one| !OF_THE_CALL.has(&one.raw))?;
    let found = lexicon.verb(&said[at].word)?;
    let next = said.get(at + 1)?;
    let points = POINTERS.has(&next.raw) || is_pronoun(&next.raw);
    let behind_a_noun = PREPOSITIONS.has(&next.raw) || BEHIND_A_NOUN.has(&next.raw);
    let acts = points || found.clear && found.act.takes_away() && !behind_a_noun;
    (said[at].in_third_person() && is_grave(found) && acts).then(|| (found, said[at].word.clone()))
}

/// "Returns the report and deletes it", "Get a job and mark it as done", "Read and reset counters".
fn joined_to_a_read(said: &[Written], lexicon: &Lexicon) -> Option<(Verb, String)> {
    let first = said
        .iter()
        .position(|one| !OF_THE_CALL.has(&one.raw) && !FILLERS.has(&one.raw))?;
    let reads = lexicon.verb(&said[first].word)?.act.only_reads();
    let end = said.iter().position(|one| OF_A_THING.has(&one.raw));
    let said = &said[first..end.unwrap_or(said.len()).max(first)];
    let alike = |one: &Written| one.in_third_person() == said[0].in_third_person();
    let joints = said.iter().enumerate().filter(|(_, one)| one.raw == "and");
    joints.filter(|_| reads).find_map(|(joint, _)| {
        let adverbs = ["then", "also", "permanently", "immediately"];
        let behind = &said[joint + 1..];
        let at = behind
            .iter()
            .position(|one| !adverbs.contains(&one.raw.as_str()))?;
        let verb = behind.get(at).filter(|verb| alike(verb))?;
        let next = behind.get(at + 1).map(|next| next.raw.as_str());
        if next.is_some_and(is_pronoun) && is_posted(&verb.word) {
            return Some((lexicon.verb("send")?, verb.word.clone()));
        }
        let found = lexicon.verb(&verb.word)?;
        let directly = joint == 1 && next.is_some_and(|next| !PREPOSITIONS.has(next));
        let points = next.is_some_and(|next| POINTERS.has(next));
        let orders = next.is_some_and(is_pronoun) && !found.act.only_reads()
            || is_grave(found) && points && (found.clear || verb.in_third_person())
            || found.act.takes_away() && directly;
        orders.then(|| (found, verb.word.clone()))
    })
}

/// What is taken away, paid, or surely changed for those who have access.
const fn is_grave(found: Verb) -> bool {
    let guarded = matches!(found.act, Act::Govern | Act::Authenticate);
    found.act.takes_away() || matches!(found.act, Act::Pay) || guarded && found.clear
}

fn is_pronoun(word: &str) -> bool {
    matches!(word, "it" | "them")
}

/// Nouns that are verbs only behind "and": "and emails it to the customer".
fn is_posted(word: &str) -> bool {
    matches!(word, "email" | "mail" | "fax" | "text")
}
