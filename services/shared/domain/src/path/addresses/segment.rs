//! One segment of a route.

use super::seen::{Seen, bare, cut, own_semicolons, plain};

/// One segment of a route: words, and variables between them.
#[derive(Clone, Debug)]
pub(super) struct Segment(Vec<Piece>);

#[derive(Clone, Debug)]
enum Piece {
    Words(String),
    Variable(String),
}

impl Segment {
    /// Takes a segment apart; there is none where nothing is left of it.
    pub(super) fn of(text: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let text = own_semicolons(text);
        let mut rest = text.as_str();
        while let Some((before, (name, behind))) = rest
            .split_once('{')
            .and_then(|(before, after)| Some((before, after.split_once('}')?)))
        {
            pieces.push(Piece::Words(plain(before.as_bytes())));
            pieces.push(Piece::Variable(name.to_owned()));
            rest = behind;
        }
        let last = plain(rest.as_bytes());
        let last = if pieces.is_empty() {
            cut(&last).to_owned()
        } else {
            last
        };
        pieces.push(Piece::Words(last));
        pieces.retain(|piece| !matches!(piece, Piece::Words(words) if words.is_empty()));
        (!pieces.is_empty()).then_some(Self(pieces))
    }

    /// Its words, where it has nothing else.
    pub(super) fn written(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::Words(words)] => Some(words),
            _ => None,
        }
    }

    pub(super) fn is_written(&self) -> bool {
        self.written().is_some()
    }

    pub(super) fn variable(&self) -> Option<&str> {
        self.0.iter().find_map(|piece| match piece {
            Piece::Variable(name) => Some(name.as_str()),
            Piece::Words(_) => None,
        })
    }

    /// How concrete it is: one that is written out before one that is open.
    pub(super) fn weight(&self) -> (bool, usize) {
        (self.is_written(), self.words())
    }

    /// The same without `.json` or `.{format}` at its end, where anything is before that.
    pub(super) fn without_format(mut self) -> Self {
        let pieces = &mut self.0;
        let rest = match pieces.as_slice() {
            [.., Piece::Words(words), Piece::Variable(_)] => words.strip_suffix('.'),
            [.., Piece::Words(words)] => bare(words),
            _ => None,
        };
        if let Some(rest) = rest
            .map(str::to_owned)
            .filter(|rest| !rest.is_empty() || pieces.len() > 1)
        {
            pieces.truncate(
                pieces.len() - 1 - usize::from(matches!(pieces.last(), Some(Piece::Variable(_)))),
            );
            pieces.extend((!rest.is_empty()).then_some(Piece::Words(rest)));
        }
        self
    }

    /// How much of it is words.
    pub(super) fn words(&self) -> usize {
        let length = |piece: &Piece| match piece {
            Piece::Words(words) => words.len(),
            Piece::Variable(_) => 0,
        };
        self.0.iter().map(length).sum()
    }

    pub(super) fn fits(&self, seen: &Seen) -> bool {
        match self.written() {
            Some(words) => words == seen.cut,
            None => self.holds(&seen.whole) || self.holds(&seen.cut),
        }
    }

    /// Says whether its words stand in a text in this order, with something for each variable.
    fn holds(&self, text: &str) -> bool {
        let (mut rest, mut open) = (text, false);
        let (last, before) = self.0.split_last().expect("a segment has a piece");
        for piece in before {
            match piece {
                // Variables side by side are one.
                Piece::Variable(_) => open = true,
                Piece::Words(words) if open => {
                    let skipped = rest.chars().next().map_or(0, char::len_utf8);
                    let Some(at) = rest[skipped..].find(words.as_str()) else {
                        return false;
                    };
                    rest = &rest[skipped + at + words.len()..];
                    open = false;
                }
                Piece::Words(words) => match rest.strip_prefix(words.as_str()) {
                    Some(behind) => rest = behind,
                    None => return false,
                },
            }
        }
        match last {
            Piece::Variable(_) => !rest.is_empty(),
            Piece::Words(words) => rest
                .strip_suffix(words.as_str())
                .is_some_and(|between| !between.is_empty()),
        }
    }
}
