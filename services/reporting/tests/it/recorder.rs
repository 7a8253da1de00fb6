//! Group commit.

use std::time::{Duration, Instant};

use countersign_domain::{
    Fault,
    id::TenantId,
    record::{Act, Record},
};
use countersign_reporting::{RecordError, Recorder};
use countersign_testkit::{ends, until, world};
use serde_json::json;
use sqlx::Executor;
use tokio::{runtime::Handle, task::JoinSet};
use tokio_util::task::TaskTracker;

use crate::home::{Home, object};

fn start(home: &Home) -> (Recorder, TaskTracker) {
    let tracker = TaskTracker::new();
    let recorder = Recorder::start(home.database.store(), &Handle::current(), &tracker);
    (recorder, tracker)
}

/// Hands all of them in at once, and returns what each caller was told.
async fn record_all(recorder: &Recorder, records: Vec<Record>) -> Vec<Result<(), RecordError>> {
    let mut tasks = JoinSet::new();
    for record in records {
        let recorder = recorder.clone();
        tasks.spawn(async move { recorder.record(record).await.map(drop) });
    }
    tasks.join_all().await
}

/// Says how many were told that their record was refused. Whoever was late on a busy machine was
/// not: what it tells of is written all the same.
fn refused(answers: &[Result<(), RecordError>]) -> usize {
    let refused = |answer: &&Result<_, _>| !matches!(answer, Ok(()) | Err(RecordError::Late));
    answers.iter().filter(refused).count()
}

