//! The files of a bundle become one tree, so that a reference is a pointer and nothing else.
//!
//! The root stays where it is; every other file that is referred to hangs under one reserved
//! member. References are rewritten in place, once, and nothing is ever copied.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use countersign_domain::digest::Digest;
use serde_json::{Map, Value};

use super::{
    Files, Root,
    anchor::{self, Anchors, anchors},
    name::{Target, shown, target},
};
use crate::{
    ImportError, Limits,
    notes::{At, Notes},
    origin::Origins,
    read::{self, Source},
    stopwatch::Stopwatch,
};

/// The member of the root under which the other files hang.
pub(crate) const FILES: &str = "x-countersign-files";

/// Everything that was given, as one tree.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) root: Value,
    /// `info.version` as it is written, where reading it as a number would change it.
    pub(crate) written_version: Option<String>,
    /// Where the pieces stood; empty where there is one file.
    pub(crate) origins: Origins,
}

/// Makes one document a tree.
pub(crate) fn alone(bytes: &[u8], limits: &Limits, notes: &mut Notes) -> Result<Tree, ImportError> {
    let source = read::read(bytes, limits)?;
    let loaded = Loaded {
        sources: BTreeMap::from([(String::new(), source)]),
        digests: BTreeMap::new(),
    };
    Ok(loaded.into_tree("", notes))
}

/// Makes a tree of the root and of every file that it leads to, and a digest of all of them.
pub(crate) fn grow(
    (files, begin): (&mut dyn Files, &Root),
    limits: &Limits,
    watch: &Stopwatch,
    notes: &mut Notes,
) -> Result<(Tree, Digest), ImportError> {
    let root = begin.name.as_str();
    let mut loaded = Loaded::default();
    let mut left = Room {
        bytes: limits.unpacked_bytes,
        nodes: limits.nodes,
    };
    let mut open = VecDeque::from([root.to_owned()]);
    let mut asked = HashSet::from([root.to_owned()]);
    while let Some(name) = open.pop_front() {
        watch.check(|| format!("the file {:?}", shown(&name)))?;
        let source = match loaded.load(files, &name, limits, &mut left) {
            Ok(Some(source)) => source,
            Ok(None) if name == root => {
                return Err(ImportError::RootNotFound { name: shown(root) });
            }
            Ok(None) => continue,
            Err(error) if name == root || is_limit(&error) => {
                return Err(ImportError::InFile {
                    file: shown(&name),
                    error: Box::new(error),
                });
            }
            Err(error) => {
                let text = format!("a file that is referred to is left out: {error}");
                notes.error("file_unreadable", &format!("{}#", shown(&name)), &text);
                continue;
            }
        };
        if has_own_references(&source.root) {
            continue;
        }
        each_reference(&source.root, &mut |text| {
            if let Target::File(file, _) = target(text, &name)
                && asked.insert(file.clone())
            {
                open.push_back(file);
            }
        });
    }
    begin.note_left_out(&asked, notes);
    let sha256 = loaded.digest();
    Ok((loaded.into_tree(root, notes), sha256))
}

/// What is left of the limits that hold for all files together.
struct Room {
    bytes: usize,
    nodes: usize,
}

fn is_limit(error: &ImportError) -> bool {
    matches!(
        error,
        ImportError::UnpackedTooLarge { .. }
            | ImportError::TooManyFiles { .. }
            | ImportError::TooManyNodes { .. }
            | ImportError::NoThread
    )
}

/// In a Discovery document a reference is the name of a schema, never of a file.
fn has_own_references(root: &Value) -> bool {
    root.get("discoveryVersion").is_some()
}

#[derive(Default)]
struct Loaded {
    sources: BTreeMap<String, Source>,
    digests: BTreeMap<String, Digest>,
}

impl Loaded {
    fn load(
        &mut self,
        files: &mut dyn Files,
        name: &str,
        limits: &Limits,
        room: &mut Room,
    ) -> Result<Option<&Source>, ImportError> {
        let Some(bytes) = files.open(name, limits.raw_bytes.min(room.bytes))? else {
            return Ok(None);
        };
        room.bytes = room
            .bytes
            .checked_sub(bytes.len())
            .ok_or(ImportError::UnpackedTooLarge {
                limit: limits.unpacked_bytes,
            })?;
        if self.sources.len() >= limits.files {
            return Err(ImportError::TooManyFiles {
                limit: limits.files,
            });
        }
        let limits = Limits {
            nodes: room.nodes,
            ..limits.clone()
        };
        let source = read::read(&bytes, &limits)?;
        room.nodes = room.nodes.saturating_sub(nodes(&source.root));
        self.digests.insert(name.to_owned(), Digest::of(&bytes));
        Ok(Some(self.sources.entry(name.to_owned()).or_insert(source)))
    }

    /// That of the only file, or of the list of all files with theirs.
    fn digest(&self) -> Digest {
        if let (1, Some(only)) = (self.digests.len(), self.digests.values().next()) {
            return *only;
        }
        let lines = self
            .digests
            .iter()
            .map(|(name, of)| format!("{of}  {name}\n"));
        Digest::of(lines.collect::<String>().as_bytes())
    }

