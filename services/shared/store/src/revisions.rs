//! Imports of a source: the bytes as they were given, and how the import went.

mod view;

use countersign_access::{ImportSource, Permit, RunJob};
use countersign_domain::{
    Timestamp,
    digest::Digest,
    id::{MemberId, RevisionId, SourceId, ToolVersionId},
    operation::{ImportedDocument, Server},
    record::Who,
};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, Value};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    StoreError, TenantTx,
    entity::revision::{self, COLUMN},
    row::{At, unless_unreadable},
};

pub use view::{GivenAs, ImportProgress, NewRevision, RevisionState, RevisionView};

impl TenantTx {
    /// Keeps a document; equal bytes are kept once. Until this transaction ends no removal deletes
    /// them. The caller has locked the source, as a removal has before it deletes documents.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn keep_document(&self, content: &[u8], at: Timestamp) -> Result<Digest, StoreError> {
        let sha256 = Digest::of(content);
        self.execute(
            "SELECT pg_advisory_xact_lock_shared(hashtextextended($1::text, 7175))",
            [self.tenant().as_uuid().into()],
        )
        .await?;
        self.execute(
            "INSERT INTO document (tenant_id, sha256, content, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant_id, sha256) DO NOTHING",
            [
                self.tenant().as_uuid().into(),
                sha256.as_bytes().to_vec().into(),
                content.to_vec().into(),
                at.into(),
            ],
        )
        .await?;
        Ok(sha256)
    }

    /// Reads a document.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when this tenant has no such bytes.
    pub async fn document(&self, sha256: Digest) -> Result<Vec<u8>, StoreError> {
        let row = self
            .row(
                "SELECT content FROM document WHERE tenant_id = $1 AND sha256 = $2",
                [
                    self.tenant().as_uuid().into(),
                    sha256.as_bytes().to_vec().into(),
                ],
            )
            .await?
            .ok_or(StoreError::NotFound)?;
        Ok(row.try_get("", "content")?)
    }

    /// Adds a revision with the next number of its source, which the caller has made or locked.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert_revision(
        &self,
        permit: Permit<ImportSource>,
        revision: &NewRevision,
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        self.add_revision(revision).await
    }

    /// Adds a revision that a schedule begins; whether whoever set that may is for the caller to
    /// have looked at in this transaction.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert_scheduled_revision(
        &self,
        permit: Permit<RunJob>,
        revision: &NewRevision,
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        self.add_revision(revision).await
    }

    async fn add_revision(&self, revision: &NewRevision) -> Result<(), StoreError> {
        let url = match &revision.given {
            GivenAs::Url(url) => Some(url.clone()),
            GivenAs::Upload | GivenAs::Paste => None,
        };
        self.execute(
            "INSERT INTO revision (tenant_id, id, source_id, number, document_sha256, given_as, given_url, state,
                 created_at, created_by, scheduled)
             SELECT $1, $2, $3, 1 + COALESCE(max(number), 0), $4, $5, $6, 'waiting', $7, $8, $9
             FROM revision WHERE tenant_id = $1 AND source_id = $3",
            [
                self.tenant().as_uuid().into(),
                revision.id.as_uuid().into(),
                revision.source.as_uuid().into(),
                revision.sha256.map(|digest| digest.as_bytes().to_vec()).into(),
                revision.given.as_str().into(),
                url.into(),
                revision.at.into(),
                revision.by.as_uuid().into(),
                revision.scheduled.into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Finds one revision.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not this tenant's.
    pub async fn revision(&self, id: RevisionId) -> Result<RevisionView, StoreError> {
        revision::Entity::find_by_id((self.tenant().as_uuid(), id.as_uuid()))
            .one(self.db())
            .await?
            .ok_or(StoreError::NotFound)?
            .try_into()
    }

    /// Lists the revisions of a source, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn revisions(
        &self,
        source: SourceId,
        limit: u64,
    ) -> Result<Vec<RevisionView>, StoreError> {
        let rows = revision::Entity::find()
            .filter(COLUMN.tenant_id.eq(self.tenant().as_uuid()))
            .filter(COLUMN.source_id.eq(source.as_uuid()))
            .order_by_desc(revision::Column::Number)
            .limit(limit)
            .all(self.db())
            .await?;
        let revisions = rows.into_iter().map(RevisionView::try_from);
        revisions.filter_map(unless_unreadable).collect()
    }

    /// Lists the latest revision of every source.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn latest_revisions(&self) -> Result<Vec<RevisionView>, StoreError> {
        let latest = self
            .rows(
                "SELECT DISTINCT ON (source_id) id FROM revision WHERE tenant_id = $1
                 ORDER BY source_id, number DESC",
                [self.tenant().as_uuid().into()],
            )
            .await?;
        let ids = latest
            .iter()
            .map(|row| row.try_get::<Uuid>("", "id"))
            .collect::<Result<Vec<_>, _>>()?;
        let rows = revision::Entity::find()
            .filter(COLUMN.tenant_id.eq(self.tenant().as_uuid()))
            .filter(COLUMN.id.is_in(ids))
            .all(self.db())
            .await?;
        let revisions = rows.into_iter().map(RevisionView::try_from);
        revisions.filter_map(unless_unreadable).collect()
    }

    /// Tells how far an import is. Says whether it is still open.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_import_progress(
        &self,
        permit: Permit<RunJob>,
        id: RevisionId,
        progress: ImportProgress,
    ) -> Result<bool, StoreError> {
        self.used(permit)?;
        let open = self
            .execute(
                "UPDATE revision SET state = 'importing', stage = $3, done = $4, total = $5
                 WHERE tenant_id = $1 AND id = $2 AND state IN ('waiting', 'importing')",
                [
                    self.tenant().as_uuid().into(),
                    id.as_uuid().into(),
                    progress.stage.into(),
                    integer(progress.done).into(),
                    integer(progress.total).into(),
                ],
            )
            .await?;
        Ok(open == 1)
    }

    /// Notes which document a revision turned out to be, once it was fetched. Says whether it is still
    /// open; of one that is not, such as of an API that was removed meanwhile, none is kept.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_revision_document(
        &self,
        permit: Permit<RunJob>,
        id: RevisionId,
        sha256: Digest,
    ) -> Result<bool, StoreError> {
        self.used(permit)?;
        let open = self
            .execute(
                "UPDATE revision SET document_sha256 = $3
                 WHERE tenant_id = $1 AND id = $2 AND document_sha256 IS NULL
                     AND state IN ('waiting', 'importing')",
                [
                    self.tenant().as_uuid().into(),
                    id.as_uuid().into(),
                    sha256.as_bytes().to_vec().into(),
                ],
            )
            .await?;
        Ok(open == 1)
    }

    /// Names a member for the record, as they are called now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not this tenant's.
    pub async fn who_is(&self, member: MemberId) -> Result<Who, StoreError> {
        let row = self
            .row(
                "SELECT p.id, p.email FROM member m JOIN person p ON p.id = m.person_id
                 WHERE m.tenant_id = $1 AND m.id = $2",
                [self.tenant().as_uuid().into(), member.as_uuid().into()],
            )
            .await?
            .ok_or(StoreError::NotFound)?;
        Ok(Who {
            person: Some(row.try_get::<Uuid>("", "id")?.into()),
            member: Some(member),
            person_label: row.try_get("", "email")?,
            ..Who::default()
        })
    }

    /// The servers that the document before this import named, if there was one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn servers_before(
        &self,
        revision: &RevisionView,
    ) -> Result<Option<Vec<Server>>, StoreError> {
        let row = self
            .row(
                "SELECT servers FROM revision WHERE tenant_id = $1 AND source_id = $2 AND number < $3
                 AND state = 'ready' ORDER BY number DESC LIMIT 1",
                [
                    self.tenant().as_uuid().into(),
                    revision.source.as_uuid().into(),
                    i64::from(revision.number).into(),
                ],
            )
            .await?;
        let at = At {
            table: "revision",
            row: revision.id,
        };
        row.map(|row| at.json("servers", row.try_get("", "servers")?))
            .transpose()
    }

    /// The servers that documents named, each with the definitions that came with it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn servers_with(
        &self,
        versions: &[ToolVersionId],
    ) -> Result<Vec<(Vec<Server>, Vec<ToolVersionId>)>, StoreError> {
        let ids: Vec<Uuid> = versions.iter().map(|id| id.as_uuid()).collect();
        let rows = self
            .rows(
                "SELECT r.id, r.servers, v.versions
                 FROM (SELECT revision_id, array_agg(id) AS versions FROM tool_version
                     WHERE tenant_id = $1 AND id = ANY ($2) GROUP BY revision_id) v
                 JOIN revision r ON r.tenant_id = $1 AND r.id = v.revision_id",
                [self.tenant().as_uuid().into(), Value::from(ids)],
            )
            .await?;
        let of = |row: &QueryResult| {
            let at = At {
                table: "revision",
                row: RevisionId::from(row.try_get::<Uuid>("", "id")?),
            };
            let versions: Vec<Uuid> = row.try_get("", "versions")?;
            let versions = versions.into_iter().map(ToolVersionId::from).collect();
            Ok((at.json("servers", row.try_get("", "servers")?)?, versions))
        };
        rows.iter().map(of).collect()
    }

    /// Says whether a later import of the same source is ready already.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn is_overtaken(&self, revision: &RevisionView) -> Result<bool, StoreError> {
        let later = self
            .row(
                "SELECT 1 FROM revision WHERE tenant_id = $1 AND source_id = $2 AND number > $3
                 AND state = 'ready' LIMIT 1",
                [
                    self.tenant().as_uuid().into(),
                    revision.source.as_uuid().into(),
                    i64::from(revision.number).into(),
                ],
            )
            .await?;
        Ok(later.is_some())
    }

    /// Marks an import as ready, in the transaction that made its tools; the operations
    /// themselves are those. Says whether it was open.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn finish_revision(
        &self,
        permit: Permit<RunJob>,
        id: RevisionId,
        document: &ImportedDocument,
        operations: usize,
    ) -> Result<bool, StoreError> {
        self.used(permit)?;
        let servers = list(&document.servers);
        let diagnostics = list(&document.diagnostics);
        let finished = self
            .execute(
                "UPDATE revision SET state = 'ready', stage = '', done = 0, total = 0, title = $3, version = $4,
                     format = $5, operations = $6, servers = $7, diagnostics = $8, finished_at = clock_timestamp()
                 WHERE tenant_id = $1 AND id = $2 AND state IN ('waiting', 'importing')",
                [
                    self.tenant().as_uuid().into(),
                    id.as_uuid().into(),
                    document.title.clone().into(),
                    document.version.clone().into(),
                    document.format.clone().into(),
                    integer(operations).into(),
                    servers.into(),
                    diagnostics.into(),
                ],
            )
            .await?;
        Ok(finished == 1)
    }

    /// Marks an import as failed. Says whether it was open.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn fail_revision(
        &self,
        permit: Permit<RunJob>,
        id: RevisionId,
        (code, text): (&str, &str),
    ) -> Result<bool, StoreError> {
        self.used(permit)?;
        let failed = self
            .execute(
                "UPDATE revision SET state = 'failed', failure_code = $3, failure_text = $4,
                     finished_at = clock_timestamp()
                 WHERE tenant_id = $1 AND id = $2 AND state IN ('waiting', 'importing')",
                [
                    self.tenant().as_uuid().into(),
                    id.as_uuid().into(),
                    code.into(),
                    text.into(),
                ],
            )
            .await?;
        Ok(failed == 1)
    }
}

fn integer(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn list<T: Serialize>(items: &[T]) -> serde_json::Value {
    serde_json::to_value(items).expect("lists of plain values are JSON")
}
