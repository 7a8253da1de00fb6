//! Addresses that are looked at again by the system.
//!
//! A schedule has no authority of its own: it acts for the member who set it, and only as long as
//! that member may import. What is due is found across tenants, and nothing but a job is begun
//! there; the job acts as its tenant.

mod brought;
mod due;

use countersign_access::{ActionName, ImportSource, Permit, RunJob, allows};
use countersign_domain::{
    Timestamp,
    digest::Digest,
    id::{JobId, MemberId, SourceId},
    role::Role,
    schedule::{Cadence, LONGEST_WAIT, StopReason},
};
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::{
    StoreError, TenantTx,
    row::{At, unless_unreadable},
};

pub use due::DueSchedule;

/// The schedule of a source.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The source.
    pub source: SourceId,
    /// How often.
    pub every: Cadence,
    /// What is looked at.
    pub url: String,
    /// Who set it, and for whom it acts.
    pub set_by: MemberId,
    /// What to show for them.
    pub set_by_label: String,
    /// When they did.
    pub set_at: Timestamp,
    /// When it looks next.
    pub next_at: Option<Timestamp>,
    /// When it looked last and found something.
    pub last_looked_at: Option<Timestamp>,
    /// What it found then.
    pub seen: Option<Digest>,
    /// What the server called that.
    pub etag: Option<String>,
    /// Failures since the last success.
    pub failures: u32,
    /// The latest of them.
    pub failure: Option<LookFailure>,
    /// It looks no more, or will not when it is due.
    pub stopped: Option<StopReason>,
    /// It has noticed that itself, and put it on record.
    pub is_stopped: bool,
}

/// Why a look came to nothing.
#[derive(Clone, Debug)]
pub struct LookFailure {
    /// A stable code.
    pub code: String,
    /// One sentence for people.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// A schedule to be set, in the place of any other of its source.
#[derive(Clone, Debug)]
pub struct NewSchedule {
    /// The source.
    pub source: SourceId,
    /// How often.
    pub every: Cadence,
    /// What to look at.
    pub url: String,
    /// Who sets it.
    pub by: MemberId,
    /// When.
    pub at: Timestamp,
}

const SELECT: &str = "SELECT s.*, p.email, m.role, m.removed_at IS NOT NULL AS gone
    FROM source_schedule s JOIN member m ON m.tenant_id = s.tenant_id AND m.id = s.set_by
    LEFT JOIN person p ON p.id = m.person_id WHERE s.tenant_id = $1";

impl TenantTx {
    /// Finds the schedule of a source.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn schedule(&self, source: SourceId) -> Result<Option<Schedule>, StoreError> {
        let sql = format!("{SELECT} AND s.source_id = $2");
        let key = [self.tenant().as_uuid().into(), source.as_uuid().into()];
        let row = self.row(&sql, key).await?;
        row.as_ref().map(read).transpose()
    }

