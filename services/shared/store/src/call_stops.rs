//! Stops: times in which no call of a tenant goes out.
//!
//! What holds a call back while there is one is the trigger on the audit log that the migration
//! makes: see [`crate::authorized`] for why nothing is sent without its record.

use countersign_access::{Permit, ResumeCalls, StopCalls};
use countersign_domain::{
    Timestamp,
    id::{MemberId, StopId},
    name::Statement,
};
use uuid::Uuid;

use crate::{StoreError, TenantTx};

/// The stop of a tenant whose calls are stopped now.
#[derive(Clone, Debug)]
pub struct CallStop {
    /// Its id.
    pub id: StopId,
    /// Since when.
    pub at: Timestamp,
    /// What to show for whoever stopped them.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// The wish to stop all calls, or to let them go out again.
#[derive(Clone, Copy, Debug)]
pub struct Switching<'a> {
    /// The stop that begins or ends.
    pub stop: StopId,
    /// Who.
    pub by: MemberId,
    /// Why.
    pub reason: &'a Statement,
}

impl TenantTx {
    /// Stops all calls when this commits, which waits for all that is being recorded about them.
    /// Says `false`, and does nothing, when they are stopped already.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn stop_calls(
        &self,
        permit: Permit<StopCalls>,
        new: Switching<'_>,
        label: &str,
    ) -> Result<bool, StoreError> {
        self.used(permit)?;
        let made = self
            .execute(
                "INSERT INTO call_stop (tenant_id, id, stopped_by, stopped_label, reason)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT ON CONSTRAINT one_call_stop_at_once DO NOTHING",
                [
                    self.tenant().as_uuid().into(),
                    new.stop.as_uuid().into(),
                    new.by.as_uuid().into(),
                    label.into(),
                    new.reason.as_str().into(),
                ],
            )
            .await?;
        Ok(made == 1)
    }

    /// Ends a stop. Says `false` when it is over already.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not this tenant's.
    pub async fn resume_calls(
        &self,
        permit: Permit<ResumeCalls>,
        end: Switching<'_>,
    ) -> Result<bool, StoreError> {
        self.used(permit)?;
        let ended = self
            .execute(
                "UPDATE call_stop SET resumed_at = clock_timestamp(), resumed_by = $3, resume_reason = $4
                 WHERE tenant_id = $1 AND id = $2 AND resumed_at IS NULL",
                [
                    self.tenant().as_uuid().into(),
                    end.stop.as_uuid().into(),
                    end.by.as_uuid().into(),
                    end.reason.as_str().into(),
                ],
            )
            .await?;
        if ended == 0 {
            let known = "SELECT FROM call_stop WHERE tenant_id = $1 AND id = $2";
            let key = [self.tenant().as_uuid().into(), end.stop.as_uuid().into()];
            self.row(known, key).await?.ok_or(StoreError::NotFound)?;
        }
        Ok(ended == 1)
    }

    /// Reads the stop, if the tenant's calls are stopped.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn call_stop(&self) -> Result<Option<CallStop>, StoreError> {
        let row = self
            .row(
                "SELECT id, stopped_at, stopped_label, reason FROM call_stop
                 WHERE tenant_id = $1 AND resumed_at IS NULL",
                [self.tenant().as_uuid().into()],
            )
            .await?;
        row.map(|row| {
            Ok(CallStop {
                id: row.try_get::<Uuid>("", "id")?.into(),
                at: row.try_get("", "stopped_at")?,
                by: row.try_get("", "stopped_label")?,
                reason: row.try_get("", "reason")?,
            })
        })
        .transpose()
    }
}
