//! MCP endpoints, and the agents that are connected to them.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use countersign_access::TenantScope;
use countersign_oauth_server::GrantView;
use countersign_tool_registry::{
    CreateEndpoint, EndpointDetail, EndpointView, RemoveEndpoint, RenameEndpoint, SetEndpointTools,
};

use crate::{
    api::{CALL, LIST, page_price},
    context::{ContextExt as _, enter},
    fault::{given, id, known, named, to_graphql},
    scalar::Moment,
    tenant::{Environment, RiskClass},
    tool::{ToolFilter, ToolPage},
};

/// An MCP endpoint, in a list.
#[derive(SimpleObject)]
pub(crate) struct EndpointSummary {
    /// Names it.
    id: ID,
    /// Its name in URLs.
    slug: String,
    /// Its name for people.
    name: String,
    /// The environment its calls go to.
    environment: Environment,
    /// Tools that were chosen for it.
    tools: u64,
    /// Those that agents see.
    tools_on: u64,
}

/// An MCP endpoint.
pub(crate) struct Endpoint {
    scope: TenantScope,
    found: EndpointDetail,
}

impl Endpoint {
    pub(crate) const fn new(scope: TenantScope, found: EndpointDetail) -> Self {
        Self { scope, found }
    }
}

#[Object]
impl Endpoint {
    /// Names it.
    async fn id(&self) -> ID {
        id(self.found.endpoint.id)
    }

    /// Its name in URLs.
    async fn slug(&self) -> &str {
        self.found.endpoint.slug.as_str()
    }

    /// Its name for people.
    async fn name(&self) -> &str {
        &self.found.endpoint.name
    }

    /// The environment its calls go to.
    async fn environment(&self) -> Environment {
        self.found.environment.clone().into()
    }

    /// Since when.
    async fn created_at(&self) -> Moment {
        self.found.endpoint.created_at.into()
    }

    /// The tools that were chosen for it by name, also those that are off: at most `first` of those
    /// after the tool `after`.
    #[graphql(complexity = "page_price(first, child_complexity)")]
    #[expect(clippy::unused_async, reason = "the macro takes no other function")]
    async fn tools(
        &self,
        filter: Option<ToolFilter>,
        #[graphql(default = 50)] first: u32,
        after: Option<ID>,
    ) -> Result<ToolPage> {
        let (tools, filter) = (self.found.tools.clone(), filter.unwrap_or_default());
        ToolPage::cut(&self.scope, tools, &filter, (first, after.as_ref()))
    }

    /// The agents that are connected to it, newest first.
    #[graphql(complexity = "CALL + LIST * child_complexity")]
    async fn grants(&self, ctx: &Context<'_>) -> Result<Vec<Grant>> {
        let grants = ctx.services().grants.list(&self.scope).await;
        let here = self.found.endpoint.slug.as_str();
        let grants = grants.map_err(to_graphql)?.into_iter();
        Ok(grants
            .filter(|grant| grant.endpoint_slug == here)
            .map(Grant::from)
            .collect())
    }
}

/// One connected agent.
#[derive(SimpleObject)]
pub(crate) struct Grant {
    /// Names what was consented.
    id: ID,
    /// The agent.
    client: ID,
    /// What it calls itself: a claim, not a fact.
    client_name: String,
    /// The host it came from.
    client_host: String,
    /// The endpoint in URLs.
    endpoint: String,
    /// The member it acts for.
    member: ID,
    /// What to show for that member.
    member_label: String,
    /// The classes of tools it may call.
    scopes: Vec<RiskClass>,
    /// When consent was given.
    created_at: Moment,
    /// When the agent last fetched a token.
    last_token_at: Option<Moment>,
    /// When it ends if it is not used.
    expires_at: Moment,
    /// It can call: it is not switched off, and whoever it acts for may still connect agents.
    can_call: bool,
    /// The viewer may disconnect it.
    may_revoke: bool,
}

/// The wish for an endpoint.
#[derive(InputObject)]
struct CreateEndpointInput {
    /// Its name for people.
    name: String,
    /// Its name in the URL; made from the other when there is none.
    slug: Option<String>,
    /// The environment its calls go to.
    environment: ID,
    /// The tools that agents may see there once they are on.
    tools: Vec<ID>,
}

/// An endpoint that was made.
#[derive(SimpleObject)]
struct CreatedEndpoint {
    /// Names it.
    id: ID,
    /// Its name in URLs.
    slug: String,
    /// The path of its MCP URL.
    path: String,
}

/// Changes to endpoints and to who is connected.
#[derive(Default)]
pub(crate) struct EndpointMutations;

