//! The limit on time.

use std::time::{Duration, Instant};

use crate::{ImportError, Limits};

/// Measures one import. Time is a limit here, never a value: no result depends on it.
pub(crate) struct Stopwatch {
    started: Instant,
    limit: Duration,
}

impl Stopwatch {
    pub(crate) fn start(limits: &Limits) -> Self {
        Self {
            started: Instant::now(),
            limit: limits.elapsed,
        }
    }

    pub(crate) fn check(&self, at: impl Fn() -> String) -> Result<(), ImportError> {
        if self.started.elapsed() > self.limit {
            return Err(ImportError::TooSlow {
                seconds: self.limit.as_secs(),
                at: at(),
            });
        }
        Ok(())
    }
}
