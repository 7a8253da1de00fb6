//! Removing a member, once it has been said what falls with them.

use actix_web::http::StatusCode;
use askama::Template;
use countersign_access::ActionName;
use countersign_accounts::{KeptMember, RemoveMember};
use countersign_domain::id::MemberId;
use countersign_edge::{Form, Problem, Routes, WhoMay};
use countersign_oauth_server::GrantView;

use crate::{
    answer::{Answer, done, page, page_with},
    field::sentence,
    frame::{Frame, Here, Section},
    inert::Inert,
    notice::Done,
    pages::{
        members::mendable,
        removal::{Removal, RemovalForm},
    },
    parts::LeftOut,
};

pub(crate) fn routes() -> Routes {
    let manage = WhoMay::Member(ActionName::ManageMembers);
    Routes::new()
        .get("/t/{tenant}/members/{member}/remove", manage, show)
        .post("/t/{tenant}/members/{member}/remove", manage, remove)
}

#[derive(Template)]
#[template(path = "pages/member_removal.html")]
pub(crate) struct MemberRemovalPage {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) email: Inert,
    pub(crate) role: Inert,
    pub(crate) own: bool,
    /// Their agents: what each calls itself, and at which endpoint.
    pub(crate) agents: Vec<(Inert, Inert)>,
    pub(crate) left_out: LeftOut,
    pub(crate) removal: Removal,
    pub(crate) error: Option<String>,
}

impl MemberRemovalPage {
    pub(crate) fn new(
        (frame, base): (Frame, String),
        member: &KeptMember,
        (viewer, agents): (Option<MemberId>, &[GrantView]),
    ) -> Self {
        let email = Inert::new(&member.email);
        let to = format!("{base}/members/{}/remove", member.id);
        let theirs = agents.iter().filter(|agent| agent.member == member.id);
        Self {
            role: Inert::new(&member.role),
            own: viewer == Some(member.id),
            agents: theirs
                .map(|one| (Inert::new(&one.client_name), Inert::new(&one.endpoint_name)))
                .collect(),
            removal: Removal::new(&frame, to, &email),
            error: None,
            left_out: LeftOut::agents(0),
            frame,
            base,
            email,
        }
    }

    async fn load(here: &Here) -> Result<(Self, MemberId), Problem> {
        let id: MemberId = here.part("member")?;
        let members = here.services().accounts.members(here.scope()).await?;
        let readable = members.all.into_iter().map(KeptMember::from);
        let mut all = readable.chain(members.unreadable);
        let member = all.find(|member| member.id == id);
        let member = member.ok_or_else(Problem::not_found)?;
        let (agents, left_out) = here.services().grants.listed(here.scope()).await?;
        let around = (
            here.frame("Remove a member", Section::Members),
            here.path(""),
        );
        let mut drawn = Self::new(around, &member, (here.scope().member(), &agents));
        drawn.left_out = LeftOut::agents(left_out);
        Ok((drawn, id))
    }
}

async fn show(here: Here) -> Answer {
    page(&MemberRemovalPage::load(&here).await?.0)
}

async fn remove(here: Here, Form(form): Form<RemovalForm>) -> Answer {
    let (mut drawn, member) = MemberRemovalPage::load(&here).await?;
    let Some(reason) = drawn.removal.read(form) else {
        return page_with(StatusCode::BAD_REQUEST, &drawn);
    };
    let accounts = &here.services().accounts;
    let command = RemoveMember { member, reason };
    match accounts.remove_member(here.scope(), command).await {
        Ok(()) => done(&here.path("/members"), Done::MemberRemoved),
        Err(error) => {
            drawn.error = Some(sentence(&mendable(error)?.to_string()));
            page_with(StatusCode::CONFLICT, &drawn)
        }
    }
}
