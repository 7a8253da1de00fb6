//! The limit on time.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::{ImportError, Limits};

/// Measures one import, by what the process has used of processors, so that others who use them
/// count for nothing. YAML and answers are read on threads of their own, which count
/// too. Where documents come from strangers, the process that imports does nothing else. Time is a
/// limit here, never a value: no result depends on it.
pub(crate) struct Stopwatch {
    started: Duration,
    limit: Duration,
}

impl Stopwatch {
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

/// What the process has used of processors so far, all threads together.
fn used() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_threads_use_counts() {
        let limit = Duration::from_millis(20);
        let limits = Limits {
            processor_time: limit,
            ..Limits::default()
        };
        let watch = Stopwatch::start(&limits);
        std::thread::scope(|scope| {
            scope.spawn(|| while watch.check(String::new).is_ok() {});
        });
        let found = watch.check(|| "here".to_owned());
        assert!(
            matches!(found, Err(ImportError::TooSlow { .. })),
            "{found:?}"
        );
        let mine = Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap();
        assert!(mine < limit, "this thread only waited: {mine:?}");
    }
}
