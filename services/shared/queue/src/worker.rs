//! The worker: claims jobs, relays events, runs reconcilers.

use std::{collections::HashMap, sync::Arc, time::Duration};

use countersign_access::SystemReason;
use countersign_domain::World;
use countersign_store::{Store, StoreError, jobs::ClaimedJob};
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    job::{Job, JobContext},
    reconciler::Reconciler,
    relay::relay,
    running::{AnyJob, LEASE, attempt},
    wakeups::Wakeups,
};

/// How often the database is looked at when nobody says that there is something to do.
pub const POLL: Duration = Duration::from_secs(1);
/// Jobs worked on at once by one process, besides those that a schedule began.
const AT_ONCE: usize = 4;
/// Jobs that a schedule began and that are worked on at once by one process: fewer than documents
/// may be read at once, so an import that somebody waits for finds room there, too.
const SCHEDULED_AT_ONCE: usize = 1;
/// How long one look at the database, or one turn of a reconciler, may take: a connection that died
/// without a word must not stop the work of all tenants.
const TURN: Duration = Duration::from_secs(16);
/// How long running jobs may go on once the process is to end.
const GRACE: Duration = Duration::from_secs(20);

/// Works in the background for all tenants.
pub struct Worker {
    store: Store,
    world: World,
    wakeups: Arc<dyn Wakeups>,
    name: String,
    kinds: HashMap<&'static str, Arc<dyn AnyJob>>,
    reconcilers: Vec<Arc<dyn Reconciler>>,
}

/// What one process works on.
#[derive(Default)]
struct Running {
    /// Jobs that somebody waits for.
    asked: JoinSet<()>,
    /// Jobs that a schedule began.
    scheduled: JoinSet<()>,
}

impl Worker {
    /// Makes a worker that knows no job yet.
    #[must_use]
    pub fn new(store: Store, world: World, wakeups: Arc<dyn Wakeups>) -> Self {
        let name = format!("worker-{:016x}", u64::from_be_bytes(world.bytes()));
        Self {
            store,
            world,
            wakeups,
            name,
            kinds: HashMap::new(),
            reconcilers: Vec::new(),
        }
    }

    /// Teaches it a kind of job. It claims only kinds that it knows.
    ///
    /// # Panics
    /// When it already knows a kind of that name.
    #[must_use]
    pub fn register<J: Job>(mut self, job: J) -> Self {
        let before = self.kinds.insert(J::NAME, Arc::new(job));
        assert!(before.is_none(), "two kinds of job are called {}", J::NAME);
        self
    }

    /// Gives it periodic work.
    #[must_use]
    pub fn reconcile(mut self, reconciler: impl Reconciler + 'static) -> Self {
        self.reconcilers.push(Arc::new(reconciler));
        self
    }

    /// Works until told to stop; then lets running jobs end, for a while.
    pub async fn run(self, stop: CancellationToken) {
        let worker = Arc::new(self);
        let mut periodic = JoinSet::new();
        for reconciler in &worker.reconcilers {
            periodic.spawn(again_and_again(Arc::clone(reconciler)));
        }
        let woken = Arc::new(Notify::new());
        periodic.spawn(pass_on(Arc::clone(&worker.wakeups), Arc::clone(&woken)));
        let mut running = Running::default();
        loop {
            if timeout(TURN, worker.look(&mut running)).await.is_err() {
                tracing::warn!("the database did not answer in time; jobs and events wait");
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = woken.notified() => {}
                Some(_) = running.asked.join_next() => {}
                Some(_) = running.scheduled.join_next() => {}
            }
        }
        let all = async {
            while running.asked.join_next().await.is_some() {}
            while running.scheduled.join_next().await.is_some() {}
        };
        if timeout(GRACE, all).await.is_err() {
            tracing::warn!("jobs were broken off; their leases end by themselves");
        }
    }

