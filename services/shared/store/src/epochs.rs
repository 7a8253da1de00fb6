//! Epochs: a number per tenant that grows with every change of what agents may see or do.

use countersign_domain::id::TenantId;
use sea_orm::Value;
use uuid::Uuid;

use crate::{StoreError, SystemTx};

impl SystemTx {
    /// Reads the present epochs of these tenants. A tenant that is gone has none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn epochs(&self, tenants: &[TenantId]) -> Result<Vec<(TenantId, i64)>, StoreError> {
        let ids: Vec<Uuid> = tenants.iter().map(|tenant| tenant.as_uuid()).collect();
        let rows = self
            .rows(
                "SELECT id, epoch FROM tenant WHERE id = ANY ($1)",
                [Value::from(ids)],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let id: Uuid = row.try_get("", "id")?;
                Ok((id.into(), row.try_get("", "epoch")?))
            })
            .collect()
    }
}
