//! Has a document imported, and tells how far it is.

use std::{pin::pin, time::Duration};

use countersign_domain::id::RevisionId;
use countersign_queue::{JobContext, JobError};
use countersign_store::{StoreError, revisions::ImportProgress};
use tokio::{sync::watch, task::spawn_blocking, time::sleep};

use crate::{
    ImportError, Progress,
    apart::Reader,
    job::prepare::{Prepared, PreparedOperation},
};

/// At most this often the database is told.
const EVERY: Duration = Duration::from_millis(300);

/// Has a document imported. A job that is cancelled takes the process that reads with it.
pub(super) async fn import_telling(
    cx: &JobContext,
    id: RevisionId,
    reader: &Reader,
    bytes: Vec<u8>,
) -> Result<Result<Prepared, ImportError>, JobError> {
    let (told, progress) = watch::channel(None::<Progress>);
    let mut work = pin!(reader.import(bytes, &told, PreparedOperation::from));
    let mut last = None;
    let read = loop {
        tokio::select! {
            done = &mut work => break done,
            () = sleep(EVERY) => {}
        }
        let now = *progress.borrow();
        if now != last {
            last = now;
            if let Some(progress) = now {
                tell(cx, id, progress).await?;
            }
        }
    };
    match read {
        Ok(read) => spawn_blocking(move || Ok(Prepared::of(read)))
            .await
            .map_err(JobError::retry),
        Err(error) => Ok(Err(error)),
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
