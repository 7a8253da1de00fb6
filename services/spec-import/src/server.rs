//! Where an API may live. These are candidates: an admin pins one origin before anything is sent.

use std::collections::BTreeSet;

use countersign_domain::{
    operation::{ImportedDocument, Server, Severity},
    text,
};
use serde_json::{Map, Value};

use crate::{
    document::Found,
    notes::{At, Notes, diagnostic},
};

const SERVERS: usize = 50;
/// Servers of an operation that people are told by their addresses.
const NAMED: usize = 5;
/// Why an operation is off whose own servers nobody can pin.
pub(crate) const UNUSABLE: &str = "it has servers of its own and none can be used";

/// Reads the `servers` of a document. A host without a scheme is taken for one of HTTPS here, where
/// a person pins the origin anyway; an operation that lives elsewhere has to say where.
pub(crate) fn of_document(list: Option<&Value>, at: &At<'_>, notes: &mut Notes) -> Vec<Server> {
    read(list, at, notes, with_scheme)
}

/// Reads a `servers` list; what cannot be used is left out and noted.
pub(crate) fn servers(list: Option<&Value>, at: &At<'_>, notes: &mut Notes) -> Vec<Server> {
    read(list, at, notes, |url, _, _| url)
}

/// The paths of the document's servers.
pub(crate) fn paths_of_document(root: &Value) -> Vec<String> {
    let at = At::Pointer("/servers");
    paths(&of_document(
        root.get("servers"),
        &at,
        &mut Notes::of_document(),
    ))
}

/// The paths that the addresses of these end in, each once.
pub(crate) fn paths(servers: &[Server]) -> Vec<String> {
    let path = |server: &Server| {
        let (_, place) = server.url.split_once("://").unwrap_or_default();
        let path = match place.split_once('/') {
            Some((_, path)) => path,
            None if server.url.contains("://") => "",
            None => server.url.trim_start_matches('/'),
        };
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let path = path.trim_matches('/');
        if path.is_empty() {
            String::new()
        } else {
            format!("/{path}")
        }
    };
    let paths: BTreeSet<String> = servers.iter().map(path).collect();
    paths.into_iter().collect()
}

