//! The job that looks at an address again, as a schedule wants it.
//!
//! It decides only whether there is something to import. The import itself is the ordinary job,
//! with the ordinary rules about what changed.

use std::sync::Arc;

use countersign_domain::{digest::Digest, id::SourceId, record::Act, schedule::StopReason};
use countersign_egress::{EgressError, Fetch, Fetched};
use countersign_queue::{Job, JobContext, JobError};
use countersign_store::{
    StoreError, TenantTx,
    revisions::{GivenAs, NewRevision, RevisionState, RevisionView},
    source_schedules::Schedule,
};
use serde::{Deserialize, Serialize};

use super::{Failure, INTERRUPTED, ImportPayload, ImportSpec, SUPERSEDED, failing};

/// Imports that are looked through for the one that a document belongs to.
const LOOKED_THROUGH: u64 = 50;

/// Looks at the address of a source again.
///
/// Idempotent: what it finds is written in one transaction, which asks for the job's lease and for
/// a schedule that still names this very job. Bytes that the latest import from the address had
/// begin no other. It is tried once: the schedule comes again by itself, later each time.
pub struct LookAgain {
    fetch: Arc<dyn Fetch>,
    room: u64,
}

/// What the job needs to know.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct LookPayload {
    /// Whose address.
    pub source: SourceId,
}

/// What is at the address now.
enum Seen {
    /// What was there last time.
    Same(Digest),
    /// A document; perhaps another one.
    Document(Fetched),
}

impl LookAgain {
    /// Bytes that the imports of one schedule may leave in the database until somebody sets it
    /// again: years of an API that grows, hours of a server that means harm.
    pub const ROOM: u64 = 512 << 20;

    /// Makes the job; addresses are fetched through `fetch`. A schedule stops once what it brought
    /// takes `room` bytes: whoever serves a document must not fill the disk with it.
    #[must_use]
    pub fn new(fetch: Arc<dyn Fetch>, room: u64) -> Self {
        Self { fetch, room }
    }

    /// Asks only for what is new where the last look left a tag to ask with.
    #[expect(
        clippy::disallowed_methods,
        reason = "the address that a schedule looks at"
    )]
    async fn look(&self, schedule: &Schedule) -> Result<Seen, EgressError> {
        let known = schedule.seen.zip(schedule.etag.as_deref());
        let etag = known.map(|(_, etag)| etag);
        match (self.fetch.fetch_unless(&schedule.url, etag).await?, known) {
            (Some(fetched), _) => Ok(Seen::Document(fetched)),
            (None, Some((seen, _))) => Ok(Seen::Same(seen)),
            (None, None) => Err(EgressError::Redirected),
        }
    }

    /// Writes down what was found, and begins an import when that is another document.
    async fn found(&self, cx: &JobContext, source: SourceId, seen: Seen) -> Result<(), JobError> {
        let tx = cx.store().begin(cx.scope()).await?;
        cx.fence(&tx).await?;
        tx.lock_source(source).await?;
        let Some(schedule) = tx.lock_schedule(source, cx.job()).await? else {
            return Ok(());
        };
        match schedule.stopped {
            Some(why) => failing::stop(cx, &tx, &schedule, why).await?,
            None => self.weigh(cx, &tx, &schedule, seen).await?,
        }
        Ok(tx.commit().await?)
    }

    async fn weigh(
        &self,
        cx: &JobContext,
        tx: &TenantTx,
        schedule: &Schedule,
        seen: Seen,
    ) -> Result<(), StoreError> {
        let source = schedule.source;
        let (sha256, etag) = match &seen {
            Seen::Same(sha256) => (*sha256, schedule.etag.as_deref()),
            Seen::Document(fetched) => (Digest::of(&fetched.bytes), fetched.etag.as_deref()),
        };
        let latest = latest_from(tx, schedule).await?;
        let next = next(latest.as_ref(), sha256);
        // What is neither kept nor imported yet is fetched whole the next time.
        let etag = etag.filter(|_| !matches!(next, Next::Wait));
        tx.note_look(cx.permit(), source, (sha256, etag)).await?;
        match next {
            Next::Nothing => tx.forget_look_failures(cx.permit(), source).await,
            Next::Wait => Ok(()),
            Next::StillBad(code, text) => failing::count(cx, tx, schedule, (&code, &text)).await,
            Next::Import => {
                let brought = tx.brought_by_schedule(source, schedule.set_at).await?;
                if brought >= self.room {
                    return failing::stop(cx, tx, schedule, StopReason::RoomUsed).await;
                }
                import(cx, tx, schedule, (seen, sha256)).await
            }
        }
    }
}

