//! Group commit: all calls that wait for their record share one statement and one fsync.
//!
//! There is no timer. The writer takes whatever arrived while the last batch was being committed,
//! so one call alone waits for one commit, and a thousand wait for a few.

use std::{mem, time::Duration};

use countersign_domain::{Fault, Kind, record::Record};
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
    Refused(#[source] std::sync::Arc<StoreError>),
    /// The process is stopping.
    #[error("the recorder has stopped")]
    Stopped,
}

impl Fault for RecordError {
    fn kind(&self) -> Kind {
        Kind::Unavailable
    }

    fn code(&self) -> &'static str {
        "record_unavailable"
    }
}

struct Waiting {
    record: Record,
    reply: oneshot::Sender<Result<Committed, RecordError>>,
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
    /// When it is not known to be committed. It may still be written later: a record too many is
    /// better than one too few.
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
        let (records, replies): (Vec<_>, Vec<_>) = mem::take(&mut batch)
            .into_iter()
            .map(|one| (one.record, one.reply))
            .unzip();
        match store.append_records(&records).await {
            Ok(committed) => {
                metrics.count(committed.len());
                for (reply, committed) in replies.into_iter().zip(committed) {
                    let _ = reply.send(Ok(committed));
                }
            }
            Err(StoreError::Unavailable(cause)) => {
                let cause = std::sync::Arc::new(StoreError::Unavailable(cause));
                metrics.refuse(records.len(), &cause);
                for reply in replies {
                    let _ = reply.send(Err(RecordError::Refused(std::sync::Arc::clone(&cause))));
                }
            }
            // One row that the database cannot take must not cost its neighbours theirs.
            Err(_) => one_by_one(&store, records, replies, &metrics).await,
        }
    }
}

async fn one_by_one(
    store: &Store,
    records: Vec<Record>,
    replies: Vec<oneshot::Sender<Result<Committed, RecordError>>>,
    metrics: &RecorderMetrics,
) {
    for (record, reply) in records.into_iter().zip(replies) {
        let outcome = match store.append_records(std::slice::from_ref(&record)).await {
            Ok(committed) => {
                metrics.count(1);
                committed.into_iter().next().ok_or(RecordError::Stopped)
            }
            Err(cause) => {
                let cause = std::sync::Arc::new(cause);
                metrics.refuse(1, &cause);
                Err(RecordError::Refused(cause))
            }
        };
        let _ = reply.send(outcome);
    }
}

impl RecorderMetrics {
    fn count(&self, rows: usize) {
        self.rows.inc_by(rows as u64);
        self.batches.inc();
        self.batch_size
            .observe(f64::from(u32::try_from(rows).unwrap_or(u32::MAX)));
    }

    fn refuse(&self, rows: usize, cause: &StoreError) {
        self.refused.inc_by(rows as u64);
        tracing::error!(records = rows, error = %cause, "audit records were not written");
    }
}
