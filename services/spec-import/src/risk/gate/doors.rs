//! GETs that act by what their path leads to: into a machine, in or out of an account, or to the
//! end of a proof that was sent by mail.

use crate::risk::{lexicon::List, path::Segment, reading::Reading};

/// Whether following the path does more than show something.
pub(super) fn opens(reading: &Reading<'_>) -> bool {
    opens_a_console(reading) || completes_a_proof(reading) || signs(reading)
}

/// Whether following the path lets somebody in or out of an account.
pub(in crate::risk) fn signs(reading: &Reading<'_>) -> bool {
    signs_in(reading) || signs_out(reading) || takes_a_step(reading)
}

/// Whether a segment is one word, and that one of a list.
fn is(reading: &Reading<'_>, segment: &Segment, list: &'static List) -> bool {
    matches!(segment.words.as_slice(), [word] if reading.lexicon.has(list, word))
}

/// `GET /verify-email`, `GET /verify`: following the link of a mail is what completes something.
fn completes_a_proof(reading: &Reading<'_>) -> bool {
    static COMPLETES: List = List::new(
        "completes",
        &["verify, confirm, activate, reset, accept, validate, confirmation"],
    );
    static PROOFS: List = List::new(
        "proofs",
        &[
            "email, account, phone, password, registration, invitation, invite, code, mail, user, \
            subscription, token, signup",
        ],
    );
    let segments = &reading.path.segments;
    let nothing_else = matches!(segments.as_slice(), [only] if is(reading, only, &COMPLETES));
    let has = |list, word: &String| reading.lexicon.has(list, word);
    let completes = |segment: &Segment| {
        let mut words = segment.words.iter();
        let forgot = |word: &String| matches!(word.as_str(), "forgot" | "forgotten");
        let begun = segment.words.iter().any(forgot) || words.any(|word| has(&COMPLETES, word));
        begun && words.any(|word| has(&PROOFS, word))
    };
    nothing_else || segments.iter().any(completes)
}

/// `GET /login/{provider}`, `GET /auth/google`: a browser is sent along to sign somebody in.
fn signs_in(reading: &Reading<'_>) -> bool {
    static ENTRIES: List = List::new("entries", &["login, signin, logon, signup"]);
    static PLACES: List = List::new("entries", &["sso, oauth, saml"]);
    static VOUCHERS: List = List::new("vouchers", &["auth, connect, link"]);
    static VOUCHES: List = List::new(
        "vouches",
        &[
            "google, github, gitlab, facebook, apple, microsoft, azure, saml, oidc, oauth, openid, \
            twitter, linkedin, discord, slack, okta, provider",
        ],
    );
    static ABOUT: List = List::new(
        "about_entries",
        &[
            "history, attempt, event, log, method, provider, option, setting, config, \
            configuration, status, page, flow, type, metadata, info, detail, stat, statistic, activity, \
            report, audit, hint, policy, error",
        ],
    );
    let segments = &reading.path.segments;
    let one = |segment: &Segment, list| !segment.plural && is(reading, segment, list);
    let told = segments
        .last()
        .is_some_and(|last| reading.lexicon.any(&ABOUT, &last.words));
    let enters = segments.iter().any(|segment| one(segment, &ENTRIES)) && !told;
    let chosen = segments
        .last()
        .is_some_and(|last| reading.path.ends_in_parameter && one(last, &PLACES));
    let vouched = matches!(segments.as_slice(), [.., door, by]
        if is(reading, door, &VOUCHERS) && is(reading, by, &VOUCHES));
    enters || chosen || vouched
}

/// `GET /logout/all`.
fn signs_out(reading: &Reading<'_>) -> bool {
    static EXITS: List = List::new("exits", &["logout, signout, logoff"]);
    let mut segments = reading.path.segments.iter();
    segments.any(|segment| is(reading, segment, &EXITS))
}

/// `GET /registration/browser`, `/oauth/{provider}/callback`: a step of proving who one is.
fn takes_a_step(reading: &Reading<'_>) -> bool {
    static FLOWS: List = List::new(
        "flows",
        &["sso, oauth, saml, oidc, registration, recovery, verification, consent, auth"],
    );
    static STEPS: List = List::new(
        "steps",
        &[
            "browser, redirect, start, begin, init, initiate, callback, acs, continue, complete, \
            return, accept, confirm, verify, challenge",
        ],
    );
    let Some((last, before)) = reading.path.segments.split_last() else {
        return false;
    };
    let flows = || before.iter().any(|segment| is(reading, segment, &FLOWS));
    is(reading, last, &STEPS) && flows()
}

/// `/machines/{id}/console/stream`, `/machines/{id}/sftp`: a connection into a machine, in which
/// more can be sent than the GET that opens it.
fn opens_a_console(reading: &Reading<'_>) -> bool {
    static LINES: List = List::new("lines", &["websocket, websockify, sftp"]);
    static LIVE: List = List::new(
        "live_ends",
        &["stream, websocket, ws, socket, connect, attach, open, session, url, link"],
    );
    static INSIDE: List = List::new(
        "consoles",
        &["console, terminal, shell, vnc, rdp, ssh, tty, exec, webconsole"],
    );
    let Some(segment) = reading.path.segments.last() else {
        return false;
    };
    let leads_in = segment.after_parameter && is(reading, segment, &LINES);
    let last = segment.words.last();
    let live = last.is_some_and(|last| reading.lexicon.has(&LIVE, last));
    leads_in
        || live
            && reading
                .path
                .words()
                .any(|word| reading.lexicon.has(&INSIDE, word))
}
