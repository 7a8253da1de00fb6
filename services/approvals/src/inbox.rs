//! Reading holds, as a member.

use std::collections::HashMap;

use countersign_access::{ActionName, TenantScope};
use countersign_domain::id::HoldId;

use crate::{Approvals, DecideError, Hold, HoldBrief, HoldOutcome, HoldsWanted};

/// The most holds that one page shows.
const PAGE: usize = 200;

/// As many as stand beside other things.
const A_FEW: u64 = 5;

/// One page of holds, whole or in brief.
#[derive(Clone, Debug)]
pub struct HoldList<H = Hold> {
    /// The holds.
    pub holds: Vec<H>,
    /// Ask for those after this one for the next page, if there is one.
    pub next: Option<HoldId>,
}

impl<H> HoldList<H> {
    /// What was found, but for one more than the page shows.
    fn page(mut holds: Vec<H>, id: impl Fn(&H) -> HoldId) -> Self {
        let more = holds.len() > PAGE;
        holds.truncate(PAGE);
        let next = holds.last().map(id).filter(|_| more);
        Self { holds, next }
    }
}

impl Approvals {
    /// Lists what waits for a reviewer, or what was decided: what comes after a hold of the list,
    /// or from its beginning.
    ///
    /// # Errors
    /// When the role does not allow it, that hold is not there or the database does not answer.
    pub async fn inbox(
        &self,
        scope: &TenantScope,
        wanted: HoldsWanted,
        after: Option<HoldId>,
    ) -> Result<HoldList, DecideError> {
        scope.check(ActionName::ReadHolds)?;
        let tx = self.store.begin(scope).await?;
        let holds = tx.holds(wanted, after, PAGE as u64 + 1).await?;
        Ok(HoldList::page(holds, |hold| hold.id))
    }

    /// Lists the same, with no more of each than tells it from others.
    ///
    /// # Errors
    /// When the role does not allow it, that hold is not there or the database does not answer.
    pub async fn inbox_in_brief(
        &self,
        scope: &TenantScope,
        wanted: HoldsWanted,
        after: Option<HoldId>,
    ) -> Result<HoldList<HoldBrief>, DecideError> {
        scope.check(ActionName::ReadHolds)?;
        let tx = self.store.begin(scope).await?;
        let holds = tx.hold_briefs(wanted, after, PAGE as u64 + 1).await?;
        Ok(HoldList::page(holds, |hold| hold.id))
    }

    /// Shows the calls that wait longest, a few of them.
    ///
    /// # Errors
    /// When the role does not allow it or the database does not answer.
    pub async fn longest_waiting(
        &self,
        scope: &TenantScope,
    ) -> Result<Vec<HoldBrief>, DecideError> {
        scope.check(ActionName::ReadHolds)?;
        let tx = self.store.begin(scope).await?;
        Ok(tx.hold_briefs(HoldsWanted::Waiting, None, A_FEW).await?)
    }

    /// Counts what waits for a reviewer.
    ///
    /// # Errors
    /// When the role does not allow it or the database does not answer.
    pub async fn waiting(&self, scope: &TenantScope) -> Result<u64, DecideError> {
        scope.check(ActionName::ReadHolds)?;
        let tx = self.store.begin(scope).await?;
        Ok(tx.holds_waiting().await?)
    }

    /// Reads one hold.
    ///
    /// # Errors
    /// When there is none such in this tenant.
    pub async fn hold(&self, scope: &TenantScope, id: HoldId) -> Result<Hold, DecideError> {
        scope.check(ActionName::ReadHolds)?;
        let tx = self.store.begin(scope).await?;
        Ok(tx.hold(id).await?)
    }

    /// Says what became of the calls of these holds, as far as they were sent.
    ///
    /// # Errors
    /// When the role does not allow it or the database does not answer.
    pub async fn outcomes(
        &self,
        scope: &TenantScope,
        holds: &[HoldId],
    ) -> Result<HashMap<HoldId, HoldOutcome>, DecideError> {
        scope.check(ActionName::ReadHolds)?;
        let tx = self.store.begin(scope).await?;
        Ok(tx.hold_outcomes(holds).await?)
    }
}
