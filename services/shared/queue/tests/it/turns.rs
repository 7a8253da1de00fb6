//! Jobs that people wait for: tenants take turns.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use countersign_access::SystemReason;
use countersign_domain::id::TenantId;
use countersign_queue::{InProcess, Job, JobContext, JobError, Worker};
use countersign_store::Store;
use countersign_testkit::{Database, House, until, world};
use tokio_util::sync::CancellationToken;

use crate::jobs::{Note, enqueue};

/// Never comes to an end for one tenant, and at once for the others.
#[derive(Clone)]
struct SlowForOne {
    slow: TenantId,
    begun: Arc<AtomicUsize>,
    done: Arc<AtomicUsize>,
}

impl Job for SlowForOne {
    const NAME: &'static str = "test.slow_for_one";
    const ATTEMPTS: u32 = 1;
    type Payload = ();

    async fn run(&self, cx: &JobContext, (): ()) -> Result<(), JobError> {
        if cx.scope().tenant() == self.slow {
            self.begun.fetch_add(1, Ordering::SeqCst);
            pending::<()>().await;
        }
        self.done.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

async fn ask(store: &Store, house: &House, jobs: usize) {
    for _ in 0..jobs {
        let tx = store.begin(&house.job()).await.unwrap();
        let job = SlowForOne::new_job(&world(), &());
        tx.enqueue(&job).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn slow_jobs_of_one_tenant_leave_room_for_the_others() {
    let database = Database::create().await;
    let store = database.store();
    let (acme, globex) = (database.house("acme").await, database.house("globex").await);
    ask(&store, &acme, 40).await;
    let job = SlowForOne {
        slow: acme.tenant,
        begun: Arc::default(),
        done: Arc::default(),
    };
    let stop = CancellationToken::new();
    let worker = Worker::new(store.clone(), world(), Arc::new(InProcess::new()));
    let working = tokio::spawn(worker.register(job.clone()).run(stop.clone()));
    until("its share is taken", async || {
        job.begun.load(Ordering::SeqCst) >= 2
    })
    .await;

    ask(&store, &globex, 5).await;
    until("the other tenant is served", async || {
        job.done.load(Ordering::SeqCst) == 5
    })
    .await;

    assert_eq!(job.begun.load(Ordering::SeqCst), 2);
    working.abort();
}

#[tokio::test]
async fn a_tenant_comes_again_after_those_that_waited_longer() {
    let database = Database::create().await;
    let store = database.store();
    let (acme, globex) = (database.house("acme").await, database.house("globex").await);
    enqueue(&store, &acme, 0..4).await;
    enqueue(&store, &globex, 4..6).await;
    let note = Note::default();

    Worker::new(store, world(), Arc::new(InProcess::new()))
        .register(note.clone())
        .run_until_empty()
        .await
        .unwrap();

    let numbers: Vec<_> = note.notes.lock().unwrap().iter().map(|one| one.1).collect();
    assert_eq!(numbers, [0, 4, 1, 5, 2, 3]);
}

#[tokio::test]
async fn new_tenants_do_not_overtake_one_that_was_served_before_they_came() {
    let database = Database::create().await;
    let store = database.store();
    let acme = database.house("acme").await;
    enqueue(&store, &acme, 0..1).await;
    let worker = Worker::new(store.clone(), world(), Arc::new(InProcess::new()));
    worker
        .register(Note::default())
        .run_until_empty()
        .await
        .unwrap();
    let mut admin = database.admin().await;
    sqlx::query("UPDATE job SET run_after = run_after - interval '1 hour'")
        .execute(&mut admin)
        .await
        .unwrap();

    enqueue(&store, &acme, 1..2).await;
    for new in ["first", "second", "third", "fourth"] {
        enqueue(&store, &database.house(new).await, 2..3).await;
    }
    let tx = store.begin_system(SystemReason::RunJobs).await.unwrap();
    let lease = Duration::from_mins(1);
    let claimed = tx.claim_jobs("one", &[Note::NAME], 4, lease).await.unwrap();

    assert_eq!(claimed.len(), 4);
    assert_eq!(
        claimed
            .iter()
            .filter(|job| job.scope.tenant() == acme.tenant)
            .count(),
        1
    );
}

#[tokio::test]
async fn many_processes_together_give_one_tenant_no_more_than_its_share() {
    const PROCESSES: usize = 8;
    let database = Database::create().await;
    let store = database.store();
    let acme = database.house("acme").await;
    enqueue(&store, &acme, 0..20).await;
    let claims: Vec<_> = (0..PROCESSES)
        .map(|process| {
            let store = store.clone();
            tokio::spawn(async move {
                let tx = store.begin_system(SystemReason::RunJobs).await.unwrap();
                let (name, lease) = (format!("process {process}"), Duration::from_mins(1));
                let claimed = tx.claim_jobs(&name, &[Note::NAME], 4, lease).await;
                tx.commit().await.unwrap();
                claimed.unwrap().len()
            })
        })
        .collect();
    let mut claimed = 0;
    for claim in claims {
        claimed += claim.await.unwrap();
    }
    assert_eq!(claimed, 2);
}
