//! Jobs: claimed once, retried, given up, fenced.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use countersign_access::SystemReason;
use countersign_domain::id::TenantId;
use countersign_queue::{InProcess, Job, JobContext, JobError, Wakeups, Worker};
use countersign_store::{Store, jobs::Afterwards};
use countersign_testkit::{Database, House, until, world};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

/// Notes whose it was and which number it had. Idempotent: it only notes.
#[derive(Clone, Default)]
pub(crate) struct Note {
    pub(crate) notes: Arc<Mutex<Vec<(TenantId, usize)>>>,
    failing: Arc<AtomicUsize>,
    given_up: Arc<AtomicUsize>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct NotePayload {
    pub(crate) number: usize,
}

#[derive(Debug, thiserror::Error)]
#[error("not this time")]
struct NotThisTime;

impl Job for Note {
    const NAME: &'static str = "test.note";
    const ATTEMPTS: u32 = 3;
    type Payload = NotePayload;

    async fn run(&self, cx: &JobContext, payload: NotePayload) -> Result<(), JobError> {
        let fails = self
            .failing
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        if fails.is_ok() {
            return Err(JobError::retry(NotThisTime));
        }
        let note = (cx.scope().tenant(), payload.number);
        self.notes.lock().unwrap().push(note);
        Ok(())
    }

