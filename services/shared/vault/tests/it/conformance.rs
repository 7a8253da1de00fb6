//! What every vault must do, whoever runs it.

use countersign_access::TenantScope;
use countersign_domain::{Fault as _, World, role::Role, secret::Secret};
use countersign_testkit::{Database, world};
use countersign_vault::{
    Fingerprint, LocalVault, MasterKey, SecretName, SecretVault, StoredSecret, VaultError,
};

/// Runs the suite. The two scopes are developers of two tenants; the third is an auditor of the
/// first.
async fn suite(
    vault: &dyn SecretVault,
    world: &World,
    (one, other): (&TenantScope, &TenantScope),
    auditor: &TenantScope,
) {
    what_was_put_is_what_is_opened(vault, world, one).await;
    versions_count_up_and_stay(vault, world, one).await;
    another_tenant_finds_nothing(vault, world, (one, other)).await;
    only_who_manages_connections_may_put(vault, world, auditor).await;
    writers_at_once_get_versions_of_their_own(vault, world, one).await;
    fingerprints_tell_secrets_apart_and_tenants_too(vault, world, (one, other)).await;
}

fn name(world: &World) -> SecretName {
    SecretName::Credential(world.id())
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

async fn opened(
    vault: &dyn SecretVault,
    scope: &TenantScope,
    (name, stored): (&SecretName, StoredSecret),
) -> Result<String, &'static str> {
    match vault.open(scope, name, stored).await {
        Ok(secret) => Ok(secret.expose().to_owned()),
        Err(error) => Err(error.code()),
    }
}

async fn what_was_put_is_what_is_opened(
    vault: &dyn SecretVault,
    world: &World,
    scope: &TenantScope,
) {
    for text in [
        "x",
        "sk_live_51H8xQ2eZvKYlo2C",
        "Grüße-aus-Köln-🌍",
        &"long".repeat(2048),
    ] {
        let name = name(world);
        let stored = vault.put(scope, &name, secret(text)).await.unwrap();
        // Twice: a vault that remembers must remember the right thing.
        for _ in 0..2 {
            let found = opened(vault, scope, (&name, stored)).await;
            assert_eq!(found.as_deref(), Ok(text));
        }
    }
}

async fn versions_count_up_and_stay(vault: &dyn SecretVault, world: &World, scope: &TenantScope) {
    let name = name(world);
    let mut all = Vec::new();
    for (expected, text) in [(1, "first"), (2, "second"), (3, "third")] {
        let stored = vault.put(scope, &name, secret(text)).await.unwrap();
        assert_eq!(stored.version, expected);
        all.push((stored, text));
    }
    for (stored, text) in &all {
        let found = opened(vault, scope, (&name, *stored)).await;
        assert_eq!(found.as_deref(), Ok(*text));
    }
    let (first, second) = (all[0].0, all[1].0);
    for version in [0, 4, u32::MAX] {
        let other = StoredSecret { version, ..first };
        let found = opened(vault, scope, (&name, other)).await;
        assert_eq!(found, Err("secret_missing"), "version {version}");
    }
    let version = second.version;
    let mixed = StoredSecret { version, ..first };
    let found = opened(vault, scope, (&name, mixed)).await;
    assert_eq!(found, Err("vault_tampered"), "another secret's fingerprint");
}

async fn another_tenant_finds_nothing(
    vault: &dyn SecretVault,
    world: &World,
    (one, other): (&TenantScope, &TenantScope),
) {
    let name = name(world);
    let ours = vault.put(one, &name, secret("ours")).await.unwrap();
    // Opened before, so that whatever is remembered is remembered.
    assert!(opened(vault, one, (&name, ours)).await.is_ok());
    let found = opened(vault, other, (&name, ours)).await;
    assert_eq!(found, Err("secret_missing"));

    let theirs = vault.put(other, &name, secret("theirs")).await.unwrap();
    let found = opened(vault, one, (&name, ours)).await;
    assert_eq!(found.as_deref(), Ok("ours"));
    let found = opened(vault, other, (&name, theirs)).await;
    assert_eq!(found.as_deref(), Ok("theirs"));
}

async fn only_who_manages_connections_may_put(
    vault: &dyn SecretVault,
    world: &World,
    auditor: &TenantScope,
) {
    let name = name(world);
    let refused = vault.put(auditor, &name, secret("mine")).await;
    assert!(matches!(refused, Err(VaultError::Denied(_))));
    let (version, fingerprint) = (1, Fingerprint::new([0; 4]));
    let stored = StoredSecret {
        version,
        fingerprint,
    };
    let found = opened(vault, auditor, (&name, stored)).await;
    assert_eq!(found, Err("secret_missing"));
}

async fn writers_at_once_get_versions_of_their_own(
    vault: &dyn SecretVault,
    world: &World,
    scope: &TenantScope,
) {
    let name = name(world);
    let put = |text| vault.put(scope, &name, secret(text));
    let (a, b, c, d) = tokio::join!(put("a"), put("b"), put("c"), put("d"));
    let mut versions = Vec::new();
    for (stored, text) in [(a, "a"), (b, "b"), (c, "c"), (d, "d")] {
        let stored = stored.unwrap();
        let found = opened(vault, scope, (&name, stored)).await;
        assert_eq!(found.as_deref(), Ok(text), "{stored:?}");
        versions.push(stored.version);
    }
    versions.sort_unstable();
    assert_eq!(versions, [1, 2, 3, 4]);
}

async fn fingerprints_tell_secrets_apart_and_tenants_too(
    vault: &dyn SecretVault,
    world: &World,
    (one, other): (&TenantScope, &TenantScope),
) {
    let name = name(world);
    let mut prints = Vec::new();
    for (scope, text) in [
        (one, "same"),
        (one, "same"),
        (one, "another"),
        (other, "same"),
    ] {
        let stored = vault.put(scope, &name, secret(text)).await.unwrap();
        prints.push(stored.fingerprint.to_string());
    }
    assert_eq!(prints[0], prints[1]);
    assert_ne!(prints[0], prints[2]);
    assert_ne!(
        prints[0], prints[3],
        "a fingerprint tells nothing across tenants"
    );
    for print in prints {
        let is_short_hex = print.len() == 8 && print.bytes().all(|b| b.is_ascii_hexdigit());
        assert!(is_short_hex, "{print}");
    }
}

#[tokio::test]
async fn the_local_vault_does_what_every_vault_must() {
    let (database, world) = (Database::create().await, world());
    let acme = database.house("acme").await;
    let globex = database.house("globex").await;
    let vault = LocalVault::new(database.store(), world.clone(), MasterKey::generate(&world));
    let one = acme.member(&database, Role::Developer).await;
    let other = globex.member(&database, Role::Developer).await;
    let auditor = acme.member(&database, Role::Auditor).await;

    suite(&vault, &world, (&one, &other), &auditor).await;
}
