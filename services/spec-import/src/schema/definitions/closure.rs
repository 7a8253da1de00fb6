//! The closures of definitions that operations carry.

use std::collections::{BTreeMap, HashSet};

use foldhash::quality::RandomState;
use serde_json::value::RawValue;

use super::{
    super::{
        compile::compiles,
        discriminator::{self, Discriminators},
        weight::{Weight, weigh},
    },
    Definitions, Links,
};
use crate::marks::Marks;

/// Deeper schemas could not be read back from JSON.
const DEPTH: usize = 100;

/// A set of definitions that refers to nothing outside itself.
pub(crate) struct Closure {
    members: Vec<usize>,
    /// Bytes of all of them together.
    pub(crate) bytes: usize,
    /// What is remarkable about their texts.
    pub(crate) marks: Marks,
}

impl Definitions<'_> {
    /// Collects every definition that is needed from `links` on, or says why they cannot be used.
    pub(crate) fn closure(
        &mut self,
        links: &Links,
        (limit, too_large): (usize, &str),
    ) -> Result<Closure, String> {
        if let Some(broken) = &links.broken {
            return Err(broken.clone());
        }
        let mut seen: HashSet<usize, RandomState> = HashSet::default();
        let mut open: Vec<usize> = links.all.iter().copied().collect();
        let (mut members, mut bytes) = (Vec::new(), 0);
        let mut marks = Marks::default();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            self.check(id)?;
            bytes += self.list[id].text.get().len();
            if bytes > limit {
                return Err(too_large.to_owned());
            }
            members.push(id);
            marks = marks.and(self.marks_of(id));
            open.extend(
                self.list[id]
                    .links
                    .all
                    .iter()
                    .filter(|next| !seen.contains(*next)),
            );
        }
        Ok(Closure {
            members,
            bytes,
            marks,
        })
    }

    pub(super) fn check(&mut self, id: usize) -> Result<(), String> {
        let Self { list, weights, .. } = self;
        weigh(id, &|node| list[node].links.same.clone(), weights);
        let definition = &list[id];
        let about = |problem: &str| {
            let name = countersign_domain::text::strip(&definition.name, 80);
            format!("in the schema {name:?}, {problem}")
        };
        if let Some(broken) = &definition.links.broken {
            return Err(about(broken));
        }
        if definition.depth > DEPTH {
            return Err(about("nesting is too deep"));
        }
        match weights.get(id).and_then(Weight::problem) {
            Some(problem) => Err(about(&format!("the definition {problem}"))),
            None => Ok(()),
        }
    }

    /// Whether every member of a closure compiles by itself. Each is tried once, not once for
    /// every operation that needs it.
    pub(crate) fn compile_each(&mut self, closure: &Closure) -> bool {
        closure.members.iter().all(|id| self.compiles(*id))
    }

    fn compiles(&mut self, id: usize) -> bool {
        if let Some(known) = self.list[id].compiles {
            return known;
        }
        let compiles = compiles(&mut self.list[id].schema);
        self.list[id].compiles = Some(compiles);
        compiles
    }

    /// What chooses among the alternatives of a closure, by definition and place.
    pub(crate) fn discriminators(&self, closure: &Closure) -> Discriminators {
        let members = closure.members.iter().map(|id| &self.list[*id]);
        members
            .flat_map(|one| {
                let found = one.links.discriminators.iter();
                found
                    .map(|(inside, words)| (discriminator::place(&one.name, inside), words.clone()))
            })
            .collect()
    }

    /// What chooses among the alternatives of one definition.
    pub(crate) fn discriminators_in(&self, name: &str) -> Discriminators {
        self.placed(name, |links| &links.discriminators)
    }

    /// The patterns in one definition.
    pub(crate) fn patterns_in(&self, name: &str) -> BTreeMap<String, String> {
        self.placed(name, |links| &links.patterns)
    }

    fn placed(
        &self,
        name: &str,
        of: fn(&Links) -> &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let one = self.names.get(name).map(|id| &self.list[*id]);
        let found = one.into_iter().flat_map(|one| of(&one.links));
        found
            .map(|(inside, words)| (discriminator::place(name, inside), words.clone()))
            .collect()
    }

    /// The definitions of a closure by their names, to stand under `$defs`.
    pub(crate) fn of(&self, closure: &Closure) -> BTreeMap<&str, &RawValue> {
        let members = closure.members.iter().map(|id| &self.list[*id]);
        members.map(|one| (one.name.as_str(), &*one.text)).collect()
    }
}
