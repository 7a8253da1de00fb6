//! The agents that are connected, and disconnecting one.

use countersign_access::ActionName;
use countersign_domain::id::GrantId;
use countersign_edge::{Form, NoFields, Routes, WhoMay};
use countersign_oauth_server::GrantView;

use crate::{
    answer::{Answer, done},
    frame::Here,
    inert::Inert,
    notice::Done,
    parts::{Badge, When},
};

pub(crate) fn routes() -> Routes {
    // One's own agents may always be disconnected; the service knows whose it is.
    Routes::new().post(
        "/t/{tenant}/grants/{grant}/revoke",
        WhoMay::Member(ActionName::ReadTenant),
        revoke,
    )
}

/// One connected agent.
pub(crate) struct GrantRow {
    pub(crate) id: String,
    pub(crate) client: Inert,
    pub(crate) host: Inert,
    pub(crate) member: Inert,
    pub(crate) scopes: Vec<Badge>,
    pub(crate) since: When,
    pub(crate) last: Option<When>,
    pub(crate) ends: When,
    pub(crate) can_call: bool,
    pub(crate) may_revoke: bool,
}

impl GrantRow {
    pub(crate) fn new(grant: &GrantView) -> Self {
        Self {
            id: grant.id.to_string(),
            client: Inert::new(&grant.client_name),
            host: Inert::new(&grant.client_host),
            member: Inert::new(&grant.member_label),
            scopes: grant.scopes.iter().copied().map(Badge::class).collect(),
            since: When::new(grant.created_at),
            last: grant.last_token_at.map(When::new),
            ends: When::new(grant.expires_at),
            can_call: grant.can_call,
            may_revoke: grant.may_revoke,
        }
    }
}

async fn revoke(here: Here, _form: Form<NoFields>) -> Answer {
    let id: GrantId = here.part("grant")?;
    let grants = &here.services().grants;
    let all = grants.list(here.scope()).await?;
    grants.revoke(here.scope(), id).await?;
    let endpoint = all.iter().find(|grant| grant.id == id);
    let to = endpoint.map_or_else(
        || here.path("/endpoints"),
        |grant| here.path(&format!("/endpoints/{}", grant.endpoint_slug)),
    );
    done(&to, Done::AgentRevoked)
}