    fn into_tree(mut self, root: &str, notes: &mut Notes) -> Tree {
        let several = self.sources.len() > 1;
        let has_nameless = |(_, source): &(&String, &Source)| source.root.get("").is_some();
        let rewrite = (several || !self.only_pointers()).then(|| Rewrite {
            prefixes: self
                .sources
                .keys()
                .map(|name| (name.clone(), prefix(name, root)))
                .collect(),
            anchors: self.anchors(),
            with_nameless: self
                .sources
                .iter()
                .filter(has_nameless)
                .map(|(name, _)| name.clone())
                .collect(),
        });
        let mut origins = Origins::default();
        let mut others = Map::new();
        let mut first = None;
        for (name, mut source) in std::mem::take(&mut self.sources) {
            if let Some(rewrite) = &rewrite
                && !has_own_references(&source.root)
            {
                rewrite.value(&mut source.root, (&name, &At::ROOT), None);
            }
            if several {
                origins.add(pointer_to(&name, root), format!("{name}#"));
            }
            if name == root {
                first = Some(source);
            } else {
                others.insert(name, source.root);
            }
        }
        let mut tree = Tree {
            root: Value::Null,
            written_version: None,
            origins,
        };
        if let Some(source) = first {
            tree.root = source.root;
            tree.written_version = source.written_version;
        }
        hang(&mut tree.root, others, notes);
        tree
    }

    /// Whether every reference already is a pointer into its own file, from its beginning.
    fn only_pointers(&self) -> bool {
        let mut only = true;
        for source in self.sources.values().filter(|one| !one.refers_to_itself) {
            each_reference(&source.root, &mut |text| only &= text.starts_with("#/"));
            only = only && !anchor::has_resource(&source.root);
        }
        only
    }

    /// The names inside those files in which a name is asked for.
    fn anchors(&self) -> HashMap<String, Anchors> {
        let mut wanted = BTreeSet::new();
        for (name, source) in &self.sources {
            each_reference(&source.root, &mut |text| {
                let (file, fragment) = match target(text, name) {
                    Target::Here(fragment) => (name.clone(), fragment),
                    Target::File(file, fragment) => (file, fragment),
                    Target::Elsewhere => return,
                };
                if !fragment.is_empty() && !fragment.starts_with('/') {
                    wanted.insert(file);
                }
            });
        }
        let of = |name: String| {
            let source = self.sources.get(&name)?;
            let found = anchors(&source.root);
            Some((name, found))
        };
        wanted.into_iter().filter_map(of).collect()
    }
}

/// Puts the other files under the reserved member, which no document may bring along.
fn hang(root: &mut Value, others: Map<String, Value>, notes: &mut Notes) {
    let Some(members) = root.as_object_mut() else {
        return;
    };
    if members.shift_remove(FILES).is_some() {
        let text = "this member is reserved and what the document says there is left out";
        notes.warning("member_reserved", &At::ROOT.key(FILES), text);
    }
    if !others.is_empty() {
        members.insert(FILES.to_owned(), Value::Object(others));
    }
}

/// The pointer of a file in the tree.
fn pointer_to(name: &str, root: &str) -> String {
    if name == root {
        return String::new();
    }
    At::ROOT.key(FILES).key(name).to_string()
}

/// The same as the text of a reference, in which `%` begins an escape.
fn prefix(name: &str, root: &str) -> String {
    format!("#{}", pointer_to(name, root).replace('%', "%25"))
}

/// Rewrites references so that each is a pointer into the tree.
struct Rewrite {
    prefixes: HashMap<String, String>,
    anchors: HashMap<String, Anchors>,
    /// The files that have a member without a name. In any other `#/` can only mean all of it.
    with_nameless: HashSet<String>,
}

impl Rewrite {
    /// `own` are the names and pointers inside the nearest schema that has an address of its own: it
    /// is a document of its own.
    fn value(&self, value: &mut Value, (file, at): (&str, &At<'_>), own: Option<&Anchors>) {
        let named = anchor::of_resource(value, at);
        let own = named.as_ref().or(own);
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    if key == "$ref"
                        && let Some(text) = member.as_str()
                    {
                        if let Some(text) = self.text(text, file, own) {
                            *member = Value::String(text);
                        }
                    } else {
                        self.value(member, (file, &at.key(key)), own);
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.value(item, (file, &at.index(index)), own);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// The new text, where it differs; what is not in the bundle keeps its own.
    fn text(&self, text: &str, file: &str, own: Option<&Anchors>) -> Option<String> {
        let (name, fragment, own) = match target(text, file) {
            Target::Here(fragment) => (file.to_owned(), fragment, own),
            Target::File(name, fragment) => (name, fragment, None),
            Target::Elsewhere => return None,
        };
        let prefix = self.prefixes.get(&name)?;
        let is_whole = fragment == "/" && own.is_none() && !self.with_nameless.contains(&name);
        let fragment = if is_whole { "" } else { fragment };
        let own = own.and_then(|names| names.get(fragment));
        let is_pointer = fragment.is_empty() || fragment.starts_with('/');
        let fragment = if own.is_none() && is_pointer {
            fragment.to_owned()
        } else {
            let place = own.or_else(|| self.anchors.get(&name)?.get(fragment))?;
            place.as_deref()?.replace('%', "%25")
        };
        let new = format!("{prefix}{fragment}");
        (new != text).then_some(new)
    }
}

/// Calls back with the text of every reference.
pub(super) fn each_reference(value: &Value, found: &mut dyn FnMut(&str)) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match member.as_str() {
                    Some(text) if key == "$ref" => found(text),
                    _ => each_reference(member, found),
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                each_reference(item, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Lists, objects and scalars of a value.
pub(crate) fn nodes(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(nodes).sum::<usize>(),
        Value::Array(items) => 1 + items.iter().map(nodes).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    }
}
