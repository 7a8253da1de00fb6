//! What a schedule tried in vain, and its end.

use countersign_domain::{
    record::{Act, Record},
    schedule::{STOPPED_AFTER, StopReason},
};
use countersign_queue::JobContext;
use countersign_store::{StoreError, TenantTx, source_schedules::Schedule};

/// Counts something that came to nothing: the schedule waits longer each time, and stops in the
/// end.
pub(super) async fn count(
    cx: &JobContext,
    tx: &TenantTx,
    schedule: &Schedule,
    failure: (&str, &str),
) -> Result<(), StoreError> {
    let source = schedule.source;
    let failures = tx.count_look_failure(cx.permit(), source, failure).await?;
    if failures.is_some_and(|failures| failures >= STOPPED_AFTER) {
        stop(cx, tx, schedule, StopReason::KeptFailing).await?;
    }
    Ok(())
}

/// Stops the schedule and says so: it looks no more until somebody sets it anew.
pub(super) async fn stop(
    cx: &JobContext,
    tx: &TenantTx,
    schedule: &Schedule,
    why: StopReason,
) -> Result<(), StoreError> {
    tx.stop_schedule(cx.permit(), schedule.source, why).await?;
    let mut record = record(cx, tx, schedule, Act::ScheduleStopped)
        .await?
        .with("text", why.text());
    record.code = Some(why.as_str().to_owned());
    tx.append_record(&record).await
}

/// A row of the audit log that names the schedule and who set it.
pub(super) async fn record(
    cx: &JobContext,
    tx: &TenantTx,
    schedule: &Schedule,
    act: Act,
) -> Result<Record, StoreError> {
    let who = tx.who_is(schedule.set_by).await?;
    let source = tx.source(schedule.source).await?;
    Ok(Record::new(cx.world(), cx.scope().tenant(), act, who)
        .of_source(&source.slug, source.id)
        .with("every", schedule.every.as_str())
        .with("url", schedule.url.as_str())
        .with("by_schedule", true))
}
