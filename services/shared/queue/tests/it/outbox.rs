//! The outbox: what is committed is told.

use std::sync::Arc;

use countersign_domain::{
    event::Event,
    id::{HoldId, SourceId},
};
use countersign_queue::{CatalogueChange, InProcess, Wakeups, Worker};
use countersign_testkit::{Database, world};

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
