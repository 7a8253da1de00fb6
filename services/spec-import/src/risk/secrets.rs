//! Finds live secrets in what a call answers.
//!
//! A call that reads is READ, unless its answer hands out something that opens a door.

mod stores;

use std::{collections::HashMap, sync::LazyLock};

use countersign_domain::operation::Method;
use foldhash::quality::RandomState;

use super::{
    Evidence,
    effect::is_hook,
    fields::Fields,
    lexicon::{Lexicon, List, Words},
    path::Segment,
    reading::Reading,
    tokens::{truncated, words},
    verbs::Act,
};

/// Words for something that is a secret in itself.
static SECRET_THINGS: List = List::new(
    "noun",
    &[
        "token, password, credential, kubeconfig, secret, jwt, otp, passcode, passphrase, totp, pem, \
        pfx, p12, keystore, sas, cvv2, cvc2, psk, serviceaccountkey, mnemonic, pan, cvv, cvc, creds, cred, keypair, puk, crumb, csrf, xsrf",
    ],
);

/// Two-word names of the same.
static SECRET_PAIRS: List = List::new(
    "noun",
    &[
        "private key, service key, access key, secret key, recovery code, backup code, \
        presigned url, upload url, signed url, login link, magic link, one time, login url, \
        upload credential, connection string, signing key, root key, recovery link, unlock key, \
        join token, client secret, webhook secret, signing secret, signed link, download url, \
        access code, pin code, root password, admin password, master key, stream key, \
        security code, api credential, sas token, bootstrap token, sas uri, sas url, ephemeral key, seed phrase, \
        public signature, share token, connection url, connection uri, database url, sign url, \
        signing url, embedded url, temporary link, download link, temporary url, session url, \
        console url, presigned link, signed cookie, sdk key, client key, publishable key, \
        bypass code, scratch code, root token, client token, vault item, ssh password, \
        wifi password, smtp password, smtp credential, git credential, docker credential, \
        database credential, access url, auth url, authorize url, authorization url, sso url, \
        portal url, bot token, webhook token, ice server, turn server, leaf certificate, \
        client config, vpn config, wireguard config, join command, invite code, websocket url, \
        socket url, device code, user code, registration code, activation code, wallet key, pairing code, rdp file, \
        connection detail, connection data, connection info, license file, license key, upload policy, post policy, join url, \
        join link, start url, password hash, verification code, auth code, authorization code, activation key, access signature, \
        sensitive detail, web key, key set, community string, preshared key, pre shared key, shared key",
    ],
);

/// Those of which even a list shows the values, and not only what they are called.
static SHOWN_IN_LISTS: List = List::new(
    "shown_in_lists",
    &[
        "credential, kubeconfig, ice server, turn server, recovery code, backup code, \
        scratch code, bypass code, connection string, connection uri, connection url, \
        database url, presigned url, signed url, upload url, download url, signed link, \
        presigned link, signed cookie, login link, magic link, access code, pin code, \
        connection detail, connection data, connection info, otp, passcode, verification code, cvc2, cvv2, activation key, password hash",
    ],
);

/// Words that make a token a count or a page mark.
static HARMLESS_NEAR_TOKEN: Words = Words::new(&[
    "input, output, page, next, count, usage, sync, continuation, cursor, public, metadata",
]);

/// The secret that a reading call hands out, if there is one.
pub(super) fn handed_out(
    reading: &Reading<'_>,
    evidence: &Evidence<'_>,
    fields: &Fields,
) -> Option<String> {
    if matches!(evidence.method, Method::Head | Method::Options) {
        return None;
    }
    fields
        .secret_returned
        .clone()
        .or_else(|| secret_object(reading))
        .or_else(|| carried(reading, fields))
        .or_else(|| fields.proof())
        .or_else(|| told(evidence, reading.lexicon))
}

/// What the texts say that the answer hands out, which they are read for once.
fn told(evidence: &Evidence<'_>, lexicon: &Lexicon) -> Option<String> {
    let texts = [evidence.summary, truncated(evidence.description, 600)];
    let sentences = texts.into_iter().flat_map(|text| text.split(". "));
    let sentences: Vec<Vec<String>> = sentences.map(words).collect();
    let signed = sentences.iter().find_map(|all| signed_address(all));
    let opening = || sentences.iter().find_map(|all| opening_address(all));
    signed
        .or_else(opening)
        .or_else(|| sentences.iter().find_map(|all| disclosed(all, lexicon)))
}

