//! Calls by day and by class, with the empty ones in between.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, NaiveTime};
use countersign_domain::{Timestamp, decision::Decision, risk::RiskClass};
use countersign_store::reports::CallCount;

/// Days that a figure looks back, today among them.
pub(crate) const DAYS: u64 = 14;

/// How many calls were decided how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Ran, at once or after a countersignature.
    pub allowed: u64,
    /// Had to wait.
    pub held: u64,
    /// Were refused.
    pub denied: u64,
}

impl Calls {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.allowed + self.held + self.denied
    }

    const fn add(&mut self, decision: Decision, calls: u64) {
        match decision {
            Decision::Allow => self.allowed += calls,
            Decision::Hold => self.held += calls,
            Decision::Deny => self.denied += calls,
        }
    }
}

/// The calls of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayFigures {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// Its calls.
    pub calls: Calls,
}

/// The calls of tools of one class over all the days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassFigures {
    /// The class; nothing for calls of tools that do not exist.
    pub class: Option<RiskClass>,
    /// Its calls.
    pub calls: Calls,
}

/// The moment at which the first of the days began.
pub(crate) fn first_moment(now: Timestamp) -> Timestamp {
    first_day(now).and_time(NaiveTime::MIN).and_utc()
}

fn first_day(now: Timestamp) -> NaiveDate {
    let today = now.date_naive();
    today.checked_sub_days(Days::new(DAYS - 1)).unwrap_or(today)
}

/// Sums up by day, oldest first, every day there.
pub(crate) fn by_day(counts: &[CallCount], now: Timestamp) -> Vec<DayFigures> {
    let mut days: BTreeMap<NaiveDate, Calls> = first_day(now)
        .iter_days()
        .take_while(|day| *day <= now.date_naive())
        .map(|day| (day, Calls::default()))
        .collect();
    for count in counts {
        // One that is of tomorrow already has its day, too.
        days.entry(count.day)
            .or_default()
            .add(count.decision, count.calls);
    }
    days.into_iter()
        .map(|(day, calls)| DayFigures { day, calls })
        .collect()
}

/// Sums up by class, every class there, and the calls of unknown tools last if there were any.
pub(crate) fn by_class(counts: &[CallCount]) -> Vec<ClassFigures> {
    let of = |class: Option<RiskClass>| {
        let mut calls = Calls::default();
        for count in counts.iter().filter(|count| count.class == class) {
            calls.add(count.decision, count.calls);
        }
        ClassFigures { class, calls }
    };
    let unknown = of(None);
    RiskClass::ALL
        .into_iter()
        .map(|class| of(Some(class)))
        .chain((unknown.calls.total() > 0).then_some(unknown))
        .collect()
}
