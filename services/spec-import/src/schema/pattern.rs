//! Regular expressions of the document: which of them can be checked.

use std::collections::HashMap;

use countersign_domain::schema;
use serde_json::{Value, json};

use super::{compile::compile, discriminator, normalise::Walk};
use crate::notes::At;

const CHARACTERS: usize = 4_096;

/// Remembers which patterns compile, so that each is tried once.
#[derive(Debug, Default)]
pub(crate) struct Patterns(HashMap<String, bool>);

impl Patterns {
    /// Whether a validator can be built with this pattern.
    pub(crate) fn compiles(&mut self, pattern: &str) -> bool {
        // `[[:alpha:]]` is a class to others, and to JavaScript a bracket behind one.
        let posix = pattern.contains("[:") && pattern.contains(":]");
        if pattern.len() > CHARACTERS || posix || is_between_slashes(pattern) {
            return false;
        }
        if let Some(known) = self.0.get(pattern) {
            return *known;
        }
        let compiles = compile(&json!({ "pattern": pattern })).is_ok();
        self.0.insert(pattern.to_owned(), compiles);
        compiles
    }
}

/// Answers are not checked against patterns, which are kept apart to be compared.
impl Walk<'_, '_> {
    pub(super) fn put_aside(&mut self, pattern: &str, at: &At<'_>) {
        let place = self.inside(at);
        let words = discriminator::cut(pattern, discriminator::WORDS);
        self.links.patterns.insert(place, words);
    }

    /// Keeps what stands under `patternProperties`.
    pub(super) fn put_aside_all(&mut self, value: &Value, at: &At<'_>) {
        let mut bare = json!({"patternProperties": value});
        schema::drop_words(&mut bare, 0);
        self.put_aside(&bare["patternProperties"].to_string(), at);
    }

    /// A place in what is normalised.
    pub(super) fn inside(&self, at: &At<'_>) -> String {
        let whole = at.to_string();
        let inside = whole.strip_prefix(self.base).unwrap_or(&whole);
        inside.to_owned()
    }
}

/// `/^a$/i` is how JavaScript writes a pattern in a program, and `#^a$#` how PHP does. As a pattern
/// it fits no text, since nothing begins behind a slash.
fn is_between_slashes(pattern: &str) -> bool {
    let delimited = ['/', '#', '~'].into_iter().find_map(|delimiter| {
        let rest = pattern.strip_prefix(delimiter)?;
        rest.rsplit_once(delimiter)
    });
    let Some((inner, flags)) = delimited else {
        return false;
    };
    let anchored = inner.starts_with('^') || inner.ends_with('$') && !inner.ends_with("\\$");
    anchored && flags.chars().all(|flag| "dgimsuvy".contains(flag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_javascript_accepts_is_checked_or_left_out() {
        let checked = [
            r"^[\w\-.]+$",
            r"^\/a\/b$",
            r"\cJ",
            r"\u{1F600}",
            r"[\u4e00-\u9fa5]",
            r"\p{Script=Greek}",
            r"^(?!.*--)[a-z]$",
            r"(?<=a)b",
            r"^[\s\S]*$",
            r"^\@\-\_$",
            r"(a)\1",
            "/a/b/",
            "^/a/$",
        ];
        let left_out = [
            "[^]",
            r"(?<year>\d{4})-\k<year>",
            r"[\d-x]",
            r"\0",
            r"[\b]",
            "*",
            "[unclosed",
            "/^a$/",
            "/^a+/i",
            "#^a$#",
            "[[:alpha:]]",
        ];
        let mut patterns = Patterns::default();
        let wrong: Vec<_> = checked
            .iter()
            .filter(|one| !patterns.compiles(one))
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        let wrong: Vec<_> = left_out
            .iter()
            .filter(|one| patterns.compiles(one))
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
