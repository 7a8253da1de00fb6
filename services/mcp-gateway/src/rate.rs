//! How often each of many may ask.

use std::{
    hash::Hash,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Forget those who have been quiet, every so many questions.
const SWEEP_EVERY: u32 = 1024;

/// Counts what each asks in a second. Those who are owed nothing any more take no room. Clones
/// count together.
#[derive(Clone)]
pub(crate) struct Rate<K: Clone + Eq + Hash>(Arc<Counts<K>>);

struct Counts<K: Clone + Eq + Hash> {
    limiter: DefaultKeyedRateLimiter<K>,
    questions: AtomicU32,
}

impl<K: Clone + Eq + Hash> Rate<K> {
    pub(crate) fn new(per_second: NonZeroU32) -> Self {
        Self(Arc::new(Counts {
            limiter: RateLimiter::keyed(Quota::per_second(per_second)),
            questions: AtomicU32::new(0),
        }))
    }

    /// Counts one question, and says whether it is within the rate.
    pub(crate) fn allows(&self, who: &K) -> bool {
        let Counts { limiter, questions } = &*self.0;
        let asked = questions.fetch_add(1, Ordering::Relaxed);
        if asked.is_multiple_of(SWEEP_EVERY) {
            limiter.retain_recent();
        }
        limiter.check_key(who).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::{thread::sleep, time::Duration};

    use super::*;

    #[test]
    fn those_who_have_been_quiet_take_no_room() {
        // A thousand a second: each is forgiven within a millisecond.
        let rate = Rate::new(NonZeroU32::new(1_000).unwrap());
        for who in 0..5_000 {
            assert!(rate.allows(&who));
        }
        assert!(rate.0.limiter.len() >= 5_000 % SWEEP_EVERY as usize);
        sleep(Duration::from_millis(20));
        for _ in 0..SWEEP_EVERY {
            rate.allows(&5_000);
        }
        assert_eq!(rate.0.limiter.len(), 1);
    }
}
