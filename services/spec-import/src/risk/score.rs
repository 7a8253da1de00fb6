//! Measures the classifier against labelled operations.
//!
//! The figure that matters most is how many high-risk calls were called READ, because those
//! would be on by default; the others say how much of a human's time is asked for in vain.

use std::{collections::BTreeMap, fmt};

use countersign_domain::{
    Fault, Kind,
    operation::Method,
    risk::{Risk, RiskClass},
};
use serde::Deserialize;

use super::{Evidence, classify};

/// Why labels could not be scored.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// A line is not a label.
    #[error("line {line} is not a label")]
    Malformed {
        /// The line, counted from one.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// There is not a single label.
    #[error("there are no labels")]
    Empty,
}

impl Fault for ScoreError {
    fn kind(&self) -> Kind {
        match self {
            Self::Malformed { .. } | Self::Empty => Kind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "risk_label_malformed",
            Self::Empty => "risk_labels_empty",
        }
    }
}

/// An operation and what a human says about it.
#[derive(Debug, Deserialize)]
struct Label {
    api: String,
    method: Method,
    path: String,
    operation_id: Option<String>,
    #[serde(default)]
    summary: Option<String>,
    #[serde(default)]
    description: Option<String>,
    class: RiskClass,
    read_only: bool,
    destructive: bool,
    high_risk: bool,
}

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
    /// Labels whose `read_only` was found.
    pub read_only_found: usize,
    /// Labels whose `destructive` was found.
    pub destructive_found: usize,
}

impl Tally {
    fn count(&mut self, label: &Label, risk: &Risk) {
        let reads = label.class == RiskClass::Read;
        self.labels += 1;
        self.class_found += usize::from(risk.class == label.class);
        self.high_risk += usize::from(label.high_risk);
        self.high_risk_said += usize::from(risk.high_risk);
        self.high_risk_found += usize::from(label.high_risk && risk.high_risk);
        self.high_risk_called_read += usize::from(label.high_risk && risk.class == RiskClass::Read);
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

/// How well labels were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Over all labels.
    pub all: Tally,
    /// By API.
    pub apis: BTreeMap<String, Tally>,
    /// By class.
    pub classes: BTreeMap<RiskClass, ClassTally>,
    /// Labels whose class or risk was not found.
    pub misses: Vec<Miss>,
}

impl Score {
    /// The mean of the classes' F1, over classes that occur.
    #[must_use]
    pub fn macro_f1(&self) -> f64 {
        let present: Vec<f64> = self
            .classes
            .values()
            .filter(|tally| tally.labels > 0)
            .map(ClassTally::f1)
            .collect();
        let sum: f64 = present.iter().sum();
        if present.is_empty() {
            0.0
        } else {
            sum / f64::from(u8::try_from(present.len()).unwrap_or(u8::MAX))
        }
    }

    fn count(&mut self, label: Label, risk: Risk) {
        self.all.count(&label, &risk);
        self.apis
            .entry(label.api.clone())
            .or_default()
            .count(&label, &risk);
        self.classes.entry(label.class).or_default().labels += 1;
        self.classes.entry(risk.class).or_default().said += 1;
        if risk.class == label.class {
            self.classes.entry(risk.class).or_default().found += 1;
        }
        if risk.class != label.class || risk.high_risk != label.high_risk {
            self.misses.push(Miss {
                operation: format!("{} {}", label.method, label.path),
                api: label.api,
                expected: label.class,
                expected_high_risk: label.high_risk,
                risk,
            });
        }
    }
}

/// Classifies labelled operations, one JSON object per line, by their own text alone.
pub fn score(labels: &str) -> Result<Score, ScoreError> {
    let mut score = Score::default();
    for (at, line) in labels
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let label: Label = serde_json::from_str(line).map_err(|source| ScoreError::Malformed {
            line: at + 1,
            source,
        })?;
        let risk = classify(&evidence(&label));
        score.count(label, risk);
    }
    if score.all.labels == 0 {
        Err(ScoreError::Empty)
    } else {
        Ok(score)
    }
}

fn evidence(label: &Label) -> Evidence<'_> {
    Evidence {
        method: label.method,
        path: &label.path,
        operation_id: label.operation_id.as_deref(),
        summary: label.summary.as_deref().unwrap_or_default(),
        description: label.description.as_deref().unwrap_or_default(),
        tags: &[],
        request_fields: &[],
        response_fields: &[],
        scopes: &[],
    }
}

/// A part of a whole; nothing of nothing is all of it.
fn share(part: usize, whole: usize) -> f64 {
    let exact = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    if whole == 0 {
        1.0
    } else {
        exact(part) / exact(whole)
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| api | labels | accuracy | high-risk recall | precision | called READ | READ recall |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|")?;
        let rows = self.apis.iter().map(|(api, tally)| (api.as_str(), tally));
        for (name, tally) in rows.chain([("all", &self.all)]) {
            writeln!(
                f,
                "| {name} | {} | {:.3} | {:.3} | {:.3} | {} | {:.3} |",
                tally.labels,
                tally.accuracy(),
                tally.high_risk_recall(),
                tally.high_risk_precision(),
                tally.high_risk_called_read,
                tally.read_recall(),
            )?;
        }
        for (class, tally) in &self.classes {
            writeln!(
                f,
                "{}: F1 {:.3} of {}",
                class.as_str(),
                tally.f1(),
                tally.labels
            )?;
        }
        writeln!(
            f,
            "macro-F1 {:.3}, read_only {:.3}, destructive {:.3}",
            self.macro_f1(),
            share(self.all.read_only_found, self.all.labels),
            share(self.all.destructive_found, self.all.labels),
        )
    }
}
