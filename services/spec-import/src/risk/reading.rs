//! Reads what a document says about one operation into words, verbs and objects.
//!
//! Nothing is judged here: this file only finds out which verb a name or sentence is about,
//! what stands as its object, and what the path points at.

use countersign_domain::operation::Method;

use super::{
    Evidence,
    tokens::{first_sentence, words},
    verbs::{Act, Verb, verb},
};

/// Words before the verb of a sentence or around its object that say nothing.
const FILLERS: &[&str] = &[
    "a",
    "an",
    "the",
    "this",
    "that",
    "endpoint",
    "api",
    "operation",
    "method",
    "to",
    "will",
    "allow",
    "you",
    "can",
    "use",
    "it",
    "bulk",
    "batch",
    "mass",
    "permanently",
    "immediately",
    "partially",
    "fully",
    "manually",
    "be",
    "beta",
    "deprecated",
    "new",
    "existing",
    "specific",
    "specified",
    "given",
    "one",
    "more",
    "all",
    "multiple",
    "single",
    "your",
    "any",
    "particular",
    "its",
    "their",
    "request",
    "admin",
    "please",
    "attempt",
    "and",
    "or",
    "asynchronously",
    "async",
    "current",
    "bulk",
    "some",
];

/// After one of these the sentence has left the object.
const PREPOSITIONS: &[&str] = &[
    "for",
    "in",
    "of",
    "from",
    "to",
    "by",
    "with",
    "on",
    "using",
    "into",
    "at",
    "under",
    "within",
    "as",
    "that",
    "which",
    "when",
    "if",
    "across",
    "via",
    "per",
    "between",
    "about",
    "without",
    "based",
    "where",
    "so",
    "onto",
    "belonging",
    "through",
    "and",
    "is",
    "are",
    "whose",
    "before",
    "after",
    "only",
];

/// One segment of a path that is not a parameter.
#[derive(Debug)]
pub(super) struct Segment {
    /// Its words.
    pub(super) words: Vec<String>,
    /// Written in the plural: a collection, not an order to do something.
    pub(super) plural: bool,
    /// A parameter stands directly before it.
    pub(super) after_parameter: bool,
}

/// What the path says.
#[derive(Debug)]
pub(super) struct Path {
    /// The segments that are not parameters, versions left out.
    pub(super) segments: Vec<Segment>,
    /// The last segment is a parameter: one thing, not a collection.
    pub(super) ends_in_parameter: bool,
    /// Any parameter at all: something that already exists.
    pub(super) has_parameter: bool,
    /// The verb in the last segment, and its word.
    pub(super) action: Option<(Verb, String)>,
    /// Index of the segment that names what is acted on.
    pub(super) head: Option<usize>,
}

impl Path {
    /// Reads a path template.
    pub(super) fn read(path: &str) -> Self {
        let mut segments: Vec<Segment> = Vec::new();
        let (mut ends_in_parameter, mut has_parameter) = (false, false);
        let path = path.split(['?', '#']).next().unwrap_or_default();
        for piece in path
            .split(['/', '.', ':', '(', ')'])
            .filter(|piece| !piece.is_empty())
        {
            if piece.contains('{') {
                (ends_in_parameter, has_parameter) = (true, true);
            } else if !is_version(piece) {
                let words = words(piece);
                let plural = words
                    .last()
                    .is_some_and(|last| !piece.to_lowercase().ends_with(last.as_str()));
                segments.push(Segment {
                    words,
                    plural,
                    after_parameter: ends_in_parameter,
                });
                ends_in_parameter = false;
            }
        }
        let action = segments
            .last()
            .and_then(|last| action(last, ends_in_parameter));
        let alone = action.is_some() && segments.last().is_some_and(|last| last.words.len() == 1);
        let head = segments.len().checked_sub(if alone { 2 } else { 1 });
        Self {
            segments,
            ends_in_parameter,
            has_parameter,
            action,
            head,
        }
    }

    /// The segment that names what is acted on.
    pub(super) fn head(&self) -> Option<&Segment> {
        self.segments.get(self.head?)
    }

    /// Every word of the path.
    pub(super) fn words(&self) -> impl Iterator<Item = &String> {
        self.segments.iter().flat_map(|segment| &segment.words)
    }
}

