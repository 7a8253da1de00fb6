//! Schedules whose time has come, of any tenant.

use countersign_domain::{
    Timestamp,
    id::{SourceId, TenantId},
    schedule::Cadence,
};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::at;
use crate::{StoreError, SystemTx, jobs::NewJob, row::unless_unreadable};

/// A schedule whose time has come.
#[derive(Clone, Copy, Debug)]
pub struct DueSchedule {
    /// Whose.
    pub tenant: TenantId,
    /// The source.
    pub source: SourceId,
    /// How often.
    pub every: Cadence,
    /// The database's present moment.
    pub now: Timestamp,
}

impl SystemTx {
    /// Finds schedules whose time has come and whose last job is over, and keeps them from being
    /// found by others until this transaction ends.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn due_schedules(&self, limit: i64) -> Result<Vec<DueSchedule>, StoreError> {
        let rows = self
            .rows(
                "SELECT s.tenant_id, s.source_id, s.every, clock_timestamp() AS now
                 FROM source_schedule s WHERE s.next_at <= clock_timestamp()
                   AND NOT EXISTS (SELECT 1 FROM job j WHERE j.tenant_id = s.tenant_id
                       AND j.id = s.job_id AND j.state IN ('ready', 'running'))
                 ORDER BY s.next_at LIMIT $1 FOR UPDATE OF s SKIP LOCKED",
                [limit.into()],
            )
            .await?;
        let read = |row: &QueryResult| {
            let source = SourceId::from(row.try_get::<Uuid>("", "source_id")?);
            let every: String = row.try_get("", "every")?;
            Ok(DueSchedule {
                tenant: row.try_get::<Uuid>("", "tenant_id")?.into(),
                source,
                every: at(source).need("every", Cadence::parse(&every))?,
                now: row.try_get("", "now")?,
            })
        };
        rows.iter()
            .filter_map(|row| unless_unreadable(read(row)))
            .collect()
    }

    /// Begins the job of a due schedule and says when it is due next.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn begin_look(&self, due: &DueSchedule, job: &NewJob) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO job (tenant_id, id, kind, payload, state, attempts_max, scheduled, run_after, created_at)
             VALUES ($1, $2, $3, $4, 'ready', $5, $6, clock_timestamp(), clock_timestamp())",
            [
                due.tenant.as_uuid().into(),
                job.id.as_uuid().into(),
                job.kind.into(),
                job.payload.clone().into(),
                i32::try_from(job.attempts).unwrap_or(i32::MAX).into(),
                job.scheduled.into(),
            ],
        )
        .await?;
        self.execute(
            "UPDATE source_schedule SET job_id = $3, next_at = $4
             WHERE tenant_id = $1 AND source_id = $2",
            [
                due.tenant.as_uuid().into(),
                due.source.as_uuid().into(),
                job.id.as_uuid().into(),
                due.every.next_after(due.source, due.now).into(),
            ],
        )
        .await
        .map(|_| ())
    }
}
