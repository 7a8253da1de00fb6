//! What only the local vault promises: that its rows are worth nothing without the key file.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_access::TenantScope;
use countersign_domain::{Fault as _, World, role::Role, secret::Secret};
use countersign_testkit::{Database, world};
use countersign_vault::{
    KeyFile, LocalVault, MasterKey, SecretName, SecretVault as _, StoredSecret,
};
use tempfile::TempDir;

const SECRET: &str = "sk_live_canary_7f3a9c";

struct Stage {
    database: Database,
    world: World,
    keys: TempDir,
    vault: LocalVault,
    acme: TenantScope,
    globex: TenantScope,
    name: SecretName,
    stored: StoredSecret,
}

impl Stage {
    /// Two tenants, and one secret of the first.
    async fn set() -> Self {
        let (database, world) = (Database::create().await, world());
        let acme = database.house("acme").await;
        let globex = database.house("globex").await;
        let keys = tempfile::tempdir().unwrap();
        let key = key_file(&keys).create(&world).unwrap();
        let vault = LocalVault::new(database.store(), world.clone(), key);
        let acme = acme.member(&database, Role::Owner).await;
        let globex = globex.member(&database, Role::Owner).await;
        let name = SecretName::Credential(world.id());
        let secret = Secret::new(SECRET.to_owned());
        let stored = vault.put(&acme, &name, secret).await.unwrap();
        Self {
            database,
            world,
            keys,
            vault,
            acme,
            globex,
            name,
            stored,
        }
    }

    /// The same vault after a restart: it remembers nothing.
    fn restart(&mut self) {
        let key = key_file(&self.keys).read().unwrap();
        self.vault = LocalVault::new(self.database.store(), self.world.clone(), key);
    }

    async fn code(&self, scope: &TenantScope, version: u32) -> Option<&'static str> {
        let stored = StoredSecret {
            version,
            ..self.stored
        };
        let opened = self.vault.open(scope, &self.name, stored).await;
        opened.err().map(|error| error.code())
    }

    async fn sql(&self, sql: &'static str) -> u64 {
        let done = sqlx::query(sql)
            .execute(&mut self.database.admin().await)
            .await
            .unwrap();
        done.rows_affected()
    }
}

fn key_file(folder: &TempDir) -> KeyFile {
    KeyFile::at(folder.path().join("vault.key"))
}

fn hex(text: &str) -> String {
    let digits = text.bytes().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from_digit(digit.into(), 16).unwrap())
        .collect()
}

#[tokio::test]
async fn another_key_file_opens_nothing_and_says_so() {
    let stage = Stage::set().await;
    let key = MasterKey::generate(&stage.world);
    let stranger = LocalVault::new(stage.database.store(), stage.world.clone(), key);

    let opened = stranger.open(&stage.acme, &stage.name, stage.stored).await;
    assert_eq!(opened.err().map(|e| e.code()), Some("vault_sealed"));
    // Nor does it add anything that the first one could not open.
    let secret = Secret::new("new".to_owned());
    let put = stranger.put(&stage.acme, &stage.name, secret).await;
    assert_eq!(put.err().map(|e| e.code()), Some("vault_sealed"));
}

#[tokio::test]
async fn bytes_changed_in_the_database_do_not_open() {
    let mut stage = Stage::set().await;
    let changes = [
        "UPDATE vault_secret SET sealed = set_byte(sealed, 0, 2)",
        "UPDATE vault_secret SET sealed = set_byte(sealed, 1, get_byte(sealed, 1) # 1)",
        "UPDATE vault_secret SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)",
        "UPDATE vault_secret SET sealed = set_byte(sealed, length(sealed) - 1,
             get_byte(sealed, length(sealed) - 1) # 1)",
        "UPDATE vault_secret SET sealed = substr(sealed, 1, 12)",
        "UPDATE vault_secret SET sealed = ''",
        "UPDATE vault_key SET wrapped = set_byte(wrapped, 30, get_byte(wrapped, 30) # 1)",
        "UPDATE vault_key SET wrapped = substr(wrapped, 1, 8)",
    ];
    stage
        .sql("CREATE TABLE kept AS SELECT s.sealed, k.wrapped FROM vault_secret s, vault_key k")
        .await;
    for change in changes {
        stage.restart();
        assert_eq!(stage.sql(change).await, 1, "{change}");
        let code = stage.code(&stage.acme, 1).await;
        assert_eq!(code, Some("vault_tampered"), "{change}");
        for restore in [
            "UPDATE vault_secret SET sealed = kept.sealed FROM kept",
            "UPDATE vault_key SET wrapped = kept.wrapped FROM kept",
        ] {
            stage.sql(restore).await;
        }
    }
    stage.restart();
    assert_eq!(stage.code(&stage.acme, 1).await, None);
    println!("{} changes of sealed bytes, all refused", changes.len());
}

