//! The members of a tenant, and inviting more.

use actix_web::http::StatusCode;
use askama::Template;
use countersign_access::ActionName;
use countersign_accounts::{ChangeRole, Invite, Member, MemberError, Members, OpenInvitation};
use countersign_domain::{
    Fault as _, Kind,
    id::{InvitationId, MemberId},
    name::Email,
    role::Role,
};
use countersign_edge::{Form, NoFields, Problem, Routes, WhoMay};
use serde::Deserialize;

use crate::{
    answer::{Answer, done, page, page_with},
    field::{Field, sentence},
    frame::{Frame, Here, Section},
    inert::Inert,
    notice::Done,
    parts::{LeftOut, When},
};

pub(crate) fn routes() -> Routes {
    let manage = WhoMay::Member(ActionName::ManageMembers);
    Routes::new()
        .get(
            "/t/{tenant}/members",
            WhoMay::Member(ActionName::ReadTenant),
            list,
        )
        .post("/t/{tenant}/members/invite", manage, invite)
        .post("/t/{tenant}/members/{member}/role", manage, change_role)
        .post(
            "/t/{tenant}/invitations/{invitation}/revoke",
            manage,
            revoke_invitation,
        )
}

#[derive(Template)]
#[template(path = "pages/members.html")]
pub(crate) struct MembersPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) may_manage: bool,
    pub(crate) rows: Vec<MemberRow>,
    /// Members of whom no more than this is shown, as this version of the server cannot read them:
    /// the id and the address of each.
    pub(crate) unreadable: Vec<(String, Inert)>,
    pub(crate) invitations_left_out: LeftOut,
    pub(crate) invitations: Vec<InvitationRow>,
    pub(crate) email: Field,
    pub(crate) role: Field,
    pub(crate) link: Option<NewLink>,
    pub(crate) error: Option<String>,
}

/// The link of an invitation that was just made.
pub(crate) struct NewLink {
    pub(crate) email: String,
    pub(crate) link: String,
    pub(crate) until: When,
    /// An invitation for the same address was open.
    pub(crate) replaces: bool,
}

/// One member.
pub(crate) struct MemberRow {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) role: Role,
    pub(crate) since: When,
    pub(crate) own: bool,
}

impl MemberRow {
    /// Every role, and whether it is theirs.
    pub(crate) fn roles(&self) -> impl Iterator<Item = (&'static str, bool)> {
        let own = self.role;
        Role::ALL
            .into_iter()
            .map(move |role| (role.as_str(), role == own))
    }
}

/// One invitation that can still be used.
pub(crate) struct InvitationRow {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) role: &'static str,
    pub(crate) by: String,
    pub(crate) until: When,
}

/// What is said of roles in the list of them: as much as a phone shows while the list is closed.
const ROLES: [(Role, &str); 5] = [
    (Role::Reviewer, "reviewer: decides about risk"),
    (Role::Developer, "developer: imports and connects"),
    (Role::Admin, "admin: all but making owners"),
    (Role::Owner, "owner: everything"),
    (Role::Auditor, "auditor: reads, changes nothing"),
];
const ROLES_HINT: &str = "Reviewers turn high-risk tools on and countersign calls. \
    Developers import APIs, make endpoints and connect agents.";

impl MembersPage {
    pub(crate) fn new(
        (frame, base): (Frame, String),
        members: &Members,
        invitations: &[OpenInvitation],
        viewer: Option<MemberId>,
    ) -> Self {
        let row = |member: &Member| MemberRow {
            id: member.id.to_string(),
            email: member.email.to_string(),
            role: member.role,
            since: When::new(member.created_at),
            own: viewer == Some(member.id),
        };
        let open = |open: &OpenInvitation| InvitationRow {
            id: open.id.to_string(),
            email: open.email.to_string(),
            role: open.role.as_str(),
            by: open.invited_by.clone(),
            until: When::new(open.expires_at),
        };
        let roles = ROLES.map(|(role, says)| (role.as_str(), says));
        Self {
            frame,
            base,
            may_manage: false,
            rows: members.all.iter().map(row).collect(),
            unreadable: members
                .unreadable
                .iter()
                .map(|one| (one.id.to_string(), Inert::new(&one.email)))
                .collect(),
            invitations: invitations.iter().map(open).collect(),
            invitations_left_out: LeftOut::invitations(0),
            email: Field::email("email", "E-mail address"),
            role: Field::select("role", "Role", roles)
                .hint(ROLES_HINT)
                .value(Role::Reviewer.as_str()),
            link: None,
            error: None,
        }
    }

