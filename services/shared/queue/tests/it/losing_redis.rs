//! Redis only makes it quick: emptied or gone at any moment, nothing is lost.

use std::{sync::Arc, time::Duration};

use countersign_queue::{Wakeups, Worker};
use countersign_testkit::{Database, ends, until, world};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::{
    jobs::{Note, enqueue},
    redis_server::{RedisServer, prefix},
};

const JOBS: usize = 60;

async fn all_done(note: &Note) -> Duration {
    let began = Instant::now();
    until("all jobs", async || {
        note.notes.lock().unwrap().len() >= JOBS
    })
    .await;
    began.elapsed()
}

#[tokio::test]
async fn emptying_redis_again_and_again_loses_no_job() {
    let database = Database::create().await;
    let house = database.house("acme").await;
    let server = RedisServer::start().await;
    let wakeups: Arc<dyn Wakeups> = Arc::new(server.process(&prefix()));
    let (note, stop) = (Note::default(), CancellationToken::new());
    let worker =
        Worker::new(database.store(), world(), Arc::clone(&wakeups)).register(note.clone());
    let working = tokio::spawn(worker.run(stop.clone()));

    let mut emptied = 0;
    for first in (0..JOBS).step_by(5) {
        enqueue(&database.store(), &house, first..first + 5).await;
        wakeups.wake_worker().await;
        server.command("FLUSHALL").await.unwrap();
        emptied += 1;
        sleep(Duration::from_millis(30)).await;
    }
    all_done(&note).await;
    stop.cancel();
    working.await.unwrap();

    assert_eq!(note.notes.lock().unwrap().len(), JOBS);
    println!("{JOBS} jobs done, each once, while Redis was emptied {emptied} times");
}

#[tokio::test]
async fn without_redis_the_poll_does_the_work() {
    let database = Database::create().await;
    let house = database.house("acme").await;
    let mut server = RedisServer::start().await;
    let wakeups: Arc<dyn Wakeups> = Arc::new(server.process(&prefix()));
    let (note, stop) = (Note::default(), CancellationToken::new());
    let worker =
        Worker::new(database.store(), world(), Arc::clone(&wakeups)).register(note.clone());
    let working = tokio::spawn(worker.run(stop.clone()));

    enqueue(&database.store(), &house, 0..JOBS / 2).await;
    wakeups.wake_worker().await;
    server.kill();
    enqueue(&database.store(), &house, JOBS / 2..JOBS).await;
    // Redis does not come back, so who hints does not wait for it.
    ends("the hint", wakeups.wake_worker()).await;
    let took = all_done(&note).await;
    stop.cancel();
    working.await.unwrap();

    println!("{JOBS} jobs done without Redis, the last after {took:?}");
}
