//! What schedules may cost others and keep: time, attempts, room.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use countersign_domain::{
    role::Role,
    schedule::{Cadence, StopReason},
};
use countersign_egress::{EgressError, Fetch, Fetched, Sent};
use countersign_queue::{InProcess, Worker};
use countersign_spec_import::{
    Given, ImportSpec, LookAgain, SetSchedule, StartImport, apart::Reader,
};
use countersign_store::revisions::RevisionState;
use countersign_testkit::{until, world};
use tokio_util::sync::CancellationToken;

use super::{URL, Watch, pets};

#[tokio::test]
async fn looks_in_vain_are_tried_once_wait_twice_as_long_each_time_and_end() {
    const HOURS: [i64; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 168];
    let no_answer: fn() -> EgressError = || EgressError::Timeout(Sent::No, "no answer");
    for (refusal, code) in [
        (Some(no_answer), "upstream_timeout"),
        (None, "looks_like_html"),
    ] {
        let watch = Watch::new().await;
        watch.set(Some(Cadence::Daily)).await;
        watch.refuses(refusal);
        watch.serves(&"<html><body>Sign in</body></html>");
        let asked = watch.asked();
        for (failures, hours) in (1..).zip(HOURS) {
            watch.look().await;
            let schedule = watch.schedule().await;
            let failure = schedule.failure.unwrap();
            assert_eq!((schedule.failures, failure.code.as_str()), (failures, code));
            let waits = schedule.next_at.unwrap() - failure.at;
            assert_eq!(waits.num_hours(), hours, "after {failures} failures");
            assert_eq!(watch.asked() - asked, failures as usize);
        }
        watch.look().await;
        let schedule = watch.schedule().await;
        assert_eq!(schedule.stopped, Some(StopReason::KeptFailing));
        assert!(schedule.is_stopped && schedule.next_at.is_none());
        let records = watch.records().await;
        let (act, _, detail) = records.last().unwrap();
        assert_eq!(act, "source.schedule_stopped");
        assert_eq!(detail["text"], StopReason::KeptFailing.text());
        assert_eq!(watch.due().await, 0, "it looks no more");
        println!(
            "N = {} looks in vain, then none ({code})",
            schedule.failures
        );

        watch.refuses(None);
        watch.serves(&pets("List all pets"));
        watch.set(Some(Cadence::Daily)).await;
        watch.look().await;
        assert_eq!(watch.schedule().await.failures, 0, "set again, it goes on");
    }
}

#[tokio::test]
async fn a_document_that_differs_at_every_look_fills_no_more_than_the_room_of_its_schedule() {
    const ROOM: u64 = 8_000;
    let watch = Watch::new().await;
    let desk = &watch.desk;
    watch.set(Some(Cadence::Hourly)).await;
    let source = watch.source;
    let brought = async || {
        let set_at = watch.schedule().await.set_at;
        let tx = desk.store().begin(&desk.developer).await.unwrap();
        tx.brought_by_schedule(source, set_at).await.unwrap()
    };
    let (mut looks, mut most) = (0_usize, 0);
    while !watch.schedule().await.is_stopped {
        assert!(looks < 100, "it goes on for ever");
        looks += 1;
        watch.serves(&pets(&format!("List the pets of day {looks}")));
        assert_eq!(watch.due().await, 1);
        let before = brought().await;
        watch.work_within(ROOM).await;
        let after = brought().await;
        assert_eq!(after == before, before >= ROOM, "it kept what it may");
        most = most.max(after - before);
    }
    assert!(looks > 3 && brought().await < ROOM + most);
    let schedule = watch.schedule().await;
    assert_eq!(schedule.stopped, Some(StopReason::RoomUsed));
    let records = watch.records().await;
    let (act, _, detail) = records.last().unwrap();
    assert_eq!(act, "source.schedule_stopped");
    assert_eq!(detail["text"], StopReason::RoomUsed.text());
    assert_eq!(
        watch.revisions().await.len(),
        looks,
        "nothing was taken away"
    );
    for revision in watch.revisions().await {
        let tx = desk.store().begin(&desk.developer).await.unwrap();
        assert!(
            !tx.document(revision.sha256.unwrap())
                .await
                .unwrap()
                .is_empty()
        );
    }
    println!("N = {looks} looks at a document that differs each time, then none");

    let other = desk.database.house("globex").await;
    let stranger = other.member(&desk.database, Role::Owner).await;
    let tx = desk.store().begin(&stranger).await.unwrap();
    let seen = tx.brought_by_schedule(source, schedule.set_at).await;
    assert_eq!(seen.unwrap(), 0, "another tenant sees none of it");
    watch.set(Some(Cadence::Hourly)).await;
    watch.look().await;
    assert_eq!(
        watch.revisions().await.len(),
        looks + 1,
        "set again, it goes on"
    );
}

/// A server that takes every question and answers none.
#[derive(Default)]
struct Silent(AtomicUsize);

#[async_trait]
impl Fetch for Silent {
    async fn fetch_unless(&self, _: &str, _: Option<&str>) -> Result<Option<Fetched>, EgressError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }
}

#[tokio::test]
async fn schedules_of_one_tenant_keep_no_import_of_another_waiting() {
    const SCHEDULES: usize = 12;
    let watch = Watch::new().await;
    let desk = &watch.desk;
    for _ in 0..SCHEDULES {
        let cmd = StartImport {
            name: "Pets".parse().unwrap(),
            given: Given::Url(URL.to_owned()),
        };
        let started = desk.imports.start(&desk.developer, cmd).await.unwrap();
        watch.work().await;
        let cmd = SetSchedule {
            source: started.source,
            every: Some(Cadence::Hourly),
        };
        let set = desk.imports.set_schedule(&desk.developer, cmd).await;
        assert!(set.is_ok());
    }
    assert_eq!(watch.due().await, SCHEDULES);
    let silent = Arc::new(Silent::default());
    let (stop, mut workers) = (CancellationToken::new(), Vec::new());
    for _ in 0..2 {
        let fetch = || Arc::clone(&silent) as Arc<dyn Fetch>;
        let worker = Worker::new(desk.store(), world(), Arc::new(InProcess::new()))
            .register(ImportSpec::new(fetch(), Reader::Here))
            .register(LookAgain::new(fetch(), LookAgain::ROOM));
        workers.push(tokio::spawn(worker.run(stop.clone())));
    }
    until("a look", async || silent.0.load(Ordering::SeqCst) > 0).await;

    let other = desk.database.house("globex").await;
    let stranger = other.member(&desk.database, Role::Developer).await;
    let mut revisions = Vec::new();
    for _ in 0..8 {
        let cmd = StartImport {
            name: "Shops".parse().unwrap(),
            given: Given::Paste(pets("List shops").to_string()),
        };
        let started = desk.imports.start(&stranger, cmd).await.unwrap();
        revisions.push(started.revision);
    }
    for revision in &revisions {
        until("an import", async || {
            let seen = desk.imports.revision(&stranger, *revision).await.unwrap();
            seen.state == RevisionState::Ready
        })
        .await;
    }
    assert_eq!(silent.0.load(Ordering::SeqCst), 1, "one look at a time");
    for worker in &workers {
        worker.abort();
    }
    println!(
        "N = {} imports of another tenant done while {SCHEDULES} looks hung",
        revisions.len()
    );
}
