//! How much work a definition makes of one value.
//!
//! `A: {allOf: [A]}` never ends, and thirteen levels of `allOf` with ten branches each are 10^12
//! checks of one small value. Both are counted here, over references that stay at the same value.
//! Going down into a property or an item uses the value up, so that it ends, but alternatives may
//! double the work with each level: how often depends on the value, and a call counts it.

/// What checking one value against a definition costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// So many definitions are visited, at most so many inside one another.
    Finite {
        /// Visits, saturating.
        visits: u64,
        /// Nesting.
        depth: u32,
    },
    /// It leads back to itself without going down into the value.
    Endless,
}

const VISITS: u64 = 20_000;
const DEPTH: u32 = 100;

impl Weight {
    /// Why a schema of this weight is not used.
    pub(crate) fn problem(self) -> Option<&'static str> {
        match self {
            Self::Endless => Some("refers to itself without end"),
            Self::Finite { visits, .. } if visits > VISITS => {
                Some("branches into more alternatives than can be checked")
            }
            Self::Finite { depth, .. } if depth > DEPTH => {
                Some("is a longer chain than can be checked")
            }
            Self::Finite { .. } => None,
        }
    }
}

/// Weighs `start` and everything it leads to; known weights are used and new ones are kept.
/// Goes by a list, not by recursion: a chain of references may be as long as the document.
pub(crate) fn weigh(start: usize, edges: &dyn Fn(usize) -> Vec<usize>, known: &mut Known) {
    let mut open: Vec<(usize, Vec<usize>, usize)> = Vec::new();
    if known.enter(start) {
        open.push((start, edges(start), 0));
    }
    while let Some((node, targets, next)) = open.last_mut() {
        if let Some(target) = targets.get(*next).copied() {
            *next += 1;
            if known.enter(target) {
                open.push((target, edges(target), 0));
            }
            continue;
        }
        let weight = known.sum(targets);
        let node = *node;
        known.0[node] = State::Done(weight);
        open.pop();
    }
}

/// The weights that are known so far, by definition.
#[derive(Debug, Default)]
pub(crate) struct Known(Vec<State>);

#[derive(Clone, Copy, Debug)]
enum State {
    New,
    Open,
    Done(Weight),
}

impl Known {
    /// The weight of a definition that was weighed.
    pub(crate) fn get(&self, node: usize) -> Option<Weight> {
        match self.0.get(node) {
            Some(State::Done(weight)) => Some(*weight),
            Some(State::New | State::Open) | None => None,
        }
    }

    /// Marks a definition as being weighed; false when it is or was already.
    fn enter(&mut self, node: usize) -> bool {
        if self.0.len() <= node {
            self.0.resize(node + 1, State::New);
        }
        let new = matches!(self.0[node], State::New);
        if new {
            self.0[node] = State::Open;
        }
        new
    }

    /// A target that is still open is an ancestor, so there is a way back.
    fn sum(&self, targets: &[usize]) -> Weight {
        let (mut total, mut deepest) = (1_u64, 0_u32);
        for target in targets {
            let Some(Weight::Finite { visits, depth }) = self.get(*target) else {
                return Weight::Endless;
            };
            total = total.saturating_add(visits);
            deepest = deepest.max(depth);
        }
        Weight::Finite {
            visits: total,
            depth: deepest.saturating_add(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(graph: &[&[usize]]) -> Weight {
        let mut known = Known::default();
        weigh(0, &|node| graph[node].to_vec(), &mut known);
        known.get(0).unwrap()
    }

    #[test]
    fn a_way_back_to_itself_is_endless() {
        assert_eq!(weight(&[&[0]]), Weight::Endless);
        assert_eq!(weight(&[&[1], &[2], &[1]]), Weight::Endless);
        assert_eq!(
            weight(&[&[1, 2], &[2], &[]]),
            Weight::Finite {
                visits: 4,
                depth: 3
            }
        );
    }

    #[test]
    fn branches_multiply_and_long_chains_do_not_overflow_the_stack() {
        let bomb: Vec<Vec<usize>> = (0..40)
            .map(|n| if n == 39 { vec![] } else { vec![n + 1; 10] })
            .collect();
        let bomb: Vec<&[usize]> = bomb.iter().map(Vec::as_slice).collect();
        assert!(weight(&bomb).problem().is_some());

        let chain: Vec<Vec<usize>> = (0..200_000)
            .map(|n| if n == 199_999 { vec![] } else { vec![n + 1] })
            .collect();
        let chain: Vec<&[usize]> = chain.iter().map(Vec::as_slice).collect();
        assert!(weight(&chain).problem().is_some());
    }
}