impl Job for LookAgain {
    const NAME: &'static str = "spec_import.look_again";
    const ATTEMPTS: u32 = 1;
    type Payload = LookPayload;

    async fn run(&self, cx: &JobContext, payload: LookPayload) -> Result<(), JobError> {
        let tx = cx.store().begin(cx.scope()).await?;
        let Some(schedule) = tx.lock_schedule(payload.source, cx.job()).await? else {
            return Ok(());
        };
        if let Some(why) = schedule.stopped {
            cx.fence(&tx).await?;
            failing::stop(cx, &tx, &schedule, why).await?;
            return Ok(tx.commit().await?);
        }
        drop(tx);
        match self.look(&schedule).await {
            Ok(seen) => self.found(cx, payload.source, seen).await,
            Err(error) => failed(cx, payload.source, &Failure::of(&error)).await,
        }
    }

    async fn given_up(
        &self,
        cx: &JobContext,
        payload: LookPayload,
        _why: &str,
    ) -> Result<(), JobError> {
        let failure = Failure {
            code: "fetch_interrupted",
            text: "looking at the address was interrupted".to_owned(),
        };
        failed(cx, payload.source, &failure).await
    }
}

/// What comes of a document.
enum Next {
    /// It was imported already.
    Nothing,
    /// An import is under way; the next look sees how it went.
    Wait,
    /// It could not be imported, and it is still the same.
    StillBad(String, String),
    /// It is another one.
    Import,
}

fn next(latest: Option<&RevisionView>, sha256: Digest) -> Next {
    let Some(latest) = latest else {
        return Next::Import;
    };
    let same = latest.sha256 == Some(sha256);
    match &latest.state {
        RevisionState::Waiting | RevisionState::Importing => Next::Wait,
        RevisionState::Ready if same => Next::Nothing,
        RevisionState::Failed { code, text }
            if same && ![INTERRUPTED, SUPERSEDED].contains(&code.as_str()) =>
        {
            Next::StillBad(code.clone(), text.clone())
        }
        RevisionState::Ready | RevisionState::Failed { .. } => Next::Import,
    }
}

/// The latest import from the schedule's address.
async fn latest_from(
    tx: &TenantTx,
    schedule: &Schedule,
) -> Result<Option<RevisionView>, StoreError> {
    let revisions = tx.revisions(schedule.source, LOOKED_THROUGH).await?;
    let ours = GivenAs::Url(schedule.url.clone());
    Ok(revisions.into_iter().find(|one| one.given == ours))
}

/// Begins an ordinary import, in the name of whoever set the schedule.
async fn import(
    cx: &JobContext,
    tx: &TenantTx,
    schedule: &Schedule,
    (seen, sha256): (Seen, Digest),
) -> Result<(), StoreError> {
    let at = cx.world().now();
    if let Seen::Document(fetched) = &seen {
        tx.keep_document(&fetched.bytes, at).await?;
    }
    let revision = NewRevision {
        id: cx.world().id(),
        source: schedule.source,
        given: GivenAs::Url(schedule.url.clone()),
        sha256: Some(sha256),
        at,
        by: schedule.set_by,
        scheduled: true,
    };
    tx.insert_scheduled_revision(cx.permit(), &revision).await?;
    let payload = ImportPayload {
        revision: revision.id,
    };
    let job = ImportSpec::new_job(cx.world(), &payload).by_schedule();
    tx.enqueue(&job).await
}

/// Counts a look that came to nothing. Nothing else is changed by it.
async fn failed(cx: &JobContext, source: SourceId, failure: &Failure) -> Result<(), JobError> {
    let tx = cx.store().begin(cx.scope()).await?;
    cx.fence(&tx).await?;
    let Some(schedule) = tx.lock_schedule(source, cx.job()).await? else {
        return Ok(());
    };
    let mut record = failing::record(cx, &tx, &schedule, Act::ScheduledFetchFailed)
        .await?
        .with("text", failure.text.as_str())
        .with("failures", schedule.failures + 1);
    record.code = Some(failure.code.to_owned());
    tx.append_record(&record).await?;
    let told = (failure.code, failure.text.as_str());
    failing::count(cx, &tx, &schedule, told).await?;
    Ok(tx.commit().await?)
}
