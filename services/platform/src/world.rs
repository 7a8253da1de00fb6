//! The real clock and the real randomness.

use std::sync::Arc;

use aws_lc_rs::rand;
use countersign_domain::{Clock, Entropy, Timestamp, World};

struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the clock comes in"
    )]
    fn now(&self) -> Timestamp {
        chrono::Utc::now()
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        // Going on without randomness would hand out tokens that can be guessed.
        rand::fill(buffer).expect("the operating system gives randomness");
    }
}

/// Returns the clock and the randomness of this machine.
#[must_use]
pub fn system_world() -> World {
    World::new(Arc::new(SystemClock), Arc::new(SystemEntropy))
}
