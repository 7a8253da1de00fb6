//! Says why, in sentences for people and codes for machines.

use countersign_domain::risk::{Confidence, Reason, Risk, RiskClass};

use super::{
    effect::Effect,
    gate::Vote,
    gravity::Gravity,
    nouns::{Strength, Topic},
    reading::Reading,
    source::Source,
    tokens::truncated,
    topics::{SUSPECTED, Topics},
};

/// One reason.
pub(super) fn reason(code: &str, text: &str, evidence: &str) -> Reason {
    Reason {
        code: code.to_owned(),
        text: text.to_owned(),
        evidence: evidence.to_owned(),
    }
}

/// What is sent says what is done, so each call needs a human.
pub(super) fn decided(risk: &mut Risk, text: &str, evidence: &str) {
    told_apart(risk, text, evidence);
    risk.high_risk = true;
}

/// What is sent says what is done, of things that need no human all of them.
pub(super) fn told_apart(risk: &mut Risk, text: &str, evidence: &str) {
    risk.reasons.push(reason("request_decides", text, evidence));
    risk.confidence = Confidence::Low;
}

/// It only reads.
pub(super) fn reads(reading: &Reading<'_>, votes: &[Vote]) -> Reason {
    let said = sourced(votes.iter().filter(|vote| vote.reads()));
    let method = reading.method.as_str();
    let evidence = [method, &said].join(if said.is_empty() { "" } else { ", " });
    reason("reads", "Only reads or computes an answer.", &evidence)
}

/// The words disagree.
pub(super) fn disputed(votes: &[Vote]) -> Reason {
    reason(
        "disputed",
        "Some words say that it reads, others that it acts.",
        &sourced(votes.iter()),
    )
}

/// Each word once, with where it stands: `get (name, text), delete (path)`.
fn sourced<'v>(votes: impl Iterator<Item = &'v Vote>) -> String {
    let mut words: Vec<(&str, Vec<Source>)> = Vec::new();
    for Vote { source, word, .. } in votes {
        match words.iter_mut().find(|(known, _)| known == word) {
            Some((_, sources)) if sources.contains(source) => {}
            Some((_, sources)) => sources.push(*source),
            None => words.push((word, vec![*source])),
        }
    }
    let words = words.iter().map(|(word, sources)| {
        let sources: Vec<String> = sources.iter().map(Source::to_string).collect();
        format!("{word} ({})", sources.join(", "))
    });
    words.collect::<Vec<_>>().join(", ")
}

/// It is about a guarded matter.
pub(super) fn guarded(class: RiskClass, topics: &Topics<'_>, topic: Topic) -> Reason {
    let (code, text) = match class {
        RiskClass::Billing => ("billing", "Moves money, or changes what somebody pays."),
        RiskClass::Auth => ("auth", "Issues, proves, replaces or withdraws credentials."),
        RiskClass::Admin => (
            "admin",
            "Changes who may do what, or how the system is governed.",
        ),
        RiskClass::Read | RiskClass::Write | RiskClass::Delete => {
            ("changes", "Changes ordinary data.")
        }
    };
    reason(code, text, &words_of(topics, topic))
}

/// What it does to ordinary data.
pub(super) fn ordinary(reading: &Reading<'_>, effect: &Effect) -> Reason {
    match effect {
        Effect::Removes(word) => reason("removes", "Removes what is stored.", word),
        Effect::Switches => {
            let method = reading.method.as_str();
            reason(
                "switches",
                "Switches something that the opposite call switches back.",
                method,
            )
        }
        Effect::Ends(word) => reason("changes", "Changes ordinary data.", word),
        Effect::Changes => reason("changes", "Changes ordinary data.", reading.method.as_str()),
    }
}

/// It is more than an ordinary change.
pub(super) fn grave(gravity: Gravity, words: &str) -> Reason {
    let (code, text) = match gravity {
        Gravity::Destructive => (
            "destructive",
            "Stops or takes away something that does not come back by itself.",
        ),
        Gravity::Execute => ("execute", "Runs code, or puts it into production."),
        Gravity::Provision => (
            "provision",
            "Starts or resizes something that costs money while it runs.",
        ),
        Gravity::Bulk => (
            "bulk",
            "Changes many things or reaches many people in one call.",
        ),
    };
    reason(code, text, words)
}

/// The path names nothing that is known to be ordinary.
pub(super) fn strange(path: &str) -> Reason {
    let text = "The path names nothing that is known to be ordinary data.";
    reason("unfamiliar", text, truncated(path, 200))
}

/// It sets something going that the call itself does not show.
pub(super) fn going(word: &str) -> Reason {
    let text = "Sets something going, and what that does then is not said here.";
    reason("sets_going", text, word)
}

/// Too little to decide by, too much to pass over.
pub(super) fn suspicion(topics: &Topics<'_>) -> Option<Reason> {
    let text = "Some words speak of money, credentials or access; others do not.";
    let words = suspected(topics).or_else(|| mentioned(topics));
    words.map(|words| reason("suspected", text, &words))
}

/// A changing method that only the document's own words call a read, on a guarded matter.
pub(super) fn claimed(topics: &Topics<'_>) -> Option<Reason> {
    let text =
        "Only the document's own words say that this reads, and it is about a guarded matter.";
    suspected(topics).map(|words| reason("read_claimed", text, &words))
}

/// The words that speak of money, credentials or access.
fn suspected(topics: &Topics<'_>) -> Option<String> {
    let words: Vec<String> = [Topic::Billing, Topic::Auth, Topic::Admin]
        .into_iter()
        .filter(|topic| topics.points(*topic) >= SUSPECTED)
        .map(|topic| words_of(topics, topic))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// A word that nearly always speaks of money or credentials, wherever it stands.
fn mentioned(topics: &Topics<'_>) -> Option<String> {
    let mut words = topics.of(Topic::Billing).chain(topics.of(Topic::Auth));
    let sure = |word: &str| topics.strength(word) >= Some(Strength::Fair);
    let (word, point) = words.find(|(word, _)| sure(word))?;
    Some(format!("{word} ({})", point.source))
}

fn words_of(topics: &Topics<'_>, topic: Topic) -> String {
    let words: Vec<String> = topics
        .of(topic)
        .map(|(word, point)| format!("{word} ({})", point.source))
        .collect();
    words.join(", ")
}
