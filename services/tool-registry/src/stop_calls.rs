//! Stops all calls of all agents at once, and lets them go out again.

use countersign_access::{ActionName, ResumeCalls as MayResume, StopCalls as MayStop, TenantScope};
use countersign_domain::{
    event::Event,
    id::{MemberId, StopId},
    name::Statement,
    record::{Act, Record},
};
use countersign_store::{
    StoreError,
    call_stops::{CallStop, Switching},
};

use crate::{ReadError, Registry, StopError};

/// The wish to let calls go out again.
#[derive(Clone, Debug)]
pub struct ResumeCalls {
    /// The stop that was looked at; no other is ended.
    pub stop: StopId,
    /// Why.
    pub reason: Statement,
}

impl Registry {
    /// Stops all calls of the tenant. When this returns no call goes out any more, but for what was
    /// on record before, and nothing is answered that was not; for up to a second a READ may be sent
    /// whose answer is withheld. What waits stays, and tools are listed as they were.
    ///
    /// # Errors
    /// When the caller may not, or they are stopped already.
    pub async fn stop_calls(
        &self,
        scope: &TenantScope,
        reason: Statement,
    ) -> Result<CallStop, StopError> {
        let permit = scope.allow(MayStop)?;
        let tx = self.store.begin(scope).await?;
        let new = Switching {
            stop: self.world.id(),
            by: member(scope)?,
            reason: &reason,
        };
        let who = scope.who();
        if !tx.stop_calls(permit, new, &who.person_label).await? {
            return Err(StopError::AlreadyStopped);
        }
        let stop = tx.call_stop().await?.ok_or(StoreError::NotFound)?;
        let record = Record::new(&self.world, scope.tenant(), Act::CallsStopped, who)
            .with("stop", stop.id.to_string())
            .with("reason", reason.as_str());
        tx.append_record(&record).await?;
        tx.publish(&Event::CallsStopped { stop: stop.id }).await?;
        tx.commit().await?;
        self.tell(scope).await;
        Ok(stop)
    }

    /// Lets calls go out again: what still stands, and what agents ask from now on.
    ///
    /// # Errors
    /// When the caller may not, there is no such stop, or it is over.
    pub async fn resume_calls(
        &self,
        scope: &TenantScope,
        cmd: ResumeCalls,
    ) -> Result<(), StopError> {
        let permit = scope.allow(MayResume)?;
        let tx = self.store.begin(scope).await?;
        let end = Switching {
            stop: cmd.stop,
            by: member(scope)?,
            reason: &cmd.reason,
        };
        if !tx.resume_calls(permit, end).await? {
            return Err(StopError::NotStopped);
        }
        let record = Record::new(&self.world, scope.tenant(), Act::CallsResumed, scope.who())
            .with("stop", cmd.stop.to_string())
            .with("reason", cmd.reason.as_str());
        tx.append_record(&record).await?;
        tx.publish(&Event::CallsResumed { stop: cmd.stop }).await?;
        tx.commit().await?;
        self.tell(scope).await;
        Ok(())
    }

    /// Says whether all calls of the tenant are stopped: since when, by whom and why.
    ///
    /// # Errors
    /// When the caller may not read, or the database does not answer.
    pub async fn call_stop(&self, scope: &TenantScope) -> Result<Option<CallStop>, ReadError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        Ok(tx.call_stop().await?)
    }
}

/// Only members may do either.
fn member(scope: &TenantScope) -> Result<MemberId, StoreError> {
    scope.member().ok_or(StoreError::NotFound)
}
