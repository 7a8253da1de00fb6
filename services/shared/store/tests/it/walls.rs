//! Row-level security, looked at in the catalogue: what the database itself will not allow; and
//! before it, the permit.

use countersign_access::ManageConnection;
use countersign_domain::role::Role;
use countersign_store::{
    Store, StoreError, StoreOptions,
    vault::{SealedSecret, WrappedKey},
};
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

/// Rows that go with their API. Of secrets a policy lets go only what is of no use, at which `removal`
/// in the journeys tries; of documents a foreign key only those that no import is of.
const GO_WITH_THEIR_API: [(&str, &str, &str); 2] = [
    ("document", "DELETE FROM {}", "countersign_app"),
    ("vault_secret", "DELETE FROM {}", "countersign_app"),
];

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
                if GO_WITH_THEIR_API.contains(&(table, statement, role)) {
                    continue;
                }
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
        "enablement.decided_together",
        "credential.base_url",
        "credential.scheme",
        "member.person_id",
        "member.created_at",
        "invitation.role",
        "invitation.email",
        "invitation.digest",
        "invitation.expires_at",
        "invitation.invited_by",
        "session.person_id",
        "session.digest",
        "session.expires_at",
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

#[tokio::test]
async fn only_who_signs_up_becomes_somebody() {
    let database = Database::create().await;
    let mut admin = database.admin().await;
    let may = async |admin: &mut sqlx::PgConnection, role: &str, right: &str, table: &str| {
        sqlx::query_scalar::<_, bool>("SELECT has_table_privilege($1, $2, $3)")
            .bind(role)
            .bind(table)
            .bind(right)
            .fetch_one(admin)
            .await
            .unwrap()
    };
    // A tenant's own transaction adds no member and touches no session.
    let denied = [
        ("member", "INSERT"),
        ("member", "DELETE"),
        ("invitation", "DELETE"),
        ("session", "SELECT"),
        ("session", "INSERT"),
        ("session", "UPDATE"),
        ("session", "DELETE"),
    ];
    for (table, right) in denied {
        let may = may(&mut admin, "countersign_app", right, table).await;
        assert!(!may, "countersign_app may {right} {table}");
    }
    let denied = [("invitation", "INSERT"), ("session", "DELETE")];
    for (table, right) in denied {
        let may = may(&mut admin, "countersign_system", right, table).await;
        assert!(!may, "countersign_system may {right} {table}");
    }
}

/// A person with a session and an invitation in one tenant, of which somebody else is the owner.
const PEOPLE: &str = "
    INSERT INTO person VALUES ('00000000-0000-0000-0000-000000000001', 'ada@example.com', '-', now()),
        ('00000000-0000-0000-0000-000000000002', 'bob@example.com', '-', now());
    INSERT INTO tenant VALUES ('00000000-0000-0000-0000-000000000003', 'acme', 'Acme', now());
    INSERT INTO member VALUES ('00000000-0000-0000-0000-000000000003',
        '00000000-0000-0000-0000-000000000004', '00000000-0000-0000-0000-000000000001', 'owner', now());
    INSERT INTO invitation VALUES ('00000000-0000-0000-0000-000000000003',
        '00000000-0000-0000-0000-000000000005', 'bob@example.com', 'reviewer', 'x',
        '00000000-0000-0000-0000-000000000004', now(), now() + interval '1 day');
    INSERT INTO session VALUES ('00000000-0000-0000-0000-000000000006',
        '00000000-0000-0000-0000-000000000002', 'x', now(), now(), now() + interval '1 day', NULL, '');";

/// Becoming a member, using an invitation up, and seeing who is signed in.
const STEPS: [&str; 3] = [
    "INSERT INTO member (tenant_id, id, person_id, role, created_at) SELECT tenant_id,
         gen_random_uuid(), '00000000-0000-0000-0000-000000000002', 'reviewer', now() FROM invitation",
    "UPDATE invitation SET consumed_at = now() WHERE consumed_at IS NULL",
    "UPDATE session SET last_seen_at = now()",
];

#[tokio::test]
async fn who_only_looks_a_credential_up_lets_nobody_in() {
    let database = Database::create().await;
    let mut admin = database.admin().await;
    sqlx::raw_sql(PEOPLE).execute(&mut admin).await.unwrap();

    // For each reason, how many rows each step touches; nothing where it is refused.
    let expected = [
        ("", [Some(0), Some(0), Some(0)]),
        ("run_jobs", [Some(0), Some(0), Some(0)]),
        ("append_records", [Some(0), Some(0), Some(0)]),
        ("watch_epochs", [Some(0), Some(0), Some(0)]),
        ("resolve_credential", [None, Some(0), Some(1)]),
        ("sign_up", [Some(1), Some(1), Some(1)]),
    ];
    for (reason, steps) in expected {
        for (step, touched) in STEPS.into_iter().zip(steps) {
            let mut tx = sqlx::Connection::begin(&mut admin).await.unwrap();
            let role = format!(
                "SET LOCAL ROLE countersign_system; SET LOCAL app.system_reason = '{reason}'"
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(role))
                .execute(&mut *tx)
                .await
                .unwrap();
            let done = sqlx::query(step).execute(&mut *tx).await;
            let rows = done.ok().map(|done| done.rows_affected());
            assert_eq!(rows, touched, "{reason:?}: {step}");
            tx.rollback().await.unwrap();
        }
    }
    println!("{} reasons tried", expected.len());
}

#[tokio::test]
async fn a_permit_of_another_tenant_changes_nothing() {
    let database = Database::create().await;
    let store = Store::open(&StoreOptions {
        url: database.url(),
        application: "store test".to_owned(),
        connections: 2,
    })
    .unwrap();
    let acme = database.house("acme").await;
    let evil = database.house("evil").await;
    let ada = acme.member(&database, Role::Owner).await;
    let mallory = evil.member(&database, Role::Owner).await;
    let secret = SealedSecret {
        key_version: 1,
        sealed: b"sealed".to_vec(),
    };
    let key = WrappedKey {
        version: 1,
        wrapped: b"wrapped".to_vec(),
    };

    for (who, done) in [(&mallory, false), (&ada, true)] {
        let permit = who.allow(ManageConnection).unwrap();
        let tx = store.begin(&ada).await.unwrap();
        let place = ("credential", 1);
        let added = tx.add_to_vault(permit, place, &secret, Some(&key)).await;
        assert_eq!(added.is_ok(), done, "{added:?}");
        assert!(done || matches!(added, Err(StoreError::NotFound)));
    }
}
