//! Which file of a bundle is the one to begin with.

use std::{collections::HashSet, fmt};

use serde::de::{DeserializeSeed, Deserializer as _, IgnoredAny, MapAccess, Visitor};

use super::{
    Files,
    name::{Target, target},
    tree,
};
use crate::{
    ImportError, Limits,
    notes::{At, Notes},
    read,
    stopwatch::Stopwatch,
};

const KINDS: [&str; 3] = [".json", ".yaml", ".yml"];
/// Fields that stand at the root of a description, whichever format it has.
const MARKS: [&str; 3] = ["openapi", "swagger", "discoveryVersion"];
/// Names that people give to a root, the best first.
const USUAL: [&str; 4] = ["openapi", "swagger", "api", "index"];
const SHOWN: usize = 5;

/// The file to begin with.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) name: String,
    /// What else looked like a description when nobody said which one is meant.
    others: Vec<String>,
}

impl Root {
    /// The one that was asked for; what lies beside it is nobody's concern.
    pub(super) const fn wished(name: String) -> Self {
        Self {
            name,
            others: Vec::new(),
        }
    }

    /// Names the descriptions that the root does not lead to: none of their operations is here.
    pub(super) fn note_left_out(&self, reached: &HashSet<String>, notes: &mut Notes) {
        let is_left_out = |name: &&String| **name != self.name && !reached.contains(*name);
        let left_out: Vec<&String> = self.others.iter().filter(is_left_out).collect();
        let text = match left_out.len() {
            0 => return,
            1 => "another API description is left out",
            several => &format!("{several} other API descriptions are left out"),
        };
        let text = format!("{text}: {}; import each by itself", listed(&left_out));
        notes.warning("roots_left_out", &At::ROOT, &text);
    }
}

/// Finds the root: a description that no other one refers to, nearest to the top.
pub(super) fn find(
    files: &mut dyn Files,
    limits: &Limits,
    watch: &Stopwatch,
) -> Result<Root, ImportError> {
    let names = files.names()?;
    if let [only] = names.as_slice() {
        return Ok(Root::wished(only.clone()));
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
    let others = candidates.clone();
    if candidates.len() > 1 {
        candidates = nearest(unreferred(files, candidates, limits, watch)?);
    }
    let name = match candidates.as_slice() {
        [] => return Err(ImportError::RootMissing { files: names.len() }),
        [only] => only.clone(),
        several => usual(several).ok_or_else(|| unclear(several))?,
    };
    Ok(Root { name, others })
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
    let candidates: Vec<&String> = candidates.iter().collect();
    ImportError::RootUnclear {
        candidates: listed(&candidates),
    }
}

/// Some names, quoted, and how many more there are.
fn listed(names: &[&String]) -> String {
    let some = names.iter().take(SHOWN);
    let mut shown: Vec<String> = some
        .map(|name| format!("{:?}", super::name::shown(name)))
        .collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    shown.join(", ")
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
