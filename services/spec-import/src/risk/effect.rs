//! What an acting call does to things: takes them away, or does more than an ordinary change.

use countersign_domain::operation::Method;

use super::{
    gate::Vote,
    grave::JOBS,
    lexicon::{Lexicon, List, Words},
    path::Path,
    reading::Reading,
    source::Source,
    things::{MARKS, NOTICES, PARTICIPATION},
    topics::context::is_audience,
    verbs::Act,
};

/// What happens to the thing that is acted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It is stored, changed or sent.
    Changes,
    /// It is switched, and the opposite call switches it back.
    Switches,
    /// It is stopped or taken away, but nothing stored is removed.
    Ends(String),
    /// It is removed.
    Removes(String),
}

impl Effect {
    /// Whether an ordinary call cannot give it back.
    pub(super) const fn takes_away(&self) -> bool {
        matches!(self, Self::Ends(_) | Self::Removes(_))
    }
}

/// Finds the effect of an acting call.
pub(super) fn effect(reading: &Reading<'_>, votes: &[Vote]) -> Effect {
    // Creating one of these orders a removal.
    static REMOVALS: List = List::new(
        "removals",
        &["deletion, erasure, purge, removal, redaction, garbage, cleanup"],
    );
    let deletes = reading.method == Method::Delete;
    if is_switch(reading, votes) {
        return Effect::Switches;
    }
    let of = |act: Act| {
        votes
            .iter()
            .find(|vote| vote.verb.act == act)
            .map(|vote| vote.word.clone())
    };
    if let Some(word) = of(Act::Remove) {
        return Effect::Removes(word);
    }
    let asked = phrases(reading).find(|word| reading.lexicon.has(&REMOVALS, word));
    if let Some(word) = asked.filter(|_| reading.posts()) {
        return Effect::Removes(word.clone());
    }
    if let Some(word) = of(Act::End).or_else(|| credential_dies(votes)) {
        let keeps_the_record = !deletes || reading.lexicon.any(&JOBS, &object(reading));
        return if keeps_the_record {
            Effect::Ends(word)
        } else {
            Effect::Removes(word)
        };
    }
    let stops = votes.iter().find(|vote| vote.verb.base == "stop");
    let works = || reading.lexicon.any(&JOBS, &object(reading));
    if let Some(stop) = stops.filter(|_| deletes || works()) {
        return Effect::Ends(stop.word.clone());
    }
    if deletes {
        Effect::Removes("DELETE".to_owned())
    } else {
        Effect::Changes
    }
}

/// Rotating a credential kills the one before.
fn credential_dies(votes: &[Vote]) -> Option<String> {
    static KILLS: Words =
        Words::new(&["rotate, rotation, regenerate, promote, rekey, void, uninstall"]);
    votes
        .iter()
        .find(|vote| KILLS.has(vote.verb.base))
        .map(|vote| vote.word.clone())
}

/// Un-starring, un-tagging, leaving: the opposite call gives it back.
///
/// This makes a DELETE harmless, so a sentence alone is not believed: the path must speak of
/// it, or name and text must agree.
fn is_switch(reading: &Reading<'_>, votes: &[Vote]) -> bool {
    let grave = ["delete", "destroy", "purge", "erase", "wipe"];
    let one_of_them = || {
        let last = reading
            .path
            .segments
            .last()
            .and_then(|last| last.words.last());
        last.is_some_and(|last| matches!(last.as_str(), "member" | "membership" | "user"))
    };
    let leaves = || reading.method == Method::Delete && is_audience(reading) && one_of_them();
    if reading.path.words().any(|word| is_hook(word)) {
        return false;
    }
    if unties(&reading.path, reading.method, reading.lexicon) || leaves() {
        return true;
    }
    if votes
        .iter()
        .any(|vote| vote.source != Source::Path && grave.contains(&vote.verb.base))
    {
        return takes_part(reading) && !takes_along(reading);
    }
    let removes = votes.iter().any(|vote| vote.verb.base == "remove");
    let deletes = reading.method == Method::Delete;
    toggled(reading, votes)
        || (takes_part(reading) && (deletes || removes))
        || (removes && unmarks(reading))
}

/// "Delete a watch and all its history": the opposite call does not bring back what hung on it.
fn takes_along(reading: &Reading<'_>) -> bool {
    let more = |words: &[String]| words.windows(2).any(|two| two == ["and", "all"]);
    more(&reading.text.rest) || more(&reading.aside)
}

