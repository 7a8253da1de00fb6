//! The top of what can be read.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use countersign_domain::role;
use countersign_edge::SignedInUser;

use crate::{
    api::CALL,
    context::{ContextExt as _, enter},
    fault::id,
    tenant::Tenant,
};

/// Everything that can be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query;

#[Object]
impl Query {
    /// Who is signed in.
    async fn viewer(&self, ctx: &Context<'_>) -> Viewer {
        Viewer::from(ctx.asker().user.as_ref())
    }

    /// A tenant that the viewer is a member of.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn tenant(&self, ctx: &Context<'_>, slug: String) -> Result<Tenant> {
        Ok(Tenant::new(enter(ctx, &slug).await?))
    }
}

/// The person who is signed in.
#[derive(SimpleObject)]
pub(crate) struct Viewer {
    /// Names them.
    id: ID,
    /// Their address.
    email: String,
    /// The tenants they are a member of.
    memberships: Vec<Membership>,
}

/// One tenant of a person.
#[derive(SimpleObject)]
struct Membership {
    /// The tenant's name in URLs.
    tenant: String,
    /// Its name for people.
    name: String,
    /// What the person is there.
    role: Role,
}

/// What a member is in a tenant.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "role::Role")]
pub(crate) enum Role {
    /// Everything, and the only one who can make owners.
    Owner,
    /// Everything but making owners.
    Admin,
    /// Turns high-risk tools on and countersigns calls.
    Reviewer,
    /// Imports APIs, makes endpoints, connects agents.
    Developer,
    /// Reads everything, changes nothing.
    Auditor,
}

impl From<&SignedInUser> for Viewer {
    fn from(user: &SignedInUser) -> Self {
        let memberships = user.memberships.iter().map(|membership| Membership {
            tenant: membership.tenant.to_string(),
            name: membership.name.clone(),
            role: membership.role.into(),
        });
        Self {
            id: id(user.person),
            email: user.email.to_string(),
            memberships: memberships.collect(),
        }
    }
}
