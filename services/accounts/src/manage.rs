//! The members of a tenant: seeing, changing and removing them.

use countersign_access::{ActionName, ManageMembers, TenantScope};
use countersign_domain::{
    event::Event,
    id::MemberId,
    name::Statement,
    record::{Act, Record},
    role::Role,
};
use countersign_store::{
    TenantTx,
    members::{KeptMember, Member},
};

use crate::{
    accounts::Accounts,
    rules::{self, MemberError},
};

/// Who gets which role.
#[derive(Clone, Copy, Debug)]
pub struct ChangeRole {
    /// Who.
    pub member: MemberId,
    /// Which.
    pub role: Role,
}

/// The members of a tenant.
#[derive(Clone, Debug)]
pub struct Members {
    /// Those that can be read.
    pub all: Vec<Member>,
    /// The others: another version of the server wrote what they are.
    pub unreadable: Vec<KeptMember>,
}

/// Who is removed.
#[derive(Clone, Debug)]
pub struct RemoveMember {
    /// Who.
    pub member: MemberId,
    /// Why.
    pub reason: Statement,
}

impl Accounts {
    /// Lists the members, oldest first.
    ///
    /// # Errors
    /// When the role does not allow it.
    pub async fn members(&self, scope: &TenantScope) -> Result<Members, MemberError> {
        scope.check(ActionName::ReadTenant)?;
        let tx = self.store.begin(scope).await?;
        Ok(Members {
            all: tx.members().await?,
            unreadable: tx.unreadable_members().await?,
        })
    }

    /// Gives a member another role, from their next request on.
    ///
    /// # Errors
    /// When the role does not allow it, or the tenant would be left without an owner.
    pub async fn change_role(
        &self,
        scope: &TenantScope,
        cmd: ChangeRole,
    ) -> Result<(), MemberError> {
        let permit = scope.allow(ManageMembers)?;
        let tx = self.store.begin(scope).await?;
        let members = tx.members_locked().await?;
        let target = rules::change(&members, scope.member(), cmd.member, Some(cmd.role))?;
        tx.change_role(permit, target.id, cmd.role).await?;
        let record = about(
            self,
            scope,
            Act::MemberChanged,
            (target.id, target.email.as_str()),
        )
        .with("from", target.role.as_str())
        .with("to", cmd.role.as_str());
        finish(tx, &record).await
    }

    /// Removes a member, from their next request on; what their agents were granted ends too. Whoever
    /// cannot be read may be more than this version knows, so only an owner removes them.
    ///
    /// # Errors
    /// When the role does not allow it, or the tenant would be left without an owner.
    pub async fn remove_member(
        &self,
        scope: &TenantScope,
        cmd: RemoveMember,
    ) -> Result<(), MemberError> {
        let permit = scope.allow(ManageMembers)?;
        let tx = self.store.begin(scope).await?;
        let members = tx.members_locked().await?;
        let mut unreadable = tx.unreadable_members().await?.into_iter();
        let target = match unreadable.find(|one| one.id == cmd.member) {
            Some(target) => rules::remove_unreadable(&members, scope.member()).map(|()| target)?,
            None => rules::change(&members, scope.member(), cmd.member, None)?.into(),
        };
        let grants = tx.remove_member(permit, target.id).await?;
        let record = about(self, scope, Act::MemberRemoved, (target.id, &target.email))
            .with("role", target.role)
            .with("grants_revoked", grants)
            .with("reason", cmd.reason.as_str());
        finish(tx, &record).await
    }
}

fn about(
    accounts: &Accounts,
    scope: &TenantScope,
    act: Act,
    (member, email): (MemberId, &str),
) -> Record {
    Record::new(&accounts.world, scope.tenant(), act, scope.who())
        .with("member", member.to_string())
        .with("email", email)
}

async fn finish(tx: TenantTx, record: &Record) -> Result<(), MemberError> {
    tx.append_record(record).await?;
    tx.publish(&Event::MembersChanged).await?;
    Ok(tx.commit().await?)
}
