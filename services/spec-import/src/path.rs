//! Path templates: which are safe to fill in, and what they hold.

use std::{borrow::Cow, collections::HashSet};

use countersign_domain::path::{QueryPair, has_whole_escapes, leads_elsewhere, query_pairs};
use percent_encoding::percent_decode_str;

/// RFC 6570 section 3.2.1: such a value would not stay in its segment.
pub(crate) const SEVERAL_SEGMENTS: &str =
    "the path has a variable that takes more than one segment";

/// A path template that can be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template<'p> {
    /// Its variables, in order.
    pub(crate) variables: Vec<&'p str>,
    /// Names of the query that stands in the path itself, escapes undone.
    pub(crate) fixed: Vec<Cow<'p, str>>,
    /// Names of the query that the path asks for, and the variables that stand there.
    pub(crate) asked: Vec<(&'p str, &'p str)>,
    /// The path with every variable written `{}`, without fragment or trailing slash.
    pub(crate) shape: String,
    /// Whether a `#fragment` tells it apart from others of the same shape.
    pub(crate) has_fragment: bool,
}

impl<'p> Template<'p> {
    /// The variable that a parameter of this name fills: spaces, case, a `+` for many segments and
    /// a pattern behind a colon make no difference where they tell no two apart.
    pub(crate) fn variable(&self, name: &str) -> Option<&'p str> {
        if let Some(exact) = self.variables.iter().find(|one| **one == name) {
            return Some(exact);
        }
        let same = |one: &&&str| bare(one).to_lowercase() == bare(name).to_lowercase();
        let mut alike = self.variables.iter().filter(same);
        let found = alike.next()?;
        alike.next().is_none().then_some(*found)
    }
}

/// The name of a variable without what some write around it: `{id: [0-9]+}`, `{path+}`.
pub(crate) fn bare(name: &str) -> &str {
    let start = name.split(':').next().unwrap_or_default().trim();
    let start = start.trim_end_matches(['+', '*', '?']);
    if start.is_empty() { name } else { start }
}

/// The names of the variables of a path, in order, whatever else is wrong with it.
pub(crate) fn names_in_braces(path: &str) -> impl Iterator<Item = &str> {
    let behind = path.split('{').skip(1);
    behind.filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// Reads a template, or says why no request may be built of it.
pub(crate) fn parse(path: &str) -> Result<Template<'_>, &'static str> {
    if path.chars().any(char::is_control) {
        return Err("the path holds control characters");
    }
    if !path.starts_with('/') {
        return Err("the path does not begin with a slash");
    }
    if path.contains('\\') {
        return Err("the path holds a backslash");
    }
    let (rest, fragment) = path
        .split_once('#')
        .map_or((path, None), |(p, f)| (p, Some(f)));
    if fragment.is_some_and(|fragment| fragment.contains(['{', '}'])) {
        return Err("the path has a variable behind a #, where nothing is sent");
    }
    let (route, query) = rest.split_once('?').map_or((rest, ""), |(p, q)| (p, q));
    if route.contains("//") {
        return Err("the path holds an empty segment (//)");
    }
    let Some(pairs) = query_pairs(query) else {
        return Err("the path has a query that cannot be sent as it is");
    };
    let (mut fixed, mut asked) = (Vec::new(), Vec::new());
    for pair in pairs {
        match pair {
            QueryPair::Fixed(pair) => {
                let name = pair.split('=').next().unwrap_or_default();
                fixed.push(percent_decode_str(name).decode_utf8_lossy());
            }
            QueryPair::Asked { name, variable } => asked.push((name, variable)),
        }
    }
    let outline = shape(route);
    if outline.split('/').any(leads_away) {
        return Err("the path holds a segment that could lead elsewhere");
    }
    let variables = variables(route)?;
    let inside = asked.iter().map(|(_, variable)| variable);
    if has_twins(inside.chain(&variables)) {
        return Err("the path names one variable twice");
    }
    let names = || asked.iter().map(|(name, _)| name);
    if has_twins(names()) || names().any(|name| fixed.iter().any(|fixed| fixed == name)) {
        return Err("the path gives one name in its query twice");
    }
    Ok(Template {
        fixed,
        asked,
        shape: format!("{outline}?{}", shape(query)),
        variables,
        has_fragment: fragment.is_some(),
    })
}

fn has_twins<'n>(mut names: impl Iterator<Item = &'n &'n str>) -> bool {
    let mut seen = HashSet::new();
    !names.all(|name| seen.insert(*name))
}

