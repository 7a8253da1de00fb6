//! Row-level security at work: what is left of every tenant table's protection when nothing else
//! is. Rights, keys and checks are taken away first, and the queries ask for no tenant.

use countersign_testkit::Database;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

const ACME: &str = "00000000-0000-0000-0000-00000000000a";
const EVIL: &str = "00000000-0000-0000-0000-00000000000b";

/// The column that says whose a row is, in every table of tenants as the catalogue has them.
const TENANT_TABLES: &str = "
    SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND a.attname = CASE c.relname WHEN 'tenant' THEN 'id' ELSE 'tenant_id' END
    ORDER BY 1";

/// A row needs nothing but its tenant, and the serving role may do everything.
const ONLY_THE_WALL: &str = "
    DO $$ DECLARE it record; BEGIN
        FOR it IN SELECT conrelid::regclass AS relation, conname FROM pg_constraint
                  WHERE connamespace = 'public'::regnamespace AND contype <> 't' LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', it.relation, it.conname);
        END LOOP;
        FOR it IN SELECT attrelid::regclass AS relation, attname FROM pg_attribute a
                  JOIN pg_class c ON c.oid = a.attrelid
                  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                    AND a.attnum > 0 AND a.attnotnull LOOP
            EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', it.relation, it.attname);
        END LOOP;
    END $$;
    GRANT ALL ON ALL TABLES IN SCHEMA public TO countersign_app";

async fn run(admin: &mut PgConnection, sql: String) -> sqlx::Result<u64> {
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(admin).await?;
    Ok(done.rows_affected())
}

/// Runs a statement as the serving role with this setting of the tenant, and takes it back.
async fn as_tenant(admin: &mut PgConnection, tenant: &str, sql: &str) -> Result<u64, String> {
    let mut tx = admin.begin().await.expect("a transaction");
    let become_it = format!("SET LOCAL ROLE countersign_app; SET LOCAL app.tenant_id = '{tenant}'");
    run(&mut tx, become_it).await.expect("the serving role");
    let done = run(&mut tx, sql.to_owned()).await;
    tx.rollback().await.expect("nothing happened");
    done.map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_tenant_reaches_its_own_rows_of_every_table_and_makes_none_for_another() {
    let database = Database::create().await;
    let mut admin = database.admin().await;
    let tables: Vec<(String, String)> = sqlx::query_as(TENANT_TABLES)
        .fetch_all(&mut admin)
        .await
        .unwrap();
    run(&mut admin, ONLY_THE_WALL.to_owned()).await.unwrap();

    for (table, owner) in &tables {
        let both = format!("INSERT INTO {table} ({owner}) VALUES ('{ACME}'), ('{EVIL}')");
        assert_eq!(run(&mut admin, both).await.unwrap(), 2, "{table}");

        let insert = |tenant| format!("INSERT INTO {table} ({owner}) VALUES ('{tenant}')");
        let give_away = format!("UPDATE {table} SET {owner} = '{EVIL}' WHERE true");
        let select = format!("SELECT FROM {table}");
        let update = format!("UPDATE {table} SET {owner} = {owner}");
        let delete = format!("DELETE FROM {table}");
        // A secret goes with its API, and here is none.
        let deleted = u64::from(table != "vault_secret");
        let takes = format!("UPDATE {table} SET {owner} = '{ACME}' WHERE {owner} = '{EVIL}'");
        for (tenant, sql, rows) in [
            (ACME, &select, 1),
            (ACME, &update, 1),
            (ACME, &delete, deleted),
            (ACME, &takes, 0),
            (ACME, &insert(ACME), 1),
            ("", &select, 0),
            ("", &update, 0),
            ("", &delete, 0),
        ] {
            assert_eq!(
                as_tenant(&mut admin, tenant, sql).await,
                Ok(rows),
                "{tenant:?}: {sql}"
            );
        }
        for (tenant, sql) in [
            (ACME, &insert(EVIL)),
            (ACME, &give_away),
            ("", &insert(ACME)),
        ] {
            let refused = as_tenant(&mut admin, tenant, sql).await.unwrap_err();
            assert!(refused.contains("row-level security"), "{sql}: {refused}");
        }
    }
    println!(
        "{} tables of two tenants: each reaches its own rows",
        tables.len()
    );
    assert!(tables.len() >= 30);
}

/// Any policy more is one more way in: they add up. One that checks nothing of its own checks what
/// it uses.
#[tokio::test]
async fn the_policies_are_the_reviewed_ones() {
    let database = Database::create().await;
    let present: Vec<String> = sqlx::query_scalar(
        r"SELECT concat_ws(E'\n    ',
             format('%s: %s, %s %s to %s', tablename, policyname, lower(permissive), lower(cmd),
                 array_to_string(roles, ', ')),
             'using ' || regexp_replace(qual, '\s+', ' ', 'g'),
             'check ' || regexp_replace(NULLIF(with_check, qual), '\s+', ' ', 'g')) || E'\n'
         FROM pg_policies ORDER BY tablename, policyname",
    )
    .fetch_all(&mut database.admin().await)
    .await
    .unwrap();
    assert_eq!(
        present.concat(),
        include_str!("row_security.txt"),
        "review the change, then write it to services/shared/store/tests/it/row_security.txt"
    );
}
