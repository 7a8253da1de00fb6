//! The database schema, as numbered SQL files, and their runner.
//!
//! Files are embedded in the binary, run once each in order as `countersign_owner`, and are never
//! edited once landed: a change is a new file that old and new code both survive.

use std::sync::LazyLock;

use sqlx::{Connection, PgConnection, migrate::Migrator, postgres::PgConnectOptions};

static MIGRATOR: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrator = sqlx::migrate!("./sql");
    // Whoever goes back a version meets a schema that is newer, and that the old code survives.
    migrator.set_ignore_missing(true);
    migrator
});

/// The roles that own and serve the schema. Needs a login that may create roles.
pub const ROLES: &str = include_str!("../../deploy/roles.sql");

/// The schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database does not answer or refuses us.
    #[error("the database cannot be reached or refuses the migration login")]
    Database(#[from] sqlx::Error),
    /// A migration failed, or an applied one was edited.
    #[error("a migration failed")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

/// Makes the roles, if they are not there. The login must be a superuser or have `CREATEROLE`.
pub async fn create_roles(url: &str) -> Result<(), MigrateError> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql(ROLES).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Makes a database of this name on a private server, with the roles, and gives the login
/// `countersign` a password. Needs a superuser's URL; run again it only sets the password.
///
/// # Panics
/// When name or password hold anything but letters, digits and underscores: both are ours.
pub async fn prepare(admin_url: &str, database: &str, password: &str) -> Result<(), MigrateError> {
    for word in [database, password] {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        assert!(
            word.bytes().all(plain),
            "a name or a password needs quoting"
        );
    }
    let mut connection = PgConnection::connect(admin_url).await?;
    let there: Option<i32> = sqlx::query_scalar("SELECT 1 FROM pg_database WHERE datname = $1")
        .bind(database)
        .fetch_optional(&mut connection)
        .await?;
    if there.is_none() {
        let create = format!("CREATE DATABASE {database}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(create))
            .execute(&mut connection)
            .await?;
    }
    connection.close().await?;
    let inside: PgConnectOptions = admin_url.parse()?;
    let mut connection = PgConnection::connect_with(&inside.database(database)).await?;
    sqlx::raw_sql(ROLES).execute(&mut connection).await?;
    let login = format!("ALTER ROLE countersign PASSWORD '{password}'");
    sqlx::raw_sql(sqlx::AssertSqlSafe(login))
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(())
}

/// Brings the schema up to date. Safe to run from several processes at once (advisory lock).
pub async fn migrate(url: &str) -> Result<(), MigrateError> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql("SET ROLE countersign_owner; SET lock_timeout = '10s'")
        .execute(&mut connection)
        .await?;
    MIGRATOR.run(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Says whether every migration of this binary has been applied.
pub async fn is_current(url: &str) -> Result<bool, MigrateError> {
    let mut connection = PgConnection::connect(url).await?;
    // The login inherits nothing; a serving role may read the list of migrations, and a login that
    // is no member of it (an administrator's) needs no role.
    let served = sqlx::raw_sql("SET ROLE countersign_app")
        .execute(&mut connection)
        .await;
    if served.is_err() {
        tracing::debug!("the role countersign_app cannot be taken; asking as the login itself");
    }
    let applied: Result<Vec<i64>, sqlx::Error> =
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success")
            .fetch_all(&mut connection)
            .await;
    connection.close().await?;
    // Not the newest alone: files that were written at the same time land in any order.
    let is_applied = |version: i64| applied.as_ref().is_ok_and(|all| all.contains(&version));
    Ok(MIGRATOR.iter().all(|step| is_applied(step.version)))
}

/// A short name for exactly these migrations; equal only when every file is equal.
#[must_use]
pub fn fingerprint() -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in MIGRATOR
        .iter()
        .flat_map(|step| step.checksum.iter())
        .chain(ROLES.as_bytes())
    {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}
