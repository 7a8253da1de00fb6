//! Scrubbing in chunks, with the same result as in one piece.

use zeroize::Zeroizing;

use super::{REDACTED, Scrubber};

/// Scrubs a body that comes in chunks; holds back as many bytes as a secret could still need.
pub struct ScrubStream<'s> {
    scrubber: &'s Scrubber,
    /// Bytes not yet given out.
    held: Zeroizing<Vec<u8>>,
    /// So many of them are known to belong to a secret that began before them.
    covered: usize,
    /// The last byte given out was a secret's, so its marker stands already.
    is_marked: bool,
    redacted: bool,
}

impl<'s> ScrubStream<'s> {
    pub(super) fn new(scrubber: &'s Scrubber) -> Self {
        Self {
            scrubber,
            held: Zeroizing::new(Vec::new()),
            covered: 0,
            is_marked: false,
            redacted: false,
        }
    }

    /// Takes a chunk and returns what is safe to give out.
    #[must_use]
    pub fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(chunk);
        let held_back = self.scrubber.longest().saturating_sub(1);
        self.give_out(self.held.len().saturating_sub(held_back))
    }

    /// Returns the rest, and whether a secret was taken out anywhere.
    #[must_use]
    pub fn finish(mut self) -> (Vec<u8>, bool) {
        let rest = self.give_out(self.held.len());
        (rest, self.redacted)
    }

    /// Gives out the bytes before `until`: every secret that begins there ends in what is held.
    fn give_out(&mut self, until: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(until);
        let mut position = 0;
        let mut covered_until = self.covered;
        let mut ranges = self.scrubber.occurrences(&self.held).into_iter().peekable();
        self.redacted |= ranges.peek().is_some();
        while position < until {
            while let Some((_, end)) = ranges.next_if(|(start, _)| *start <= position) {
                covered_until = covered_until.max(end);
            }
            let next_start = ranges
                .peek()
                .map_or(until, |(start, _)| (*start).min(until));
            if position < covered_until {
                if !self.is_marked {
                    out.extend_from_slice(REDACTED.as_bytes());
                }
                self.is_marked = true;
                position = covered_until.min(until).min(next_start.max(position + 1));
            } else {
                out.extend_from_slice(&self.held[position..next_start]);
                self.is_marked = false;
                position = next_start;
            }
        }
        self.held.drain(..until);
        self.covered = covered_until.saturating_sub(until);
        out
    }
}