fn is_version(piece: &str) -> bool {
    let digits = piece.trim_start_matches(['v', 'V']);
    matches!(piece, "json" | "xml" | "api" | "rest" | "apis")
        || digits.starts_with(|c: char| c.is_ascii_digit())
}

/// The verb that a last segment orders, such as `refund`, `search-invoices`.
fn action(last: &Segment, then_parameter: bool) -> Option<(Verb, String)> {
    let word = last.words.first()?;
    let found = verb(word)?;
    let one_word = last.words.len() == 1;
    // `/reports`, `/charges` are collections; a noun-like change verb alone names a thing.
    let names_a_thing = one_word && (last.plural || (!found.clear && found.act == Act::Change));
    let doubtful = !found.clear && then_parameter;
    (!names_a_thing && !doubtful).then(|| (found, word.clone()))
}

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
}

impl Phrase {
    fn at(words: &[String], found: Verb, verb_at: usize) -> Self {
        let mut start = verb_at + 1;
        let mut second = None;
        while let Some(word) = words.get(start) {
            let joined = matches!(words[start - 1].as_str(), "or" | "and");
            if let Some(other) =
                verb(word).filter(|other| joined && (other.clear || second.is_none()))
            {
                second = Some((other, word.clone()));
            } else if !FILLERS.contains(&word.as_str()) || ends_object(words, start) {
                break;
            }
            start += 1;
        }
        let mut end = start;
        while end < words.len()
            && !PREPOSITIONS.contains(&words[end].as_str())
            && words[end] != "or"
        {
            end += 1;
        }
        // "initiates a redirect or terminates a call", "used to redact"
        let after = |joint: &str| {
            words[end..].windows(2).find_map(|pair| {
                let other = verb(&pair[1]).filter(|other| pair[0] == joint && other.clear)?;
                Some((other, pair[1].clone()))
            })
        };
        let mut rest = words[..verb_at].to_vec();
        rest.extend_from_slice(&words[end..]);
        Self {
            verb: Some((found, words[verb_at].clone())),
            second: second.or_else(|| after("or")),
            aim: after("to").filter(|(found, _)| found.act.takes_away()),
            object: words[start..end].to_vec(),
            rest,
        }
    }

    /// Reads an operationId.
    pub(super) fn of_name(name: &str, method: Method) -> Self {
        let mut all = words(name);
        // Generated names repeat the method, which is no second witness.
        all.retain(|word| {
            !(matches!(word.as_str(), "post" | "put" | "patch") && is_method(word, method))
        });
        let Some(at) = verb_of_name(name, &all, method) else {
            let end = all
                .iter()
                .position(|word| PREPOSITIONS.contains(&word.as_str()))
                .unwrap_or(all.len());
            let rest = all.split_off(end);
            return Self {
                object: all,
                rest,
                ..Self::default()
            };
        };
        let found = verb(&all[at]).expect("verb_of_name returns the index of a verb");
        let mut phrase = Self::at(&all, found, at);
        if phrase.object.is_empty() {
            // `invoices.send`: the object stands before the verb.
            phrase.object = all[..at].to_vec();
            phrase.rest.drain(..at);
        }
        phrase
    }

