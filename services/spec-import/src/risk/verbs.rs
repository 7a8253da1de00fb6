//! What verbs say a call does.
//!
//! One table per kind of act. `clear` words are verbs wherever they stand; `doubtful` ones
//! are also nouns (`an order`, `a report`) and count only where a verb is expected.

use std::{collections::HashMap, sync::LazyLock};

use foldhash::quality::RandomState;

use super::lexicon::{Entry, Lexicon, Words};

/// What kind of act a verb names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    /// Fetches, lists, searches, counts.
    Read,
    /// Computes an answer from what was sent, and keeps nothing.
    Compute,
    /// Checks something: reading by itself, but it may mark what it checked.
    Examine,
    /// Creates, changes, moves or sends.
    Change,
    /// Participation and switches that the opposite call puts back.
    Toggle,
    /// Starts or resizes chargeable capacity.
    Provision,
    /// Runs code or puts it into production.
    Run,
    /// Stops or takes away something that does not come back by itself.
    End,
    /// Removes what is stored.
    Remove,
    /// Changes who may do what.
    Govern,
    /// Issues, proves, replaces or withdraws a credential.
    Authenticate,
    /// Moves money.
    Pay,
}

impl Act {
    /// Whether the act by itself leaves everything as it was.
    pub(super) const fn only_reads(self) -> bool {
        matches!(self, Self::Read | Self::Compute | Self::Examine)
    }

    /// Whether the act by itself takes something away for good.
    pub(super) const fn takes_away(self) -> bool {
        matches!(self, Self::Remove | Self::End)
    }
}

struct Verbs {
    act: Act,
    /// Separated by a comma and a space, as below.
    clear: &'static str,
    doubtful: &'static str,
}

const VERBS: &[Verbs] = &[
    Verbs {
        act: Act::Read,
        clear: "get, fetch, retrieve, read, find, describe, enumerate, browse, lookup, obtain, download, \
            inspect, retrieval, see, peek, discover, tail, explore, whoami, fetchall, multiget",
        doubtful: "list, show, search, query, count, view, look, filter, select, aggregate, head, stat, info, \
            ping, return, display, poll, watch, scroll, facet, health, histogram, autocomplete, wait, \
            lookback",
    },
    Verbs {
        act: Act::Compute,
        clear: "calculate, compute, simulate, classify, detect, predict, evaluate, analyze, analyse, \
            compare, suggest, recommend, render, parse, tokenize, transcribe, recognize, moderate, \
            summarize, geocode, embed, rerank, lint, propose, proofread, interpolate, calculation, \
            typeahead, decode, encode, infer, whatif, synthesize, detokenize, autosuggest, encrypt, \
            hash",
        doubtful: "preview, ask, is, exist, has, estimate, diff, explain, match, score, rank, \
            extract, format, dry, mget, msearch, forecast, translate, embedding, \
            moderation, completion, prediction, inference, quotation, availability, speech",
    },
    Verbs {
        act: Act::Examine,
        clear: "verify, ensure, introspect, autoverify, review, validate, validation",
        doubtful: "check, test, convert, resolve, lookahead, verification, introspection",
    },
    Verbs {
        act: Act::Change,
        clear: "create, update, add, insert, upsert, edit, modify, replace, save, store, write, publish, \
            upload, send, put, submit, rename, move, copy, duplicate, clone, archive, restore, recover, \
            start, begin, stop, pause, resume, open, close, reopen, complete, finish, apply, append, \
            attach, connect, register, enable, assign, notify, reply, resend, redeliver, retry, \
            refresh, reload, sync, merge, generate, initiate, indicate, make, accept, reschedule, change, \
            adjust, increment, creation, initialize, configure, enroll, forward, ingest, reindex, push, \
            subscribe, prepare, perform, handle, acknowledge, reserve, redirect, customize, define, \
            establish, activate, deactivate, reactivate, bypass, promote, transition, reboot, restart, \
            downsample, disassociate, provide, approve, unlink, disconnect, request, snooze, crop, \
            mutate, populate, migrate, confirm, claim, escalate, deescalate, refill, fulfill, fulfil, \
            hire, reblog, repost, retweet, boost, wake, wakeup, poweron, ignore, associate, highlight, \
            annotate, categorize, reorder, reposition, nudge, remind, mount, bind, calibrate, identify, \
            suppress",
        doubtful: "set, mark, report, record, import, export, link, comment, message, call, draft, release, \
            switch, track, process, order, commit, sort, alter, play, dial, queue, patch, schedule, \
            post, index, rate, book, join, log, transform, signal, lock, hold",
    },
    Verbs {
        act: Act::Toggle,
        clear: "toggle, follow, unfollow, unstar, unlike, unwatch, mute, unmute, unsubscribe, unlock, unpin, untag, \
            unassign, unfavorite, unbookmark, react, unreact, subscribing, leave, kick, decline, \
            dismiss, detach, unpublish, unhide, unsave, untrack, deselect, unflag, unmark, upvote, \
            downvote, unvote, unsnooze, unarchive, undelete, undismiss, unlabel, unschedule, unapprove, \
            unfriend, unhold, unpause, unresolve, uncomplete, unmatch, ungroup, unpair, dissociate, \
            unmount, unignore, unsuppress",
        doubtful: "star, like, favorite, favourite, bookmark, pin, hide, vote, disable, flag",
    },
    Verbs {
        act: Act::Provision,
        clear: "provision, allocate, resize, launch, autoscale, upgrade, downgrade, rescale",
        doubtful: "scale, boot",
    },
    Verbs {
        act: Act::Run,
        clear: "execute, invoke, deploy, redeploy, dispatch, rerun, eval, rollout, \
            publishproduction",
        doubtful: "run, trigger, fire, script, command, execution, invocation, deployment",
    },
    Verbs {
        act: Act::End,
        clear: "cancel, terminate, abort, kill, revoke, reject, hangup, invalidate, expire, decommission, \
            rollback, revert, overwrite, failover, rebuild, reinstall, reimage, shutdown, evict, drain, \
            force, deprovision, unregister, deregister, cancellation, termination, revocation, \
            discontinue, disband, disenroll, deauthorize, withdraw, undeploy, abandon, retire, \
            unenroll, offboard, poweroff, reprovision, deauthorise, unbind, recall, hardreset, nullify, \
            unassociate, deny, deallocate",
        doubtful: "end, reset, halt, interrupt, eviction, powercycle, swap",
    },
    Verbs {
        act: Act::Remove,
        clear: "delete, remove, destroy, purge, erase, wipe, empty, redact, del, unset, deletion, removal, \
            obliterate, forget, anonymize, anonymise, flush, truncate, prune, deletecollection, \
            discard, expunge, scrub, bulkdelete, batchdelete, shred, nuke, deleteall, removeall, \
            deletemany, unprovision, yank, reclaim, dequeue",
        doubtful: "drop, clear, clean, cleanup, trash, rm, pop",
    },
    Verbs {
        act: Act::Govern,
        clear: "invite, reinvite, impersonate, ban, unban, suspend, unsuspend, install, uninstall, \
            allowlist, whitelist, blacklist, blocklist, deprovisioning, impersonation, restrict, \
            quarantine, exec, portforward, unshare, demote, elevate, whitelisting, expel, allowlisting, \
            isolate, disarm",
        doubtful: "grant, block, unblock, transfer, delegate, shell, audit, proxy, share",
    },
    Verbs {
        act: Act::Authenticate,
        clear: "login, logout, signin, signout, signup, authenticate, reauthenticate, authorize, authorise, \
            exchange, rotate, regenerate, reveal, unseal, impersonated, rekey, relogin, authentication, \
            rotation, logoff, logon, presign, deauthenticate, deauth",
        doubtful: "mint, challenge, authenticator, sign",
    },
    Verbs {
        act: Act::Pay,
        clear: "pay, refund, charge, reauthorize, repay, withdrawal, purchase, buy, prepay, \
            topup, checkout, reimburse, chargeback, payout, donate, invoicing, settle, \
            remit, disburse",
        doubtful: "capture, void, bill, invoice, deposit, redeem, tip, top, finalize, fund, renew, renewal",
    },
];

