//! Cuts a path template into pieces, variables apart from what is written.
//!
//! A variable's name is a word of the document and not of the path, so nothing in braces is ever
//! a separator or a word.

/// What stands between two separators of a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// The separator before it: `/`, or one that continues a segment.
    pub(super) after: char,
    /// What is written, in order.
    pub(super) literals: Vec<&'a str>,
    /// The names of the variables, in order.
    pub(super) variables: Vec<&'a str>,
}

impl<'a> Piece<'a> {
    const fn new(after: char) -> Self {
        Self {
            after,
            literals: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// Whether a caller fills it in, wholly or partly.
    pub(super) const fn is_variable(&self) -> bool {
        !self.variables.is_empty()
    }

    /// Whether a caller finishes a word that is only begun: `refund{s}`. A key in parentheses
    /// (`Notes(Book={book})`) is no such word.
    pub(super) fn is_mixed(&self) -> bool {
        self.is_variable() && self.after != '(' && self.has_words()
    }

    /// Whether a letter or digit is written in it.
    pub(super) fn has_words(&self) -> bool {
        let mut characters = self.literals.iter().flat_map(|literal| literal.chars());
        characters.any(char::is_alphanumeric)
    }

    /// Whether it only says which edition of the API is meant: `v1`, `v{version}`, `json`.
    pub(super) fn is_version(&self) -> bool {
        let [literal] = self.literals.as_slice() else {
            return false;
        };
        if self.is_variable() {
            return self.after == '/' && literal.eq_ignore_ascii_case("v");
        }
        let digits = literal.trim_start_matches(['v', 'V']);
        matches!(*literal, "json" | "xml" | "api" | "rest" | "apis")
            || digits.starts_with(|c: char| c.is_ascii_digit())
    }

    const fn is_empty(&self) -> bool {
        self.literals.is_empty() && self.variables.is_empty()
    }

    fn write(&mut self, literal: &'a str) {
        if !literal.is_empty() {
            self.literals.push(literal);
        }
    }
}

/// Cuts a path template into its pieces, without query and fragment.
pub(super) fn pieces(path: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut piece) = (Vec::new(), Piece::new('/'));
    let (mut start, mut inside) = (0, false);
    let mut end = path.len();
    for (at, character) in path.char_indices() {
        match character {
            '{' if !inside => {
                piece.write(&path[start..at]);
                (start, inside) = (at + 1, true);
            }
            '}' if inside => {
                piece.variables.push(&path[start..at]);
                (start, inside) = (at + 1, false);
            }
            '/' | '.' | ':' | '(' | ')' if !inside => {
                piece.write(&path[start..at]);
                pieces.push(std::mem::replace(&mut piece, Piece::new(character)));
                start = at + 1;
            }
            '?' | '#' if !inside => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    if inside {
        piece.variables.push(&path[start..end]);
    } else {
        piece.write(&path[start..end]);
    }
    pieces.push(piece);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Whether a path says more than which edition of an API is meant.
pub(super) fn says_something(path: &str) -> bool {
    pieces(path)
        .iter()
        .any(|piece| !piece.is_version() && piece.has_words())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_braces_is_a_separator_or_a_word() {
        let found = pieces("/re{a.b/c:d}fund.{x?}?q#f");
        let expected = [
            Piece {
                after: '/',
                literals: vec!["re", "fund"],
                variables: vec!["a.b/c:d"],
            },
            Piece {
                after: '.',
                literals: vec![],
                variables: vec!["x?"],
            },
        ];
        assert_eq!(found, expected);
        assert!(found[0].is_mixed() && !found[1].is_mixed());
        assert_eq!(pieces("/{open")[0].variables, ["open"]);
        assert!(pieces("//").is_empty());
    }

    #[test]
    fn a_version_is_no_thing() {
        for path in ["/v1", "/2010-04-01", "/v{version}", "/api"] {
            assert!(pieces(path)[0].is_version(), "{path}");
        }
        for path in ["/notes", "/v{a}oid", "/{version}", "/n{v}"] {
            assert!(!pieces(path)[0].is_version(), "{path}");
        }
    }
}
