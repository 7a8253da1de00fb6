//! What of a saved request is not kept: it is said by its name, since a value may be a secret. Only
//! the verbs of a value that says what is done are told to whoever judges the risk.

use std::collections::{BTreeSet, HashMap};

use countersign_domain::{header, operation::Place};
use serde_json::{Value, json};

use super::{
    Converting,
    postman::words,
    postman_request::{self as request, Address, decoded, headers},
};
use crate::{evidence::says_what_is_done, notes::At, path::names_in_braces, risk::verbs};

/// Names that are listed in one sentence.
const NAMED: usize = 8;
/// Levels of a saved body that are looked at.
const LEVELS: usize = 12;

/// Each name that picks what is done, and the verbs of its saved value.
pub(super) fn ordered(
    given: &Value,
    url: &Address,
    variables: &HashMap<String, String>,
) -> Vec<Value> {
    let mut saved = query(given);
    saved.extend(written(given));
    saved.extend(
        headers(given)
            .into_iter()
            .map(|[name, value, _]| (name, value)),
    );
    saved.extend(names_in_braces(&url.path).map(|name| {
        let own = Some(request::of_variable(given, name, "value"));
        let own = own.filter(|value| !value.is_empty());
        let value = own.or_else(|| variables.get(name).cloned());
        (name.to_owned(), value.unwrap_or_default())
    }));
    for mode in ["urlencoded", "formdata"] {
        let fields = given["body"].get(mode).and_then(Value::as_array);
        let field = |one: &Value| (words(one.get("key")), words(one.get("value")));
        saved.extend(fields.into_iter().flatten().map(field));
    }
    let raw = given.pointer("/body/raw").and_then(Value::as_str);
    if let Some(body) = raw.and_then(|raw| serde_json::from_str(raw).ok()) {
        members(&body, LEVELS, &mut saved);
    }
    let mut ordered = BTreeSet::new();
    for (name, value) in saved {
        let name = decoded(&name);
        let variable = value
            .strip_prefix("{{")
            .and_then(|it| it.strip_suffix("}}"));
        let value = variable
            .and_then(|name| variables.get(name))
            .unwrap_or(&value);
        let verbs = verbs(&decoded(value)).join("_");
        // Wherever it is sent: a header has all names that others have, and more.
        if says_what_is_done(Place::Header, &name) && !verbs.is_empty() {
            ordered.insert((name, verbs));
        }
    }
    ordered.into_iter().map(|pair| json!(pair)).collect()
}

/// The texts of a saved body by their names.
fn members(body: &Value, levels: usize, found: &mut Vec<(String, String)>) {
    let Some(levels) = levels.checked_sub(1) else {
        return;
    };
    for (name, value) in body.as_object().into_iter().flatten() {
        found.extend(value.as_str().map(|text| (name.clone(), text.to_owned())));
        members(value, levels, found);
    }
    for item in body.as_array().into_iter().flatten() {
        members(item, levels, found);
    }
}

