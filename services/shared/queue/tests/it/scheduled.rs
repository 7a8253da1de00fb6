//! Jobs that schedules began: after those that people wait for, and in turns.

use std::{sync::Arc, time::Duration};

use countersign_access::SystemReason;
use countersign_queue::{InProcess, Job as _, Worker};
use countersign_store::Store;
use countersign_testkit::{Database, House, world};

use crate::jobs::{Note, NotePayload, enqueue};

async fn enqueue_scheduled(store: &Store, house: &House, numbers: std::ops::Range<usize>) {
    for number in numbers {
        let tx = store.begin(&house.job()).await.unwrap();
        let job = Note::new_job(&world(), &NotePayload { number });
        tx.enqueue(&job.by_schedule()).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn what_people_wait_for_comes_first_and_tenants_take_turns_with_their_schedules() {
    let database = Database::create().await;
    let store = database.store();
    let (acme, globex) = (database.house("acme").await, database.house("globex").await);
    enqueue_scheduled(&store, &acme, 0..4).await;
    enqueue_scheduled(&store, &globex, 4..6).await;
    enqueue(&store, &globex, 6..8).await;
    let note = Note::default();

    let done = Worker::new(store, world(), Arc::new(InProcess::new()))
        .register(note.clone())
        .run_until_empty()
        .await
        .unwrap();

    let numbers: Vec<_> = note.notes.lock().unwrap().iter().map(|one| one.1).collect();
    assert_eq!(numbers, [6, 7, 0, 4, 1, 5, 2, 3]);
    println!("N = {done} jobs of two tenants in the order that is promised");
}

#[tokio::test]
async fn of_one_tenant_one_scheduled_job_runs_at_a_time_in_all_processes_together() {
    const PROCESSES: usize = 8;
    let database = Database::create().await;
    let store = database.store();
    let (acme, globex) = (database.house("acme").await, database.house("globex").await);
    enqueue_scheduled(&store, &acme, 0..20).await;
    enqueue_scheduled(&store, &globex, 20..40).await;
    let claims: Vec<_> = (0..PROCESSES)
        .map(|process| {
            let store = store.clone();
            tokio::spawn(async move {
                let tx = store.begin_system(SystemReason::RunJobs).await.unwrap();
                let (name, lease) = (format!("process {process}"), Duration::from_mins(1));
                let claimed = tx.claim_scheduled_job(&name, &[Note::NAME], lease).await;
                tx.commit().await.unwrap();
                claimed.unwrap()
            })
        })
        .collect();
    let mut claimed = Vec::new();
    for claim in claims {
        claimed.extend(claim.await.unwrap());
    }
    let mut tenants: Vec<_> = claimed.iter().map(|one| one.scope.tenant()).collect();
    tenants.sort();
    let mut both = [acme.tenant, globex.tenant];
    both.sort();
    assert_eq!(tenants, both);

    // One whose worker died keeps its tenant's place, and is the one that is taken over.
    let mut admin = database.admin().await;
    sqlx::raw_sql("UPDATE job SET run_after = now() - interval '1 hour' WHERE state = 'running'")
        .execute(&mut admin)
        .await
        .unwrap();
    let tx = store.begin_system(SystemReason::RunJobs).await.unwrap();
    let lease = Duration::from_mins(1);
    let kinds = [Note::NAME];
    let again = tx.claim_scheduled_job("heir", &kinds, lease).await.unwrap();
    let again = again.unwrap().lease;
    assert_eq!(again.attempt(), 2);
    assert!(claimed.iter().any(|one| one.lease.job() == again.job()));
    println!("N = {PROCESSES} processes at once, 2 tenants, 2 jobs");
}
