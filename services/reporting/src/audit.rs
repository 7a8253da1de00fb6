//! Reading the audit log, as a member who may.

use std::{panic::resume_unwind, time::Duration};

use countersign_access::{ActionName, Denied, TenantScope};
use countersign_domain::{Fault, Kind, id::RecordId};
use countersign_store::{
    Store, StoreError,
    record_reading::{RecordFilter, RecordRow},
};
use tokio_util::task::TaskTracker;

use crate::searches::Searches;

/// Rows on one page.
const PAGE: usize = 50;
/// Most rows shown of one call or hold.
const RELATED: u64 = 200;
/// How long a search may look.
const SEARCH: Duration = Duration::from_secs(3);

/// The log was not read.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The role does not allow it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The filter asks for what no row can have.
    #[error("ask for days of the years 1 to 9999, and for text without the character 0")]
    FilterUnreadable,
    /// The tenant has a search under way, or those of others left no room in time.
    #[error("enough searches of the audit log are running; wait a few seconds and try again")]
    TooManySearches,
    /// The search would have to look at too many rows.
    #[error("this search takes longer than 3 seconds; narrow it to fewer days")]
    SearchTooLong,
    /// There is no such row, or the database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for AuditError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(error) => error.kind(),
            Self::FilterUnreadable | Self::SearchTooLong => Kind::Invalid,
            Self::TooManySearches => Kind::Limited,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Denied(error) => error.code(),
            Self::FilterUnreadable => "filter_unreadable",
            Self::TooManySearches => "too_many_searches",
            Self::SearchTooLong => "search_too_long",
            Self::Store(error) => error.code(),
        }
    }
}

/// One page of the log, newest first.
#[derive(Clone, Debug)]
pub struct Page {
    /// The rows.
    pub rows: Vec<RecordRow>,
    /// Ask with this for the page of older rows, if there is one.
    pub older: Option<RecordId>,
}

/// One row, with what belongs to the same call or hold.
#[derive(Clone, Debug)]
pub struct RecordDetail {
    /// The row.
    pub row: RecordRow,
    /// All rows of its call and its hold, itself among them, in the order they were committed.
    pub related: Vec<RecordRow>,
}

/// Reads the audit log.
#[derive(Clone, Debug)]
pub struct Audit {
    store: Store,
    searches: Searches,
    running: TaskTracker,
}

impl Audit {
    /// Puts the service together.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            searches: Searches::new(store.request_connections()),
            running: TaskTracker::new(),
            store,
        }
    }

    /// Lists a page.
    ///
    /// # Errors
    /// When the role does not allow it, the filter cannot be read, a search would take too much or
    /// the database does not answer.
    pub async fn list(
        &self,
        scope: &TenantScope,
        filter: &RecordFilter,
        before: Option<RecordId>,
    ) -> Result<Page, AuditError> {
        scope.check(ActionName::ReadRecords)?;
        if !filter.is_readable() {
            return Err(AuditError::FilterUnreadable);
        }
        let mut rows = if filter.is_search() {
            self.search(scope, filter, before).await?
        } else {
            let tx = self.store.begin(scope).await?;
            tx.records(filter, before, PAGE as u64 + 1).await?
        };
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let older = rows.last().map(|row| row.id).filter(|_| more);
        Ok(Page { rows, older })
    }

    /// Looks for rows, for so long and no longer. Whoever stops waiting leaves a statement behind
    /// that still runs: the search keeps its place until that is over.
    async fn search(
        &self,
        scope: &TenantScope,
        filter: &RecordFilter,
        before: Option<RecordId>,
    ) -> Result<Vec<RecordRow>, AuditError> {
        let place = self.searches.begin(scope.tenant()).await;
        let place = place.ok_or(AuditError::TooManySearches)?;
        let (store, scope, filter) = (self.store.clone(), scope.clone(), filter.clone());
        let search = async move {
            let _place = place;
            let tx = store.begin(&scope).await?;
            tx.limit_each_statement(SEARCH).await?;
            tx.records(&filter, before, PAGE as u64 + 1).await
        };
        let found = self.running.spawn(search).await;
        match found.unwrap_or_else(|ended| resume_unwind(ended.into_panic())) {
            Err(StoreError::TookTooLong(_)) => Err(AuditError::SearchTooLong),
            found => Ok(found?),
        }
    }

    /// Opens one row.
    ///
    /// # Errors
    /// When there is none such in this tenant.
    pub async fn get(&self, scope: &TenantScope, id: RecordId) -> Result<RecordDetail, AuditError> {
        scope.check(ActionName::ReadRecords)?;
        let tx = self.store.begin(scope).await?;
        let row = tx.record(id).await?;
        let related = tx.related_records(&row, RELATED).await?;
        Ok(RecordDetail { row, related })
    }
}
