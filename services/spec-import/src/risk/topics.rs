//! Finds what guarded matter an operation is about, by adding up kinds of evidence.
//!
//! Every distinct word counts once, where it counts most: as the head of the path or of the
//! object, next to it, or further away. A word repeated in path, name and text is still one
//! word, so an ambiguous word never becomes certain by repetition.

pub(super) mod context;
mod places;

use std::collections::BTreeMap;

use super::{
    Evidence,
    fields::Fields,
    lexicon::{Lexicon, List, Words},
    nouns::{Noun, Strength, Topic},
    ordinary::is_plain,
    path::Path,
    phrase::Phrase,
    reading::Reading,
    source::Source,
    things::GENERIC,
    tokens::words,
    verbs::{Act, Verb},
};

/// A topic with at least this many points decides the class.
pub(super) const DECIDES: u8 = 4;
/// A topic with at least this many points is a suspicion.
pub(super) const SUSPECTED: u8 = 2;
/// What one strong hint is worth.
pub(super) const HINTED: u8 = 3;

/// How near to the thing acted on a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Head,
    Near,
    Far,
}

/// One word that counted, with where it was found.
#[derive(Clone, Debug)]
pub(super) struct Point {
    /// How much it counts.
    pub(super) points: u8,
    /// Where it was found.
    pub(super) source: Source,
}

/// What an operation is about, and by which words.
#[derive(Debug)]
pub(super) struct Topics<'l> {
    lexicon: &'l Lexicon,
    words: BTreeMap<(Topic, String), Point>,
}

impl<'l> Topics<'l> {
    fn new(lexicon: &'l Lexicon) -> Self {
        Self {
            lexicon,
            words: BTreeMap::new(),
        }
    }

    /// The points of one topic.
    pub(super) fn points(&self, topic: Topic) -> u8 {
        self.of(topic)
            .fold(0, |sum: u8, (_, point)| sum.saturating_add(point.points))
    }

    /// How sure a word of a topic is, if it is a noun.
    pub(super) fn strength(&self, word: &str) -> Option<Strength> {
        let found = self.lexicon.nouns(&words(word)).pop();
        found.map(|found| found.noun.strength)
    }

    /// The words of one topic.
    pub(super) fn of(&self, topic: Topic) -> impl Iterator<Item = (&str, &Point)> {
        self.words
            .iter()
            .filter(move |((of, _), _)| *of == topic)
            .map(|((_, word), point)| (word.as_str(), point))
    }

    fn add(&mut self, topic: Topic, word: &str, point: Point) {
        let known = self
            .words
            .entry((topic, word.to_owned()))
            .or_insert_with(|| point.clone());
        if known.points < point.points {
            *known = point;
        }
    }

    fn add_noun(&mut self, word: &str, noun: Noun, place: Place, source: Source) {
        let points = worth(noun.strength, place);
        if points > 0 && noun.topic != Topic::Nothing {
            self.add(noun.topic, word, Point { points, source });
        }
    }

    /// Adds the nouns of some words; `head` says what the last noun at the very end is.
    fn add_words(&mut self, list: &[String], head: Place, others: Place, source: Source) {
        // "user status", "value list item": the word before the generic ones is the head.
        let generic = list
            .iter()
            .rev()
            .take_while(|word| self.lexicon.has(&GENERIC, word))
            .count();
        for found in self.lexicon.nouns(list) {
            if context::is_compound(self.lexicon, list, &found) {
                continue;
            }
            let place = if found.end + generic >= list.len() {
                head
            } else {
                others
            };
            self.add_noun(&found.text, found.noun, place, source);
        }
    }
}

const fn worth(strength: Strength, place: Place) -> u8 {
    match (strength, place) {
        (Strength::Strong, Place::Head) => 6,
        (Strength::Fair, Place::Head) => 4,
        (Strength::Strong, Place::Near) | (Strength::Torn, Place::Head) => 3,
        (Strength::Fair, Place::Near) | (Strength::Weak, Place::Head) => 2,
        (Strength::Strong | Strength::Fair | Strength::Torn, Place::Far)
        | (Strength::Torn | Strength::Weak, Place::Near) => 1,
        (Strength::Weak, Place::Far) => 0,
    }
}

/// Adds up everything that says what the operation is about.
pub(super) fn topics<'l>(
    reading: &Reading<'l>,
    evidence: &Evidence<'_>,
    fields: &Fields,
) -> Topics<'l> {
    let mut topics = Topics::new(reading.lexicon);
    add_path(&mut topics, &reading.path);
    add_phrase(&mut topics, &reading.name, Source::Name);
    add_phrase(&mut topics, &reading.text, Source::Text);
    topics.add_words(&reading.aside, Place::Far, Place::Far, Source::Description);
    topics.add_words(&reading.tags, Place::Far, Place::Far, Source::Tags);
    add_scopes(&mut topics, evidence.scopes);
    add_request_fields(&mut topics, fields);
    add_verbs(&mut topics, reading);
    context::weigh_context(&mut topics, reading);
    topics
}

