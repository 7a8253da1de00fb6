//! The sealed local vault: rows in our own database that only the key file opens.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_access::{ManageConnection, TenantScope};
use countersign_domain::{World, id::TenantId, secret::Secret};
use countersign_store::{
    Store, StoreError,
    vault::{SealedSecret, VaultPlace, WrappedKey},
};
use moka::sync::Cache;

use crate::{
    MasterKey, SecretName, SecretVault, StoredSecret, VaultError,
    seal::{DataKey, Place},
};

/// How many sealed secrets, and how many wrapped keys, are remembered.
const REMEMBERED: u64 = 10_000;

/// The single-machine default. Cheap to clone; clones share what they remember.
#[derive(Clone)]
pub struct LocalVault {
    store: Store,
    world: World,
    master: Arc<MasterKey>,
    /// Sealed as they are in the database, and as unchanging until that goes back to a backup.
    secrets: Cache<(TenantId, SecretName, u32), Arc<SealedSecret>>,
    keys: Cache<(TenantId, u32), Arc<WrappedKey>>,
}

impl LocalVault {
    /// Opens the vault that is sealed under this key.
    #[must_use]
    pub fn new(store: Store, world: World, master: MasterKey) -> Self {
        Self {
            store,
            world,
            master: Arc::new(master),
            secrets: Cache::new(REMEMBERED),
            keys: Cache::new(REMEMBERED),
        }
    }

    /// Opens what is remembered, or else what is in the database.
    async fn open_as_known(
        &self,
        scope: &TenantScope,
        name: &SecretName,
        stored: StoredSecret,
    ) -> Result<Secret, VaultError> {
        let version = stored.version;
        let sealed = self.sealed(scope, name, version).await?;
        let key = self.data_key(scope, sealed.key_version).await?;
        let at = Place {
            tenant: scope.tenant(),
            name,
            version,
        };
        let secret = key.open(at, &sealed.sealed)?;
        let same = key.fingerprint(&secret) == stored.fingerprint;
        same.then_some(secret).ok_or(VaultError::Tampered)
    }

    fn forget(&self, tenant: TenantId, name: &SecretName, version: u32) {
        if let Some(sealed) = self.secrets.remove(&(tenant, *name, version)) {
            self.keys.invalidate(&(tenant, sealed.key_version));
        }
    }

    async fn sealed(
        &self,
        scope: &TenantScope,
        name: &SecretName,
        version: u32,
    ) -> Result<Arc<SealedSecret>, VaultError> {
        let key = (scope.tenant(), *name, version);
        if let Some(known) = self.secrets.get(&key) {
            return Ok(known);
        }
        let tx = self.store.begin(scope).await?;
        let found = tx.sealed_secret(&name.to_string(), version).await?;
        let found = Arc::new(found.ok_or(VaultError::Missing)?);
        self.secrets.insert(key, Arc::clone(&found));
        Ok(found)
    }

    async fn data_key(&self, scope: &TenantScope, version: u32) -> Result<DataKey, VaultError> {
        let key = (scope.tenant(), version);
        let wrapped = if let Some(known) = self.keys.get(&key) {
            known
        } else {
            let tx = self.store.begin(scope).await?;
            let found = tx.wrapped_key(version).await?;
            // The foreign key says that it is there.
            let found = Arc::new(found.ok_or(VaultError::Tampered)?);
            self.keys.insert(key, Arc::clone(&found));
            found
        };
        DataKey::unwrap(&wrapped.wrapped, &self.master, key)
    }

    /// The tenant's newest key, or its first.
    fn key_for_sealing(
        &self,
        tenant: TenantId,
        place: &VaultPlace,
    ) -> Result<(DataKey, Option<WrappedKey>), VaultError> {
        if let Some(known) = &place.key {
            let key = DataKey::unwrap(&known.wrapped, &self.master, (tenant, known.version))?;
            return Ok((key, None));
        }
        let key = DataKey::generate(&self.world, 1);
        let wrapped = WrappedKey {
            version: key.version(),
            wrapped: key.wrap(&self.master, tenant, &self.world),
        };
        Ok((key, Some(wrapped)))
    }
}

#[async_trait]
impl SecretVault for LocalVault {
    async fn put(
        &self,
        scope: &TenantScope,
        name: &SecretName,
        secret: Secret,
    ) -> Result<StoredSecret, VaultError> {
        let permit = scope.allow(ManageConnection)?;
        let (tenant, text) = (scope.tenant(), name.to_string());
        let tx = self.store.begin(scope).await?;
        let place = tx.next_in_vault(&text).await?;
        let (key, new_key) = self.key_for_sealing(tenant, &place)?;
        let version = place.next_version;
        let at = Place {
            tenant,
            name,
            version,
        };
        let sealed = SealedSecret {
            key_version: key.version(),
            sealed: key.seal(at, &secret, &self.world),
        };
        tx.add_to_vault(permit, (&text, version), &sealed, new_key.as_ref())
            .await?;
        tx.commit().await?;
        Ok(StoredSecret {
            version,
            fingerprint: key.fingerprint(&secret),
        })
    }

    async fn open(
        &self,
        scope: &TenantScope,
        name: &SecretName,
        stored: StoredSecret,
    ) -> Result<Secret, VaultError> {
        match self.open_as_known(scope, name, stored).await {
            Err(VaultError::Tampered) => {
                self.forget(scope.tenant(), name, stored.version);
                self.open_as_known(scope, name, stored).await
            }
            known => known,
        }
    }
}

impl From<StoreError> for VaultError {
    fn from(cause: StoreError) -> Self {
        Self::Unavailable(Box::new(cause))
    }
}
