//! A database for each test, cloned from one migrated template.

use std::{
    env,
    sync::atomic::{AtomicU32, Ordering},
};

use countersign_store::{Store, StoreOptions};
use sqlx::{Connection, Executor, PgConnection};

/// Where the tests' PostgreSQL is: an administrator's URL. `tests/run` starts one and sets it;
/// without it a test fails and says so.
const VARIABLE: &str = "TEST_DATABASE_URL";

/// The password of the login role in test clusters.
const LOGIN: (&str, &str) = ("countersign", "countersign");

/// A test's own database. Dropped with the value.
pub struct Database {
    admin: url::Url,
    name: String,
    store: Store,
}

impl Database {
    /// Makes one: a copy of the migrated template, reached as the login role and never as an
    /// administrator, so that row-level security is really on.
    ///
    /// # Panics
    /// When there is no test cluster.
    pub async fn create() -> Self {
        let admin: url::Url = admin_url();
        let template = template(&admin).await;
        let name = format!("test_{}_{}", std::process::id(), next());
        let mut connection = PgConnection::connect(admin.as_str()).await.expect(VARIABLE);
        // Two tests may copy the template at once only one after the other.
        let copy = format!(
            "SELECT pg_advisory_lock(7170); CREATE DATABASE {name} TEMPLATE {template}; SELECT pg_advisory_unlock(7170)"
        );
        for step in copy.split(';') {
            connection
                .execute(sqlx::AssertSqlSafe(step.to_owned()))
                .await
                .expect("copy the template");
        }
        connection.close().await.expect("close");
        let store = connect(&login_url(&admin, &name));
        Self {
            admin: database_url(&admin, &name),
            name,
            store,
        }
    }

    /// The store, connected as the product connects.
    #[must_use]
    pub fn store(&self) -> Store {
        self.store.clone()
    }

    /// A store with connections of its own, as another process of the product has.
    #[must_use]
    pub fn another_store(&self) -> Store {
        connect(&login_url(&self.admin, &self.name))
    }

    /// The URL that a process of the product would be given.
    #[must_use]
    pub fn url(&self) -> String {
        login_url(&self.admin, &self.name).to_string()
    }

    /// A connection as administrator: for looking behind the wall, and for making things old.
    ///
    /// # Panics
    /// When the database is gone.
    pub async fn admin(&self) -> PgConnection {
        PgConnection::connect(self.admin.as_str())
            .await
            .expect("the test's own database")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (admin, name) = (database_url(&self.admin, "postgres"), self.name.clone());
        // A runtime of its own: the test's may already be going away.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let mut connection = PgConnection::connect(admin.as_str()).await?;
                let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                connection.execute(sqlx::AssertSqlSafe(sql)).await?;
                Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
            })
        })
        .join();
        if !matches!(dropped, Ok(Ok(()))) {
            eprintln!("the database {} was left behind", self.name);
        }
    }
}

fn connect(url: &url::Url) -> Store {
    Store::open(&StoreOptions {
        url: url.to_string(),
        application: "test".to_owned(),
        connections: 4,
    })
    .expect("the URL was just built")
}

#[expect(clippy::disallowed_methods, reason = "the tests' only setting")]
fn admin_url() -> url::Url {
    let url = env::var(VARIABLE).unwrap_or_else(|_| {
        panic!("set {VARIABLE} to an administrator's URL of a PostgreSQL 15+; tests/run does it for you")
    });
    url.parse().expect(VARIABLE)
}

fn database_url(admin: &url::Url, name: &str) -> url::Url {
    let mut url = admin.clone();
    url.set_path(name);
    url
}

fn login_url(admin: &url::Url, name: &str) -> url::Url {
    let mut url = database_url(admin, name);
    url.set_username(LOGIN.0).expect("postgres URLs have users");
    url.set_password(Some(LOGIN.1))
        .expect("postgres URLs have passwords");
    url
}

fn next() -> u32 {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    COUNTER.fetch_add(1, Ordering::Relaxed)
}

/// Makes the migrated template if this cluster does not have it; its name follows the migrations.
async fn template(admin: &url::Url) -> String {
    let name = format!("template_{}", countersign_migrations::fingerprint());
    let mut connection = PgConnection::connect(admin.as_str()).await.expect(VARIABLE);
    connection
        .execute("SELECT pg_advisory_lock(7169)")
        .await
        .expect("lock");
    let there: Option<i32> = sqlx::query_scalar("SELECT 1 FROM pg_database WHERE datname = $1")
        .bind(&name)
        .fetch_optional(&mut connection)
        .await
        .expect("look for the template");
    if there.is_none() {
        let building = format!("{name}_{}", std::process::id());
        let create = format!("CREATE DATABASE {building}");
        connection
            .execute(sqlx::AssertSqlSafe(create))
            .await
            .expect("create");
        let url = database_url(admin, &building);
        countersign_migrations::create_roles(url.as_str())
            .await
            .expect("roles");
        let password = format!("ALTER ROLE {} PASSWORD '{}'", LOGIN.0, LOGIN.1);
        connection
            .execute(sqlx::AssertSqlSafe(password))
            .await
            .expect("password");
        countersign_migrations::migrate(url.as_str())
            .await
            .expect("migrate");
        let rename = format!("ALTER DATABASE {building} RENAME TO {name}");
        connection
            .execute(sqlx::AssertSqlSafe(rename))
            .await
            .expect("rename");
    }
    connection.close().await.expect("close releases the lock");
    name
}
