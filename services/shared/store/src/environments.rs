//! The environments of a tenant.

use countersign_domain::{id::EnvironmentId, name::Slug};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use crate::{
    StoreError, TenantTx,
    entity::environment::{self, COLUMN},
    row::At,
};

/// Production, staging and so on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its id.
    pub id: EnvironmentId,
    /// Its name in URLs.
    pub slug: Slug,
    /// Its name for people.
    pub name: String,
}

impl TenantTx {
    /// Lists the environments, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn environments(&self) -> Result<Vec<Environment>, StoreError> {
        let rows = environment::Entity::find()
            .filter(COLUMN.tenant_id.eq(self.tenant().as_uuid()))
            .order_by_asc(environment::Column::CreatedAt)
            .order_by_asc(environment::Column::Id)
            .all(self.db())
            .await?;
        rows.into_iter().map(Environment::try_from).collect()
    }

    /// Finds one environment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not this tenant's.
    pub async fn environment(&self, id: EnvironmentId) -> Result<Environment, StoreError> {
        environment::Entity::find_by_id((self.tenant().as_uuid(), id.as_uuid()))
            .one(self.db())
            .await?
            .ok_or(StoreError::NotFound)?
            .try_into()
    }
}

impl TryFrom<environment::Model> for Environment {
    type Error = StoreError;

    fn try_from(row: environment::Model) -> Result<Self, StoreError> {
        let id = EnvironmentId::from(row.id);
        let at = At {
            table: "environment",
            row: id,
        };
        Ok(Self {
            id,
            slug: at.need("slug", row.slug.parse().ok())?,
            name: row.name,
        })
    }
}
