//! Whether a POST reads: only when every verb there is does, or what it asks for is computed from
//! what was sent.

use countersign_domain::operation::Method;

use super::{Gate, Vote, gets::path_acts};
use crate::risk::{
    phrase::Phrase,
    reading::Reading,
    source::Source,
    things::{COMPUTED, LANGUAGES},
    verbs::{Act, Verb},
};

pub(super) fn gate_post(reading: &Reading<'_>, votes: &[Vote]) -> Gate {
    let asks = asks_what_one_may(reading);
    let computes = computes_an_answer(reading);
    let queries = reading.method == Method::Query;
    let reads = queries
        || asks
        || computes
        || votes.iter().any(|vote| {
            vote.reads()
                && !DOUBLE_MEANING.contains(&vote.verb.base)
                && !marks_what_it_examines(reading, vote)
                && !brings_about(reading, vote)
                && !keeps_a_card(reading, vote)
        });
    let orders_a_read = path_asks(reading) && !runs_code(reading);
    let acts = votes.iter().any(|vote| {
        // "Starting anew?" is talk; `startSimulation` starts one.
        let begins = vote.verb.base == "start" && vote.source != Source::Text;
        let idle = (computes && IDLE.contains(&vote.verb.base) && !begins)
            || (orders_a_read && RUNS_A_QUESTION.contains(&vote.verb.base))
            || (orders_a_read && vote.source == Source::Name && !vote.verb.clear);
        let marks = !asks && marks_what_it_examines(reading, vote);
        !idle && (!vote.reads() || marks)
    });
    let codes = reading_votes_run_code(reading, votes);
    let leads = queries && path_acts(reading) || answers_a_call(reading);
    match (reads, acts || codes || leads) {
        // A path alone is too little to wave a body through.
        (true, false) if reading.mute => Gate::Disputed,
        (true, false) => Gate::Reads,
        (true, true) => Gate::Disputed,
        (false, _) => Gate::Acts,
    }
}

/// `/consents/on-fetch`: what somebody else has asked for is handed in.
fn answers_a_call(reading: &Reading<'_>) -> bool {
    let last = reading.path.segments.last();
    last.is_some_and(|last| last.words.len() > 1 && last.words[0] == "on")
}

/// Verbs that say nothing where the path itself asks: "run a timeseries query".
const RUNS_A_QUESTION: &[&str] = &["run", "perform", "execute", "submit", "issue"];

/// The path ends in a verb that asks: `/timeseries/query`.
fn path_asks(reading: &Reading<'_>) -> bool {
    let asks = |verb: &Verb| verb.act == Act::Read && !DOUBLE_MEANING.contains(&verb.base);
    let ordered = reading.path.action.as_ref();
    ordered.is_some_and(|(verb, _)| asks(verb)) && !reading.path.ends_in_parameter
}

/// A verb that asks, in a language that can also change things: nothing shows which it does.
fn reading_votes_run_code(reading: &Reading<'_>, votes: &[Vote]) -> bool {
    let asks = |vote: &Vote| vote.reads() && CARRIES_CODE.contains(&vote.verb.base);
    runs_code(reading) && (reading.method == Method::Query || votes.iter().any(asks))
}

/// Verbs whose object may be code.
const CARRIES_CODE: &[&str] = &["query", "search", "ask", "evaluate", "select", "explain"];

/// A query in a language that can also change things.
fn runs_code(reading: &Reading<'_>) -> bool {
    let object = reading.text.object.iter().chain(&reading.name.object);
    let mut words = reading.path.words().chain(object);
    words.any(|word| reading.lexicon.has(&LANGUAGES, word))
}

/// Verbs that read in one API and act in another: a return of goods, a message marked as
/// read, an incident resolved. By themselves they show nothing about a POST.
const DOUBLE_MEANING: &[&str] = &[
    "verify",
    "autoverify",
    "return",
    "view",
    "display",
    "poll",
    "watch",
    "load",
    "head",
    "select",
    "show",
    "match",
    "score",
    "rank",
    "ping",
    "stat",
    "is",
    "has",
    "exist",
    "tail",
    "see",
    "read",
    "resolve",
    "test",
    "convert",
    "moderate",
    "propose",
    "review",
    "look",
    "dry",
    "status",
    "info",
    "recommend",
];

/// What carries something computed.
const CARRIERS: &[&str] = &[
    "code", "vector", "result", "response", "score", "text", "value", "matrix", "rate", "batch",
    "report", "answer", "url", "image",
];

/// Verbs that say nothing when the object is something computed: "create an estimate".
const IDLE: &[&str] = &[
    "create", "generate", "make", "run", "perform", "submit", "request", "start", "convert",
];

/// Verifying something stored marks it as verified.
fn marks_what_it_examines(reading: &Reading<'_>, vote: &Vote) -> bool {
    vote.verb.act == Act::Examine && reading.path.has_parameter
}

/// `simulateMaintenanceEvent` brings one about.
fn brings_about(reading: &Reading<'_>, vote: &Vote) -> bool {
    let event = |phrase: &Phrase| {
        let last = phrase.object.last();
        last.is_some_and(|last| {
            matches!(last.as_str(), "event" | "failure" | "failover" | "outage")
        })
    };
    vote.verb.base == "simulate" && (event(&reading.name) || event(&reading.text))
}

/// "Tokenize a card": what stands for it is kept, and pays.
fn keeps_a_card(reading: &Reading<'_>, vote: &Vote) -> bool {
    let pays = |word: &String| {
        matches!(
            word.as_str(),
            "card" | "payment" | "bank" | "pan" | "account"
        )
    };
    let objects = reading.text.object.iter().chain(&reading.name.object);
    vote.verb.base == "tokenize" && objects.chain(reading.path.words()).any(pays)
}

/// `:testIamPermissions`: what the caller may do is asked, and stays as it is.
fn asks_what_one_may(reading: &Reading<'_>) -> bool {
    let last = reading.path.segments.last();
    let words = last.map_or(&[] as &[String], |last| &last.words);
    match words {
        [test, permission] => test == "test" && permission == "permission",
        [test, iam, permission] => test == "test" && iam == "iam" && permission == "permission",
        _ => false,
    }
}

/// The object is something that is computed from the request and given back.
fn computes_an_answer(reading: &Reading<'_>) -> bool {
    // "QR code", "embedding vector": the computed thing may be the last word but one.
    let last_two = |words: &[String]| {
        let computed = |word: &String| reading.lexicon.has(&COMPUTED, word);
        match words {
            [.., before, last] if CARRIERS.contains(&last.as_str()) => computed(before),
            [.., last] => computed(last),
            [] => false,
        }
    };
    let ends = |phrase: &Phrase| last_two(&phrase.object);
    let in_path = reading
        .path
        .head()
        .is_some_and(|head| last_two(&head.words));
    let named = ends(&reading.name) || ends(&reading.text);
    let two_of_three = [in_path, ends(&reading.name), ends(&reading.text)]
        .iter()
        .filter(|hit| **hit)
        .count()
        >= 2;
    let unnamed = reading.name.is_silent() && reading.text.is_silent();
    let told = named || (unnamed && in_path);
    // `/calls/{id}/transcriptions` keeps them; `/transcriptions` gives one back.
    let kept = reading.path.has_parameter && reading.path.head().is_some_and(|head| head.plural);
    let asked = two_of_three && !kept || told && !reading.path.has_parameter;
    !reading.path.ends_in_parameter && asked
}