    /// Does everything that is due, one job after the other, and returns how many jobs that were.
    /// For tests: jobs that a job adds are done too, those that wait for a retry are not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn run_until_empty(&self) -> Result<usize, StoreError> {
        let mut done = 0;
        loop {
            relay(&self.store, self.wakeups.as_ref()).await?;
            let asked = self.claim(1).await?.pop();
            let claimed = match asked {
                Some(claimed) => Some(claimed),
                None => self.claim_scheduled().await?,
            };
            let Some(claimed) = claimed else {
                return Ok(done);
            };
            if let Some(work) = self.work(claimed) {
                work.await;
            }
            done += 1;
        }
    }

    /// Begins as many jobs as there is room for and relays what waits.
    async fn look(&self, running: &mut Running) {
        let room = AT_ONCE.saturating_sub(running.asked.len());
        self.begin(self.claim(room).await, &mut running.asked);
        if running.scheduled.len() < SCHEDULED_AT_ONCE {
            self.begin(self.claim_scheduled().await, &mut running.scheduled);
        }
        if let Err(error) = relay(&self.store, self.wakeups.as_ref()).await {
            tracing::warn!(error = %error, "events wait");
        }
    }

    fn begin(
        &self,
        claimed: Result<impl IntoIterator<Item = ClaimedJob>, StoreError>,
        running: &mut JoinSet<()>,
    ) {
        match claimed {
            Ok(claimed) => {
                for work in claimed.into_iter().filter_map(|job| self.work(job)) {
                    running.spawn(work);
                }
            }
            Err(error) => tracing::warn!(error = %error, "jobs wait"),
        }
    }

    async fn claim(&self, limit: usize) -> Result<Vec<ClaimedJob>, StoreError> {
        if limit == 0 || self.kinds.is_empty() {
            return Ok(Vec::new());
        }
        let kinds: Vec<&str> = self.kinds.keys().copied().collect();
        let tx = self.store.begin_system(SystemReason::RunJobs).await?;
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let claimed = tx.claim_jobs(&self.name, &kinds, limit, LEASE).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    async fn claim_scheduled(&self) -> Result<Option<ClaimedJob>, StoreError> {
        if self.kinds.is_empty() {
            return Ok(None);
        }
        let kinds: Vec<&str> = self.kinds.keys().copied().collect();
        let tx = self.store.begin_system(SystemReason::RunJobs).await?;
        let claimed = tx.claim_scheduled_job(&self.name, &kinds, LEASE).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    fn work(&self, claimed: ClaimedJob) -> Option<impl Future<Output = ()> + Send + 'static> {
        let kind = Arc::clone(self.kinds.get(claimed.kind.as_str())?);
        let cx = JobContext {
            scope: claimed.scope.clone(),
            store: self.store.clone(),
            world: self.world.clone(),
            lease: claimed.lease.clone(),
            attempts_max: claimed.attempts_max,
        };
        Some(attempt(kind, cx, claimed))
    }
}

/// Turns wake-ups into a notice that the loop can wait for without breaking off a read.
async fn pass_on(wakeups: Arc<dyn Wakeups>, woken: Arc<Notify>) {
    loop {
        let began = Instant::now();
        wakeups.work(POLL).await;
        woken.notify_one();
        // A carrier that comes back at once again and again must not become a busy loop.
        if began.elapsed() < Duration::from_millis(5) {
            sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn again_and_again(reconciler: Arc<dyn Reconciler>) {
    loop {
        let turn = timeout(TURN, reconciler.reconcile()).await;
        let done = turn.unwrap_or_else(|late| Err(late.into()));
        if let Err(error) = done {
            tracing::warn!(
                reconciler.name = reconciler.name(),
                error = error.as_ref(),
                "{} did not succeed and will try again",
                reconciler.name()
            );
        }
        sleep(reconciler.every()).await;
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::pending,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use async_trait::async_trait;

    use super::*;
    use crate::reconciler::ReconcileError;

    /// Hangs in its first turn.
    #[derive(Default)]
    struct Stuck(AtomicUsize);

    #[async_trait]
    impl Reconciler for Stuck {
        fn name(&self) -> &'static str {
            "stuck"
        }

        fn every(&self) -> Duration {
            Duration::from_secs(1)
        }

        async fn reconcile(&self) -> Result<usize, ReconcileError> {
            if self.0.fetch_add(1, Ordering::SeqCst) == 0 {
                pending::<()>().await;
            }
            Ok(0)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_hangs_is_not_the_last() {
        let stuck = Arc::new(Stuck::default());
        let turns = tokio::spawn(again_and_again(Arc::clone(&stuck) as _));
        sleep(TURN * 2).await;
        turns.abort();
        assert!(stuck.0.load(Ordering::SeqCst) > 1);
    }
}
