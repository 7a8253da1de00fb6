//! The service that takes documents in. What it takes is imported by a job, [`crate::ImportSpec`].

use std::sync::Arc;

use bytes::Bytes;
use countersign_access::{Action as _, Denied, ImportSource, ReadTenant, TenantScope};
use countersign_domain::{
    Fault, Kind, World,
    drift::Change,
    id::{EnvironmentId, MemberId, RevisionId, SourceId, ToolId},
    name::{Slug, Title},
};
use countersign_queue::{Job as _, Wakeups};
use countersign_store::{
    Store, StoreError, TenantTx,
    revision_changes::RevisionChange,
    revisions::{GivenAs, NewRevision, RevisionView},
    sources::Source,
};
use tokio::task::spawn_blocking;
use url::Url;

use crate::{
    ImportError, ImportSpec, Limits, bundle::pack_folder, drift::compare_placed, job::ImportPayload,
};

/// The longest address a document may have.
const URL_LENGTH: usize = 2_048;

/// How many imports of one tenant may be open at once, besides those that a schedule began.
const OPEN: i64 = 20;

/// Takes documents in and shows how their import goes.
#[derive(Clone)]
pub struct Imports {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) wakeups: Arc<dyn Wakeups>,
}

/// A document, as it was given.
#[derive(Clone, Debug)]
pub enum Given {
    /// As a file.
    Upload(Bytes),
    /// As a folder of files, by their names below its top.
    Folder(Vec<(String, Bytes)>),
    /// As text.
    Paste(String),
    /// As an address it is to be fetched from.
    Url(String),
}

/// The wish to import an API for the first time.
#[derive(Clone, Debug)]
pub struct StartImport {
    /// What to call it.
    pub name: Title,
    /// Its document.
    pub given: Given,
}

/// The wish to import a new revision of an API.
#[derive(Clone, Debug)]
pub struct ImportAgain {
    /// The API.
    pub source: SourceId,
    /// Its document.
    pub given: Given,
}

/// An import that a job will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The API.
    pub source: SourceId,
    /// Its name in URLs.
    pub slug: Slug,
    /// The import.
    pub revision: RevisionId,
}

