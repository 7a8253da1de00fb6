//! Who waits in the test's own database: every database shows the locks of all of them, and tables
//! have the same numbers in all that were copied from one.

use countersign_testkit::until;
use sqlx::PgConnection;

/// Returns when somebody waits for this table.
pub(crate) async fn waited_for(watch: &mut PgConnection, table: &str) {
    let sql = "SELECT count(*) > 0 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE NOT granted AND relation = $1::regclass AND datname = current_database()";
    until("somebody waits for the table", async || {
        let waits = sqlx::query_scalar(sql).bind(table);
        waits.fetch_one(&mut *watch).await.unwrap()
    })
    .await;
}
