//! Whether a GET acts: it reads unless something shows that it does not.

use super::{Gate, Vote, doors};
use crate::risk::{
    path::Segment, reading::Reading, source::Source, things::ACTING_ENDS, verbs::Act,
};

pub(super) fn gate_get(reading: &Reading<'_>, votes: &[Vote]) -> Gate {
    let path_acts = path_acts(reading);
    let grave = votes
        .iter()
        .any(|vote| acts_on_get(reading, vote) && is_grave(vote));
    let reads = votes
        .iter()
        .any(|vote| vote.source != Source::Path && vote.reads());
    // A verb that could be a noun is none where nothing else is said: `/files.share`, "Share a file".
    let ordered = || {
        votes
            .first()
            .filter(|vote| vote.source == Source::Path && !vote.reads())
    };
    let said = |order: &Vote| {
        votes
            .iter()
            .filter(|vote| vote.verb.base == order.verb.base)
            .count()
    };
    let acts = votes.iter().any(|vote| acts_on_get(reading, vote))
        || agreed(reading)
        || ordered().is_some_and(|order| said(order) >= 2);
    let disputes = path_acts || grave || reading.besides.is_some();
    match (disputes, reads, acts) {
        (true, true, _) => Gate::Disputed,
        (true, false, _) | (false, false, true) => Gate::Acts,
        (false, true, _) => Gate::Reads,
        (false, false, false) => Gate::ReadsByMethod,
    }
}

/// Name and sentence order the same of something: `DisableAccess`, "Disables the access". Of verbs
/// of change that are nouns, too, only those count that hardly say what a read gives.
fn agreed(reading: &Reading<'_>) -> bool {
    const PLAIN_ORDERS: &[&str] = &["set", "release", "import", "mark", "send"];
    let verbs = reading.name.verb.as_ref().zip(reading.text.verb.as_ref());
    verbs.is_some_and(|((name, _), (text, _))| {
        let may_be_a_noun = name.act == Act::Change && !PLAIN_ORDERS.contains(&name.base);
        name == text && !name.act.only_reads() && !may_be_a_noun && reading.text.points
    })
}

/// Whether the path acts by where it leads, whoever says that the call reads.
pub(super) fn path_acts(reading: &Reading<'_>) -> bool {
    let ends_in_an_act = reading.path.segments.last().is_some_and(|last| {
        !last.plural && last.words.len() == 1 && reading.lexicon.any(&ACTING_ENDS, &last.words)
    });
    ends_in_an_act || doors::opens(reading)
}

/// Whether a verb shows that a GET acts. Noun-like verbs and "export" are how reads are
/// named too.
fn acts_on_get(reading: &Reading<'_>, vote: &Vote) -> bool {
    const HOW_READS_ARE_NAMED: &[&str] = &["export", "generate", "prepare", "index"];
    // `/provisioning-jobs/{id}/status`: how it stands is asked.
    if matches!(vote.verb.act, Act::Run | Act::Provision) && asks_how_it_stands(reading) {
        return false;
    }
    // `/reports/{id}/open-details` are details and `/deploy-keys` are keys; `/dialog.open` opens one.
    let last = reading
        .path
        .segments
        .last()
        .filter(|last| last.words.len() > 1);
    // But `/refund-orders` refunds them: the words must be known as one thing.
    let is_thing = |last: &Segment| {
        let nouns = reading.lexicon.nouns(&last.words);
        matches!(nouns.as_slice(), [one] if one.text == last.words.join(" "))
    };
    let qualifies = |last: &Segment| {
        let noun_like = matches!(vote.verb.act, Act::Run | Act::Pay | Act::Provision);
        vote.verb.act == Act::Change || noun_like && last.plural && is_thing(last)
    };
    if vote.source == Source::Path && last.is_some_and(qualifies) {
        return false;
    }
    let rates = vote.verb.base == "exchange" && names_exchange_rates(reading);
    if rates || last.is_some_and(|last| is_said_of_a_thing(vote, last)) {
        return false;
    }
    !vote.reads() && vote.verb.clear && !HOW_READS_ARE_NAMED.contains(&vote.verb.base)
        || matches!(vote.verb.act, Act::Remove | Act::End) && vote.source != Source::Path
}

/// The path ends in `/status`, which is of what stands before it.
fn asks_how_it_stands(reading: &Reading<'_>) -> bool {
    let last = reading.path.segments.last();
    !reading.path.ends_in_parameter && last.is_some_and(|last| last.words == ["status"])
}

/// `/exchange-rates`: nothing is exchanged there.
pub(in crate::risk) fn names_exchange_rates(reading: &Reading<'_>) -> bool {
    let mut segments = reading.path.segments.iter();
    segments.any(|segment| segment.words == ["exchange", "rate"])
}

/// `/cancellation-policy`, `/expiring-targets`: the word before a thing says which it is.
fn is_said_of_a_thing(vote: &Vote, segment: &Segment) -> bool {
    let tells = vote.word.ends_with("tion") || vote.word.ends_with("ing");
    let lasting = matches!(vote.verb.act, Act::Change | Act::Run | Act::End);
    let before = segment.words.split_last().map(|(_, before)| before);
    tells && lasting && before.is_some_and(|before| before.contains(&vote.word))
}

/// Acts that win over a word saying "get". A list of who may or may not is also what it is called.
fn is_grave(vote: &Vote) -> bool {
    const LISTS: &[&str] = &["whitelist", "blacklist", "allowlist", "blocklist"];
    let base = vote.verb.base;
    let is_list = LISTS.contains(&base) && vote.source == Source::Path;
    vote.verb.clear
        && !is_list
        && matches!(
            vote.verb.act,
            Act::Remove | Act::End | Act::Authenticate | Act::Govern
        )
}
