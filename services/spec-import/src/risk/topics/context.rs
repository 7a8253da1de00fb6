//! Takes back, or adds, what the surroundings of a word show about it.

use countersign_domain::operation::Method;

use super::{DECIDES, Point, SUSPECTED, Topics, places};
use crate::risk::{
    effect::is_hook,
    gate::doors::signs,
    lexicon::{Lexicon, Words},
    nouns::{Found, Topic},
    ordinary::is_plain,
    reading::Reading,
    source::Source,
    things::{DETAILS, MEETING_PLACES, NOTICES, PARTICIPATION},
    verbs::{Act, Verb},
};

/// Takes back what the surroundings show to mean something else. Only the path and the
/// object are asked, because a sentence could say anything to look harmless.
pub(super) fn weigh_context(topics: &mut Topics<'_>, reading: &Reading<'_>) {
    let object = reading.text.object.iter().chain(&reading.name.object);
    if reading
        .path
        .words()
        .chain(object)
        .any(|word| reading.lexicon.has(&NOTICES, word))
    {
        topics
            .words
            .remove(&(Topic::Billing, "subscription".to_owned()));
    }
    if reading.path.words().any(|word| word == "usergroup") {
        topics
            .words
            .remove(&(Topic::Admin, "user group".to_owned()));
    }
    if reading.path.words().any(|word| STORES.has(word)) {
        topics.words.remove(&(Topic::Auth, "key".to_owned()));
    }
    for (topic, word, source) in places::hints(reading) {
        let points = SUSPECTED;
        topics.add(topic, word, Point { points, source });
    }
    if let Some(source) = places::embeds(reading) {
        let (points, word) = (DECIDES, "embedded url");
        topics.add(Topic::Auth, word, Point { points, source });
    }
    if reading.method == Method::Get && signs(reading) {
        let (points, source) = (DECIDES, Source::Path);
        topics.add(Topic::Auth, "sign in", Point { points, source });
    }
    authorizes_money(topics);
    cancels_an_order(topics, reading);
    if is_audience(reading) {
        for word in ["member", "membership", "user"] {
            topics.words.remove(&(Topic::Admin, word.to_owned()));
        }
    }
    if only_tries(reading) {
        for word in [
            "webhook",
            "hook",
            "webhook subscription",
            "webhook endpoint",
        ] {
            topics.words.remove(&(Topic::Admin, word.to_owned()));
        }
    }
    if is_detail(reading) {
        let in_path = |word: &str| reading.path.words().any(|other| other == word);
        topics.words.retain(|(_, word), point| {
            let elsewhere = point.source != Source::Path && !in_path(word);
            point.points >= DECIDES && (elsewhere || word == "admin")
        });
    }
    let administers = reading
        .path
        .words()
        .chain(&reading.tags)
        .any(|word| word == "admin");
    let hooks = || reading.path.words().any(|word| is_hook(word));
    if !administers && participation(reading) && !hooks() {
        topics.words.retain(|(topic, _), _| *topic != Topic::Admin);
    }
}

/// An attachment of an invoice is an attachment.
fn is_detail(reading: &Reading<'_>) -> bool {
    let Some(head) = reading.path.head() else {
        return false;
    };
    let named = head
        .words
        .last()
        .is_some_and(|word| reading.lexicon.has(&DETAILS, word));
    // A credit note is no note.
    let whole = |found: &Found| found.end == head.words.len() && found.text.contains(' ');
    let named = named && !reading.lexicon.nouns(&head.words).iter().any(whole);
    named && reading.path.segments.len() > 1 && reading.path.action.is_none()
}

/// Switches that somebody in charge throws, rather than somebody taking part.
static OFFICIAL_TOGGLES: Words =
    Words::new(&["unlock, disable, unassign, unpublish, detach, flag, unflag, hide"]);

