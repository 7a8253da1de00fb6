//! The calls of the last days, counted without reading them again and again.
//!
//! Rows are only ever added, and with the time at which they are: what a while ago was counted once
//! stays so. Of each tenant those counts are remembered in this process up to a moment ago, and
//! only what came since is counted when somebody asks.

use std::{sync::Arc, time::Duration};

use chrono::{Days, TimeDelta};
use countersign_access::TenantScope;
use countersign_domain::{Timestamp, id::TenantId};
use countersign_store::{Store, StoreError, reports::CallCount};
use moka::{policy::EvictionPolicy, sync::Cache};
use tokio::sync::Mutex;

use crate::days::first_moment;

/// No row comes later than this after the time it carries, whatever clock wrote it.
const LATE: TimeDelta = TimeDelta::minutes(10);

/// Counts calls. Clones remember together.
#[derive(Clone, Debug)]
pub(crate) struct CallCounts {
    store: Store,
    settled: Cache<TenantId, Arc<Mutex<Settled>>>,
}

/// What will not change any more.
#[derive(Debug)]
struct Settled {
    until: Timestamp,
    counts: Vec<CallCount>,
}

impl CallCounts {
    pub(crate) fn new(store: Store) -> Self {
        let settled = Cache::builder()
            .max_capacity(1_000)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(Duration::from_hours(24))
            .build();
        Self { store, settled }
    }

    /// Counts the calls of the days that figures look back. Who asks for the same tenant meanwhile
    /// waits, without a connection, and does not count again.
    pub(crate) async fn of(
        &self,
        scope: &TenantScope,
        now: Timestamp,
    ) -> Result<Vec<CallCount>, StoreError> {
        let first = first_moment(now);
        let begin = || Arc::new(Mutex::new(Settled::begin(first)));
        let settled = self.settled.get_with(scope.tenant(), begin);
        let mut settled = settled.lock().await;
        settled.forget_before(first, now);
        let tx = self.store.begin(scope).await?;
        // A day at a time, so that a statement is short and what was counted is kept.
        while settled.until < now - LATE {
            let until = end_of_day(settled.until).min(now - LATE);
            let counts = tx.call_counts(settled.until, until).await?;
            settled.add(counts, until);
        }
        // A row from another process may already be of tomorrow.
        let mut counts = tx
            .call_counts(settled.until, now + TimeDelta::days(1))
            .await?;
        counts.extend_from_slice(&settled.counts);
        Ok(counts)
    }
}

impl Settled {
    const fn begin(first: Timestamp) -> Self {
        Self {
            until: first,
            counts: Vec::new(),
        }
    }

    /// Forgets days that are shown no more, and everything if the clock was set back.
    fn forget_before(&mut self, first: Timestamp, now: Timestamp) {
        if self.until > now || self.until < first {
            *self = Self::begin(first);
        }
        self.counts.retain(|count| count.day >= first.date_naive());
    }

    fn add(&mut self, counts: Vec<CallCount>, until: Timestamp) {
        for count in counts {
            let of = |count: &CallCount| (count.day, count.class, count.decision);
            let same = self.counts.iter_mut().find(|one| of(one) == of(&count));
            match same {
                Some(known) => known.calls += count.calls,
                None => self.counts.push(count),
            }
        }
        self.until = until;
    }
}

fn end_of_day(at: Timestamp) -> Timestamp {
    let midnight = at.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    midnight + Days::new(1)
}
