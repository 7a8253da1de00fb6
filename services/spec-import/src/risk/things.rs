//! Small lists of things that change what a verb means.

use super::lexicon::List;

/// Belongs to a person's taking part: adding and removing are opposite calls.
pub(super) static PARTICIPATION: List = List::new(
    "participation",
    &[
        "star, starred, reaction, follow, follower, following, like, favorite, favourite, bookmark, \
        vote, watcher, watch, assignee, reviewer, participant, panelist, attendee, registrant, \
        lock, subscriber, pin, hand, mute, snooze, read, unread, typing, presence, emoji, award, \
        upvote, downvote, suppression, rsvp, clap, heart",
    ],
);

/// Removing one of these from something is a switch; deleting the thing itself is not.
pub(super) static MARKS: List = List::new(
    "marks",
    &["tag, label, topic, category, follower, contact, item, profile, track"],
);

/// Where people meet: being added to one is participation, not access.
pub(super) static MEETING_PLACES: List = List::new(
    "meeting_places",
    &[
        "channel, conversation, chat, room, meeting, webinar, event, campaign, broadcast, thread, \
        call, conference, contact, lead, ticket, issue, deal, segment, audience, playlist, company, \
        pull, card, task",
    ],
);

/// Details of something else: what they hang on says nothing about the call.
pub(super) static DETAILS: List = List::new(
    "details",
    &[
        "attachment, comment, history, note, reaction, tracker, tracking, bookmark, annotation, \
        watermark, favorite, message, meeting, webinar, event, task, profile, presence, emoji, \
        playlist, star, delivery, file, document, folder, page, post, track, issue, contact, \
        survey, attempt",
    ],
);

/// On these paths even a GET acts, whatever its text says.
pub(super) static ACTING_ENDS: List = List::new(
    "acting_ends",
    &[
        "exec, shell, attach, portforward, proxy, logout, signout, logoff, login, signin, revoke, \
        uninstall, unsubscribe, unsubscription, impersonate, exchange, authorize, connect, ssh, authenticate, \
        callback, kill, rotate, regenerate, rdp, vnc, sso, oauth, unlock, restart, reboot, \
        shutdown, register, reset, activate, deactivate, confirm, unlink, optout, ban, approve, reject",
    ],
);

/// Computed from the request and given back; nothing is kept.
pub(super) static COMPUTED: List = List::new(
    "computed",
    &[
        "embedding, moderation, completion, calculation, estimation, preview, \
        prediction, inference, validation, speech, qr, barcode, similarity, classification, \
        translation, forecast, simulation, evaluation, suggestion, recommendation, geocode, \
        distance, matrix, diff, lookup, search, autocompletion, subjectaccessreview, \
        selfsubjectaccessreview, localsubjectaccessreview, selfsubjectrulesreview, autocomplete, \
        autofill, generation, transcription, detection, encryption, hash, recognition, \
        tokenization, eligibility, checksum, isochrone, direction, sentiment",
    ],
);

/// Something other than money is subscribed to.
pub(super) static NOTICES: List = List::new(
    "notices",
    &[
        "event, webhook, thread, topic, message, notification, repo, repository, push, mailing, \
        channel, alert, list, email, contact, graphql, feed, group, resource, team",
    ],
);

/// Says nothing by itself: the word before, or the segment before, says what it is about.
pub(super) static GENERIC: List = List::new(
    "generic",
    &[
        "status, metadata, avatar, image, photo, picture, state, detail, info, information, data, \
        item, list, entry, entity, record, rule, number, mapping, resource, object, email, name, \
        value, service, type, evidence, claim, property, attribute, method, link, setup, version, \
        default, primary, secondary, current, line, association, assignment, address, batch, bulk, \
        active, action, reason, option, id, url, request, set, collection, lifecycle",
    ],
);

/// Languages whose sentences can change things as well as read them.
pub(super) static LANGUAGES: List = List::new(
    "languages",
    &[
        "sql, cypher, graphql, script, statement, command, gremlin, sparql, mutation, d1, database, \
        db, shell, lua, kql, dax, console",
    ],
);
