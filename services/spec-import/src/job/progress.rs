//! Imports on a thread of its own, and tells how far it is.

use std::time::Duration;

use countersign_domain::id::RevisionId;
use countersign_queue::{JobContext, JobError};
use countersign_store::{StoreError, revisions::ImportProgress};
use tokio::{sync::watch, task::spawn_blocking, time::sleep};

use crate::{ImportError, Limits, Progress, import_with_progress, job::prepare::Prepared};

/// At most this often the database is told.
const EVERY: Duration = Duration::from_millis(300);

/// Imports a document. The importer's own limits end it; nothing here can.
pub(super) async fn import_telling(
    cx: &JobContext,
    id: RevisionId,
    bytes: Vec<u8>,
) -> Result<Result<Prepared, ImportError>, JobError> {
    let (told, progress) = watch::channel(None::<Progress>);
    let mut work = spawn_blocking(move || {
        let mut tell = |progress| {
            told.send_replace(Some(progress));
        };
        import_with_progress(&bytes, &Limits::default(), &mut tell).map(Prepared::from)
    });
    let mut last = None;
    loop {
        tokio::select! {
            done = &mut work => return done.map_err(JobError::retry),
            () = sleep(EVERY) => {}
        }
        let now = *progress.borrow();
        if now != last {
            last = now;
            if let Some(progress) = now {
                tell(cx, id, progress).await?;
            }
        }
    }
}

async fn tell(cx: &JobContext, id: RevisionId, progress: Progress) -> Result<(), StoreError> {
    let tx = cx.store().begin(cx.scope()).await?;
    let progress = ImportProgress {
        stage: progress.stage.as_str(),
        done: progress.done,
        total: progress.total,
    };
    tx.set_import_progress(cx.permit(), id, progress).await?;
    tx.commit().await
}
