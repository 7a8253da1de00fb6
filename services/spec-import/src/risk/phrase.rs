//! Reads a name or a sentence: which verb it is about and what stands as its object.

pub(super) mod besides;
mod names;

use countersign_domain::operation::Method;

use super::{
    lexicon::{Lexicon, Words},
    path::Path,
    tokens::{first_sentence, words},
    verbs::Verb,
};

/// Words before the verb of a sentence or around its object that say nothing.
static FILLERS: Words = Words::new(&[
    "a, an, the, this, that, endpoint, api, operation, method, to, will, allow, you, can, \
    use, it, bulk, batch, mass, permanently, immediately, partially, fully, manually, be, \
    beta, deprecated, new, existing, specific, specified, given, one, more, all, multiple, \
    single, your, any, particular, its, their, request, admin, please, attempt, and, or, \
    asynchronously, async, current, some",
]);

/// After one of these the sentence has left the object.
static PREPOSITIONS: Words = Words::new(&[
    "for, in, of, from, to, by, with, on, using, into, at, under, within, as, that, which, \
    when, if, across, via, per, between, about, without, based, where, so, onto, belonging, \
    through, and, is, are, whose, before, after, only",
]);

/// Words by which a verb points at what it is done to.
static POINTERS: Words = Words::new(&[
    "a, an, the, this, all, any, your, its, their, one, specified, given, existing, specific, \
    multiple, every, and, or",
]);

/// A name or a sentence: its verb, its object and the rest.
#[derive(Debug, Default)]
pub(super) struct Phrase {
    /// The verb and its word.
    pub(super) verb: Option<(Verb, String)>,
    /// A second verb ("update or cancel").
    pub(super) second: Option<(Verb, String)>,
    /// What it is said to serve for ("used to redact"), where that takes something away.
    pub(super) aim: Option<(Verb, String)>,
    /// What the verb acts on; the last word is the head.
    pub(super) object: Vec<String>,
    /// The other words.
    pub(super) rest: Vec<String>,
    /// The verb points at its object ("clears the cache"), as orders do.
    pub(super) points: bool,
}

impl Phrase {
    fn at(lexicon: &Lexicon, words: &[String], (found, verb_at): (Verb, usize)) -> Self {
        let mut start = verb_at + 1;
        let mut second = None;
        while let Some(word) = words.get(start) {
            let joined = matches!(words[start - 1].as_str(), "or" | "and");
            if let Some(other) = lexicon
                .verb(word)
                .filter(|other| joined && (other.clear || second.is_none()))
            {
                second = Some((other, word.clone()));
            } else if !FILLERS.has(word) || ends_object(words, start) {
                break;
            }
            start += 1;
        }
        let mut end = start;
        while end < words.len() && !PREPOSITIONS.has(&words[end]) && words[end] != "or" {
            end += 1;
        }
        // "initiates a redirect or terminates a call", "used to redact"
        let after = |joint: &str| {
            words[end..].windows(2).find_map(|pair| {
                let other = lexicon
                    .verb(&pair[1])
                    .filter(|other| pair[0] == joint && other.clear)?;
                Some((other, pair[1].clone()))
            })
        };
        let mut rest = words[..verb_at].to_vec();
        rest.extend_from_slice(&words[end..]);
        Self {
            verb: Some((found, words[verb_at].clone())),
            second: second
                .or_else(|| after("or"))
                .or_else(|| last_of_several(lexicon, &words[start..])),
            aim: after("to").filter(|(found, _)| found.act.takes_away()),
            object: words[start..end].to_vec(),
            rest,
            points: words
                .get(verb_at + 1)
                .is_some_and(|next| POINTERS.has(next)),
        }
    }

    /// Whether there are no words at all.
    pub(super) const fn is_silent(&self) -> bool {
        self.verb.is_none() && self.object.is_empty() && self.rest.is_empty()
    }

    /// Reads an operationId.
    pub(super) fn of_name(name: &str, (method, path): (Method, &Path), lexicon: &Lexicon) -> Self {
        let generated = names::is_generated(&words(name), method, path);
        let name = names::behind_the_method(name, method, lexicon);
        let name = names::without_the_method(name, (method, path), lexicon);
        let name = names::without_the_api(name, lexicon);
        let mut all = words(name);
        if let Some(order) = lexicon.glued_order(&all) {
            all = order;
        }
        // Generated names repeat the method, which is no second witness.
        all.retain(|word| {
            !(matches!(word.as_str(), "post" | "put" | "patch") && names::is_method(word, method))
        });
        if method == Method::Delete && names::repeats(&all, path) {
            return Self::default();
        }
        let verb = names::verb_of_name((name, &all), method, lexicon)
            .and_then(|at| Some((lexicon.verb(&all[at])?, at)))
            .filter(|(found, _)| !(generated && found.act.only_reads()));
        let Some((found, at)) = verb else {
            let end = all
                .iter()
                .position(|word| PREPOSITIONS.has(word))
                .unwrap_or(all.len());
            let rest = all.split_off(end);
            return Self {
                object: all,
                rest,
                ..Self::default()
            };
        };
        let mut phrase = Self::at(lexicon, &all, (found, at));
        if phrase.object.is_empty() {
            // `invoices.send`: the object stands before the verb.
            phrase.object = all[..at].to_vec();
            phrase.rest.drain(..at);
        }
        phrase
    }

