//! One attempt of one job: run it, keep its lease, write down what came of it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use countersign_access::SystemReason;
use countersign_domain::text;
use countersign_store::{
    Store, StoreError,
    jobs::{Afterwards, ClaimedJob, Lease},
};
use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval};

use crate::job::{Job, JobContext, JobError};

/// How long a claim lasts without being renewed.
pub(crate) const LEASE: Duration = Duration::from_secs(30);
/// Characters kept of an error.
const ERROR_LENGTH: usize = 500;

/// A [`Job`] of any kind.
#[async_trait]
pub(crate) trait AnyJob: Send + Sync {
    async fn run(&self, cx: &JobContext, payload: Value) -> Result<(), JobError>;
    async fn given_up(&self, cx: &JobContext, payload: Value, why: &str) -> Result<(), JobError>;
}

#[async_trait]
impl<J: Job> AnyJob for J {
    async fn run(&self, cx: &JobContext, payload: Value) -> Result<(), JobError> {
        let payload = serde_json::from_value(payload).map_err(JobError::fail)?;
        Job::run(self, cx, payload).await
    }

    async fn given_up(&self, cx: &JobContext, payload: Value, why: &str) -> Result<(), JobError> {
        let payload = serde_json::from_value(payload).map_err(JobError::fail)?;
        Job::given_up(self, cx, payload, why).await
    }
}

/// Works on a claimed job until there is an outcome and it is written down.
pub(crate) async fn attempt(kind: Arc<dyn AnyJob>, cx: JobContext, claimed: ClaimedJob) {
    let job = claimed.lease.job();
    let (store, lease) = (cx.store.clone(), claimed.lease.clone());
    let work = tokio::spawn(outcome(kind, cx, claimed));
    let stop = work.abort_handle();
    let outcome = tokio::select! {
        done = work => done.unwrap_or_else(|panic| Outcome::Again(panic.to_string())),
        () = until_lost(&store, &lease) => {
            stop.abort();
            tracing::warn!(job.id = %job, "lost the lease of job {job}");
            return;
        }
    };
    if let Err(error) = write_down(&store, &lease, outcome).await {
        // The lease ends by itself, and the job is found again then.
        tracing::error!(job.id = %job, error = %error, "could not write down how job {job} went");
    }
}

enum Outcome {
    Done,
    Again(String),
    Failed(String),
}

async fn outcome(kind: Arc<dyn AnyJob>, cx: JobContext, claimed: ClaimedJob) -> Outcome {
    let (name, payload) = (claimed.kind, claimed.payload);
    let error = if cx.attempt() > cx.attempts_max {
        JobError::fail("the worker died in the last attempt")
    } else {
        match kind.run(&cx, payload.clone()).await {
            Ok(()) => return Outcome::Done,
            Err(error) => error,
        }
    };
    let why = text::strip(&error.cause().to_string(), ERROR_LENGTH);
    let job = cx.lease.job();
    tracing::warn!(
        job.id = %job, job.name = name, job.attempt = cx.attempt(), error = error.cause(),
        "job {job} did not succeed"
    );
    match error {
        JobError::Retry(_) if !cx.is_last_attempt() => Outcome::Again(why),
        JobError::Retry(_) | JobError::Fail(_) => {
            if let Err(error) = kind.given_up(&cx, payload, &why).await {
                tracing::error!(
                    job.id = %job, job.name = name, error = error.cause(),
                    "could not put things right after job {job}"
                );
            }
            Outcome::Failed(why)
        }
    }
}

/// Renews the lease and returns when it is lost. A database that is away for a while is not a loss.
async fn until_lost(store: &Store, lease: &Lease) {
    let mut beat = interval(LEASE / 3);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat.tick().await;
    loop {
        beat.tick().await;
        match renew(store, lease).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(error = %error, "could not renew a lease"),
        }
    }
}

async fn renew(store: &Store, lease: &Lease) -> Result<bool, StoreError> {
    let tx = store.begin_system(SystemReason::RunJobs).await?;
    let held = tx.renew_lease(lease, LEASE).await?;
    tx.commit().await?;
    Ok(held)
}

async fn write_down(store: &Store, lease: &Lease, outcome: Outcome) -> Result<(), StoreError> {
    let tx = store.begin_system(SystemReason::RunJobs).await?;
    let ours = match outcome {
        Outcome::Done => tx.finish_job(lease).await?,
        Outcome::Again(why) => tx.retry_job(lease, &why).await? != Afterwards::NotOurs,
        Outcome::Failed(why) => tx.fail_job(lease, &why).await? != Afterwards::NotOurs,
    };
    tx.commit().await?;
    if !ours {
        let job = lease.job();
        tracing::warn!(job.id = %job, "job {job} was taken over meanwhile");
    }
    Ok(())
}
