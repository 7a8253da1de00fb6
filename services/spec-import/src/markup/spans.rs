//! What belongs together in a text: code between backticks, and pairs of brackets.

use std::collections::HashMap;

use foldhash::quality::RandomState;

/// What belongs to what stands at a place.
pub(super) type Places = HashMap<usize, usize, RandomState>;

/// Code between as many backticks as began it.
pub(super) fn code(text: &str) -> Places {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.match_indices('`') {
        match runs.last_mut() {
            Some((start, length)) if *start + *length == at => *length += 1,
            _ => runs.push((at, 1)),
        }
    }
    // For each run the next one of its length.
    let mut later = Places::default();
    let mut next = vec![None; runs.len()];
    for (index, (_, length)) in runs.iter().enumerate().rev() {
        next[index] = later.insert(*length, index);
    }
    let (mut found, mut index) = (Places::default(), 0);
    while index < runs.len() {
        match next[index] {
            Some(end) => {
                found.insert(runs[index].0, runs[end].0 + runs[end].1);
                index = end + 1;
            }
            None => index += 1,
        }
    }
    found
}

/// Brackets and parentheses that belong together, outside of code.
pub(super) fn pairs(text: &str, code: &Places) -> Places {
    let (mut square, mut round) = (Vec::new(), Vec::new());
    let mut pairs = Places::default();
    let mut past = 0;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        if !matches!(byte, b'`' | b'\\' | b'[' | b']' | b'(' | b')') {
            escaped = false;
            continue;
        }
        if byte == b'`' {
            past = past.max(code.get(&at).copied().unwrap_or(0));
        }
        let here = at >= past && !escaped;
        escaped = here && byte == b'\\';
        let opened = match byte {
            b'[' if here => {
                square.push(at);
                None
            }
            b'(' if here => {
                round.push(at);
                None
            }
            b']' if here => square.pop(),
            b')' if here => round.pop(),
            _ => None,
        };
        if let Some(opened) = opened {
            pairs.insert(opened, at);
        }
    }
    pairs
}
