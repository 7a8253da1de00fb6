//! What nouns say a call is about.
//!
//! Words and two-word phrases, singular. A phrase is looked up before its words, so
//! `contact group` is not a `group` and `input token` is not a `token`. The strength says
//! how often the word means what the table says, over APIs in general.

mod admin;
mod auth;
mod billing;
mod misleading;

use std::{collections::HashMap, sync::LazyLock};

use foldhash::quality::RandomState;

use super::{
    lexicon::{Entry, Lexicon},
    ordinary::is_plain,
};

/// The guarded matter that a noun belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    /// Money, prices and payment instruments.
    Billing,
    /// Credentials.
    Auth,
    /// Principals, access and governance.
    Admin,
    /// A phrase whose words mislead.
    Nothing,
}

/// How much a noun says about its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Often something else.
    Weak,
    /// As often something else as this.
    Torn,
    /// Mostly this.
    Fair,
    /// Nearly always this.
    Strong,
}

struct Nouns {
    topic: Topic,
    strength: Strength,
    /// Separated by a comma and a space.
    words: &'static str,
}

const NOUNS: &[Nouns] = &[
    Nouns {
        topic: Topic::Billing,
        strength: Strength::Strong,
        words: billing::STRONG,
    },
    Nouns {
        topic: Topic::Billing,
        strength: Strength::Fair,
        words: billing::FAIR,
    },
    Nouns {
        topic: Topic::Billing,
        strength: Strength::Torn,
        words: billing::TORN,
    },
    Nouns {
        topic: Topic::Billing,
        strength: Strength::Weak,
        words: billing::WEAK,
    },
    Nouns {
        topic: Topic::Auth,
        strength: Strength::Strong,
        words: auth::STRONG,
    },
    Nouns {
        topic: Topic::Auth,
        strength: Strength::Fair,
        words: auth::FAIR,
    },
    Nouns {
        topic: Topic::Auth,
        strength: Strength::Weak,
        words: auth::WEAK,
    },
    Nouns {
        topic: Topic::Admin,
        strength: Strength::Strong,
        words: admin::STRONG,
    },
    Nouns {
        topic: Topic::Admin,
        strength: Strength::Fair,
        words: admin::FAIR,
    },
    Nouns {
        topic: Topic::Admin,
        strength: Strength::Torn,
        words: admin::TORN,
    },
    Nouns {
        topic: Topic::Admin,
        strength: Strength::Weak,
        words: admin::WEAK,
    },
    Nouns {
        topic: Topic::Nothing,
        strength: Strength::Strong,
        words: misleading::STRONG,
    },
];

static INDEX: LazyLock<HashMap<String, Noun, RandomState>> = LazyLock::new(|| {
    let mut index = HashMap::default();
    for table in NOUNS {
        for word in table.words.split(", ") {
            let noun = Noun {
                topic: table.topic,
                strength: table.strength,
                entry: word,
            };
            index.insert(word.to_owned(), noun);
            // Paths write phrases without a gap: `/paymentmethods`.
            index.entry(word.replace(' ', "")).or_insert(noun);
        }
    }
    index
});

/// What one word or phrase is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Noun {
    /// The matter.
    pub(super) topic: Topic,
    /// How sure the word is.
    pub(super) strength: Strength,
    /// The word or phrase as the table has it.
    entry: &'static str,
}

/// A noun found in a list of words: where it starts, how many words it has, what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The word or phrase.
    pub(super) text: String,
    /// Index of the first word after it.
    pub(super) end: usize,
    /// What it says.
    pub(super) noun: Noun,
}

/// One spelling for words that mean the same, so that they count once.
fn canonical(word: &str) -> &str {
    match word {
        "org" | "organisation" => "organization",
        "administrator" => "admin",
        other => other,
    }
}

impl Lexicon {
    /// Whether a table has it as one word, and not as a phrase without its gaps.
    pub(super) fn knows_whole(&self, word: &str) -> bool {
        let noun = INDEX.get(word).filter(|noun| noun.entry == word);
        noun.is_some_and(|noun| self.counts(Entry::new("noun", noun.entry)))
            || self.verb(word).is_some()
    }

    /// Cuts `addwebhook` into the verb and the noun that were written as one word.
    pub(super) fn glued_order(&self, words: &[String]) -> Option<Vec<String>> {
        const ORDERS: &[&str] = &[
            "add", "create", "delete", "drop", "edit", "get", "insert", "invite", "list", "remove",
            "reset", "revoke", "set", "update",
        ];
        let [word] = words else {
            return None;
        };
        if self.knows_whole(word) {
            return None;
        }
        let mut cuts = ORDERS.iter().filter_map(|order| word.strip_prefix(order));
        let noun = cuts.find(|noun| self.knows_whole(noun) || is_plain(self, noun))?;
        let order = word.strip_suffix(noun)?;
        Some(vec![order.to_owned(), noun.to_owned()])
    }

    /// Finds the nouns of the tables in a list of words, longest first, from left to right.
    pub(super) fn nouns(&self, words: &[String]) -> Vec<Found> {
        nouns(self, words)
    }
}

fn nouns(lexicon: &Lexicon, words: &[String]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut pair = String::new();
    let mut at = 0;
    while at < words.len() {
        pair.clear();
        if let Some(next) = words.get(at + 1) {
            pair.push_str(&words[at]);
            pair.push(' ');
            pair.push_str(next);
        }
        let one = canonical(&words[at]);
        let hit = [(pair.as_str(), 2), (one, 1)]
            .into_iter()
            .find_map(|(text, length)| {
                let noun = *INDEX.get(text)?;
                if !lexicon.counts(Entry::new("noun", noun.entry)) {
                    return None;
                }
                Some(Found {
                    text: text.to_owned(),
                    end: at + length,
                    noun,
                })
            });
        at = hit.as_ref().map_or(at + 1, |hit| hit.end);
        found.extend(hit);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::tokens::words;

    #[test]
    fn a_phrase_wins_over_its_words() {
        let found = nouns(&Lexicon::whole(), &words("contact groups of input tokens"));
        assert!(
            found.iter().all(|hit| hit.noun.topic == Topic::Nothing),
            "{found:?}"
        );
    }

    #[test]
    fn every_noun_is_written_as_the_tokenizer_writes_it() {
        for table in NOUNS {
            for word in table.words.split(", ") {
                assert_eq!(words(word).join(" "), word);
            }
        }
    }

    #[test]
    fn no_noun_belongs_to_two_topics() {
        let mut seen = HashMap::new();
        for table in NOUNS {
            for word in table.words.split(", ") {
                if let Some(before) = seen.insert(word, table.topic) {
                    assert_eq!(before, table.topic, "{word}");
                }
            }
        }
    }
}
