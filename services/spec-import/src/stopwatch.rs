//! The limit on time.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::{ImportError, Limits};

/// Measures one import, by what its thread has used of a processor: a busy machine refuses no
/// document that an idle one reads. Time is a limit here, never a value: no result depends on it.
pub(crate) struct Stopwatch {
    started: Duration,
    limit: Duration,
}

impl Stopwatch {
    /// Starts; it must be asked on the thread that it was started on.
    pub(crate) fn start(limits: &Limits) -> Self {
        Self {
            started: used(),
            limit: limits.processor_time,
        }
    }

    pub(crate) fn check(&self, at: impl Fn() -> String) -> Result<(), ImportError> {
        if used().saturating_sub(self.started) > self.limit {
            return Err(ImportError::TooSlow {
                seconds: self.limit.as_secs(),
                at: at(),
            });
        }
        Ok(())
    }
}

/// What this thread has used of a processor so far.
fn used() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}
