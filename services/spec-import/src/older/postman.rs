//! A Postman collection (2.0 or 2.1) becomes `OpenAPI` 3.0.
//!
//! A collection is a tree of saved requests, so what an operation may take is guessed from what
//! one request took: every query parameter and header is optional, and the body has the types of
//! the one that was saved. Saved values are never kept: they may be secrets of whoever saved them.

use std::collections::HashMap;

use countersign_domain::operation::Method;
use serde_json::{Map, Value, json};

use super::{
    ALSO, Converted, Converting, DECIDES, ORDERED,
    postman_request::{self as request, Address, Host},
    postman_saved,
};
use crate::{
    notes::{At, Notes},
    origin::Origins,
    path::names_in_braces,
    paths,
};

/// Folders inside folders; nobody goes deeper.
const DEPTH: usize = 32;
/// Parameters that are added to one operation, and other requests that are named beside it.
const JOINED: usize = 500;

/// What requests share.
pub(super) struct Collection {
    variables: HashMap<String, String>,
    pub(super) schemes: Map<String, Value>,
    /// Where most requests go, or the first of those.
    base: Option<Host>,
    paths: Map<String, Value>,
}

/// Says whether a document is a collection.
pub(crate) fn is_collection(root: &Value) -> bool {
    let schema = root.pointer("/info/schema").and_then(Value::as_str);
    root.get("item").is_some_and(Value::is_array)
        && (schema.is_some_and(|schema| schema.contains("getpostman.com"))
            || root.pointer("/info/_postman_id").is_some())
}

/// Converts a collection.
pub(crate) fn convert(root: &Value, notes: &mut Notes) -> Converted {
    let mut cx = Converting {
        origins: Origins::default(),
        moved: HashMap::new(),
        notes,
    };
    let mut collection = Collection {
        variables: variables(root),
        schemes: Map::new(),
        base: None,
        paths: Map::new(),
    };
    let auth = root.get("auth");
    let mut all = Vec::new();
    let within = (auth, &[][..]);
    folder(
        root,
        (&At::ROOT, 0),
        within,
        (&collection, &mut all, &mut cx),
    );
    collection.base = base(&all);
    // What is sent there goes first: no other request takes its place.
    all.sort_by_key(|one| Some(&one.url.host) != collection.base.as_ref());
    let mut hosts = HashMap::new();
    for one in &all {
        saved(one, (&mut collection, &mut hosts), &mut cx);
    }
    let servers: Vec<Value> = match &collection.base {
        Some(Host::Known(url)) => vec![json!({ "url": url })],
        Some(Host::Open(_)) | None => Vec::new(),
    };
    for (made, place) in [("/servers", ""), ("/components", ""), ("/paths", "/item")] {
        cx.origins.add_made(made, place);
    }
    let text = |pointer| words(root.pointer(pointer));
    let tree = json!({
        "openapi": "3.0.0",
        "info": {"title": text("/info/name"), "version": text("/info/version"),
            "description": text("/info/description")},
        "servers": servers,
        "components": {"securitySchemes": collection.schemes},
        "paths": collection.paths,
    });
    Converted {
        root: tree,
        origins: cx.origins,
    }
}

fn variables(root: &Value) -> HashMap<String, String> {
    let list = root.get("variable").and_then(Value::as_array);
    let pair = |one: &Value| {
        let key = one.get("key").or(one.get("id"))?.as_str()?;
        let value = match one.get("value")? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        Some((key.to_owned(), value))
    };
    list.into_iter().flatten().filter_map(pair).collect()
}

/// A text, or the content of an object that describes one.
pub(super) fn words(value: Option<&Value>) -> String {
    let text = value.and_then(|value| value.as_str().or_else(|| value.get("content")?.as_str()));
    text.unwrap_or_default().to_owned()
}

/// A saved request, found.
struct Saved<'d> {
    item: &'d Value,
    pointer: String,
    /// What lets it in, unless it says so itself.
    auth: Option<&'d Value>,
    tags: Vec<String>,
    url: Address,
}

