//! The gate in front of everything: does the call only read?
//!
//! Text may say that a call acts; it can never say that an acting method does not. PUT, PATCH,
//! DELETE and methods by their own names never pass; GET passes unless something shows that it
//! acts; POST passes only when every verb there is reads, and QUERY, which is safe by its
//! definition (RFC 10008), unless one does not.

pub(super) mod doors;
pub(super) mod gets;
mod posts;

use countersign_domain::operation::Method;

use super::{
    path::Segment,
    reading::Reading,
    source::Source,
    tokens::words,
    verbs::{Act, Verb},
};

/// One verb that was found, and where.
#[derive(Clone, Debug)]
pub(super) struct Vote {
    /// Where it was found.
    pub(super) source: Source,
    /// What it does.
    pub(super) verb: Verb,
    /// The word.
    pub(super) word: String,
}

impl Vote {
    /// Whether the verb only reads.
    pub(super) const fn reads(&self) -> bool {
        self.verb.act.only_reads()
    }
}

/// What the gate found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    /// The call only reads, and words say so.
    Reads,
    /// Nothing says that it acts, and little that it reads.
    ReadsByMethod,
    /// The call acts.
    Acts,
    /// The words disagree about it, which counts as acting.
    Disputed,
}

/// Every verb of the evidence.
pub(super) fn votes(reading: &Reading<'_>) -> Vec<Vote> {
    let mut found = Vec::new();
    let mut cast = |source, verb: &Option<(Verb, String)>| {
        if let Some((verb, word)) = verb {
            found.push(Vote {
                source,
                verb: *verb,
                word: word.clone(),
            });
        }
    };
    cast(Source::Path, &reading.path.action);
    cast(Source::Path, &removal_on_the_way(reading));
    cast(Source::Method, &own_name(reading));
    for (source, phrase) in [(Source::Name, &reading.name), (Source::Text, &reading.text)] {
        cast(source, &phrase.verb);
        cast(source, &phrase.second);
        if reading.method != Method::Get {
            cast(source, &phrase.aim);
        }
    }
    cast(Source::Text, &reading.besides);
    found
}

/// `/machines/{id}/destroy/retry` removes, although its last word does not say so. What is asked by
/// GET may be about a removal, such as `/orders/{id}/cancel/preview` and `/deletion/jobs`, so there
/// an order has a segment to itself and nothing asks behind it.
fn removal_on_the_way(reading: &Reading<'_>) -> Option<(Verb, String)> {
    let (_, before) = reading.path.segments.split_last()?;
    let gets = reading.method == Method::Get;
    let action = reading.path.action.as_ref();
    if gets && action.is_some_and(|(verb, _)| verb.act.only_reads()) {
        return None;
    }
    let orders = |segment: &&Segment| !gets || segment.words.len() == 1 && !segment.plural;
    let ends = |act: Act| act == Act::Remove || gets && act == Act::End;
    let firsts = before.iter().filter(orders);
    firsts
        .filter_map(|segment| {
            let word = segment.words.first()?;
            let found = reading.lexicon.verb(word)?;
            Some((found, word.clone()))
        })
        .find(|(found, word)| found.clear && ends(found.act) && !(gets && names_a_thing(word)))
}

/// `deletion`, `removal`: what somebody orders is there to be looked at.
fn names_a_thing(word: &str) -> bool {
    word.ends_with("tion") || word == "removal"
}

/// `PURGE`, `UNLOCK`: what a method is called may say that it acts, never that it reads.
fn own_name(reading: &Reading<'_>) -> Option<(Verb, String)> {
    let Method::Other(name) = reading.method else {
        return None;
    };
    let mut named = words(name.as_str()).into_iter();
    named.find_map(|word| {
        let found = reading.lexicon.verb(&word)?;
        (!found.act.only_reads()).then_some((found, word))
    })
}

/// Decides whether the call only reads.
pub(super) fn gate(reading: &Reading<'_>, votes: &[Vote]) -> Gate {
    match reading.method {
        Method::Head | Method::Options | Method::Trace => Gate::Reads,
        Method::Put | Method::Patch | Method::Delete | Method::Other(_) => {
            gate_changing_method(votes)
        }
        Method::Get => gets::gate_get(reading, votes),
        Method::Post | Method::Query => posts::gate_post(reading, votes),
    }
}

/// These methods act whatever is said about them; words that only read make it suspect.
fn gate_changing_method(votes: &[Vote]) -> Gate {
    let reads = votes.iter().any(|vote| vote.reads() && vote.verb.clear);
    if reads && votes.iter().all(Vote::reads) {
        Gate::Disputed
    } else {
        Gate::Acts
    }
}
