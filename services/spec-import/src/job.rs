//! The job that imports a document: fetch it if need be, import it, write its tools.

mod before;
mod failing;
mod look;
mod numbers;
mod plan;
mod prepare;
mod progress;
mod said;
mod suspend;
mod write;

use std::sync::Arc;

use countersign_domain::{
    Fault, Kind,
    id::RevisionId,
    record::{Act, Record},
    text,
};
use countersign_egress::{EgressError, Fetch};
use countersign_queue::{Job, JobContext, JobError};
use countersign_store::{
    StoreError, TenantTx,
    revisions::{GivenAs, ImportProgress, RevisionState, RevisionView},
};
use serde::{Deserialize, Serialize};

pub use look::{LookAgain, LookPayload};

use crate::{
    apart::Reader,
    job::{progress::import_telling, write::write},
};

/// Characters kept of what went wrong.
const FAILURE_LENGTH: usize = 500;

/// A later import was ready first.
const SUPERSEDED: &str = "superseded";
/// Nobody knows whether the document could be imported.
const INTERRUPTED: &str = "import_interrupted";

/// Imports a document that was given.
///
/// Idempotent: a revision is written and becomes `ready` in one transaction, which asks for the
/// job's lease and for a revision that is still open. Run again after that, it does nothing; run
/// twice at once, the second finds the revision closed. What comes before that transaction only
/// reads, or tells how far it is.
pub struct ImportSpec {
    fetch: Arc<dyn Fetch>,
    reader: Reader,
}

/// What the job needs to know.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ImportPayload {
    /// The import.
    pub revision: RevisionId,
}

/// Why an import comes to nothing, as people see it.
struct Failure {
    code: &'static str,
    text: String,
}

impl Failure {
    fn of(error: &impl Fault) -> Self {
        Self {
            code: error.code(),
            text: text::strip(&error.to_string(), FAILURE_LENGTH),
        }
    }
}

impl ImportSpec {
    /// Makes the job; addresses are fetched through `fetch`, documents are read by `reader`.
    #[must_use]
    pub fn new(fetch: Arc<dyn Fetch>, reader: Reader) -> Self {
        Self { fetch, reader }
    }

    /// The document's bytes: kept already, or fetched now and kept.
    #[expect(
        clippy::disallowed_methods,
        reason = "the document that an import was asked for"
    )]
    async fn document(
        &self,
        cx: &JobContext,
        revision: &RevisionView,
    ) -> Result<Result<Vec<u8>, Failure>, JobError> {
        if let Some(sha256) = revision.sha256 {
            let tx = cx.store().begin(cx.scope()).await?;
            return Ok(Ok(tx.document(sha256).await?));
        }
        let GivenAs::Url(url) = &revision.given else {
            return Err(JobError::fail(StoreError::NotFound));
        };
        tell(cx, revision.id, "fetching").await?;
        let fetched = match self.fetch.fetch(url).await {
            Ok(fetched) => fetched.bytes.to_vec(),
            Err(error) if may_go_better(&error) && !cx.is_last_attempt() => {
                return Err(JobError::retry(error));
            }
            Err(error) => return Ok(Err(Failure::of(&error))),
        };
        let tx = cx.store().begin(cx.scope()).await?;
        cx.fence(&tx).await?;
        tx.lock_source(revision.source).await?;
        let sha256 = tx.keep_document(&fetched, cx.world().now()).await?;
        let open = tx.set_revision_document(cx.permit(), revision.id, sha256);
        if open.await? {
            tx.commit().await?;
        }
        Ok(Ok(fetched))
    }
}

impl Job for ImportSpec {
    const NAME: &'static str = "spec_import.import";
    const ATTEMPTS: u32 = 3;
    type Payload = ImportPayload;

    async fn run(&self, cx: &JobContext, payload: ImportPayload) -> Result<(), JobError> {
        let revision = open(cx, payload.revision).await?;
        let Some(revision) = revision else {
            return Ok(());
        };
        let bytes = match self.document(cx, &revision).await? {
            Ok(bytes) => bytes,
            Err(failure) => return fail(cx, revision.id, &failure).await,
        };
        match import_telling(cx, revision.id, &self.reader, bytes).await? {
            Ok(prepared) => write(cx, revision.id, prepared).await,
            Err(error) if error.kind() == Kind::Unavailable && !cx.is_last_attempt() => {
                Err(JobError::retry(error))
            }
            Err(error) => fail(cx, revision.id, &Failure::of(&error)).await,
        }
    }

    async fn given_up(
        &self,
        cx: &JobContext,
        payload: ImportPayload,
        _why: &str,
    ) -> Result<(), JobError> {
        let failure = Failure {
            code: INTERRUPTED,
            text: "the import was interrupted".to_owned(),
        };
        fail(cx, payload.revision, &failure).await
    }
}

/// The revision, unless it is ready or failed already.
async fn open(cx: &JobContext, id: RevisionId) -> Result<Option<RevisionView>, JobError> {
    let tx = cx.store().begin(cx.scope()).await?;
    Ok(still_open(&tx, id).await?)
}

async fn still_open(tx: &TenantTx, id: RevisionId) -> Result<Option<RevisionView>, StoreError> {
    let revision = tx.revision(id).await?;
    Ok(match revision.state {
        RevisionState::Waiting | RevisionState::Importing => Some(revision),
        RevisionState::Ready | RevisionState::Failed { .. } => None,
    })
}

/// Marks the revision as failed and says why; does nothing if it is no longer open.
async fn fail(cx: &JobContext, id: RevisionId, failure: &Failure) -> Result<(), JobError> {
    let tx = cx.store().begin(cx.scope()).await?;
    cx.fence(&tx).await?;
    let Some(revision) = still_open(&tx, id).await? else {
        return Ok(());
    };
    tx.fail_revision(cx.permit(), id, (failure.code, &failure.text))
        .await?;
    let mut record = record(cx, &tx, &revision, Act::ImportFailed)
        .await?
        .with("text", failure.text.as_str());
    record.code = Some(failure.code.to_owned());
    tx.append_record(&record).await?;
    if revision.scheduled
        && failure.code != SUPERSEDED
        && let Some(schedule) = tx.schedule(revision.source).await?
    {
        let told = (failure.code, failure.text.as_str());
        failing::count(cx, &tx, &schedule, told).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A row of the audit log in the name of whoever gave the document, which it names.
async fn record(
    cx: &JobContext,
    tx: &TenantTx,
    revision: &RevisionView,
    act: Act,
) -> Result<Record, StoreError> {
    let who = tx.who_is(revision.created_by).await?;
    let source = tx.source(revision.source).await?;
    let mut record = Record::new(cx.world(), cx.scope().tenant(), act, who)
        .of_source(&source.slug, source.id)
        .with("revision", revision.number)
        .with("given_as", revision.given.as_str());
    if let GivenAs::Url(url) = &revision.given {
        record = record.with("url", url.as_str());
    }
    if let Some(document) = revision.sha256 {
        record = record.with("document", document.to_string());
    }
    if revision.scheduled {
        record = record.with("by_schedule", true);
    }
    Ok(record)
}

async fn tell(cx: &JobContext, id: RevisionId, stage: &'static str) -> Result<(), StoreError> {
    let tx = cx.store().begin(cx.scope()).await?;
    let progress = ImportProgress {
        stage,
        done: 0,
        total: 0,
    };
    tx.set_import_progress(cx.permit(), id, progress).await?;
    tx.commit().await
}

fn may_go_better(error: &EgressError) -> bool {
    error.kind() == Kind::Unavailable
}
