//! Jobs: rows that are written in the caller's transaction and claimed by one worker at a time.
//!
//! A claim is a lease: it ends by database time, and each claim counts `attempts` up. The pair of
//! worker and count is the fencing token, so a worker that was thought dead and comes back can
//! neither finish, renew nor [`fence`](TenantTx::fence) a job that somebody else has since claimed.
//! While a job is leased its `run_after` is the end of the lease: one index finds both the jobs
//! that are due and those whose worker died.

mod scheduled;

use std::time::Duration;

use countersign_access::{Actor, Membership, TenantScope};
use countersign_domain::id::{JobId, TenantId};
use sea_orm::QueryResult;
use serde_json::Value;
use uuid::Uuid;

use crate::{StoreError, SystemTx, TenantTx, row::At};

/// Jobs of one tenant that run at once in all processes together, besides those that a schedule
/// began: half of what one process works on.
const OF_ONE_TENANT: i64 = 2;

/// Work to be done once this transaction has committed.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Its id.
    pub id: JobId,
    /// The name of the job's kind.
    pub kind: &'static str,
    /// What the kind needs to know.
    pub payload: Value,
    /// How often it may be tried.
    pub attempts: u32,
    /// A schedule began it, and nobody waits for it.
    pub scheduled: bool,
}

impl NewJob {
    /// Makes it one that a schedule began. It is tried once: the schedule comes again by itself.
    #[must_use]
    pub const fn by_schedule(mut self) -> Self {
        self.scheduled = true;
        self.attempts = 1;
        self
    }
}

/// A job that this worker may work on until its lease ends.
#[derive(Debug)]
pub struct ClaimedJob {
    /// The tenant's authority, built from the row and from nothing that was sent.
    pub scope: TenantScope,
    /// What was claimed, and by whom.
    pub lease: Lease,
    /// The name of the job's kind.
    pub kind: String,
    /// What the kind needs to know.
    pub payload: Value,
    /// How often it may be tried.
    pub attempts_max: u32,
}

/// A claim on a job: the fencing token.
#[derive(Clone, Debug)]
pub struct Lease {
    tenant: TenantId,
    job: JobId,
    worker: String,
    attempt: u32,
}

impl Lease {
    /// The job.
    #[must_use]
    pub const fn job(&self) -> JobId {
        self.job
    }

    /// Which claim this is, from 1.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }
}

/// What became of a job that could not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// It will be tried again.
    Waits,
    /// It will not be tried again.
    Failed,
    /// Somebody else has claimed or finished it: nothing was changed.
    NotOurs,
}

impl TenantTx {
    /// Adds a job. It exists exactly when this transaction commits.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn enqueue(&self, job: &NewJob) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO job (tenant_id, id, kind, payload, state, attempts_max, scheduled, run_after, created_at)
             VALUES ($1, $2, $3, $4, 'ready', $5, $6, clock_timestamp(), clock_timestamp())",
            [
                self.tenant().as_uuid().into(),
                job.id.as_uuid().into(),
                job.kind.into(),
                job.payload.clone().into(),
                count(job.attempts).into(),
                job.scheduled.into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Counts the jobs of a kind that have not ended, besides those that a schedule began. Until
    /// this transaction ends, nobody else of the tenant counts them, so that it may add one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_jobs(&self, kind: &str) -> Result<i64, StoreError> {
        // In a statement of its own: one who waited for it sees what the one before has added.
        self.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 7174))",
            [self.tenant().as_uuid().into()],
        )
        .await?;
        let row = self
            .row(
                "SELECT count(*) AS open FROM job WHERE tenant_id = $1 AND kind = $2
                 AND state IN ('ready', 'running') AND NOT scheduled",
                [self.tenant().as_uuid().into(), kind.into()],
            )
            .await?
            .ok_or(StoreError::NotFound)?;
        Ok(row.try_get("", "open")?)
    }

    /// Says whether the lease still holds, and keeps the job from being claimed until this
    /// transaction ends. To be asked in the transaction that has the job's effect.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn fence(&self, lease: &Lease) -> Result<bool, StoreError> {
        let row = self
            .row(
                "SELECT 1 FROM job WHERE tenant_id = $1 AND id = $2 AND state = 'running'
                 AND leased_by = $3 AND attempts = $4 FOR UPDATE",
                [
                    self.tenant().as_uuid().into(),
                    lease.job.as_uuid().into(),
                    lease.worker.clone().into(),
                    count(lease.attempt).into(),
                ],
            )
            .await?;
        Ok(row.is_some())
    }
}

