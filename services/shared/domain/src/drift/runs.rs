//! Where one text differs from another, word by word.

/// Words that differ at most: of texts that differ in more, all between their common ends does. It
/// bounds what a comparison costs.
const EDITS: usize = 200;

/// A piece of two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run<'t> {
    /// In both.
    Same(&'t str),
    /// Only in the first.
    Gone(&'t str),
    /// Only in the second.
    New(&'t str),
}

/// Takes two texts apart: the pieces that are not new are the first one, those that are not gone
/// the second. Between two pieces that are the same stands at most one that is gone, and then at
/// most one that is new.
#[must_use]
pub fn runs<'t>(before: &'t str, after: &'t str) -> Vec<Run<'t>> {
    let (old, new) = (Text::of(before), Text::of(after));
    let (mut at, mut runs) = ((0, 0), Vec::new());
    let end = (old.words.len(), new.words.len(), 0);
    for (x, y, length) in common(&old.words, &new.words).into_iter().chain([end]) {
        let pieces = [
            Run::Gone(old.piece(at.0, x)),
            Run::New(new.piece(at.1, y)),
            Run::Same(old.piece(x, x + length)),
        ];
        runs.extend(pieces.into_iter().filter(|run| !run.text().is_empty()));
        at = (x + length, y + length);
    }
    runs
}

impl<'t> Run<'t> {
    /// Its text.
    #[must_use]
    pub const fn text(&self) -> &'t str {
        match self {
            Self::Same(text) | Self::Gone(text) | Self::New(text) => text,
        }
    }
}

/// A text and its words, each with the space before it; a sign is a word of its own.
struct Text<'t> {
    whole: &'t str,
    words: Vec<&'t str>,
}

impl<'t> Text<'t> {
    fn of(whole: &'t str) -> Self {
        let is_letter = |one: char| one.is_alphanumeric() || one == '_';
        let (mut words, mut start) = (Vec::new(), 0);
        let pairs = whole.chars().zip(whole.char_indices().skip(1));
        for (last, (at, next)) in pairs {
            let goes_on = last.is_whitespace() || is_letter(last) && is_letter(next);
            if !goes_on {
                words.push(&whole[start..at]);
                start = at;
            }
        }
        words.extend(Some(&whole[start..]).filter(|rest| !rest.is_empty()));
        Self { whole, words }
    }

    fn piece(&self, from: usize, to: usize) -> &'t str {
        let length = |words: &[&str]| words.iter().map(|word| word.len()).sum::<usize>();
        let start = length(&self.words[..from]);
        &self.whole[start..start + length(&self.words[from..to])]
    }
}

/// Where so many words of both are the same, in order.
fn common(old: &[&str], new: &[&str]) -> Vec<(usize, usize, usize)> {
    let start = alike(old.iter().zip(new));
    let (rest, other) = (&old[start..], &new[start..]);
    let end = alike(rest.iter().rev().zip(other.iter().rev()));
    let (rest, other) = (&rest[..rest.len() - end], &other[..other.len() - end]);
    let mut common = vec![(0, 0, start)];
    let between = snakes(rest, other).into_iter();
    common.extend(between.map(|(x, y, length)| (x + start, y + start, length)));
    common.push((old.len() - end, new.len() - end, end));
    common
}

fn alike<'w>(pairs: impl Iterator<Item = (&'w &'w str, &'w &'w str)>) -> usize {
    pairs.take_while(|(one, other)| one == other).count()
}

/// How far along the first list each diagonal is. On the one in the middle, as many words of both
/// lists are passed.
type Furthest = [usize; 2 * MIDDLE + 1];

const MIDDLE: usize = EDITS + 1;

