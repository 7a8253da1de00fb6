//! A clock that stands still, and real randomness.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use countersign_domain::{Clock, Entropy, Timestamp, World};

/// A clock that moves only when told to.
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// Stands at the moment the test began.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "database time is real, so a test starts at real time"
    )]
    pub fn starting_now() -> Self {
        Self(Mutex::new(chrono::Utc::now()))
    }

    /// Moves on.
    ///
    /// # Panics
    /// When another test thread panicked while it held the clock.
    pub fn advance(&self, by: TimeDelta) {
        let mut now = self
            .0
            .lock()
            .expect("no test panics while it holds the clock");
        *now += by;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self
            .0
            .lock()
            .expect("no test panics while it holds the clock")
    }
}

/// The operating system's randomness.
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system has randomness");
    }
}

/// A world with a clock that stands still.
#[must_use]
pub fn world() -> World {
    World::new(
        Arc::new(FixedClock::starting_now()),
        Arc::new(SystemEntropy),
    )
}
