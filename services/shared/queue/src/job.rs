//! What a kind of job says about itself, and what it is given.

use std::{error::Error, future::Future, pin::pin, time::Duration};

use countersign_access::{RunJob, TenantScope};
use countersign_domain::{World, id::JobId};
use countersign_store::{
    Store, StoreError, TenantTx,
    jobs::{Lease, NewJob},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::timeout;

/// How often a transaction that waits for something is used.
const BEAT: Duration = Duration::from_secs(10);

/// A kind of background work.
///
/// A job may run more than once, also twice at the same time when a worker was taken for dead: it
/// must be idempotent, and its documentation must say how it is.
pub trait Job: Send + Sync + 'static {
    /// The kind's name in the database, as `service.verb`; never reused for another.
    const NAME: &'static str;
    /// How often one job may be tried.
    const ATTEMPTS: u32;
    /// What it needs to know. Never the tenant: that is the row's.
    type Payload: Serialize + DeserializeOwned + Send + 'static;

    /// Does the work.
    fn run(
        &self,
        cx: &JobContext,
        payload: Self::Payload,
    ) -> impl Future<Output = Result<(), JobError>> + Send;

    /// Puts things right after the last attempt has failed, or died without a word. `why` is one
    /// line for people.
    fn given_up(
        &self,
        cx: &JobContext,
        payload: Self::Payload,
        why: &str,
    ) -> impl Future<Output = Result<(), JobError>> + Send {
        let _ = (cx, payload, why);
        async { Ok(()) }
    }

    /// Makes the row of a new job of this kind.
    #[must_use]
    fn new_job(world: &World, payload: &Self::Payload) -> NewJob
    where
        Self: Sized,
    {
        NewJob {
            id: world.id::<JobId>(),
            kind: Self::NAME,
            payload: serde_json::to_value(payload).expect("payloads are plain JSON"),
            attempts: Self::ATTEMPTS,
            scheduled: false,
        }
    }
}

/// What a job is given besides its payload.
#[derive(Clone, Debug)]
pub struct JobContext {
    pub(crate) scope: TenantScope,
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) lease: Lease,
    pub(crate) attempts_max: u32,
}

impl JobContext {
    /// The authority of the tenant that the job's row belongs to.
    #[must_use]
    pub const fn scope(&self) -> &TenantScope {
        &self.scope
    }

    /// The database.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The clock and the randomness.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// The job itself.
    #[must_use]
    pub const fn job(&self) -> JobId {
        self.lease.job()
    }

    /// Which attempt this is, from 1.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.lease.attempt()
    }

    /// Says whether there will be no other attempt.
    #[must_use]
    pub const fn is_last_attempt(&self) -> bool {
        self.lease.attempt() >= self.attempts_max
    }

    /// Permission to do what jobs do; one for each change.
    ///
    /// # Panics
    /// Never: a job's scope is a job's.
    pub fn permit(&self) -> countersign_access::Permit<RunJob> {
        self.scope
            .allow(RunJob)
            .expect("the scope was built from a job's row")
    }

    /// Makes sure that the job is still ours, until this transaction ends. To be asked in the
    /// transaction that has the job's effect: a worker that was taken for dead fails here.
    ///
    /// # Errors
    /// When it is not, or the database refuses.
    pub async fn fence(&self, tx: &TenantTx) -> Result<(), JobError> {
        if tx.fence(&self.lease).await? {
            Ok(())
        } else {
            Err(JobError::fail(LeaseLost))
        }
    }

    /// Makes sure of the same, and goes on doing so while something is worked out for as long as it
    /// takes: the database ends a transaction in which nothing is asked for half a minute.
    ///
    /// # Errors
    /// When the job is not ours, or the database refuses.
    pub async fn fenced<T>(
        &self,
        tx: &TenantTx,
        work: impl Future<Output = T>,
    ) -> Result<T, JobError> {
        self.fence(tx).await?;
        beside(work, BEAT, || self.fence(tx)).await
    }
}

/// Does something, and the other thing again whenever that has taken so long.
async fn beside<T, E, A: Future<Output = Result<(), E>>>(
    work: impl Future<Output = T>,
    every: Duration,
    mut again: impl FnMut() -> A,
) -> Result<T, E> {
    let mut work = pin!(work);
    loop {
        match timeout(every, &mut work).await {
            Ok(done) => return Ok(done),
            Err(_) => again().await?,
        }
    }
}

/// Somebody else has claimed the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("another worker has taken this job over")]
pub struct LeaseLost;

/// Why an attempt came to nothing.
#[derive(Debug)]
pub enum JobError {
    /// It may go better next time.
    Retry(Box<dyn Error + Send + Sync>),
    /// It will not.
    Fail(Box<dyn Error + Send + Sync>),
}

impl JobError {
    /// It may go better next time.
    pub fn retry(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Retry(error.into())
    }

    /// It will not go better next time.
    pub fn fail(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Fail(error.into())
    }

    pub(crate) fn cause(&self) -> &(dyn Error + 'static) {
        match self {
            Self::Retry(error) | Self::Fail(error) => error.as_ref(),
        }
    }
}

/// What the database refuses now it may accept later: a deadlock, a restart, a full disk.
impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        Self::retry(error)
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_takes_long_is_not_alone() {
        let mut asked = 0;
        let again = || {
            asked += 1;
            ready(Ok::<_, LeaseLost>(()))
        };
        let work = async {
            sleep(BEAT * 7 / 2).await;
            "worked out"
        };
        assert_eq!(beside(work, BEAT, again).await, Ok("worked out"));
        assert_eq!(asked, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_long_ends_when_the_job_is_anothers() {
        let again = || ready(Err::<(), _>(LeaseLost));
        let worked_out = beside(pending::<()>(), BEAT, again).await;
        assert_eq!(worked_out, Err(LeaseLost));
    }
}
