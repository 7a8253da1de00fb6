//! What every kind of wake-ups does, asked of both.

use std::{sync::Arc, time::Duration};

use countersign_domain::id::TenantId;
use countersign_queue::{CatalogueChange, InProcess, Wakeups};
use countersign_testkit::world;
use tokio::{
    sync::broadcast::Receiver,
    time::{Instant, timeout},
};

use crate::redis_server::{RedisServer, prefix};

const LONG: Duration = Duration::from_secs(5);
const SOON: Duration = Duration::from_secs(2);

/// Two processes of one installation.
type Pair = (Arc<dyn Wakeups>, Arc<dyn Wakeups>);

#[tokio::test]
async fn wake_ups_in_one_process_conform() {
    let both: Arc<dyn Wakeups> = Arc::new(InProcess::new());
    let passed = conform((Arc::clone(&both), both)).await;
    println!("{passed} promises of wake-ups kept in process");
}

#[tokio::test]
async fn wake_ups_through_redis_conform() {
    let server = RedisServer::start().await;
    let prefix = prefix();
    let pair: Pair = (
        Arc::new(server.process(&prefix)),
        Arc::new(server.process(&prefix)),
    );
    let passed = conform(pair).await;
    println!("{passed} promises of wake-ups kept through Redis");
}

#[tokio::test]
async fn installations_on_one_redis_do_not_hear_each_other() {
    let server = RedisServer::start().await;
    let (ours, theirs) = (server.process(&prefix()), server.process(&prefix()));
    let mut changes = theirs.catalogue_changes();
    let mut own = ours.catalogue_changes();
    let told = until_heard(&ours, &mut own).await;
    ours.wake_worker().await;

    let patience = Duration::from_millis(300);
    let began = Instant::now();
    theirs.work(patience).await;

    assert!(began.elapsed() >= patience);
    while let Ok(change) = changes.try_recv() {
        assert_ne!(change, CatalogueChange::Of(told));
    }
}

async fn conform((one, other): Pair) -> usize {
    patience_runs_out(one.as_ref()).await;
    a_wake_up_reaches_one_who_waits(&one, other.as_ref()).await;
    a_wake_up_waits_for_one_who_is_busy(one.as_ref(), other.as_ref()).await;
    one_wake_up_wakes_one_worker(&one, &other).await;
    a_change_reaches_every_process(one.as_ref(), other.as_ref()).await;
    5
}

async fn patience_runs_out(wakeups: &dyn Wakeups) {
    let patience = Duration::from_millis(200);
    let began = Instant::now();
    wakeups.work(patience).await;
    assert!(began.elapsed() >= patience && began.elapsed() < SOON);
}

async fn a_wake_up_reaches_one_who_waits(one: &Arc<dyn Wakeups>, other: &dyn Wakeups) {
    let waiting = tokio::spawn({
        let one = Arc::clone(one);
        async move { one.work(LONG).await }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    other.wake_worker().await;
    timeout(SOON, waiting).await.expect("woken").unwrap();
}

async fn a_wake_up_waits_for_one_who_is_busy(one: &dyn Wakeups, other: &dyn Wakeups) {
    other.wake_worker().await;
    timeout(SOON, one.work(LONG)).await.expect("woken at once");
}

async fn one_wake_up_wakes_one_worker(one: &Arc<dyn Wakeups>, other: &Arc<dyn Wakeups>) {
    let patience = Duration::from_millis(1_200);
    let began = Instant::now();
    let wait = |wakeups: &Arc<dyn Wakeups>| {
        let wakeups = Arc::clone(wakeups);
        tokio::spawn(async move {
            wakeups.work(patience).await;
            began.elapsed() < patience
        })
    };
    let (first, second) = (wait(one), wait(other));
    tokio::time::sleep(Duration::from_millis(200)).await;
    one.wake_worker().await;
    let woken = [first.await.unwrap(), second.await.unwrap()];
    assert_eq!(woken.iter().filter(|woken| **woken).count(), 1);
}

async fn a_change_reaches_every_process(one: &dyn Wakeups, other: &dyn Wakeups) {
    let (mut here, mut there) = (one.catalogue_changes(), other.catalogue_changes());
    until_heard(one, &mut here).await;
    until_heard(one, &mut there).await;
    let tenant: TenantId = world().id();
    one.catalogue_changed(tenant).await;
    assert!(hears(&mut here, tenant, SOON).await);
    assert!(hears(&mut there, tenant, SOON).await);
}

/// Listening through Redis begins a moment after it was asked for.
async fn until_heard(from: &dyn Wakeups, receiver: &mut Receiver<CatalogueChange>) -> TenantId {
    for _ in 0..50 {
        let tenant: TenantId = world().id();
        from.catalogue_changed(tenant).await;
        if hears(receiver, tenant, Duration::from_millis(100)).await {
            return tenant;
        }
    }
    panic!("nothing is heard");
}

async fn hears(
    receiver: &mut Receiver<CatalogueChange>,
    tenant: TenantId,
    patience: Duration,
) -> bool {
    let heard = async {
        loop {
            if receiver.recv().await.unwrap() == CatalogueChange::Of(tenant) {
                return;
            }
        }
    };
    timeout(patience, heard).await.is_ok()
}
