//! References inside the document. Nothing outside it is ever opened.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// More hops than anyone writes.
const HOPS: usize = 32;

/// Why a reference leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BadReference {
    /// To another file or to the network.
    Outside(String),
    /// To a place that is not in the document.
    Missing(String),
    /// To itself, by whatever way.
    Endless(String),
    /// In a form that is not read, such as an anchor.
    Unread(String),
}

impl BadReference {
    /// The stable code of a diagnostic about it.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Outside(_) => "reference_outside",
            Self::Missing(_) => "reference_missing",
            Self::Endless(_) => "reference_endless",
            Self::Unread(_) => "reference_not_understood",
        }
    }

    /// One sentence for people.
    pub(crate) fn reason(&self) -> String {
        let short = |target: &String| countersign_domain::text::strip(target, 160);
        match self {
            Self::Outside(to) => format!(
                "it refers to {:?}, which is outside the document, or not among its files, and \
                 is never fetched",
                short(to)
            ),
            Self::Missing(to) => {
                format!("it refers to {:?}, which is not in the document", short(to))
            }
            Self::Endless(to) => format!("the reference {:?} leads back to itself", short(to)),
            Self::Unread(to) => {
                format!(
                    "the reference {:?} is not a JSON pointer into the document",
                    short(to)
                )
            }
        }
    }
}

/// Turns the text of a `$ref` into a JSON pointer.
pub(crate) fn pointer_of(text: &str) -> Result<Cow<'_, str>, BadReference> {
    let Some(fragment) = text.strip_prefix('#') else {
        return Err(match text {
            "" => BadReference::Unread(String::new()),
            _ => BadReference::Outside(text.to_owned()),
        });
    };
    if !fragment.is_empty() && !fragment.starts_with('/') {
        return Err(BadReference::Unread(text.to_owned()));
    }
    if !fragment.contains('%') {
        return Ok(Cow::Borrowed(fragment));
    }
    percent_decode_str(fragment)
        .decode_utf8()
        .map_err(|_| BadReference::Unread(text.to_owned()))
}

/// What stands at a JSON pointer, which may lead through references.
pub(crate) fn at<'d>(root: &'d Value, pointer: &str) -> Option<&'d Value> {
    plainly(root, pointer).or_else(|| through_references(root, pointer))
}

/// The same where whole maps stand elsewhere: `schemas: {$ref: "schemas.yaml"}`.
fn through_references<'d>(root: &'d Value, pointer: &str) -> Option<&'d Value> {
    let (mut value, mut hops) = (root, HOPS);
    for name in pointer.split('/').skip(1) {
        while let Some(target) = target(value) {
            hops = hops.checked_sub(1)?;
            value = plainly(root, &pointer_of(target).ok()?)?;
        }
        value = plainly(value, &format!("/{name}"))?;
    }
    Some(value)
}

/// Names on the way are only copied where one is escaped.
fn plainly<'d>(root: &'d Value, pointer: &str) -> Option<&'d Value> {
    if pointer.contains('~') || !pointer.starts_with('/') {
        return root.pointer(pointer);
    }
    let mut value = root;
    for name in pointer.split('/').skip(1) {
        let Value::Object(members) = value else {
            return root.pointer(pointer);
        };
        value = member(members, name)?;
    }
    Some(value)
}

/// As much of a JSON pointer as leads somewhere; all of what is none, such as a place in a file.
pub(crate) fn nearest<'p>(root: &Value, pointer: &'p str) -> &'p str {
    let ends = pointer.rmatch_indices('/').map(|(end, _)| end);
    let mut places = [pointer.len()].into_iter().chain(ends);
    let nearest = places.find(|end| plainly(root, &pointer[..*end]).is_some());
    nearest.map_or(pointer, |end| &pointer[..end])
}

/// Follows `$ref` until something else stands there; also returns where that is.
pub(crate) fn follow<'d>(
    root: &'d Value,
    value: &'d Value,
    pointer: String,
) -> Result<(&'d Value, String), BadReference> {
    let (value, pointer) = walk(root, (value, Cow::Owned(pointer)))?;
    Ok((value, pointer.into_owned()))
}

/// The same where it does not matter where that is.
pub(crate) fn end<'d>(root: &'d Value, value: &'d Value) -> Option<&'d Value> {
    let (end, _) = walk(root, (value, Cow::Borrowed(""))).ok()?;
    Some(end)
}

/// What a `$ref` into the document leads to at once, which may refer to something else.
pub(crate) fn next<'d>(root: &'d Value, value: &'d Value) -> Option<&'d Value> {
    at(root, &pointer_of(target(value)?).ok()?)
}

fn walk<'d>(root: &'d Value, from: Stop<'d>) -> Result<Stop<'d>, BadReference> {
    let (mut value, mut pointer) = from;
    for _ in 0..HOPS {
        match step(root, value, &pointer)? {
            Some(next) => (value, pointer) = next,
            None => return Ok((value, pointer)),
        }
    }
    Err(BadReference::Endless(pointer.into_owned()))
}

/// A value on the way along `$ref`, and where it stands.
type Stop<'d> = (&'d Value, Cow<'d, str>);

/// Everything on the way along `$ref`, and why it ends early if it does.
pub(crate) fn chain<'d>(
    root: &'d Value,
    value: &'d Value,
    pointer: String,
) -> (Vec<(&'d Value, String)>, Option<BadReference>) {
    let mut way = vec![(value, pointer)];
    while let Some((value, pointer)) = way.last() {
        match step(root, value, pointer) {
            Ok(Some((_, next))) if way.iter().any(|(_, known)| *known == next) => {
                return (way, Some(BadReference::Endless(next.into_owned())));
            }
            Ok(Some((value, next))) => way.push((value, next.into_owned())),
            Ok(None) => break,
            Err(bad) => return (way, Some(bad)),
        }
    }
    (way, None)
}

/// What a `$ref` leads to, if there is one.
fn step<'d>(
    root: &'d Value,
    value: &'d Value,
    pointer: &str,
) -> Result<Option<Stop<'d>>, BadReference> {
    let Some(target) = target(value) else {
        return Ok(None);
    };
    let next = pointer_of(target)?;
    if next == pointer {
        return Err(BadReference::Endless(target.to_owned()));
    }
    match at(root, &next) {
        Some(value) => Ok(Some((value, next))),
        None => Err(BadReference::Missing(target.to_owned())),
    }
}

/// The text of a `$ref`, if there is one.
fn target(value: &Value) -> Option<&str> {
    member(value.as_object()?, "$ref")?.as_str()
}

/// A member of an object; among few it takes less to look at all keys than to hash one.
pub(crate) fn member<'v>(members: &'v Map<String, Value>, key: &str) -> Option<&'v Value> {
    const FEW: usize = 8;
    if members.len() > FEW {
        return members.get(key);
    }
    let mut members = members.iter();
    members.find_map(|(name, value)| (name == key).then_some(value))
}
