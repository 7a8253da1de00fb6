//! Group commit: all calls that wait for their record share one statement and one fsync.
//!
//! There is no timer. The writer takes whatever arrived while the last batch was being committed,
//! so one call alone waits for one commit, and a thousand wait for a few.
//!
//! What must always hold: whoever was told that a record is committed can rely on it, and nobody
//! waits longer than the deadline to be told, whatever the database does.

use std::{collections::BTreeMap, mem, sync::Arc, time::Duration};

use countersign_domain::{
    Fault, Kind,
    decision::{Decision, Rule, Verdict},
    record::{Act, Record, Status},
};
use countersign_store::{Committed, Store, StoreError};
use prometheus_client::{
    metrics::{counter::Counter, histogram::Histogram},
    registry::Registry,
};
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_util::task::TaskTracker;

/// Records that may wait at once; more are refused at once.
const QUEUE: usize = 8_192;
/// Most records in one statement.
const BATCH: usize = 512;
/// How long a caller waits for its commit before it is told that there is no record.
const DEADLINE: Duration = Duration::from_secs(2);

/// How long the writer waits for a statement: a little longer than the database itself lets one
/// run, so that only a server that went away without a word is given up.
const STATEMENT: Duration = Duration::from_secs(16);

/// A record was not durably written as far as anybody knows; what it is about may not go on.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Too many wait already.
    #[error("too many records wait to be written")]
    Overloaded,
    /// The database did not confirm in time.
    #[error("the record was not confirmed in time")]
    Late,
    /// The database refused.
    #[error("the record could not be written")]
    Refused(#[source] Arc<StoreError>),
    /// People have stopped all calls of its tenant: nothing may be sent or answered. Of what was
    /// sent already it is on record that the answer is withheld.
    #[error("all calls are stopped")]
    CallsStopped,
    /// The process is stopping.
    #[error("the recorder has stopped")]
    Stopped,
}

impl Fault for RecordError {
    fn kind(&self) -> Kind {
        match self {
            Self::CallsStopped => Kind::Conflict,
            Self::Overloaded | Self::Late | Self::Refused(_) | Self::Stopped => Kind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::CallsStopped => "stopped",
            Self::Overloaded | Self::Late | Self::Refused(_) | Self::Stopped => {
                "record_unavailable"
            }
        }
    }
}

type Reply = oneshot::Sender<Result<Committed, RecordError>>;

struct Waiting {
    record: Record,
    reply: Reply,
}

impl Waiting {
    /// Whoever announces a call and goes away before the announcement is written does not send
    /// it; written later, the row would tell of a call that never was.
    fn still_true(&self) -> bool {
        self.record.act != Act::CallIntended || !self.reply.is_closed()
    }
}

/// Writes records for all calls of this process. Cheap to clone; the writer ends when the last
/// clone is gone and everything that waited is written.
#[derive(Clone)]
pub struct Recorder {
    queue: mpsc::Sender<Waiting>,
    metrics: RecorderMetrics,
}

/// What the recorder counts.
#[derive(Clone, Debug)]
pub struct RecorderMetrics {
    rows: Counter,
    batches: Counter,
    refused: Counter,
    batch_size: Histogram,
}

impl Default for RecorderMetrics {
    fn default() -> Self {
        Self {
            rows: Counter::default(),
            batches: Counter::default(),
            refused: Counter::default(),
            batch_size: Histogram::new([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0]),
        }
    }
}

impl RecorderMetrics {
    /// Makes them visible to the operator.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "records_committed",
            "Audit records durably written",
            self.rows.clone(),
        );
        registry.register(
            "record_batches",
            "Statements that wrote audit records",
            self.batches.clone(),
        );
        registry.register(
            "records_refused",
            "Audit records that were not written",
            self.refused.clone(),
        );
        registry.register(
            "record_batch_rows",
            "Audit records in one statement",
            self.batch_size.clone(),
        );
    }

    /// How many rows were written, in how many statements.
    #[must_use]
    pub fn committed(&self) -> (u64, u64) {
        (self.rows.get(), self.batches.get())
    }
}

impl Recorder {
    /// Starts the writer on this runtime.
    #[must_use]
    pub fn start(store: Store, runtime: &Handle, tracker: &TaskTracker) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let metrics = RecorderMetrics::default();
        tracker.spawn_on(write_all(store, waiting, metrics.clone()), runtime);
        Self { queue, metrics }
    }

    /// What it counts.
    #[must_use]
    pub const fn metrics(&self) -> &RecorderMetrics {
        &self.metrics
    }

    /// Writes one record; returns when it is committed.
    ///
    /// # Errors
    /// When it is not known to be committed. It may still be written later, because what it tells
    /// of happened; only an intent is not, once its caller has gone and therefore sent nothing.
    pub async fn record(&self, record: Record) -> Result<Committed, RecordError> {
        let (reply, answer) = oneshot::channel();
        self.queue
            .try_send(Waiting { record, reply })
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => RecordError::Overloaded,
                mpsc::error::TrySendError::Closed(_) => RecordError::Stopped,
            })?;
        match timeout(DEADLINE, answer).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(RecordError::Stopped),
            Err(_) => Err(RecordError::Late),
        }
    }
}

