//! Counts of right and wrong answers, and the shares people read.

use countersign_domain::risk::{Risk, RiskClass};
use serde_json::{Value, json};

use super::label::Label;

/// Counts of right and wrong answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Labels.
    pub labels: usize,
    /// Labels whose class was found.
    pub class_found: usize,
    /// Labels that are high-risk.
    pub high_risk: usize,
    /// High-risk labels that were found to be.
    pub high_risk_found: usize,
    /// Labels that were said to be high-risk.
    pub high_risk_said: usize,
    /// High-risk labels that were called READ.
    pub high_risk_called_read: usize,
    /// Labels that are READ.
    pub reads: usize,
    /// READ labels that were found to be.
    pub reads_found: usize,
    /// High-risk labels that are marked as hard.
    pub hard: usize,
    /// Hard high-risk labels that were found to be high-risk.
    pub hard_found: usize,
    /// Labels whose `read_only` was found.
    pub read_only_found: usize,
    /// Labels whose `destructive` was found.
    pub destructive_found: usize,
}

impl Tally {
    pub(super) fn count(&mut self, label: &Label, risk: &Risk) {
        let reads = label.class == RiskClass::Read;
        self.labels += 1;
        self.class_found += usize::from(risk.class == label.class);
        self.high_risk += usize::from(label.high_risk);
        self.high_risk_said += usize::from(risk.high_risk);
        self.high_risk_found += usize::from(label.high_risk && risk.high_risk);
        self.high_risk_called_read += usize::from(label.high_risk && risk.class == RiskClass::Read);
        self.hard += usize::from(label.high_risk && label.hard);
        self.hard_found += usize::from(label.high_risk && label.hard && risk.high_risk);
        self.reads += usize::from(reads);
        self.reads_found += usize::from(reads && risk.class == RiskClass::Read);
        self.read_only_found += usize::from(label.read_only == risk.read_only);
        self.destructive_found += usize::from(label.destructive == risk.destructive);
    }

    /// The share of labels whose class was found.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        share(self.class_found, self.labels)
    }

    /// The share of high-risk labels that were found to be.
    #[must_use]
    pub fn high_risk_recall(&self) -> f64 {
        share(self.high_risk_found, self.high_risk)
    }

    /// The share of those said to be high-risk that are.
    #[must_use]
    pub fn high_risk_precision(&self) -> f64 {
        share(self.high_risk_found, self.high_risk_said)
    }

    /// The share of hard high-risk labels that were found to be high-risk.
    #[must_use]
    pub fn hard_recall(&self) -> f64 {
        share(self.hard_found, self.hard)
    }

    /// The share of labels whose `read_only` was found.
    #[must_use]
    pub fn read_only_accuracy(&self) -> f64 {
        share(self.read_only_found, self.labels)
    }

    /// The share of labels whose `destructive` was found.
    #[must_use]
    pub fn destructive_accuracy(&self) -> f64 {
        share(self.destructive_found, self.labels)
    }

    pub(super) fn report(&self) -> Value {
        json!({
            "labels": self.labels,
            "accuracy": self.accuracy(),
            "high_risk": self.high_risk,
            "high_risk_recall": self.high_risk_recall(),
            "high_risk_precision": self.high_risk_precision(),
            "hard": self.hard,
            "hard_recall": self.hard_recall(),
            "high_risk_called_read": self.high_risk_called_read,
            "reads": self.reads,
            "read_recall": self.read_recall(),
            "read_only_accuracy": self.read_only_accuracy(),
            "destructive_accuracy": self.destructive_accuracy(),
        })
    }

    /// The share of READ labels that were found to be.
    #[must_use]
    pub fn read_recall(&self) -> f64 {
        share(self.reads_found, self.reads)
    }
}

/// How well one class is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassTally {
    /// Labels of this class.
    pub labels: usize,
    /// Labels said to be of this class.
    pub said: usize,
    /// Labels of this class that were said to be.
    pub found: usize,
}

impl ClassTally {
    /// The harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(&self) -> f64 {
        share(2 * self.found, self.labels + self.said)
    }
}

/// One label that was answered wrongly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The API.
    pub api: String,
    /// Method and path.
    pub operation: String,
    /// The class of the label.
    pub expected: RiskClass,
    /// The label is high-risk.
    pub expected_high_risk: bool,
    /// The answer.
    pub risk: Risk,
}

/// A part of a whole; nothing of nothing is all of it.
pub(super) fn share(part: usize, whole: usize) -> f64 {
    let exact = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    if whole == 0 {
        1.0
    } else {
        exact(part) / exact(whole)
    }
}
