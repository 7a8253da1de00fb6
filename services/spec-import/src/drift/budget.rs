//! How much a comparison may cost, in steps and in findings.

/// Pairs of schemas looked at, for one operation and for a whole document.
const STEPS: usize = 50_000;
const ALL_STEPS: usize = 3_000_000;
/// Findings kept one by one, for one operation and for a whole document.
const FINDINGS: usize = 100;
const ALL_FINDINGS: usize = 20_000;

/// What is left to spend.
#[derive(Debug)]
pub(super) struct Budget {
    all_steps: usize,
    all_findings: usize,
    steps: usize,
    findings: usize,
}

impl Budget {
    pub(super) const fn of_document() -> Self {
        Self {
            all_steps: ALL_STEPS,
            all_findings: ALL_FINDINGS,
            steps: STEPS,
            findings: FINDINGS,
        }
    }

    pub(super) const fn of_operation() -> Self {
        Self {
            all_steps: STEPS,
            all_findings: FINDINGS,
            steps: STEPS,
            findings: FINDINGS,
        }
    }

    /// Gives the next operation its share.
    pub(super) const fn begin_operation(&mut self) {
        self.steps = STEPS;
        self.findings = FINDINGS;
    }

    /// Takes a step; false when there are none left.
    pub(super) const fn step(&mut self) -> bool {
        let left = self.steps > 0 && self.all_steps > 0;
        if left {
            self.steps -= 1;
            self.all_steps -= 1;
        }
        left
    }

    /// Takes room for a finding; false when there is none left.
    pub(super) const fn room(&mut self) -> bool {
        let left = self.findings > 0 && self.all_findings > 0;
        if left {
            self.findings -= 1;
            self.all_findings -= 1;
        }
        left
    }
}
