//! What members were refused for their role, on record in the tenant where they are members.

use countersign_access::{ActionName, TenantScope};
use countersign_domain::{
    id::SessionId,
    record::{Act, Record, Status},
};
use countersign_store::StoreError;

use crate::Accounts;

impl Accounts {
    /// Puts on record that a member was refused something: of each the first 20, and then one
    /// every ten seconds.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub async fn denied(
        &self,
        scope: &TenantScope,
        session: SessionId,
        action: ActionName,
    ) -> Result<(), StoreError> {
        let (Some(member), Some(role)) = (scope.member(), scope.role()) else {
            return Ok(());
        };
        if self.limits.count_denial(member).is_err() {
            return Ok(());
        }
        let mut record = Record::new(&self.world, scope.tenant(), Act::AccessDenied, scope.who())
            .with("action", format!("{action:?}"))
            .with("role", role.as_str())
            .with("session", session.to_string());
        record.status = Some(Status::Refused);
        record.code = Some("forbidden".to_owned());
        self.store.append_records(&[record]).await.map(drop)
    }
}
