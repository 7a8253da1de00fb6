//! The gate in front of everything: does the call only read?
//!
//! Text may say that a call acts; it can never say that an acting method does not. PUT, PATCH,
//! DELETE and methods by their own names never pass; GET passes unless something shows that it
//! acts; POST passes only when every verb there is reads, and QUERY, which is safe by its
//! definition (RFC 10008), unless one does not.

pub(super) mod doors;

use countersign_domain::operation::Method;

use super::{
    path::Segment,
    phrase::Phrase,
    reading::Reading,
    things::{ACTING_ENDS, COMPUTED, LANGUAGES},
    tokens::words,
    verbs::{Act, Verb},
};

/// One verb that was found, and where.
#[derive(Clone, Debug)]
pub(super) struct Vote {
    /// Where it was found.
    pub(super) source: &'static str,
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
    cast("path", &reading.path.action);
    if reading.method != Method::Get {
        cast("path", &removal_on_the_way(reading));
    }
    cast("method", &own_name(reading));
    for (source, phrase) in [("name", &reading.name), ("text", &reading.text)] {
        cast(source, &phrase.verb);
        cast(source, &phrase.second);
        if reading.method != Method::Get {
            cast(source, &phrase.aim);
        }
    }
    found
}

/// `/machines/{id}/destroy/retry` removes, although its last word does not say so.
fn removal_on_the_way(reading: &Reading<'_>) -> Option<(Verb, String)> {
    let (_, before) = reading.path.segments.split_last()?;
    let firsts = before.iter().filter_map(|segment| segment.words.first());
    firsts
        .filter_map(|word| {
            reading
                .lexicon
                .verb(word)
                .map(|found| (found, word.clone()))
        })
        .find(|(found, _)| found.clear && found.act == Act::Remove)
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
        Method::Get => gate_get(reading, votes),
        Method::Post | Method::Query => gate_post(reading, votes),
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

fn gate_get(reading: &Reading<'_>, votes: &[Vote]) -> Gate {
    let path_acts = path_acts(reading);
    let grave = votes
        .iter()
        .any(|vote| acts_on_get(reading, vote) && is_grave(vote));
    let reads = votes
        .iter()
        .any(|vote| vote.source != "path" && vote.reads());
    // A verb that could be a noun is none where nothing else is said: `/files.share`, "Share a file".
    let ordered = || {
        votes
            .first()
            .filter(|vote| vote.source == "path" && !vote.reads())
    };
    let said = |order: &Vote| {
        votes
            .iter()
            .filter(|vote| vote.verb.base == order.verb.base)
            .count()
    };
    let acts = votes.iter().any(|vote| acts_on_get(reading, vote))
        || ordered().is_some_and(|order| said(order) >= 2);
    match (path_acts || grave, reads, acts) {
        (true, true, _) => Gate::Disputed,
        (true, false, _) | (false, false, true) => Gate::Acts,
        (false, true, _) => Gate::Reads,
        (false, false, false) => Gate::ReadsByMethod,
    }
}

/// Whether the path acts by where it leads, whoever says that the call reads.
fn path_acts(reading: &Reading<'_>) -> bool {
    let lists = reading
        .name
        .verb
        .as_ref()
        .is_some_and(|(verb, _)| verb.base == "list");
    let ends_in_an_act = reading.path.segments.last().is_some_and(|last| {
        let noun =
            lists && matches!(last.words.as_slice(), [word] if word == "oauth" || word == "sso");
        let order = !last.plural && last.words.len() == 1;
        order && !noun && reading.lexicon.any(&ACTING_ENDS, &last.words)
    });
    ends_in_an_act || doors::opens(reading)
}

/// Whether a verb shows that a GET acts. Noun-like verbs and "export" are how reads are
/// named too.
fn acts_on_get(reading: &Reading<'_>, vote: &Vote) -> bool {
    const HOW_READS_ARE_NAMED: &[&str] = &[
        "export", "generate", "prepare", "index", "provide", "request", "perform", "handle",
    ];
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
    if vote.source == "path" && last.is_some_and(qualifies) {
        return false;
    }
    let mentioned = vote.source == "text" && reading.text.late && vote.verb.act == Act::Change;
    let invites =
        vote.verb.base == "invite" && reading.path.segments.last().is_some_and(|last| last.plural);
    if mentioned
        || invites
        || asks_for_a_search(reading, vote)
        || last.is_some_and(|last| is_said_of_a_thing(vote, last))
    {
        return false;
    }
    let takes_away = || match vote.source {
        "path" => false,
        // "Clean Air Act", "Recall notices": a sentence orders by saying what of.
        "text" => {
            reading.text.points
                || reading
                    .name
                    .verb
                    .as_ref()
                    .is_some_and(|(name, _)| *name == vote.verb)
        }
        _ => true,
    };
    !vote.reads() && vote.verb.clear && !HOW_READS_ARE_NAMED.contains(&vote.verb.base)
        || matches!(vote.verb.act, Act::Remove | Act::End) && takes_away()
}

/// "Performs a user search": what is performed is a question.
fn asks_for_a_search(reading: &Reading<'_>, vote: &Vote) -> bool {
    let asked = |word: &String| {
        reading
            .lexicon
            .verb(word)
            .is_some_and(|found| found.act == Act::Read)
    };
    vote.verb.base == "perform" && reading.text.object.iter().any(asked)
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
    vote.verb.clear
        && !LISTS.contains(&vote.verb.base)
        && matches!(
            vote.verb.act,
            Act::Remove | Act::End | Act::Authenticate | Act::Govern
        )
}

fn gate_post(reading: &Reading<'_>, votes: &[Vote]) -> Gate {
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
        });
    let orders_a_read = path_asks(reading) && !runs_code(reading);
    let acts = votes.iter().any(|vote| {
        // "Starting anew?" is talk; `startSimulation` starts one.
        let begins = vote.verb.base == "start" && vote.source != "text";
        let idle = (computes && IDLE.contains(&vote.verb.base) && !begins)
            || (orders_a_read && RUNS_A_QUESTION.contains(&vote.verb.base))
            || (orders_a_read && vote.source == "name" && !vote.verb.clear);
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
    "return",
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
