//! What an acting call does to things: takes them away, or does more than an ordinary change.

use countersign_domain::operation::Method;

use super::{
    gate::Vote,
    grave::{
        BULK, CAPACITY, EXECUTIONS, JOBS, MAILINGS, REMOVALS, RESTORED_OVER, RUNNABLE, TRAINING,
    },
    lexicon::{Lexicon, List},
    path::Path,
    reading::Reading,
    things::{MARKS, NOTICES, PARTICIPATION, TAGGED, TIED},
    verbs::{Act, Verb},
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
    if let Some(word) = asked.filter(|_| reading.method == Method::Post) {
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
    if let (true, Some(stop)) = (deletes, stops) {
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
    const KILLS: &[&str] = &[
        "rotate",
        "rotation",
        "regenerate",
        "promote",
        "rekey",
        "void",
        "uninstall",
    ];
    votes
        .iter()
        .find(|vote| KILLS.contains(&vote.verb.base))
        .map(|vote| vote.word.clone())
}

/// Un-starring, un-tagging, leaving: the opposite call gives it back.
///
/// This makes a DELETE harmless, so a sentence alone is not believed: the path must speak of
/// it, or name and text must agree.
fn is_switch(reading: &Reading<'_>, votes: &[Vote]) -> bool {
    let grave = ["delete", "destroy", "purge", "erase", "wipe"];
    if unties(&reading.path, reading.method, reading.lexicon) {
        return true;
    }
    if votes
        .iter()
        .any(|vote| vote.source != "path" && grave.contains(&vote.verb.base))
    {
        return takes_part(reading);
    }
    let removes = votes.iter().any(|vote| vote.verb.base == "remove");
    let deletes = reading.method == Method::Delete;
    toggled(reading, votes)
        || (takes_part(reading) && (deletes || removes))
        || (removes && unmarks(reading))
}

/// Verbs for throwing a switch, beside those of [`Act::Toggle`].
const SWITCHING: &[&str] = &["mark", "enable", "unsuspend", "unban", "unblock", "lift"];

/// Whether enough witnesses say that the call throws a switch.
pub(super) fn toggled(reading: &Reading<'_>, votes: &[Vote]) -> bool {
    let switches = |source: &str| {
        let says =
            |vote: &&Vote| vote.verb.act == Act::Toggle || SWITCHING.contains(&vote.verb.base);
        votes
            .iter()
            .filter(|vote| vote.source == source)
            .any(|vote| says(&vote))
    };
    let path = switches("path")
        || reading
            .path
            .words()
            .any(|word| reading.lexicon.has(&PARTICIPATION, word));
    let (name, text) = (switches("name"), switches("text"));
    let enough = if reading.method == Method::Delete {
        2
    } else {
        1
    };
    (name || text || switches("path"))
        && usize::from(path) + usize::from(name) + usize::from(text) >= enough
}

/// The path points at somebody's taking part, or at a subscription to notices.
fn takes_part(reading: &Reading<'_>) -> bool {
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
    let webhooks = reading
        .path
        .words()
        .any(|word| word == "webhook" || word == "hook");
    reading.lexicon.has(&PARTICIPATION, head) || (head == "subscription" && notices() && !webhooks)
}

/// `DELETE /tickets/{id}/tags/{id}`: a tag of a thing that is tagged. What people work in, such
/// as a project, has tags of its own, and deleting one of those is a removal.
fn unties(path: &Path, method: Method, lexicon: &Lexicon) -> bool {
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
fn object(reading: &Reading<'_>) -> Vec<String> {
    let path = reading.path.head().and_then(|head| head.words.last());
    let phrases = [&reading.name.object, &reading.text.object];
    path.into_iter()
        .chain(phrases.into_iter().filter_map(|phrase| phrase.last()))
        .cloned()
        .collect()
}

/// Why a change needs a human first: a stable code and the words.
pub(super) fn gravity(
    reading: &Reading<'_>,
    votes: &[Vote],
    effect: &Effect,
) -> Option<(&'static str, String)> {
    match effect {
        Effect::Ends(word) | Effect::Removes(word) => Some(("destructive", word.clone())),
        Effect::Switches => None,
        Effect::Changes => ordered(reading, votes)
            .or_else(|| made(reading, votes))
            .or_else(|| bulk(reading)),
    }
}

/// Grave by what is done.
fn ordered(reading: &Reading<'_>, votes: &[Vote]) -> Option<(&'static str, String)> {
    const STARTS: &[&str] = &["start", "initiate", "launch", "submit", "resume"];
    const SENDS: &[&str] = &["send", "schedule", "start", "publish", "launch"];
    static MERGED_BY_HABIT: List = List::new(
        "merged_by_habit",
        &["pull, branch, request, metadata, attribute, upstream"],
    );
    let object = object(reading);
    let does = |verbs: &[&str]| votes.iter().any(|vote| verbs.contains(&vote.verb.base));
    let to = |verbs: &[&str], things: &'static List| {
        let thing = object.iter().find(|word| reading.lexicon.has(things, word));
        thing.filter(|_| does(verbs)).cloned()
    };
    if does(&["merge"]) && !reading.lexicon.any(&MERGED_BY_HABIT, &object) {
        return Some(("destructive", "merge".to_owned()));
    }
    let act = |act: Act| {
        let runs = !takes_part(reading);
        let meant = |vote: &&Vote| {
            vote.verb.act == act && (vote.verb.clear || (vote.source != "text" && runs))
        };
        votes.iter().find(meant).map(|vote| vote.word.clone())
    };
    to(&["restore", "recover"], &RESTORED_OVER)
        .map(|word| ("destructive", format!("restore {word}")))
        .or_else(|| to(STARTS, &RUNNABLE).map(|word| ("execute", word)))
        .or_else(|| to(SENDS, &MAILINGS).map(|word| ("bulk", word)))
        .or_else(|| mailed(reading).map(|word| ("bulk", word)))
        .or_else(|| act(Act::Run).map(|word| ("execute", word)))
        .or_else(|| act(Act::Provision).map(|word| ("provision", word)))
}

/// `/campaigns/{id}/schedule`: the path itself sends what goes to many.
fn mailed(reading: &Reading<'_>) -> Option<String> {
    let last = reading.path.segments.last()?.words.last()?;
    let sends = matches!(
        last.as_str(),
        "send" | "schedule" | "start" | "launch" | "deliver"
    );
    let mut words = reading.path.words();
    words
        .find(|word| reading.lexicon.has(&MAILINGS, word))
        .filter(|_| sends)
        .cloned()
}

/// Grave by what is made.
fn made(reading: &Reading<'_>, votes: &[Vote]) -> Option<(&'static str, String)> {
    let path = &reading.path;
    if path
        .segments
        .last()
        .is_some_and(|last| last.words == ["action"])
    {
        // The body says which action, so the worst of them counts.
        return Some(("execute", "action".to_owned()));
    }
    if reading.method == Method::Patch || path.ends_in_parameter || path.action.is_some() {
        return None;
    }
    if votes.iter().any(|vote| keeps(vote.verb)) {
        return None;
    }
    let object = object(reading);
    let thing = |list: &'static List| {
        object
            .iter()
            .find(|word| reading.lexicon.has(list, word))
            .cloned()
    };
    let trains = || {
        let words = path.words().chain(&reading.name.object);
        words
            .into_iter()
            .find(|word| reading.lexicon.has(&TRAINING, word))
            .cloned()
    };
    let capacity = || {
        trains()
            .or_else(|| phone_number(reading))
            .or_else(|| thing(&CAPACITY))
    };
    thing(&EXECUTIONS)
        .map(|word| ("execute", word))
        .or_else(|| {
            let posts = reading.method == Method::Post;
            posts
                .then(capacity)
                .flatten()
                .map(|word| ("provision", word))
        })
}

/// Verbs by which nothing new comes about.
fn keeps(verb: Verb) -> bool {
    const KEEPS: &[&str] = &[
        "update",
        "edit",
        "modify",
        "rename",
        "stop",
        "pause",
        "archive",
        "attach",
        "assign",
        "lock",
        "reboot",
        "restart",
        "disassociate",
        "acknowledge",
        "link",
        "unlink",
        "notify",
    ];
    verb.act == Act::Toggle || KEEPS.contains(&verb.base)
}

/// A telephone number is rented by making one.
fn phone_number(reading: &Reading<'_>) -> Option<String> {
    for segment in reading.path.segments.iter().rev() {
        if segment
            .words
            .windows(2)
            .any(|pair| pair == ["phone", "number"])
        {
            return Some("phone number".to_owned());
        }
        if segment.after_parameter {
            break;
        }
    }
    None
}

/// `PUT /incidents`: no parameter says which of them is meant.
fn all_of_them<'r>(reading: &'r Reading<'_>) -> Option<&'r String> {
    let [.., last] = reading.path.segments.as_slice() else {
        return None;
    };
    let changes = matches!(reading.method, Method::Put | Method::Patch);
    let many = last.plural && !reading.path.has_parameter && reading.path.action.is_none();
    last.words.last().filter(|_| changes && many)
}

/// Grave by how many it touches.
fn bulk(reading: &Reading<'_>) -> Option<(&'static str, String)> {
    let last = reading
        .path
        .segments
        .last()
        .into_iter()
        .flat_map(|segment| &segment.words);
    let name = reading
        .name
        .object
        .iter()
        .chain(&reading.name.rest)
        .chain(&reading.text.object);
    let whole = reading
        .path
        .words()
        .filter(|word| matches!(word.as_str(), "bulk" | "export"));
    let word = last
        .chain(name)
        .find(|word| reading.lexicon.has(&BULK, word))
        .or(whole.last())
        .or_else(|| all_of_them(reading))?;
    Some(("bulk", word.clone()))
}