#[tokio::test]
async fn bytes_moved_to_another_row_do_not_open_there() {
    let stage = Stage::set().await;
    // The same tenant: another version, another name.
    let copied = stage
        .sql(
            "INSERT INTO vault_secret SELECT tenant_id, name, 2, key_version, sealed, created_at
             FROM vault_secret",
        )
        .await;
    assert_eq!(copied, 1);
    assert_eq!(stage.code(&stage.acme, 2).await, Some("vault_tampered"));
    // Another tenant, with the key they are sealed under.
    for copy in [
        "INSERT INTO vault_key SELECT (SELECT id FROM tenant WHERE slug = 'globex'), version, wrapped, created_at
         FROM vault_key",
        "INSERT INTO vault_secret SELECT (SELECT id FROM tenant WHERE slug = 'globex'), name, 1, key_version, sealed,
             created_at FROM vault_secret WHERE version = 1",
    ] {
        assert_eq!(stage.sql(copy).await, 1);
    }
    assert_eq!(stage.code(&stage.globex, 1).await, Some("vault_tampered"));
    println!("2 moves of sealed bytes, all refused");
}

#[tokio::test]
async fn no_row_holds_a_secret_in_any_spelling() {
    let stage = Stage::set().await;
    let rows: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "SELECT s.sealed, k.wrapped FROM vault_secret s JOIN vault_key k ON k.tenant_id = s.tenant_id",
    )
    .fetch_all(&mut stage.database.admin().await)
    .await
    .unwrap();
    assert_eq!(rows.len(), 1);
    for spelling in [SECRET.to_owned(), STANDARD.encode(SECRET), hex(SECRET)] {
        for (sealed, wrapped) in &rows {
            for bytes in [sealed, wrapped] {
                let found = bytes
                    .windows(spelling.len())
                    .any(|window| window == spelling.as_bytes());
                assert!(!found);
            }
        }
    }
}

#[tokio::test]
async fn opening_again_does_not_ask_the_database() {
    let stage = Stage::set().await;
    assert_eq!(stage.code(&stage.acme, 1).await, None);
    stage.sql("DELETE FROM vault_secret").await;
    stage.sql("DELETE FROM vault_key").await;
    assert_eq!(stage.code(&stage.acme, 1).await, None);
}

#[tokio::test]
async fn after_a_restore_the_secret_of_now_is_opened_and_not_one_of_its_number() {
    let stage = Stage::set().await;
    for database in ["of the tenant's first key", "of before that"] {
        let put = |text: &str| {
            let secret = Secret::new(text.to_owned());
            stage.vault.put(&stage.acme, &stage.name, secret)
        };
        let open = |stored| stage.vault.open(&stage.acme, &stage.name, stored);
        let revoked = put("revoked").await.unwrap();
        assert!(open(revoked).await.is_ok());
        // The database goes back to its backup, and somebody stores the secret anew.
        stage
            .sql("DELETE FROM vault_secret WHERE version > 1")
            .await;
        if database == "of before that" {
            stage.sql("DELETE FROM vault_secret").await;
            stage.sql("DELETE FROM vault_key").await;
            put("of now").await.unwrap();
        }
        let present = put("of now").await.unwrap();
        assert_eq!(present.version, revoked.version);

        let found = open(present).await.unwrap();
        assert_eq!(found.expose(), "of now", "a backup {database}");
        let gone = open(revoked).await.err().map(|error| error.code());
        assert_eq!(gone, Some("vault_tampered"));
        stage
            .sql("DELETE FROM vault_secret WHERE version > 1")
            .await;
    }
    println!("N = 2 backups, the secret of now opened after both");
}

#[tokio::test]
async fn equal_secrets_are_sealed_differently_each_time() {
    let stage = Stage::set().await;
    let again = Secret::new(SECRET.to_owned());
    stage
        .vault
        .put(&stage.acme, &stage.name, again)
        .await
        .unwrap();
    let distinct: i64 =
        sqlx::query_scalar("SELECT count(DISTINCT substr(sealed, 2)) FROM vault_secret")
            .fetch_one(&mut stage.database.admin().await)
            .await
            .unwrap();
    assert_eq!(distinct, 2);
}