/// What is about hooks or API keys, or hangs on them, carries their secrets: the key of a list of
/// keys, and what a hook signs with, wherever in the answer.
fn carried(reading: &Reading<'_>, fields: &Fields) -> Option<String> {
    const PUBLIC: [&str; 4] = ["ssh", "gpg", "pgp", "public"];
    const KEYS: [&str; 6] = ["key", "apikey", "accesskey", "authkey", "token", "license"];
    static KINDS_OF_KEYS: List = List::new(
        "kinds_of_keys",
        &[
            "api, access, auth, app, account, client, server, sdk, ingest, write, license, developer",
        ],
    );
    let is_key = |word: &str| KEYS.contains(&word);
    let hooks = || reading.path.words().any(|word| is_hook(word));
    // `/ssh-keys` are for everybody to see.
    let public = |words: &[String], at: usize| {
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        words[at] == "key" && before.is_some_and(|before| PUBLIC.contains(&before.as_str()))
    };
    let opens = |segment: &Segment| {
        let mut words = segment.words.iter().enumerate();
        words.any(|(at, word)| is_key(word) && !public(&segment.words, at))
    };
    let keys = || {
        let below = reading.path.segments.iter().any(opens);
        let mut phrases = [&reading.name.object, &reading.text.object].into_iter();
        below
            || phrases.any(|phrase| match phrase.as_slice() {
                [.., kind, key] if key == "key" => reading.lexicon.has(&KINDS_OF_KEYS, kind),
                // "an API key": the kind says so little that it was read over.
                [key] if key == "key" => true,
                [.., last] => last != "key" && is_key(last),
                [] => false,
            })
    };
    let inside = fields.secret_inside.clone().filter(|_| hooks());
    inside.or_else(|| (fields.key_returned && keys()).then(|| "key".to_owned()))
}

/// The thing that is read is itself a secret: `GET /users/{id}/token`.
fn secret_object(reading: &Reading<'_>) -> Option<String> {
    let lists = [&reading.name.verb, &reading.text.verb]
        .into_iter()
        .flatten()
        .any(|(_, word)| word == "list");
    if let Some(kept) = stores::kept(reading) {
        return Some(kept);
    }
    let head = reading.path.head();
    let phrases = [
        head.map_or(&[] as &[String], |head| &head.words),
        &reading.text.object,
        &reading.name.object,
    ];
    for (at, phrase) in phrases.into_iter().enumerate() {
        let Some(found) = secret_at_end(without_carrier(phrase), reading.lexicon) else {
            continue;
        };
        // A list of tokens shows what they are called.
        let plural = head.is_some_and(|head| head.plural);
        let collection = at == 0 && plural && !reading.path.ends_in_parameter;
        let whole = reading.lexicon.has(&SHOWN_IN_LISTS, &found);
        if whole || !(lists || collection) {
            return Some(found);
        }
    }
    None
}

/// `GetSecretValue`, `GetPasswordData`: what carries a secret is the secret.
fn without_carrier(phrase: &[String]) -> &[String] {
    match phrase {
        [.., secret, carrier]
            if matches!(
                secret.as_str(),
                "secret" | "password" | "credential" | "passphrase"
            ) && matches!(
                carrier.as_str(),
                "value" | "data" | "string" | "text" | "plaintext"
            ) =>
        {
            &phrase[..phrase.len() - 1]
        }
        _ => phrase,
    }
}

fn secret_at_end(phrase: &[String], lexicon: &Lexicon) -> Option<String> {
    let last = phrase.last()?;
    let before = phrase
        .len()
        .checked_sub(2)
        .map_or("", |at| phrase[at].as_str());
    let pair = format!("{before} {last}");
    if lexicon.has(&SECRET_PAIRS, &pair) {
        return Some(pair);
    }
    let harmless = HARMLESS_NEAR_TOKEN.has(before);
    let secret = lexicon.has(&SECRET_THINGS, last) || glued(last);
    let pair = || glued_pair(last, lexicon);
    let word = secret.then(|| last.clone());
    word.or_else(pair).filter(|_| !harmless)
}

/// `backupcodes`: a known pair written as one word.
fn glued_pair(word: &str, lexicon: &Lexicon) -> Option<String> {
    static GLUED: LazyLock<HashMap<String, &str, RandomState>> = LazyLock::new(|| {
        let pairs = SECRET_PAIRS.all();
        let pairs = pairs.filter(|pair| pair.find(' ').is_some_and(|gap| gap > 2));
        pairs.map(|pair| (pair.replace(' ', ""), pair)).collect()
    });
    let pair = GLUED.get(word)?;
    lexicon.has(&SECRET_PAIRS, pair).then(|| (*pair).to_owned())
}

/// `unlockkey`: two words written as one.
fn glued(word: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "key",
        "token",
        "secret",
        "password",
        "credential",
        "passphrase",
    ];
    static NO_KEYS: Words =
        Words::new(&["publickey, monkey, turkey, hockey, jockey, whiskey, donkey, hotkey"]);
    let long = |end: &&&str| word.len() > end.len() + 2 && word.ends_with(**end);
    ENDINGS.iter().any(|end| long(&end)) && !NO_KEYS.has(word)
}

