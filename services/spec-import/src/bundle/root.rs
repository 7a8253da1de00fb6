//! Which file of a bundle is the one to begin with.

use std::{collections::HashSet, fmt};

use serde::de::{DeserializeSeed, Deserializer as _, IgnoredAny, MapAccess, Visitor};

use super::{
    Files,
    name::{Target, target},
    tree,
};
use crate::{ImportError, Limits, read, stopwatch::Stopwatch};

const KINDS: [&str; 3] = [".json", ".yaml", ".yml"];
/// Fields that stand at the root of a description, whichever format it has.
const MARKS: [&str; 3] = ["openapi", "swagger", "discoveryVersion"];
/// Names that people give to a root, the best first.
const USUAL: [&str; 4] = ["openapi", "swagger", "api", "index"];
const SHOWN: usize = 5;

/// Finds the root: a description that no other one refers to, nearest to the top.
pub(super) fn find(
    files: &mut dyn Files,
    limits: &Limits,
    watch: &Stopwatch,
) -> Result<String, ImportError> {
    let names = files.names()?;
    if let [only] = names.as_slice() {
        return Ok(only.clone());
    }
    let mut room = limits.unpacked_bytes;
    let mut candidates = Vec::new();
    for name in names.iter().filter(|name| has_kind(name)) {
        let Some(bytes) = files.open(name, room.min(limits.raw_bytes))? else {
            continue;
        };
        room = room
            .checked_sub(bytes.len())
            .ok_or(ImportError::UnpackedTooLarge {
                limit: limits.unpacked_bytes,
            })?;
        if is_document(&bytes) {
            candidates.push(name.clone());
        }
    }
    if candidates.len() > 1 {
        candidates = nearest(unreferred(files, candidates, limits, watch)?);
    }
    match candidates.as_slice() {
        [] => Err(ImportError::RootMissing { files: names.len() }),
        [only] => Ok(only.clone()),
        several => usual(several).ok_or_else(|| unclear(several)),
    }
}

fn has_kind(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    KINDS.iter().any(|kind| name.ends_with(kind))
}

fn unreferred(
    files: &mut dyn Files,
    candidates: Vec<String>,
    limits: &Limits,
    watch: &Stopwatch,
) -> Result<Vec<String>, ImportError> {
    let mut referred = HashSet::new();
    for name in &candidates {
        watch.check(|| "looking for the root".to_owned())?;
        let Some(bytes) = files.open(name, limits.raw_bytes)? else {
            continue;
        };
        // One that cannot be read says so when it is chosen.
        let Ok(source) = read::read(&bytes, limits) else {
            continue;
        };
        tree::each_reference(&source.root, &mut |text| {
            if let Target::File(file, _) = target(text, name) {
                referred.insert(file);
            }
        });
    }
    let free = |name: &&String| !referred.contains(*name);
    let left: Vec<String> = candidates.iter().filter(free).cloned().collect();
    // In a ring everybody is referred to.
    Ok(if left.is_empty() { candidates } else { left })
}

fn nearest(candidates: Vec<String>) -> Vec<String> {
    let depth = |name: &String| name.matches('/').count();
    let least = candidates.iter().map(depth).min().unwrap_or(0);
    candidates
        .into_iter()
        .filter(|name| depth(name) == least)
        .collect()
}

fn usual(candidates: &[String]) -> Option<String> {
    USUAL.iter().find_map(|usual| {
        let mut fit = candidates.iter().filter(|name| stem(name) == *usual);
        fit.next().filter(|_| fit.next().is_none()).cloned()
    })
}

fn stem(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    stem.to_ascii_lowercase()
}

fn unclear(candidates: &[String]) -> ImportError {
    let mut names: Vec<String> = candidates
        .iter()
        .take(SHOWN)
        .map(|name| format!("{:?}", super::name::shown(name)))
        .collect();
    if candidates.len() > SHOWN {
        names.push(format!("{} more", candidates.len() - SHOWN));
    }
    ImportError::RootUnclear {
        candidates: names.join(", "),
    }
}

/// Whether a file looks like the root of a description, without reading all of it into a tree.
#[must_use]
pub fn is_document(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    if text.trim_ascii_start().starts_with(b"{") {
        let mut found = false;
        let mut reader = serde_json::Deserializer::from_slice(text);
        // What follows a mark may be broken: then the reader says where.
        let _ = reader.deserialize_map(Members(&mut found));
        return found;
    }
    text.split(|byte| *byte == b'\n').any(is_marked)
}

/// A line of YAML at the left margin that begins with a mark.
fn is_marked(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\"").unwrap_or(line);
    let line = line.strip_prefix(b"'").unwrap_or(line);
    MARKS.iter().any(|mark| {
        line.strip_prefix(mark.as_bytes()).is_some_and(|rest| {
            let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
            let rest = rest.strip_prefix(b"'").unwrap_or(rest);
            rest.trim_ascii_start().starts_with(b":")
        })
    })
}

/// Looks at the names of an object's members, and into `info` for a collection's schema.
struct Members<'f>(&'f mut bool);

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<(), M::Error> {
        while let Some(name) = members.next_key::<std::borrow::Cow<'_, str>>()? {
            if MARKS.contains(&name.as_ref()) {
                *self.0 = true;
            }
            if name == "info" {
                members.next_value_seed(Info(self.0))?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct Info<'f>(&'f mut bool);

impl<'de> DeserializeSeed<'de> for Info<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        let info = <serde_json::Value as serde::Deserialize>::deserialize(reader)?;
        let schema = info.get("schema").and_then(serde_json::Value::as_str);
        *self.0 |= schema.is_some_and(|schema| schema.contains("postman"));
        Ok(())
    }
}