    async fn load(here: &Here) -> Result<Self, Problem> {
        let accounts = &here.services().accounts;
        let may_manage = here.may(ActionName::ManageMembers);
        let members = accounts.members(here.scope()).await?;
        let (invitations, left_out) = if may_manage {
            accounts.listed_invitations(here.scope()).await?
        } else {
            (Vec::new(), 0)
        };
        let around = (here.frame("Members", Section::Members), here.path(""));
        let mut drawn = Self::new(around, &members, &invitations, here.scope().member());
        drawn.may_manage = may_manage;
        drawn.invitations_left_out = LeftOut::invitations(left_out);
        Ok(drawn)
    }
}

async fn list(here: Here) -> Answer {
    page(&MembersPage::load(&here).await?)
}

#[derive(Deserialize)]
struct InviteForm {
    email: String,
    role: String,
}

async fn invite(here: Here, Form(form): Form<InviteForm>) -> Answer {
    let mut email = Field::email("email", "E-mail address").value(form.email);
    let role = Role::parse(&form.role).ok_or_else(wrong_role)?;
    let Some(address) = email.parse::<Email>() else {
        let mut drawn = MembersPage::load(&here).await?;
        drawn.email = email;
        drawn.role = drawn.role.value(role.as_str());
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let command = Invite {
        email: address.clone(),
        role,
    };
    let accounts = &here.services().accounts;
    let open = accounts.invitations(here.scope()).await?;
    let invited = match accounts.invite(here.scope(), command).await {
        Ok(invited) => invited,
        Err(error) => {
            email.wrong(mendable(error)?);
            let mut drawn = MembersPage::load(&here).await?;
            drawn.email = email;
            drawn.role = drawn.role.value(role.as_str());
            return page_with(StatusCode::CONFLICT, &drawn);
        }
    };
    // The one time that the link is shown: it is kept nowhere, so there is no page to go to.
    let mut drawn = MembersPage::load(&here).await?;
    let path = format!("/invitations/{}", invited.token.expose());
    drawn.link = Some(NewLink {
        email: address.to_string(),
        link: here.visit.link(&path),
        until: When::new(invited.expires_at),
        replaces: open.iter().any(|one| one.email == address),
    });
    page(&drawn)
}

fn wrong_role() -> Problem {
    Problem::invalid("invalid_form", "there is no such role")
}

pub(crate) fn mendable(error: MemberError) -> Result<MemberError, Problem> {
    if matches!(error.kind(), Kind::Conflict | Kind::Forbidden) {
        Ok(error)
    } else {
        Err(error.into())
    }
}

#[derive(Deserialize)]
struct RoleForm {
    role: String,
}

async fn change_role(here: Here, Form(form): Form<RoleForm>) -> Answer {
    let command = ChangeRole {
        member: here.part("member")?,
        role: Role::parse(&form.role).ok_or_else(wrong_role)?,
    };
    let changed = here.services().accounts.change_role(here.scope(), command);
    finish(&here, changed.await, Done::RoleChanged).await
}

async fn revoke_invitation(here: Here, _form: Form<NoFields>) -> Answer {
    let invitation: InvitationId = here.part("invitation")?;
    let accounts = &here.services().accounts;
    let revoked = accounts.revoke_invitation(here.scope(), invitation);
    finish(&here, revoked.await, Done::InvitationRevoked).await
}

async fn finish(here: &Here, result: Result<(), MemberError>, what: Done) -> Answer {
    let Err(error) = result else {
        return done(&here.path("/members"), what);
    };
    let error = mendable(error)?;
    let mut drawn = MembersPage::load(here).await?;
    drawn.error = Some(sentence(&error.to_string()));
    page_with(StatusCode::CONFLICT, &drawn)
}
