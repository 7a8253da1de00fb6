//! Looking at an address again by itself: setting that, taking it away, and seeing how it goes.
//!
//! What always holds: it is off until a member who may import has set it; it looks at the address
//! that was shown to them, even if the API is imported from another one later; and it acts in
//! their name, so it stops when they may not import any more.

use countersign_access::{ActionName, ImportSource, SystemReason, TenantScope};
use countersign_domain::{
    id::SourceId,
    record::{Act, Record},
    schedule::Cadence,
};
use countersign_queue::Job as _;
use countersign_store::{
    StoreError, TenantTx,
    source_schedules::{NewSchedule, Schedule},
};

use crate::{Imports, LookAgain, LookPayload, StartError, imports::importer};

/// How many are begun in one transaction.
const BATCH: i64 = 100;

/// The wish to have an address looked at again, or not any more.
#[derive(Clone, Copy, Debug)]
pub struct SetSchedule {
    /// The API.
    pub source: SourceId,
    /// How often; `None` takes the schedule away.
    pub every: Option<Cadence>,
}

/// How an API's address is looked at.
#[derive(Clone, Debug)]
pub struct Looking {
    /// The address that a schedule set now would look at, if it was ever imported from one.
    pub address: Option<String>,
    /// The schedule that is set.
    pub schedule: Option<Schedule>,
}

impl Imports {
    /// Sets how often the address of an API is looked at, or takes that away.
    ///
    /// # Errors
    /// When the caller may not import, there is no such API, or it was never imported from an
    /// address.
    pub async fn set_schedule(
        &self,
        scope: &TenantScope,
        cmd: SetSchedule,
    ) -> Result<Looking, StartError> {
        let permit = scope.allow(ImportSource)?;
        let by = importer(scope)?;
        let tx = self.store.begin(scope).await?;
        tx.lock_source(cmd.source).await?;
        let record = match cmd.every {
            Some(every) => {
                let url = tx.address_of(cmd.source).await?;
                let new = NewSchedule {
                    source: cmd.source,
                    every,
                    url: url.ok_or(StartError::NoAddress)?,
                    by,
                    at: self.world.now(),
                };
                tx.set_schedule(permit, &new).await?;
                self.act(scope, Act::ScheduleSet)
                    .with("every", every.as_str())
                    .with("url", new.url)
            }
            None if tx.remove_schedule(permit, cmd.source).await? => {
                self.act(scope, Act::ScheduleTakenAway)
            }
            None => return Ok(looking(&tx, cmd.source).await?),
        };
        let source = tx.source(cmd.source).await?;
        let record = record.of_source(&source.slug, source.id);
        tx.append_record(&record).await?;
        let looking = looking(&tx, cmd.source).await?;
        tx.commit().await?;
        Ok(looking)
    }

    /// Shows how an API's address is looked at.
    ///
    /// # Errors
    /// When the caller may not read, or there is no such API.
    pub async fn looking(
        &self,
        scope: &TenantScope,
        source: SourceId,
    ) -> Result<Looking, StartError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        tx.source(source).await?;
        Ok(looking(&tx, source).await?)
    }

    /// Begins a job for each schedule whose time has come, of any tenant. A reconciler: no input,
    /// safe to run twice and from several processes. Returns how many it began.
    ///
    /// # Errors
    /// When the database does not answer; what is due stays due.
    pub async fn look_at_due(&self) -> Result<usize, StartError> {
        let tx = self.store.begin_system(SystemReason::RunJobs).await?;
        let due = tx.due_schedules(BATCH).await?;
        for one in &due {
            let job = LookAgain::new_job(&self.world, &LookPayload { source: one.source });
            tx.begin_look(one, &job.by_schedule()).await?;
        }
        tx.commit().await?;
        if !due.is_empty() {
            self.wakeups.wake_worker().await;
        }
        Ok(due.len())
    }

    fn act(&self, scope: &TenantScope, act: Act) -> Record {
        Record::new(&self.world, scope.tenant(), act, scope.who())
    }
}

async fn looking(tx: &TenantTx, source: SourceId) -> Result<Looking, StoreError> {
    Ok(Looking {
        address: tx.address_of(source).await?,
        schedule: tx.schedule(source).await?,
    })
}
