//! Sessions: signed-in browsers, known by the digest of a token that only the browser has.
//!
//! Whether a session lives is decided by database time, in the query that finds it.

use countersign_access::{Actor, Membership, TenantScope};
use countersign_domain::{
    digest::Digest,
    id::{MemberId, PersonId, SessionId, TenantId},
    name::{Email, Slug},
    record::Who,
    role::Role,
};
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::{StoreError, SystemTx, row::At};

/// How long a session lives.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// Without a request.
    pub idle_seconds: u32,
    /// In all.
    pub absolute_seconds: u32,
}

/// A browser that has just signed in.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub person: PersonId,
    /// The digest of its token.
    pub digest: Digest,
    /// What the browser calls itself.
    pub user_agent: String,
}

/// A session that lives.
#[derive(Clone, Debug)]
pub struct LiveSession {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub person: PersonId,
    /// Their address.
    pub email: Email,
}

/// One tenant of a person.
#[derive(Clone, Debug)]
pub struct TenantOf {
    /// Its id.
    pub id: TenantId,
    /// Its part of our URLs.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// The membership.
    pub member: MemberId,
    /// The person.
    pub person: PersonId,
    /// Their address.
    pub email: Email,
    /// What the person is there.
    pub role: Role,
}

impl TenantOf {
    /// Who the tenant's log names for what the person does.
    #[must_use]
    pub fn who(&self) -> Who {
        Who {
            person: Some(self.person),
            member: Some(self.member),
            person_label: self.email.to_string(),
            ..Who::default()
        }
    }
}

/// What makes a session live, for `s` joined with `p`; $2 is the idle limit.
const LIVE: &str = "s.revoked_at IS NULL AND s.expires_at > clock_timestamp()
    AND s.last_seen_at > clock_timestamp() - make_interval(secs => $2)";

