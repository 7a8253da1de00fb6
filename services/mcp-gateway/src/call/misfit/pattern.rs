//! What it costs to look for a pattern in a text.

use std::iter::Peekable;
use std::str::Chars;

/// Places of a pattern, at characters of a text, that cost as much as one visit. So fifty places
/// on a text of 100 KB are 39,000 visits, and `^[A-Za-z0-9]{1,4096}$` is checked at full length;
/// what is left of a whole call is some seconds where no engine finds a short way, not minutes.
const TOGETHER: usize = 128;

/// Steps after which the engine for look-around and back-references gives up (where tools compile).
const BACKTRACKS: usize = 100_000;

/// Visits that looking for the pattern is worth: an engine without backtracking may have to keep
/// each place of it in mind at each character. What looks around may look over the rest of the text
/// from each character, and goes back as often as it is let; what only looks ahead once, from the
/// start, does neither.
pub(super) fn cost(pattern: &str, text: &str) -> usize {
    let steps = places(pattern).saturating_mul(text.len() + 1);
    let steps = if is_linear(behind_looks(pattern)) {
        steps
    } else {
        let back = 1_usize.checked_shl(u32::try_from(text.len()).unwrap_or(u32::MAX));
        let back = back.map_or(BACKTRACKS, |back| back.min(BACKTRACKS));
        steps.saturating_mul(text.len() + 1).saturating_add(back)
    };
    steps.saturating_add(pattern.len()) / TOGETHER
}

/// Whether the linear engine may take the pattern: it has no look-around, back-reference or other
/// construct of the backtracking one. What only looks like one counts as one.
fn is_linear(pattern: &str) -> bool {
    let mut rest = pattern.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '[' => class(&mut rest),
            '(' if rest.next_if_eq(&'?').is_some() && rest.peek() != Some(&':') => return false,
            '*' | '+' | '?' | '}' if rest.peek() == Some(&'+') => return false,
            '\\' => {
                if let Some('1'..='9' | 'k' | 'g' | 'K' | 'G') = rest.next() {
                    return false;
                }
            }
            _ => {}
        }
    }
    true
}

/// The pattern without what it looks for ahead of its start, each once, as in `^(?!\s*$).+`.
fn behind_looks(pattern: &str) -> &str {
    let Some(mut rest) = pattern.strip_prefix('^') else {
        return pattern;
    };
    while let Some(look) = rest
        .strip_prefix("(?=")
        .or_else(|| rest.strip_prefix("(?!"))
    {
        match end_of_group(look) {
            Some(end) if is_linear(&look[..end]) => rest = &look[end + 1..],
            Some(_) | None => return pattern,
        }
    }
    if rest.starts_with(['*', '+', '?', '{']) {
        return pattern;
    }
    rest
}

/// Where the parenthesis stands that closes one before the text.
fn end_of_group(text: &str) -> Option<usize> {
    let (mut open, mut in_class, mut is_escaped) = (1_usize, false, false);
    text.bytes().position(|byte| {
        match byte {
            _ if is_escaped => {
                is_escaped = false;
                return false;
            }
            b'\\' => is_escaped = true,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'(' if !in_class => open += 1,
            b')' if !in_class => open -= 1,
            _ => {}
        }
        open == 0
    })
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

    #[test]
    fn what_looks_around_counts_with_the_square_of_the_text() {
        let long = "x".repeat(100_000);
        for pattern in [
            "(?=.*[A-Z])x",
            "(?=(.*))\\1Z",
            "(?:a(?!.*Z))+$",
            "^((?=.*b)a|(?=.*a)a)*b",
            "^(?=.*(.)\\1)(?=.*Z)",
            "^(?=.*Z)*x",
            "(?<!b)c",
            "a++b",
        ] {
            assert!(
                cost(pattern, &long) > 100 * cost("[A-Z]x.*abc", &long),
                "{pattern}"
            );
        }
    }

    #[test]
    fn what_looks_ahead_once_counts_like_any_other_pattern() {
        let long = "x".repeat(100_000);
        for pattern in [
            "^(?!\\s*$).+",
            "^(?=.*[A-Z])(?=.*[\\])(]).{8,}$",
            "^(?!(?:a|b)).*",
            "^(?:ab|c)[(?=]*$",
        ] {
            let places = places(pattern);
            assert!(cost(pattern, &long) < 900 * places, "{pattern}");
        }
    }

    #[test]
    fn going_back_counts_as_often_as_the_engine_does_it_at_most() {
        let pattern = "^(a|a)*\\1b";
        let [six, twenty, forty] = [6, 20, 40].map(|many| cost(pattern, &"a".repeat(many)));
        assert!(
            six < 10 && twenty > 700 && forty < 1_000,
            "{six}, {twenty}, {forty}"
        );
    }
}
