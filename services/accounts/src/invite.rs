//! Inviting somebody, and taking an invitation back.

use countersign_access::{ActionName, ManageMembers, TenantScope};
use countersign_domain::{
    Timestamp,
    id::InvitationId,
    name::Email,
    record::{Act, Record},
    role::Role,
    secret::Secret,
};
use countersign_store::invitations::{NewInvitation, OpenInvitation};

use crate::{
    accounts::Accounts,
    rules::{self, MemberError},
    token,
};

/// An invitation is good for seven days.
const LIFETIME_SECONDS: u32 = 7 * 24 * 60 * 60;

/// Who is invited to what.
#[derive(Clone, Debug)]
pub struct Invite {
    /// Who.
    pub email: Email,
    /// To what.
    pub role: Role,
}

/// An invitation, to be handed to whom it is for.
pub struct Invited {
    /// Its id.
    pub id: InvitationId,
    /// For the link; it is kept nowhere else.
    pub token: Secret,
    /// When it is over.
    pub expires_at: Timestamp,
}

impl Accounts {
    /// Invites somebody. An earlier invitation to the same address is taken back.
    ///
    /// # Errors
    /// When the role does not allow it, or they are a member already.
    pub async fn invite(&self, scope: &TenantScope, cmd: Invite) -> Result<Invited, MemberError> {
        let permit = scope.allow(ManageMembers)?;
        let tx = self.store.begin(scope).await?;
        let members = tx.members_locked().await?;
        let invited_by = rules::invite(&members, scope.member(), &cmd.email, cmd.role)?;
        let token = token::new(&self.world);
        let new = NewInvitation {
            id: self.world.id(),
            email: cmd.email,
            role: cmd.role,
            digest: token::digest(token.expose()),
            invited_by,
            lifetime_seconds: LIFETIME_SECONDS,
        };
        let expires_at = tx.insert_invitation(permit, &new).await?;
        let who = scope.who();
        // Nobody else hands the link over: the trail says who has had it in their hands.
        let shown_to = who.person_label.clone();
        let record = Record::new(&self.world, tx.tenant(), Act::MemberInvited, who)
            .with("invitation", new.id.to_string())
            .with("link_shown_to", shown_to)
            .with("email", new.email.as_str())
            .with("role", new.role.as_str());
        tx.append_record(&record).await?;
        tx.commit().await?;
        Ok(Invited {
            id: new.id,
            token,
            expires_at,
        })
    }

    /// Lists the invitations that can still be used.
    ///
    /// # Errors
    /// When the role does not allow it.
    pub async fn invitations(
        &self,
        scope: &TenantScope,
    ) -> Result<Vec<OpenInvitation>, MemberError> {
        let listed = self.listed_invitations(scope).await;
        listed.map(|(invitations, _)| invitations)
    }

    /// Lists them, and says how many are left out, as another version of the server wrote what this one
    /// cannot read.
    ///
    /// # Errors
    /// When the role does not allow it.
    pub async fn listed_invitations(
        &self,
        scope: &TenantScope,
    ) -> Result<(Vec<OpenInvitation>, usize), MemberError> {
        scope.check(ActionName::ManageMembers)?;
        let tx = self.store.begin(scope).await?;
        let invitations = tx.open_invitations().await?;
        Ok((invitations, tx.left_out()))
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// When the role does not allow it, or it can no longer be used anyway.
    pub async fn revoke_invitation(
        &self,
        scope: &TenantScope,
        invitation: InvitationId,
    ) -> Result<(), MemberError> {
        let permit = scope.allow(ManageMembers)?;
        let tx = self.store.begin(scope).await?;
        let revoked = tx.revoke_invitation(permit, invitation).await?;
        let (email, role) = revoked.ok_or(MemberError::NotFound)?;
        let (tenant, who) = (tx.tenant(), scope.who());
        let record = Record::new(&self.world, tenant, Act::InvitationRevoked, who)
            .with("invitation", invitation.to_string())
            .with("email", email.as_str())
            .with("role", role.as_str());
        tx.append_record(&record).await?;
        Ok(tx.commit().await?)
    }
}
