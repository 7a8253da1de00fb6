//! Reads the names of the fields that an operation takes and gives back.
//!
//! Documents have hundreds of them per operation, so each is looked up once, without its
//! separators: `access_token`, `accessToken` and `AccessTokens` are one word.

mod names;

use std::{collections::HashMap, sync::LazyLock};

use foldhash::quality::RandomState;

use countersign_domain::{header, risk::Sensitivity};

use names::{
    ABOUT_A_SECRET, FINANCIAL, HEALTH, OTHER_ENDINGS, PERSONAL, SECRET, SECRET_ENDINGS, TELLING,
};

use super::{
    Evidence,
    lexicon::{Entry, Lexicon},
    nouns::Topic,
    tokens::words,
    topics::{DECIDES, HINTED},
};

/// Names by which the body says what is done.
const DECIDES_WHAT: [&str; 4] = ["action", "operation", "command", "op"];

/// Longer names are sentences, and in no list.
const LONGEST_BYTES: usize = 32;

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kinds {
    const fn only(kind: Sensitivity) -> Self {
        Self(1 << kind as u8)
    }

    /// Whether a kind is in the set.
    pub(super) const fn has(self, kind: Sensitivity) -> bool {
        self.0 & Self::only(kind).0 != 0
    }

    const fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    const fn without(self, kind: Sensitivity) -> Self {
        Self(self.0 & !Self::only(kind).0)
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Meaning {
    word: &'static str,
    kinds: Kinds,
    tells: Option<(&'static str, Topic, u8)>,
}

impl Meaning {
    fn of(word: &'static str) -> Self {
        Self {
            word,
            ..Self::default()
        }
    }
}

static INDEX: LazyLock<HashMap<Vec<u8>, Meaning, RandomState>> = LazyLock::new(|| {
    let mut index: HashMap<Vec<u8>, Meaning, RandomState> = HashMap::default();
    let mut mark = |list: &'static str, kind: Sensitivity| {
        for word in list.split(", ") {
            index
                .entry(word.replace(' ', "").into_bytes())
                .or_insert_with(|| Meaning::of(word))
                .kinds
                .add(Kinds::only(kind));
        }
    };
    mark(SECRET, Sensitivity::Credentials);
    mark(PERSONAL, Sensitivity::Personal);
    mark(FINANCIAL, Sensitivity::Financial);
    mark(HEALTH, Sensitivity::Health);
    for telling in TELLING {
        index
            .entry(telling.0.replace(' ', "").into_bytes())
            .or_insert_with(|| Meaning::of(telling.0))
            .tells = Some(*telling);
    }
    index
});

/// All endings by their last letter, which tells most of them apart; those of secrets first.
static ENDINGS: LazyLock<Vec<Vec<(&str, Sensitivity)>>> = LazyLock::new(|| {
    let secrets = SECRET_ENDINGS.map(|end| (end, Sensitivity::Credentials));
    let all = || secrets.into_iter().chain(OTHER_ENDINGS);
    let with_last = |last: u8| {
        all()
            .filter(|(end, _)| end.ends_with(char::from(last)))
            .collect()
    };
    (0..=u8::MAX).map(with_last).collect()
});

/// What the fields of an operation say.
#[derive(Debug, Default)]
pub(super) struct Fields {
    /// A field of the answer that holds a live secret.
    pub(super) secret_returned: Option<String>,
    /// That field was sent, too.
    pub(super) echoes: bool,
    /// A field anywhere in the answer that holds a live secret.
    pub(super) secret_inside: Option<String>,
    /// The answer has a field that is called a key and nothing else.
    pub(super) key_returned: bool,
    /// The kinds of sensitive data that are sent, returned or in the path.
    pub(super) kinds: Kinds,
    /// A field of the request that replaces the method.
    pub(super) overrides: Option<String>,
    /// A field of the request that says what is done.
    pub(super) decides: Option<String>,
    /// Fields of the request that say what it does.
    pub(super) telling: Vec<(&'static str, Topic, u8)>,
}

impl Fields {
    /// Reads the fields, and the segments of the path as if they were fields.
    pub(super) fn of(evidence: &Evidence<'_>, lexicon: &Lexicon) -> Self {
        let meaning = |field: &str| {
            let found = meaning(field);
            let known = !found.word.is_empty() && lexicon.counts(Entry::new("field", found.word));
            if known { found } else { Meaning::default() }
        };
        let mut fields = Self::default();
        for field in evidence.request_fields {
            let meaning = meaning(field);
            fields.kinds.add(meaning.kinds);
            fields.telling.extend(meaning.tells);
            fields.hear(field);
        }
        for field in evidence.response_fields {
            let meaning = meaning(field);
            fields.kinds.add(meaning.kinds);
            // What an ordinary thing carries far inside, or what was sent and comes back, is not
            // what the call hands out.
            let hangs = field.starts_with('.');
            fields.key_returned |= field.eq_ignore_ascii_case("key");
            if meaning.kinds.has(Sensitivity::Credentials) && fields.secret_inside.is_none() {
                fields.secret_inside = Some(field.trim_start_matches('.').to_owned());
            }
            if meaning.kinds.has(Sensitivity::Credentials)
                && !hangs
                && fields.secret_returned.is_none()
            {
                fields.echoes = evidence.request_fields.contains(field);
                fields.secret_returned = Some(field.clone());
            }
        }
        for segment in evidence
            .path
            .split('/')
            .filter(|segment| !segment.contains('{'))
        {
            fields
                .kinds
                .add(meaning(segment).kinds.without(Sensitivity::Credentials));
        }
        fields.add_a_sum_of_money(evidence.request_fields);
        fields
    }

    /// A field by which a caller proves who they are or asks to be let in.
    pub(super) fn proof(&self) -> Option<String> {
        let auth = || {
            self.telling
                .iter()
                .filter(|(_, topic, _)| *topic == Topic::Auth)
        };
        let sum: u8 = auth().map(|(_, _, points)| points).sum();
        let (word, ..) = auth().max_by_key(|(_, _, points)| *points)?;
        (sum >= DECIDES).then(|| (*word).to_owned())
    }

    /// Notes a field by which a caller chooses what a call does.
    fn hear(&mut self, field: &str) {
        let is = |name: &&str| field.eq_ignore_ascii_case(name);
        // What hangs on another field is nothing that a framework looks for.
        if !field.starts_with('.') && header::overrides_method(field) {
            self.overrides.get_or_insert_with(|| field.to_owned());
        } else if DECIDES_WHAT.iter().any(is) {
            self.decides.get_or_insert_with(|| field.to_owned());
        }
    }

    /// An amount alone may be of anything; an amount and a currency are money.
    fn add_a_sum_of_money(&mut self, request: &[String]) {
        let has = |name: &str| request.iter().any(|field| field.eq_ignore_ascii_case(name));
        if has("amount") && has("currency") {
            self.telling.push(("amount", Topic::Billing, HINTED));
        }
    }
}

fn meaning(field: &str) -> Meaning {
    if field.len() > LONGEST_BYTES {
        return Meaning::default();
    }
    // Hundreds of names per operation: no allocation for each.
    let mut letters = [0; LONGEST_BYTES];
    let mut length = 0;
    for byte in field.bytes().filter(u8::is_ascii_alphanumeric) {
        letters[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    let name = &letters[..length];
    let found = INDEX
        .get(name)
        .or_else(|| INDEX.get(name.strip_suffix(b"s")?));
    found.copied().unwrap_or_else(|| ending(field, name))
}

fn ending(field: &str, name: &[u8]) -> Meaning {
    // `send_password` says to send one; `SENDGRID_API_KEY` and `sendinblueApiKey` are one.
    let is_about = || match words(field).as_slice() {
        [_] => ABOUT_A_SECRET
            .iter()
            .any(|start| name.starts_with(start.as_bytes())),
        several => several
            .first()
            .is_some_and(|first| ABOUT_A_SECRET.contains(&first.as_str())),
    };
    let last = name.last().copied().unwrap_or_default();
    let mut endings = ENDINGS[usize::from(last)].iter();
    let found = endings.find(|(end, _)| name.ends_with(end.as_bytes()));
    let found = found.filter(|_| !is_about());
    found.map_or_else(Meaning::default, |(word, kind)| Meaning {
        kinds: Kinds::only(*kind),
        ..Meaning::of(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_known_in_every_spelling() {
        for field in [
            "access_token",
            "accessToken",
            "AccessTokens",
            "access-token",
        ] {
            assert!(
                meaning(field).kinds.has(Sensitivity::Credentials),
                "{field}"
            );
        }
        for field in [
            "sendinblueApiKey",
            "SENDGRID_API_KEY",
            "CANVAS_API_KEY",
            "noticeSecret",
        ] {
            assert!(
                meaning(field).kinds.has(Sensitivity::Credentials),
                "{field}"
            );
        }
        for field in [
            "next_page_token",
            "token_count",
            "password_enabled",
            "send_password",
            "hasApiKey",
            "requirepassword",
            "",
        ] {
            assert!(
                !meaning(field).kinds.has(Sensitivity::Credentials),
                "{field}"
            );
        }
    }
}
