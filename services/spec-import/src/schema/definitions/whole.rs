//! What schemas say in all, as digests: what is too large to be kept is compared by them.
//!
//! What definitions are called means nothing here, and neither do words. Each definition is looked
//! at once, however many answers lead to it.

use std::collections::HashMap;

use countersign_domain::{digest::Digest, schema};
use foldhash::quality::RandomState;
use serde::Serialize;
use serde_json::Value;

use super::{Definitions, PLAIN};

/// What some definitions say.
type Said = HashMap<usize, Digest, RandomState>;

/// A definition of which some targets are not looked at yet.
struct Open {
    /// Where it stands among those that wait for a digest, and the first there that it leads to.
    at: usize,
    first: usize,
    targets: Vec<usize>,
}

impl Definitions<'_> {
    /// A digest of all that a schema says, with all that it leads to.
    pub(crate) fn whole(&mut self, root: &Value) -> Digest {
        for name in schema::references(root) {
            if let Some(id) = self.names.get(&name).copied() {
                self.digest_from(id);
            }
        }
        digest(&self.linked(root, &Said::default()))
    }

    /// Digests a definition and all that it leads to; those that lead to each other come together
    /// (Tarjan 1972). Goes by a list, not by recursion: a chain may be as long as the document.
    fn digest_from(&mut self, start: usize) {
        let mut entered: HashMap<usize, usize, RandomState> = HashMap::default();
        let (mut waiting, mut open): (Vec<usize>, Vec<Open>) = (Vec::new(), Vec::new());
        let mut next = Some(start);
        loop {
            if let Some(id) = next.filter(|id| !self.wholes.contains_key(id)) {
                let at = *entered.entry(id).or_insert(waiting.len());
                if at == waiting.len() {
                    waiting.push(id);
                    let targets = self.list[id].links.all.iter().copied().collect();
                    let first = at;
                    open.push(Open { at, first, targets });
                } else if let Some(last) = open.last_mut() {
                    last.first = last.first.min(at);
                }
            }
            let Some(last) = open.last_mut() else {
                return;
            };
            next = last.targets.pop();
            if next.is_none() {
                let Open { at, first, .. } = *last;
                open.pop();
                if at == first {
                    self.digest_together(&waiting.split_off(at));
                } else if let Some(above) = open.last_mut() {
                    above.first = above.first.min(first);
                }
            }
        }
    }

    /// Digests definitions that lead to each other: each by what it says with what its targets say
    /// by themselves, so that two that change places are others, and with all the rest.
    fn digest_together(&mut self, group: &[usize]) {
        let each = |inside: &Said| -> Said {
            let said = group.iter().map(|id| (*id, self.said(*id, inside)));
            said.collect()
        };
        let mut said = each(&Said::default());
        if group.len() > 1 {
            said = each(&said);
        }
        let mut all: Vec<String> = said.values().map(Digest::to_string).collect();
        all.sort_unstable();
        let all = digest(&all);
        let said = said.into_iter();
        self.wholes
            .extend(said.map(|(id, own)| (id, digest(&(own, all)))));
    }

    fn said(&self, id: usize, inside: &Said) -> Digest {
        let definition = &self.list[id];
        let links = &definition.links;
        let beside = (&links.discriminators, &links.patterns, &links.broken);
        digest(&(self.linked(&definition.schema, inside), beside))
    }

    /// A schema without words, each reference by what stands there.
    fn linked(&self, schema: &Value, inside: &Said) -> Value {
        let mut linked = schema.clone();
        schema::drop_words(&mut linked, 0);
        self.link(&mut linked, inside);
        linked
    }

    fn link(&self, schema: &mut Value, inside: &Said) {
        if let Some(name) = schema::target(schema) {
            let id = self.names.get(name);
            let said = id.and_then(|id| self.wholes.get(id).or_else(|| inside.get(id)));
            schema["$ref"] = said.map(Digest::to_string).into();
        }
        schema::each_part(schema, &mut |part| self.link(part, inside));
    }
}

fn digest<T: Serialize>(value: &T) -> Digest {
    // A schema may hold numbers without a canonical form; then any difference is a change.
    Digest::of_canonical(value)
        .unwrap_or_else(|_| Digest::of(serde_json::to_string(value).expect(PLAIN).as_bytes()))
}