/// Verbs for throwing a switch, beside those of [`Act::Toggle`].
const SWITCHING: &[&str] = &["mark", "enable", "unsuspend", "unban", "unblock", "lift"];

/// Whether enough witnesses say that the call throws a switch.
pub(super) fn toggled(reading: &Reading<'_>, votes: &[Vote]) -> bool {
    let switches = |source: Source| {
        let says =
            |vote: &&Vote| vote.verb.act == Act::Toggle || SWITCHING.contains(&vote.verb.base);
        votes
            .iter()
            .filter(|vote| vote.source == source)
            .any(|vote| says(&vote))
    };
    let path = switches(Source::Path)
        || reading
            .path
            .words()
            .any(|word| reading.lexicon.has(&PARTICIPATION, word));
    let (name, text) = (switches(Source::Name), switches(Source::Text));
    let enough = if reading.method == Method::Delete {
        2
    } else {
        1
    };
    (name || text || switches(Source::Path))
        && usize::from(path) + usize::from(name) + usize::from(text) >= enough
}

/// The path points at somebody's taking part, or at a subscription to notices.
pub(super) fn takes_part(reading: &Reading<'_>) -> bool {
    let last = reading.path.segments.last();
    let last = last.and_then(|last| last.words.last());
    if last.is_some_and(|last| reading.lexicon.has(&PARTICIPATION, last)) {
        return true;
    }
    let Some(head) = reading.path.head().and_then(|head| head.words.last()) else {
        return false;
    };
    let notices = || {
        reading
            .path
            .words()
            .any(|word| reading.lexicon.has(&NOTICES, word))
    };
    reading.lexicon.has(&PARTICIPATION, head) || (head == "subscription" && notices())
}

/// Where events are sent, which is no taking part.
pub(super) fn is_hook(word: &str) -> bool {
    matches!(word, "webhook" | "hook")
}

/// `DELETE /tickets/{id}/tags/{id}`: a tag of a thing that is tagged. What people work in, such
/// as a project, has tags of its own, and deleting one of those is a removal.
fn unties(path: &Path, method: Method, lexicon: &Lexicon) -> bool {
    // What is tied to a thing and untied again, and stays for the others.
    static TIED: List = List::new(
        "tied",
        &["tag, label, topic, category, keyword, hashtag, badge"],
    );
    // What tags and the like are tied to.
    static TAGGED: List = List::new(
        "tagged",
        &[
            "ticket, issue, article, contact, conversation, task, card, story, message, post, \
            page, document, file, image, photo, video, product, customer, profile, lead, deal, \
            company, subscriber, instance, server, droplet, device, incident, asset, bookmark, \
            note, item, entry, record, case, chat, candidate, application, listing, event, \
            alert, monitor, host, recording, epic, todo, comment, volume, node, vm, opportunity, \
            person, prospect, patient, question, answer, media, track, song, album, book, \
            recipe, content, discussion, thread, pull, request, commit, release, service, \
            resource, machine, job, transcript, call, meeting, employee, student, course, \
            vehicle, order",
        ],
    );
    let [.., thing, mark] = path.segments.as_slice() else {
        return false;
    };
    let is_mark = matches!(mark.words.as_slice(), [mark] if lexicon.has(&TIED, mark));
    let is_thing = || {
        thing
            .words
            .last()
            .is_some_and(|word| lexicon.has(&TAGGED, word))
    };
    method == Method::Delete && mark.after_parameter && is_mark && is_thing()
}

/// `/tickets/{id}/tags/{id}`: the tag stays, the link goes.
fn unmarks(reading: &Reading<'_>) -> bool {
    let Some(head) = reading.path.head() else {
        return false;
    };
    let hangs_on_something =
        head.after_parameter || reading.text.rest.first().is_some_and(|word| word == "from");
    hangs_on_something
        && head
            .words
            .last()
            .is_some_and(|word| reading.lexicon.has(&MARKS, word))
}

/// All words of the objects and of the path's head.
fn phrases<'r>(reading: &'r Reading<'_>) -> impl Iterator<Item = &'r String> {
    let head = reading.path.head().into_iter().flat_map(|head| &head.words);
    head.chain(&reading.name.object).chain(&reading.text.object)
}

/// What the call acts on: heads of path, name and text.
pub(super) fn object(reading: &Reading<'_>) -> Vec<String> {
    let path = reading.path.head().and_then(|head| head.words.last());
    let phrases = [&reading.name.object, &reading.text.object];
    path.into_iter()
        .chain(phrases.into_iter().filter_map(|phrase| phrase.last()))
        .cloned()
        .collect()
}
