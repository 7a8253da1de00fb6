//! What the sealed local vault keeps: wrapped keys and sealed bytes. Nothing here can open either.
//!
//! Rows are never changed, so a version that was read once stays what it was. They go with the API
//! that they let in at, or where nothing came to refer to them, and never otherwise.

use countersign_access::{ManageConnection, Permit};
use countersign_domain::id::SourceId;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use crate::{
    StoreError, TenantTx,
    entity::{vault_key, vault_secret},
    row::At,
};

/// A tenant's data key, wrapped under the operator's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// Counted from 1.
    pub version: u32,
    /// The key, unreadable.
    pub wrapped: Vec<u8>,
}

/// One version of a secret, sealed under a data key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSecret {
    /// The data key it is sealed under.
    pub key_version: u32,
    /// The secret, unreadable.
    pub sealed: Vec<u8>,
}

/// What is known before a version is added.
#[derive(Clone, Debug)]
pub struct VaultPlace {
    /// The newest data key, if the tenant has one.
    pub key: Option<WrappedKey>,
    /// The version that comes next.
    pub next_version: u32,
}

impl TenantTx {
    /// Finds the place of a secret's next version, and keeps others of this tenant from adding
    /// one until this transaction ends.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn next_in_vault(&self, name: &str) -> Result<VaultPlace, StoreError> {
        let tenant = self.tenant().as_uuid();
        self.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('vault:' || $1::text, 0))",
            [tenant.to_string().into()],
        )
        .await?;
        let key = vault_key::Entity::find()
            .filter(vault_key::COLUMN.tenant_id.eq(tenant))
            .order_by_desc(vault_key::COLUMN.version)
            .one(self.db())
            .await?;
        let last = vault_secret::Entity::find()
            .filter(vault_secret::COLUMN.tenant_id.eq(tenant))
            .filter(vault_secret::COLUMN.name.eq(name))
            .order_by_desc(vault_secret::COLUMN.version)
            .one(self.db())
            .await?
            .map_or(Ok(0), |row| counted("vault_secret", "version", row.version))?;
        Ok(VaultPlace {
            key: key.map(WrappedKey::try_from).transpose()?,
            next_version: last + 1,
        })
    }

    /// Adds one version of a secret, with the data key it is sealed under where that is new. What
    /// nothing refers to an hour after it was added goes: its storing broke off half-way.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_to_vault(
        &self,
        permit: Permit<ManageConnection>,
        (name, version): (&str, u32),
        secret: &SealedSecret,
        new_key: Option<&WrappedKey>,
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        self.execute(
            "DELETE FROM vault_secret v WHERE v.tenant_id = $1
               AND v.created_at < clock_timestamp() - interval '1 hour'
               AND NOT EXISTS (SELECT 1 FROM credential c WHERE c.tenant_id = $1
                   AND v.name = 'credential/' || c.id AND v.version = c.version)",
            [self.tenant().as_uuid().into()],
        )
        .await?;
        if let Some(key) = new_key {
            self.execute(
                "INSERT INTO vault_key (tenant_id, version, wrapped, created_at)
                 VALUES ($1, $2, $3, clock_timestamp())",
                [
                    self.tenant().as_uuid().into(),
                    key.version.cast_signed().into(),
                    key.wrapped.clone().into(),
                ],
            )
            .await?;
        }
        self.execute(
            "INSERT INTO vault_secret (tenant_id, name, version, key_version, sealed, created_at)
             VALUES ($1, $2, $3, $4, $5, clock_timestamp())",
            [
                self.tenant().as_uuid().into(),
                name.into(),
                version.cast_signed().into(),
                secret.key_version.cast_signed().into(),
                secret.sealed.clone().into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// Deletes what was put in for a source while it was removed. For one that is there, the
    /// database lets nothing be deleted.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn delete_late_secrets_of(
        &self,
        permit: Permit<ManageConnection>,
        removed: SourceId,
    ) -> Result<u64, StoreError> {
        self.used(permit)?;
        self.delete_secrets_of(removed).await
    }

    /// Deletes every version of what let in at a source. Returns how many that were.
    pub(crate) async fn delete_secrets_of(&self, source: SourceId) -> Result<u64, StoreError> {
        self.execute(
            "DELETE FROM vault_secret v USING credential c, connection n
             WHERE v.tenant_id = $1 AND c.tenant_id = $1 AND n.tenant_id = $1 AND n.source_id = $2
               AND c.connection_id = n.id AND v.name = 'credential/' || c.id",
            [self.tenant().as_uuid().into(), source.as_uuid().into()],
        )
        .await
    }

    /// Finds one version of a secret.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sealed_secret(
        &self,
        name: &str,
        version: u32,
    ) -> Result<Option<SealedSecret>, StoreError> {
        let key = (
            self.tenant().as_uuid(),
            name.to_owned(),
            version.cast_signed(),
        );
        let row = vault_secret::Entity::find_by_id(key).one(self.db()).await?;
        row.map(|row| {
            Ok(SealedSecret {
                key_version: counted("vault_secret", "key_version", row.key_version)?,
                sealed: row.sealed,
            })
        })
        .transpose()
    }

    /// Finds one data key.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn wrapped_key(&self, version: u32) -> Result<Option<WrappedKey>, StoreError> {
        let key = (self.tenant().as_uuid(), version.cast_signed());
        let row = vault_key::Entity::find_by_id(key).one(self.db()).await?;
        row.map(WrappedKey::try_from).transpose()
    }
}

impl TryFrom<vault_key::Model> for WrappedKey {
    type Error = StoreError;

    fn try_from(row: vault_key::Model) -> Result<Self, StoreError> {
        Ok(Self {
            version: counted("vault_key", "version", row.version)?,
            wrapped: row.wrapped,
        })
    }
}

/// A number that the database counts from 1.
fn counted(table: &'static str, column: &'static str, number: i32) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| At { table, row: number }.unreadable(column))
}