/// "A link to a pre-signed Amazon S3 URL": whoever has such an address needs nothing else.
fn signed_address(sentence: &[String]) -> Option<String> {
    const ONLY_USED: &[&str] = &[
        "use", "using", "via", "with", "not", "upload", "expire", "through", "by",
    ];
    sentence.iter().enumerate().find_map(|(at, word)| {
        let before = &sentence[at.saturating_sub(4)..at];
        let used = before.iter().any(|word| ONLY_USED.contains(&word.as_str()));
        let signed = matches!(word.as_str(), "presigned" | "signed") && !used;
        signed.then(|| address_behind(sentence, at, 4)).flatten()
    })
}

/// "A time-limited URL", "a secure link": it opens what others need a credential for, else nobody
/// would end or guard it.
fn opening_address(sentence: &[String]) -> Option<String> {
    const GUARDED: [&str; 3] = ["secure", "temporary", "expiring"];
    const OF_TWO: [[&str; 2]; 4] = [
        ["time", "limited"],
        ["short", "lived"],
        ["single", "use"],
        ["one", "time"],
    ];
    sentence.iter().enumerate().find_map(|(at, word)| {
        let two = at > 0 && OF_TWO.contains(&[sentence[at - 1].as_str(), word.as_str()]);
        let guarded = two || GUARDED.contains(&word.as_str());
        guarded.then(|| address_behind(sentence, at, 2)).flatten()
    })
}

/// The word at `at` and the address that is named at most so many words behind it.
fn address_behind(sentence: &[String], at: usize, words: usize) -> Option<String> {
    let mut near = sentence[at + 1..].iter().take(words);
    let address = near.find(|word| matches!(word.as_str(), "url" | "uri" | "link"))?;
    Some(format!("{} {address}", sentence[at]))
}

/// The sentence says that the answer discloses a secret: "returns the decrypted password".
fn disclosed(sentence: &[String], lexicon: &Lexicon) -> Option<String> {
    const DISCLOSES: &[&str] = &[
        "return", "provide", "contain", "include", "reveal", "expose", "issue", "mint", "obtain",
        "generate", "decrypt", "disclose", "hold", "show", "carry",
    ];
    const DEMANDED: &[&str] = &["to", "must", "should", "can", "may", "you", "need"];
    static ABOUT_A_SECRET: Words = Words::new(&[
        "scope, header, usage, id, name, count, type, limit, policy, permission, scanning",
    ]);
    static PLAIN: Words = Words::new(&["plaintext, decrypted, unencrypted, unmasked, cleartext"]);
    let is_negation =
        |word: &String| matches!(word.as_str(), "not" | "without" | "never" | "no" | "don");
    if sentence.iter().any(is_negation) {
        return None;
    }
    sentence.iter().enumerate().find_map(|(at, word)| {
        let plain = PLAIN.has(word);
        // "you need to provide a token" is about the request.
        let demanded = at > 0 && DEMANDED.contains(&sentence[at - 1].as_str());
        if !plain && (demanded || !DISCLOSES.contains(&word.as_str())) {
            return None;
        }
        let near = &sentence[at + 1..(at + 6).min(sentence.len())];
        let about = |end: usize| {
            let next = sentence.get(at + 1 + end);
            next.is_some_and(|next| ABOUT_A_SECRET.has(next))
        };
        let value = near.iter().take(2).find(|next| plain && *next == "value");
        let named = (1..=near.len())
            .find_map(|end| secret_at_end(&near[..end], lexicon).filter(|_| !about(end)))
            .or_else(|| value.cloned())?;
        Some(format!("{word} … {named}"))
    })
}

/// The secret that a POST examines: verifying a credential is AUTH although nothing changes.
pub(super) fn examined_credential(reading: &Reading<'_>) -> Option<String> {
    static PROOFS: Words =
        Words::new(&["token, otp, code, password, credential, passcode, factor, totp"]);
    let verbs = [&reading.path.action, &reading.name.verb, &reading.text.verb];
    let mut verbs = verbs.into_iter().flatten();
    if !verbs.any(|(found, _)| found.act == Act::Examine) {
        return None;
    }
    let head = reading
        .path
        .head()
        .map_or(&[] as &[String], |segment| &segment.words);
    let phrases = [head, &reading.text.object, &reading.name.object];
    let last = phrases
        .into_iter()
        .filter_map(|phrase| phrase.last())
        .find(|last| PROOFS.has(last));
    let once = |word: &&String| matches!(word.as_str(), "otp" | "passcode" | "totp");
    last.or_else(|| reading.text.object.iter().find(once))
        .cloned()
}