/// What is made of an address whose variables are filled in.
type Completing = fn(String, &At<'_>, &mut Notes) -> String;

fn read(list: Option<&Value>, at: &At<'_>, notes: &mut Notes, complete: Completing) -> Vec<Server> {
    let Some(list) = list.filter(|list| !list.is_null()) else {
        return Vec::new();
    };
    let Some(items) = list.as_array() else {
        notes.warning(
            "servers_not_a_list",
            at,
            "the servers are not a list and are left out",
        );
        return Vec::new();
    };
    if items.len() > SERVERS {
        notes.warning(
            "servers_left_out",
            at,
            &format!("only the first {SERVERS} servers are read"),
        );
    }
    let mut servers: Vec<Server> = Vec::new();
    for (index, item) in items.iter().take(SERVERS).enumerate() {
        if let Some(server) = server(item, &at.index(index), notes, complete)
            && servers.iter().all(|known| known.url != server.url)
        {
            servers.push(server);
        }
    }
    servers
}

fn server(item: &Value, at: &At<'_>, notes: &mut Notes, complete: Completing) -> Option<Server> {
    let Some(template) = item.get("url").and_then(Value::as_str) else {
        notes.warning(
            "server_without_url",
            at,
            "a server without a URL is left out",
        );
        return None;
    };
    let url = fill(
        template,
        item.get("variables").and_then(Value::as_object),
        at,
        notes,
    );
    let url = complete(url, at, notes);
    if let Some(problem) = problem(&url) {
        notes.warning(
            "server_unusable",
            at,
            &format!("the server {:?} {problem}; it is left out", shown(&url)),
        );
        return None;
    }
    if url.starts_with('/') || !url.contains("://") {
        notes.info(
            "server_relative",
            at,
            &format!("the server {url:?} is relative; the origin must be given"),
        );
    }
    let said = ["name", "description"].map(|key| item.get(key).and_then(Value::as_str));
    let said: Vec<&str> = said.into_iter().flatten().collect();
    Some(Server {
        url,
        description: text::strip(&said.join(": "), 200),
    })
}

/// Settles which server counts for which operation (`OpenAPI` 3.1 section 4.8.5: the operation's,
/// else the path's, else the document's). An operation keeps servers of its own where they are
/// others than the document's, or fewer: it is not called at one that it does not name. Whether
/// an address is named with and without encryption is no difference. A document that names servers
/// at its paths only, the same ones everywhere, names them for all.
pub(crate) fn settle(document: &mut ImportedDocument, found: &[Found<'_>]) {
    let first = document.operations.first().map(|one| one.servers.clone());
    if let Some(first) = first.filter(|_| document.servers.is_empty())
        && document.operations.iter().all(|one| one.servers == first)
    {
        document.servers = first;
    }
    let known: BTreeSet<&str> = document.servers.iter().map(|s| s.url.as_str()).collect();
    let places: BTreeSet<&str> = known.iter().map(|url| place(url)).collect();
    for (operation, one) in document.operations.iter_mut().zip(found) {
        let own = &mut operation.servers;
        let urls: BTreeSet<&str> = own.iter().map(|server| server.url.as_str()).collect();
        let all = urls.iter().map(|url| place(url)).collect::<BTreeSet<_>>() == places;
        if all && urls.is_subset(&known) {
            own.clear();
        }
        // Where a variable has no value, no address that a member pins says what is meant.
        let is_open = |server: &Server| server.url.contains('{');
        if !own.is_empty() && own.iter().all(is_open) {
            let pointer = format!("{}/servers", one.pointer);
            let note = diagnostic(Severity::Error, "own_servers_unusable", &pointer, UNUSABLE);
            operation.diagnostics.push(note);
            let unsupported = &mut operation.unsupported;
            unsupported.get_or_insert_with(|| UNUSABLE.to_owned());
        }
        own.retain(|server| !is_open(server));
        if !own.is_empty() {
            let text = of_its_own(own);
            let note = diagnostic(Severity::Info, "server_of_its_own", &one.pointer, &text);
            operation.diagnostics.push(note);
        }
    }
}

/// What people are told of an operation's own servers.
fn of_its_own(own: &[Server]) -> String {
    let named = own.iter().take(NAMED);
    let named: Vec<String> = named
        .map(|server| format!("{:?}", text::strip(&server.url, 200)))
        .collect();
    let named = named.join(", ");
    let covers = match own.len().saturating_sub(NAMED) {
        0 if own.len() == 1 => "; a connection whose address does not cover that cannot call it",
        0 => "; the first of these that a connection's address covers is called",
        _ => " and more; the first of them that a connection's address covers is called",
    };
    format!("it lives at {named}{covers}")
}

/// An address without whether it is encrypted.
fn place(url: &str) -> &str {
    let rest = url
        .strip_prefix("https:")
        .or_else(|| url.strip_prefix("http:"));
    rest.unwrap_or(url)
}

/// Puts each variable's default in its place, or the first value it may have.
fn fill(
    template: &str,
    variables: Option<&Map<String, Value>>,
    at: &At<'_>,
    notes: &mut Notes,
) -> String {
    let mut url = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else {
            break;
        };
        url.push_str(before);
        let variable = variables.and_then(|all| all.get(name));
        let value = variable.and_then(|variable| value_of(name, variable, at, notes));
        match value {
            // `/prod` behind a slash, as API Gateway writes it.
            Some(Value::String(text)) if url.ends_with('/') && !url.ends_with("//") => {
                url.push_str(text.strip_prefix('/').unwrap_or(text));
            }
            Some(Value::String(text)) => url.push_str(text),
            Some(Value::Number(number)) => url.push_str(&number.to_string()),
            _ => {
                let text = format!("the server variable {name:?} has no default");
                notes.warning("server_variable_open", at, &text);
                url.push('{');
                url.push_str(name);
                url.push('}');
            }
        }
        if variable.is_some_and(|v| v.get("enum").is_none()) {
            let text = format!("the server variable {name:?} may be anything; its default is used");
            notes.info("server_variable_unbounded", at, &text);
        }
        rest = behind;
    }
    url.push_str(rest);
    url
}

/// The default of a variable, or the first value it may have where that is none of them.
fn value_of<'d>(
    name: &str,
    variable: &'d Value,
    at: &At<'_>,
    notes: &mut Notes,
) -> Option<&'d Value> {
    let default = variable.get("default");
    let allowed = variable.get("enum").and_then(Value::as_array);
    let Some(allowed) = allowed.filter(|all| !all.is_empty()) else {
        return default;
    };
    if default.is_some_and(|default| allowed.contains(default)) {
        return default;
    }
    if default.is_some() {
        let text = format!(
            "the default of the server variable {name:?} is none of its values; \
             the first of these is used"
        );
        notes.warning("server_variable_default", at, &text);
    }
    allowed.first()
}

/// Its scheme is that of the document's own address, which nobody knows here.
fn with_scheme(url: String, at: &At<'_>, notes: &mut Notes) -> String {
    if !url.starts_with("//") {
        return url;
    }
    let text = format!(
        "the server {:?} names no scheme; https is taken",
        shown(&url)
    );
    notes.warning("server_scheme_guessed", at, &text);
    format!("https:{url}")
}

/// An address without a user and a password, wherever these end.
fn shown(url: &str) -> &str {
    url.rsplit_once('@').map_or(url, |(_, host)| host)
}

fn problem(url: &str) -> Option<&'static str> {
    if url.chars().any(|c| c.is_control() || c.is_whitespace()) || url.contains('\\') {
        return Some("holds characters that no URL has");
    }
    if url.starts_with("//") {
        return Some("names a host without a scheme");
    }
    if url.starts_with('/') || url.contains('{') {
        return None;
    }
    match url::Url::parse(url) {
        Ok(parsed) if !matches!(parsed.scheme(), "http" | "https") => {
            Some("is not an HTTP address")
        }
        Ok(parsed) if !parsed.username().is_empty() || parsed.password().is_some() => {
            Some("holds a user name or a password")
        }
        Ok(_) | Err(url::ParseError::RelativeUrlWithoutBase) => None,
        Err(_) => Some("is not a URL"),
    }
}
