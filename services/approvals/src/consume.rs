//! Taking a countersignature, once, for the call it was given for.

use countersign_access::{CallTool, TenantScope};
use countersign_domain::{hold::HoldState, record::Record};
use countersign_store::{Authorized, CallFacts};

use crate::{ApprovalError, Approvals, Ending, Hold, Obstacle};

/// A countersigned call that is about to run.
#[derive(Debug)]
pub struct Consume<'a> {
    /// The hold, as [`Approvals::stand`] found it.
    pub hold: &'a Hold,
    /// The call.
    pub facts: CallFacts,
    /// What the audit log will say before a byte goes upstream.
    pub intent: &'a Record,
}

/// How an attempt to consume a countersignature ended.
#[derive(Debug)]
pub enum Consumption {
    /// It is consumed, and the intent is on record: the call may be sent.
    Consumed(Authorized),
    /// There is none to consume any more.
    Ended(Ending),
}

impl Approvals {
    /// Consumes the countersignature and writes the intent in one transaction. Of many attempts,
    /// one gets the [`Authorized`].
    ///
    /// # Errors
    /// When the database does not confirm; then nothing may be sent.
    pub async fn consume(
        &self,
        scope: &TenantScope,
        consume: Consume<'_>,
    ) -> Result<Consumption, ApprovalError> {
        let permit = scope.allow(CallTool)?;
        let tx = self.store.begin(scope).await?;
        let hold = consume.hold;
        if let Some(approval) = tx.consume_hold(permit, hold, hold.held.digest).await? {
            let authorized = tx
                .commit_intent(approval, consume.facts, consume.intent)
                .await?;
            return Ok(Consumption::Consumed(authorized));
        }
        let present = tx.hold(hold.id).await?;
        let ending = match (&present.state, tx.why_not(hold.id).await?) {
            (HoldState::Consumed(_), _) => Ending::AlreadyUsed,
            (HoldState::Rejected(judgement), _) => Ending::Rejected(judgement.clone()),
            (_, Some(obstacle)) => {
                self.end(scope, &tx, &present, obstacle).await?;
                tx.commit().await?;
                obstacle.into()
            }
            (HoldState::Expired, None) => Obstacle::Expired.into(),
            (HoldState::Stale | HoldState::Pending | HoldState::Countersigned(_), None) => {
                Obstacle::Stale.into()
            }
        };
        Ok(Consumption::Ended(ending))
    }
}