/// Says so of a request and of the body that was made of it.
pub(super) fn note(given: &Value, body: Option<&Value>, (at, cx): (&At<'_>, &mut Converting<'_>)) {
    let mode = given.pointer("/body/mode").and_then(Value::as_str);
    let fields = mode.filter(|mode| ["formdata", "urlencoded"].contains(mode));
    let fields = fields.and_then(|mode| given["body"].get(mode)?.as_array());
    let fields = fields.map_or(&[][..], Vec::as_slice);
    let query = query(given);
    let mut say = |code: &str, names: Vec<String>, text: &str| {
        if !names.is_empty() {
            let named: Vec<String> = names.iter().take(NAMED).map(|n| format!("{n:?}")).collect();
            cx.notes
                .info(code, at, &format!("{text}: {}", named.join(", ")));
        }
    };
    let set = |value: &str| !value.is_empty() && !value.contains("{{");
    let of_query = query
        .iter()
        .filter(|(name, value)| named(name) && set(value));
    let headers = headers(given).into_iter();
    let of_headers = headers.filter(|[name, value, _]| !header::is_reserved(name) && set(value));
    let mut values: Vec<String> = of_query.map(|(name, _)| name.clone()).collect();
    values.extend(of_headers.map(|[name, ..]| name));
    let text = "saved values are not kept, whoever calls gives them";
    say("saved_value_left_out", values, text);
    let unnamed = query.iter().map(|(name, _)| name);
    let unnamed = unnamed.filter(|name| !named(name)).cloned();
    let (variables, others): (Vec<String>, Vec<String>) = unnamed.partition(|one| is_variable(one));
    let text = "what has no name of its own in the query is left out";
    say("saved_key_left_out", variables, text);
    let of_fields: Vec<String> = fields.iter().map(|one| words(one.get("key"))).collect();
    let mut repeated = repeated(query.into_iter().map(|(name, _)| name).collect());
    repeated.extend(self::repeated(of_fields));
    let text = "what was saved several times is one argument with one value";
    say("saved_key_repeated", repeated, text);
    let typed = fields
        .iter()
        .filter(|one| !words(one.get("contentType")).is_empty());
    let typed = typed.map(|one| words(one.get("key"))).collect();
    let text = "media types of single parts are left out";
    say("saved_type_left_out", typed, text);
    if !others.is_empty() {
        let text = format!(
            "keys of the query that are no names are left out: {}",
            others.len()
        );
        cx.notes.info("saved_key_left_out", at, &text);
    }
    let mut media = body
        .and_then(|body| body["content"].as_object())
        .into_iter()
        .flatten();
    let raw = given.pointer("/body/raw").and_then(Value::as_str);
    let is_raw = mode == Some("raw") && raw.is_some_and(|raw| !raw.trim().is_empty());
    let is_open = |schema: &Value| schema.as_object().is_some_and(serde_json::Map::is_empty);
    if is_raw && media.any(|(_, media)| is_open(&media["schema"])) {
        let text = "the saved body is no JSON that could be read; any value is allowed";
        cx.notes.info("saved_body_unread", at, text);
    }
}

/// Names and values of the query as it was saved.
fn query(given: &Value) -> Vec<(String, String)> {
    let of = |one: &Value| {
        let is_off = one.get("disabled") == Some(&Value::Bool(true));
        let value = one.get("value").filter(|_| !is_off);
        (words(one.get("key")), words(value))
    };
    if let Some(list) = given.pointer("/url/query").and_then(Value::as_array) {
        return list.iter().map(of).collect();
    }
    written(given)
}

/// The same as they stand in the text of the address.
fn written(given: &Value) -> Vec<(String, String)> {
    let url = given.get("url").unwrap_or(given);
    let raw = url.as_str().or_else(|| url.get("raw")?.as_str());
    let query = raw.and_then(|raw| raw.split('#').next()?.split_once('?'));
    let pairs = query.into_iter().flat_map(|(_, query)| query.split('&'));
    let pairs = pairs.filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

/// What a variable stands for is written elsewhere; any other text with braces may be a secret.
fn is_variable(name: &str) -> bool {
    let inside = name.strip_prefix("{{").and_then(|it| it.strip_suffix("}}"));
    let fits = |c: char| c.is_ascii_alphanumeric() || "_-.$".contains(c);
    inside.is_some_and(|inside| inside.chars().all(fits))
}

fn named(name: &str) -> bool {
    !name.is_empty() && !name.contains('{')
}

/// The names that stand there more than once, each once.
fn repeated(mut names: Vec<String>) -> Vec<String> {
    names.retain(|name| named(name));
    names.sort_unstable();
    let twins = names.chunk_by(|one, other| one == other);
    let twins = twins.filter(|twins| twins.len() > 1);
    twins.map(|twins| twins[0].clone()).collect()
}