/// Suspending a service or blocking a card is a switch of a thing; of a person it is more.
fn holds_a_thing(reading: &Reading<'_>, verb: &str) -> bool {
    static HOLDS: Words = Words::new(&["suspend, unsuspend, block, unblock, quarantine, restrict"]);
    static PEOPLE: Words = Words::new(&[
        "person, individual, customer, employee, student, player, worker, device, card, app, \
        driver",
    ]);
    let head = reading.path.head().and_then(|head| head.words.last());
    let thing = head.is_some_and(|head| !PEOPLE.has(head) && is_plain(reading.lexicon, head));
    thing && HOLDS.has(verb)
}

fn add_path(topics: &mut Topics<'_>, path: &Path) {
    let head = telling_head(path, topics.lexicon);
    for (at, segment) in path.segments.iter().enumerate() {
        // `/settings/billing/budgets` qualifies its head; `/users/{id}/meetings` does not,
        // and `/user/packages` are one's own packages.
        let own = segment.words == ["user"] && !segment.plural;
        let adjacent = at + 1 == head && !path.segments[head].after_parameter && !own;
        let (last, others) = match () {
            () if at == head => (Place::Head, Place::Near),
            () if (head != usize::MAX && at > head) || adjacent => (Place::Near, Place::Near),
            () => (Place::Far, Place::Far),
        };
        topics.add_words(&segment.words, last, others, Source::Path);
    }
    add_ancestors(topics, path);
    if path.words().any(|word| word == "admin") {
        // `/admin/api` is how some call the whole of their API.
        let points = if path.is_admin_api { 2 } else { DECIDES };
        let source = Source::Path;
        topics.add(Topic::Admin, "admin", Point { points, source });
    }
}

/// `/invoices/{id}/lines`: what hangs on money or a credential is at least near it.
fn add_ancestors(topics: &mut Topics<'_>, path: &Path) {
    // Who ordinary things belong to.
    static OWNERS: List = List::new(
        "owners",
        &[
            "user, member, team, organization, workspace, tenant, account, group, silo, app, \
            application, department, directory, enterprise, owner, staff, guest, guild, \
            subaccount, sub account, manager, admin, realm",
        ],
    );
    let Some((_, before)) = path.segments.split_last() else {
        return;
    };
    for segment in before {
        let Some(found) = topics.lexicon.nouns(&segment.words).pop() else {
            continue;
        };
        let guarded = match found.noun.topic {
            Topic::Billing | Topic::Auth => true,
            Topic::Admin => !topics.lexicon.has(&OWNERS, &found.text),
            Topic::Nothing => false,
        };
        if guarded && found.end == segment.words.len() && found.noun.strength >= Strength::Fair {
            let (points, source) = (SUSPECTED, Source::Path);
            topics.add(found.noun.topic, &found.text, Point { points, source });
        }
    }
}

/// The last segment up to the head that is not made of generic words alone.
fn telling_head(path: &Path, lexicon: &Lexicon) -> usize {
    let Some(head) = path.head else {
        return usize::MAX;
    };
    let tells = |at: &usize| path.things(*at).any(|word| !lexicon.has(&GENERIC, word));
    (0..=head).rev().find(tells).unwrap_or(head)
}

fn add_phrase(topics: &mut Topics<'_>, phrase: &Phrase, source: Source) {
    // Exporting users makes a file of them and changes none.
    let exports = matches!(&phrase.verb, Some((verb, _)) if verb.base == "export");
    let head = if exports { Place::Near } else { Place::Head };
    topics.add_words(&phrase.object, head, Place::Near, source);
    topics.add_words(&phrase.rest, Place::Far, Place::Far, source);
}

fn add_scopes(topics: &mut Topics<'_>, scopes: &[String]) {
    for scope in scopes {
        topics.add_words(&words(scope), Place::Far, Place::Far, Source::Scopes);
    }
}

/// Fields that say what a request does, whatever its name.
fn add_request_fields(topics: &mut Topics<'_>, fields: &Fields) {
    for (word, topic, points) in &fields.telling {
        topics.add(
            *topic,
            word,
            Point {
                points: *points,
                source: Source::RequestFields,
            },
        );
    }
}

/// Some verbs are about a guarded matter whatever their object.
fn add_verbs(topics: &mut Topics<'_>, reading: &Reading<'_>) {
    let verbs = [
        (&reading.path.action, Source::Path),
        (&reading.name.verb, Source::Name),
        (&reading.text.verb, Source::Text),
    ];
    let vouches = context::vouches_for_a_sender(reading);
    for (found, source) in verbs {
        let Some((Verb { act, clear, base }, _)) = found else {
            continue;
        };
        let topic = match act {
            Act::Pay => Topic::Billing,
            Act::Authenticate if vouches => continue,
            Act::Authenticate => Topic::Auth,
            Act::Govern if holds_a_thing(reading, base) => continue,
            Act::Govern => Topic::Admin,
            Act::Read
            | Act::Compute
            | Act::Examine
            | Act::Change
            | Act::Toggle
            | Act::Provision
            | Act::Run
            | Act::End
            | Act::Remove => continue,
        };
        // A doubtful verb is hardly doubtful where a path ends in it, but "capture", "finalize" and
        // "share" are said of screens, drafts and posts too, and need a companion to be sure.
        let common = *act == Act::Pay || *base == "share";
        let points = match (clear, source) {
            (true, _) => 5,
            (false, Source::Path) if common => HINTED,
            (false, Source::Path) => DECIDES,
            (false, _) => 2,
        };
        topics.add(topic, base, Point { points, source });
    }
}
