//! What every kind of wake-ups does, asked of both.

use std::{sync::Arc, time::Duration};

use countersign_domain::id::TenantId;
use countersign_queue::{CatalogueChange, InProcess, Wakeups};
use countersign_testkit::{ends, until, world};
use futures_util::future::{Either, select};
use tokio::{
    sync::broadcast::Receiver,
    time::{Instant, timeout},
};

use crate::redis_server::{RedisServer, prefix};

/// Nobody's patience runs out while a test lasts: who stops waiting was woken.
const LONG: Duration = Duration::from_mins(30);

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
    ends("patience", wakeups.work(patience)).await;
    assert!(began.elapsed() >= patience);
}

async fn a_wake_up_reaches_one_who_waits(one: &Arc<dyn Wakeups>, other: &dyn Wakeups) {
    let waiting = tokio::spawn({
        let one = Arc::clone(one);
        async move { one.work(LONG).await }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    other.wake_worker().await;
    ends("the wake-up", waiting).await.unwrap();
}

async fn a_wake_up_waits_for_one_who_is_busy(one: &dyn Wakeups, other: &dyn Wakeups) {
    other.wake_worker().await;
    ends("the wake-up", one.work(LONG)).await;
}

async fn one_wake_up_wakes_one_worker(one: &Arc<dyn Wakeups>, other: &Arc<dyn Wakeups>) {
    let wait = |wakeups: &Arc<dyn Wakeups>| {
        let wakeups = Arc::clone(wakeups);
        tokio::spawn(async move { wakeups.work(LONG).await })
    };
    let (first, second) = (wait(one), wait(other));
    tokio::time::sleep(Duration::from_millis(200)).await;
    one.wake_worker().await;
    let (Either::Left((woken, mut waiting)) | Either::Right((woken, mut waiting))) =
        ends("the wake-up", select(first, second)).await;
    woken.unwrap();
    let also = timeout(Duration::from_secs(1), &mut waiting).await;
    assert!(also.is_err(), "one wake-up woke two");
    one.wake_worker().await;
    ends("another wake-up", waiting).await.unwrap();
}

async fn a_change_reaches_every_process(one: &dyn Wakeups, other: &dyn Wakeups) {
    let (mut here, mut there) = (one.catalogue_changes(), other.catalogue_changes());
    until_heard(one, &mut here).await;
    until_heard(one, &mut there).await;
    let tenant: TenantId = world().id();
    one.catalogue_changed(tenant).await;
    ends("the change, here", heard(&mut here, tenant)).await;
    ends("the change, there", heard(&mut there, tenant)).await;
}

/// Listening through Redis begins a moment after it was asked for.
async fn until_heard(from: &dyn Wakeups, receiver: &mut Receiver<CatalogueChange>) -> TenantId {
    let tenant: TenantId = world().id();
    until("a change", async || {
        from.catalogue_changed(tenant).await;
        let some = Duration::from_millis(100);
        timeout(some, heard(receiver, tenant)).await.is_ok()
    })
    .await;
    tenant
}

async fn heard(receiver: &mut Receiver<CatalogueChange>, tenant: TenantId) {
    while receiver.recv().await.unwrap() != CatalogueChange::Of(tenant) {}
}
