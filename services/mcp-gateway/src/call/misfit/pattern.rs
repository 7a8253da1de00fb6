//! What it costs to look for a pattern in a text.

use std::iter::Peekable;
use std::str::Chars;

/// Places of a pattern, at characters of a text, that cost as much as one visit. So fifty places
/// on a text of 100 KB are 39,000 visits, and `^[A-Za-z0-9]{1,4096}$` is checked at full length;
/// what is left of a whole call is some seconds where no engine finds a short way, not minutes.
const TOGETHER: usize = 128;

/// Visits that looking for the pattern is worth: an engine without backtracking may have to keep
/// each place of it in mind at each character.
pub(super) fn cost(pattern: &str, text: &str) -> usize {
    let steps = places(pattern).saturating_mul(text.len() + 1);
    steps.saturating_add(pattern.len()) / TOGETHER
}

/// The places of a pattern with its counted repetitions written out: `([ab]c{3}){2}` has eight.
fn places(pattern: &str) -> usize {
    let mut rest = pattern.chars().peekable();
    let mut outer = Vec::new();
    let (mut sum, mut last) = (0_usize, 0_usize);
    while let Some(next) = rest.next() {
        match next {
            '*' | '+' | '?' | '|' => continue,
            '(' => {
                outer.push(std::mem::take(&mut sum));
                last = 0;
                continue;
            }
            ')' => {
                last = sum;
                sum = outer.pop().unwrap_or(0);
            }
            '{' => {
                if let Some(times) = times(&mut rest) {
                    sum = sum.saturating_sub(last);
                    last = last.saturating_mul(times);
                } else {
                    last = 1;
                }
            }
            '\\' => {
                escaped(&mut rest);
                last = 1;
            }
            '[' => {
                class(&mut rest);
                last = 1;
            }
            _ => last = 1,
        }
        sum = sum.saturating_add(last);
    }
    outer.into_iter().fold(sum, usize::saturating_add)
}

/// How often `{n}`, `{n,}` or `{n,m}` repeats, as far as it is written out; a brace before
/// anything else stands for itself.
fn times(rest: &mut Peekable<Chars<'_>>) -> Option<usize> {
    let mut behind = rest.clone();
    let mut counts = String::new();
    while let Some(next) = behind.next_if(|next| next.is_ascii_digit() || *next == ',') {
        counts.push(next);
    }
    behind.next_if_eq(&'}')?;
    *rest = behind;
    let counts = counts.split(',').filter_map(|count| count.parse().ok());
    counts.max().map(|most: usize| most.max(1))
}

/// Goes past an escape, and past the braces of `\p{Greek}` and `\u{1600}`, which repeat nothing.
fn escaped(rest: &mut Peekable<Chars<'_>>) {
    let is_braced = matches!(rest.next(), Some('p' | 'P' | 'u' | 'x'));
    if is_braced && rest.peek() == Some(&'{') {
        rest.by_ref().find(|next| *next == '}');
    }
}

/// Goes past the end of a class.
fn class(rest: &mut Peekable<Chars<'_>>) {
    while let Some(next) = rest.next() {
        match next {
            '\\' => _ = rest.next(),
            ']' => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_count_as_if_they_were_written_out() {
        for (pattern, expected) in [
            ("", 0),
            ("^abc$", 5),
            ("^[a-z]{2,64}@[^\\]{9}]+$", 68),
            ("([ab]c{3}){2}", 8),
            ("(a(b{10}){10}){10}", 1_010),
            ("a{10}{10}", 100),
            ("a?{0}b{5,}", 6),
            (r"\p{Greek}\u{1600}\d{3}", 5),
            (r"\{9\}", 3),
            ("a{[ab]{9}}", 12),
            ("((a{999999999999}){999999999999}){9}", usize::MAX),
        ] {
            assert_eq!(places(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn an_ordinary_pattern_on_a_long_text_is_checked_and_explained() {
        let long = "a".repeat(100_000);
        assert!(cost(&"a".repeat(50), &long) < 40_000);
        assert!(cost("^[A-Za-z0-9]{1,4096}$", &long[..4_096]) < 150_000);
    }
}
