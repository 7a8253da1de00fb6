//! How much a comparison may cost, in steps and in findings.

use super::excerpts::Room as Values;

/// Pairs of schemas looked at, for one operation and for a whole document.
const STEPS: usize = 50_000;
const ALL_STEPS: usize = 3_000_000;
/// Bytes that are compared in one step.
const BYTES_A_STEP: usize = 64;
/// Findings kept one by one that decide whether a person looks at an operation as a whole. All its
/// words, servers (50 for 50 others) and credentials (64 for 64 others) have room.
const DECIDING: usize = 250;
/// Findings kept one by one of an operation's parts.
const OTHERS: usize = 100;
/// Findings kept one by one for a whole document, of either sort.
const ALL_FINDINGS: usize = 20_000;

/// What is left to spend.
#[derive(Debug)]
pub(super) struct Budget {
    all_steps: usize,
    steps: usize,
    deciding: Room,
    others: Room,
    /// How much of each value is shown.
    pub(super) values: Values,
}

/// How many findings there is room for.
#[derive(Clone, Copy, Debug)]
struct Room {
    all: usize,
    operation: usize,
}

impl Budget {
    pub(super) const fn of_document() -> Self {
        Self {
            all_steps: ALL_STEPS,
            steps: STEPS,
            deciding: Room::of(ALL_FINDINGS, DECIDING),
            others: Room::of(ALL_FINDINGS, OTHERS),
            values: Values::Narrow,
        }
    }

    pub(super) const fn of_operation() -> Self {
        Self {
            all_steps: STEPS,
            steps: STEPS,
            deciding: Room::of(DECIDING, DECIDING),
            others: Room::of(OTHERS, OTHERS),
            values: Values::Wide,
        }
    }

    /// Gives the next operation its share.
    pub(super) const fn begin_operation(&mut self) {
        self.steps = STEPS;
        self.deciding.operation = DECIDING;
        self.others.operation = OTHERS;
    }

    /// Takes a step; false when there are none left.
    pub(super) fn step(&mut self) -> bool {
        self.steps_for(1)
    }

    /// Takes the steps that so many bytes are worth, which is one at least; takes what is left,
    /// and is false, when there are fewer.
    pub(super) fn steps_for(&mut self, bytes: usize) -> bool {
        let steps = bytes.div_ceil(BYTES_A_STEP).max(1);
        let taken = steps.min(self.steps).min(self.all_steps);
        self.steps -= taken;
        self.all_steps -= taken;
        taken == steps
    }

    /// Looks for findings that nobody is told, so that they take no room.
    pub(super) fn untold<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        let rooms = (self.deciding, self.others);
        let seen = look(self);
        (self.deciding, self.others) = rooms;
        seen
    }

    /// Takes room for a finding; false when there is none left. What decides has room of its own,
    /// so that no number of other findings takes it.
    pub(super) const fn room(&mut self, decides: bool) -> bool {
        let room = if decides {
            &mut self.deciding
        } else {
            &mut self.others
        };
        let left = room.operation > 0 && room.all > 0;
        if left {
            room.operation -= 1;
            room.all -= 1;
        }
        left
    }
}

impl Room {
    const fn of(all: usize, operation: usize) -> Self {
        Self { all, operation }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_operation_spends_more_than_its_share_and_all_of_them_no_more_than_a_document() {
        let mut budget = Budget::of_document();
        let mut operations = 0;
        loop {
            budget.begin_operation();
            if !budget.steps_for(STEPS * BYTES_A_STEP) {
                break;
            }
            assert!(!budget.step(), "its share is spent");
            operations += 1;
        }
        assert_eq!(operations, ALL_STEPS / STEPS);
        budget.begin_operation();
        assert!(!budget.step(), "nothing is left for the others");
        println!("N = {operations} operations at the cost of a document");
    }
}