    /// Lists all schedules of the tenant.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn schedules(&self) -> Result<Vec<Schedule>, StoreError> {
        let sql = format!("{SELECT} ORDER BY s.source_id");
        let rows = self.rows(&sql, [self.tenant().as_uuid().into()]).await?;
        rows.iter()
            .filter_map(|row| unless_unreadable(read(row)))
            .collect()
    }

    /// Finds the address that a source was last imported from.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn address_of(&self, source: SourceId) -> Result<Option<String>, StoreError> {
        let row = self
            .row(
                "SELECT given_url FROM revision WHERE tenant_id = $1 AND source_id = $2
                 AND given_as = 'url' AND state = 'ready' ORDER BY number DESC LIMIT 1",
                [self.tenant().as_uuid().into(), source.as_uuid().into()],
            )
            .await?;
        Ok(row.map(|row| row.try_get("", "given_url")).transpose()?)
    }

    /// Sets the schedule of a source. What an earlier one counted and saw is forgotten.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the source is not this tenant's.
    pub async fn set_schedule(
        &self,
        permit: Permit<ImportSource>,
        new: &NewSchedule,
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        self.delete_schedule(new.source).await?;
        let set = self
            .execute(
                "INSERT INTO source_schedule (tenant_id, source_id, every, url, set_by, set_at, next_at)
                 SELECT tenant_id, id, $3, $4, $5, $6, $7 FROM source
                 WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL",
                [
                    self.tenant().as_uuid().into(),
                    new.source.as_uuid().into(),
                    new.every.as_str().into(),
                    new.url.clone().into(),
                    new.by.as_uuid().into(),
                    new.at.into(),
                    new.every.next_after(new.source, new.at).into(),
                ],
            )
            .await?;
        if set == 1 {
            Ok(())
        } else {
            Err(StoreError::NotFound)
        }
    }

    /// Takes the schedule of a source away. Says whether there was one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn remove_schedule(
        &self,
        permit: Permit<ImportSource>,
        source: SourceId,
    ) -> Result<bool, StoreError> {
        self.used(permit)?;
        self.delete_schedule(source).await
    }

    pub(crate) async fn delete_schedule(&self, source: SourceId) -> Result<bool, StoreError> {
        let removed = self
            .execute(
                "DELETE FROM source_schedule WHERE tenant_id = $1 AND source_id = $2",
                [self.tenant().as_uuid().into(), source.as_uuid().into()],
            )
            .await?;
        Ok(removed == 1)
    }

    /// Finds the schedule that a job is to look for, and keeps it and the role of whoever set it
    /// as they are until this transaction ends. `None` when it was changed or stopped since.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lock_schedule(
        &self,
        source: SourceId,
        job: JobId,
    ) -> Result<Option<Schedule>, StoreError> {
        let sql = format!(
            "{SELECT} AND s.source_id = $2 AND s.job_id = $3 AND s.stopped_at IS NULL
             FOR UPDATE OF s FOR NO KEY UPDATE OF m"
        );
        let key = [
            self.tenant().as_uuid().into(),
            source.as_uuid().into(),
            job.as_uuid().into(),
        ];
        let row = self.row(&sql, key).await?;
        row.as_ref().map(read).transpose()
    }

    /// Notes that there was something at the address, and what. Failures before it are over,
    /// unless it is still to be seen whether this can be imported.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_look(
        &self,
        permit: Permit<RunJob>,
        source: SourceId,
        (seen, etag): (Digest, Option<&str>),
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        self.execute(
            "UPDATE source_schedule SET last_looked_at = clock_timestamp(), seen_sha256 = $3, etag = $4
             WHERE tenant_id = $1 AND source_id = $2",
            [
                self.tenant().as_uuid().into(),
                source.as_uuid().into(),
                seen.as_bytes().to_vec().into(),
                etag.map(str::to_owned).into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Ends the row of failures of a source's schedule, if it has one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_look_failures(
        &self,
        permit: Permit<RunJob>,
        source: SourceId,
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        self.execute(
            "UPDATE source_schedule SET failures = 0, failure_code = NULL, failure_text = NULL,
                 failed_at = NULL WHERE tenant_id = $1 AND source_id = $2",
            [self.tenant().as_uuid().into(), source.as_uuid().into()],
        )
        .await
        .map(|_| ())
    }

    /// Counts a failure of a source's schedule, if it has one that goes on, and lets it wait for
    /// 1, 2, 4 .. hours. Returns how many that were in a row.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_look_failure(
        &self,
        permit: Permit<RunJob>,
        source: SourceId,
        (code, text): (&str, &str),
    ) -> Result<Option<u32>, StoreError> {
        self.used(permit)?;
        let row = self
            .row(
                "UPDATE source_schedule SET failures = failures + 1, failure_code = $3, failure_text = $4,
                     failed_at = statement_timestamp(), next_at = statement_timestamp()
                         + least($5, power(2, least(failures, 30))) * interval '1 hour'
                 WHERE tenant_id = $1 AND source_id = $2 AND stopped_at IS NULL RETURNING failures",
                [
                    self.tenant().as_uuid().into(),
                    source.as_uuid().into(),
                    code.into(),
                    text.into(),
                    f64::from(LONGEST_WAIT).into(),
                ],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let failures: i32 = row.try_get("", "failures")?;
        at(source)
            .need("failures", u32::try_from(failures).ok())
            .map(Some)
    }

    /// Stops a schedule for good: it starts again only when somebody sets it anew.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn stop_schedule(
        &self,
        permit: Permit<RunJob>,
        source: SourceId,
        why: StopReason,
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        self.execute(
            "UPDATE source_schedule SET stopped_at = clock_timestamp(), stopped_why = $3, next_at = NULL
             WHERE tenant_id = $1 AND source_id = $2",
            [
                self.tenant().as_uuid().into(),
                source.as_uuid().into(),
                why.as_str().into(),
            ],
        )
        .await
        .map(|_| ())
    }
}

const fn at(source: SourceId) -> At<SourceId> {
    At {
        table: "source_schedule",
        row: source,
    }
}

fn read(row: &QueryResult) -> Result<Schedule, StoreError> {
    let source = SourceId::from(row.try_get::<Uuid>("", "source_id")?);
    let at = at(source);
    let every: String = row.try_get("", "every")?;
    let failures: i32 = row.try_get("", "failures")?;
    let failure = match row.try_get::<Option<String>>("", "failure_code")? {
        None => None,
        Some(code) => Some(LookFailure {
            code,
            text: row.try_get("", "failure_text")?,
            at: row.try_get("", "failed_at")?,
        }),
    };
    let seen: Option<Vec<u8>> = row.try_get("", "seen_sha256")?;
    let seen = seen.map(|bytes| Digest::try_from(bytes.as_slice()));
    let why: Option<String> = row.try_get("", "stopped_why")?;
    let label: Option<String> = row.try_get("", "email")?;
    Ok(Schedule {
        source,
        every: at.need("every", Cadence::parse(&every))?,
        url: row.try_get("", "url")?,
        set_by: row.try_get::<Uuid>("", "set_by")?.into(),
        set_by_label: label.unwrap_or_default(),
        set_at: row.try_get("", "set_at")?,
        next_at: row.try_get("", "next_at")?,
        last_looked_at: row.try_get("", "last_looked_at")?,
        seen: seen.transpose().map_err(|_| at.unreadable("seen_sha256"))?,
        etag: row.try_get("", "etag")?,
        failures: at.need("failures", u32::try_from(failures).ok())?,
        failure,
        is_stopped: why.is_some(),
        stopped: match why {
            Some(why) => Some(at.need("stopped_why", StopReason::parse(&why))?),
            None => lacking(row)?,
        },
    })
}

/// What whoever set it lacks today to go on.
fn lacking(row: &QueryResult) -> Result<Option<StopReason>, StoreError> {
    if row.try_get("", "gone")? {
        return Ok(Some(StopReason::MemberLeft));
    }
    let role: String = row.try_get("", "role")?;
    let may = Role::parse(&role).is_some_and(|role| allows(role, ActionName::ImportSource));
    Ok((!may).then_some(StopReason::RoleLost))
}
