//! What an acting call does to things: takes them away, or does more than an ordinary change.

use countersign_domain::operation::Method;

use super::{
    gate::Vote,
    reading::Reading,
    things::{
        BULK, CAPACITY, EXECUTIONS, JOBS, MAILINGS, MARKS, NOTICES, PARTICIPATION, REMOVALS,
        RESTORED_OVER, RUNNABLE, any_in,
    },
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
pub(super) fn effect(reading: &Reading, votes: &[Vote]) -> Effect {
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
    let ordered = phrases(reading).find(|word| REMOVALS.contains(&word.as_str()));
    if let Some(word) = ordered.filter(|_| reading.method == Method::Post) {
        return Effect::Removes(word.clone());
    }
    if let Some(word) = of(Act::End).or_else(|| credential_dies(votes)) {
        let keeps_the_record = !deletes || any_in(&object(reading), JOBS);
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
fn is_switch(reading: &Reading, votes: &[Vote]) -> bool {
    let says_toggle = votes.iter().any(|vote| vote.verb.act == Act::Toggle);
    let says_change = votes.iter().any(|vote| {
        vote.source != "path"
            && matches!(
                vote.verb.base,
                "mark" | "enable" | "unsuspend" | "unban" | "unblock" | "lift"
            )
    });
    let grave = votes.iter().any(|vote| {
        matches!(
            vote.verb.base,
            "delete" | "destroy" | "purge" | "erase" | "wipe"
        )
    });
    let object = object(reading);
    let takes_part = any_in(&object, PARTICIPATION);
    let removes = votes.iter().any(|vote| vote.verb.base == "remove") && !grave;
    let hangs_on_something = reading
        .path
        .segments
        .last()
        .is_some_and(|last| last.after_parameter)
        || from_something(reading);
    let unmarks = removes && any_in(&object, MARKS) && hangs_on_something;
    let saved = removes && phrases(reading).any(|word| word == "saved");
    let detaches = saved || deletes_a_link(reading) || unsubscribes(reading, &object);
    (says_toggle || says_change) && !grave
        || takes_part && (reading.method == Method::Delete || removes)
        || unmarks
        || detaches
}

fn from_something(reading: &Reading) -> bool {
    reading.text.rest.first().is_some_and(|word| word == "from")
}

/// `DELETE /tickets/{id}/tags/{id}`: the tag stays, the link goes.
fn deletes_a_link(reading: &Reading) -> bool {
    reading.method == Method::Delete
        && from_something(reading)
        && reading.path.ends_in_parameter
        && any_in(&reading.text.object, MARKS)
}

/// Notices are subscribed to and unsubscribed from; a paid subscription is not a notice.
fn unsubscribes(reading: &Reading, object: &[String]) -> bool {
    let around: Vec<String> = reading
        .path
        .words()
        .chain(&reading.text.object)
        .cloned()
        .collect();
    object.iter().any(|word| word == "subscription") && any_in(&around, NOTICES)
}

/// All words of the objects and of the path's head.
fn phrases(reading: &Reading) -> impl Iterator<Item = &String> {
    let head = reading.path.head().into_iter().flat_map(|head| &head.words);
    head.chain(&reading.name.object).chain(&reading.text.object)
}

/// What the call acts on: heads of path, name and text.
fn object(reading: &Reading) -> Vec<String> {
    let path = reading.path.head().and_then(|head| head.words.last());
    let phrases = [&reading.name.object, &reading.text.object];
    path.into_iter()
        .chain(phrases.into_iter().filter_map(|phrase| phrase.last()))
        .cloned()
        .collect()
}

/// Why an ordinary change needs a human first: a stable code and the words.
pub(super) fn gravity(
    reading: &Reading,
    votes: &[Vote],
    effect: &Effect,
) -> Option<(&'static str, String)> {
    if let Effect::Ends(word) | Effect::Removes(word) = effect {
        return Some(("destructive", word.clone()));
    }
    let vote = |act: Act| {
        votes
            .iter()
            .find(|vote| vote.verb.act == act && (vote.verb.clear || vote.source != "text"))
    };
    let object = object(reading);
    let thing = |list: &[&str]| {
        object
            .iter()
            .find(|word| list.contains(&word.as_str()))
            .cloned()
    };
    if *effect == Effect::Switches {
        return None;
    }
    let merges = votes.iter().any(|vote| vote.verb.base == "merge");
    if merges
        && !any_in(
            &object,
            &[
                "pull",
                "branch",
                "request",
                "metadata",
                "attribute",
                "upstream",
            ],
        )
    {
        return Some(("destructive", "merge".to_owned()));
    }
    let does = |verbs: &[&str]| votes.iter().any(|vote| verbs.contains(&vote.verb.base));
    if let Some(word) = thing(RESTORED_OVER).filter(|_| does(&["restore", "recover"])) {
        return Some(("destructive", format!("restore {word}")));
    }
    if let Some(word) =
        thing(RUNNABLE).filter(|_| does(&["start", "initiate", "launch", "submit", "resume"]))
    {
        return Some(("execute", word));
    }
    if let Some(word) =
        thing(MAILINGS).filter(|_| does(&["send", "schedule", "start", "publish", "launch"]))
    {
        return Some(("bulk", word));
    }
    if let Some(found) = vote(Act::Run) {
        return Some(("execute", found.word.clone()));
    }
    if let Some(found) = vote(Act::Provision) {
        return Some(("provision", found.word.clone()));
    }
    let creates = reading.method != Method::Patch
        && !reading.path.ends_in_parameter
        && reading.path.action.is_none();
    if let Some(word) = thing(EXECUTIONS).filter(|_| creates) {
        return Some(("execute", word));
    }
    let near = reading
        .path
        .words()
        .chain(&reading.name.object)
        .find(|word| matches!(word.as_str(), "tuning" | "finetuning" | "training"));

    let bought = phone_number(reading);
    if let Some(word) = near
        .cloned()
        .or(bought)
        .or_else(|| thing(CAPACITY))
        .filter(|_| creates && reading.method == Method::Post)
    {
        return Some(("provision", word));
    }
    if reading
        .path
        .segments
        .last()
        .is_some_and(|last| last.words == ["action"])
    {
        return Some(("execute", "action".to_owned()));
    }
    bulk(reading).map(|word| ("bulk", word))
}

/// A telephone number is rented by making one.
fn phone_number(reading: &Reading) -> Option<String> {
    let mut near = Vec::new();
    for segment in reading.path.segments.iter().rev() {
        near.push(&segment.words);
        if segment.after_parameter {
            break;
        }
    }
    let names = |words: &&Vec<String>| {
        words
            .windows(2)
            .any(|pair| pair[0] == "phone" && pair[1] == "number")
    };
    near.iter().any(names).then(|| "phone number".to_owned())
}

fn bulk(reading: &Reading) -> Option<String> {
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
    last.chain(name)
        .find(|word| BULK.contains(&word.as_str()))
        .cloned()
}
