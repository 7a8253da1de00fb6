//! A tenant, as one of its members may see it.
//!
//! Lists hold plain rows: what needs another use case hangs on the single object, so that no list
//! multiplies transactions.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use countersign_edge::Caller;
use countersign_tool_registry as registry;

use crate::{
    api::{CALL, LIST, page_price},
    call_stop::CallStop,
    connection::Connection,
    context::ContextExt as _,
    endpoint::{Endpoint, EndpointSummary, Grant},
    fault::{id, known, named, to_graphql},
    hold::{Hold, HoldsWanted},
    import::Revision,
    member::{Invitation, Member},
    notice::ImportNotice,
    query::Role,
    record::{RecordDetail, RecordFilter, RecordPage},
    report::Report,
    revision_change::RevisionChangePage,
    source::{Source, SourceSummary},
    suspension::Suspension,
    tool::Tool,
};

/// A tenant that the viewer is a member of.
pub(crate) struct Tenant {
    caller: Caller,
}

impl Tenant {
    pub(crate) const fn new(caller: Caller) -> Self {
        Self { caller }
    }
}

#[Object]
impl Tenant {
    /// Its name in URLs.
    async fn slug(&self) -> &str {
        self.caller.tenant.as_str()
    }

    /// Its name for people.
    async fn name(&self) -> &str {
        &self.caller.tenant_name
    }

    /// What the viewer is here.
    async fn role(&self) -> Option<Role> {
        self.caller.scope.role().map(Role::from)
    }

    /// Its members, oldest first.
    #[graphql(complexity = "CALL + LIST * child_complexity")]
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<Member>> {
        let members = ctx.services().accounts.members(&self.caller.scope).await;
        rows(members.map(|found| found.all))
    }

    /// Invitations that can still be used.
    #[graphql(complexity = "CALL + LIST * child_complexity")]
    async fn invitations(&self, ctx: &Context<'_>) -> Result<Vec<Invitation>> {
        let accounts = &ctx.services().accounts;
        rows(accounts.invitations(&self.caller.scope).await)
    }

    /// Its environments, oldest first.
    #[graphql(complexity = "CALL + LIST * child_complexity")]
    async fn environments(&self, ctx: &Context<'_>) -> Result<Vec<Environment>> {
        let registry = &ctx.services().registry;
        rows(registry.environments(&self.caller.scope).await)
    }

    /// Its imported APIs by name.
    #[graphql(complexity = "CALL + LIST * child_complexity")]
    async fn sources(&self, ctx: &Context<'_>) -> Result<Vec<SourceSummary>> {
        rows(ctx.services().registry.sources(&self.caller.scope).await)
    }

