//! Stores of secrets: what hangs on one is handed out by whoever reads it.

use crate::risk::{
    lexicon::{List, Words},
    reading::Reading,
};

/// The secret that is kept where a path leads, whatever the document declares as the answer.
pub(super) fn kept(reading: &Reading<'_>) -> Option<String> {
    a_secret(reading)
        .or_else(|| environment(reading))
        .or_else(|| in_a_vault(reading))
        .or_else(|| enrols(reading))
        .or_else(|| exported(reading))
        .or_else(|| listed_on_demand(reading))
}

/// `/secrets/{id}`, a list of them, and what hangs on one. What kinds there are is no secret.
fn a_secret(reading: &Reading<'_>) -> Option<String> {
    static KINDS_OF_SECRETS: List = List::new(
        "kinds_of_secrets",
        &["role, policy, type, template, provider"],
    );
    let secrets = |words: &[String]| words.iter().any(|word| word == "secret");
    let (last, before) = reading.path.segments.split_last()?;
    let listed = last.plural && !reading.path.ends_in_parameter;
    let what = last.words.last();
    let kinds = listed && what.is_some_and(|what| reading.lexicon.has(&KINDS_OF_SECRETS, what));
    let found =
        secrets(&last.words) && !kinds || before.iter().any(|segment| secrets(&segment.words));
    found.then(|| "secret".to_owned())
}

/// `/vaults/{id}/items/{id}`: one thing that is kept in a vault.
fn in_a_vault(reading: &Reading<'_>) -> Option<String> {
    const KEPT: &[&str] = &["item", "secret", "entry", "credential", "login", "document"];
    let vault = reading.path.words().find(|word| *word == "vault")?;
    let head = reading.path.head()?.words.last()?;
    let one = reading.path.ends_in_parameter && KEPT.contains(&head.as_str());
    one.then(|| vault.clone())
}

/// `/accounts/{id}/listKeys`: what a thing lists only when it is told to is what it keeps.
fn listed_on_demand(reading: &Reading<'_>) -> Option<String> {
    static KEPT_BACK: List = List::new(
        "kept_back",
        &["key, secret, credential, token, password, sas"],
    );
    let last = reading.path.segments.last()?;
    let [order, .., thing] = last.words.as_slice() else {
        return None;
    };
    let addresses = last
        .words
        .ends_with(&["callback".to_owned(), "url".to_owned()]);
    let kept = addresses || reading.lexicon.has(&KEPT_BACK, thing);
    (order == "list" && kept).then(|| thing.clone())
}

/// `/keys/{id}/export`: what is carried away is the key itself.
fn exported(reading: &Reading<'_>) -> Option<String> {
    static CARRIED: List = List::new("carried_away", &["export, backup, dump, unwrap, decrypt"]);
    static KEYS: List = List::new(
        "keys_carried_away",
        &["key, keyring, wallet, credential, certificate, identity"],
    );
    let phrases = [&reading.name, &reading.text];
    let verbs = phrases.iter().filter_map(|phrase| phrase.verb.as_ref());
    let mut orders = verbs.map(|(_, word)| word).chain(reading.path.words());
    let carried = orders.any(|word| reading.lexicon.has(&CARRIED, word));
    let objects = phrases.iter().flat_map(|phrase| &phrase.object);
    let mut words = reading.path.words().chain(objects);
    let key = words.find(|word| reading.lexicon.has(&KEYS, word))?;
    carried.then(|| key.clone())
}

/// `/users/{id}/mfa/qr`: the picture holds what an authenticator is fed with.
fn enrols(reading: &Reading<'_>) -> Option<String> {
    const FACTORS: &[&str] = &["mfa", "totp", "otp", "2fa", "tfa", "authenticator"];
    static SEEDS: Words = Words::new(&["qr, qrcode, uri, setup, seed, code, image, provisioning"]);
    let factor = reading
        .path
        .words()
        .find(|word| FACTORS.contains(&word.as_str()))?;
    let last = reading.path.segments.last()?.words.iter();
    let seed = last.clone().any(|word| SEEDS.has(word));
    seed.then(|| factor.clone())
}

/// What programs find in their environment is mostly secrets: `/apps/{id}/config-vars`.
fn environment(reading: &Reading<'_>) -> Option<String> {
    static WHOLE: Words = Words::new(&["env, envvar, env var, config var, environment variable"]);
    static PROGRAMS: Words = Words::new(&[
        "project, group, pipeline, environment, app, service, site, job, function, \
        deployment, stage",
    ]);
    // What is needed to connect to one of these is its configuration.
    const CONNECTED: &[&str] = &["addon", "client", "peer", "tunnel", "vpn", "wireguard"];
    let segments = &reading.path.segments;
    let last = segments.last()?;
    let whole = last.words.join(" ");
    let before = segments
        .len()
        .checked_sub(2)
        .map(|at| segments[at].words.as_slice());
    let program = || matches!(before, Some([.., one]) if PROGRAMS.has(one));
    let inside = || matches!(before, Some([.., one]) if CONNECTED.contains(&one.as_str()));
    let found =
        WHOLE.has(&whole) || (whole == "variable" && program()) || (whole == "config" && inside());
    found.then_some(whole)
}
