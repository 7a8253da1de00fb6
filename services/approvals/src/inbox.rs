//! Reading holds, as a member.

use countersign_access::{ReadHolds, TenantScope};
use countersign_domain::id::HoldId;

use crate::{Approvals, DecideError, Hold, HoldsWanted};

/// The most holds that one page shows.
const PAGE: u64 = 200;

impl Approvals {
    /// Lists what waits for a reviewer, or what was decided.
    ///
    /// # Errors
    /// When the role does not allow it or the database does not answer.
    pub async fn inbox(
        &self,
        scope: &TenantScope,
        wanted: HoldsWanted,
    ) -> Result<Vec<Hold>, DecideError> {
        let _permit = scope.allow(ReadHolds)?;
        let tx = self.store.begin(scope).await?;
        Ok(tx.holds(wanted, PAGE).await?)
    }

    /// Reads one hold.
    ///
    /// # Errors
    /// When there is none such in this tenant.
    pub async fn hold(&self, scope: &TenantScope, id: HoldId) -> Result<Hold, DecideError> {
        let _permit = scope.allow(ReadHolds)?;
        let tx = self.store.begin(scope).await?;
        Ok(tx.hold(id).await?)
    }
}