/// A way up in whatever spelling, or half an escape. What stands beside a variable is looked at
/// again once that is filled in.
fn leads_away(segment: &str) -> bool {
    let is_fixed = !segment.contains('{');
    !has_whole_escapes(segment) || is_fixed && leads_elsewhere(segment)
}

fn variables(route: &str) -> Result<Vec<&str>, &'static str> {
    let mut variables = Vec::new();
    let mut rest = route;
    while let Some(open) = rest.find(['{', '}']) {
        if rest[open..].starts_with('}') {
            return Err("the path closes a brace that it did not open");
        }
        let inner = &rest[open + 1..];
        let close = inner.find(['{', '}', '/']);
        let Some(close) = close.filter(|at| inner[*at..].starts_with('}')) else {
            return Err("the path opens a brace that it does not close");
        };
        if close == 0 {
            return Err("the path has a variable without a name");
        }
        if inner.starts_with(['+', '#', '.', '/', ';', '?', '&', '*']) {
            return Err(SEVERAL_SEGMENTS);
        }
        variables.push(&inner[..close]);
        rest = &inner[close + 1..];
    }
    Ok(variables)
}

fn shape(route: &str) -> String {
    let mut shape = String::with_capacity(route.len());
    let mut inside = false;
    for character in route.chars() {
        match character {
            '{' => {
                inside = true;
                shape.push_str("{}");
            }
            '}' => inside = false,
            other if !inside => shape.push(other),
            _ => {}
        }
    }
    let trimmed = shape.trim_end_matches('/').len();
    shape.truncate(trimmed);
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_that_could_leave_its_place_is_refused() {
        let bad = [
            "noslash",
            "//evil.example/d",
            "/a//b",
            "http://evil.example/f",
            "/../admin",
            "/a/.",
            "/%2e%2E/admin",
            "/b/{y",
            "/b/y}",
            "/b/{}",
            "/b/{a{b}}",
            "/b/{a/b}",
            "/a/{x}/{x}",
            "/h\r\nX: y",
            "/a\0",
            "/a\\..\\b",
            "/a?x={y}z",
            "/a?{y}",
            "/a?x={}",
            "/a?x={y}&x={z}",
            "/a?x=1&x={z}",
            "/a?x={y}&z={y}",
            "/a/{y}?x={y}",
            "/a/#b/{y}",
            "/a?x[]=1",
            "/a%2O0/{x}",
            "/a%{x}",
            "/a/..;x/b",
            "/a/%252e%252e/b",
            "",
        ];
        for path in bad {
            assert!(parse(path).is_err(), "{path:?}");
        }
        println!("refused templates: {}", bad.len());
    }

    #[test]
    fn variable_names_fragments_and_trailing_slashes_are_not_part_of_the_shape() {
        let one = parse("/c/{z}.{fmt}/?beta=true#x").unwrap();
        assert_eq!(one.variables, ["z", "fmt"]);
        assert_eq!(one.shape, parse("/c/{a}.{b}?beta=true").unwrap().shape);
        assert_ne!(one.shape, parse("/c/{a}.{b}").unwrap().shape);
        assert!(one.has_fragment);
        assert_eq!(
            parse("/c?q={a}").unwrap().shape,
            parse("/c?q={b}").unwrap().shape
        );
    }
}
