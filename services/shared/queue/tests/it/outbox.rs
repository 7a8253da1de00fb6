//! The outbox: what is committed is told.

use std::{future::pending, sync::Arc, time::Duration};

use async_trait::async_trait;
use countersign_domain::{
    event::Event,
    id::{HoldId, SourceId, TenantId},
};
use countersign_queue::{CatalogueChange, InProcess, Wakeups, Worker};
use countersign_testkit::{Database, ends, world};
use tokio::sync::broadcast;

use crate::jobs::{Note, enqueue};

/// Carries no hint and does not say so.
struct Hangs(InProcess);

#[async_trait]
impl Wakeups for Hangs {
    async fn wake_worker(&self) {
        pending::<()>().await;
    }

    async fn work(&self, patience: Duration) {
        self.0.work(patience).await;
    }

    async fn catalogue_changed(&self, _: TenantId) {
        pending::<()>().await;
    }

    fn catalogue_changes(&self) -> broadcast::Receiver<CatalogueChange> {
        self.0.catalogue_changes()
    }
}

#[tokio::test]
async fn a_carrier_that_hangs_stops_no_job() {
    let database = Database::create().await;
    let store = database.store();
    let (acme, globex) = (database.house("acme").await, database.house("globex").await);
    for house in [&acme, &globex] {
        let tx = store.begin(&house.job()).await.unwrap();
        let source = world().id::<SourceId>();
        tx.publish(&Event::SourceImported { source }).await.unwrap();
        tx.commit().await.unwrap();
    }
    enqueue(&store, &acme, 0..3).await;
    let note = Note::default();

    let worker = Worker::new(store, world(), Arc::new(Hangs(InProcess::new())));
    let worker = worker.register(note.clone());
    ends("the work", worker.run_until_empty()).await.unwrap();

    assert_eq!(note.notes.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_committed_event_is_told_and_one_that_was_rolled_back_is_not() {
    let database = Database::create().await;
    let (acme, globex) = (database.house("acme").await, database.house("globex").await);
    let wakeups = Arc::new(InProcess::new());
    let mut changes = wakeups.catalogue_changes();
    let source = world().id::<SourceId>();
    for (house, commits) in [(&acme, true), (&globex, false)] {
        let tx = database.store().begin(&house.job()).await.unwrap();
        tx.publish(&Event::SourceImported { source }).await.unwrap();
        let hold = world().id::<HoldId>();
        tx.publish(&Event::HoldOpened { hold }).await.unwrap();
        if commits {
            tx.commit().await.unwrap();
        }
    }

    let worker = Worker::new(database.store(), world(), wakeups);
    worker.run_until_empty().await.unwrap();

    assert_eq!(changes.try_recv(), Ok(CatalogueChange::Of(acme.tenant)));
    assert!(changes.try_recv().is_err(), "told once, and of one tenant");
    let mut admin = database.admin().await;
    let waiting: i64 = sqlx::query_scalar("SELECT count(*) FROM event WHERE relayed_at IS NULL")
        .fetch_one(&mut admin)
        .await
        .unwrap();
    assert_eq!(waiting, 0);
}