#[Object]
impl EndpointMutations {
    /// Makes an endpoint. Its URL stays its own for ever.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn create_endpoint(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        input: CreateEndpointInput,
    ) -> Result<CreatedEndpoint> {
        let caller = enter(ctx, &tenant).await?;
        let slug = input.slug.as_deref().map(|slug| given("slug", slug));
        let create = CreateEndpoint {
            name: given("name", &input.name)?,
            slug: slug.transpose()?,
            environment: known(&input.environment)?,
            tools: input.tools.iter().map(known).collect::<Result<_>>()?,
        };
        let registry = &ctx.services().registry;
        let made = registry.create_endpoint(&caller.scope, create).await;
        let made = made.map_err(to_graphql)?;
        Ok(CreatedEndpoint {
            id: id(made.id),
            path: format!("/mcp/{}/{}", caller.tenant, made.slug),
            slug: made.slug.into(),
        })
    }

    /// Makes these the tools of an endpoint, and no others. Being chosen turns nothing on.
    #[graphql(complexity = "2 * CALL + child_complexity")]
    async fn set_endpoint_tools(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        endpoint: String,
        tools: Vec<ID>,
    ) -> Result<Endpoint> {
        let caller = enter(ctx, &tenant).await?;
        let set = SetEndpointTools {
            endpoint: named(&endpoint)?,
            seen: None,
            tools: tools.iter().map(known).collect::<Result<_>>()?,
        };
        let (registry, slug) = (&ctx.services().registry, set.endpoint.clone());
        let done = registry.set_endpoint_tools(&caller.scope, set).await;
        done.map_err(to_graphql)?;
        let found = registry.endpoint(&caller.scope, &slug).await;
        Ok(Endpoint::new(caller.scope, found.map_err(to_graphql)?))
    }

    /// Gives an endpoint another name for people; its URL stays.
    #[graphql(complexity = "2 * CALL + child_complexity")]
    async fn rename_endpoint(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        endpoint: String,
        name: String,
    ) -> Result<Endpoint> {
        let caller = enter(ctx, &tenant).await?;
        let rename = RenameEndpoint {
            endpoint: named(&endpoint)?,
            name: given("name", &name)?,
        };
        let (registry, slug) = (&ctx.services().registry, rename.endpoint.clone());
        let done = registry.rename_endpoint(&caller.scope, rename).await;
        done.map_err(to_graphql)?;
        let found = registry.endpoint(&caller.scope, &slug).await;
        Ok(Endpoint::new(caller.scope, found.map_err(to_graphql)?))
    }

    /// Removes an endpoint for good: its agents are disconnected and its open holds are stale. Its
    /// URL is given to no other. Returns its name in the URL.
    #[graphql(complexity = "CALL")]
    async fn remove_endpoint(
        &self,
        ctx: &Context<'_>,
        tenant: String,
        endpoint: String,
        reason: String,
    ) -> Result<String> {
        let caller = enter(ctx, &tenant).await?;
        let remove = RemoveEndpoint {
            endpoint: named(&endpoint)?,
            reason: given("reason", &reason)?,
        };
        let registry = &ctx.services().registry;
        let removed = registry.remove_endpoint(&caller.scope, remove).await;
        removed.map(|()| endpoint).map_err(to_graphql)
    }

    /// Disconnects an agent: one's own, or any with the right to. Returns the grant's id.
    #[graphql(complexity = "CALL")]
    async fn revoke_grant(&self, ctx: &Context<'_>, tenant: String, grant: ID) -> Result<ID> {
        let caller = enter(ctx, &tenant).await?;
        let grants = &ctx.services().grants;
        let revoked = grants.revoke(&caller.scope, known(&grant)?).await;
        revoked.map(|()| grant).map_err(to_graphql)
    }
}

impl From<EndpointView> for EndpointSummary {
    fn from(view: EndpointView) -> Self {
        Self {
            id: id(view.endpoint.id),
            slug: view.endpoint.slug.into(),
            name: view.endpoint.name,
            environment: view.environment.into(),
            tools: view.tools,
            tools_on: view.tools_on,
        }
    }
}

impl From<GrantView> for Grant {
    fn from(view: GrantView) -> Self {
        Self {
            id: id(view.id),
            client: id(view.client),
            client_name: view.client_name,
            client_host: view.client_host,
            endpoint: view.endpoint_slug,
            member: id(view.member),
            member_label: view.member_label,
            scopes: view.scopes.into_iter().map(RiskClass::from).collect(),
            created_at: view.created_at.into(),
            last_token_at: view.last_token_at.map(Moment::from),
            expires_at: view.expires_at.into(),
            can_call: view.can_call,
            may_revoke: view.may_revoke,
        }
    }
}