    /// One imported API.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn source(&self, ctx: &Context<'_>, slug: String) -> Result<Source> {
        let (scope, slug) = (&self.caller.scope, named(&slug)?);
        let found = ctx.services().registry.source(scope, &slug).await;
        let found = found.map_err(to_graphql)?;
        Ok(Source::new(scope.clone(), found))
    }

    /// One import of an API, and how far it is.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn revision(&self, ctx: &Context<'_>, id: ID) -> Result<Revision> {
        let imports = &ctx.services().imports;
        let found = imports.revision(&self.caller.scope, known(&id)?).await;
        found.map(Revision::from).map_err(to_graphql)
    }

    /// What an import changed about the tools of its API, what needs people first: at most `first`
    /// rows after the place `after`. A first import changed nothing.
    #[graphql(complexity = "page_price(first, child_complexity)")]
    async fn revision_changes(
        &self,
        ctx: &Context<'_>,
        revision: ID,
        #[graphql(default = 50)] first: u32,
        after: Option<u32>,
    ) -> Result<RevisionChangePage> {
        let imports = &ctx.services().imports;
        let changes = imports.changes(&self.caller.scope, known(&revision)?).await;
        RevisionChangePage::cut(changes.map_err(to_graphql)?, first, after)
    }

    /// Imports that changed something since the viewer last looked, newest first, at most five.
    #[graphql(complexity = "CALL + LIST * child_complexity")]
    async fn import_notices(&self, ctx: &Context<'_>) -> Result<Vec<ImportNotice>> {
        let notices = ctx.services().imports.notices(&self.caller.scope).await;
        rows(notices.map(|notices| notices.imports))
    }

    /// One tool, as it is in an environment.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn tool(&self, ctx: &Context<'_>, id: ID, environment: ID) -> Result<Tool> {
        let (tool, environment) = (known(&id)?, known(&environment)?);
        let registry = &ctx.services().registry;
        let found = registry.tool(&self.caller.scope, tool, environment).await;
        found.map(Tool::from).map_err(to_graphql)
    }

    /// Where its APIs live, in each environment.
    #[graphql(complexity = "CALL + LIST * child_complexity")]
    async fn connections(&self, ctx: &Context<'_>) -> Result<Vec<Connection>> {
        rows(ctx.services().connections.list(&self.caller.scope).await)
    }

    /// Credentials that no call is sent with until a member has confirmed them, an entry for each
    /// import that suspends one.
    #[graphql(complexity = "CALL + LIST * child_complexity")]
    async fn suspensions(&self, ctx: &Context<'_>) -> Result<Vec<Suspension>> {
        let connections = &ctx.services().connections;
        rows(connections.suspended(&self.caller.scope).await)
    }

    /// The stop, while all calls of its agents are stopped.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn call_stop(&self, ctx: &Context<'_>) -> Result<Option<CallStop>> {
        let stop = ctx.services().registry.call_stop(&self.caller.scope).await;
        let stop = stop.map_err(to_graphql)?;
        Ok(stop.map(CallStop::from))
    }

    /// Its MCP endpoints by name.
    #[graphql(complexity = "CALL + LIST * child_complexity")]
    async fn endpoints(&self, ctx: &Context<'_>) -> Result<Vec<EndpointSummary>> {
        rows(ctx.services().registry.endpoints(&self.caller.scope).await)
    }

    /// One MCP endpoint.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn endpoint(&self, ctx: &Context<'_>, slug: String) -> Result<Endpoint> {
        let (scope, slug) = (&self.caller.scope, named(&slug)?);
        let found = ctx.services().registry.endpoint(scope, &slug).await;
        let found = found.map_err(to_graphql)?;
        Ok(Endpoint::new(scope.clone(), found))
    }

    /// Agents that are connected, newest first.
    #[graphql(complexity = "CALL + LIST * child_complexity")]
    async fn grants(&self, ctx: &Context<'_>) -> Result<Vec<Grant>> {
        rows(ctx.services().grants.list(&self.caller.scope).await)
    }

    /// Calls that wait for a countersignature, oldest first, or those that do not any more, newest
    /// first: those after the hold `after`, at most 200.
    #[graphql(complexity = "CALL + LIST * child_complexity")]
    async fn holds(
        &self,
        ctx: &Context<'_>,
        wanted: HoldsWanted,
        after: Option<ID>,
    ) -> Result<Vec<Hold>> {
        let after = after.as_ref().map(known).transpose()?;
        let approvals = &ctx.services().approvals;
        let list = approvals.inbox(&self.caller.scope, wanted.into(), after);
        rows(list.await.map(|list| list.holds))
    }

    /// One held call.
    #[graphql(complexity = "CALL + child_complexity")]
    async fn hold(&self, ctx: &Context<'_>, id: ID) -> Result<Hold> {
        let approvals = &ctx.services().approvals;
        let found = approvals.hold(&self.caller.scope, known(&id)?).await;
        found.map(Hold::from).map_err(to_graphql)
    }

    /// A page of the audit log, newest first: the rows before `after`.
    #[graphql(complexity = "CALL + LIST * child_complexity")]
    async fn records(
        &self,
        ctx: &Context<'_>,
        filter: Option<RecordFilter>,
        after: Option<ID>,
    ) -> Result<RecordPage> {
        let filter = filter.unwrap_or_default().into();
        let before = after.as_ref().map(known).transpose()?;
        let audit = &ctx.services().audit;
        let page = audit.list(&self.caller.scope, &filter, before).await;
        page.map(RecordPage::from).map_err(to_graphql)
    }

    /// One row of the audit log.
    #[graphql(complexity = "CALL + LIST * child_complexity")]
    async fn record(&self, ctx: &Context<'_>, id: ID) -> Result<RecordDetail> {
        let audit = &ctx.services().audit;
        let found = audit.get(&self.caller.scope, known(&id)?).await;
        found.map(RecordDetail::from).map_err(to_graphql)
    }

    /// What agents can reach and why, and what has been decided.
    #[graphql(complexity = "10 * CALL + LIST * child_complexity")]
    async fn report(&self, ctx: &Context<'_>) -> Result<Report> {
        let report = ctx.services().reports.report(&self.caller.scope).await;
        report.map(Report::from).map_err(to_graphql)
    }
}

/// Shapes a list that a use case answered with.
pub(crate) fn rows<T, E, R: From<T>>(found: Result<Vec<T>, E>) -> Result<Vec<R>>
where
    E: Into<countersign_edge::Problem>,
{
    let found = found.map_err(to_graphql)?;
    Ok(found.into_iter().map(R::from).collect())
}

/// Production, staging and so on.
#[derive(SimpleObject)]
pub(crate) struct Environment {
    /// Names it.
    id: ID,
    /// Its name in URLs.
    slug: String,
    /// Its name for people.
    name: String,
}

impl From<registry::Environment> for Environment {
    fn from(environment: registry::Environment) -> Self {
        Self {
            id: id(environment.id),
            slug: environment.slug.to_string(),
            name: environment.name,
        }
    }
}

/// What kind of effect a call has.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(remote = "countersign_domain::risk::RiskClass")]
pub(crate) enum RiskClass {
    /// Changes nothing that anyone would notice.
    Read,
    /// Changes ordinary business data.
    Write,
    /// Removes stored data.
    Delete,
    /// Moves money, or changes what somebody pays or is paid.
    Billing,
    /// Issues, reveals or revokes credentials.
    Auth,
    /// Changes who may do what, or how the system is governed.
    Admin,
}
