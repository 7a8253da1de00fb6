//! Parameters of a Discovery document, and what becomes of those that `{+name}` puts into a path.
//!
//! Such a value takes several segments. In the flat spelling of the path every part of it that is
//! not fixed is a variable of its own, and the pattern of the parameter leads from one to the other.

use serde_json::{Map, Value, json};

use super::{Converting, discovery::modernise};
use crate::notes::At;

/// What a parameter says of itself; everything else in it is its schema.
const OF_PARAMETER: [&str; 6] = [
    "location",
    "required",
    "repeated",
    "description",
    "parameterOrder",
    "deprecated",
];

/// A variable of the flat spelling.
pub(super) struct Part<'d> {
    /// What it is called there.
    pub(super) variable: &'d str,
    /// The parameter whose value it is a part of.
    pub(super) of: &'d str,
    /// What the pattern of that parameter says of it.
    pub(super) piece: Piece<'d>,
}

/// What a pattern says of one segment.
pub(super) struct Piece<'d> {
    pub(super) pattern: &'d str,
    /// Whether it may hold a slash, which in the flat spelling would be encoded.
    pub(super) may_hold_slashes: bool,
}

/// The parameters that a method takes, with the path as it is written.
pub(super) fn parameters(
    method: &Value,
    (path, parts): (&str, &[Part<'_>]),
    (here, at): (&At<'_>, &At<'_>),
    cx: &mut Converting<'_>,
) -> Vec<Value> {
    let given = method.get("parameters").and_then(Value::as_object);
    let in_path = |value: &Value| value.get("location").is_some_and(|place| place == "path");
    let written = |name: &str| {
        path.contains(&format!("{{{name}}}")) || path.contains(&format!("{{+{name}}}"))
    };
    let whole = given.into_iter().flatten();
    // Of the flat spelling every variable is a plain segment.
    let whole = whole.filter(|(name, value)| !in_path(value) || written(name));
    let whole = whole.map(|(name, value)| (name.as_str(), parameter(name, value)));
    let is_new =
        |part: &&Part<'_>| !given.is_some_and(|all| all.get(part.variable).is_some_and(in_path));
    let parts = parts.iter().filter(is_new);
    let parts = parts.map(|part| (part.of, part_of(part, &method["parameters"][part.of])));
    let all = whole.chain(parts).enumerate();
    all.map(|(index, (name, parameter))| {
        let given = at.key("parameters").key(name).to_string();
        let now = here.key("parameters").index(index).to_string();
        cx.origins.add(format!("{now}/schema/items"), given.clone());
        cx.origins.add(format!("{now}/schema"), given.clone());
        cx.origins.add(now, given);
        parameter
    })
    .collect()
}

/// A part of what a parameter takes, in the words of that parameter.
fn part_of(part: &Part<'_>, whole: &Value) -> Value {
    let words = whole.get("description").and_then(Value::as_str);
    let words = words.unwrap_or_default();
    json!({
        "name": part.variable,
        "in": "path",
        "required": true,
        "description": format!("Part of {}. {words}", part.of).trim_end(),
        "schema": { "type": "string", "pattern": format!("^{}$", part.piece.pattern) },
    })
}

fn parameter(name: &str, value: &Value) -> Value {
    let schema: Map<String, Value> = value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(member, _)| !OF_PARAMETER.contains(&member.as_str()))
        .map(|(member, value)| (member.clone(), value.clone()))
        .collect();
    let is_repeated = value.get("repeated") == Some(&Value::Bool(true));
    let mut whole = Value::Object(schema);
    modernise(&mut whole);
    if is_repeated {
        whole = json!({ "type": "array", "items": whole });
    }
    json!({
        "name": name,
        "in": value.get("location").cloned().unwrap_or_else(|| "query".into()),
        "required": value.get("required").cloned().unwrap_or(Value::Bool(false)),
        "description": value.get("description").cloned().unwrap_or_default(),
        "schema": whole,
    })
}

/// The variables of the flat path that are parts of values, as far as patterns say which.
pub(super) fn parts(method: &Value) -> Vec<Part<'_>> {
    let text = |name: &str| method.get(name).and_then(Value::as_str);
    let spellings = text("path").zip(text("flatPath"));
    let pattern = |name: &str| {
        method
            .get("parameters")?
            .get(name)?
            .get("pattern")?
            .as_str()
    };
    let parts = spellings.and_then(|both| matched(both, pattern));
    parts.unwrap_or_default()
}

fn matched<'d>(
    (path, flat): (&'d str, &'d str),
    pattern: impl Fn(&str) -> Option<&'d str>,
) -> Option<Vec<Part<'d>>> {
    let mut parts = Vec::new();
    let mut flat = flat.trim_start_matches('/').split('/');
    for given in path.trim_start_matches('/').split('/') {
        let Some((before, rest)) = given.split_once("{+") else {
            flat.next().filter(|segment| *segment == given)?;
            continue;
        };
        let (of, after) = rest.split_once('}')?;
        let pieces = pieces(pattern(of).unwrap_or(".*"))?;
        let last = pieces.len() - 1;
        for (index, piece) in pieces.into_iter().enumerate() {
            let mut segment = flat.next()?;
            if index == 0 {
                segment = segment.strip_prefix(before)?;
            }
            if index == last {
                segment = segment.strip_suffix(after)?;
            }
            let variable = segment
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            match variable {
                Some(variable) => parts.push(Part {
                    variable,
                    of,
                    piece,
                }),
                None if segment == piece.pattern => {}
                None => return None,
            }
        }
    }
    flat.next().is_none().then_some(parts)
}

/// The pieces of a pattern, one for each segment; all in one where it is a choice between several.
fn pieces(pattern: &str) -> Option<Vec<Piece<'_>>> {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let pattern = pattern.strip_suffix('$').unwrap_or(pattern);
    let (mut pieces, mut start, mut may_hold_slashes) = (Vec::new(), 0, false);
    let (mut groups, mut in_class, mut is_escaped) = (0_usize, false, false);
    let mut is_choice = false;
    for (at, character) in pattern.char_indices() {
        match character {
            _ if is_escaped => {
                is_escaped = false;
                may_hold_slashes |= !in_class && matches!(character, '/' | 'D' | 'S' | 'W');
            }
            '\\' => is_escaped = true,
            ']' => in_class = false,
            _ if in_class => {}
            '[' => {
                in_class = true;
                let class = pattern[at + 1..].split(']').next().unwrap_or_default();
                may_hold_slashes |= class.contains('/') != class.starts_with('^');
            }
            '(' => groups += 1,
            ')' => groups = groups.checked_sub(1)?,
            '|' if groups == 0 => is_choice = true,
            '/' if groups == 0 => {
                pieces.push(Piece {
                    pattern: &pattern[start..at],
                    may_hold_slashes: std::mem::take(&mut may_hold_slashes),
                });
                start = at + 1;
            }
            '.' | '/' => may_hold_slashes = true,
            _ => {}
        }
    }
    pieces.push(Piece {
        pattern: &pattern[start..],
        may_hold_slashes,
    });
    if is_choice {
        let may_hold_slashes = pieces.len() > 1 || may_hold_slashes;
        pieces = vec![Piece {
            pattern,
            may_hold_slashes,
        }];
    }
    Some(pieces)
}