impl SystemTx {
    /// Claims jobs of these kinds that are due, or whose worker's lease has ended; none that a
    /// schedule began.
    ///
    /// Tenants take turns: a tenant's first job comes before any other's second, of tenants that
    /// have as many running the one served longest ago comes first, a new one as if it had been
    /// served when its job came, and no tenant has more than two running in all processes together.
    ///
    /// A job may come back with more attempts than it may have: its worker died in the last one,
    /// and all that is left to do is to give it up.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn claim_jobs(
        &self,
        worker: &str,
        kinds: &[&str],
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<ClaimedJob>, StoreError> {
        // One claim after the other: two at once could each take the last place of a tenant.
        self.execute("SELECT pg_advisory_xact_lock(7173)", [])
            .await?;
        let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        let rows = self
            .rows(
                "WITH busy AS (
                     SELECT tenant_id, count(*) AS jobs FROM job
                     WHERE state = 'running' AND run_after > statement_timestamp() AND NOT scheduled
                     GROUP BY tenant_id),
                 waiting AS (
                     SELECT tenant_id, id, coalesce(busy.jobs, 0)
                         + row_number() OVER (PARTITION BY tenant_id ORDER BY run_after, id) AS place
                     FROM job LEFT JOIN busy USING (tenant_id)
                     WHERE state IN ('ready', 'running') AND run_after <= statement_timestamp()
                       AND kind = ANY ($1) AND NOT scheduled),
                 due AS (
                     SELECT job.tenant_id, job.id, clock_timestamp() + $4 * interval '1 millisecond' AS until
                     FROM job JOIN waiting ON waiting.tenant_id = job.tenant_id AND waiting.id = job.id
                     WHERE waiting.place <= $5
                       AND job.state IN ('ready', 'running') AND job.run_after <= statement_timestamp()
                     ORDER BY waiting.place, coalesce((SELECT max(last.run_after) FROM job last
                         WHERE last.tenant_id = job.tenant_id AND last.attempts > 0 AND NOT last.scheduled),
                         job.run_after), job.run_after
                     LIMIT $2 FOR UPDATE OF job SKIP LOCKED)
                 UPDATE job SET state = 'running', attempts = attempts + 1, leased_by = $3,
                     leased_until = due.until, run_after = due.until
                 FROM due WHERE job.tenant_id = due.tenant_id AND job.id = due.id
                 RETURNING job.tenant_id, job.id, job.kind, job.payload, job.attempts, job.attempts_max",
                [
                    kinds.into(),
                    i64::from(limit).into(),
                    worker.into(),
                    milliseconds(lease).into(),
                    OF_ONE_TENANT.into(),
                ],
            )
            .await?;
        rows.iter().map(|row| claimed(row, worker)).collect()
    }

    /// Makes a lease last longer from now; says whether it still held.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn renew_lease(&self, lease: &Lease, by: Duration) -> Result<bool, StoreError> {
        let renewed = self
            .row(
                "UPDATE job SET leased_until = until, run_after = until
                 FROM (SELECT clock_timestamp() + $5 * interval '1 millisecond' AS until) AS moment
                 WHERE tenant_id = $1 AND id = $2 AND state = 'running' AND leased_by = $3 AND attempts = $4
                 RETURNING 1",
                [
                    lease.tenant.as_uuid().into(),
                    lease.job.as_uuid().into(),
                    lease.worker.clone().into(),
                    count(lease.attempt).into(),
                    milliseconds(by).into(),
                ],
            )
            .await?;
        Ok(renewed.is_some())
    }

    /// Marks a job as done; says whether it was still ours to finish.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn finish_job(&self, lease: &Lease) -> Result<bool, StoreError> {
        let finished = self
            .execute(
                "UPDATE job SET state = 'done', finished_at = clock_timestamp(), leased_by = NULL,
                     leased_until = NULL, last_error = NULL
                 WHERE tenant_id = $1 AND id = $2 AND state = 'running' AND leased_by = $3 AND attempts = $4",
                [
                    lease.tenant.as_uuid().into(),
                    lease.job.as_uuid().into(),
                    lease.worker.clone().into(),
                    count(lease.attempt).into(),
                ],
            )
            .await?;
        Ok(finished == 1)
    }

    /// Puts a job back to be tried again after 1, 2, 4 .. 60 seconds, or fails it when it has had
    /// its attempts.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn retry_job(&self, lease: &Lease, error: &str) -> Result<Afterwards, StoreError> {
        self.put_back(lease, error, "attempts >= attempts_max")
            .await
    }

    /// Fails a job: it will not be tried again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn fail_job(&self, lease: &Lease, error: &str) -> Result<Afterwards, StoreError> {
        self.put_back(lease, error, "true").await
    }

    async fn put_back(
        &self,
        lease: &Lease,
        error: &str,
        is_over: &'static str,
    ) -> Result<Afterwards, StoreError> {
        let sql = format!(
            "UPDATE job SET state = CASE WHEN {is_over} THEN 'failed' ELSE 'ready' END,
                 finished_at = CASE WHEN {is_over} THEN clock_timestamp() END,
                 run_after = clock_timestamp() + least(60, power(2, attempts - 1)) * interval '1 second',
                 leased_by = NULL, leased_until = NULL, last_error = $5
             WHERE tenant_id = $1 AND id = $2 AND state = 'running' AND leased_by = $3 AND attempts = $4
             RETURNING state = 'failed' AS failed"
        );
        let row = self
            .row(
                &sql,
                [
                    lease.tenant.as_uuid().into(),
                    lease.job.as_uuid().into(),
                    lease.worker.clone().into(),
                    count(lease.attempt).into(),
                    error.into(),
                ],
            )
            .await?;
        match row {
            None => Ok(Afterwards::NotOurs),
            Some(row) if row.try_get("", "failed")? => Ok(Afterwards::Failed),
            Some(_) => Ok(Afterwards::Waits),
        }
    }
}

fn claimed(row: &QueryResult, worker: &str) -> Result<ClaimedJob, StoreError> {
    let tenant = TenantId::from(row.try_get::<Uuid>("", "tenant_id")?);
    let job = JobId::from(row.try_get::<Uuid>("", "id")?);
    let at = At {
        table: "job",
        row: job,
    };
    let number = |column: &'static str| -> Result<u32, StoreError> {
        let stored: i32 = row.try_get("", column)?;
        at.need(column, u32::try_from(stored).ok())
    };
    Ok(ClaimedJob {
        scope: TenantScope::authenticated(Membership {
            tenant,
            actor: Actor::Job { job },
        }),
        lease: Lease {
            tenant,
            job,
            worker: worker.to_owned(),
            attempt: number("attempts")?,
        },
        kind: row.try_get("", "kind")?,
        payload: row.try_get("", "payload")?,
        attempts_max: number("attempts_max")?,
    })
}

fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
