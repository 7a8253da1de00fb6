//! The pools. Private: a connection is only ever lent out inside a transaction.

use std::time::Duration;

use countersign_access::{SystemReason, TenantScope};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqlxPostgresConnector,
    Statement, TransactionTrait,
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{StoreError, SystemTx, TenantTx};

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// A login that is a member of `countersign_app` and `countersign_system` and nothing more.
    pub url: String,
    /// Shown in `pg_stat_activity`.
    pub application: String,
    /// Most connections for requests; two more serve the record and the system's own questions.
    pub connections: u32,
}

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    app: DatabaseConnection,
    system: DatabaseConnection,
    pub(crate) records: PgPool,
}

impl Store {
    /// Opens the pools. No connection is made before the first query.
    ///
    /// # Errors
    /// When the URL cannot be read.
    pub fn open(options: &StoreOptions) -> Result<Self, StoreError> {
        let base: PgConnectOptions = options.url.parse()?;
        let base = base.application_name(&options.application);
        let app = pool(as_role(&base, "countersign_app"), options.connections);
        let system = pool(
            as_role(&base, "countersign_system"),
            options.connections.div_ceil(2),
        );
        // One reason for the whole connection, so that a batch of records is one round trip.
        let recorder = as_role(&base, "countersign_system")
            .options([("app.system_reason", SystemReason::AppendRecords.as_str())]);
        Ok(Self {
            app: SqlxPostgresConnector::from_sqlx_postgres_pool(app),
            system: SqlxPostgresConnector::from_sqlx_postgres_pool(system),
            records: pool(recorder, 2),
        })
    }

    /// Begins a transaction that sees one tenant. Dropping it rolls back. A member is asked for
    /// again: since they were let in, the body of their request may have taken long.
    ///
    /// # Errors
    /// [`StoreError::MembershipChanged`] for a member who is not that any more; otherwise when the
    /// database does not answer.
    pub async fn begin(&self, scope: &TenantScope) -> Result<TenantTx, StoreError> {
        let tenant = scope.tenant();
        let setting = ("app.tenant_id", tenant.as_uuid().to_string());
        let tx = TenantTx::new(begin_with(&self.app, setting).await?, tenant);
        tx.require_unchanged(scope.actor()).await?;
        Ok(tx)
    }

    /// Begins a transaction that may look across tenants for one stated reason.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin_system(&self, reason: SystemReason) -> Result<SystemTx, StoreError> {
        let setting = ("app.system_reason", reason.as_str().to_owned());
        let tx = begin_with(&self.system, setting).await?;
        Ok(SystemTx::new(tx, reason))
    }

    /// Most connections for requests, those of [`Store::begin`].
    #[must_use]
    pub fn request_connections(&self) -> u32 {
        let pool = self.app.get_postgres_connection_pool();
        pool.options().get_max_connections()
    }

    /// Most connections for the system's own questions, those of [`Store::begin_system`].
    #[must_use]
    pub fn system_connections(&self) -> u32 {
        let pool = self.system.get_postgres_connection_pool();
        pool.options().get_max_connections()
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.app.execute_unprepared("SELECT 1").await?;
        Ok(())
    }
}

async fn begin_with(
    pool: &DatabaseConnection,
    (name, value): (&str, String),
) -> Result<DatabaseTransaction, StoreError> {
    let tx = pool.begin().await?;
    tx.execute_raw(Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT set_config($1, $2, true)",
        [name.into(), value.into()],
    ))
    .await?;
    Ok(tx)
}

/// Starts every connection as this role, so that `RESET ROLE` returns to it and not to the login.
fn as_role(base: &PgConnectOptions, role: &str) -> PgConnectOptions {
    base.clone().options([
        ("role", role),
        ("statement_timeout", "15s"),
        ("idle_in_transaction_session_timeout", "30s"),
        ("lock_timeout", "10s"),
    ])
}

fn pool(options: PgConnectOptions, connections: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections.max(1))
        .acquire_timeout(Duration::from_secs(2))
        .max_lifetime(Duration::from_mins(30))
        .connect_lazy_with(options)
}
