//! What imports changed that a member has not looked at yet.

use countersign_access::{Permit, ReadTenant};
use countersign_domain::{
    Timestamp,
    id::{MemberId, RevisionId},
};
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::{StoreError, TenantTx, row::At};

/// An import that changed something.
#[derive(Clone, Debug)]
pub struct ImportNotice {
    /// The import.
    pub revision: RevisionId,
    /// Its number within its API.
    pub number: u32,
    /// The API's name in URLs.
    pub source_slug: String,
    /// The API's name for people.
    pub source_name: String,
    /// A schedule began it.
    pub scheduled: bool,
    /// Who gave the document, or set the schedule.
    pub by: String,
    /// When it was ready.
    pub at: Timestamp,
    /// Tools that are back in review.
    pub review: u64,
    /// Tools that are gone.
    pub removed: u64,
    /// Tools that are new, and off.
    pub added: u64,
    /// Tools that changed in ways that need nobody.
    pub informed: u64,
    /// Differences that stop some of those who call as before.
    pub breaking: u64,
    /// Differences of which somebody should look at what they mean for who may do what.
    pub security: u64,
}

impl TenantTx {
    /// Lists the imports that changed something and became ready after a member last looked and
    /// after they joined, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn import_notices(
        &self,
        member: MemberId,
        limit: usize,
    ) -> Result<Vec<ImportNotice>, StoreError> {
        let rows = self
            .rows(
                "SELECT r.id, r.number, s.slug, s.name, r.scheduled, p.email, r.finished_at,
                     g.review, g.removed, g.added, g.informed, g.breaking, g.security
                 FROM member me
                 LEFT JOIN import_mark k ON k.tenant_id = me.tenant_id AND k.member_id = me.id
                 JOIN revision r ON r.tenant_id = me.tenant_id AND r.state = 'ready'
                     AND r.finished_at > GREATEST(k.looked_until, me.created_at)
                 JOIN source s ON s.tenant_id = r.tenant_id AND s.id = r.source_id AND s.removed_at IS NULL
                 JOIN member m ON m.tenant_id = r.tenant_id AND m.id = r.created_by
                 LEFT JOIN person p ON p.id = m.person_id
                 JOIN LATERAL (
                     SELECT count(*) AS rows, count(*) FILTER (WHERE c.outcome = 'review') AS review,
                         count(*) FILTER (WHERE c.outcome = 'removed') AS removed,
                         count(*) FILTER (WHERE c.outcome = 'added') AS added,
                         count(*) FILTER (WHERE c.outcome = 'informed' AND c.tool_id IS NOT NULL) AS informed,
                         COALESCE(sum(d.breaking), 0)::bigint AS breaking,
                         COALESCE(sum(d.security), 0)::bigint AS security
                     FROM revision_change c CROSS JOIN LATERAL (
                         SELECT count(*) FILTER (WHERE x ->> 'breaking' = 'breaking') AS breaking,
                             count(*) FILTER (WHERE x ->> 'security' IN ('medium', 'high')) AS security
                         FROM jsonb_array_elements(c.changes) AS x) d
                     WHERE c.tenant_id = r.tenant_id AND c.revision_id = r.id) g ON g.rows > 0
                 WHERE me.tenant_id = $1 AND me.id = $2
                 ORDER BY r.finished_at DESC, r.id LIMIT $3",
                [
                    self.tenant().as_uuid().into(),
                    member.as_uuid().into(),
                    i64::try_from(limit).unwrap_or(i64::MAX).into(),
                ],
            )
            .await?;
        rows.iter().map(read).collect()
    }

    /// Notes that a member has looked at what imports changed, up to one of them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such import, or it is not ready.
    pub async fn mark_imports(
        &self,
        permit: Permit<ReadTenant>,
        member: MemberId,
        until: RevisionId,
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        let marked = self
            .execute(
                "INSERT INTO import_mark (tenant_id, member_id, looked_until)
                 SELECT tenant_id, $2, finished_at FROM revision
                 WHERE tenant_id = $1 AND id = $3 AND state = 'ready'
                 ON CONFLICT (tenant_id, member_id) DO UPDATE
                 SET looked_until = GREATEST(import_mark.looked_until, EXCLUDED.looked_until)",
                [
                    self.tenant().as_uuid().into(),
                    member.as_uuid().into(),
                    until.as_uuid().into(),
                ],
            )
            .await?;
        if marked == 1 {
            Ok(())
        } else {
            Err(StoreError::NotFound)
        }
    }
}

fn read(row: &QueryResult) -> Result<ImportNotice, StoreError> {
    let revision = RevisionId::from(row.try_get::<Uuid>("", "id")?);
    let at = At {
        table: "revision",
        row: revision,
    };
    let count = |column: &'static str| -> Result<u64, StoreError> {
        at.need(column, u64::try_from(row.try_get::<i64>("", column)?).ok())
    };
    let number: i32 = row.try_get("", "number")?;
    Ok(ImportNotice {
        revision,
        number: at.need("number", u32::try_from(number).ok())?,
        source_slug: row.try_get("", "slug")?,
        source_name: row.try_get("", "name")?,
        scheduled: row.try_get("", "scheduled")?,
        by: row
            .try_get::<Option<String>>("", "email")?
            .unwrap_or_default(),
        at: row.try_get("", "finished_at")?,
        review: count("review")?,
        removed: count("removed")?,
        added: count("added")?,
        informed: count("informed")?,
        breaking: count("breaking")?,
        security: count("security")?,
    })
}
