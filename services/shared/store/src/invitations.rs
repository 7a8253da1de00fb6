//! Invitations: single use, bound to one tenant and one address, known by a digest only.

use countersign_access::{ManageMembers, Permit};
use countersign_domain::{
    Timestamp,
    digest::Digest,
    id::{InvitationId, MemberId, TenantId},
    name::{Email, Slug},
    role::Role,
};
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::{StoreError, SystemTx, TenantTx, row::At};

/// An invitation to be sent.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// Its id.
    pub id: InvitationId,
    /// Who may use it.
    pub email: Email,
    /// What they become.
    pub role: Role,
    /// The digest of its token.
    pub digest: Digest,
    /// Who sends it.
    pub invited_by: MemberId,
    /// How long it is good for.
    pub lifetime_seconds: u32,
}

/// An invitation that can still be used.
#[derive(Clone, Debug)]
pub struct OpenInvitation {
    /// Its id.
    pub id: InvitationId,
    /// Who may use it.
    pub email: Email,
    /// What they become.
    pub role: Role,
    /// Who sent it.
    pub invited_by: String,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
}

/// What the holder of an invitation may know of it.
#[derive(Clone, Debug)]
pub struct FoundInvitation {
    /// Its id.
    pub id: InvitationId,
    /// Which tenant it leads to.
    pub tenant: TenantId,
    /// That tenant's part of our URLs.
    pub tenant_slug: Slug,
    /// That tenant's name.
    pub tenant_name: String,
    /// Who may use it.
    pub email: Email,
    /// What they become.
    pub role: Role,
}

/// An invitation that has just been used up.
#[derive(Clone, Debug)]
pub struct UsedInvitation {
    /// What it was to.
    pub invitation: FoundInvitation,
    /// The address of the member who sent it, and so has seen its link.
    pub invited_by: String,
}

impl TenantTx {
    /// Writes down an invitation; an earlier one to the same address is taken back.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn insert_invitation(
        &self,
        permit: Permit<ManageMembers>,
        new: &NewInvitation,
    ) -> Result<Timestamp, StoreError> {
        self.used(permit)?;
        self.execute(
            "UPDATE invitation SET revoked_at = clock_timestamp()
             WHERE tenant_id = $1 AND email = $2 AND consumed_at IS NULL AND revoked_at IS NULL",
            [self.tenant().as_uuid().into(), new.email.as_str().into()],
        )
        .await?;
        let row = self
            .row(
                "INSERT INTO invitation (tenant_id, id, email, role, digest, invited_by, created_at, expires_at)
                 VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp(),
                     clock_timestamp() + make_interval(secs => $7))
                 RETURNING expires_at",
                [
                    self.tenant().as_uuid().into(),
                    new.id.as_uuid().into(),
                    new.email.as_str().into(),
                    new.role.as_str().into(),
                    new.digest.as_bytes().to_vec().into(),
                    new.invited_by.as_uuid().into(),
                    f64::from(new.lifetime_seconds).into(),
                ],
            )
            .await?
            .ok_or(StoreError::NotFound)?;
        Ok(row.try_get("", "expires_at")?)
    }

    /// Lists the invitations that can still be used, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_invitations(&self) -> Result<Vec<OpenInvitation>, StoreError> {
        let rows = self
            .rows(
                "SELECT i.id, i.email, i.role, i.created_at, i.expires_at, p.email AS invited_by
                 FROM invitation i
                 JOIN member m ON m.tenant_id = i.tenant_id AND m.id = i.invited_by
                 JOIN person p ON p.id = m.person_id
                 WHERE i.tenant_id = $1 AND i.consumed_at IS NULL AND i.revoked_at IS NULL
                   AND i.expires_at > clock_timestamp()
                 ORDER BY i.created_at DESC, i.id",
                [self.tenant().as_uuid().into()],
            )
            .await?;
        self.readable(&rows, read_open)
    }

    /// Takes an invitation back that could still have been used. Says whose it was, and to what.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn revoke_invitation(
        &self,
        permit: Permit<ManageMembers>,
        id: InvitationId,
    ) -> Result<Option<(Email, Role)>, StoreError> {
        self.used(permit)?;
        let revoked = self
            .row(
                "UPDATE invitation SET revoked_at = clock_timestamp()
                 WHERE tenant_id = $1 AND id = $2 AND consumed_at IS NULL AND revoked_at IS NULL
                 RETURNING id, email, role",
                [self.tenant().as_uuid().into(), id.as_uuid().into()],
            )
            .await?;
        let read = |row: &QueryResult| Ok((read_email(row)?, read_role(row)?));
        revoked.as_ref().map(read).transpose()
    }
}

