//! Other operations of the same API, each a little more or less said in words than the tool.

use arbitrary::{Result, Unstructured};
use countersign_domain::operation::{Bind, Place};
use serde_json::{Map, Value};

const AFFIXES: [&str; 4] = [":send", ".json", "-x", "x"];
const QUERIES: [&str; 4] = ["?mode=safe", "?id=x", "?q", "?filter=&id=x"];

/// Up to three paths that differ from the tool's own.
pub(crate) fn neighbours(
    given: &mut Unstructured<'_>,
    own: &str,
    (binds, arguments): (&[Bind], &Map<String, Value>),
) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for _ in 0..given.int_in_range(0..=3)? {
        found.push(neighbour(given, own, (binds, arguments))?);
    }
    found.retain(|path| path != own);
    Ok(found)
}

fn neighbour(
    given: &mut Unstructured<'_>,
    own: &str,
    (binds, arguments): (&[Bind], &Map<String, Value>),
) -> Result<String> {
    let route = own.split(['?', '#']).next().unwrap_or_default();
    let mut segments: Vec<String> = route.split('/').skip(1).map(str::to_owned).collect();
    for segment in &mut segments {
        if !segment.contains('{') {
            continue;
        }
        let inside = segment.split('{').nth(1).unwrap_or_default();
        let variable = inside.split('}').next().unwrap_or_default();
        match given.int_in_range(0..=4)? {
            0 | 1 => *segment = words(variable, binds, arguments),
            2 => "{other}".clone_into(segment),
            3 => segment.push_str(given.choose(&AFFIXES)?),
            _ => {}
        }
    }
    match given.int_in_range(0..=7)? {
        0 => segments.push((*given.choose(&["x", "{more}", "purge"])?).to_owned()),
        1 => segments.truncate(segments.len().saturating_sub(1)),
        _ => {}
    }
    let mut path = format!("/{}", segments.join("/"));
    if given.ratio(1, 6)? {
        path = path.to_uppercase();
    }
    if given.ratio(1, 4)? {
        path.push_str(given.choose(&QUERIES)?);
    }
    Ok(path)
}

/// What the variable is about to be, as far as a path says it in words.
fn words(variable: &str, binds: &[Bind], arguments: &Map<String, Value>) -> String {
    let is_it = |bind: &&Bind| bind.place == Place::Path && bind.wire == variable;
    let bind = binds.iter().find(is_it);
    let value = bind.and_then(|bind| arguments.get(&bind.key));
    let text = match value {
        Some(Value::String(text)) => text.clone(),
        Some(value @ (Value::Bool(_) | Value::Number(_))) => value.to_string(),
        _ => String::new(),
    };
    let is_plain = |one: &char| one.is_alphanumeric() || matches!(one, '/' | '.' | ':');
    let words: String = text.chars().filter(is_plain).collect();
    if words.is_empty() {
        "x".to_owned()
    } else {
        words
    }
}