/// The shortest way from one list to another (Myers 1986), as the stretches of it on which they are
/// the same; none where it is too long.
fn snakes(old: &[&str], new: &[&str]) -> Vec<(usize, usize, usize)> {
    let mut furthest: Furthest = [0; 2 * MIDDLE + 1];
    let mut rounds = Vec::new();
    for edits in 0..=EDITS {
        rounds.push(furthest);
        for diagonal in (MIDDLE - edits..=MIDDLE + edits).step_by(2) {
            let mut x = if is_new(&furthest, edits, diagonal) {
                furthest[diagonal + 1]
            } else {
                furthest[diagonal - 1] + 1
            };
            let mut y = x + MIDDLE - diagonal;
            while x < old.len() && y < new.len() && old[x] == new[y] {
                (x, y) = (x + 1, y + 1);
            }
            furthest[diagonal] = x;
            if x >= old.len() && y >= new.len() {
                return way_back(&rounds, (x, y));
            }
        }
    }
    Vec::new()
}

/// Whether the way comes to a diagonal by a word that is new, and not by one that is gone.
const fn is_new(furthest: &Furthest, edits: usize, diagonal: usize) -> bool {
    diagonal == MIDDLE - edits
        || (diagonal != MIDDLE + edits && furthest[diagonal - 1] < furthest[diagonal + 1])
}

/// The lists begin with different words, so that the first round passes none.
fn way_back(rounds: &[Furthest], (mut x, mut y): (usize, usize)) -> Vec<(usize, usize, usize)> {
    let mut snakes = Vec::new();
    for (edits, furthest) in rounds.iter().enumerate().skip(1).rev() {
        let diagonal = MIDDLE + x - y;
        let is_new = is_new(furthest, edits, diagonal);
        let last = if is_new { diagonal + 1 } else { diagonal - 1 };
        let start = furthest[last] + usize::from(!is_new);
        if start < x {
            snakes.push((start, start + MIDDLE - diagonal, x - start));
        }
        x = furthest[last];
        y = x + MIDDLE - last;
    }
    snakes.reverse();
    snakes
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn drawn(before: &str, after: &str) -> String {
        let mut drawn = String::new();
        for run in runs(before, after) {
            let _ = match run {
                Run::Same(text) => write!(drawn, "{text}"),
                Run::Gone(text) => write!(drawn, "[-{text}]"),
                Run::New(text) => write!(drawn, "[+{text}]"),
            };
        }
        drawn
    }

    #[test]
    fn every_word_that_differs_is_found_wherever_it_stands() {
        let table = [
            ("", "", ""),
            ("", "All orders.", "[+All orders.]"),
            ("All orders.", "All orders.", "All orders."),
            ("All orders.", "All orders!", "All orders[-.][+!]"),
            ("List all orders", "List orders", "List[- all] orders"),
            (
                "Lists orders. Ends here.",
                "Kindly lists orders. Then mail them. Ends here!",
                "[-Lists][+Kindly lists] orders.[+ Then mail them.] Ends here[-.][+!]",
            ),
            (
                "https://a.example/v1",
                "https://b.example/v1",
                "https://[-a][+b].example/v1",
            ),
            ("größer als", "größer wie", "größer[- als][+ wie]"),
        ];
        for (before, after, expected) in table {
            assert_eq!(drawn(before, after), expected);
        }
    }

    #[test]
    fn the_pieces_are_the_two_texts_also_where_they_differ_in_too_much() {
        let numbers = |step: usize| {
            (0..2_000)
                .step_by(step)
                .fold(String::new(), |mut text, one| {
                    let _ = write!(text, "{one} ");
                    text
                })
        };
        let mut compared = 0;
        for (one, other) in [(1, 1), (1, 2), (2, 3), (7, 5), (90, 1), (40, 30)] {
            let (before, after) = (numbers(one), numbers(other));
            let runs = runs(&before, &after);
            let side = |is_left: fn(&Run<'_>) -> bool| -> String {
                let left = runs.iter().filter(|run| !is_left(run));
                left.map(Run::text).collect()
            };
            assert_eq!(side(|run| matches!(run, Run::New(_))), before);
            assert_eq!(side(|run| matches!(run, Run::Gone(_))), after);
            compared += 1;
        }
        println!("{compared} pairs of long texts taken apart, and put together again");
    }
}