async fn write_all(store: Store, mut queue: mpsc::Receiver<Waiting>, metrics: RecorderMetrics) {
    let mut batch = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut batch, BATCH).await > 0 {
        match together(&store, mem::take(&mut batch), &metrics).await {
            Ok(()) => {}
            Err((why, waiting)) if why.is_of_a_row() => by_tenant(&store, waiting, &metrics).await,
            Err((gone, waiting)) => metrics.refuse_all(waiting, &gone),
        }
    }
}

/// Writes them in one statement, or hands all of them back.
async fn together(
    store: &Store,
    waiting: Vec<Waiting>,
    metrics: &RecorderMetrics,
) -> Result<(), (Unwritten, Vec<Waiting>)> {
    let (records, replies): (Vec<_>, Vec<_>) = waiting
        .into_iter()
        .filter(Waiting::still_true)
        .map(|one| (one.record, one.reply))
        .unzip();
    if records.is_empty() {
        return Ok(());
    }
    let both = replies.into_iter();
    match write(store, &records).await {
        Ok(committed) => {
            metrics.count(committed.len());
            for (reply, committed) in both.zip(committed) {
                let _ = reply.send(Ok(committed));
            }
            Ok(())
        }
        Err(why) => {
            let waiting = records.into_iter().zip(both);
            let waiting = waiting.map(|(record, reply)| Waiting { record, reply });
            Err((why, waiting.collect()))
        }
    }
}

/// One row that the database cannot take must not cost its neighbours theirs, and a stop of one
/// tenant's calls not the others their one statement.
async fn by_tenant(store: &Store, waiting: Vec<Waiting>, metrics: &RecorderMetrics) {
    let mut tenants = BTreeMap::<_, Vec<_>>::new();
    for one in waiting {
        tenants.entry(one.record.tenant).or_default().push(one);
    }
    let mut apart = Vec::new();
    while let Some((_, of_one)) = tenants.pop_first() {
        match together(store, of_one, metrics).await {
            Ok(()) => {}
            Err((why, waiting)) if why.is_of_a_row() => apart.extend(waiting),
            // The database has gone meanwhile; the others need not find out one after the other.
            Err((gone, mut waiting)) => {
                waiting.extend(tenants.into_values().flatten().chain(apart));
                return metrics.refuse_all(waiting, &gone);
            }
        }
    }
    one_by_one(store, apart, metrics).await;
}

async fn one_by_one(store: &Store, waiting: Vec<Waiting>, metrics: &RecorderMetrics) {
    let mut waiting = waiting.into_iter();
    while let Some(one) = waiting.next() {
        let Err((why, mut refused)) = together(store, vec![one], metrics).await else {
            continue;
        };
        if why.is_stop() {
            for one in refused {
                withhold(store, one, metrics).await;
            }
            continue;
        }
        if !why.is_of_a_row() {
            refused.extend(waiting.by_ref());
        }
        metrics.refuse_all(refused, &why);
    }
}

/// Tells a call that all calls are stopped. Of one that was sent to be answered it is put on record.
async fn withhold(store: &Store, one: Waiting, metrics: &RecorderMetrics) {
    let Waiting { record, reply } = one;
    if record.act == Act::CallAnswered {
        let record = withheld(record);
        match write(store, std::slice::from_ref(&record)).await {
            Ok(_committed) => metrics.count(1),
            Err(why) => return metrics.refuse_all(vec![Waiting { record, reply }], &why),
        }
    }
    let _ = reply.send(Err(RecordError::CallsStopped));
}

/// The row of a call whose answer nobody gets.
fn withheld(mut record: Record) -> Record {
    record.act = Act::CallDenied;
    record.verdict = Some(Verdict {
        decision: Decision::Deny,
        rule: Rule::Stopped,
    });
    record.status = Some(Status::Refused);
    record.code = Some(Rule::Stopped.as_str().to_owned());
    record.with("withheld", true)
}

/// Why a statement is not known to have been committed.
enum Unwritten {
    Refused(Arc<StoreError>),
    Late,
}

async fn write(store: &Store, records: &[Record]) -> Result<Vec<Committed>, Unwritten> {
    match timeout(STATEMENT, store.append_records(records)).await {
        Ok(Ok(committed)) => Ok(committed),
        Ok(Err(cause)) => Err(Unwritten::Refused(Arc::new(cause))),
        Err(_) => Err(Unwritten::Late),
    }
}

impl Unwritten {
    /// The database is there and does not take one of the rows.
    fn is_of_a_row(&self) -> bool {
        matches!(self, Self::Refused(cause) if cause.kind() != Kind::Unavailable)
    }

    fn is_stop(&self) -> bool {
        matches!(self, Self::Refused(cause) if matches!(**cause, StoreError::CallsStopped))
    }

    fn error(&self) -> RecordError {
        match self {
            Self::Refused(cause) => RecordError::Refused(Arc::clone(cause)),
            Self::Late => RecordError::Late,
        }
    }
}

impl RecorderMetrics {
    fn count(&self, rows: usize) {
        self.rows.inc_by(rows as u64);
        self.batches.inc();
        self.batch_size
            .observe(f64::from(u32::try_from(rows).unwrap_or(u32::MAX)));
    }

    fn refuse_all(&self, waiting: Vec<Waiting>, why: &Unwritten) {
        self.refused.inc_by(waiting.len() as u64);
        tracing::error!(
            records = waiting.len(),
            error = &why.error() as &dyn std::error::Error,
            "audit records were not written"
        );
        for one in waiting {
            let _ = one.reply.send(Err(why.error()));
        }
    }
}