    /// Reads the first sentence of a summary or description of what has this name.
    pub(super) fn of_text(text: &str, name: &str, lexicon: &Lexicon) -> Self {
        let all = words(names::behind_the_name(first_sentence(text), name));
        let start = allowed_from(&all);
        let Some(first) = (start..all.len()).find(|at| !FILLERS.has(&all[*at])) else {
            return Self {
                object: all,
                ..Self::default()
            };
        };
        if let Some(found) = lexicon.verb(&all[first]) {
            return Self::at(lexicon, &all, (found, first));
        }
        let later = all.iter().enumerate().take(first + 9).skip(first);
        for (at, word) in later {
            if let Some(found) = lexicon.verb(word).filter(|found| found.clear) {
                let mut phrase = Self::at(lexicon, &all, (found, at));
                if phrase.object.is_empty() {
                    phrase.object = all[first..at].to_vec();
                }
                return phrase;
            }
        }
        Self {
            rest: all,
            ..Self::default()
        }
    }
}

/// "Retrieves, inserts, and deletes things": the last of several verbs in a row.
fn last_of_several(lexicon: &Lexicon, words: &[String]) -> Option<(Verb, String)> {
    let verb = |word: &String| lexicon.verb(word).filter(|found| found.clear);
    let joint = words
        .iter()
        .position(|word| matches!(word.as_str(), "and" | "or"))?;
    let (before, last) = (&words[..joint], words.get(joint + 1)?);
    let in_a_row = before.iter().all(|word| verb(word).is_some());
    verb(last)
        .filter(|_| in_a_row)
        .map(|found| (found, last.clone()))
}

/// "Allows an app to …": the sentence begins behind the "to".
fn allowed_from(words: &[String]) -> usize {
    let allows = words
        .iter()
        .take(4)
        .any(|word| matches!(word.as_str(), "allow" | "let" | "permit"));
    let to = words.iter().take(8).position(|word| word == "to");
    to.filter(|_| allows).map_or(0, |at| at + 1)
}

/// Whether the filler at `at` is itself the object ("invite a user").
fn ends_object(words: &[String], at: usize) -> bool {
    let noun = words[at] == "request";
    noun && words
        .get(at + 1)
        .is_none_or(|next| PREPOSITIONS.has(next) || next == "or")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verb_word(phrase: &Phrase) -> Option<&str> {
        phrase.verb.as_ref().map(|(_, word)| word.as_str())
    }

    fn named(name: &str) -> Phrase {
        let lexicon = Lexicon::whole();
        Phrase::of_name(name, (Method::Post, &Path::read("/", &lexicon)), &lexicon)
    }

    fn read(text: &str, name: &str) -> Phrase {
        Phrase::of_text(text, name, &Lexicon::whole())
    }

    #[test]
    fn the_verb_of_a_name_is_found_wherever_it_stands() {
        for (name, expected) in [
            ("deleteUser", "delete"),
            ("users/delete-key-for-me", "delete"),
            ("invoices.send", "send"),
            ("groupMembersDelete", "delete"),
            ("cluster_destroy_node", "destroy"),
            ("rooms_list", "list"),
        ] {
            assert_eq!(verb_word(&named(name)), Some(expected), "{name}");
        }
        assert_eq!(verb_word(&named("PostWidgets")), None);
    }

    #[test]
    fn the_object_of_a_sentence_ends_at_the_preposition() {
        let phrase = read(
            "Permanently deletes the user's avatar from a workspace.",
            "",
        );
        assert_eq!(phrase.object, ["user", "avatar"]);
        let member = read("Remove a user from a team", "");
        assert_eq!(member.object, ["user"]);
        let two = read("Update or cancel a booking", "");
        assert_eq!(two.second.map(|(_, word)| word).as_deref(), Some("cancel"));
    }

    #[test]
    fn a_sentence_that_begins_with_the_name_says_what_it_does_behind_it() {
        for (text, name, expected) in [
            ("BookShelf lists every shelf", "Shelf_BookShelf", "list"),
            ("BookLists removes a list", "BookLists", "remove"),
            ("Lists every shelf", "Shelf_BookShelf", "list"),
        ] {
            assert_eq!(verb_word(&read(text, name)), Some(expected), "{text}");
        }
    }
}