    async fn given_up(&self, _: &JobContext, _: NotePayload, why: &str) -> Result<(), JobError> {
        assert!(!why.is_empty());
        self.given_up.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// Adds jobs of a tenant, each in a transaction of its own.
pub(crate) async fn enqueue(store: &Store, house: &House, numbers: std::ops::Range<usize>) {
    for number in numbers {
        let tx = store.begin(&house.job()).await.unwrap();
        let job = Note::new_job(&world(), &NotePayload { number });
        tx.enqueue(&job).await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn worker(database: &Database, note: &Note) -> Worker {
    Worker::new(database.store(), world(), Arc::new(InProcess::new())).register(note.clone())
}

async fn make_due(database: &Database) {
    let mut admin = database.admin().await;
    sqlx::query(
        "UPDATE job SET run_after = now() - interval '1 hour' WHERE state IN ('ready', 'running')",
    )
    .execute(&mut admin)
    .await
    .unwrap();
}

async fn states(database: &Database) -> Vec<(String, i32)> {
    let mut admin = database.admin().await;
    sqlx::query_as("SELECT state, attempts FROM job ORDER BY id")
        .fetch_all(&mut admin)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_job_exists_exactly_when_its_transaction_commits() {
    let database = Database::create().await;
    let house = database.house("acme").await;
    let note = Note::default();
    let tx = database.store().begin(&house.job()).await.unwrap();
    tx.enqueue(&Note::new_job(&world(), &NotePayload { number: 1 }))
        .await
        .unwrap();
    drop(tx);
    enqueue(&database.store(), &house, 2..3).await;

    let done = worker(&database, &note).run_until_empty().await.unwrap();

    assert_eq!(done, 1);
    assert_eq!(*note.notes.lock().unwrap(), [(house.tenant, 2)]);
}

#[tokio::test]
async fn a_job_has_the_authority_of_its_row_and_no_other() {
    let database = Database::create().await;
    let (acme, globex) = (database.house("acme").await, database.house("globex").await);
    enqueue(&database.store(), &acme, 0..2).await;
    enqueue(&database.store(), &globex, 2..4).await;
    let note = Note::default();

    worker(&database, &note).run_until_empty().await.unwrap();

    let mut notes = note.notes.lock().unwrap().clone();
    notes.sort_by_key(|(_, number)| *number);
    let (a, g) = (acme.tenant, globex.tenant);
    assert_eq!(notes, [(a, 0), (a, 1), (g, 2), (g, 3)]);
}

#[tokio::test]
async fn many_workers_and_repeated_wake_ups_run_each_job_once() {
    const JOBS: usize = 100;
    let database = Database::create().await;
    let house = database.house("acme").await;
    let note = Note::default();
    let wakeups: Arc<dyn Wakeups> = Arc::new(InProcess::new());
    let stop = CancellationToken::new();
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let worker =
                Worker::new(database.store(), world(), Arc::clone(&wakeups)).register(note.clone());
            tokio::spawn(worker.run(stop.clone()))
        })
        .collect();
    enqueue(&database.store(), &house, 0..JOBS).await;
    until("all jobs", async || {
        wakeups.wake_worker().await;
        note.notes.lock().unwrap().len() >= JOBS
    })
    .await;
    stop.cancel();
    for worker in workers {
        worker.await.unwrap();
    }

    let mut numbers: Vec<_> = note.notes.lock().unwrap().iter().map(|n| n.1).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..JOBS).collect::<Vec<_>>());
    assert!(
        states(&database)
            .await
            .iter()
            .all(|s| *s == ("done".to_owned(), 1))
    );
    println!("{JOBS} jobs, 4 workers, each run once");
}

#[tokio::test]
async fn a_job_that_fails_is_tried_again_later_and_given_up_in_the_end() {
    let database = Database::create().await;
    let house = database.house("acme").await;
    enqueue(&database.store(), &house, 0..1).await;
    let note = Note::default();
    note.failing.store(3, Ordering::SeqCst);
    let worker = worker(&database, &note);

    assert_eq!(worker.run_until_empty().await.unwrap(), 1);
    assert_eq!(
        worker.run_until_empty().await.unwrap(),
        0,
        "it waits its time"
    );
    for attempt in 2..=3 {
        make_due(&database).await;
        assert_eq!(
            worker.run_until_empty().await.unwrap(),
            1,
            "attempt {attempt}"
        );
    }
    make_due(&database).await;
    assert_eq!(worker.run_until_empty().await.unwrap(), 0);

    assert_eq!(states(&database).await, [("failed".to_owned(), 3)]);
    assert_eq!(note.given_up.load(Ordering::SeqCst), 1);
    assert!(note.notes.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_job_whose_worker_died_in_the_last_attempt_is_given_up() {
    let database = Database::create().await;
    let house = database.house("acme").await;
    enqueue(&database.store(), &house, 0..1).await;
    for _ in 0..Note::ATTEMPTS {
        let tx = database
            .store()
            .begin_system(SystemReason::RunJobs)
            .await
            .unwrap();
        let lease = Duration::from_mins(1);
        assert_eq!(
            tx.claim_jobs("dies", &[Note::NAME], 9, lease)
                .await
                .unwrap()
                .len(),
            1
        );
        tx.commit().await.unwrap();
        make_due(&database).await;
    }
    let note = Note::default();

    worker(&database, &note).run_until_empty().await.unwrap();

    assert_eq!(note.given_up.load(Ordering::SeqCst), 1);
    assert!(note.notes.lock().unwrap().is_empty());
    assert_eq!(states(&database).await[0].0, "failed");
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_can_finish_nothing() {
    let database = Database::create().await;
    let store = database.store();
    let house = database.house("acme").await;
    enqueue(&store, &house, 0..1).await;
    let claim = async |worker: &str| {
        let tx = store.begin_system(SystemReason::RunJobs).await.unwrap();
        let mut claimed = tx
            .claim_jobs(worker, &[Note::NAME], 1, Duration::from_mins(1))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        claimed.pop()
    };
    let paused = claim("paused").await.unwrap();
    assert!(claim("other").await.is_none(), "the lease holds");
    make_due(&database).await;
    let other = claim("other").await.unwrap();

    let tx = store.begin_system(SystemReason::RunJobs).await.unwrap();
    let renewed = tx
        .renew_lease(&paused.lease, Duration::from_mins(1))
        .await
        .unwrap();
    let refused = [
        !renewed,
        !tx.finish_job(&paused.lease).await.unwrap(),
        tx.retry_job(&paused.lease, "x").await.unwrap() == Afterwards::NotOurs,
        tx.fail_job(&paused.lease, "x").await.unwrap() == Afterwards::NotOurs,
    ];
    tx.commit().await.unwrap();
    let tx = store.begin(&house.job()).await.unwrap();
    let fenced = !tx.fence(&paused.lease).await.unwrap();
    assert!(tx.fence(&other.lease).await.unwrap());
    tx.commit().await.unwrap();

    assert!(
        fenced && refused.iter().all(|refused| *refused),
        "{refused:?}"
    );
    println!("5 ways for a worker without a lease to change a job, all refused");
}

#[tokio::test]
async fn another_tenant_sees_no_job() {
    let database = Database::create().await;
    let store = database.store();
    let (acme, globex) = (database.house("acme").await, database.house("globex").await);
    enqueue(&store, &acme, 0..1).await;
    let tx = store.begin_system(SystemReason::RunJobs).await.unwrap();
    let lease = Duration::from_mins(1);
    let claimed = tx
        .claim_jobs("w", &[Note::NAME], 1, lease)
        .await
        .unwrap()
        .pop()
        .unwrap();
    tx.commit().await.unwrap();

    let tx = store.begin(&globex.job()).await.unwrap();
    assert!(!tx.fence(&claimed.lease).await.unwrap());
}