/// The host of most requests, and of several such the first.
fn base(all: &[Saved<'_>]) -> Option<Host> {
    let mut counts: HashMap<&Host, usize> = HashMap::new();
    for one in all {
        *counts.entry(&one.url.host).or_default() += 1;
    }
    let most = counts.values().max()?;
    let mut hosts = all.iter().map(|one| &one.url.host);
    hosts.find(|host| counts[host] == *most).cloned()
}

fn folder<'d>(
    node: &'d Value,
    (at, depth): (&At<'_>, usize),
    (auth, tags): (Option<&'d Value>, &[String]),
    (collection, all, cx): (&Collection, &mut Vec<Saved<'d>>, &mut Converting<'_>),
) {
    if depth > DEPTH {
        cx.notes
            .error("folders_too_deep", at, "folders are nested too deeply");
        return;
    }
    note_scripts(node, (at, cx));
    let items = node.get("item").and_then(Value::as_array);
    let list = at.key("item");
    for (index, item) in items.into_iter().flatten().enumerate() {
        let at = list.index(index);
        let name = words(item.get("name"));
        if item.get("item").is_some() {
            let auth = item.get("auth").filter(|auth| !auth.is_null()).or(auth);
            let tags = [tags, &[name]].concat();
            folder(item, (&at, depth + 1), (auth, &tags), (collection, all, cx));
        } else if let Some(given) = item.get("request") {
            let Some(url) = address(given) else {
                let text = "a request without an address is left out";
                cx.notes.warning("request_without_address", &at, text);
                continue;
            };
            note_scripts(item, (&at, cx));
            all.push(Saved {
                item,
                pointer: at.to_string(),
                auth,
                tags: tags.to_vec(),
                url: request::url(url, &collection.variables),
            });
        } else {
            cx.notes.warning(
                "item_without_request",
                &at,
                "an item without a request is left out",
            );
        }
    }
}

/// Says that scripts do not run.
fn note_scripts(node: &Value, (at, cx): (&At<'_>, &mut Converting<'_>)) {
    let events = node.get("event").and_then(Value::as_array);
    let at = at.key("event");
    for (index, event) in events.into_iter().flatten().enumerate() {
        let lines = match event.pointer("/script/exec") {
            Some(Value::Array(lines)) => lines.as_slice(),
            Some(line) => std::slice::from_ref(line),
            None => &[],
        };
        let says = |line: &Value| line.as_str().is_some_and(|line| !line.trim().is_empty());
        if event.get("listen").is_some_and(|when| when == "prerequest") && lines.iter().any(says) {
            let text = "a script runs before requests; whatever it adds is not sent";
            cx.notes.warning("script_left_out", &at.index(index), text);
        }
    }
}

/// Says which values of the collection are not kept.
fn note_saved_values(
    url: &Address,
    variables: &HashMap<String, String>,
    (at, cx): (&At<'_>, &mut Converting<'_>),
) {
    let is_saved = |name: &&str| variables.get(*name).is_some_and(|value| !value.is_empty());
    for name in names_in_braces(&url.path).filter(is_saved) {
        let text = format!(
            "the collection saved a value for {name:?}, which may be a secret; whoever calls gives one"
        );
        cx.notes.info("saved_value_left_out", at, &text);
    }
}

/// The address of a request, which may be nothing but that.
fn address(given: &Value) -> Option<&Value> {
    let url = if given.is_string() {
        given
    } else {
        given.get("url")?
    };
    (!url.is_null() && url != "").then_some(url)
}

fn saved<'s>(
    one: &'s Saved<'_>,
    (collection, hosts): (&mut Collection, &mut Hosts<'s>),
    cx: &mut Converting<'_>,
) {
    let Saved {
        item, url, tags, ..
    } = one;
    let at = &At::Pointer(&one.pointer);
    let given = &item["request"];
    let verb = given.get("method").and_then(Value::as_str).unwrap_or("GET");
    let keys = keys(verb);
    let place = At::Pointer("/paths");
    let place = place.key(&url.path).to_string();
    let place = keys
        .iter()
        .fold(place, |place, key| At::Pointer(&place).key(key).to_string());
    let taken = hosts.get(&(&*url.path, keys.clone())).copied();
    if url.differs && taken.is_none_or(|taken| taken == &url.host) {
        let text = "a saved request names one path in its address and another in its pieces";
        cx.notes
            .error("saved_address_differs", &At::Pointer(&place), text);
    }
    let ordered = postman_saved::ordered(given, url, &collection.variables);
    if let Some(taken) = taken {
        let (code, text) = if taken == &url.host {
            (
                "operation_twice",
                "another saved request has the same method and path; both are one operation, with the \
                 first one's body",
            )
        } else {
            (
                "path_at_two_hosts",
                "a saved request at another host has the same method and path; that one counts",
            )
        };
        cx.notes.warning(code, at, text);
        if taken == &url.host {
            let kept = slot(&mut collection.paths, &url.path, &keys);
            join(kept, item, (url, ordered));
        }
        return;
    }
    hosts.insert((&url.path, keys.clone()), &url.host);
    note_saved_values(url, &collection.variables, (at, cx));
    let own = given.get("auth").filter(|auth| !auth.is_null());
    let mut operation = json!({
        "operationId": words(item.get("name")),
        "summary": words(item.get("name")),
        "description": described(item),
        "tags": tags,
        "parameters": request::parameters(given, url),
        ALSO: [],
        ORDERED: ordered,
    });
    if let Some(auth) = own.or(one.auth) {
        operation["security"] = request::security(auth, &mut collection.schemes);
    }
    if let Some(body) = request::body(given, (at, cx)) {
        operation["requestBody"] = body;
        if given
            .pointer("/body/mode")
            .is_some_and(|mode| mode == "graphql")
        {
            operation[DECIDES] = "query".into();
        }
    }
    match &url.host {
        host if Some(host) != collection.base.as_ref() => {
            operation["servers"] = json!([{ "url": server(host) }]);
        }
        Host::Known(_) => {}
        Host::Open(_) => cx.notes.info(
            "server_variable_open",
            &at.key("request"),
            "its address is a variable without a value; the origin must be given",
        ),
    }
    cx.origins
        .add_made(place.clone(), at.key("request").to_string());
    let body = operation.get("requestBody");
    postman_saved::note(given, body, (&At::Pointer(&place), cx));
    *slot(&mut collection.paths, &url.path, &keys) = operation;
}

/// Makes one operation of two requests that only differ in what is sent: it takes the query of both,
/// and has the words and the orders of both to be judged by.
fn join(kept: &mut Value, item: &Value, (url, ordered): (&Address, Vec<Value>)) {
    if let Value::Array(known) = &mut kept["parameters"] {
        for one in request::parameters(&item["request"], url) {
            let is_known = |other: &Value| other["in"] == "query" && other["name"] == one["name"];
            if one["in"] == "query" && known.len() <= JOINED && !known.iter().any(is_known) {
                known.push(one);
            }
        }
    }
    if let Value::Array(known) = &mut kept[ORDERED] {
        known.extend(ordered);
    }
    if let Value::Array(also) = &mut kept[ALSO]
        && also.len() < JOINED
    {
        also.push(json!([words(item.get("name")), described(item)]));
    }
}

/// What a saved request says of itself.
fn described(item: &Value) -> String {
    let own = item["request"].get("description");
    words(own.or(item.get("description")))
}

/// The hosts of requests by their path and method.
type Hosts<'s> = HashMap<(&'s str, Vec<String>), &'s Host>;

/// The address of a host. An open one is nothing but a variable, which is no address that could be
/// used, so that what is sent there is off.
fn server(host: &Host) -> String {
    match host {
        Host::Known(url) => url.clone(),
        Host::Open(text) => match text.replace(['{', '}'], "").as_str() {
            "" => "{host}".to_owned(),
            name => format!("{{{name}}}"),
        },
    }
}

/// The keys of a method in a path item: Postman sends COPY, PURGE and others too, which have no
/// field.
fn keys(verb: &str) -> Vec<String> {
    match Method::of_field(verb) {
        Some(_) => vec![verb.to_ascii_lowercase()],
        None => vec![paths::ADDITIONAL.to_owned(), verb.to_owned()],
    }
}

/// Where an operation goes; null while there is none.
fn slot<'p>(paths: &'p mut Map<String, Value>, path: &str, keys: &[String]) -> &'p mut Value {
    let item = paths.entry(path).or_insert(Value::Null);
    keys.iter().fold(item, |place, key| &mut place[key])
}