impl SystemTx {
    /// Finds an invitation that can still be used, by the digest of its token.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn invitation(&self, digest: &Digest) -> Result<Option<FoundInvitation>, StoreError> {
        let row = self
            .row(
                "SELECT i.id, i.tenant_id, t.slug, t.name, i.email, i.role
                 FROM invitation i JOIN tenant t ON t.id = i.tenant_id
                 WHERE i.digest = $1 AND i.consumed_at IS NULL AND i.revoked_at IS NULL
                   AND i.expires_at > clock_timestamp()",
                [digest.as_bytes().to_vec().into()],
            )
            .await?;
        row.as_ref().map(read_found).transpose()
    }

    /// Uses an invitation up, once; whoever comes second finds nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn use_invitation(
        &self,
        digest: &Digest,
    ) -> Result<Option<UsedInvitation>, StoreError> {
        let row = self
            .row(
                "UPDATE invitation i SET consumed_at = clock_timestamp()
                 FROM tenant t, member m JOIN person p ON p.id = m.person_id
                 WHERE t.id = i.tenant_id AND m.tenant_id = i.tenant_id AND m.id = i.invited_by
                   AND i.digest = $1
                   AND i.consumed_at IS NULL AND i.revoked_at IS NULL
                   AND i.expires_at > clock_timestamp()
                 RETURNING i.id, i.tenant_id, t.slug, t.name, i.email, i.role,
                     p.email AS invited_by",
                [digest.as_bytes().to_vec().into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(UsedInvitation {
            invitation: read_found(&row)?,
            invited_by: row.try_get("", "invited_by")?,
        }))
    }
}

fn at(row: &QueryResult) -> Result<At<InvitationId>, StoreError> {
    Ok(At {
        table: "invitation",
        row: row.try_get::<Uuid>("", "id")?.into(),
    })
}

fn read_email(row: &QueryResult) -> Result<Email, StoreError> {
    let text: String = row.try_get("", "email")?;
    at(row)?.need("email", text.parse().ok())
}

fn read_role(row: &QueryResult) -> Result<Role, StoreError> {
    let text: String = row.try_get("", "role")?;
    at(row)?.need("role", Role::parse(&text))
}

fn read_open(row: &QueryResult) -> Result<OpenInvitation, StoreError> {
    Ok(OpenInvitation {
        id: row.try_get::<Uuid>("", "id")?.into(),
        email: read_email(row)?,
        role: read_role(row)?,
        invited_by: row.try_get("", "invited_by")?,
        created_at: row.try_get("", "created_at")?,
        expires_at: row.try_get("", "expires_at")?,
    })
}

fn read_found(row: &QueryResult) -> Result<FoundInvitation, StoreError> {
    let slug: String = row.try_get("", "slug")?;
    Ok(FoundInvitation {
        id: row.try_get::<Uuid>("", "id")?.into(),
        tenant: row.try_get::<Uuid>("", "tenant_id")?.into(),
        tenant_slug: at(row)?.need("tenant", slug.parse().ok())?,
        tenant_name: row.try_get("", "name")?,
        email: read_email(row)?,
        role: read_role(row)?,
    })
}