/// Lets the writer end, which it does when nothing waits any more.
async fn all_written(recorder: Recorder, tracker: TaskTracker) {
    drop(recorder);
    tracker.close();
    ends("the writer", tracker.wait()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_calls_at_once_share_a_few_commits() {
    let home = Home::open().await;
    let (recorder, tracker) = start(&home);
    let metrics = recorder.metrics().clone();
    let records = (0..2_000)
        .map(|_| home.row(&home.owner, Act::CallAnswered))
        .collect();
    let answers = record_all(&recorder, records).await;
    assert_eq!(refused(&answers), 0);
    all_written(recorder, tracker).await;
    let (rows, batches) = metrics.committed();
    assert_eq!(rows, 2_000);
    assert_eq!(home.rows(home.tenant()).await, 2_000);
    assert!(batches <= 200, "{batches} batches");
    println!("{rows} records committed in {batches} statements; 0 lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_database_is_told_within_the_deadline_and_recovers_without_a_restart() {
    let home = Home::open().await;
    let (recorder, _tracker) = start(&home);
    let mut admin = home.admin().await;
    admin
        .execute("BEGIN; LOCK TABLE record IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let intents = (0..50).map(|_| home.row(&home.owner, Act::CallIntended));
    let outcomes = (0..50).map(|_| home.row(&home.owner, Act::CallFinished));
    let answers = record_all(&recorder, outcomes.chain(intents).collect()).await;
    // It is frozen still: nobody was told by the database.
    for answer in &answers {
        let error = answer.as_ref().unwrap_err();
        assert!(matches!(error, RecordError::Late), "{error}");
        assert_eq!(error.code(), "record_unavailable");
    }
    admin.execute("COMMIT").await.unwrap();

    let recovered = until_written(&home, &recorder).await;
    // What happened is still told; calls that were announced and never sent are not, but for
    // those that were already on their way into the database.
    let count = |act: &'static str| {
        let database = &home.database;
        async move {
            sqlx::query_scalar::<_, i64>("SELECT count(*) FROM record WHERE act = $1")
                .bind(act)
                .fetch_one(&mut database.admin().await)
                .await
                .unwrap()
        }
    };
    assert_eq!(count("call.finished").await, 50);
    let announced = count("call.intended").await;
    println!(
        "{} callers told; written again {recovered:?} after the thaw; {announced} stale intents",
        answers.len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_can_wait_is_refused_at_once() {
    let home = Home::open().await;
    let (recorder, _tracker) = start(&home);
    let mut admin = home.admin().await;
    admin
        .execute("BEGIN; LOCK TABLE record IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let records = (0..12_000)
        .map(|_| home.row(&home.owner, Act::CallIntended))
        .collect();
    let answers = record_all(&recorder, records).await;
    let overloaded = answers
        .iter()
        .filter(|answer| matches!(answer, Err(RecordError::Overloaded)))
        .count();
    let late = answers
        .iter()
        .filter(|answer| matches!(answer, Err(RecordError::Late)))
        .count();
    assert_eq!(overloaded + late, answers.len(), "nobody was told yes");
    assert!(overloaded >= 3_000, "{overloaded}");
    admin.execute("COMMIT").await.unwrap();
    let recovered = until_written(&home, &recorder).await;
    println!(
        "{overloaded} refused at once, {late} at the deadline, 0 told yes; written again after {recovered:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_freeze_longer_than_the_database_waits_for_a_lock_stops_nothing_for_good() {
    let home = Home::open().await;
    let (recorder, _tracker) = start(&home);
    let mut admin = home.admin().await;
    admin
        .execute("BEGIN; LOCK TABLE record IN ACCESS EXCLUSIVE MODE")
        .await
        .unwrap();
    let (frozen, mut refused) = (Instant::now(), 0);
    while frozen.elapsed() < Duration::from_secs(11) {
        let records = (0..100).map(|_| home.row(&home.owner, Act::CallAnswered));
        let answers = record_all(&recorder, records.collect()).await;
        assert!(answers.iter().all(Result::is_err));
        refused += answers.len();
    }
    admin.execute("COMMIT").await.unwrap();
    let recovered = until_written(&home, &recorder).await;
    println!(
        "frozen for {:?}: {refused} refused, 0 told yes; written again after {recovered:?}",
        frozen.elapsed()
    );
}

/// How long it takes until a record is committed again.
async fn until_written(home: &Home, recorder: &Recorder) -> Duration {
    let thawed = Instant::now();
    until("a record", async || {
        let record = home.row(&home.owner, Act::CallAnswered);
        recorder.record(record).await.is_ok()
    })
    .await;
    thawed.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_the_database_cannot_take_fails_alone() {
    let home = Home::open().await;
    let (recorder, tracker) = start(&home);
    let nobody: TenantId = world().id();
    let mut records: Vec<Record> = (0..200)
        .map(|_| home.row(&home.owner, Act::CallAnswered))
        .collect();
    records[77].tenant = nobody;
    let answers = record_all(&recorder, records).await;
    assert_eq!(refused(&answers), 1);
    all_written(recorder, tracker).await;
    assert_eq!(home.rows(home.tenant()).await, 199);
    println!("1 of 200 refused, 199 committed");
}

#[tokio::test]
async fn a_stop_of_one_tenant_leaves_the_others_their_batches() {
    let home = Home::open().await;
    let (recorder, tracker) = start(&home);
    let metrics = recorder.metrics().clone();
    let stop = "INSERT INTO call_stop (tenant_id, id, stopped_by, stopped_label, reason)
        VALUES ($tenant, $a, $a, 'Ada', 'an agent runs amok')";
    let by = home.owner.member().unwrap().as_uuid();
    home.run(stop, &[by]).await;
    let records = (0..400).map(|n| {
        let by = [&home.stranger, &home.owner][usize::from(n % 40 == 0)];
        home.row(by, Act::CallAnswered)
    });
    let answers = record_all(&recorder, records.collect()).await;
    assert_eq!(refused(&answers), 10);
    all_written(recorder, tracker).await;
    assert_eq!(home.rows(home.stranger.tenant()).await, 390);
    assert_eq!(home.rows(home.tenant()).await, 10, "each as withheld");
    let (rows, batches) = metrics.committed();
    assert_eq!(rows, 400);
    assert!(batches <= 40, "{batches} batches");
    println!("390 records beside 10 of a stopped tenant in {batches} statements");
}

/// On one thread, so that all of them are one batch.
#[tokio::test]
async fn an_intent_whose_caller_has_gone_is_not_written_apart_either() {
    let home = Home::open().await;
    let (recorder, tracker) = start(&home);
    let mut admin = home.admin().await;
    let freeze = "BEGIN; LOCK TABLE record IN ACCESS EXCLUSIVE MODE";
    admin.execute(freeze).await.unwrap();
    let intents = (0..50).map(|_| home.row(&home.owner, Act::CallIntended));
    let mut records: Vec<Record> = intents.collect();
    records[7].tenant = world().id();
    let answers = record_all(&recorder, records).await;
    assert!(answers.iter().all(Result::is_err));
    admin.execute("COMMIT").await.unwrap();
    all_written(recorder, tracker).await;
    assert_eq!(home.rows(home.tenant()).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_two_tenants_in_one_batch_land_in_their_own_logs_only() {
    let home = Home::open().await;
    let (recorder, tracker) = start(&home);
    let metrics = recorder.metrics().clone();
    let records: Vec<Record> = (0..600)
        .map(|n| {
            let by = if n % 3 == 0 {
                &home.stranger
            } else {
                &home.owner
            };
            home.row(by, Act::CallAnswered)
        })
        .collect();
    let answers = record_all(&recorder, records).await;
    assert_eq!(refused(&answers), 0);
    all_written(recorder, tracker).await;
    let (_, batches) = metrics.committed();
    assert!(batches < 600);
    assert_eq!(home.rows(home.tenant()).await, 400);
    assert_eq!(home.rows(home.stranger.tenant()).await, 200);
    let crossed: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM record r JOIN member m ON m.id = r.member_id WHERE m.tenant_id <> r.tenant_id",
    )
    .fetch_one(&mut home.admin().await)
    .await
    .unwrap();
    assert_eq!(crossed, 0);
    println!("600 rows of 2 tenants in {batches} statements, {crossed} in the wrong log");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_written_before_the_recorder_stops() {
    let home = Home::open().await;
    let (recorder, tracker) = start(&home);
    let mut tasks = JoinSet::new();
    for _ in 0..300 {
        let (recorder, record) = (recorder.clone(), home.row(&home.owner, Act::CallAnswered));
        tasks.spawn(async move { recorder.record(record).await.map(drop) });
    }
    all_written(recorder, tracker).await;
    assert_eq!(home.rows(home.tenant()).await, 300);
    assert_eq!(refused(&tasks.join_all().await), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_cannot_keep_its_call_out_of_the_log_with_a_null_character() {
    let home = Home::open().await;
    let (recorder, _tracker) = start(&home);
    let mut record = home.row(&home.owner, Act::CallDenied);
    record.who.client_label.push_str("an\0agent");
    record.arguments = Some(object(&json!({"a\0b": ["x\0y"]})));
    recorder.record(record).await.map(drop).unwrap();
    let arguments: serde_json::Value = sqlx::query_scalar("SELECT arguments FROM record")
        .fetch_one(&mut home.admin().await)
        .await
        .unwrap();
    assert_eq!(arguments, json!({"a␀b": ["x␀y"]}));
}
