//! Tenants.

use countersign_domain::{
    id::{EnvironmentId, TenantId},
    name::{Slug, Title},
};

use crate::{StoreError, SystemTx};

/// A tenant that begins.
#[derive(Clone, Debug)]
pub struct NewTenant {
    /// Its id.
    pub id: TenantId,
    /// Its part of our URLs.
    pub slug: Slug,
    /// Its name.
    pub name: Title,
    /// Its first environment, `production`.
    pub production: EnvironmentId,
}

impl SystemTx {
    /// Begins a tenant with its first environment. Says `false`, and does nothing, when the slug
    /// is taken.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert_tenant(&self, new: &NewTenant) -> Result<bool, StoreError> {
        let made = self
            .execute(
                "INSERT INTO tenant (id, slug, name, created_at)
                 VALUES ($1, $2, $3, clock_timestamp()) ON CONFLICT (slug) DO NOTHING",
                [
                    new.id.as_uuid().into(),
                    new.slug.as_str().into(),
                    new.name.as_str().into(),
                ],
            )
            .await?;
        if made == 0 {
            return Ok(false);
        }
        self.execute(
            "INSERT INTO environment (tenant_id, id, slug, name, created_at)
             VALUES ($1, $2, 'production', 'Production', clock_timestamp())",
            [new.id.as_uuid().into(), new.production.as_uuid().into()],
        )
        .await?;
        Ok(true)
    }
}
