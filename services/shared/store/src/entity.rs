//! Rows, as they stand in the tables. Private: callers see domain values.

pub(crate) mod connection;
pub(crate) mod credential;
pub(crate) mod endpoint;
pub(crate) mod environment;
pub(crate) mod hold;
pub(crate) mod oauth_authorization;
pub(crate) mod oauth_client;
pub(crate) mod record;
pub(crate) mod revision;
pub(crate) mod source;
pub(crate) mod vault_key;
pub(crate) mod vault_secret;

#[cfg(test)]
mod tests {
    use countersign_testkit::Database;
    use sea_orm::{
        DatabaseConnection, EntityTrait, IdenStatic as _, Iterable as _, QuerySelect as _,
        SqlxPostgresConnector,
    };
    use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

    /// Connects as the serving role, so that a column it may not read is found too.
    async fn connect(database: &Database) -> DatabaseConnection {
        let options: PgConnectOptions = database.url().parse().unwrap();
        let options = options.options([("role", "countersign_app")]);
        let pool = PgPoolOptions::new().connect_with(options).await.unwrap();
        SqlxPostgresConnector::from_sqlx_postgres_pool(pool)
    }

    /// Selects every column that the entity has, and counts those that the table has.
    async fn check<E: EntityTrait>(database: &Database, connection: &DatabaseConnection) -> usize {
        let table = E::default().table_name().to_owned();
        let rows = E::find().limit(1).all(connection).await;
        assert!(rows.is_ok(), "{table}: {:?}", rows.err());
        let mut known: Vec<String> = E::Column::iter()
            .map(|column| column.as_str().to_owned())
            .collect();
        let mut there: Vec<String> = sqlx::query_scalar(
            "SELECT column_name::text FROM information_schema.columns WHERE table_name = $1 AND table_schema = 'public'",
        )
        .bind(&table)
        .fetch_all(&mut database.admin().await)
        .await
        .unwrap();
        known.sort();
        there.sort();
        assert_eq!(known, there, "columns of {table}");
        known.len()
    }

    #[tokio::test]
    async fn entities_match_the_schema() {
        let database = Database::create().await;
        let connection = connect(&database).await;
        let mut columns = 0;
        macro_rules! each {
            ($($entity:ident)*) => {$(
                columns += check::<super::$entity::Entity>(&database, &connection).await;
            )*};
        }
        each!(connection credential endpoint environment hold oauth_authorization oauth_client
            record revision source vault_key vault_secret);
        println!("{columns} columns of 12 entities match the migrated schema");
    }
}
