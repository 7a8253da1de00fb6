//! The word lists as one lexicon whose entries can be watched and taken away.
//!
//! How well the lists do on an API that nobody tuned them to is measured by classifying it again
//! without the entries that only it attests. That must be this classifier with fewer words and
//! not another one, so the lists are looked up here, and a lexicon says which entries it has. The
//! few words that a rule itself is made of stand beside the rule and are never taken away, which
//! makes that figure a little kind.

use std::{cell::RefCell, collections::HashSet, sync::OnceLock};

use foldhash::quality::RandomState;

/// One entry: the list it stands in, and its word or phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    list: &'static str,
    word: &'static str,
}

impl Entry {
    pub(super) const fn new(list: &'static str, word: &'static str) -> Self {
        Self { list, word }
    }
}

/// The few words that a rule is made of, which stand beside it.
#[derive(Debug)]
pub(super) struct Words {
    /// Each separated by a comma and a space.
    words: &'static [&'static str],
    index: OnceLock<HashSet<&'static str, RandomState>>,
}

impl Words {
    pub(super) const fn new(words: &'static [&'static str]) -> Self {
        Self {
            words,
            index: OnceLock::new(),
        }
    }

    /// Every word and phrase.
    fn all(&self) -> impl Iterator<Item = &'static str> {
        self.words.iter().flat_map(|words| words.split(", "))
    }

    fn get(&self, word: &str) -> Option<&'static str> {
        let index = self.index.get_or_init(|| self.all().collect());
        index.get(word).copied()
    }

    /// Whether a word is one of them.
    pub(super) fn has(&self, word: &str) -> bool {
        self.get(word).is_some()
    }
}

/// A list of words with a name of its own, whose entries can be taken away.
#[derive(Debug)]
pub(super) struct List {
    name: &'static str,
    words: Words,
}

impl List {
    pub(super) const fn new(name: &'static str, words: &'static [&'static str]) -> Self {
        let words = Words::new(words);
        Self { name, words }
    }

    /// Every word and phrase.
    pub(super) fn all(&self) -> impl Iterator<Item = &'static str> {
        self.words.all()
    }

    /// The entry of a word, if it stands in the list.
    fn entry(&'static self, word: &str) -> Option<Entry> {
        let found = self.words.get(word)?;
        Some(Entry::new(self.name, found))
    }
}

/// Which entries of the lists count, and, if asked, which were found.
#[derive(Debug, Default)]
pub struct Lexicon {
    absent: HashSet<Entry>,
    found: Option<RefCell<HashSet<Entry>>>,
}

impl Lexicon {
    /// All entries.
    #[must_use]
    pub fn whole() -> Self {
        Self::default()
    }

    /// All entries but these.
    #[must_use]
    pub const fn without(absent: HashSet<Entry>) -> Self {
        Self {
            absent,
            found: None,
        }
    }

    /// All entries, remembering those that are found.
    #[must_use]
    pub fn watched() -> Self {
        Self {
            found: Some(RefCell::default()),
            ..Self::default()
        }
    }

    /// The entries found so far, which are forgotten.
    pub fn take_found(&self) -> HashSet<Entry> {
        self.found.as_ref().map(RefCell::take).unwrap_or_default()
    }

    /// Whether an entry that was looked up counts.
    pub(super) fn counts(&self, entry: Entry) -> bool {
        if !self.absent.is_empty() && self.absent.contains(&entry) {
            return false;
        }
        if let Some(found) = &self.found {
            found.borrow_mut().insert(entry);
        }
        true
    }

    /// Whether a word stands in a list.
    pub(super) fn has(&self, list: &'static List, word: &str) -> bool {
        list.entry(word).is_some_and(|entry| self.counts(entry))
    }

    /// Whether any of the words stands in a list.
    pub(super) fn any(&self, list: &'static List, words: &[String]) -> bool {
        words.iter().any(|word| self.has(list, word))
    }
}
