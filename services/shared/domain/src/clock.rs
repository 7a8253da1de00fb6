//! Time and randomness are arguments: nothing below `platform` reads either by itself.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Builder;

use crate::id::Id;

/// A moment, in UTC.
pub type Timestamp = DateTime<Utc>;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Returns the present moment.
    fn now(&self) -> Timestamp;
}

/// Fills a buffer with bytes nobody can guess.
pub trait Entropy: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The clock and the randomness a process runs with.
#[derive(Clone)]
pub struct World {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl World {
    /// Puts a clock and a source of randomness together.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy }
    }

    /// Returns the present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// Makes a new id that sorts by time (UUID version 7, RFC 9562 section 5.7).
    #[must_use]
    pub fn id<T: Id>(&self) -> T {
        let milliseconds = u64::try_from(self.now().timestamp_millis()).unwrap_or(0);
        T::from(Builder::from_unix_timestamp_millis(milliseconds, &self.bytes()).into_uuid())
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("World")
    }
}