static INDEX: LazyLock<HashMap<&'static str, Verb, RandomState>> = LazyLock::new(|| {
    let mut index = HashMap::default();
    for table in VERBS {
        for word in table.clear.split(", ") {
            index.insert(
                word,
                Verb {
                    act: table.act,
                    clear: true,
                    base: word,
                },
            );
        }
        for word in table.doubtful.split(", ") {
            index.entry(word).or_insert(Verb {
                act: table.act,
                clear: false,
                base: word,
            });
        }
    }
    index
});

/// What one word says as a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verb {
    /// What it does.
    pub(super) act: Act,
    /// Whether it is a verb wherever it stands.
    pub(super) clear: bool,
    /// Its base form.
    pub(super) base: &'static str,
}

impl Lexicon {
    /// Looks a word up as a verb, in its base form or as `deleting`.
    pub(super) fn verb(&self, word: &str) -> Option<Verb> {
        verb(word).filter(|found| self.counts(Entry::new("verb", found.base)))
    }
}

/// Words that are said of things, and not of doing them.
static THINGS_IN_ING: Words = Words::new(&[
    "finding, listing, reading, booking, posting, recording, rating, ranking, heading, \
    opening, holding, filing, showing, scoring, charging, grading, offering",
]);

fn verb(word: &str) -> Option<Verb> {
    if let Some(found) = INDEX.get(word) {
        return Some(*found);
    }
    if THINGS_IN_ING.has(word) {
        return None;
    }
    let stem = word.strip_suffix("ing")?;
    if stem.len() < 2 {
        return None;
    }
    if let Some(found) = INDEX.get(stem) {
        return Some(*found);
    }
    if let Some(found) = INDEX.get(format!("{stem}e").as_str()) {
        return Some(*found);
    }
    // "getting", "cancelling": the last letter was doubled.
    let undoubled = stem.char_indices().next_back().map(|(at, _)| &stem[..at])?;
    stem.ends_with(undoubled.chars().next_back()?)
        .then(|| INDEX.get(undoubled).copied())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_is_known_in_its_base_form_and_in_ing_form() {
        for word in ["delete", "deleting", "purging", "removing"] {
            assert_eq!(
                verb(word).map(|found| found.act),
                Some(Act::Remove),
                "{word}"
            );
        }
        assert_eq!(verb("getting").map(|found| found.act), Some(Act::Read));
        assert_eq!(verb("ring"), None);
        assert_eq!(verb("ing"), None);
    }

    #[test]
    fn no_verb_names_two_acts() {
        let mut seen = HashMap::new();
        for table in VERBS {
            for word in table.clear.split(", ").chain(table.doubtful.split(", ")) {
                if let Some(before) = seen.insert(word, table.act) {
                    panic!("{word} is both {before:?} and {:?}", table.act);
                }
            }
        }
    }
}