impl SystemTx {
    /// Writes down a new session.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert_session(
        &self,
        new: &NewSession,
        lifetimes: Lifetimes,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO session (id, person_id, digest, created_at, last_seen_at, expires_at, user_agent)
             VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp(),
                 clock_timestamp() + make_interval(secs => $4), $5)",
            [
                new.id.as_uuid().into(),
                new.person.as_uuid().into(),
                new.digest.as_bytes().to_vec().into(),
                f64::from(lifetimes.absolute_seconds).into(),
                new.user_agent.clone().into(),
            ],
        )
        .await
        .map(|_| ())
    }

    /// Finds a live session by the digest of its token, and notes at most once a minute that it
    /// was seen.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn session_seen(
        &self,
        digest: &Digest,
        lifetimes: Lifetimes,
    ) -> Result<Option<LiveSession>, StoreError> {
        let sql = format!(
            "SELECT s.id, s.person_id, p.email,
                 s.last_seen_at < clock_timestamp() - interval '1 minute' AS old
             FROM session s JOIN person p ON p.id = s.person_id WHERE s.digest = $1 AND {LIVE}"
        );
        let values = [
            digest.as_bytes().to_vec().into(),
            f64::from(lifetimes.idle_seconds).into(),
        ];
        let Some(row) = self.row(&sql, values).await? else {
            return Ok(None);
        };
        let session = read_session(&row)?;
        if row.try_get("", "old")? {
            self.execute(
                "UPDATE session SET last_seen_at = clock_timestamp()
                 WHERE id = $1 AND last_seen_at < clock_timestamp() - interval '1 minute'",
                [session.id.as_uuid().into()],
            )
            .await?;
        }
        Ok(Some(session))
    }

    /// Finds a live session by its id.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn session(
        &self,
        id: SessionId,
        lifetimes: Lifetimes,
    ) -> Result<Option<LiveSession>, StoreError> {
        let sql = format!(
            "SELECT s.id, s.person_id, p.email FROM session s JOIN person p ON p.id = s.person_id
             WHERE s.id = $1 AND {LIVE}"
        );
        let values = [
            id.as_uuid().into(),
            f64::from(lifetimes.idle_seconds).into(),
        ];
        let row = self.row(&sql, values).await?;
        row.as_ref().map(read_session).transpose()
    }

    /// Ends a session. Says whose it was, if it was not over already.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn revoke_session(&self, id: SessionId) -> Result<Option<PersonId>, StoreError> {
        let row = self
            .row(
                "UPDATE session SET revoked_at = clock_timestamp()
                 WHERE id = $1 AND revoked_at IS NULL RETURNING person_id",
                [id.as_uuid().into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let person: Uuid = row.try_get("", "person_id")?;
        Ok(Some(person.into()))
    }

    /// Lists the tenants that somebody is a member of now, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tenants_of(&self, person: PersonId) -> Result<Vec<TenantOf>, StoreError> {
        let rows = self
            .rows(
                "SELECT t.id AS tenant_id, t.slug, t.name, m.id, m.role, p.id AS person_id, p.email
                 FROM member m JOIN tenant t ON t.id = m.tenant_id JOIN person p ON p.id = m.person_id
                 WHERE m.person_id = $1 AND m.removed_at IS NULL ORDER BY t.name, t.slug",
                [person.as_uuid().into()],
            )
            .await?;
        rows.iter().map(read_tenant).collect()
    }

    /// Lets the person of a live session into one tenant: the authority is what the rows say at
    /// this moment. `None` for a tenant that is not there and for one that is not theirs.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn enter(
        &self,
        session: SessionId,
        tenant: &Slug,
        lifetimes: Lifetimes,
    ) -> Result<Option<TenantScope>, StoreError> {
        let sql = format!(
            "SELECT t.id AS tenant_id, t.slug, t.name, m.id, m.role, p.id AS person_id, p.email
             FROM session s JOIN person p ON p.id = s.person_id
             JOIN member m ON m.person_id = p.id AND m.removed_at IS NULL
             JOIN tenant t ON t.id = m.tenant_id
             WHERE s.id = $1 AND t.slug = $3 AND {LIVE}"
        );
        let values = [
            session.as_uuid().into(),
            f64::from(lifetimes.idle_seconds).into(),
            tenant.as_str().into(),
        ];
        let Some(row) = self.row(&sql, values).await? else {
            return Ok(None);
        };
        let found = read_tenant(&row)?;
        Ok(Some(TenantScope::authenticated(Membership {
            tenant: found.id,
            actor: Actor::Member {
                member: found.member,
                person: found.person,
                label: found.email.to_string(),
                role: found.role,
            },
        })))
    }
}

fn read_session(row: &QueryResult) -> Result<LiveSession, StoreError> {
    let id = SessionId::from(row.try_get::<Uuid>("", "id")?);
    let person = PersonId::from(row.try_get::<Uuid>("", "person_id")?);
    Ok(LiveSession {
        id,
        person,
        email: read_email(row, person)?,
    })
}

fn read_tenant(row: &QueryResult) -> Result<TenantOf, StoreError> {
    let id = TenantId::from(row.try_get::<Uuid>("", "tenant_id")?);
    let person = PersonId::from(row.try_get::<Uuid>("", "person_id")?);
    let at = At {
        table: "tenant",
        row: id,
    };
    let slug: String = row.try_get("", "slug")?;
    let role: String = row.try_get("", "role")?;
    Ok(TenantOf {
        id,
        slug: at.need("slug", slug.parse().ok())?,
        name: row.try_get("", "name")?,
        member: row.try_get::<Uuid>("", "id")?.into(),
        person,
        email: read_email(row, person)?,
        role: at.need("role", Role::parse(&role))?,
    })
}

pub(crate) fn read_email(row: &QueryResult, person: PersonId) -> Result<Email, StoreError> {
    let text: String = row.try_get("", "email")?;
    let at = At {
        table: "person",
        row: person,
    };
    at.need("email", text.parse().ok())
}