/// An import could not be begun or shown.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is nothing in it.
    #[error("the document is empty")]
    Empty,
    /// It is larger than a document may be.
    #[error("the document has {size} bytes and the limit is {limit}")]
    TooLarge {
        /// Its size.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// The address is none that a document can be fetched from.
    #[error(
        "enter an address such as https://api.example.com/openapi.json, without user and password"
    )]
    InvalidUrl,
    /// It was never imported from an address, so there is none to look at.
    #[error("this API was not imported from an address, so there is none to look at again")]
    NoAddress,
    /// As many imports as may be open have not ended yet.
    #[error("{} imports wait or run already; try again when some have ended", OPEN)]
    TooManyOpen,
    /// The folder has too much in it, or a name that leads out of it.
    #[error(transparent)]
    Folder(#[from] ImportError),
    /// It is not there, or the database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for StartError {
    fn kind(&self) -> Kind {
        match self {
            Self::Denied(error) => error.kind(),
            Self::Empty | Self::InvalidUrl => Kind::Invalid,
            Self::TooLarge { .. } => Kind::TooLarge,
            Self::NoAddress => Kind::Conflict,
            Self::TooManyOpen => Kind::Limited,
            Self::Folder(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Denied(error) => error.code(),
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too_large",
            Self::InvalidUrl => "invalid_url",
            Self::NoAddress => "not_from_an_address",
            Self::TooManyOpen => "too_many_imports",
            Self::Folder(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl Imports {
    /// Makes the service.
    #[must_use]
    pub fn new(store: Store, world: World, wakeups: Arc<dyn Wakeups>) -> Self {
        Self {
            store,
            world,
            wakeups,
        }
    }

    /// Takes in the document of a new API. Source, document, revision and job are one transaction.
    ///
    /// # Errors
    /// When the caller may not import, or the document cannot be one.
    pub async fn start(
        &self,
        scope: &TenantScope,
        cmd: StartImport,
    ) -> Result<Started, StartError> {
        let (make, import) = (scope.allow(ImportSource)?, scope.allow(ImportSource)?);
        let by = importer(scope)?;
        let document = check(cmd.given).await?;
        let tx = self.store.begin(scope).await?;
        let source = Source {
            id: self.world.id(),
            slug: Slug::from_title(cmd.name.as_str()).unwrap_or_else(nameless),
            name: cmd.name.into(),
            created_at: self.world.now(),
            created_by: by,
        };
        let slug = tx.insert_source(make, &source).await?;
        let revision = self.take_in(&tx, (source.id, by), document).await?;
        tx.insert_revision(import, &revision).await?;
        self.enqueue(tx, revision.id).await?;
        Ok(Started {
            source: source.id,
            slug,
            revision: revision.id,
        })
    }

    /// Takes in another document of an API. Until its import is ready, nothing changes.
    ///
    /// # Errors
    /// When the caller may not import, there is no such API, or the document cannot be one.
    pub async fn start_again(
        &self,
        scope: &TenantScope,
        cmd: ImportAgain,
    ) -> Result<Started, StartError> {
        let permit = scope.allow(ImportSource)?;
        let by = importer(scope)?;
        let document = check(cmd.given).await?;
        let tx = self.store.begin(scope).await?;
        tx.lock_source(cmd.source).await?;
        let source = tx.source(cmd.source).await?;
        let revision = self.take_in(&tx, (source.id, by), document).await?;
        tx.insert_revision(permit, &revision).await?;
        self.enqueue(tx, revision.id).await?;
        Ok(Started {
            source: source.id,
            slug: source.slug,
            revision: revision.id,
        })
    }

    /// Shows how an import goes or went.
    ///
    /// # Errors
    /// When the caller may not read, or there is no such import.
    pub async fn revision(
        &self,
        scope: &TenantScope,
        id: RevisionId,
    ) -> Result<RevisionView, StartError> {
        scope.check(ReadTenant::NAME)?;
        let tx = self.store.begin(scope).await?;
        Ok(shown(&tx, id).await?)
    }

    /// Shows what an import changed about the tools of its source, what needs people first. A
    /// first import changed nothing.
    ///
    /// # Errors
    /// When the caller may not read, or there is no such import.
    pub async fn changes(
        &self,
        scope: &TenantScope,
        id: RevisionId,
    ) -> Result<Vec<RevisionChange>, StartError> {
        scope.check(ReadTenant::NAME)?;
        let tx = self.store.begin(scope).await?;
        shown(&tx, id).await?;
        Ok(tx.revision_changes(id).await?)
    }

    /// What differs from the definition of a tool that somebody turned on last in an environment, also
    /// where it is off again; nothing of one that is as it was, and of a definition that cannot be
    /// compared any more, with which its tool can still be turned off.
    ///
    /// # Errors
    /// When the caller may not read.
    pub async fn since_turned_on(
        &self,
        scope: &TenantScope,
        tool: ToolId,
        environment: EnvironmentId,
    ) -> Result<Vec<Change>, StartError> {
        scope.check(ReadTenant::NAME)?;
        let tx = self.store.begin(scope).await?;
        let both = match tx.turned_on_and_now(tool, environment).await {
            Err(StoreError::Unreadable { .. }) => None,
            both => both?,
        };
        let Some((old, new)) = both else {
            return Ok(Vec::new());
        };
        drop(tx);
        let compared = spawn_blocking(move || {
            compare_placed(
                (&old.operation, &old.servers),
                (&new.operation, &new.servers),
            )
        });
        let compared = compared.await.map_err(|_| ImportError::Interrupted)?;
        Ok(compared.unwrap_or_default())
    }

    async fn take_in(
        &self,
        tx: &TenantTx,
        (source, by): (SourceId, MemberId),
        document: Checked,
    ) -> Result<NewRevision, StoreError> {
        let at = self.world.now();
        let (given, sha256) = match document {
            Checked::Here(given, content) => (given, Some(tx.keep_document(&content, at).await?)),
            Checked::There(url) => (GivenAs::Url(url), None),
        };
        Ok(NewRevision {
            id: self.world.id(),
            source,
            given,
            sha256,
            at,
            by,
            scheduled: false,
        })
    }

    async fn enqueue(&self, tx: TenantTx, revision: RevisionId) -> Result<(), StartError> {
        if tx.open_jobs(ImportSpec::NAME).await? >= OPEN {
            return Err(StartError::TooManyOpen);
        }
        let job = ImportSpec::new_job(&self.world, &ImportPayload { revision });
        tx.enqueue(&job).await?;
        tx.commit().await?;
        self.wakeups.wake_worker().await;
        Ok(())
    }
}

/// An import, unless its API was removed.
async fn shown(tx: &TenantTx, id: RevisionId) -> Result<RevisionView, StoreError> {
    let revision = tx.revision(id).await?;
    tx.source(revision.source).await?;
    Ok(revision)
}

/// A document that may be taken in.
enum Checked {
    Here(GivenAs, Bytes),
    There(String),
}

async fn check(given: Given) -> Result<Checked, StartError> {
    let (given, content) = match given {
        Given::Upload(content) => (GivenAs::Upload, content),
        Given::Folder(files) => (GivenAs::Upload, packed(files).await?),
        Given::Paste(text) => (GivenAs::Paste, Bytes::from(text)),
        Given::Url(url) => return check_url(url.trim()).map(Checked::There),
    };
    let limit = Limits::default().raw_bytes;
    if content.iter().all(u8::is_ascii_whitespace) {
        Err(StartError::Empty)
    } else if content.len() > limit {
        Err(StartError::TooLarge {
            size: content.len(),
            limit,
        })
    } else {
        Ok(Checked::Here(given, content))
    }
}

/// Packs a folder away from the threads that answer everybody.
async fn packed(files: Vec<(String, Bytes)>) -> Result<Bytes, StartError> {
    if files.is_empty() {
        return Err(StartError::Empty);
    }
    let files = files
        .into_iter()
        .map(|(name, content)| (name, content.into()));
    let files = files.collect();
    let packing = spawn_blocking(move || pack_folder(files, &Limits::default()));
    let packed = packing.await.map_err(|_| ImportError::Interrupted)??;
    Ok(packed.into())
}

/// Whether it may be fetched is for the one door out to say, in the job.
fn check_url(text: &str) -> Result<String, StartError> {
    let url = Url::parse(text).map_err(|_| StartError::InvalidUrl)?;
    let fits = text.len() <= URL_LENGTH
        && matches!(url.scheme(), "https" | "http")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none();
    fits.then(|| url.into()).ok_or(StartError::InvalidUrl)
}

pub(crate) fn importer(scope: &TenantScope) -> Result<MemberId, Denied> {
    scope.member().ok_or(Denied {
        action: ImportSource::NAME,
    })
}

/// The slug of an API whose name has no letter that a URL can have.
fn nameless() -> Slug {
    "api".parse().expect("three letters are a slug")
}
