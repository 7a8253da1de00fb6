//! Two workers at one import: what it changes is changed once.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use countersign_egress::{EgressError, Fetch, Fetched};
use countersign_queue::{InProcess, Worker};
use countersign_spec_import::{Given, ImportSpec, StartImport, Started, apart::Reader};
use countersign_testkit::{ends, until, world};
use serde_json::json;
use sqlx::{Connection as _, Executor as _};
use tokio::sync::Semaphore;

use crate::imports::Desk;

const URL: &str = "https://api.example.com/openapi.json";

/// An address that answers when it is let.
struct Slow {
    asked: Semaphore,
    answers: Semaphore,
}

#[async_trait]
impl Fetch for Slow {
    async fn fetch_unless(
        &self,
        _url: &str,
        _etag: Option<&str>,
    ) -> Result<Option<Fetched>, EgressError> {
        self.asked.add_permits(1);
        self.answers.acquire().await.unwrap().forget();
        let bytes = json!({"openapi": "3.1.0", "info": {"title": "Pets", "version": "1"},
            "paths": {"/pets": {"get": {"responses": {"200": {"description": "pets"}}}}}});
        Ok(Some(Fetched {
            bytes: Bytes::from(bytes.to_string()),
            content_type: None,
            etag: None,
        }))
    }
}

struct Scene {
    desk: Desk,
    slow: Arc<Slow>,
}

impl Scene {
    async fn open() -> (Self, Started) {
        let desk = Desk::new().await;
        let cmd = StartImport {
            name: "Pets".parse().unwrap(),
            given: Given::Url(URL.to_owned()),
        };
        let started = desk.imports.start(&desk.developer, cmd).await.unwrap();
        let slow = Arc::new(Slow {
            asked: Semaphore::new(0),
            answers: Semaphore::new(0),
        });
        (Self { desk, slow }, started)
    }

    /// One worker, which does what it finds; returns how many jobs that were.
    async fn worker(&self) -> usize {
        let fetch: Arc<dyn Fetch> = Arc::clone(&self.slow) as _;
        Worker::new(self.desk.store(), world(), Arc::new(InProcess::new()))
            .register(ImportSpec::new(fetch, Reader::Here))
            .run_until_empty()
            .await
            .unwrap()
    }

    async fn admin(&self, sql: &'static str) {
        let mut admin = self.desk.database.admin().await;
        admin.execute(sqlx::raw_sql(sql)).await.unwrap();
    }

    /// What became of the job, and how often what it does was done.
    async fn became(&self) -> (String, i32, i64, i64) {
        let sql = "SELECT state, attempts,
                (SELECT count(*) FROM record WHERE act = 'source.imported'), (SELECT count(*) FROM tool)
            FROM job";
        let mut admin = self.desk.database.admin().await;
        sqlx::query_as(sql).fetch_one(&mut admin).await.unwrap()
    }
}

#[tokio::test]
async fn a_worker_that_was_overtaken_writes_nothing() {
    let (scene, _started) = Scene::open().await;
    let overtaken = scene.worker();
    let other = async {
        drop(ends("the first worker", scene.slow.asked.acquire()).await);
        let lease_is_over = "UPDATE job SET run_after = now() - interval '1 second'";
        scene.admin(lease_is_over).await;
        let finished = async {
            until("the other worker", async || {
                scene.slow.asked.available_permits() == 2
            })
            .await;
            // Whoever asked last is answered last.
            scene.slow.answers.add_permits(2);
        };
        tokio::join!(scene.worker(), finished).0
    };

    let (_, done) = tokio::join!(overtaken, other);

    assert_eq!(done, 1);
    assert_eq!(scene.became().await, ("done".to_owned(), 2, 1, 1));
}

#[tokio::test]
async fn an_import_is_not_taken_over_while_it_is_written() {
    let (scene, _started) = Scene::open().await;
    scene.slow.answers.add_permits(2);
    // Each lease is over when it begins.
    scene
        .admin(
            "CREATE FUNCTION be_over() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN NEW.run_after := clock_timestamp() - interval '1 second'; RETURN NEW; END $$;
             CREATE TRIGGER be_over BEFORE UPDATE ON job FOR EACH ROW WHEN (NEW.state = 'running')
                EXECUTE FUNCTION be_over()",
        )
        .await;
    let (mut admin, mut watch) = (
        scene.desk.database.admin().await,
        scene.desk.database.admin().await,
    );
    let mut frozen = admin.begin().await.unwrap();
    frozen
        .execute("LOCK TABLE tool IN EXCLUSIVE MODE")
        .await
        .unwrap();
    let other = async {
        until("the tools are about to be written", async || {
            let sql = "SELECT count(*) > 0 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                WHERE NOT granted AND relation = 'tool'::regclass AND datname = current_database()";
            sqlx::query_scalar(sql).fetch_one(&mut watch).await.unwrap()
        })
        .await;
        let done = scene.worker().await;
        frozen.commit().await.unwrap();
        done
    };

    let (first, other) = tokio::join!(scene.worker(), other);

    assert_eq!((first, other), (1, 0));
    assert_eq!(scene.became().await, ("done".to_owned(), 1, 1, 1));
}
