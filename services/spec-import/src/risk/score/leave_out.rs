//! Which entries of the lexicon each API attests.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::risk::{Entry, Lexicon};

/// The entries that were found in the operations of each API.
#[derive(Debug, Default)]
pub(super) struct Attested(BTreeMap<String, HashSet<Entry>>);

impl Attested {
    pub(super) fn add(&mut self, api: &str, found: HashSet<Entry>) {
        self.0.entry(api.to_owned()).or_default().extend(found);
    }

    /// For each API, the lexicon without the entries that no other API attests.
    pub(super) fn lexicons(&self) -> impl Iterator<Item = (&str, Lexicon)> {
        let mut apis: HashMap<Entry, usize> = HashMap::new();
        for entry in self.0.values().flatten() {
            *apis.entry(*entry).or_default() += 1;
        }
        self.0.iter().map(move |(api, found)| {
            let alone = found.iter().filter(|entry| apis[*entry] == 1);
            (api.as_str(), Lexicon::without(alone.copied().collect()))
        })
    }
}
