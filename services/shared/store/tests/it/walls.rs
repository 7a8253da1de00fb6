//! Row-level security, looked at in the catalogue: what the database itself will not allow.

use countersign_testkit::Database;
use sqlx::Row;

/// Tables that belong to no tenant, named on purpose.
const GLOBAL: [&str; 5] = [
    "tenant",
    "person",
    "session",
    "oauth_client",
    "_sqlx_migrations",
];

#[tokio::test]
async fn every_tenant_table_is_behind_the_wall() {
    let database = Database::create().await;
    let mut admin = database.admin().await;

    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname <> ALL ($1)",
    )
    .bind(GLOBAL.map(String::from).to_vec())
    .fetch_all(&mut admin)
    .await
    .unwrap();
    let protected: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c
         WHERE c.relrowsecurity AND c.relforcerowsecurity
           AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant_isolation'
                       AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL)
           AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid
                       AND a.attname = 'tenant_id' AND a.attnotnull)",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();

    let bare: Vec<_> = tables
        .iter()
        .filter(|table| !protected.contains(table))
        .collect();
    assert!(bare.is_empty(), "unprotected: {bare:?}");
    println!(
        "{} tenant tables, all behind forced row-level security",
        tables.len()
    );
    assert!(tables.len() >= 20);
}

#[tokio::test]
async fn keys_between_tenant_tables_carry_the_tenant() {
    let database = Database::create().await;
    let mut admin = database.admin().await;

    let loose: Vec<String> = sqlx::query_scalar(
        "SELECT k.conrelid::regclass || '.' || k.conname FROM pg_constraint k
         JOIN pg_class target ON target.oid = k.confrelid
         WHERE k.contype = 'f' AND target.relname <> ALL ($1)
           AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = k.conrelid
                           AND a.attnum = ANY (k.conkey) AND a.attname = 'tenant_id')",
    )
    .bind(GLOBAL.map(String::from).to_vec())
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert!(
        loose.is_empty(),
        "foreign keys without the tenant: {loose:?}"
    );

    let oracles: Vec<String> = sqlx::query_scalar(
        "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace
           AND c.relname <> ALL ($1) AND a.attname <> 'tenant_id' ORDER BY 1",
    )
    .bind(GLOBAL.map(String::from).to_vec())
    .fetch_all(&mut admin)
    .await
    .unwrap();
    // Secrets are found across tenants by their digest alone; a digest is no oracle.
    assert_eq!(
        oracles,
        [
            "invitation_digest_unique",
            "oauth_access_token_digest_unique",
            "oauth_code_digest_unique",
            "oauth_refresh_token_digest_unique",
        ]
    );
}

#[tokio::test]
async fn the_serving_roles_cannot_step_over_the_wall() {
    let database = Database::create().await;
    let mut admin = database.admin().await;

    let roles = sqlx::query(
        "SELECT rolname::text, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb AS mighty,
                EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid) AS owner
         FROM pg_roles r WHERE rolname IN ('countersign', 'countersign_app', 'countersign_system')",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    assert_eq!(roles.len(), 3);
    for role in roles {
        let name: String = role.get(0);
        assert!(!role.get::<bool, _>(1), "{name} is too mighty");
        assert!(!role.get::<bool, _>(2), "{name} owns tables");
    }
    let definers: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_proc p WHERE p.prosecdef
         AND p.pronamespace IN ('public'::regnamespace, 'app'::regnamespace)",
    )
    .fetch_one(&mut admin)
    .await
    .unwrap();
    assert_eq!(definers, 0, "functions that run with their owner's rights");
}

#[tokio::test]
async fn history_can_only_be_added_to() {
    let database = Database::create().await;
    let mut admin = database.admin().await;
    for table in ["record", "document", "tool_version", "vault_secret"] {
        for statement in [
            "UPDATE {} SET tenant_id = tenant_id",
            "DELETE FROM {}",
            "TRUNCATE {}",
        ] {
            for role in ["countersign_app", "countersign_system"] {
                let sql = format!("SET ROLE {role}; {}", statement.replace("{}", table));
                let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
                    .execute(&mut admin)
                    .await
                    .unwrap_err();
                let code = refused
                    .as_database_error()
                    .unwrap()
                    .code()
                    .unwrap()
                    .into_owned();
                assert_eq!(code, "42501", "{role}: {statement} on {table}");
            }
        }
    }
}

#[tokio::test]
async fn what_was_held_decided_or_issued_is_not_rewritten() {
    let database = Database::create().await;
    let mut admin = database.admin().await;
    let fixed = [
        "hold.digest",
        "hold.arguments",
        "hold.url",
        "hold.request",
        "hold.requester",
        "hold.expires_at",
        "hold.tool_version_id",
        "enablement.high_risk",
        "enablement.handling",
        "enablement.reason",
        "enablement.tool_version_id",
        "credential.base_url",
        "credential.scheme",
        "member.person_id",
        "oauth_grant.scopes",
        "oauth_grant.resource",
        "oauth_grant.member_id",
        "oauth_code.expires_at",
        "oauth_code.code_challenge",
        "oauth_access_token.scopes",
        "oauth_access_token.expires_at",
        "oauth_refresh_token.expires_at",
    ];
    for column in fixed {
        let (table, column) = column.split_once('.').unwrap();
        for role in ["countersign_app", "countersign_system"] {
            let may: bool = sqlx::query_scalar("SELECT has_column_privilege($1, $2, $3, 'UPDATE')")
                .bind(role)
                .bind(table)
                .bind(column)
                .fetch_one(&mut admin)
                .await
                .unwrap();
            assert!(!may, "{role} may rewrite {table}.{column}");
        }
    }
    println!("{} columns that no serving role can rewrite", fixed.len());
}
