//! A secret that is given while its API is removed.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_access::{RemoveSource, TenantScope};
use countersign_domain::{
    Fault as _, connection::AuthScheme, id::SourceId, role::Role, secret::Secret,
};
use countersign_egress::{Egress, EgressPolicy, Loopback, PlainHttp};
use countersign_secret_injection::{Connections, StoreCredential};
use countersign_store::Store;
use countersign_vault::{LocalVault, MasterKey, SecretName, SecretVault, StoredSecret, VaultError};

use crate::house::House;

/// A vault before which the API is removed, each time it is given something.
struct TooLate {
    vault: LocalVault,
    store: Store,
    source: SourceId,
    owner: TenantScope,
}

#[async_trait]
impl SecretVault for TooLate {
    async fn put(
        &self,
        scope: &TenantScope,
        name: &SecretName,
        secret: Secret,
    ) -> Result<StoredSecret, VaultError> {
        let tx = self.store.begin(&self.owner).await?;
        let permit = self.owner.allow(RemoveSource)?;
        let removed = tx.remove_source(permit, self.source).await?;
        assert_eq!(removed.secrets, 1);
        tx.commit().await?;
        self.vault.put(scope, name, secret).await
    }

    async fn open(
        &self,
        scope: &TenantScope,
        name: &SecretName,
        stored: StoredSecret,
    ) -> Result<Secret, VaultError> {
        self.vault.open(scope, name, stored).await
    }
}

#[tokio::test]
async fn a_secret_that_came_after_the_removal_of_its_api_is_deleted_too() {
    let house = House::open().await;
    let connected = house.connect("http://127.0.0.1:8123/").await;
    let (store, world) = (house.database.store(), house.world.clone());
    let vault = LocalVault::new(store.clone(), world.clone(), MasterKey::generate(&world));
    let acme = countersign_testkit::House {
        tenant: house.acme.tenant,
        slug: "acme".parse().unwrap(),
        environment: house.acme.environment,
    };
    let late = TooLate {
        vault: vault.clone(),
        store: store.clone(),
        source: house.acme.source,
        owner: acme.member(&house.database, Role::Owner).await,
    };
    let egress = Egress::with_system_dns(EgressPolicy {
        loopback: Loopback::Allowed,
        plain_http: PlainHttp::ToLoopback,
        ..EgressPolicy::default()
    })
    .unwrap();
    let with = |vault: Arc<dyn SecretVault>| {
        Connections::new(store.clone(), world.clone(), vault, egress.clone())
    };
    let given = |secret: &str| StoreCredential {
        source: house.acme.source,
        environment: house.acme.environment,
        base_url: connected.base_url.clone(),
        scheme: AuthScheme::Bearer,
        secret: Secret::new(secret.to_owned()),
    };
    let developer = &house.acme.developer;
    let (in_time, too_late) = (with(Arc::new(vault)), with(Arc::new(late)));
    let first = in_time.store_credential(developer, given("first"));
    first.await.unwrap();

    let second = too_late.store_credential(developer, given("second"));

    assert_eq!(second.await.err().unwrap().code(), "not_connected");
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM vault_secret")
        .fetch_one(&mut house.database.admin().await)
        .await
        .unwrap();
    assert_eq!(kept, 0);
}
