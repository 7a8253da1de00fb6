//! Measures the classifier against labelled operations.
//!
//! The figure that matters most is how many high-risk calls were called READ, because those
//! would be on by default; the others say how much of a human's time is asked for in vain.
//! Lists tuned to labels look better on them than they are, so each API is also classified
//! without the entries that no other API attests: the figure to watch.

mod label;
mod leave_out;
mod show;
mod tally;

use std::collections::{BTreeMap, HashMap};

use countersign_domain::{
    Fault, Kind,
    operation::Method,
    risk::{Risk, RiskClass},
};

use self::label::Label;
pub use self::tally::{ClassTally, Miss, Tally};
use super::{Facts, Lexicon, classify_with};

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
    /// None of the labels could be looked up in a description.
    #[error("none of the {labels} labels could be scored")]
    NothingScored {
        /// How many labels there are.
        labels: usize,
    },
}

impl Fault for ScoreError {
    fn kind(&self) -> Kind {
        match self {
            Self::Malformed { .. } | Self::Empty | Self::NothingScored { .. } => Kind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "risk_label_malformed",
            Self::Empty => "risk_labels_empty",
            Self::NothingScored { .. } => "risk_nothing_scored",
        }
    }
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
    /// How often a class was answered by a class.
    pub confusion: BTreeMap<(RiskClass, RiskClass), usize>,
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

    fn count(&mut self, label: &Label, risk: Risk) {
        self.all.count(label, &risk);
        self.apis
            .entry(label.api.clone())
            .or_default()
            .count(label, &risk);
        self.classes.entry(label.class).or_default().labels += 1;
        self.classes.entry(risk.class).or_default().said += 1;
        *self.confusion.entry((label.class, risk.class)).or_default() += 1;
        if risk.class == label.class {
            self.classes.entry(risk.class).or_default().found += 1;
        }
        if risk.class != label.class || risk.high_risk != label.high_risk {
            self.misses.push(Miss {
                operation: format!("{} {}", label.method, label.path),
                api: label.api.clone(),
                expected: label.class,
                expected_high_risk: label.high_risk,
                risk,
            });
        }
    }
}

/// What came of scoring labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    /// With every entry of the lexicon.
    pub whole: Score,
    /// Each API without the entries that only it attests.
    pub left_out: Score,
    /// Labels that could not be scored, by the description or operation that is missing.
    pub missing: BTreeMap<String, usize>,
}

/// Where the description of an operation is looked up.
pub trait Specs {
    /// The operations of a description, or why they cannot be had.
    fn operations(&mut self, spec: &str) -> Result<Vec<Facts>, String>;
}

/// Classifies labelled operations, one JSON object a line, by what the labels say themselves.
///
/// # Errors
/// When there are no labels, or a line is none.
pub fn score(labels: &str) -> Result<Scores, ScoreError> {
    let labels = label::read(labels)?;
    let cases: Vec<_> = labels
        .into_iter()
        .map(|label| (label.facts(), label))
        .collect();
    conclude(&cases, BTreeMap::new())
}

/// Classifies labelled operations by their descriptions, and those that name none by what the
/// labels say themselves.
///
/// # Errors
/// When there are no labels, a line is none, or not one could be looked up.
pub fn score_specs(labels: &str, specs: &mut dyn Specs) -> Result<Scores, ScoreError> {
    let mut known: HashMap<String, Result<ByOperation, String>> = HashMap::new();
    let (mut cases, mut missing) = (Vec::new(), BTreeMap::new());
    for label in label::read(labels)? {
        if label.spec.is_empty() {
            cases.push((label.facts(), label));
            continue;
        }
        let spec = known
            .entry(label.spec.clone())
            .or_insert_with(|| specs.operations(&label.spec).map(by_operation));
        let found = match spec {
            Ok(operations) => operations
                .get(&(label.method, label.path.clone()))
                .cloned()
                .ok_or_else(|| format!("{}: {} {}", label.spec, label.method, label.path)),
            Err(why) => Err(format!("{}: {why}", label.spec)),
        };
        match found {
            Ok(facts) => cases.push((facts, label)),
            Err(what) => *missing.entry(what).or_default() += 1,
        }
    }
    conclude(&cases, missing)
}

type ByOperation = HashMap<(Method, String), Facts>;

fn by_operation(operations: Vec<Facts>) -> ByOperation {
    let keyed = operations.into_iter().map(|facts| {
        let (method, path) = facts.operation();
        ((method, path.to_owned()), facts)
    });
    keyed.collect()
}

fn conclude(
    cases: &[(Facts, Label)],
    missing: BTreeMap<String, usize>,
) -> Result<Scores, ScoreError> {
    if cases.is_empty() {
        let labels = missing.values().sum();
        return Err(match labels {
            0 => ScoreError::Empty,
            labels => ScoreError::NothingScored { labels },
        });
    }
    let mut whole = Score::default();
    let watched = Lexicon::watched();
    let mut attested = leave_out::Attested::default();
    for (facts, label) in cases {
        let risk = classify_with(&facts.evidence(), &watched);
        attested.add(&label.api, watched.take_found());
        whole.count(label, risk);
    }
    let mut left_out = Score::default();
    for (api, lexicon) in attested.lexicons() {
        for (facts, label) in cases.iter().filter(|(_, label)| label.api == api) {
            left_out.count(label, classify_with(&facts.evidence(), &lexicon));
        }
    }
    Ok(Scores {
        whole,
        left_out,
        missing,
    })
}
