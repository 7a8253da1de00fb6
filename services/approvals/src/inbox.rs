//! Reading holds, as a member.

use countersign_access::{ActionName, TenantScope};
use countersign_domain::id::HoldId;

use crate::{Approvals, DecideError, Hold, HoldsWanted};

/// The most holds that one page shows.
const PAGE: usize = 200;

/// One page of holds.
#[derive(Clone, Debug)]
pub struct HoldList {
    /// The holds.
    pub holds: Vec<Hold>,
    /// Ask for those after this one for the next page, if there is one.
    pub next: Option<HoldId>,
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
        let mut holds = tx.holds(wanted, after, PAGE as u64 + 1).await?;
        let more = holds.len() > PAGE;
        holds.truncate(PAGE);
        let next = holds.last().map(|hold| hold.id).filter(|_| more);
        Ok(HoldList { holds, next })
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
}
