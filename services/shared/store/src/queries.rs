//! What the transactions of a tenant and those across tenants have in common.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, QueryResult, Statement, Value};

use crate::StoreError;

/// The queries of a transaction. Only the store can ask them.
#[derive(Debug)]
pub struct Queries(DatabaseTransaction);

impl Queries {
    pub(crate) const fn new(tx: DatabaseTransaction) -> Self {
        Self(tx)
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }

    /// For entity queries: sea-orm's connection.
    pub(crate) const fn db(&self) -> &DatabaseTransaction {
        &self.0
    }

    /// Runs one statement; returns how many rows it touched.
    pub(crate) async fn execute<const N: usize>(
        &self,
        sql: &str,
        values: [Value; N],
    ) -> Result<u64, StoreError> {
        Ok(self
            .0
            .execute_raw(statement(sql, values))
            .await?
            .rows_affected())
    }

    /// Runs one query that gives at most one row.
    pub(crate) async fn row<const N: usize>(
        &self,
        sql: &str,
        values: [Value; N],
    ) -> Result<Option<QueryResult>, StoreError> {
        Ok(self.0.query_one_raw(statement(sql, values)).await?)
    }

    /// Runs one query.
    pub(crate) async fn rows<const N: usize>(
        &self,
        sql: &str,
        values: [Value; N],
    ) -> Result<Vec<QueryResult>, StoreError> {
        Ok(self.0.query_all_raw(statement(sql, values)).await?)
    }
}

fn statement<const N: usize>(sql: &str, values: [Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}
