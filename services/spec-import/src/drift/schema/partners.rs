//! Members of `allOf`, `anyOf` and `oneOf` that are versions of one another.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

use countersign_domain::{digest::Digest, schema};
use serde_json::Value;

use super::view::definition;

/// How many schemas are looked through for the names of one, and how many names count.
const WIDE: usize = 64;
const NAMES: usize = 256;
/// What a name costs in bytes, and how many are looked for among those of others.
const BYTES_A_NAME: usize = 16;
const LOOKUPS: usize = 200_000;

/// One of several, as it is written and as the definition that it refers to.
#[derive(Clone)]
pub(super) struct Part<'v> {
    pub(super) written: &'v Value,
    meant: &'v Value,
    root: &'v Value,
    /// The names of its properties, once they are asked for, with the value of one that has only one.
    names: BTreeSet<String>,
}

impl<'v> Part<'v> {
    fn all(parts: &[&'v Value], root: &'v Value) -> Vec<Self> {
        let of = |written: &&'v Value| {
            let target = written.get("$ref").and_then(Value::as_str);
            let meant = target.and_then(|target| definition(target, root));
            Self {
                written,
                meant: meant.unwrap_or(written),
                root,
                names: BTreeSet::new(),
            }
        };
        parts.iter().map(of).collect()
    }

    /// Collects its names; those of what it must fit as well are its own.
    fn name(&mut self) {
        let mut open = vec![self.meant];
        for _ in 0..WIDE {
            let Some(schema) = open.pop() else { return };
            let target = schema.get("$ref").and_then(Value::as_str);
            open.extend(target.and_then(|target| definition(target, self.root)));
            let all = schema.get("allOf").and_then(Value::as_array);
            open.extend(all.into_iter().flatten().take(WIDE));
            let properties = schema.get("properties").and_then(Value::as_object);
            for (name, property) in properties.into_iter().flatten() {
                if self.names.len() >= NAMES {
                    return;
                }
                self.names.insert(name.clone());
                let only = property.get("const").or_else(|| only_choice(property));
                self.names.extend(only.map(|only| format!("{name} {only}")));
            }
        }
    }

    pub(super) fn refers(&self) -> bool {
        !std::ptr::eq(self.written, self.meant)
    }
}

/// Members that are versions of one another, and those that are left over.
///
/// Members that are equal or refer to the same name come first, then those that mean the same
/// under another name, those with the same title, those of one type whose properties have the same
/// names, and what is left over that shares most names.
pub(super) struct Parts<'v> {
    pub(super) pairs: Vec<(Part<'v>, Part<'v>)>,
    pub(super) gone: Vec<Part<'v>>,
    pub(super) added: Vec<Part<'v>>,
}

impl<'v> Parts<'v> {
    pub(super) fn new(
        (old, new): (&[&'v Value], &[&'v Value]),
        roots: (&'v Value, &'v Value),
    ) -> Self {
        Self {
            pairs: Vec::new(),
            gone: Part::all(old, roots.0),
            added: Part::all(new, roots.1),
        }
    }

    pub(super) fn bytes_referred_to(&self) -> usize {
        let left = self.gone.iter().chain(&self.added);
        let referring = left.filter(|part| part.refers());
        referring.map(|part| schema::bytes(part.meant)).sum()
    }

    pub(super) fn pair_by(&mut self, key: fn(&Part<'v>) -> Option<String>) {
        let mut open: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, part) in self.gone.iter().enumerate().rev() {
            if let Some(key) = key(part) {
                open.entry(key).or_default().push(index);
            }
        }
        let mut taken = vec![false; self.gone.len()];
        self.added.retain(|part| {
            let partner = key(part).and_then(|key| open.get_mut(&key).and_then(Vec::pop));
            if let Some(index) = partner {
                taken[index] = true;
                self.pairs.push((self.gone[index].clone(), part.clone()));
            }
            partner.is_none()
        });
        drop_taken(&mut self.gone, taken);
    }

    /// Collects the names of what is left, and says what that costs in bytes.
    pub(super) fn name(&mut self) -> usize {
        let left = self.gone.iter_mut().chain(&mut self.added);
        left.for_each(Part::name);
        (names(&self.gone) + names(&self.added)) * BYTES_A_NAME
    }

    /// Pairs those that share names, first those that share most. Among very many nobody looks.
    pub(super) fn pair_by_names(&mut self) {
        let (before, after) = (names(&self.gone), names(&self.added));
        if before * self.added.len() + after * self.gone.len() > LOOKUPS {
            return;
        }
        let mut shared = Vec::new();
        for (index, old) in self.gone.iter().enumerate() {
            for (other, new) in self.added.iter().enumerate() {
                let count = old.names.intersection(&new.names).count();
                let all = old.names.len() + new.names.len();
                shared.push((Reverse(count), all, index, other));
            }
        }
        shared.sort_unstable();
        let mut gone = vec![false; self.gone.len()];
        let mut added = vec![false; self.added.len()];
        for (Reverse(count), _, index, other) in shared {
            if count > 0 && !gone[index] && !added[other] {
                (gone[index], added[other]) = (true, true);
                let (old, new) = (&self.gone[index], &self.added[other]);
                self.pairs.push((old.clone(), new.clone()));
            }
        }
        drop_taken(&mut self.gone, gone);
        drop_taken(&mut self.added, added);
    }
}

/// How many names there are to look through.
fn names(parts: &[Part<'_>]) -> usize {
    parts.iter().map(|part| part.names.len() + 1).sum()
}

fn drop_taken(parts: &mut Vec<Part<'_>>, taken: Vec<bool>) {
    let mut taken = taken.into_iter();
    parts.retain(|_| !taken.next().unwrap_or(false));
}

/// The name that it refers to, or else itself.
pub(super) fn identity(part: &Part<'_>) -> Option<String> {
    let Some(target) = part.written.get("$ref") else {
        return written(part.written);
    };
    target.as_str().map(str::to_owned)
}

/// What stands behind its name.
pub(super) fn meaning(part: &Part<'_>) -> Option<String> {
    written(part.meant)
}

/// The same for one schema, in whatever order its keywords stand.
fn written(schema: &Value) -> Option<String> {
    Some(Digest::of_canonical(schema).ok()?.to_string())
}

pub(super) fn title(part: &Part<'_>) -> Option<String> {
    Some(part.meant.get("title")?.as_str()?.to_owned())
}

/// Its type and the names of its properties, where it says anything of them.
pub(super) fn shape(part: &Part<'_>) -> Option<String> {
    let kind = part.meant.get("type").map(Value::to_string);
    if kind.is_none() && part.names.is_empty() {
        return None;
    }
    Some(format!("{} {:?}", kind.unwrap_or_default(), part.names))
}

fn only_choice(property: &Value) -> Option<&Value> {
    let choices = property.get("enum")?.as_array()?;
    choices.first().filter(|_| choices.len() == 1)
}