    /// Reads the first sentence of a summary or description.
    pub(super) fn of_text(text: &str) -> Self {
        let all = words(first_sentence(text));
        let start = allowed_from(&all);
        let Some(first) = (start..all.len()).find(|at| !FILLERS.contains(&all[*at].as_str()))
        else {
            return Self {
                object: all,
                ..Self::default()
            };
        };
        if let Some(found) = verb(&all[first]) {
            return Self::at(&all, found, first);
        }
        let later = all.iter().enumerate().take(first + 9).skip(first);
        for (at, word) in later {
            if let Some(found) = verb(word).filter(|found| found.clear) {
                let mut phrase = Self::at(&all, found, at);
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
        .is_none_or(|next| PREPOSITIONS.contains(&next.as_str()) || next == "or")
}

fn is_method(word: &str, method: Method) -> bool {
    method.as_str().eq_ignore_ascii_case(word)
}

/// Index of the verb in the words of an operationId, which may stand first
/// (`deleteUser`), after a group (`users/delete`), in the middle or last (`userDelete`).
fn verb_of_name(name: &str, all: &[String], method: Method) -> Option<usize> {
    let is = |at: usize, clear: bool| {
        all.get(at)
            .and_then(|word| verb(word))
            .is_some_and(|found| found.clear || !clear)
    };
    let first_clear = (0..all.len()).find(|at| is(*at, true));
    let lower = name.to_lowercase();
    // "searchRefunds" searches; "search_refund" may not.
    let outweighed = all.iter().skip(1).any(|word| {
        let grave = verb(word).is_some_and(|found| {
            found.clear && !found.act.only_reads() && found.act != Act::Change
        });
        grave && !lower.contains(&format!("{word}s"))
    });
    let plural_first = all.first().is_some_and(|first| {
        lower
            .strip_prefix(first.as_str())
            .is_some_and(|after| after.starts_with('s'))
    });
    let first_reads = !plural_first
        && all
            .first()
            .and_then(|word| verb(word))
            .is_some_and(|v| v.act.only_reads());
    if first_reads && (method == Method::Get || !outweighed) {
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
    first_clear
        .or_else(|| (!plural_first && is(0, false)).then_some(0))
        .or_else(|| is(chunk_start, false).then_some(chunk_start))
        .or_else(|| all.len().checked_sub(1).filter(|last| is(*last, false)))
}

/// Everything that was read about one operation.
#[derive(Debug)]
pub(super) struct Reading {
    /// The method.
    pub(super) method: Method,
    /// The path.
    pub(super) path: Path,
    /// The operationId.
    pub(super) name: Phrase,
    /// The summary, or the description where the summary says nothing.
    pub(super) text: Phrase,
    /// Words of the description's first sentence, where the summary was read.
    pub(super) aside: Vec<String>,
    /// Words of the tags.
    pub(super) tags: Vec<String>,
    /// There is no name and no text at all.
    pub(super) mute: bool,
}

impl Reading {
    /// Reads the evidence.
    pub(super) fn of(evidence: &Evidence<'_>) -> Self {
        let name = evidence.operation_id.unwrap_or_default();
        let summary = Phrase::of_text(evidence.summary);
        let (text, aside) = if summary.verb.is_none() {
            let description = Phrase::of_text(evidence.description);
            if description.verb.is_none() {
                (summary, Vec::new())
            } else {
                (description, summary.rest)
            }
        } else {
            (summary, words(first_sentence(evidence.description)))
        };
        let empty = |text: &str| !text.chars().any(char::is_alphanumeric);
        Self {
            method: evidence.method,
            path: Path::read(evidence.path),
            name: Phrase::of_name(name, evidence.method),
            text,
            aside,
            tags: evidence.tags.iter().flat_map(|tag| words(tag)).collect(),
            mute: empty(name) && empty(evidence.summary) && empty(evidence.description),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verb_word(phrase: &Phrase) -> Option<&str> {
        phrase.verb.as_ref().map(|(_, word)| word.as_str())
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
            assert_eq!(
                verb_word(&Phrase::of_name(name, Method::Post)),
                Some(expected),
                "{name}"
            );
        }
        assert_eq!(
            verb_word(&Phrase::of_name("PostWidgets", Method::Post)),
            None
        );
    }

    #[test]
    fn the_object_of_a_sentence_ends_at_the_preposition() {
        let phrase = Phrase::of_text("Permanently deletes the user's avatar from a workspace.");
        assert_eq!(phrase.object, ["user", "avatar"]);
        assert_eq!(
            Phrase::of_text("Remove a user from a team").object,
            ["user"]
        );
        let two = Phrase::of_text("Update or cancel a booking");
        assert_eq!(two.second.map(|(_, word)| word).as_deref(), Some("cancel"));
    }

    #[test]
    fn the_action_of_a_path_is_its_last_word_of_command() {
        let act = |path| Path::read(path).action.map(|(_, word)| word);
        assert_eq!(act("/v1/invoices/{id}/void").as_deref(), Some("void"));
        assert_eq!(act("/v2/search-invoices").as_deref(), Some("search"));
        assert_eq!(act("/files.delete").as_deref(), Some("delete"));
        assert_eq!(act("/items/{id}:purge").as_deref(), Some("purge"));
        assert_eq!(act("/v1/charges"), None);
        assert_eq!(act("/users/{id}"), None);
    }
}