/// Being put into a conversation is taking part, not being given access. One witness is not
/// enough to say so.
fn participation(reading: &Reading<'_>) -> bool {
    let takes_part = |verb: &Option<(Verb, String)>| {
        verb.as_ref()
            .is_some_and(|(found, _)| found.act == Act::Toggle && !OFFICIAL_TOGGLES.has(found.base))
    };
    let path = &reading.path;
    let witnesses = [
        takes_part(&path.action)
            || path
                .words()
                .any(|word| reading.lexicon.has(&PARTICIPATION, word)),
        takes_part(&reading.name.verb),
        takes_part(&reading.text.verb),
    ];
    let nearest = path.segments.iter().rev().take(2);
    let place = nearest
        .into_iter()
        .any(|segment| reading.lexicon.any(&MEETING_PLACES, &segment.words));
    let agree = witnesses.iter().filter(|witness| **witness).count() >= 2;
    agree || (place && reading.lexicon.any(&MEETING_PLACES, &reading.text.rest))
}

/// A "multicast group" or a "training session" is no group of people and no login, where an
/// ordinary word stands before it.
pub(super) fn is_compound(lexicon: &Lexicon, list: &[String], found: &Found) -> bool {
    static NEAR_A_PRINCIPAL: Words = Words::new(&[
        "device, account, person, individual, employee, worker, site, page, service, agent, \
        contact, partner, guest, resource, project, environment, application, app, portal, \
        browser, customer",
    ]);
    if !matches!(found.text.as_str(), "group" | "session") {
        return false;
    }
    let before = found.end.checked_sub(2).and_then(|at| list.get(at));
    before.is_some_and(|word| !NEAR_A_PRINCIPAL.has(word) && is_plain(lexicon, word))
}

/// Authenticating a domain or a sender proves where mail comes from, and lets nobody in.
pub(super) fn vouches_for_a_sender(reading: &Reading<'_>) -> bool {
    let object = reading.text.object.iter().chain(&reading.name.object);
    let mut words = object.chain(reading.path.head().into_iter().flat_map(|head| &head.words));
    words.any(|word| matches!(word.as_str(), "domain" | "sender" | "subdomain"))
}

/// An authorization beside money holds some of it.
fn authorizes_money(topics: &mut Topics<'_>) {
    let key = (Topic::Auth, "authorization".to_owned());
    if topics.points(Topic::Billing) > 0
        && let Some(point) = topics.words.remove(&key)
    {
        topics.add(Topic::Billing, "authorization", point);
    }
}

/// Where a key is the name of a value.
static STORES: Words = Words::new(&[
    "kv, cache, redis, memcache, purge, surrogate, partition, keyspace, translation, \
    dictionary, localization, i18n, store, registry, bucket, object, flag, metadata",
]);

/// Cancelling an order gives money back, or keeps somebody from paying it.
fn cancels_an_order(topics: &mut Topics<'_>, reading: &Reading<'_>) {
    let ends = |found: &Option<(Verb, String)>| matches!(found, Some((verb, _)) if matches!(verb.base, "cancel" | "void"));
    let ordered = topics.words.get(&(Topic::Billing, "order".to_owned()));
    let ends = [&reading.path.action, &reading.name.verb, &reading.text.verb]
        .into_iter()
        .any(ends);
    if ends && ordered.is_some_and(|point| point.source == Source::Path) {
        let (points, source) = (2, Source::Path);
        topics.add(Topic::Billing, "cancel", Point { points, source });
    }
}

/// `/lists/{id}/members`: people who are written to, not people who may do something.
pub(in crate::risk) fn is_audience(reading: &Reading<'_>) -> bool {
    static AUDIENCES: Words = Words::new(&[
        "list, audience, segment, campaign, cohort, channel, conversation, chat, room, \
        meeting, webinar, event, thread, call, conference, card, task",
    ]);
    let segments = reading.path.segments.windows(2);
    let mut pairs =
        segments.filter_map(|pair| Some((pair[0].words.last()?, pair[1].words.last()?)));
    pairs.any(|(place, one)| {
        AUDIENCES.has(place) && matches!(one.as_str(), "member" | "membership" | "user")
    })
}

/// `/webhooks/{id}/ping`: an event is sent to try whether it arrives.
fn only_tries(reading: &Reading<'_>) -> bool {
    let last = reading.path.segments.last();
    let word = last.and_then(|last| last.words.last());
    let tries = matches!(
        word.map(String::as_str),
        Some("test" | "ping" | "probe" | "retry" | "resend" | "redeliver")
    );
    tries && matches!(reading.method, Method::Post | Method::Put)
}
