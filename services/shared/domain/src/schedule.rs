//! How often an address is looked at again, and when exactly.
//!
//! Each source has its own place within the hour, the day or the week, taken from its id: a
//! thousand schedules that were set on one morning do not all ask at the same second, and the
//! same schedule asks at the same time each day.

use chrono::DateTime;

use crate::{clock::Timestamp, id::SourceId};

/// Failures in a row after which the members of a tenant are told.
pub const TOLD_AFTER: u32 = 3;

/// Failures in a row after which a schedule stops.
pub const STOPPED_AFTER: u32 = 10;

/// Hours that a schedule waits at most after a failure. It begins with one and doubles.
pub const LONGEST_WAIT: u32 = 168;

/// How often an address is looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cadence {
    /// Once an hour.
    Hourly,
    /// Once a day.
    Daily,
    /// Once a week.
    Weekly,
}

impl Cadence {
    /// All of them, the most frequent first.
    pub const ALL: [Self; 3] = [Self::Hourly, Self::Daily, Self::Weekly];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
        }
    }

    /// Reads the name that [`Cadence::as_str`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    const fn seconds(self) -> i64 {
        match self {
            Self::Hourly => 3_600,
            Self::Daily => 86_400,
            Self::Weekly => 604_800,
        }
    }

    /// Returns the next moment of a source after another moment.
    #[must_use]
    pub fn next_after(self, source: SourceId, moment: Timestamp) -> Timestamp {
        let period = self.seconds();
        // The last bits of an id are random, its first ones are the time it was made at.
        let (_, random) = source.as_uuid().as_u64_pair();
        let place = i64::try_from(random >> 1).unwrap_or(0) % period;
        let wait = period - (moment.timestamp() - place).rem_euclid(period);
        DateTime::from_timestamp(moment.timestamp() + wait, 0).unwrap_or(moment)
    }
}

/// Why a schedule has stopped by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// Whoever set it is no member any more.
    MemberLeft,
    /// Whoever set it may not import any more.
    RoleLost,
    /// It looked in vain too often.
    KeptFailing,
    /// What it brought takes all the room that it has.
    RoomUsed,
}

impl StopReason {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::MemberLeft,
        Self::RoleLost,
        Self::KeptFailing,
        Self::RoomUsed,
    ];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MemberLeft => "member_left",
            Self::RoleLost => "role_lost",
            Self::KeptFailing => "kept_failing",
            Self::RoomUsed => "room_used",
        }
    }

    /// Reads the name that [`StopReason::as_str`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// One sentence for people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::MemberLeft => "Whoever set it is no member any more.",
            Self::RoleLost => "Whoever set it may not import any more.",
            Self::KeptFailing => "Ten looks in a row came to nothing.",
            Self::RoomUsed => {
                "The document was another one so often that what was kept fills the room a schedule has."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;

    fn moment(seconds: i64) -> Timestamp {
        DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
    }

    fn sources() -> impl Iterator<Item = SourceId> {
        // Consecutive ids would be the worst case; real ones are random here.
        (1..200_u128).map(|n| Uuid::from_u128(n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c)).into())
    }

    #[test]
    fn a_source_is_looked_at_once_a_period_always_at_the_same_place() {
        for source in sources() {
            for (cadence, period) in [
                (Cadence::Hourly, TimeDelta::hours(1)),
                (Cadence::Daily, TimeDelta::days(1)),
                (Cadence::Weekly, TimeDelta::weeks(1)),
            ] {
                let first = cadence.next_after(source, moment(0));
                assert!(first > moment(0) && first <= moment(0) + period);
                assert_eq!(cadence.next_after(source, first), first + period);
                let late = first + period * 5 + TimeDelta::seconds(1);
                assert_eq!(cadence.next_after(source, late), first + period * 6);
            }
        }
    }

    #[test]
    fn the_reasons_to_stop_have_names_of_their_own_and_say_what_the_limits_are() {
        for reason in StopReason::ALL {
            assert_eq!(StopReason::parse(reason.as_str()), Some(reason));
        }
        assert_eq!(STOPPED_AFTER, 10, "the sentence says ten");
    }

    #[test]
    fn schedules_are_spread() {
        let places: HashSet<_> = sources()
            .map(|source| Cadence::Hourly.next_after(source, moment(0)))
            .collect();
        assert!(places.len() > 180, "{} moments only", places.len());
        println!("N = 199 schedules at {} moments of an hour", places.len());
    }
}
