//! Regular expressions of the document: which of them can be checked.

use std::collections::HashMap;

use serde_json::json;

use super::compile::compile;

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
