//! The members of a tenant.

use countersign_access::{Actor, ManageMembers, Permit};
use countersign_domain::{
    Timestamp,
    id::{MemberId, PersonId, TenantId},
    name::Email,
    role::Role,
};
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::{StoreError, SystemTx, TenantTx, row::At, sessions::read_email};

/// The constraint that refuses to make somebody a member twice.
pub const ALREADY_MEMBER: &str = "member_person_unique";

/// A member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The membership.
    pub id: MemberId,
    /// The person.
    pub person: PersonId,
    /// Their address.
    pub email: Email,
    /// What they are.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
}

/// A member in the words that are kept, which this version of the server need not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMember {
    /// The membership.
    pub id: MemberId,
    /// Their address, as it is kept.
    pub email: String,
    /// Their role, as it is kept.
    pub role: String,
}

impl From<Member> for KeptMember {
    fn from(member: Member) -> Self {
        Self {
            id: member.id,
            email: member.email.to_string(),
            role: member.role.as_str().to_owned(),
        }
    }
}

/// Somebody who becomes a member.
#[derive(Clone, Copy, Debug)]
pub struct NewMember {
    /// Of which tenant.
    pub tenant: TenantId,
    /// The membership.
    pub id: MemberId,
    /// The person.
    pub person: PersonId,
    /// What they become.
    pub role: Role,
}

const SELECT: &str = "SELECT m.id, m.person_id, p.email, m.role, m.created_at
    FROM member m JOIN person p ON p.id = m.person_id
    WHERE m.tenant_id = $1 AND m.removed_at IS NULL";

impl SystemTx {
    /// Makes somebody a member, at sign-up or by an invitation used up in this transaction.
    ///
    /// # Errors
    /// A conflict with [`ALREADY_MEMBER`].
    pub async fn insert_member(&self, new: &NewMember) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO member (tenant_id, id, person_id, role, created_at, role_since)
             VALUES ($1, $2, $3, $4, clock_timestamp(), clock_timestamp())",
            [
                new.tenant.as_uuid().into(),
                new.id.as_uuid().into(),
                new.person.as_uuid().into(),
                new.role.as_str().into(),
            ],
        )
        .await
        .map(|_| ())
    }
}

impl TenantTx {
    /// Requires that a member is what they were when they were let in. What agents and jobs may do
    /// rests on rows of their own, which are read where it is done.
    pub(crate) async fn require_unchanged(&self, actor: &Actor) -> Result<(), StoreError> {
        let Actor::Member { member, role, .. } = actor else {
            return Ok(());
        };
        let row = self
            .row(
                "SELECT 1 FROM member
                 WHERE tenant_id = $1 AND id = $2 AND role = $3 AND removed_at IS NULL",
                [
                    self.tenant().as_uuid().into(),
                    member.as_uuid().into(),
                    role.as_str().into(),
                ],
            )
            .await?;
        row.map(drop).ok_or(StoreError::MembershipChanged)
    }

    /// Lists the members that can be read, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn members(&self) -> Result<Vec<Member>, StoreError> {
        let sql = format!("{SELECT} ORDER BY m.created_at, m.id");
        let rows = self.rows(&sql, [self.tenant().as_uuid().into()]).await?;
        self.readable(&rows, read)
    }

    /// Lists the members that cannot be read, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unreadable_members(&self) -> Result<Vec<KeptMember>, StoreError> {
        let sql = format!("{SELECT} ORDER BY m.created_at, m.id");
        let rows = self.rows(&sql, [self.tenant().as_uuid().into()]).await?;
        let unreadable = rows
            .iter()
            .filter(|row| matches!(read(row), Err(StoreError::Unreadable { .. })));
        let unreadable = unreadable.map(|row| {
            Ok(KeptMember {
                id: row.try_get::<Uuid>("", "id")?.into(),
                email: row.try_get("", "email")?,
                role: row.try_get("", "role")?,
            })
        });
        unreadable.collect()
    }

    /// Lists the members that can be read and keeps all as they are until this transaction ends, so
    /// that two owners cannot each rely on the other while both go.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn members_locked(&self) -> Result<Vec<Member>, StoreError> {
        let sql = format!("{SELECT} ORDER BY m.id FOR NO KEY UPDATE OF m");
        let rows = self.rows(&sql, [self.tenant().as_uuid().into()]).await?;
        self.readable(&rows, read)
    }

    /// Gives a member another role, and takes back the invitations they had sent under the old.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such member.
    pub async fn change_role(
        &self,
        permit: Permit<ManageMembers>,
        member: MemberId,
        role: Role,
    ) -> Result<(), StoreError> {
        self.used(permit)?;
        let changed = self
            .execute(
                "UPDATE member SET role = $3,
                     role_since = CASE WHEN role = $3 THEN role_since ELSE clock_timestamp() END
                 WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL",
                [
                    self.tenant().as_uuid().into(),
                    member.as_uuid().into(),
                    role.as_str().into(),
                ],
            )
            .await?;
        self.take_back_invitations_of(member).await?;
        found(changed)
    }

    /// Removes a member, revokes every grant their agents had, and takes back the invitations
    /// they had sent. Returns how many grants that were.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such member.
    pub async fn remove_member(
        &self,
        permit: Permit<ManageMembers>,
        member: MemberId,
    ) -> Result<u64, StoreError> {
        self.used(permit)?;
        let key = || [self.tenant().as_uuid().into(), member.as_uuid().into()];
        let removed = self
            .execute(
                "UPDATE member SET removed_at = clock_timestamp()
                 WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL",
                key(),
            )
            .await?;
        found(removed)?;
        self.take_back_invitations_of(member).await?;
        let grants = self
            .execute(
                "UPDATE oauth_grant SET revoked_at = clock_timestamp(), revoke_reason = 'member_removed'
                 WHERE tenant_id = $1 AND member_id = $2 AND revoked_at IS NULL",
                key(),
            )
            .await?;
        self.execute(
            "UPDATE oauth_access_token t SET revoked_at = clock_timestamp() FROM oauth_grant g
             WHERE t.tenant_id = $1 AND g.tenant_id = $1 AND g.id = t.grant_id
               AND g.member_id = $2 AND t.revoked_at IS NULL",
            key(),
        )
        .await?;
        Ok(grants)
    }

    async fn take_back_invitations_of(&self, member: MemberId) -> Result<(), StoreError> {
        self.execute(
            "UPDATE invitation SET revoked_at = clock_timestamp()
             WHERE tenant_id = $1 AND invited_by = $2 AND consumed_at IS NULL AND revoked_at IS NULL",
            [self.tenant().as_uuid().into(), member.as_uuid().into()],
        )
        .await
        .map(|_| ())
    }
}

fn found(rows: u64) -> Result<(), StoreError> {
    if rows == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

fn read(row: &QueryResult) -> Result<Member, StoreError> {
    let id = MemberId::from(row.try_get::<Uuid>("", "id")?);
    let person = PersonId::from(row.try_get::<Uuid>("", "person_id")?);
    let at = At {
        table: "member",
        row: id,
    };
    let role: String = row.try_get("", "role")?;
    Ok(Member {
        id,
        person,
        email: read_email(row, person)?,
        role: at.need("role", Role::parse(&role))?,
        created_at: row.try_get("", "created_at")?,
    })
}
