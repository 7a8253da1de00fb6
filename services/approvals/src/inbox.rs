//! Reading holds, as a member.

use std::collections::HashMap;

use countersign_access::{ActionName, TenantScope};
use countersign_domain::id::HoldId;

use crate::{Approvals, DecideError, Hold, HoldBrief, HoldList, HoldOutcome, HoldsWanted};

/// The most holds that one page shows.
const PAGE: usize = 200;

/// As many as stand beside other things.
const A_FEW: usize = 5;

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
        Ok(tx.holds(wanted, after, PAGE).await?)
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
        Ok(tx.hold_briefs(wanted, after, PAGE).await?)
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
        let few = tx.hold_briefs(HoldsWanted::Waiting, None, A_FEW).await?;
        Ok(few.holds)
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

    /// Whether whoever asks got their role after this call was held, and so cannot countersign it.
    ///
    /// # Errors
    /// When the role does not allow it or the database does not answer.
    pub async fn is_too_new(&self, scope: &TenantScope, id: HoldId) -> Result<bool, DecideError> {
        scope.check(ActionName::ReadHolds)?;
        let Some(person) = scope.person() else {
            return Ok(false);
        };
        let tx = self.store.begin(scope).await?;
        Ok(tx.is_too_new_for(id, person).await?)
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
