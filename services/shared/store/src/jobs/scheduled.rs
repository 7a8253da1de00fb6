//! Claiming the jobs that schedules began, which nobody waits for.
//!
//! Of one tenant at most one of them runs, in all processes together, and tenants take turns: many
//! schedules, or slow servers behind them, take no time from others. Jobs that people wait for are
//! claimed apart from these.

use std::time::Duration;

use super::{ClaimedJob, claimed, milliseconds};
use crate::{StoreError, SystemTx};

impl SystemTx {
    /// Claims one job of these kinds that a schedule began, of the tenant that has waited longest
    /// since its last and has none that runs.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn claim_scheduled_job(
        &self,
        worker: &str,
        kinds: &[&str],
        lease: Duration,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        // One claim after the other: two at once could each take a job of the same tenant.
        self.execute("SELECT pg_advisory_xact_lock(7172)", [])
            .await?;
        let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        let row = self
            .row(
                "WITH first AS (
                     SELECT DISTINCT ON (tenant_id) tenant_id, id, run_after FROM job one
                     WHERE scheduled AND state IN ('ready', 'running')
                       AND run_after <= statement_timestamp() AND kind = ANY ($1)
                       AND NOT EXISTS (SELECT 1 FROM job other WHERE other.tenant_id = one.tenant_id
                           AND other.scheduled AND other.state = 'running' AND other.id <> one.id)
                     ORDER BY tenant_id, run_after),
                 due AS (
                     SELECT job.tenant_id, job.id, clock_timestamp() + $3 * interval '1 millisecond' AS until
                     FROM job JOIN first ON first.tenant_id = job.tenant_id AND first.id = job.id
                     WHERE job.state IN ('ready', 'running') AND job.run_after <= statement_timestamp()
                     ORDER BY (SELECT max(last.finished_at) FROM job last
                         WHERE last.tenant_id = job.tenant_id AND last.scheduled) NULLS FIRST, job.run_after
                     LIMIT 1 FOR UPDATE OF job SKIP LOCKED)
                 UPDATE job SET state = 'running', attempts = attempts + 1, leased_by = $2,
                     leased_until = due.until, run_after = due.until
                 FROM due WHERE job.tenant_id = due.tenant_id AND job.id = due.id
                 RETURNING job.tenant_id, job.id, job.kind, job.payload, job.attempts, job.attempts_max",
                [kinds.into(), worker.into(), milliseconds(lease).into()],
            )
            .await?;
        row.as_ref().map(|row| claimed(row, worker)).transpose()
    }
}
