//! Secrets whose storing broke off half-way, and one that is given while its API is removed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

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

/// A vault that takes what it is given and, when it is told to, is gone before it says so.
struct BreaksOff {
    vault: LocalVault,
    next: AtomicBool,
}

#[async_trait]
impl SecretVault for BreaksOff {
    async fn put(
        &self,
        scope: &TenantScope,
        name: &SecretName,
        secret: Secret,
    ) -> Result<StoredSecret, VaultError> {
        let stored = self.vault.put(scope, name, secret).await?;
        if self.next.swap(false, Ordering::SeqCst) {
            return Err(VaultError::Unavailable("it went away".into()));
        }
        Ok(stored)
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

const ADDRESS: &str = "http://127.0.0.1:8123/";

fn connections(house: &House, vault: Arc<dyn SecretVault>) -> Connections {
    let egress = Egress::with_system_dns(EgressPolicy {
        loopback: Loopback::Allowed,
        plain_http: PlainHttp::ToLoopback,
        ..EgressPolicy::default()
    })
    .unwrap();
    Connections::new(house.database.store(), house.world.clone(), vault, egress)
}

fn given(house: &House, secret: &str) -> StoreCredential {
    StoreCredential {
        source: house.acme.source,
        environment: house.acme.environment,
        base_url: ADDRESS.parse().unwrap(),
        scheme: AuthScheme::Bearer,
        secret: Secret::new(secret.to_owned()),
    }
}

/// Versions in the vault, and how many of them a credential refers to.
async fn kept(house: &House) -> (i64, i64) {
    let sql = "SELECT count(*), count(c.id) FROM vault_secret v LEFT JOIN credential c
        ON v.name = 'credential/' || c.id AND v.version = c.version";
    let mut admin = house.database.admin().await;
    sqlx::query_as(sql).fetch_one(&mut admin).await.unwrap()
}

#[tokio::test]
async fn a_secret_whose_storing_broke_off_is_deleted_with_the_next_one_an_hour_later() {
    let house = House::open().await;
    house.connect(ADDRESS).await;
    let (store, world) = (house.database.store(), house.world.clone());
    let vault = Arc::new(BreaksOff {
        vault: LocalVault::new(store, world.clone(), MasterKey::generate(&world)),
        next: AtomicBool::new(false),
    });
    let connections = connections(&house, vault.clone());
    let store = async |secret: &str| {
        let command = given(&house, secret);
        let stored = connections.store_credential(&house.acme.developer, command);
        stored.await.is_ok()
    };
    let break_off = async |secret: &str| {
        vault.next.store(true, Ordering::SeqCst);
        assert!(!store(secret).await, "{secret}");
        assert!(!vault.next.load(Ordering::SeqCst), "it was asked");
    };
    let an_hour_goes_by = async || {
        let earlier = "UPDATE vault_secret SET created_at = created_at - interval '61 minutes'";
        let mut admin = house.database.admin().await;
        sqlx::query(earlier).execute(&mut admin).await.unwrap();
    };

    break_off("the-first-of-its-name").await;
    assert!(store("first").await);
    assert_eq!(kept(&house).await, (2, 1), "it could be under way still");
    break_off("the-next-version").await;
    assert_eq!(kept(&house).await, (3, 1));
    an_hour_goes_by().await;
    assert!(store("second").await);

    assert_eq!(kept(&house).await, (2, 2), "nothing else goes");
}

#[tokio::test]
async fn a_secret_that_came_after_the_removal_of_its_api_is_deleted_too() {
    let house = House::open().await;
    house.connect(ADDRESS).await;
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
    let given = |secret: &str| given(&house, secret);
    let with = |vault: Arc<dyn SecretVault>| connections(&house, vault);
    let developer = &house.acme.developer;
    let (in_time, too_late) = (with(Arc::new(vault)), with(Arc::new(late)));
    let first = in_time.store_credential(developer, given("first"));
    first.await.unwrap();

    let second = too_late.store_credential(developer, given("second"));

    assert_eq!(second.await.err().unwrap().code(), "not_connected");
    assert_eq!(kept(&house).await, (0, 0));
}
