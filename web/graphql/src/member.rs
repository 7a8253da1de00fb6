//! Members and invitations.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use countersign_accounts::{self as accounts, ChangeRole, Invite, RemoveMember};

use crate::{
    api::CALL,
    context::{ContextExt as _, enter},
    fault::{given, id, known, to_graphql},
    query::Role,
    scalar::Moment,
};

/// A person in a tenant.
#[derive(SimpleObject)]
pub(crate) struct Member {
    /// Names the membership.
    id: ID,
    /// The person's address.
    email: String,
    /// What they are.
    role: Role,
    /// Since when.
    joined_at: Moment,
}

/// An invitation that can still be used. Its link was shown once, to whoever sent it.
#[derive(SimpleObject)]
pub(crate) struct Invitation {
    /// Names it.
    id: ID,
    /// Who may use it.
    email: String,
    /// What they become.
    role: Role,
    /// Who sent it.
    invited_by: String,
    /// When.
    created_at: Moment,
    /// When it is over.
    expires_at: Moment,
}

/// A new invitation.
#[derive(SimpleObject)]
struct Invited {
    /// Names it.
    id: ID,
    /// The path to hand to whom it is for. Shown now and never again.
    path: String,
    /// When it is over.
    expires_at: Moment,
}

/// Who is invited to what.
#[derive(InputObject)]
struct InviteMemberInput {
    /// Who.
    email: String,
    /// What they become.
    role: Role,
}

/// Changes to members.
#[derive(Default)]
pub(crate) struct MemberMutations;

#[Object]
impl MemberMutations {
    /// Invites somebody. An earlier invitation to the same address is taken back.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn invite_member(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        input: InviteMemberInput,
    ) -> Result<Invited> {
        let caller = enter(ctx, &tenant).await?;
        let invite = Invite {
            email: given("email", &input.email)?,
            role: input.role.into(),
        };
        let accounts = &ctx.services().accounts;
        let invited = accounts.invite(&caller.scope, invite).await;
        let invited = invited.map_err(to_graphql)?;
        Ok(Invited {
            id: id(invited.id),
            path: format!("/invitations/{}", invited.token.expose()),
            expires_at: invited.expires_at.into(),
        })
    }

    /// Takes an invitation back. Returns its id.
    #[graphql(complexity = "CALL")]
    async fn revoke_invitation(&self, ctx: &Context<'_>, tenant: String, id: ID) -> Result<ID> {
        let caller = enter(ctx, &tenant).await?;
        let (accounts, invitation) = (&ctx.services().accounts, known(&id)?);
        let revoked = accounts.revoke_invitation(&caller.scope, invitation).await;
        revoked.map(|()| id).map_err(to_graphql)
    }

    /// Gives a member another role, from their next request on. Returns the members.
    #[graphql(complexity = "2 * CALL + 10 * child_complexity")]
    async fn change_role(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        member: ID,
        role: Role,
    ) -> Result<Vec<Member>> {
        let caller = enter(ctx, &tenant).await?;
        let change = ChangeRole {
            member: known(&member)?,
            role: role.into(),
        };
        let accounts = &ctx.services().accounts;
        let changed = accounts.change_role(&caller.scope, change).await;
        changed.map_err(to_graphql)?;
        // Whoever changed their own role asks as what they are now.
        let caller = enter(ctx, &tenant).await?;
        crate::tenant::rows(accounts.members(&caller.scope).await.map(|found| found.all))
    }

    /// Removes a member, from their next request on; their agents lose access too. Returns the
    /// membership's id.
    #[graphql(complexity = "CALL")]
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        member: ID,
        reason: String,
    ) -> Result<ID> {
        let caller = enter(ctx, &tenant).await?;
        let remove = RemoveMember {
            member: known(&member)?,
            reason: given("reason", &reason)?,
        };
        let accounts = &ctx.services().accounts;
        let removed = accounts.remove_member(&caller.scope, remove).await;
        removed.map(|()| member).map_err(to_graphql)
    }
}

impl From<accounts::Member> for Member {
    fn from(member: accounts::Member) -> Self {
        Self {
            id: id(member.id),
            email: member.email.to_string(),
            role: member.role.into(),
            joined_at: member.created_at.into(),
        }
    }
}

impl From<accounts::OpenInvitation> for Invitation {
    fn from(invitation: accounts::OpenInvitation) -> Self {
        Self {
            id: id(invitation.id),
            email: invitation.email.to_string(),
            role: invitation.role.into(),
            invited_by: invitation.invited_by,
            created_at: invitation.created_at.into(),
            expires_at: invitation.expires_at.into(),
        }
    }
}
